"""What a policy says, after loading."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from imagebot.descriptors.rules import Rule
from imagebot.references.ranges import Range

Order = Literal["semver", "digest"]
Step = Literal["major", "minor", "patch"]
SelectionStep = Literal["major", "minor", "patch", "other"]


@dataclass(frozen=True, slots=True)
class TagRules:
    """Which tags are allowed and how they are ordered (the ``tags`` key of a policy).

    Attributes:
        order: ``semver``, or ``digest`` for a mutable tag whose pinned digest is followed.
        range: Allowed versions; None allows all.
        match: Filter on the whole tag; None passes all.
        by: Named group of ``match`` that is ordered; None means group ``version`` if there is
            one, else the whole tag.
        variant: ``same`` keeps the current tag's suffix family, ``any`` takes all, every other
            text is a literal suffix such as ``-alpine`` (an empty text means none).
        precision: ``same`` keeps the number of version components, ``any`` takes all.
        prereleases: Whether pre-releases are allowed, or the words that are (``rc``, ``beta``).
        max_step: Largest step away from the current version.
        ignore: Globs on whole tags.
    """

    order: Order = "semver"
    range: Range | None = None
    match: re.Pattern[str] | None = None
    by: str | None = None
    variant: str = "same"
    precision: Literal["same", "any"] = "same"
    prereleases: bool | tuple[str, ...] = False
    max_step: Step = "major"
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """One rule of a policy file.

    Attributes:
        name: Unique over all policy files.
        images: Globs on normalised names.
        environments: Names of environments; empty means everywhere.
        paths: Globs relative to the root of the config repository; empty means everywhere.
        file: Policy file it stands in, relative to the folder that was loaded.
        line: 1-based line where it begins.
    """

    name: str
    images: tuple[str, ...]
    tags: TagRules
    environments: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Environment:
    """A named set of paths of the config repository."""

    name: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ForgeSettings:
    """Where pull requests live; None means: read it off the remote ``origin``."""

    kind: Literal["github", "git"] | None = None
    api: str | None = None
    repository: str | None = None


@dataclass(frozen=True, slots=True)
class RegistrySettings:
    """How to speak to one registry host.

    Attributes:
        plain_http: Speak HTTP instead of HTTPS.
        ca: Path of a PEM file with the certificate authority to trust, as written.
    """

    plain_http: bool = False
    ca: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """``imagebot.yaml``."""

    environments: tuple[Environment, ...] = ()
    forge: ForgeSettings = ForgeSettings()
    base: str | None = None
    registries: tuple[tuple[str, RegistrySettings], ...] = ()
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything read from ``imagebot.yaml`` and the policy files, policies in governing order."""

    settings: Settings = Settings()
    policies: tuple[Policy, ...] = ()


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
        candidates: A verdict for every tag: accepted ones first, newest first.
        step: From the current tag to the selected one; None where nothing moves.
        passed_over: Newer versions of the same family that a rule of the policy rejected, newest
            first: what a reviewer may ask about.
    """

    selected: str | None
    candidates: tuple[Verdict, ...]
    step: SelectionStep | None
    passed_over: tuple[Verdict, ...] = ()
