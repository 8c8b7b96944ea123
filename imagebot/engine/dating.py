"""When tags were made, for policies that order by date: one source for all tags of a repository.

Dates of different sources are not compared: a push time is later than the build it belongs to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imagebot.engine.questions import DescriptionOf, DigestOf, FirstSeen, PushTimes, Talk
from imagebot.errors import RegistryError, RegistryNotFound
from imagebot.policies.policy import Dated
from imagebot.policies.reading import Reader

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imagebot.evidence import Pushed
    from imagebot.policies.policy import Policy

LOOKED_UP = 500
"""Most tags that are dated one by one: each costs requests."""

NO_IMAGE = "registry-no-image"
PUSHED = "pushed, says the registry"
FIRST_SEEN = "first seen by imagebot"
BUILT = "built, says the image"


@dataclass(frozen=True, slots=True)
class Dates:
    """Dates by tag; a tag without one is left out.

    Attributes:
        doubt: Why there are none at all; empty if that is not so.
    """

    by_tag: Mapping[str, Dated] = field(default_factory=dict)
    doubt: str = ""


def dates(policy: Policy, tags: Iterable[str], deployed: frozenset[str]) -> Talk[Dates]:
    """The dates of the tags that a policy looks at, and of those that are deployed.

    Args:
        policy: With any order; one that does not order by date needs none.
        tags: Of the repository.
        deployed: Tags among them that are deployed, whether or not the policy ignores them.
    """
    if policy.tags.order != "created":
        return Dates()
    reader = Reader(policy.tags)
    wanted = frozenset(tag for tag in tags if tag in deployed or reader.looks_at(tag))
    return (yield from dates_of(policy, wanted))


def dates_of(policy: Policy, wanted: frozenset[str]) -> Talk[Dates]:
    """The dates of tags: the registry's push times where it tells them, else what the images say.

    Args:
        policy: Of any order; it may say whose word the dates are.
        wanted: Tags of the repository.
    """
    if policy.tags.dated_by in {None, "push"}:
        pushed: Mapping[str, Pushed] = yield PushTimes(wanted)
        if pushed or policy.tags.dated_by == "push":
            return Dates({tag: Dated(found.at, PUSHED) for tag, found in pushed.items() if tag in wanted})
    if len(wanted) > LOOKED_UP:
        return Dates(
            doubt=f"policy {policy.name} needs the dates of {len(wanted)} tags, and this registry tells no "
            f"push times: narrow `match` to at most {LOOKED_UP}, for each costs requests"
        )
    found: dict[str, Dated] = {}
    for tag in sorted(wanted):
        dated = yield from _dated(policy, tag)
        if dated:
            found[tag] = dated
    return Dates(found)


def _dated(policy: Policy, tag: str) -> Talk[Dated | None]:
    """A date for one tag; None if there is no image, or it does not say. An outage is no answer."""
    try:
        digest: str = yield DigestOf(tag)
        if policy.tags.dated_by == "first-seen":
            since, _ = yield FirstSeen(digest or tag)
            return Dated(since, FIRST_SEEN)
        described = yield DescriptionOf(digest)
    except RegistryError as error:
        if isinstance(error, RegistryNotFound) or error.id == NO_IMAGE:
            return None
        raise
    return Dated(described.created, BUILT) if described.created else None
