"""The key ``pull-request`` of a policy as it is written: how its updates are proposed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

from imagebot.policies.base_model import Model, fault, problem
from imagebot.policies.proposing import Drafts, MergedBy, MergeMethod, MergeStep, OnePer
from imagebot.untrusted import clean

POLICY_NAME = r"[A-Za-z0-9][A-Za-z0-9._:-]{0,62}"
MERGING = ("merge-method", "merge-by")
"""Keys that mean nothing without ``automerge``."""

_LOGIN = r"[A-Za-z0-9_][A-Za-z0-9._-]{0,254}(?:\[bot\])?"
_TEAM = r"[A-Za-z0-9_][A-Za-z0-9._-]{0,254}(?:/[A-Za-z0-9_][A-Za-z0-9._-]{0,254}){0,20}"
_LONGEST_LABEL = 50
"""Characters of a label on GitHub, which takes the fewest."""


def policy_name(name: str) -> str:
    """A name that can be part of a branch."""
    if not re.fullmatch(POLICY_NAME, name):
        hint = "letters, digits, `.`, `_`, `:` and `-`, at most 63, beginning with a letter or digit"
        fault("policy-name", f"{name!r} is no name for a policy", hint=hint)
    return name


def label(family: str) -> AfterValidator:
    """A validator of a label that every forge takes."""

    def check(text: str) -> str:
        if len(text) > _LONGEST_LABEL or "," in text or not text or text != clean(text):
            shown = clean(repr(text), 80)
            hint = f"at most {_LONGEST_LABEL} characters, no comma, no blanks around it"
            fault(f"{family}-label", f"{shown} is no label that forges take", hint=hint)
        return text

    return AfterValidator(check)


def _person(login: str) -> str:
    if not re.fullmatch(_LOGIN, login, re.ASCII):
        bare = login.removeprefix("@")
        hint = "write the login, as the forge shows it behind `@`"
        if re.fullmatch(_LOGIN, bare, re.ASCII):
            hint = f"write {bare}, without `@`"
        elif re.fullmatch(_TEAM, bare, re.ASCII):
            hint = f"that is a team: write `teams: [{bare}]`"
        fault("policy-person", f"{clean(repr(login), 80)} is no login", hint=hint)
    return login


def _team(name: str) -> str:
    if not re.fullmatch(_TEAM, name, re.ASCII):
        bare = name.removeprefix("@")
        hint = "write such as acme/platform"
        if re.fullmatch(_TEAM, bare, re.ASCII):
            hint = f"write {bare}, without `@`"
        fault("policy-person", f"{clean(repr(name), 80)} is no team", hint=hint)
    return name


def _form(value: object) -> str:
    return "switch" if isinstance(value, bool) else "several" if isinstance(value, list) else "one"


Label = Annotated[str, label("policy")]
Person = Annotated[str, AfterValidator(_person)]
Team = Annotated[str, AfterValidator(_team)]
Automerge = Annotated[
    Annotated[bool, Tag("switch")]
    | Annotated[MergeStep, Tag("one")]
    | Annotated[list[MergeStep], Field(min_length=1), Tag("several")],
    Discriminator(_form),
]


class PullRequestModel(Model):
    """How the updates of a policy are proposed."""

    takes_null = True

    group: Annotated[str, AfterValidator(policy_name)] | None = Field(
        None,
        description="Name in place of the policy's own: policies of one group share their pull requests.",
    )
    one_per: OnePer = Field(
        "policy",
        alias="one-per",
        description="What has a pull request of its own: policy or group in each environment, image or "
        "directory of those, environment, or the repository.",
    )
    labels: list[Label] = Field([], description="Labels that are added to imagebot's own.")
    reviewers: list[Person] = Field([], description="Logins that are asked for a review, without `@`.")
    teams: list[Team] = Field([], description="Teams that are asked for a review, such as acme/platform.")
    assignees: list[Person] = Field([], description="Logins that it is assigned to, without `@`.")
    milestone: Annotated[str, Field(min_length=1, max_length=255)] | None = Field(
        None, description="Title of an open milestone."
    )
    codeowners: bool = Field(
        default=False,
        description="Whether the owners of the edited files in CODEOWNERS are asked for a review.",
    )
    draft: Drafts = Field(
        "never",
        description="never; pending: what a gate still holds is proposed as a draft; always: a person makes "
        "it ready.",
    )
    automerge: Automerge = Field(
        default=False,
        description="Steps that are merged without a person: true for every one, or major, minor, patch, "
        "digest, other.",
    )
    merge_method: MergeMethod | None = Field(
        None, alias="merge-method", description="Default: what the repository allows first."
    )
    merge_by: MergedBy = Field(
        "forge",
        alias="merge-by",
        description="forge: its own automatic merge; imagebot: in a run that finds all checks passed.",
    )

    @classmethod
    def contradictions(cls, written: Mapping[str, Any]) -> Iterator[PydanticCustomError]:
        """Keys that say something against one another."""
        if written.get("group") is not None and written.get("one-per") == "environment":
            yield problem(
                "policy-contradiction",
                "`one-per: environment` puts all policies of an environment together, and `group` only some",
                hint="leave one of the two out",
                at="group",
            )
        for key in MERGING:
            if key in written and not written.get("automerge"):
                hint = "write `automerge: [patch, digest]` or such, or leave it out"
                message = f"`{key}` says how to merge, and without `automerge` imagebot merges nothing"
                yield problem("policy-contradiction", message, hint=hint, at=key)
        if written.get("draft") == "always" and written.get("automerge"):
            message = "`draft: always` waits for a person, and `automerge` does not"
            hint = "leave one of the two out, or write `automerge: false` over a default"
            yield problem("policy-contradiction", message, hint=hint, at="draft")
