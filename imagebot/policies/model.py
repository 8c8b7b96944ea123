"""The files as they are written: keys, types and the faults that one value can have.

Keys that are understood but not carried out yet parse by their type and are refused at their place, so that a
file written for a later version says so instead of being half obeyed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal, NoReturn, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from imagebot.descriptors.rules import InvalidPath, parse_path
from imagebot.errors import InvalidReference
from imagebot.policies.globs import normalised_image_glob, path_fault
from imagebot.references.image import ImageName
from imagebot.references.ranges import InvalidRange, Range

POLICY_NAME = r"[A-Za-z0-9][A-Za-z0-9._:-]{0,62}"
ENVIRONMENT_NAME = r"[a-z0-9][a-z0-9._-]{0,62}"


def fault(id: str, message: str, *, hint: str = "", offset: int = 0, at: str = "") -> NoReturn:  # noqa: A002 - the word of the JSON format
    """Refuse a value.

    Args:
        id: Stable id.
        message: What is wrong.
        hint: How to fix it.
        offset: Characters into the value where it is wrong.
        at: Key below the value where it is wrong.
    """
    raise PydanticCustomError(
        id,
        "{message}",
        {"message": message, "hint": hint, "offset": offset, "at": at},
    )


def _not_yet(name: str, family: str = "policy") -> Any:  # noqa: ANN401 - a validator takes and gives what the field holds
    def refuse(value: Any) -> Any:  # noqa: ANN401
        if value not in (None, {}, []):
            fault(
                f"{family}-not-supported",
                f"`{name}` is not supported yet",
                hint="leave it out for now",
            )
        return value

    return AfterValidator(refuse)


def _range(text: str) -> str:
    try:
        Range.parse(text)
    except InvalidRange as error:
        fault("policy-range", f"range {text!r}: {error.message}", hint=error.hint, offset=error.offset)
    return text


def _regex(text: str) -> str:
    try:
        re.compile(text, re.ASCII)
    except (re.error, RecursionError, OverflowError) as error:
        offset = getattr(error, "pos", 0) or 0
        reason = getattr(error, "msg", "too large")
        fault("policy-regex", f"match is no regular expression: {reason}", offset=offset)
    return text


def _image(glob: str) -> str:
    try:
        return normalised_image_glob(glob)
    except InvalidReference as error:
        fault("policy-image", error.message, hint=error.hint)


def _path(glob: str) -> str:
    if reason := path_fault(glob):
        fault("policy-path", f"{glob!r}: {reason}")
    return glob


def _policy_name(name: str) -> str:
    if not re.fullmatch(POLICY_NAME, name):
        hint = "letters, digits, `.`, `_`, `:` and `-`, at most 63, beginning with a letter or digit"
        fault("policy-name", f"{name!r} is no name for a policy", hint=hint)
    return name


def _only(supported: Sequence[str], name: str, family: str = "policy") -> Any:  # noqa: ANN401 - a validator
    def refuse(value: str) -> str:
        if value not in supported:
            hint = f"use {' or '.join(supported)}"
            fault(f"{family}-not-supported", f"{name} {value!r} is not supported yet", hint=hint)
        return value

    return AfterValidator(refuse)


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=False)


PathGlob = Annotated[str, AfterValidator(_path)]


class TagsModel(_Model):
    """Which tags are allowed, and how they are ordered."""

    order: Annotated[
        Literal["semver", "calver", "numerical", "alphabetical", "created", "digest"],
        _only(["semver", "digest"], "order"),
    ] = Field(
        "semver",
        description="How tags are ordered: semver; digest follows a mutable tag. "
        "calver, numerical, alphabetical and created are not supported yet.",
    )
    range: Annotated[str, AfterValidator(_range)] | None = Field(
        None, description="Allowed versions, such as `>=1.4 <2`, `^1.4`, `~1.4.2`, `1.x`."
    )
    match: Annotated[str, AfterValidator(_regex)] | None = Field(
        None, description="Regular expression that the whole tag must match."
    )
    by: str | list[str] | None = Field(
        None,
        description="Named group of `match` that is ordered; default: group `version`, else the whole tag.",
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

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.order == "digest":
            self._only_digest()
        if isinstance(self.by, list) and len(self.by) > 1:
            fault("policy-not-supported", "several groups in `by` are not supported yet", at="by")
        if self.by is not None:
            self._group_exists(self.by if isinstance(self.by, str) else "".join(self.by))
        return self

    def _only_digest(self) -> None:
        others = self.model_fields_set - {"order"}
        if others:
            key = min(others).replace("_", "-")
            hint = "a followed tag is not chosen: leave all other keys out"
            fault(
                "policy-digest-order",
                f"`{key}` has no meaning with `order: digest`",
                hint=hint,
                at=key,
            )

    def _group_exists(self, group: str) -> None:
        groups = re.compile(self.match, re.ASCII).groupindex if self.match else {}
        if group not in groups:
            hint = f"groups of `match`: {', '.join(groups) or 'none'}"
            fault(
                "policy-group",
                f"`by` names the group {group!r}, which `match` does not have",
                hint=hint,
                at="by",
            )


class PolicyModel(_Model):
    """One policy."""

    name: Annotated[str, AfterValidator(_policy_name)] = Field(
        description="Name, unique over all policy files."
    )
    images: list[Annotated[str, AfterValidator(_image)]] = Field(
        min_length=1, description="Globs on normalised image names: `ghcr.io/acme/*`, `nginx`."
    )
    environments: list[str] = Field([], description="Environments of imagebot.yaml; default: everywhere.")
    paths: list[PathGlob] = Field(
        [], description="Globs relative to the root of the repository; default: everywhere."
    )
    tags: TagsModel = Field(TagsModel(), description="Which tags are allowed, and how they are ordered.")
    min_age: Annotated[str | None, _not_yet("min-age")] = Field(
        None, alias="min-age", description="Not supported yet."
    )
    platforms: Annotated[list[str] | None, _not_yet("platforms")] = Field(
        None, description="Not supported yet."
    )
    verify: Annotated[dict[str, Any] | None, _not_yet("verify")] = Field(
        None, description="Not supported yet."
    )
    pin: Annotated[Literal["keep", "tag", "digest", "tag+digest"], _only(["keep"], "pin")] = Field(
        "keep",
        description="keep: what is pinned stays pinned, what is not stays so. Others are not supported yet.",
    )
    pull_request: Annotated[dict[str, Any] | None, _not_yet("pull-request")] = Field(
        None, alias="pull-request", description="Not supported yet."
    )


class PolicyFileModel(_Model):
    """A policy file."""

    policies: list[PolicyModel] = Field(description="The first policy that matches a reference governs it.")


class EnvironmentModel(_Model):
    """A named set of paths."""

    paths: list[PathGlob] = Field(min_length=1, description="Globs relative to the root of the repository.")


def _api(url: str) -> str:
    if not re.fullmatch(r"https?://[^\s/@]+(?:/\S*)?", url):
        fault(
            "settings-forge-api",
            f"{url!r} is no base URL",
            hint="write https://HOST/api/v3, without user and password",
        )
    return url


def _repository(name: str) -> str:
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", name, re.ASCII):
        fault("settings-forge-repository", f"{name!r} is not of the form owner/name")
    return name


class ForgeModel(_Model):
    """Where pull requests live."""

    kind: (
        Annotated[Literal["github", "gitlab", "gitea", "git"], _only(["github", "git"], "forge", "settings")]
        | None
    ) = Field(
        None,
        description="github or git; gitlab and gitea are not supported yet. Default: read off the remote.",
    )
    api: Annotated[str, AfterValidator(_api)] | None = Field(
        None, description="Base URL of the API, for GitHub Enterprise."
    )
    repository: Annotated[str, AfterValidator(_repository)] | None = Field(
        None, description="owner/name on the forge. Default: read off the remote."
    )


class RegistryModel(_Model):
    """How to speak to a registry host."""

    plain_http: bool = Field(False, alias="plain-http", description="Speak HTTP instead of HTTPS.")  # noqa: FBT003 - the default of a field
    ca: str | None = Field(
        None, description="PEM file of the certificate authority to trust, relative to the root."
    )
    mirror: Annotated[str | None, _not_yet("mirror", "settings")] = Field(
        None, description="Not supported yet."
    )


def _environment_names(found: dict[str, EnvironmentModel]) -> dict[str, EnvironmentModel]:
    for name in found:
        if not re.fullmatch(ENVIRONMENT_NAME, name):
            hint = "lower-case letters, digits, `.`, `_` and `-`, at most 63"
            fault(
                "settings-environment-name",
                f"{name!r} is no name for an environment",
                hint=hint,
                at=name,
            )
    return found


def _value_path(text: str) -> str:
    try:
        parse_path(text)
    except InvalidPath as error:
        hint = 'such as spec.runner.image, jobs[*].image or env["WEB_IMAGE"].value'
        fault("settings-rule-path", f"{text!r}: {error.message}", hint=hint, offset=error.offset)
    return text


def _image_name(text: str) -> str:
    try:
        return str(ImageName.parse(text))
    except InvalidReference as error:
        fault("settings-rule-image", error.message, hint=error.hint)


ValuePath = Annotated[str, AfterValidator(_value_path)]


class RuleModel(_Model):
    """A field that holds a reference and that no kind of descriptor knows."""

    files: list[PathGlob] = Field([], description="Globs on paths; default: every file.")
    kind: str | None = Field(
        None,
        min_length=1,
        description="kind of the document, or group/kind as in example.com/Workspace; default: every one.",
    )
    reference: ValuePath | None = Field(None, description="Path of a value that is a whole reference.")
    repository: ValuePath | None = Field(None, description="Path of the name, where the tag stands apart.")
    image: Annotated[str, AfterValidator(_image_name)] | None = Field(
        None, description="The name itself, where no value says it."
    )
    tag: ValuePath | None = Field(None, description="Path of the tag.")
    digest: ValuePath | None = Field(None, description="Path of the digest.")

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if not self.files and not self.kind:
            fault("settings-rule", "the rule says neither `files` nor `kind`", hint="say where it holds")
        parts = self.tag or self.digest
        if self.reference and (parts or self.repository or self.image):
            fault("settings-rule", "`reference` is a whole reference: nothing goes beside it")
        if not self.reference and not (parts and bool(self.repository) != bool(self.image)):
            hint = "write `reference`, or `tag` with one of `repository` and `image`"
            fault("settings-rule", "the rule does not say where name and tag stand", hint=hint)
        return self


class SettingsModel(_Model):
    """imagebot.yaml."""

    environments: Annotated[dict[str, EnvironmentModel], AfterValidator(_environment_names)] = Field(
        {}, description="Named sets of paths; the first that holds a file is its environment."
    )
    forge: ForgeModel = Field(ForgeModel(), description="Where pull requests live.")
    base: str | None = Field(
        None,
        min_length=1,
        description="Branch that pull requests go to. Default: the remote's default branch.",
    )
    registries: dict[str, RegistryModel] = Field(
        {}, description="How to speak to registry hosts, by host and port."
    )
    descriptors: list[RuleModel] = Field(
        [], description="Fields that hold a reference and that no kind of descriptor knows."
    )
