"""A backtest for a person at a terminal, and for programs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from imagebot.reports.documents import FORMAT_VERSION, Document
from imagebot.reports.table import Cell, Row, Screen, table
from imagebot.untrusted import clean

if TYPE_CHECKING:
    from imagebot.plan import Failure
    from imagebot.replay import Backtest, Compared, Move, Outcome, PullRequest, Replayed, Step

_SHOWN = 3
_SHORT_COMMIT = 7
_UNITS = (("d", 86400), ("h", 3600), ("min", 60))
_STYLES = {"proposed": "green", "never": "dim", "back": "bold red", "unknown": "yellow"}


def backtest_text(found: Backtest, screen: Screen) -> str:
    """What would have been proposed, what people did, what was left out, and all of it in one sentence."""
    proposals = table([_proposal_row(proposal) for proposal in found.proposals], screen)
    moves = table([_move_row(move) for move in found.by_hand], screen, droppable=(2, 1))
    failures = table([_failure_row(failure) for failure in found.failures], screen)
    notes = "".join(f"note: {clean(note, 1000)}\n" for note in found.notes)
    return "\n".join(
        part
        for part in (
            _head(found),
            proposals and f"Would have been proposed:\n{proposals}",
            moves and f"Moved by hand:\n{moves}",
            notes,
            failures,
            f"{closing(found)} Nothing was changed.\n",
        )
        if part
    )


def _head(found: Backtest) -> str:
    period = found.period
    names = ", ".join(found.policies) or "none"
    head = (
        f"Backtest of {'policy' if len(found.policies) == 1 else 'policies'} {names}: "
        f"{period.since:%Y-%m-%d} to {period.until:%Y-%m-%d}, "
        f"pull requests merged {duration(period.merged_after)} after they are opened"
    )
    dated = [f"  dates of {image}: {says}" for image, says in found.dated]
    return "".join(f"{line}\n" for line in (head, *dated))


def closing(found: Backtest) -> str:
    """The backtest in one sentence."""
    length = duration(found.period.until - found.period.since)
    opened = f"{_count(found.opened, 'pull request')} in {length} ({found.per_week:.1f} a week)"
    return f"{opened}; {_people(found)}."


def _people(found: Backtest) -> str:
    """What people did, beside it."""
    outcomes = [move.compared.outcome for move in found.by_hand if move.compared]
    lead = found.median_lead
    same = "nobody moved a tag by hand"
    if lead is not None:
        when = f"a median of {_lead(lead, 'later', 'earlier')}"
        same = f"people made {outcomes.count('proposed')} of the same moves, {when}"
    elif outcomes:
        same = "people made none of the same moves"
    more: tuple[tuple[Outcome, str], ...] = (
        ("never", "that the policies leave to them"),
        ("back", "back to an older version"),
        ("unknown", "that cannot be compared"),
    )
    parts = [same, *(f"{number} {words}" for outcome, words in more if (number := outcomes.count(outcome)))]
    own = len(found.moves) - len(found.by_hand)
    return ", ".join([*parts, *([f"{own} by imagebot itself"] if own else [])])


def _proposal_row(proposal: Replayed) -> Row:
    ways = [f"{step.image} {step.before} → {step.after}" for step in proposal.travels]
    more = f" and {len(ways) - _SHOWN} more" if len(ways) > _SHOWN else ""
    return [
        Cell(proposal.id, "bold"),
        Cell(f"{len(proposal.pull_requests)} opened"),
        Cell(f"{proposal.updated} updated", "" if proposal.updated else "dim"),
        Cell(f"{proposal.merged} merged", "" if proposal.merged else "dim"),
        Cell(", ".join(ways[:_SHOWN]) + more),
    ]


def _move_row(move: Move) -> Row:
    step = move.step
    return [
        Cell(f"{move.at:%Y-%m-%d}"),
        Cell(move.commit[:_SHORT_COMMIT], "dim"),
        Cell(clean(move.author, 40)),
        Cell(move.proposal),
        Cell(f"{step.image} {step.before} → {step.after}", "bold"),
        _comparison(move),
    ]


def _comparison(move: Move) -> Cell:
    compared = move.compared
    if compared is None:
        return Cell("")
    style = _STYLES[compared.outcome]
    if move.lead is None:
        words = "went back" if compared.outcome == "back" else f"{compared.outcome}: {compared.reason}"
        return Cell(words, style)
    newer = f", as {compared.tag}" if compared.tag != move.step.after else ""
    late = move.lead < timedelta()
    return Cell(f"{_lead(move.lead, 'earlier', 'later')}{newer}", "yellow" if late else style)


def _failure_row(failure: Failure) -> Row:
    error = failure.error
    message = f"{error.message}; {error.hint}" if error.hint else error.message
    return [Cell(f"error[{error.id}]", "bold red"), Cell(failure.image or ""), Cell(message)]


def _lead(lead: timedelta, before: str, after: str) -> str:
    if abs(lead) < timedelta(minutes=1):
        return f"less than a minute {before}"
    return f"{duration(abs(lead))} {after if lead < timedelta() else before}"


def duration(length: timedelta) -> str:
    """A length of time in its two largest units: ``12 d 3 h``."""
    left = int(length.total_seconds())
    parts: list[str] = []
    for unit, size in _UNITS:
        number, left = divmod(left, size)
        if number or (parts and len(parts) < 2):
            parts.append(f"{number} {unit}")
    return " ".join(part for part in parts[:2] if not part.startswith("0 ")) or "0 min"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def backtest_document(found: Backtest) -> Document:
    """``imagebot backtest``."""
    lead = found.median_lead
    return {
        "format_version": FORMAT_VERSION,
        "since": found.period.since.isoformat(),
        "until": found.period.until.isoformat(),
        "merged_after_s": int(found.period.merged_after.total_seconds()),
        "policies": list(found.policies),
        "dated": [{"image": image, "says": says} for image, says in found.dated],
        "opened": found.opened,
        "per_week": round(found.per_week, 2),
        "median_lead_s": None if lead is None else int(lead.total_seconds()),
        "proposals": [_proposal(proposal) for proposal in found.proposals],
        "moves": [_move(move) for move in found.moves],
        "undated": found.undated,
        "notes": list(found.notes),
        "errors": [
            {
                "id": failure.error.id,
                "message": failure.error.message,
                "hint": failure.error.hint,
                "image": failure.image,
            }
            for failure in found.failures
        ],
    }


def _proposal(proposal: Replayed) -> Document:
    return {
        "id": proposal.id,
        "opened": len(proposal.pull_requests),
        "updated": proposal.updated,
        "merged": proposal.merged,
        "images": [_step(step) for step in proposal.travels],
        "pull_requests": [_pull_request(one) for one in proposal.pull_requests],
    }


def _pull_request(one: PullRequest) -> Document:
    return {
        "opened_at": one.opened.isoformat(),
        "updated": one.updated,
        "merged_at": _time(one.merged),
        "closed_at": _time(one.closed),
        "images": [_step(step) for step in one.steps],
    }


def _step(step: Step) -> Document:
    return {"image": step.image, "from": step.before, "to": step.after, "places": step.places}


def _move(move: Move) -> Document:
    lead = move.lead
    return {
        "at": move.at.isoformat(),
        "commit": move.commit,
        "author": move.author,
        "by": "imagebot" if move.own else "people",
        "proposal": move.proposal,
        **_step(move.step),
        **_compared(move.compared),
        "lead_s": None if lead is None else int(lead.total_seconds()),
    }


def _compared(compared: Compared | None) -> Document:
    """When it would have been proposed; all null for imagebot's own."""
    return {
        "outcome": compared.outcome if compared else None,
        "proposed_at": _time(compared.at) if compared else None,
        "proposed_tag": compared.tag if compared else None,
        "reason": compared.reason if compared else "",
    }


def _time(when: datetime | None) -> str | None:
    return when.isoformat() if when else None
