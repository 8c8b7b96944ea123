"""Units of systemd: Podman's Quadlets, and services that run a container by its command line.

Sources: podman-systemd.unit(5), systemd.syntax(7), systemd.service(5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from imagebot.descriptors.assembled import assembled
from imagebot.descriptors.piece import Piece, line_piece, unknown_part
from imagebot.descriptors.reference import Skipped
from imagebot.descriptors.source import Source
from imagebot.descriptors.written import Item

DESCRIPTOR = "systemd"
_UNIT = re.compile(
    r".*\.(?:container|image|volume|build|artifact|service)|.*\.(?:service|container|image)\.d/[^/]+\.conf"
)
_SECTION = re.compile(r"\[(?P<name>[A-Za-z]+)\]")
_ENTRY = re.compile(r"[ \t]*(?P<key>[A-Za-z]+)[ \t]*=[ \t]*")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_WORD = re.compile(r"(?:\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'|[^\s\"'])+")
_SPECIFIER = re.compile(r"%[A-Za-z]")
_RUNTIME = re.compile(r"[@+!:-]*(?:/\S*/)?(?:docker|podman|nerdctl)")
_BEFORE = frozenset({"/usr/bin/env", "/usr/bin/sudo", "/bin/env"})
_VERBS = frozenset({"run", "pull", "create"})
_NOUNS = frozenset({"container", "image"})
_IMAGE_KEYS = frozenset({"Image", "Artifact"})
_SECTIONS = frozenset({"Container", "Image", "Volume", "Artifact"})
_OTHER_UNITS = (".image", ".build")
_WORDS_LIMIT = 500
_ALONE = frozenset(
    """-d --detach -i --interactive -t --tty -it -ti -dit -itd --rm --init --privileged --read-only -P
    --publish-all --replace --no-healthcheck --quiet -q --tls-verify --all-tags -a --sig-proxy --rmi
    --disable-content-trust --oom-kill-disable --no-hosts --no-hostname --http-proxy --env-host --passwd
    --read-only-tmpfs --unsetenv-all --debug -D --""".split()  # noqa: SIM905 - a list would be a page long
)
"""Options without a value behind them (docker-run(1), podman-run(1))."""


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int


def claims(source: Source) -> bool:
    """Whether a file is a Quadlet or a service, by its name."""
    return _UNIT.fullmatch(source.path) is not None


def find(source: Source) -> Iterator[Item]:
    """``Image=`` of a Quadlet; the image of ``docker run`` and ``docker pull`` in a service."""
    section = ""
    for words in _entries(source.text):
        first = words[0].text
        if found := _SECTION.fullmatch(first):
            section = found["name"]
            continue
        entry = _entry(source.text, words[0].start)
        if entry is None:
            continue
        key, value = entry
        values = [word for word in words if word.start >= value]
        glued = words[0].start + len(first) > value
        if glued:
            values = [_Word(source.text[value : words[0].start + len(first)], value), *values]
        if key in _IMAGE_KEYS and section in _SECTIONS and values:
            yield from _named(source, values[0])
        elif key.startswith("Exec") and section == "Service":
            yield from _command(source, values)


def _entry(text: str, start: int) -> tuple[str, int] | None:
    found = _ENTRY.match(text, start)
    return (found["key"], found.end()) if found else None


def _named(source: Source, word: _Word) -> Iterator[Item]:
    if not word.text.endswith(_OTHER_UNITS):
        yield _reference(source, word)


def _command(source: Source, words: list[_Word]) -> Iterator[Item]:
    while words and words[0].text.lstrip("@+!:-") in _BEFORE:
        words = words[1:]
    if not words or not _RUNTIME.fullmatch(words[0].text):
        return
    verb = _operand(words, 1)
    if verb is not None and words[verb].text in _NOUNS:
        verb = _operand(words, verb + 1)
    if verb is None or words[verb].text not in _VERBS:
        return
    image = _operand(words, verb + 1)
    if image is not None:
        yield _reference(source, words[image])


def _operand(words: list[_Word], at: int) -> int | None:
    """Where the first word stands that is no option and no option's value."""
    value = False
    for place, word in enumerate(words[at:], start=at):
        if value:
            value = False
        elif not word.text.startswith("-"):
            return place
        else:
            value = "=" not in word.text and word.text not in _ALONE
    return None


def _reference(source: Source, word: _Word) -> Item:
    written: Piece = line_piece(source, word.start, word.start + len(word.text))
    if written.text[:1] in {'"', "'"} and written.text[-1:] == written.text[:1]:
        written = written.part(1, len(written.text) - 1)
    if _SPECIFIER.search(written.text):
        return Skipped(written.place.path, written.place.line, "holds a specifier of systemd")
    if reason := unknown_part(written.text):
        return Skipped(written.place.path, written.place.line, reason)
    return assembled(DESCRIPTOR, [written])


def _entries(text: str) -> Iterator[list[_Word]]:
    """The words of every logical line: a backslash continues one, comments are left out."""
    words: list[_Word] = []
    for line in _LINE.finditer(text):
        body = line.group().rstrip()
        if body.lstrip().startswith(("#", ";")):
            continue
        continued = body.endswith("\\")
        end = line.start() + len(body) - (1 if continued else 0)
        if len(words) < _WORDS_LIMIT:
            words += [_Word(word.group(), word.start()) for word in _WORD.finditer(text, line.start(), end)]
        if words and not continued:
            yield words
            words = []
    if words:
        yield words
