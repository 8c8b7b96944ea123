"""The unified diff of a plan, as ``git apply`` takes it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping

CONTEXT = 3


def unified_diff(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> bytes:
    """A unified diff of all files, sorted by path.

    Bytes stay bytes, so that CRLF, byte order marks and a missing final newline survive
    ``git apply``.
    """
    return b"".join(line for path in sorted(after) for line in _file(path, before[path], after[path]))


def _file(path: str, old: bytes, new: bytes) -> Iterator[bytes]:
    if old == new:
        return
    name = _quoted(path)
    yield f"diff --git {_side('a', name)} {_side('b', name)}\n".encode()
    # Latin-1 maps every byte to one character and back: difflib works on text.
    lines = difflib.unified_diff(
        _lines(old),
        _lines(new),
        _side("a", name),
        _side("b", name),
        n=CONTEXT,
    )
    for number, line in enumerate(lines):
        # the two header lines hold the path and are UTF-8; all others hold file content
        raw = line.encode() if number < 2 else line.encode("latin-1")
        yield raw if raw.endswith(b"\n") else raw + b"\n\\ No newline at end of file\n"


def _lines(content: bytes) -> list[str]:
    """Lines as Git counts them: only a line feed ends one."""
    text = content.decode("latin-1")
    lines = [f"{line}\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _quoted(path: str) -> str:
    """The path as Git writes it: quoted if it holds a control character, quote or backslash."""
    if not any(char in '"\\' or ord(char) < 32 or ord(char) == 127 for char in path):
        return path
    escaped = "".join(
        f"\\{char}" if char in '"\\' else f"\\{ord(char):03o}" if ord(char) < 32 or ord(char) == 127 else char
        for char in path
    )
    return f'"{escaped}"'


def _side(side: str, name: str) -> str:
    return f'"{side}/{name[1:]}' if name.startswith('"') else f"{side}/{name}"


_COLOURS = (
    (b"+++", b"1"),
    (b"---", b"1"),
    (b"diff ", b"1"),
    (b"@@", b"36"),
    (b"+", b"32"),
    (b"-", b"31"),
)
_ESCAPES = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def coloured(diff: bytes) -> bytes:
    """A diff for a terminal, as Git colours it; control characters of the files are shown as ``?``."""
    return b"".join(_coloured_line(line) for line in diff.splitlines(keepends=True))


def _coloured_line(line: bytes) -> bytes:
    text = _ESCAPES.sub(b"?", line.rstrip(b"\r\n"))
    code = next((code for start, code in _COLOURS if line.startswith(start)), None)
    return b"\x1b[" + code + b"m" + text + b"\x1b[0m\n" if code else text + b"\n"
