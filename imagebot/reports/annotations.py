"""Faults as workflow commands, which GitHub Actions shows beside the lines of a pull request.

Sources: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands, and for what is
escaped https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from imagebot.policies.faults import Fault
from imagebot.untrusted import clean

if TYPE_CHECKING:
    from imagebot.plan import Outcome, Plan, Scanned

SHOWN = 10
"""Annotations of one kind that GitHub shows for one step."""

_LIMIT = 2000
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = {**_DATA, ord(":"): "%3A", ord(","): "%2C"}


def workflow_commands(faults: Iterable[Fault]) -> str:
    """One command a line, errors first; where GitHub leaves some out, a notice says how many there are."""
    ordered = sorted(faults, key=lambda fault: (fault.severity != "error", fault))
    return "".join(f"{line}\n" for line in [*map(_annotation, ordered), *_closing(ordered)])


def refusals(plan: Plan, outcomes: Iterable[Outcome]) -> str:
    """One error for each thing that was asked for and not done."""
    places = [
        (_place_of(held.scanned), f"{held.scanned.reference.image.name}: {held.reason}") for held in plan.held
    ]
    failures = [(_nowhere(), failure.error.message) for failure in plan.failures]
    undone = [(_nowhere(), o.reason) for o in outcomes if o.action in {"held", "failed"}]
    return "".join(
        f"{_command('error', {**place, 'title': 'imagebot set'}, clean(text, _LIMIT))}\n"
        for place, text in [*places, *failures, *undone]
    )


def _nowhere() -> dict[str, object]:
    return {}


def _place_of(item: Scanned) -> dict[str, object]:
    return {"file": clean(item.reference.path, _LIMIT), "line": item.reference.line}


def _annotation(fault: Fault) -> str:
    message = "\n".join(clean(part, _LIMIT) for part in (fault.message, fault.fix) if part)
    return _command(fault.severity, {**_place(fault), "title": fault.id}, message)


def _place(fault: Fault) -> dict[str, object]:
    if not fault.path:
        return {}
    return {
        "file": clean(fault.path, _LIMIT),
        "line": fault.line,
        "col": fault.column,
        "endColumn": fault.column + fault.width - 1,
    }


def _closing(faults: Iterable[Fault]) -> Iterator[str]:
    counts = Counter(fault.severity for fault in faults)
    if any(number > SHOWN for number in counts.values()):
        told = " and ".join(f"{number} {kind}{'s' if number != 1 else ''}" for kind, number in counts.items())
        message = f"{told}; GitHub shows {SHOWN} of a kind, the log has all"
        yield _command("notice", {"title": "imagebot validate"}, message)


def _command(name: str, properties: dict[str, object], message: str) -> str:
    shown = ",".join(f"{key}={str(value).translate(_PROPERTY)}" for key, value in properties.items())
    return f"::{name} {shown}::{message.translate(_DATA)}"
