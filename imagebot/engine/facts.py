"""What must be known of an image to replay its policies: its tags, ranked, and since when each was out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from imagebot.engine.dating import Dates, dates, dates_of
from imagebot.engine.history import Past
from imagebot.engine.lookups import GIVEN_UP_S, Lookups
from imagebot.engine.questions import TagsOf, converse
from imagebot.errors import RegistryError, RegistryUnreachable
from imagebot.policies.selection import rank

if TYPE_CHECKING:
    from imagebot.engine.questions import Talk
    from imagebot.plan import Scanned
    from imagebot.policies.policy import Policy
    from imagebot.policies.selection import Ranking
    from imagebot.references.image import ImageName
    from imagebot.registries.protocol import Registries


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an image under one policy.

    Attributes:
        pasts: Of its references under that policy.
        out: Since when each tag may be proposed: its date, and the age that the policy asks for.
        says: Whose word the dates are; empty if there are none.
        undated: Tags that would count and have no date.
        doubt: Why nothing can be said of it; empty if something can.
    """

    pasts: tuple[Past, ...]
    ranking: Ranking
    out: Mapping[str, datetime]
    says: str
    undated: int
    doubt: str

    @property
    def policy(self) -> Policy:
        """The policy that governs all of them."""
        return policy_of(self.pasts[0].scanned)

    @property
    def name(self) -> ImageName:
        """The image."""
        return name_of(self.pasts[0])


def policy_of(item: Scanned) -> Policy:
    """The policy of a managed reference."""
    assert item.policy is not None  # noqa: S101 - only managed references are replayed
    return item.policy


def name_of(past: Past) -> ImageName:
    """The image of a reference."""
    return past.scanned.reference.image.name


def gather(
    references: Iterable[Past], registries: Registries
) -> tuple[list[Facts], dict[ImageName, RegistryError]]:
    """What registries say of images, sorted; and those of which they could not say it.

    Args:
        references: Managed ones with a tag, of any order but ``digest``.
        registries: All of them are asked at once.
    """
    by_name: defaultdict[ImageName, list[Past]] = defaultdict(list)
    for past in references:
        by_name[name_of(past)].append(past)

    def ask(name: ImageName) -> list[Facts] | RegistryError:
        try:
            return converse(_gathered(by_name[name]), name, registries)
        except RegistryError as error:
            return error

    answers: dict[ImageName, list[Facts] | RegistryError] = {}
    for found in Lookups({name: name.host for name in by_name}, ask).rounds():
        answers |= found.answers
        if found.last:
            answers |= {name: _given_up(name) for name in found.open}
    facts: list[Facts] = []
    failures: dict[ImageName, RegistryError] = {}
    for name, answer in sorted(answers.items(), key=lambda one: one[0]):
        if isinstance(answer, RegistryError):
            failures[name] = answer
        else:
            facts += answer
    return facts, failures


def _given_up(name: ImageName) -> RegistryUnreachable:
    return RegistryUnreachable(
        f"{name.host} did not finish its answers about {name.path} in {GIVEN_UP_S:.0f} seconds",
        hint="try again later, or leave the image out with --policy or --image",
    )


def _gathered(references: Sequence[Past]) -> Talk[list[Facts]]:
    """What is known of one image under each policy that governs it."""
    listing = yield TagsOf()
    by_policy: defaultdict[str, list[Past]] = defaultdict(list)
    for past in references:
        by_policy[policy_of(past.scanned).name].append(past)
    found = []
    for members in by_policy.values():
        policy = policy_of(members[0].scanned)
        deployed = [tag for past in members for tag in _deployed(past)]
        ordering = yield from dates(policy, listing.tags, frozenset(deployed))
        ranking = rank(policy.tags, listing.tags, ordering.by_tag)
        dated, undated = ordering, sum(verdict.rule == "created" for verdict in ranking.unread)
        if policy.tags.order != "created":
            wanted = _may_come(ranking, deployed)
            dated = yield from dates_of(policy, wanted)
            undated = len(wanted - dated.by_tag.keys())
        found.append(_of(members, ranking, dated, undated, listing.doubt))
    return found


def _of(members: Sequence[Past], ranking: Ranking, dated: Dates, undated: int, doubt: str) -> Facts:
    wait = policy_of(members[0].scanned).gates.min_age or timedelta()
    says = next((one.says for one in dated.by_tag.values()), "")
    out = {tag: one.at + wait for tag, one in dated.by_tag.items()}
    return Facts(tuple(members), ranking, out, says, 0 if dated.doubt else undated, doubt or dated.doubt)


def _deployed(past: Past) -> Iterator[str]:
    yield past.tag
    yield from (moved.after for moved in past.moves)


def _may_come(ranking: Ranking, deployed: Iterable[str]) -> frozenset[str]:
    """Every tag that may ever be proposed: what is allowed two steps away is allowed one step away."""
    found: set[str] = set()
    for one in dict.fromkeys(deployed):
        if one not in found:
            found.update(tag for tag in ranking.choose(one).accepted() if tag != one)
    return frozenset(found)
