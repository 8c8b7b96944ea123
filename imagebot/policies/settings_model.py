"""``imagebot.yaml`` as it is written: keys, types and the faults that one value can have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from imagebot.descriptors.rules import InvalidPath, parse_path
from imagebot.errors import InvalidReference
from imagebot.policies.base_model import Model, PathGlob, fault, problem
from imagebot.policies.calendar_model import CalendarModel
from imagebot.policies.policy import ForgeKind
from imagebot.policies.pull_requests_model import CommitsModel, EnvironmentLimitsModel, PullRequestsModel
from imagebot.references.image import ImageName

ENVIRONMENT_NAME = r"[a-z0-9][a-z0-9._-]{0,62}"


class EnvironmentModel(Model):
    """A named set of paths."""

    paths: list[PathGlob] = Field(min_length=1, description="Globs relative to the root of the repository.")
    limits: EnvironmentLimitsModel | None = Field(
        None, description="How much may be open in it at once. Default: as `pull-requests` says."
    )
    calendar: CalendarModel | None = Field(
        None, description="When it may change, in place of the calendar of `pull-requests`."
    )


def _api(url: str) -> str:
    if not re.fullmatch(r"https?://[^\s/@]+(?:/\S*)?", url):
        fault(
            "settings-forge-api",
            f"{url!r} is no base URL",
            hint="write https://HOST/api/v3, without user and password",
        )
    return url


def _repository(name: str) -> str:
    if not re.fullmatch(r"[\w.-]+(?:/[\w.-]+){1,20}", name, re.ASCII):
        fault("settings-forge-repository", f"{name!r} is not of the form owner/name")
    return name


class ForgeModel(Model):
    """Where pull requests live."""

    kind: ForgeKind | None = Field(
        None, description="github, gitlab, gitea (also for Forgejo) or git. Default: read off the remote."
    )
    api: Annotated[str, AfterValidator(_api)] | None = Field(
        None, description="Base URL of the API, where the forge is not a public one."
    )
    repository: Annotated[str, AfterValidator(_repository)] | None = Field(
        None,
        description="owner/name on the forge, on GitLab also group/subgroup/name. Default: read off "
        "the remote.",
    )

    @classmethod
    def contradictions(cls, written: Mapping[str, Any]) -> Iterator[PydanticCustomError]:
        """Groups in groups where a forge has none."""
        kind, repository = written.get("kind"), written.get("repository")
        if kind in ("github", "gitea") and isinstance(repository, str) and repository.count("/") > 1:
            message = f"{repository!r} is not of the form owner/name"
            hint = "write owner/name: only GitLab has groups in groups"
            yield problem("settings-forge-repository", message, hint=hint, at="repository", offset=0)


_HOST_HINT = "write host or host:port, such as registry.internal:5000; Docker Hub is docker.io"


def _is_host(text: str) -> bool:
    """Whether a text is what references name a registry by."""
    try:
        return ImageName.parse(f"{text}/x").host == text
    except InvalidReference:
        return False


def _token_server(text: str) -> str:
    if not _is_host(text) or ":" in text or text != text.lower():
        hint = "write its name in lower case, without a port, such as login.acme.example"
        fault("settings-registry-host", f"{text!r} is no name of a host", hint=hint)
    return text


def _mirror(text: str) -> str:
    host = text.partition("/")[0]
    try:
        named = ImageName.parse(f"{text}/x")
    except InvalidReference:
        named = None
    if not _is_host(host) or named is None or str(named) != f"{text}/x":
        hint = "write host[:port][/path], without https://, such as mirror.internal/hub"
        fault("settings-registry-mirror", f"{text!r} is no place to look images up", hint=hint)
    return text


class RegistryModel(Model):
    """How to speak to a registry host."""

    plain_http: bool = Field(False, alias="plain-http", description="Speak HTTP instead of HTTPS.")  # noqa: FBT003 - the default of a field
    ca: str | None = Field(
        None, description="PEM file of the certificate authority to trust, relative to the root."
    )
    tls_verify: bool = Field(
        True,  # noqa: FBT003 - the default of a field
        alias="tls-verify",
        description="Whether its certificate must be one that is trusted; `ca` is the better way out.",
    )
    mirror: Annotated[str, AfterValidator(_mirror)] | None = Field(
        None,
        description="host[:port][/path] that is asked in its place; files keep the name they have.",
    )
    token_servers: list[Annotated[str, AfterValidator(_token_server)]] = Field(
        [],
        alias="token-servers",
        description="Hosts on other domains that may be sent its credentials for a token.",
    )
    parallel: int | None = Field(None, ge=1, le=64, description="Most requests under way at once.")
    requests_per_second: float | int | None = Field(
        None, alias="requests-per-second", gt=0, le=10_000, description="Most requests begun in a second."
    )


def _hosts(found: dict[str, RegistryModel]) -> dict[str, RegistryModel]:
    for host in found:
        if not _is_host(host):
            fault("settings-registry-host", f"{host!r} is no host", hint=_HOST_HINT, at=host)
    return found


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


class RuleModel(Model):
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


class SettingsModel(Model):
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
    registries: Annotated[dict[str, RegistryModel], AfterValidator(_hosts)] = Field(
        {}, description="How to speak to registry hosts, by host and port."
    )
    pull_requests: PullRequestsModel = Field(
        PullRequestsModel(), alias="pull-requests", description="What holds for all pull requests."
    )
    commits: CommitsModel = Field(CommitsModel(), description="How commits are made.")
    descriptors: list[RuleModel] = Field(
        [], description="Fields that hold a reference and that no kind of descriptor knows."
    )
