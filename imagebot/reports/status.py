"""What stands on the forge, for a person at a terminal and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from imagebot.reports.documents import FORMAT_VERSION, Document, pin_document, timestamp
from imagebot.reports.table import Cell, Row, Screen, table
from imagebot.standing import moved
from imagebot.untrusted import clean

if TYPE_CHECKING:
    from imagebot.standing import LastSeen, OnHold, Open, Request, Shift, Standing, TurnedDown

_STYLES = {"open": "green", "merging": "green", "draft": "dim", "on-hold": "yellow"}
_NONE = "-"


def status_text(standing: Standing, screen: Screen) -> str:
    """What is open, turned down and on hold; the counts; what to do next."""
    parts = (
        table([_open_row(found) for found in standing.open], screen, droppable=(4,)),
        _titled("Turned down:", table([_down_row(row) for row in standing.turned_down], screen)),
        _titled("On hold:", table([_hold_row(hold) for hold in standing.holds], screen)),
        f"{counts(standing)}\n",
        "".join(f"{line}\n" for line in next_steps(standing)),
    )
    return "\n".join(part for part in parts if part)


def _titled(title: str, rows: str) -> str:
    return f"{title}\n{rows}" if rows else ""


def _open_row(found: Open) -> Row:
    return [
        Cell(found.request.name, "bold"),
        Cell(found.request.environment or _NONE),
        Cell(found.state.replace("-", " "), _STYLES.get(found.state, "bold red")),
        Cell(clean(found.request.title, 200)),
        Cell(_day(found.created), "dim"),
        Cell(found.request.url, "dim"),
        Cell(clean(found.reason, 500), "dim"),
    ]


def _down_row(row: TurnedDown) -> Row:
    return [
        Cell(row.request.name, "bold"),
        Cell(row.request.proposal),
        Cell(row.how.replace("-", " "), "yellow"),
        Cell(moved(row.shifts) or clean(row.request.title, 200)),
        Cell(_day(row.closed), "dim"),
        Cell(clean(row.reason, 500), "dim"),
    ]


def _hold_row(hold: OnHold) -> Row:
    return [
        Cell(hold.request.name, "bold"),
        Cell(hold.request.proposal),
        Cell(f"by @{hold.by}"),
        Cell(until(hold), "yellow"),
        Cell(clean(hold.reason, 500), "dim"),
    ]


def counts(standing: Standing) -> str:
    """How much stands, and when imagebot was last at work, in one line."""
    down, holds = len(standing.turned_down), len(standing.holds)
    return (
        f"Status: {len(standing.open)} open, {down} turned down, {holds} on hold. {_last(standing.last_seen)}"
    )


def _last(seen: LastSeen | None) -> str:
    if seen is None:
        return "imagebot left no trace yet."
    return f"Last trace of imagebot: {timestamp(seen.at)}, when it {seen.what}."


def next_steps(standing: Standing) -> Iterator[str]:
    """What a person may do about it; nothing where nothing waits for one."""
    states = (
        ("hands-off", "comment `/imagebot recreate` to give up what people did on the branch"),
        ("no-marker", "close it, or give its body the hidden marker back"),
        ("draft", "see what holds it"),
    )
    steps = [
        (words, [found.request for found in standing.open if found.state == state]) for state, words in states
    ]
    resumed = [*(row.request for row in standing.turned_down), *(hold.request for hold in standing.holds)]
    steps.append(("comment `/imagebot resume` to have it back", resumed))
    for words, requests in steps:
        names = dict.fromkeys(request.name for request in requests if request.number)
        if names:
            yield f"{', '.join(names)}: {words}"


def status_document(standing: Standing) -> Document:
    """``imagebot status``."""
    seen = standing.last_seen
    return {
        "format_version": FORMAT_VERSION,
        "open": [_open(found) for found in standing.open],
        "turned_down": [_turned_down(row) for row in standing.turned_down],
        "holds": [_hold(hold) for hold in standing.holds],
        "last_run": seen and {"at": timestamp(seen.at), "what": seen.what},
    }


def _request(request: Request) -> Document:
    return {
        "number": request.number or None,
        "url": request.url or None,
        "branch": request.branch,
        "title": request.title,
        "proposal": request.proposal or None,
        "environment": request.environment or None,
    }


def _open(found: Open) -> Document:
    return _request(found.request) | {
        "state": found.state,
        "reason": found.reason,
        "versions": _versions(found.shifts),
        "created": found.created and timestamp(found.created),
        "labels": list(found.labels),
    }


def _turned_down(row: TurnedDown) -> Document:
    return _request(row.request) | {
        "how": row.how,
        "reason": row.reason,
        "versions": _versions(row.shifts),
        "closed": row.closed and timestamp(row.closed),
    }


def _hold(hold: OnHold) -> Document:
    return _request(hold.request) | {
        "by": hold.by,
        "until": timestamp(hold.until) if hold.until else None,
        "reason": hold.reason,
    }


def _versions(shifts: Sequence[Shift]) -> list[Document]:
    return [
        {
            "image": shift.image,
            "from": pin_document(shift.source),
            "to": pin_document(shift.written),
            "places": shift.places,
        }
        for shift in shifts
    ]


def until(hold: OnHold) -> str:
    """When a hold ends, in words."""
    return f"until {timestamp(hold.until)}" if hold.until else "until somebody ends it"


def _day(when: datetime | None) -> str:
    return f"{when:%Y-%m-%d}" if when else _NONE
