"""Test cases as they are written beside a policy."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from imagebot.policies.base_model import Model, fault
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

    @model_validator(mode="after")
    def _names_what_is_offered(self) -> Self:
        """A tag that is not offered can be neither selected nor rejected: the case could never hold."""
        if self.selected is not None and self.selected not in self.tags:
            fault(
                "policy-test",
                f"{self.selected!r} is none of `tags`",
                hint="add it to `tags`; where nothing newer may be selected, write null",
                at="selected",
                offset=0,
            )
        for tag in self.rejected:
            if tag not in self.tags:
                fault(
                    "policy-test", f"{tag!r} is none of `tags`", hint="add it to `tags`", at=("rejected", tag)
                )
        return self
