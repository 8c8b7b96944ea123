"""Policy files as they are written: keys, types and the faults that one value can have."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from imagebot.errors import InvalidReference
from imagebot.policies.agreement import looked_at, policy_problems, tag_problems
from imagebot.policies.base_model import Model, PathGlob, fault, problem
from imagebot.policies.case_model import CaseModel
from imagebot.policies.dates import age
from imagebot.policies.globs import normalised_image_glob
from imagebot.policies.pattern import InvalidPattern, Pattern
from imagebot.policies.policy import DatedBy, OrderName, Pinning
from imagebot.policies.pull_request_model import PullRequestModel, policy_name
from imagebot.references.orders import ORDERS
from imagebot.references.ranges import Comparison, InvalidRange
from imagebot.references.suffix import PRERELEASE_LETTERS, PRERELEASE_WORDS

_PRERELEASES = (*PRERELEASE_WORDS, *PRERELEASE_LETTERS)


def _regex(text: str) -> str:
    try:
        Pattern.parse(text)
    except InvalidPattern as error:
        fault(
            "policy-regex",
            f"match is no regular expression: {error.message}",
            hint=error.hint,
            offset=error.offset,
        )
    return text


def _image(glob: str) -> str:
    try:
        return normalised_image_glob(glob)
    except InvalidReference as error:
        fault("policy-image", error.message, hint=error.hint)


def _is_empty(comparisons: Iterable[Comparison]) -> bool:
    """Whether the highest that two comparisons allow lies below the lowest, where that is plain."""
    plain = [comparison for comparison in comparisons if not comparison.negated]
    for low, high in product(plain, plain):
        if low.lower is None or high.upper is None:
            continue
        lowest, highest = low.lower.precedence, high.upper.precedence
        if highest < lowest or (highest == lowest and (low.lower_open or not high.upper_closed)):
            return True
    return False


class TagsModel(Model):
    """Which tags are allowed, and how they are ordered."""

    takes_null = True

    order: OrderName = Field(
        "semver",
        description="How tags are ordered: semver, calver (dates), pep440, numerical, alphabetical, "
        "created (by date); digest follows a mutable tag.",
    )
    range: str | None = Field(
        None, description="Allowed versions, such as `>=1.4 <2`, `^1.4`, `~1.4.2`, `1.x`."
    )
    match: Annotated[str, AfterValidator(_regex)] | None = Field(
        None, description="Regular expression (RE2) that the whole tag must match."
    )
    by: Annotated[str, Field(min_length=1)] | list[str] | None = Field(
        None,
        description="Named groups of `match` that are ordered, one after the other; default: group "
        "`version`, else the whole tag.",
    )
    variant: str = Field(
        "same",
        description="`same` keeps the suffix family of the current tag, `any` takes all, "
        "else a literal suffix such as `-alpine`; empty means none.",
    )
    precision: Literal["same", "any"] = Field(
        "same",
        description="`same` keeps the number of version components: 1.2 moves to 1.3, never to 1.3.1.",
    )
    prereleases: bool | list[str] = Field(
        default=False,
        description="Whether pre-releases are allowed, or the words that are, such as [rc, beta].",
    )
    max_step: Literal["major", "minor", "patch"] = Field(
        "major", alias="max-step", description="Largest step from the current version."
    )
    ignore: list[str] = Field([], description="Globs on whole tags that are never selected.")
    newest_of_each: Literal["major"] | None = Field(
        None,
        alias="newest-of-each",
        description="`major`: the newest tag of each major version, each in a pull request of its own.",
    )
    dated_by: DatedBy | None = Field(
        None,
        alias="dated-by",
        description="Whose dates `order: created` goes by: push (the registry), first-seen (imagebot) or "
        "image (its own claim); default: push where the registry tells it, else image.",
    )

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of ``by``."""
        return (self.by,) if isinstance(self.by, str) else tuple(self.by or ())

    @field_validator("range")
    @classmethod
    def _range_is_one(cls, text: str | None, info: ValidationInfo) -> str | None:
        order = info.data.get("order", "semver")
        if text is None or not looked_at(order, "range"):
            return text
        try:
            found = ORDERS[order].range(text)
        except InvalidRange as error:
            fault("policy-range", f"range {text!r}: {error.message}", hint=error.hint, offset=error.offset)
        if all(_is_empty(alternative) for alternative in found.alternatives):
            fault(
                "policy-range", f"range {text!r}: no version is in it", hint="mend its bounds; `||` means or"
            )
        return text

    @field_validator("by")
    @classmethod
    def _groups_exist(cls, by: str | list[str] | None, info: ValidationInfo) -> str | list[str] | None:
        match = info.data.get("match")
        groups = Pattern.parse(match).groups if match else ()
        is_known = "match" in info.data and looked_at(info.data.get("order"), "by")
        for group in [by] if isinstance(by, str) else by or []:
            if is_known and group not in groups:
                hint = f"groups of `match`: {', '.join(groups) or 'none'}"
                fault(
                    "policy-group", f"`by` names the group {group!r}, which `match` does not have", hint=hint
                )
        return by

    @field_validator("prereleases")
    @classmethod
    def _words_are_known(cls, words: bool | list[str]) -> bool | list[str]:  # noqa: FBT001 - the value of the key
        for word in words if isinstance(words, list) else []:
            if word.lower() not in _PRERELEASES:
                near = difflib.get_close_matches(word.lower(), _PRERELEASES, n=1)
                hint = f"did you mean {near[0]}?" if near else f"words: {', '.join(_PRERELEASES)}"
                fault("policy-prereleases", f"{word!r} is no word for a pre-release", hint=hint)
        return words

    @classmethod
    def contradictions(cls, written: Mapping[str, Any]) -> Iterator[PydanticCustomError]:
        """Keys that say something against one another, or nothing at all."""
        known = frozenset(field.alias or name for name, field in cls.model_fields.items())
        return tag_problems(written, known)


