"""Nomad jobs in HCL: ``image`` in the ``config`` of a task."""

from __future__ import annotations

import re
from collections.abc import Iterator

from imagebot.descriptors.piece import line_piece, unknown_part
from imagebot.descriptors.reference import Skipped
from imagebot.descriptors.source import Source
from imagebot.descriptors.written import Item, assembled

DESCRIPTOR = "nomad"
_NAME = re.compile(r".*\.(?:nomad|nomad\.hcl|hcl|nomad\.tpl)")
_JOB = re.compile(r'^\s*job\s+"[^"]*"\s*\{', re.MULTILINE)
_TOKEN = re.compile(
    r"""
      (?P<comment>\#[^\n]*|//[^\n]*|/\*.*?\*/)
    | <<-?(?P<word>\w+)[ \t]*\r?\n.*?^[ \t]*(?P=word)[ \t]*\r?$
    | (?P<block>\b[a-z_]+)[ \t]*(?:=[ \t]*)?\{
    | (?<![\w.])image[ \t]*=[ \t]*"(?P<image>(?:[^"\\\n$]|\$\{[^}]*\}|\$)*)"
    | "(?:[^"\\\n]|\\.)*"
    | [{}]
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_SCHEME = re.compile(r"docker://|oci://")


def claims(source: Source) -> bool:
    """Whether a file is a job: by its name and a ``job`` block."""
    return _NAME.fullmatch(source.name) is not None and _JOB.search(source.text) is not None


def find(source: Source) -> Iterator[Item]:
    """The image of every ``config`` block; comments and here-documents are stepped over."""
    blocks: list[str] = []
    for token in _TOKEN.finditer(source.text):
        if token["block"]:
            blocks.append(token["block"])
        elif token.group() == "{":
            blocks.append("")
        elif token.group() == "}" and blocks:
            blocks.pop()
        elif token["image"] and blocks[-1:] == ["config"]:
            yield _image(source, *token.span("image"))


def _image(source: Source, start: int, end: int) -> Item:
    written = line_piece(source, start, end)
    if scheme := _SCHEME.match(written.text):
        written = written.part(scheme.end())
    if (reason := unknown_part(written.text)) or "[[" in written.text:
        reason = reason or "holds a template expression"
        return Skipped(source.path, written.place.line, reason)
    return assembled(DESCRIPTOR, [written])
