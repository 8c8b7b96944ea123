"""Test cases as they are written beside a policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

from imagebot.policies.base_model import Model, fault, problem
from imagebot.policies.dates import parse_date
from imagebot.policies.policy import RuleName


def _date(text: str) -> str:
    if parse_date(text) is None:
        fault("policy-test-date", f"{text!r} is no date", hint="write 2024-06-12 or 2024-06-12T08:00:00Z")
    return text


def _form(value: object) -> str:
    return "dated" if isinstance(value, dict) else "listed"


Date = Annotated[str, AfterValidator(_date)]
Tags = Annotated[
    Annotated[list[str], Tag("listed")] | Annotated[dict[str, Date | None], Tag("dated")],
    Discriminator(_form),
]


class CaseModel(Model):
    """Tags that are offered, and the one that must be selected."""

    current: str | None = Field(None, description="Tag that is deployed; default: none.")
    tags: Tags = Field(
        description="Tags that are offered; with `order: created` each with its date: `1.4.2: 2024-06-12`."
    )
    selected: str | None = Field(
        description="Tag that must be selected; null where nothing newer may be. Under `newest-of-each` one "
        "of those."
    )
    rejected: dict[str, RuleName] = Field(
        {}, description="Rules that must have rejected tags, by tag: `2.0.0-rc1: prereleases`."
    )

    @classmethod
    def contradictions(cls, written: Mapping[str, Any]) -> Iterator[PydanticCustomError]:
        """Expectations that no selection could meet."""
        tags, selected, rejected = (written.get(key) for key in ("tags", "selected", "rejected"))
        if isinstance(selected, str):
            yield from _selected(selected, written.get("current"), tags, rejected)
        for tag in rejected if isinstance(rejected, dict) else ():
            if isinstance(tags, list | dict) and tag not in tags:
                message = f"{tag!r} is none of `tags`"
                yield problem("policy-test", message, hint="add it to `tags`", at=("rejected", tag))


def _selected(
    selected: str, current: object, tags: object, rejected: object
) -> Iterator[PydanticCustomError]:
    message = hint = ""
    if selected == current:
        message = f"{selected!r} is the current tag, and moving to it is no move"
        hint = "where nothing newer may be selected, write null"
    elif isinstance(rejected, dict) and selected in rejected:
        message = f"{selected!r} is to be selected and rejected"
        hint = "take it out of `rejected`, or expect another one"
    elif isinstance(tags, list | dict) and selected not in tags:
        message = f"{selected!r} is none of `tags`"
        hint = "add it to `tags`; where nothing newer may be selected, write null"
    if message:
        yield problem("policy-test", message, hint=hint, at="selected", offset=0)