def _age(text: str) -> str:
    if not age(text):
        hint = "write a number and a unit, such as 90m, 72h, 3d or 2w"
        fault("policy-min-age", f"{text!r} is no length of time between 1m and 10 years", hint=hint)
    return text


def _platform(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+/[a-z0-9_]+(?:/[a-z0-9.]+)?", text, re.ASCII):
        hint = "write os/architecture or os/architecture/variant, such as linux/arm64"
        fault("policy-platform", f"{text!r} is no platform", hint=hint)
    return text


class KeylessModel(Model):
    """A signature without a key."""

    identity: str = Field(min_length=1, description="Identity in the certificate: a URL or e-mail address.")
    issuer: str = Field(min_length=1, description="Who vouched for it, such as an OpenID Connect issuer.")


class CosignModel(Model):
    """Signatures that cosign makes."""

    keys: list[PathGlob] = Field([], description="PEM files of public keys; one good signature is enough.")
    keyless: list[KeylessModel] = Field(
        [], description="Identities of Sigstore certificates; needs imagebot[sigstore]."
    )

    @classmethod
    def contradictions(cls, written: Mapping[str, Any]) -> Iterator[PydanticCustomError]:
        """No signature at all."""
        if not any(written.get(key, []) != [] for key in ("keys", "keyless")):
            message = "`cosign` names neither keys nor identities"
            yield problem("policy-verify", message, hint="write `keys: [cosign.pub]`")


class VerifyModel(Model):
    """Signatures that an image must have."""

    cosign: CosignModel = Field(description="Signatures that cosign makes.")


def _listing(value: object) -> str:
    return "several" if isinstance(value, list) else "one"


Extended = Annotated[
    Annotated[str, Tag("one")] | Annotated[list[str], Tag("several")], Discriminator(_listing)
]


class DefaultsModel(Model):
    """Keys that policies take where they do not set them."""

    takes_null = True

    environments: list[str] = Field([], description="Environments of imagebot.yaml; default: everywhere.")
    paths: list[PathGlob] = Field(
        [], description="Globs relative to the root of the repository; default: everywhere."
    )
    tags: TagsModel = Field(TagsModel(), description="Which tags are allowed, and how they are ordered.")
    min_age: Annotated[str, AfterValidator(_age)] | None = Field(
        None,
        alias="min-age",
        description="How long an image must have been out, such as 72h or 3d: since the registry's push time "
        "where it tells one, else since imagebot saw it first.",
    )
    platforms: list[Annotated[str, AfterValidator(_platform)]] = Field(
        [], description="Platforms that an image must be built for, such as linux/amd64."
    )
    verify: VerifyModel | None = Field(None, description="Signatures that an image must have.")
    pin: Pinning = Field(
        "keep",
        description="What is written: keep (a digest only where one is pinned), tag, digest, tag+digest.",
    )
    refresh: bool = Field(
        default=False,
        description="Whether a tag that moved under its pinned digest is proposed anew; else it is reported.",
    )
    pull_request: PullRequestModel = Field(
        PullRequestModel(), alias="pull-request", description="How its updates are proposed."
    )

    @classmethod
    def contradictions(cls, written: Mapping[str, Any]) -> Iterator[PydanticCustomError]:
        """Keys that say something against one another."""
        return policy_problems(written)


class NamedModel(Model):
    """What only a policy itself has."""

    name: Annotated[str, AfterValidator(policy_name)] = Field(
        description="Name, unique over all policy files."
    )
    images: list[Annotated[str, AfterValidator(_image)]] = Field(
        min_length=1, description="Globs on normalised image names: `ghcr.io/acme/*`, `nginx`."
    )
    extends: Extended | None = Field(
        None,
        description="Files whose `defaults` lie beneath this policy, relative to the root of the repository, "
        "or presets such as `imagebot:stable`; each lies on those before it.",
    )


class PolicyModel(DefaultsModel, NamedModel):
    """One policy."""

    tests: list[CaseModel] = Field([], description="Cases that `imagebot test --all` runs.")


class FileHeadModel(Model):
    """What a policy file has besides policies."""

    extends: Extended | None = Field(
        None,
        description="Files whose `defaults` lie beneath those of this file, relative to the root of the "
        "repository, or presets such as `imagebot:stable`; each lies on those before it.",
    )


class PolicyFileModel(FileHeadModel):
    """A policy file."""

    defaults: DefaultsModel | None = Field(
        None, description="Keys that every policy of this file has where it does not set them."
    )
    policies: list[PolicyModel] | None = Field(
        None, description="The first policy that matches a reference governs it."
    )
