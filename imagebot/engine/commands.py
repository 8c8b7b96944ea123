"""What people tell imagebot in comments: ``/imagebot VERB ...`` at the begin of a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, get_args

from imagebot.policies.dates import age
from imagebot.untrusted import clean

Verb = Literal["rebase", "recreate", "skip", "hold", "resume", "explain", "rollback"]
VERBS: tuple[Verb, ...] = get_args(Verb)
MOST = 5
"""Commands of one comment that are carried out."""

_LINE = re.compile(r"/imagebot(?:[ \t]+(?P<verb>\S+))?(?:[ \t]+(?P<rest>\S.*?))?[ \t]*", re.ASCII)
_FENCE = re.compile(r" {0,3}(?P<fence>`{3,}|~{3,})")
_REASON = 300


@dataclass(frozen=True, slots=True)
class Command:
    """One command, well formed.

    Attributes:
        version: Tag to skip.
        lasting: How long to hold; None for no end.
        reason: Why, in the words of who said so, cleaned.
    """

    verb: Verb
    version: str = ""
    lasting: timedelta | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Misspelt:
    """A line that is meant for imagebot and is no command.

    Attributes:
        why: What is wrong, and what would be right.
    """

    why: str


def commands(body: str) -> tuple[Command | Misspelt, ...]:
    """The commands of a comment; what is quoted or stands in a code block is none."""
    found = [_command(match) for line in _spoken(body) if (match := _LINE.fullmatch(line))]
    return tuple(found[:MOST])


def _spoken(body: str) -> Iterator[str]:
    """Lines outside of code blocks (CommonMark: a fence is closed by one that is as long)."""
    fence = ""
    for line in body.splitlines():
        opening = _FENCE.match(line)
        if fence:
            if opening and opening["fence"].startswith(fence) and not line.strip(" `~"):
                fence = ""
        elif opening:
            fence = opening["fence"]
        else:
            yield line


def _command(match: re.Match[str]) -> Command | Misspelt:
    verb = next((verb for verb in VERBS if verb == match["verb"]), None)
    rest = match["rest"] or ""
    if verb is None:
        said = f"`{clean(match['verb'], 30).replace('`', '')}` is no command; " if match["verb"] else ""
        return Misspelt(f"{said}commands are {', '.join(VERBS)}")
    if verb == "skip":
        return _skip(rest)
    if verb == "hold":
        return _hold(rest)
    return Misspelt(f"`{verb}` takes nothing behind it") if rest else Command(verb)


def _skip(rest: str) -> Command | Misspelt:
    version, _, reason = rest.partition(" ")
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}", version):
        return Misspelt("`skip` wants a version, as in `/imagebot skip 1.9.0`")
    return Command("skip", version=version, reason=clean(reason, _REASON))


def _hold(rest: str) -> Command | Misspelt:
    first, _, reason = rest.partition(" ")
    lasting = age(first)
    if first and not lasting and first[0].isdigit():
        return Misspelt(
            "`hold` wants a length of time such as `14d`, `12h` or `2w`, and may have a reason behind it"
        )
    if not lasting:
        return Command("hold", reason=clean(rest, _REASON))
    return Command("hold", lasting=lasting, reason=clean(reason, _REASON))
