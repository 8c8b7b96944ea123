"""Units of systemd: Podman's Quadlets, and services that run a container by its command line.

Sources: podman-systemd.unit(5), systemd.syntax(7), systemd.service(5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from imagebot.descriptors.piece import Piece, line_piece, unknown_part
from imagebot.descriptors.reference import Skipped
from imagebot.descriptors.source import Source
from imagebot.descriptors.written import Item, assembled

DESCRIPTOR = "systemd"
_QUADLETS = (".container", ".image", ".volume", ".build")
_UNIT = re.compile(r".*\.service|.*\.service\.d/[^/]+\.conf")
_SECTION = re.compile(r"\[(?P<name>[A-Za-z]+)\]")
_ENTRY = re.compile(r"[ \t]*(?P<key>[A-Za-z]+)[ \t]*=[ \t]*")
_WORD = re.compile(r"(?:\\[ \t]*\r?\n|\s)*(?P<word>[^\s\\]+)")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_SPECIFIER = re.compile(r"%[A-Za-z]")
_RUNTIME = re.compile(r"[@+!:-]*(?:/\S*/)?(?:docker|podman|nerdctl)")
_ALONE = frozenset(
    """-d --detach -i --interactive -t --tty -it -ti -dit -itd --rm --init --privileged --read-only -P
    --publish-all --replace --no-healthcheck --quiet -q --tls-verify --all-tags -a --sig-proxy --rmi
    --disable-content-trust""".split()  # noqa: SIM905 - a list would be a page long
)
"""Options of ``run`` and ``pull`` without a value behind them (docker-run(1), podman-run(1))."""
_OTHER_UNITS = (".image", ".build")


def claims(source: Source) -> bool:
    """Whether a file is a Quadlet or a service, by its name."""
    return source.name.endswith(_QUADLETS) or _UNIT.fullmatch(source.path) is not None


def find(source: Source) -> Iterator[Item]:
    """``Image=`` of a Quadlet; the image of ``docker run`` and ``docker pull`` in a service."""
    section = ""
    for start, end in _entries(source.text):
        text = source.text[start:end]
        if found := _SECTION.match(text.strip()):
            section = found["name"]
        elif entry := _ENTRY.match(text):
            value = start + entry.end()
            if entry["key"] == "Image" and section in {"Container", "Image", "Volume"}:
                yield from _image(line_piece(source, value, start + len(text.rstrip())))
            elif entry["key"].startswith("Exec") and section == "Service":
                yield from _command(source, value, end)


def _image(written: Piece) -> Iterator[Item]:
    if written.text and not written.text.endswith(_OTHER_UNITS):
        yield _reference(written)


def _command(source: Source, start: int, end: int) -> Iterator[Item]:
    words = [
        line_piece(source, found.start("word"), found.end("word"))
        for found in _WORD.finditer(source.text, start, end)
        if not _in_comment(source.text, found.start("word"))
    ]
    if len(words) < 3 or not _RUNTIME.fullmatch(words[0].text):
        return
    verb = next((at for at, word in enumerate(words) if word.text in {"run", "pull", "create"}), None)
    if verb is None:
        return
    image = _operand(words[verb + 1 :])
    if image is not None:
        yield _reference(image)


def _in_comment(text: str, offset: int) -> bool:
    return text[text.rfind("\n", 0, offset) + 1 : offset + 1].lstrip().startswith(("#", ";"))


def _operand(words: list[Piece]) -> Piece | None:
    """The first word that is no option and no option's value."""
    value = False
    for word in words:
        if value:
            value = False
        elif not word.text.startswith("-"):
            return word
        else:
            value = "=" not in word.text and word.text not in _ALONE
    return None


def _reference(written: Piece) -> Item:
    if _SPECIFIER.search(written.text):
        return Skipped(written.place.path, written.place.line, "holds a specifier of systemd")
    if reason := unknown_part(written.text):
        return Skipped(written.place.path, written.place.line, reason)
    return assembled(DESCRIPTOR, [written])


def _entries(text: str) -> Iterator[tuple[int, int]]:
    """Logical lines: a backslash at the end continues one; comments and empty lines are left out."""
    at = 0
    for line in _LINE.finditer(text):
        comment = line.group().lstrip().startswith(("#", ";"))
        if comment and at < line.start():
            continue  # a comment inside of a continued line does not end it
        if not comment and line.group().rstrip().endswith("\\"):
            continue
        if not comment and text[at : line.end()].strip():
            yield at, line.end()
        at = line.end()
