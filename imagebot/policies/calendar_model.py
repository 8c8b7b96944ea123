"""A calendar as it is written: when something new may be proposed or merged."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from imagebot.policies.base_model import Model, fault, problem
from imagebot.policies.calendar import opens_again
from imagebot.policies.dates import age, parse_moment
from imagebot.policies.proposing import Calendar, Freeze
from imagebot.untrusted import clean

_LONGEST_FREEZE = timedelta(days=366)
_LONGEST_CRON = 200
_SOME_DAY = datetime(2024, 1, 1, tzinfo=UTC)
"""A day to try calendars on, before a leap day: what is wrong must not depend on when it is read."""

_IN_DATES = ("from", "to")
_IN_CRON = ("cron", "for")


def _cron(text: str) -> str:
    wrong, hint = _cron_fault(text)
    if wrong:
        fault("settings-cron", f"{clean(repr(text), 80)}: {wrong}", hint=hint)
    return text


def _cron_fault(text: str) -> tuple[str, str]:
    """What is wrong with a cron expression, and what to write; nothing if it is one."""
    usual = "minute, hour, day, month, day of the week: `* 9-16 * * mon-thu`"
    if len(text) > _LONGEST_CRON or len(text.split()) != 5:
        return "a cron expression has five fields", usual
    try:
        CronSim(text, _SOME_DAY)
    except (CronSimError, AssertionError) as error:
        said = str(error)
        if said == "Bad day-of-month" and re.fullmatch(r"[\d,]+", text.split()[2]):
            return "there is no such day in these months: it never matches", usual
        if said == "Bad day-of-week":
            return (
                "no day of the week",
                "from sun to sat, or 0 to 7; write `fri,sat,sun` over the end of a week",
            )
        return clean(said[:1].lower() + said[1:], 80) or "no cron expression", usual
    if next(CronSim(text, _SOME_DAY), None) is None:
        return "it never matches", usual
    return "", ""


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, ZoneInfoNotFoundError):  # a folder of the database, a path, no such file
        near = difflib.get_close_matches(name, available_timezones(), n=1)
        usual = "write a name of the IANA database, such as Europe/Berlin"
        hint = f"did you mean {near[0]}?" if near else usual
        fault("settings-time-zone", f"there is no time zone {clean(repr(name), 80)}", hint=hint)
    return name


def _moment(text: str) -> str:
    if parse_moment(text, UTC) is None:
        hint = "write `2026-12-20` or `2026-12-20T18:00`"
        fault("settings-freeze", f"{clean(repr(text), 80)} is no date", hint=hint)
    return text


def _length(text: str) -> str:
    found = age(text)
    if not timedelta() < found <= _LONGEST_FREEZE:
        hint = "write a number and a unit, such as 12h, 62h or 2w"
        message = f"{clean(repr(text), 80)} is no length of time between 1m and a year"
        fault("settings-freeze", message, hint=hint)
    return text


Cron = Annotated[str, AfterValidator(_cron)]
Moment = Annotated[str, AfterValidator(_moment)]


class FreezeModel(Model):
    """A time in which nothing new is proposed and nothing is merged."""

    begin: Moment | None = Field(
        None, alias="from", description="Date or time at which it begins, in the time zone of the calendar."
    )
    end: Moment | None = Field(None, alias="to", description="Its last day, or the time at which it ends.")
    cron: Cron | None = Field(None, description="When it begins, each time.")
    lasting: Annotated[str, AfterValidator(_length)] | None = Field(
        None, alias="for", description="How long it lasts each time, such as 62h."
    )
    reason: Annotated[str, Field(min_length=1, max_length=200)] = Field(
        description="Why, for those who wait."
    )

    @classmethod
    def contradictions(cls, written: Mapping[str, Any]) -> Iterator[PydanticCustomError]:
        """Half of a time, two at once, or one that ends before it begins."""
        pairs = [pair for pair in (_IN_DATES, _IN_CRON) if any(key in written for key in pair)]
        hint = "write `from` and `to`, or `cron` and `for`"
        if len(pairs) != 1:
            said = "is given twice, by dates and by `cron`" if pairs else "is not given"
            yield problem("settings-freeze", f"when it is frozen {said}", hint=hint)
        elif missing := [key for key in pairs[0] if key not in written]:
            yield problem("settings-freeze", f"`{missing[0]}` is missing", hint=hint)
        elif pairs == [_IN_DATES]:
            yield from _order(written["from"], written["to"])

    def loaded(self, zone: ZoneInfo) -> Freeze:
        """The freeze, its dates read by the clock of a time zone."""
        return Freeze(
            reason=self.reason,
            begin=parse_moment(self.begin, zone) if self.begin else None,
            end=parse_moment(self.end, zone, last=True) if self.end else None,
            cron=self.cron or "",
            lasting=age(self.lasting) if self.lasting else timedelta(),
        )


def _order(first: object, last: object) -> Iterator[PydanticCustomError]:
    if not isinstance(first, str) or not isinstance(last, str):
        return
    begin, end = parse_moment(first, UTC), parse_moment(last, UTC, last=True)
    if begin is None or end is None:
        return
    if end <= begin:
        message = f"it ends before it begins: {clean(last, 40)} is not after {clean(first, 40)}"
        yield problem("settings-freeze", message, hint="change the two", at="to", offset=0)
    elif end - begin > _LONGEST_FREEZE:
        hint = "end it within a year, and go on when the time comes"
        yield problem("settings-freeze", "it is longer than a year", hint=hint, at="to", offset=0)


class CalendarModel(Model):
    """When something new may be proposed or merged."""

    time_zone: Annotated[str, AfterValidator(_time_zone)] | None = Field(
        None,
        alias="time-zone",
        description="IANA name, such as Europe/Berlin. Default: that of `pull-requests`, else UTC.",
    )
    schedule: list[Cron] = Field(
        [],
        max_length=50,
        description="Cron expressions: the minutes that one of them names are open. Default: always.",
    )
    freeze: list[FreezeModel] = Field(
        [], max_length=500, description="Times in which nothing new is proposed and nothing is merged."
    )

    @model_validator(mode="after")
    def _opens(self) -> Self:
        found = self.loaded("UTC")
        lasting = Calendar("UTC", found.schedule, tuple(freeze for freeze in found.freezes if freeze.cron))
        if opens_again(lasting, _SOME_DAY) is None:
            hint = "leave some minutes of `schedule` out of every freeze"
            fault("settings-calendar", "it does not open in two years", hint=hint)
        return self

    def loaded(self, zone: str) -> Calendar:
        """The calendar.

        Args:
            zone: The time zone where none is written.
        """
        name = self.time_zone or zone
        freezes = tuple(freeze.loaded(ZoneInfo(name)) for freeze in self.freeze)
        return Calendar(name, tuple(self.schedule), freezes)
