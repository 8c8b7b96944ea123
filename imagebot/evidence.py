"""What is known of the image behind a tag, and whose word each fact is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Described:
    """What an image says of itself, read from content that its digest names.

    Attributes:
        digest: Of the index, or of the manifest where there is no index.
        platforms: ``os/architecture[/variant]``, sorted; attestations left out.
        created: When the image says it was built; None where it does not say, or says what cannot be.
        labels: Annotations and labels by key; the outermost annotation wins.
    """

    digest: str
    platforms: tuple[str, ...]
    created: datetime | None = None
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Signature:
    """What was made of the signatures of a digest.

    Attributes:
        state: ``verified`` by a key or identity of the policy; ``unsigned`` where no signature was found;
            ``refused`` where there are some and none is good; ``unchecked`` where some were seen that
            nobody asked to check, or that imagebot cannot check.
        how: In words: which key and layout, or why not.
    """

    state: Literal["verified", "unsigned", "refused", "unchecked"]
    how: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was gathered of one candidate: only what its verdict needed, and what describes a proposal.

    Attributes:
        digest: What the tag pointed to.
        out_since: Since when it is known to be out; None if nobody asked.
        out_says: Whose word that is.
        platforms: None if nobody asked.
        signature: None if nobody asked.
        described: None if nobody asked, or nothing could be read.
    """

    digest: str
    out_since: datetime | None = None
    out_says: str = ""
    platforms: tuple[str, ...] | None = None
    signature: Signature | None = None
    described: Described | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """Release notes, as their author wrote them: hostile text.

    Attributes:
        source: Repository they are of: ``https://HOST/owner/name``.
        tag: Git tag.
        url: Where a person reads them.
    """

    source: str
    tag: str
    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What lies between the sources of two images.

    Attributes:
        url: Where a person reads it.
        commits: How many; None if unknown.
        breaking: Subjects of commits that say of themselves that they break something: hostile text.
    """

    url: str
    commits: int | None = None
    breaking: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceChanges:
    """What changed in the source of an image between two tags.

    Attributes:
        release: None where there is none, or nobody may see it.
        comparison: None where the images do not say what they were built from.
    """

    release: Release | None = None
    comparison: Comparison | None = None


@dataclass(frozen=True, slots=True)
class Pushed:
    """When a registry says that a tag was pushed.

    Attributes:
        at: With time zone.
        digest: What it pointed to then, where the registry says so.
    """

    at: datetime
    digest: str | None = None
