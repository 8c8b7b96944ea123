"""What a policy says, after loading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from imagebot.descriptors.rules import Rule
from imagebot.policies.faults import NOWHERE, Mark
from imagebot.policies.pattern import Pattern
from imagebot.policies.proposing import (
    Calendar,
    CommitSettings,
    Limits,
    PullRequestRules,
    PullRequestSettings,
)
from imagebot.references.ranges import Range

OrderName = Literal["semver", "calver", "pep440", "numerical", "alphabetical", "created", "digest"]
DatedBy = Literal["push", "first-seen", "image"]
Pinning = Literal["keep", "tag", "digest", "tag+digest"]
ForgeKind = Literal["github", "gitlab", "gitea", "git"]
Step = Literal["major", "minor", "patch"]
SelectionStep = Literal["major", "minor", "patch", "other"]
RuleName = Literal[
    "tag",
    "ignore",
    "match",
    "version",
    "created",
    "prefix",
    "variant",
    "precision",
    "forward",
    "prereleases",
    "range",
    "max-step",
]


@dataclass(frozen=True, slots=True)
class TagRules:
    """Which tags are allowed and how they are ordered (the ``tags`` key of a policy).

    Attributes:
        order: How tags are ordered; ``digest`` follows a mutable tag whose digest is pinned.
        range: Allowed versions; None allows all.
        match: Filter on the whole tag; None passes all.
        by: Named groups of ``match`` that are ordered one after the other; empty means group
            ``version`` if there is one, else the whole tag.
        variant: ``same`` keeps the current tag's suffix family (or what stands in the group
            ``variant`` of ``match``), ``any`` takes all, every other text is a literal suffix such
            as ``-alpine`` (an empty text means none).
        precision: ``same`` keeps the number of version components, ``any`` takes all.
        prereleases: Whether pre-releases are allowed, or the words that are (``rc``, ``beta``).
        max_step: Largest step away from the current version.
        ignore: Globs on whole tags.
        newest_of_each: ``major`` selects the newest tag of each major version, each for a proposal
            of its own; None selects the newest of all.
        dated_by: Whose word the dates of ``order: created`` are; None means the registry's push
            times where it tells them, else what the images say.
    """

    order: OrderName = "semver"
    range: Range | None = None
    match: Pattern | None = None
    by: tuple[str, ...] = ()
    variant: str = "same"
    precision: Literal["same", "any"] = "same"
    prereleases: bool | tuple[str, ...] = False
    max_step: Step = "major"
    ignore: tuple[str, ...] = ()
    newest_of_each: Literal["major"] | None = None
    dated_by: DatedBy | None = None


@dataclass(frozen=True, slots=True)
class Dated:
    """A date that a tag is ordered by, and whose word it is.

    Attributes:
        at: With time zone.
        says: Whose word: ``pushed, says the registry``.
    """

    at: datetime
    says: str


@dataclass(frozen=True, slots=True)
class Keyless:
    """Who may have signed without a key: the identity in the certificate, and who vouched for it."""

    identity: str
    issuer: str


@dataclass(frozen=True, slots=True)
class Verification:
    """Which signatures a policy believes; one good one is enough.

    Attributes:
        keys: PEM files of public keys, relative to the root of the config repository.
        keyless: Identities of Sigstore certificates.
    """

    keys: tuple[str, ...] = ()
    keyless: tuple[Keyless, ...] = ()


@dataclass(frozen=True, slots=True)
class Gates:
    """What must be shown of an image before its tag is proposed.

    Attributes:
        min_age: How long it must have been out.
        platforms: ``os/architecture[/variant]``, all of which it must run on.
        verification: Which signatures are believed; None asks for none.
    """

    min_age: timedelta | None = None
    platforms: tuple[str, ...] = ()
    verification: Verification | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A test case beside a policy: tags in, tag expected.

    Attributes:
        current: Tag that is deployed; None for none.
        tags: Tags offered, each with its date where the policy orders by date.
        selected: Tag expected; None if the policy must select none of them.
        rejected: Rules that must have rejected tags, by tag.
        line: 1-based line of the policy file where it begins.
    """

    current: str | None
    tags: tuple[tuple[str, datetime | None], ...]
    selected: str | None
    rejected: Mapping[str, str] = field(default_factory=dict, hash=False)
    line: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """One rule of a policy file.

    Attributes:
        name: Unique over all policy files.
        images: Globs on normalised names.
        environments: Names of environments; empty means everywhere.
        paths: Globs relative to the root of the config repository; empty means everywhere.
        gates: What must be shown of an image before it is proposed.
        pin: What is written: ``keep`` keeps what is pinned pinned and what is not unpinned.
        refresh: Whether a tag that moved under its pinned digest is proposed anew.
        pull_request: How its updates are proposed.
        tests: Cases that ``imagebot test --all`` runs.
        file: Policy file it stands in, relative to the folder that was loaded.
        line: 1-based line where it begins.
        mark: Where its name stands.
    """

    name: str
    images: tuple[str, ...]
    tags: TagRules
    environments: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    gates: Gates = Gates()
    pin: Pinning = "keep"
    refresh: bool = False
    pull_request: PullRequestRules = PullRequestRules()
    tests: tuple[Case, ...] = ()
    file: str = ""
    line: int = 0
    mark: Mark = NOWHERE


