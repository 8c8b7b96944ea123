"""Dockerfiles: ``FROM``, ``COPY --from`` and the ``ARG`` that a tag is kept in.

Source: https://docs.docker.com/reference/dockerfile/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from imagebot.descriptors.assembled import assembled
from imagebot.descriptors.piece import NotEditable, Piece, line_piece
from imagebot.descriptors.reference import Skipped, Span, Touched
from imagebot.descriptors.source import Source
from imagebot.descriptors.variables import Hole, filled, with_holes
from imagebot.descriptors.written import Item

DESCRIPTOR = "dockerfile"
_NAME = re.compile(r"(?:.*[._-])?(?:docker|container)file(?:[._-].*)?", re.IGNORECASE)
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_HEREDOC = re.compile(r"(?:^|\s)<<(?P<tabs>-?)(?P<quote>[\"']?)(?P<word>[A-Za-z_]\w*)(?P=quote)(?=\s|$)")
_WORD = re.compile(r"\S+")
_FROM_OPTION = re.compile(r"--(?:from=|mount=(?:\S*,)?from=)(?P<image>[^,\s]+)")
_ESCAPE = re.compile(r"(?:#[^\n]*\n){0,9}?#[ \t]*escape[ \t]*=[ \t]*(?P<character>[\\`])", re.IGNORECASE)
_ARGUMENT = re.compile(r"(?P<name>\w+)=(?P<quote>[\"']?)(?P<value>[^\"'\s]*)(?P=quote)")
_FILES = frozenset({"COPY", "ADD", "RUN"})
_WORDS_LIMIT = 200
"""Words of one instruction that are looked at: images stand among the first."""

_Value = tuple[Piece | str, ...]


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int


def claims(source: Source) -> bool:
    """Whether a file is a Dockerfile, by its name, such as ``web.Dockerfile``."""
    return _NAME.fullmatch(source.name) is not None and not source.name.endswith((".dockerignore", ".md"))


def find(source: Source, region: Span | None = None) -> Iterator[Item]:
    """Every base image, and every image that files are copied from.

    Only arguments before the first ``FROM`` count there; those of a stage are its own.

    Args:
        source: The file.
        region: The part of it that is a Dockerfile; None for all of it.
    """
    stages: set[str] = set()
    arguments: dict[str, _Value] = {}
    for instruction, words in _instructions(source, region or Span(0, len(source.text))):
        if instruction == "ARG" and not stages:
            for word in words:
                _declare(source, word, arguments)
        elif instruction == "FROM":
            yield from _base(source, words, stages, arguments)
        elif instruction in _FILES:
            for word in _options(words):
                option = _FROM_OPTION.match(word.text)
                if option and not _is_stage(option["image"], stages):
                    start = word.start + option.start("image")
                    yield from _image(source, _Word(option["image"], start), {}, stages)


def _base(
    source: Source, words: list[_Word], stages: set[str], arguments: dict[str, _Value]
) -> Iterator[Item]:
    named = words[len(_options(words)) :]
    if not named:
        return
    if not _is_stage(named[0].text, stages):
        yield from _image(source, named[0], arguments, stages)
    is_named = len(named) > 2 and named[1].text.lower() == "as"
    stages.add(named[2].text.lower() if is_named else "")


def _options(words: list[_Word]) -> list[_Word]:
    """The flags of an instruction, which stand before all else."""
    end = next((at for at, word in enumerate(words) if not word.text.startswith("--")), len(words))
    return words[:end]


def _is_stage(name: str, stages: set[str]) -> bool:
    return name.lower() in stages or name == "scratch" or name.isdigit()


def _image(source: Source, word: _Word, arguments: dict[str, _Value], stages: set[str]) -> Iterator[Item]:
    image = line_piece(source, word.start, word.start + len(word.text))
    written = _substituted(image, arguments)
    if written is None:
        reason = "an argument in it has no default before the first FROM of this file"
        known = [arguments.get(part.name) for part in with_holes([image], "shell") if isinstance(part, Hole)]
        pieces = [piece for value in known if value for piece in value if isinstance(piece, Piece)]
        touches = tuple(Touched(source.path, piece.scalar) for piece in pieces)
        yield Skipped(image.place.path, image.place.line, reason, touches)
    elif not _is_stage("".join(p if isinstance(p, str) else p.text for p in written), stages):
        yield assembled(DESCRIPTOR, written, [] if written == (image,) else [image.place])


def _declare(source: Source, word: _Word, arguments: dict[str, _Value]) -> None:
    """Keep the value of an argument, with the arguments above put in."""
    found = _ARGUMENT.fullmatch(word.text)
    if found is None or not found["value"]:
        arguments.pop(word.text.partition("=")[0], None)
        return
    start = word.start + found.start("value")
    value = _substituted(line_piece(source, start, start + len(found["value"])), arguments)
    if value is None or len(value) > _WORDS_LIMIT:
        arguments.pop(found["name"], None)
    else:
        arguments[found["name"]] = value


def _substituted(text: Piece, arguments: dict[str, _Value]) -> _Value | None:
    """The pieces of a text with its variables put in; None if one has no value."""
    try:
        return tuple(filled(with_holes([text], "shell"), arguments, "shell"))
    except NotEditable:
        return None


def _instructions(source: Source, region: Span) -> Iterator[tuple[str, list[_Word]]]:
    """Every instruction with its words; continued lines are joined, comments and here-documents left out."""
    text = source.text
    directive = _ESCAPE.match(text, region.start, region.end)
    escape = directive["character"] if directive else "\\"
    lines = _LINE.finditer(text, region.start, region.end)
    words: list[_Word] = []
    for line in lines:
        body = line.group().rstrip()
        if not body or body.lstrip().startswith("#"):
            continue
        continued = body.endswith(escape)
        if len(words) < _WORDS_LIMIT:
            end = line.start() + len(body) - (1 if continued else 0)
            words += [_Word(word.group(), word.start()) for word in _WORD.finditer(text, line.start(), end)]
        if continued:
            continue
        yield from _instruction(words)
        words = []
        for document in _HEREDOC.finditer(body):
            _skip_heredoc(lines, document["word"], tabs=bool(document["tabs"]))
    yield from _instruction(words)


def _instruction(words: list[_Word]) -> Iterator[tuple[str, list[_Word]]]:
    if words and words[0].text.upper() == "ONBUILD":
        words = words[1:]
    if words:
        yield words[0].text.upper(), words[1:_WORDS_LIMIT]


def _skip_heredoc(lines: Iterator[re.Match[str]], word: str, *, tabs: bool) -> None:
    for line in lines:
        text = line.group().rstrip("\r\n")
        if (text.lstrip("\t") if tabs else text) == word:
            return
