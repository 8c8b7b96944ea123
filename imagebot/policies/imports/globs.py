"""Regular expressions as globs, where a glob can say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

_PIECE = re.compile(
    r"(?P<any>\.\*)|(?P<some>\.\+)|(?P<one>\.)"
    r"|(?P<chars>\[\^?[A-Za-z0-9_-]+\])"
    r"|\\(?P<escaped>[^A-Za-z0-9])|(?P<plain>[A-Za-z0-9_/:@=,#~%&! <>-])"
)
_REPEAT = "*+?{"
_ALTERNATIVES = re.compile(r"\((?:\?:)?(?P<words>[\w.\\-]+(?:\|[\w.\\-]+)+)\)(?![*+?{])")
_LIMIT = 16
"""Globs that one expression may become."""


def tag_globs(pattern: str) -> list[str] | None:
    """Globs that match the whole tags in which an expression is found; None if globs cannot say it."""
    found = []
    for alternative in _expanded(pattern):
        start, body, end = _anchors(alternative)
        glob = _glob(body)
        if glob is None:
            return None
        found.append(re.sub(r"\*+", "*", f"{'' if start else '*'}{glob}{'' if end else '*'}"))
    return found if len(found) <= _LIMIT else None


def image_globs(pattern: str) -> list[str] | None:
    """The same for image names, in which ``*`` also matches ``/``."""
    return tag_globs(pattern)


def _expanded(pattern: str) -> list[str]:
    """The alternatives of an expression written out: ``a(b|c)`` is ``ab`` and ``ac``."""
    if "(" not in pattern:
        return pattern.split("|")
    parts: list[list[str]] = []
    at = 0
    for found in _ALTERNATIVES.finditer(pattern):
        parts += [[pattern[at : found.start()]], found["words"].split("|")]
        at = found.end()
    parts.append([pattern[at:]])
    return ["".join(choice) for choice in product(*parts)][: _LIMIT + 1]


def _anchors(pattern: str) -> tuple[bool, str, bool]:
    start = pattern.startswith("^")
    body = pattern[1:] if start else pattern
    end = re.search(r"(?<!\\)(?:\\\\)*\$\Z", body) is not None
    return start, body[:-1] if end else body, end


def _glob(body: str) -> str | None:
    glob, at = "", 0
    while at < len(body):
        found = _PIECE.match(body, at)
        if found is None or body[found.end() : found.end() + 1] in {*_REPEAT} - {""}:
            return None
        if (found["escaped"] or "") in {"*", "?", "["} and found["escaped"]:
            return None
        glob += _translated(found)
        at = found.end()
    return glob


def _translated(found: re.Match[str]) -> str:
    if found["any"]:
        return "*"
    if found["some"]:
        return "?*"
    if found["one"]:
        return "?"
    if found["chars"]:
        return found["chars"].replace("[^", "[!")
    return found["escaped"] or found["plain"]


def path_globs(pattern: str) -> list[str] | None:
    r"""Globs on paths for an expression such as ``(^|/)k8s/.+\.ya?ml$``; None if globs cannot say it."""
    rest = re.sub(r"^(?:\(\?:\^\|/\)|\(\^\|/\))", "", pattern)
    anywhere = rest != pattern
    start, body, end = _anchors(rest)
    if not end:
        return None
    before = "**/" if anywhere else "" if start else "**/*"
    found = []
    for text in _optional(body):
        glob = _path_glob(text)
        if glob is None:
            return None
        found.append(before + glob)
    return found


def _optional(body: str) -> Iterator[str]:
    """``ya?ml`` is ``yml`` and ``yaml``."""
    pieces = re.split(r"([A-Za-z0-9])\?", body)
    choices = [[piece] if n % 2 == 0 else ["", piece] for n, piece in enumerate(pieces)]
    for choice in list(product(*choices))[:_LIMIT]:
        yield "".join(choice)


def _path_glob(body: str) -> str | None:
    """``.+`` crosses folders, and so does ``**``, which must stand between slashes."""
    body = body.replace("[^/]+", "\0").replace("[^/]*", "\0")
    body = re.sub(r"(^|/)(?:\.\+|\.\*)/", "\\1\1/", body)
    body = re.sub(r"(^|/)(?:\.\+|\.\*)", "\\1\1/\0", body)
    text = ""
    for piece in re.split("([\0\1])", body):
        inner = {"\0": "*", "\1": "**"}.get(piece) or _glob(piece)
        if inner is None or (piece not in {"\0", "\1"} and "*" in inner):
            return None
        text += inner
    return text
