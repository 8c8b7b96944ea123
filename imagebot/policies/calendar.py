"""When something new may be proposed or merged.

Cron expressions have five fields and are read as Debian's cron reads them, by the clock of the calendar's
time zone. Of a schedule every minute counts that a clock on the wall shows: one that daylight saving skips
never comes, one that it repeats comes twice. A freeze begins once: at a time that is skipped as much later,
at one that is repeated the first time.

Source: https://manpages.debian.org/stable/cron/crontab.5.en.html
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from cronsim import CronSim

from imagebot.policies.proposing import Calendar, Freeze
from imagebot.untrusted import clean

SEARCHED = timedelta(days=731)
"""How far ahead it is looked for the moment that a calendar opens again."""

_ROUNDS = 1500
"""Freezes and closed hours, one after the other, that are looked through."""

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


def closed_at(calendar: Calendar, moment: datetime) -> str:
    """Why nothing may change at a moment, and when it may again; empty if it may.

    Args:
        calendar: With expressions that were checked.
        moment: With time zone.
    """
    zone, at = ZoneInfo(calendar.time_zone), moment.astimezone(UTC)
    freeze = next((freeze for freeze in calendar.freezes if _ends(freeze, zone, at)), None)
    if freeze is None and _scheduled(calendar.schedule, zone, at, at) is not None:
        return ""
    why = f"frozen: {clean(freeze.reason, 200)}" if freeze else "outside of the schedule"
    again = opens_again(calendar, moment)
    return f"{why}; opens again {again.isoformat()}" if again else f"{why}; does not open within two years"


def opens_again(calendar: Calendar, moment: datetime) -> datetime | None:
    """The first moment, not before the one given, at which it is open; None if there is none in two years.

    Args:
        calendar: With expressions that were checked.
        moment: With time zone.
    """
    zone, at = ZoneInfo(calendar.time_zone), moment.astimezone(UTC)
    limit = at + SEARCHED
    for _ in range(_ROUNDS):
        ends = [end for freeze in calendar.freezes if (end := _ends(freeze, zone, at))]
        thawed = max(ends, default=at)
        opened = _scheduled(calendar.schedule, zone, thawed, limit)
        if opened is None or opened > limit:
            return None
        if opened == at:
            return at.astimezone(zone)
        at = opened
    return None


def _ends(freeze: Freeze, zone: tzinfo, at: datetime) -> datetime | None:
    """When a freeze that holds at a moment ends; None if it does not hold."""
    if freeze.begin and freeze.end:
        begin, end = freeze.begin.astimezone(UTC), freeze.end.astimezone(UTC)
        return end if begin <= at < end else None
    begun = max((start for start in _starts(freeze.cron, zone, at) if start <= at), default=None)
    return begun + freeze.lasting if begun and at < begun + freeze.lasting else None


def _starts(cron: str, zone: tzinfo, at: datetime) -> Iterator[datetime]:
    """Moments at which an expression began, backward, until none can be later than those before.

    Where the clock was turned, moments do not come in the order of what it shows.
    """
    wall = at.replace(tzinfo=None)
    offsets = [_offset(zone, at + days) for days in (-_DAY, timedelta(), _DAY)]
    low, high = min(offsets), max(offsets)
    latest = (wall + high).replace(second=0, microsecond=0) + _MINUTE
    for shown in CronSim(cron, latest, reverse=True):
        yield shown.replace(tzinfo=zone).astimezone(UTC)
        if shown < wall + low - (high - low):
            return


def _scheduled(schedule: tuple[str, ...], zone: tzinfo, at: datetime, limit: datetime) -> datetime | None:
    """The first moment from one to another that an expression names, or a little later; None if none is."""
    while schedule and at <= limit:
        wall = (at + _offset(zone, at)).replace(tzinfo=None)
        shown = min(_shown(cron, wall) for cron in schedule)
        opened = at + max(shown - wall, timedelta())
        turned = _turned(zone, at, min(opened, limit))
        if turned is None:
            return opened if opened <= limit else None
        at = turned
    return None if schedule else at


def _shown(cron: str, wall: datetime) -> datetime:
    """The first minute that an expression names, from the one that a clock shows on."""
    minute = wall.replace(second=0, microsecond=0)
    return next(CronSim(cron, minute - _MINUTE), minute + 2 * SEARCHED)


def _turned(zone: tzinfo, at: datetime, until: datetime) -> datetime | None:
    """The first minute after a moment at which the clock was turned; None if it is not until another."""
    offset = _offset(zone, at)
    while at < until:
        ahead = min(at + _DAY, until)
        if _offset(zone, ahead) != offset:
            return _first_other(zone, at, ahead)
        at = ahead
    return None


def _first_other(zone: tzinfo, before: datetime, after: datetime) -> datetime:
    """The first minute with another offset, between a moment with one and a moment with the other."""
    # clocks are turned at full minutes
    before, after = (moment.replace(second=0, microsecond=0) for moment in (before, after))
    while after - before > _MINUTE:
        middle = before + (after - before) // 2 // _MINUTE * _MINUTE
        if _offset(zone, middle) == _offset(zone, before):
            before = middle
        else:
            after = middle
    return before + _MINUTE


def _offset(zone: tzinfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()
