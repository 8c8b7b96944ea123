"""Read ``WWW-Authenticate`` (RFC 9110, section 11.6.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 - the grammar's word
_PARAMETER = re.compile(
    rf'\s*(?P<name>{_TOKEN})\s*=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^\s,"]+))', re.DOTALL
)
_SCHEME = re.compile(rf"\s*(?P<scheme>{_TOKEN})(?=\s|,|$)(?!\s*=)")
_SEPARATOR = re.compile(r"[\s,]*")


@dataclass(frozen=True, slots=True)
class Challenge:
    """One way to authenticate that a server offers.

    Attributes:
        scheme: In lower case: ``bearer``, ``basic``.
        parameters: By lower-case name.
    """

    scheme: str
    parameters: Mapping[str, str] = field(default_factory=dict)


def challenges(headers: Iterable[str]) -> tuple[Challenge, ...]:
    """All challenges of all header lines; what cannot be read is left out.

    A line can hold several challenges, and commas inside quotes separate nothing.
    """
    return tuple(challenge for header in headers for challenge in _challenges(header))


def _challenges(header: str) -> Iterator[Challenge]:
    position = _skip(header, 0)
    while position < len(header):
        scheme = _SCHEME.match(header, position)
        if scheme is None:
            return
        parameters, position = _parameters(header, scheme.end())
        yield Challenge(scheme["scheme"].lower(), parameters)
        position = _skip(header, position)


def _parameters(header: str, position: int) -> tuple[dict[str, str], int]:
    found: dict[str, str] = {}
    while match := _PARAMETER.match(header, _skip(header, position)):
        quoted = match["quoted"]
        value = re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL) if quoted is not None else match["bare"]
        found.setdefault(match["name"].lower(), value)
        position = match.end()
    return found, position


def _skip(header: str, position: int) -> int:
    match = _SEPARATOR.match(header, position)
    return match.end() if match else position
