"""Dockerfiles: ``FROM``, ``COPY --from`` and the ``ARG`` that a tag is kept in.

Source: https://docs.docker.com/reference/dockerfile/ .
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from imagebot.descriptors.piece import NotEditable, Piece, line_piece
from imagebot.descriptors.reference import Skipped
from imagebot.descriptors.source import Source
from imagebot.descriptors.variables import Hole, filled, with_holes
from imagebot.descriptors.written import Item, assembled

DESCRIPTOR = "dockerfile"
_NAME = re.compile(r"(?i:(?:.*\.)?(?:docker|container)file(?:[.-].*)?)")
_LINE = re.compile(r"[^\n]*\n?")
_HEREDOC = re.compile(r"<<-?\s*([\"']?)(\w+)\1")
_WORDS = re.compile(r"\S+")
_FROM_OPTION = re.compile(r"--(?:from=|mount=(?:\S*,)?from=)(?P<image>[^,\s]+)")
_ESCAPE = re.compile(r"(?:#[^\n]*\n)*?#[ \t]*escape[ \t]*=[ \t]*(?P<character>[\\`])", re.IGNORECASE)
_ARGUMENT = re.compile(r"(?P<name>\w+)(?:=(?P<quote>[\"']?)(?P<value>[^\"'\s]*)(?P=quote))?")
_MODULE = frozenset({"scratch"})


def claims(source: Source) -> bool:
    """Whether a file is a Dockerfile, by its name, such as ``web.Dockerfile``."""
    return _NAME.fullmatch(source.name) is not None and not source.name.endswith((".dockerignore", ".md"))


def find(source: Source) -> Iterator[Item]:
    """Every base image, and every image that files are copied from."""
    stages: set[str] = set()
    arguments: dict[str, Piece] = {}
    for instruction, words in _instructions(source):
        if instruction == "ARG":
            arguments |= dict(_arguments(source, words))
        elif instruction == "FROM":
            yield from _base(source, words, stages, arguments)
        elif instruction in {"COPY", "RUN", "ADD"}:
            for word in words:
                option = _FROM_OPTION.match(word.text)
                if option and not _is_stage(option["image"], stages):
                    yield from _image(word.part(*option.span("image")), arguments)


def _base(
    source: Source, words: list[Piece], stages: set[str], arguments: dict[str, Piece]
) -> Iterator[Item]:
    del source
    named = [word for word in words if not word.text.startswith("--")]
    if not named:
        return
    image = named[0]
    if not _is_stage(image.text, stages):
        yield from _image(image, arguments)
    if len(named) > 2 and named[1].text.lower() == "as":
        stages.add(named[2].text.lower())


def _is_stage(name: str, stages: set[str]) -> bool:
    return name.lower() in stages or name in _MODULE or name.isdigit()


def _image(image: Piece, arguments: dict[str, Piece]) -> Iterator[Item]:
    parts = with_holes([image], "shell")
    known = dict(arguments)
    try:
        written = filled(parts, known, "shell")
        while any("$" in part.text for part in written if isinstance(part, Piece)):
            again = filled(with_holes(written, "shell"), known, "shell")
            if again == written:
                break
            written = again
    except NotEditable:
        missing = next(part.name for part in parts if isinstance(part, Hole)) if len(parts) else ""
        reason = f"the argument {missing} has no default in this file"
        yield Skipped(image.place.path, image.place.line, reason)
        return
    yield assembled(DESCRIPTOR, written, [image.place] if len(parts) > 1 or written != [image] else [])


def _arguments(source: Source, words: list[Piece]) -> Iterator[tuple[str, Piece]]:
    for word in words:
        found = _ARGUMENT.fullmatch(word.text)
        if found and found["value"]:
            start = word.span.start + found.start("value")
            yield found["name"], line_piece(source, start, start + len(found["value"]))


def _instructions(source: Source) -> Iterator[tuple[str, list[Piece]]]:
    """Every instruction with its words; continued lines are joined, comments and here-documents left out."""
    at, text = 0, source.text
    directive = _ESCAPE.match(text)
    escape = directive["character"] if directive else "\\"
    while at < len(text):
        end = _logical_end(text, at, escape)
        line = text[at:end]
        if line.strip() and not line.lstrip().startswith("#"):
            words = [
                line_piece(source, at + found.start(), at + found.end())
                for found in _WORDS.finditer(line)
                if found.group() != escape
            ]
            words = [word for word in words if not _in_comment(text, word.span.start)]
            if words:
                yield words[0].text.upper(), words[1:]
            for document in _HEREDOC.finditer(line):
                end = _after_heredoc(text, end, document[2])
        at = end


def _logical_end(text: str, at: int, escape: str) -> int:
    """Behind the last line of an instruction: the escape character or a comment continues it."""
    first = True
    while at < len(text):
        found = _LINE.match(text, at)
        line = found.group() if found else ""
        at += len(line)
        body = line.rstrip()
        comment = body.lstrip().startswith("#")
        if comment and not first:
            continue
        if not body.endswith(escape) or comment:
            break
        first = False
    return at


def _in_comment(text: str, offset: int) -> bool:
    return text[text.rfind("\n", 0, offset) + 1 : offset + 1].lstrip().startswith("#")


def _after_heredoc(text: str, at: int, word: str) -> int:
    end = re.compile(rf"^[ \t]*{re.escape(word)}[ \t]*\r?$", re.MULTILINE).search(text, at)
    if end is None:
        return at
    newline = text.find("\n", end.end())
    return len(text) if newline < 0 else newline + 1