@dataclass(frozen=True, slots=True)
class Environment:
    """A named set of paths of the config repository.

    Attributes:
        mark: Where its name stands.
        limits: How much may be open in it; None for the settings' own.
        calendar: When it may change; None for the settings' own.
    """

    name: str
    paths: tuple[str, ...]
    mark: Mark = NOWHERE
    limits: Limits | None = None
    calendar: Calendar | None = None


@dataclass(frozen=True, slots=True)
class ForgeSettings:
    """Where pull requests live; None means: read it off the remote ``origin``."""

    kind: ForgeKind | None = None
    api: str | None = None
    repository: str | None = None


@dataclass(frozen=True, slots=True)
class RegistrySettings:
    """How to speak to one registry host.

    Attributes:
        plain_http: Speak HTTP instead of HTTPS.
        ca: Path of a PEM file with the certificate authority to trust, as written.
        tls_verify: Whether the certificate must be one that is trusted.
        mirror: ``host[:port][/path]`` that is asked in its place; files keep the name they have.
        token_servers: Hosts on other domains that may be sent its credentials for a token.
        parallel: Most requests under way at once; None for the host's own default.
        per_second: Most requests begun each second; None for the host's own default.
    """

    plain_http: bool = False
    ca: str | None = None
    tls_verify: bool = True
    mirror: str | None = None
    token_servers: tuple[str, ...] = ()
    parallel: int | None = None
    per_second: float | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """``imagebot.yaml``."""

    environments: tuple[Environment, ...] = ()
    forge: ForgeSettings = ForgeSettings()
    base: str | None = None
    registries: tuple[tuple[str, RegistrySettings], ...] = ()
    rules: tuple[Rule, ...] = ()
    pull_requests: PullRequestSettings = PullRequestSettings()
    commits: CommitSettings = CommitSettings()


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything read from ``imagebot.yaml`` and the policy files, policies in governing order.

    Attributes:
        files: Every file that was read, sorted.
    """

    settings: Settings = Settings()
    policies: tuple[Policy, ...] = ()
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a policy says of one tag.

    Attributes:
        accepted: Whether every rule lets it through.
        reason: The first rule that rejected it, in words; for an accepted tag, why it is or is
            not the one selected.
        rule: The rule that rejected it, by its key in a policy file (``range``, ``ignore``,
            ``prereleases`` ...), ``tag``, ``version``, ``prefix`` or ``forward``; empty for an
            accepted tag.
    """

    tag: str
    accepted: bool
    reason: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Selection:
    """The outcome of one policy over the tags of one repository.

    Attributes:
        selected: The newest accepted tag, which can be the current one; None if none is accepted.
        candidates: A verdict for every tag, accepted ones first, newest first; empty where nobody reads them.
        step: From the current tag to the selected one; None where nothing moves.
        passed_over: Newer versions of the same family that a rule of the policy rejected, newest
            first: what a reviewer may ask about.
        each: Under ``newest-of-each``, the tags that are proposed, oldest first; ``selected`` is the first.
    """

    selected: str | None
    candidates: tuple[Verdict, ...]
    step: SelectionStep | None
    passed_over: tuple[Verdict, ...] = ()
    each: tuple[str, ...] = ()
