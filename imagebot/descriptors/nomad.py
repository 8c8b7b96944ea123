"""Nomad jobs in HCL: ``image`` in the ``config`` of a task.

Source: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from imagebot.descriptors.assembled import assembled
from imagebot.descriptors.piece import NotEditable, Piece, line_piece, unknown_part
from imagebot.descriptors.reference import Skipped
from imagebot.descriptors.source import Source
from imagebot.descriptors.variables import filled, with_holes
from imagebot.descriptors.written import Item

DESCRIPTOR = "nomad"
_NAME = re.compile(r".*\.(?:nomad|nomad\.hcl|hcl|nomad\.tpl)")
_JOB = re.compile(r'^[ \t]*job[ \t]+(?:"[^"\n]*"|[\w-]+)[ \t]*\{', re.MULTILINE)
_TOKEN = re.compile(
    r"""
      (?P<comment>\#[^\n]*|//[^\n]*|/\*)
    | <<-?(?P<word>[\w-]+)[ \t]*\r?\n
    | (?P<block>\b[a-z_]+)(?:[ \t]+"(?P<label>[^"\n]*)")?[ \t]*(?:=[ \t]*)?\{
    | (?<![\w.])(?P<key>image|default)[ \t]*=[ \t]*
      (?:"(?P<text>(?:[^"\\\n$]|\$\{[^}\n]*\}|\$)*)"|(?P<name>var\.\w+))
    | "(?:[^"\\\n]|\\[^\n])*(?:"|$)
    | [{}]
    """,
    re.VERBOSE | re.MULTILINE,
)
_SCHEME = re.compile(r"docker://|oci://")


def claims(source: Source) -> bool:
    """Whether a file is a job: by its name and a ``job`` block."""
    return _NAME.fullmatch(source.name) is not None and _JOB.search(source.text) is not None


def find(source: Source) -> Iterator[Item]:
    """The image of every ``config`` block, with the defaults of variables put in."""
    tokens = list(_tokens(source.text))
    values = {
        label: line_piece(source, *token.span("text"))
        for token, block, label in tokens
        if token["key"] == "default" and token["text"] and block == "variable"
    }
    for token, block, _ in tokens:
        if token["key"] == "image" and block == "config":
            group = "text" if token["text"] is not None else "name"
            if token[group]:
                yield _image(line_piece(source, *token.span(group)), values)


def _tokens(text: str) -> Iterator[tuple[re.Match[str], str, str]]:
    """Tokens with the block around them and its label; comments and here-documents are stepped over."""
    blocks: list[tuple[str, str]] = []
    at = 0
    while (token := _TOKEN.search(text, at)) is not None:
        at = token.end()
        if token["comment"] == "/*":
            at = _behind(text, "*/", at)
        elif token["word"]:
            end = re.compile(rf"^[ \t]*{re.escape(token['word'])}[ \t]*\r?$", re.MULTILINE).search(text, at)
            at = end.end() if end else len(text)
        elif token["block"]:
            blocks.append((token["block"], token["label"] or ""))
        elif token.group() == "{":
            blocks.append(("", ""))
        elif token.group() == "}" and blocks:
            blocks.pop()
        elif token["key"]:
            yield token, *(blocks[-1] if blocks else ("", ""))


def _behind(text: str, sign: str, at: int) -> int:
    end = text.find(sign, at)
    return len(text) if end < 0 else end + len(sign)


def _image(written: Piece, values: dict[str, Piece]) -> Item:
    if scheme := _SCHEME.match(written.text):
        written = written.part(scheme.end())
    if "[[" in written.text:
        return Skipped(written.place.path, written.place.line, "holds a template expression")
    if not unknown_part(written.text) and not written.text.startswith("var."):
        return assembled(DESCRIPTOR, [written])
    try:
        parts = filled(with_holes([written], "hcl"), values, "hcl")
        return assembled(DESCRIPTOR, parts, [written.place])
    except NotEditable as problem:
        return Skipped(written.place.path, written.place.line, str(problem))
