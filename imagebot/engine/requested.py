"""Updates that somebody names (``imagebot set``), through the policies that govern them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from imagebot.engine.decide import Decision, merged
from imagebot.engine.explain import explain, subjects
from imagebot.engine.planning import decisions, exact_updates, group
from imagebot.engine.scan import Known, scan
from imagebot.engine.together import linked
from imagebot.engine.wishes import Request, named_in
from imagebot.engine.world import named
from imagebot.forges.marker import find_marker
from imagebot.plan import Failure, Held, Plan, Update, not_moved, proposal_id, short_digest, without_major
from imagebot.registries.protocol import Listing

if TYPE_CHECKING:
    from imagebot.forges.values import PullRequest
    from imagebot.plan import Proposal, Scan, Scanned
    from imagebot.policies.policy import Configuration
    from imagebot.references.image import ImageName
    from imagebot.registries.protocol import Registries
    from imagebot.repository.protocol import Snapshot

Offers = Mapping[tuple[str, str], Mapping[str, str]]
"""What open pull requests propose: by path and image, the tags, each with the name of its pull request."""

_Tags = frozenset[str] | None


def offers(requests: Iterable[PullRequest]) -> Offers:
    """What pull requests propose because policies want it."""
    found: defaultdict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for request in requests:
        known = find_marker(request.body)
        for move in known.moves if known and known.asked is None else ():
            if move.written.tag:
                found[move.path, move.image][move.written.tag] = named(request)
    return found


def requested_plan(
    request: Request,
    snapshot: Snapshot,
    configuration: Configuration,
    registries: Registries,
    known: Known | None = None,
    opened: Iterable[PullRequest] = (),
) -> Plan:
    """The plan of what is asked for, judged by the policies that govern it as any other update.

    Updates that share a pull request with it are planned too, so that the pull request stays whole. What
    policies do not allow is held, with their reason, and so is what shares its pull request: it would be
    built anew without what was refused.

    Args:
        request: What is asked for.
        snapshot: The config repository.
        configuration: Policies and settings.
        registries: Who is asked.
        known: What earlier scans found.
        opened: Open pull requests: none is taken back to something older.

    Raises:
        UsageError: If nothing deploys an image that was named.
    """
    scanned = scan(snapshot, configuration, known)
    asking = _Asking(request, scanned, registries, offers(opened))
    decision = asking.decide()
    updates, apart, failures = exact_updates(decision.updates, snapshot, scanned)
    stopped = tuple(
        replace(failure, proposals=linked(failure.proposals, scanned.references))
        for failure in (*merged(decision.failures), *failures)
    )
    held = [one for one in (*decision.held, *apart) if one.waits or request.wish(one.scanned)]
    held += asking.refusals(updates, held, stopped)
    moving, beside = asking.whole(updates, held)
    return Plan(
        scan=replace(scanned, skipped=()),
        proposals=tuple(asking.prompted(proposal) for proposal in group(moving)),
        held=(*held, *beside),
        current=tuple(item for item in asking.items if asking.is_there(item)),
        failures=stopped,
        judged=False,
    )


class _Narrowed:
    """Registries that list only the tags in question; all of them where that is None."""

    def __init__(self, registries: Registries, listed: Callable[[ImageName], Listing], kept: _Tags) -> None:
        self._listed = listed
        self._kept = kept
        self.digest = registries.digest
        self.describe = registries.describe
        self.signature = registries.signature
        self.platforms = registries.platforms
        self.images = registries.images
        self.pushed = registries.pushed
        self.first_seen = registries.first_seen
        self.now = registries.now

    def tags(self, name: ImageName) -> Listing:
        listing, kept = self._listed(name), self._kept
        return listing if kept is None else replace(listing, tags=tuple(t for t in listing.tags if t in kept))


class _Asking:
    """One request, put to the policies that govern what it names."""

    def __init__(self, request: Request, scanned: Scan, registries: Registries, offers: Offers) -> None:
        self.items = named_in(request, scanned)
        self._request = request
        self._scanned = scanned
        self._offers = offers
        self._registries = registries
        self._listed = cache(registries.tags)

    def decide(self) -> Decision:
        """What policies make of it, and of everything that may share its pull request.

        What was named is decided among the tags in question, the rest among all tags, as on the schedule.
        """
        references = self._scanned.references
        ids = linked({proposal_id(item) for item in self.items if item.managed}, references)
        groups: defaultdict[_Tags, list[Scanned]] = defaultdict(list)
        for item in references:
            if item.managed and proposal_id(item) in ids:
                groups[self._in_question(item)].append(item)
        whole = Decision()
        for tags, members in groups.items():
            part = replace(self._scanned, references=tuple(members))
            *_, (decision, _) = decisions(part, _Narrowed(self._registries, self._listed, tags))
            whole.add(decision)
        return whole

    def _in_question(self, item: Scanned) -> _Tags:
        """The tag that was named, the one that is deployed and those that are open; None for any tag."""
        wish, image = self._request.wish(item), item.reference.image
        if wish is None:
            return None
        return frozenset({wish.tag, *self._open(item), *([image.tag] if image.tag else [])})

    def _open(self, item: Scanned) -> Mapping[str, str]:
        return self._offers.get((item.reference.path, str(item.reference.image.name)), {})

    def _is_granted(self, update: Update) -> bool:
        """Whether an update is what was asked for, or one beside it that nobody spoke of."""
        wish = self._request.wish(update.scanned)
        return wish is None or (update.to.tag == wish.tag and wish.digest in {None, update.to.digest})

    def is_there(self, item: Scanned) -> bool:
        """Whether a reference is where it was asked to be."""
        wish, image = self._request.wish(item), item.reference.image
        return (
            wish is not None
            and image.tag == wish.tag
            and (None in {wish.digest, image.digest} or image.digest == wish.digest)
        )

    def refusals(
        self, updates: Sequence[Update], held: Iterable[Held], stopped: Sequence[Failure]
    ) -> list[Held]:
        """What was named and does not move, with the reason, where no other is known."""
        images = {failure.image for failure in stopped}
        told = {one.scanned for one in held} | {u.scanned for u in updates if self._is_granted(u)}
        return [
            Held(item, self._why_refused(item, updates))
            for item in self.items
            if item not in told and str(item.reference.image.name) not in images and not self.is_there(item)
        ]

    def _why_refused(self, item: Scanned, updates: Sequence[Update]) -> str:
        """What stands against it: no policy, another digest, something newer, or its policy's verdict."""
        wish = self._request.wish(item)
        assert wish is not None  # noqa: S101 - only what was asked for is refused
        if not item.managed:
            return f"{not_moved(item)}; `--no-policy` sets it all the same"
        instead = {update.to.tag: update.to.digest for update in updates if update.scanned == item}
        if found := instead.get(wish.tag):
            return f"{wish.tag} points to {short_digest(found)}, not to the digest that was asked for"
        narrowed = _Narrowed(self._registries, self._listed, self._in_question(item))
        for explanation in explain(subjects([item], None), narrowed):
            for verdict in explanation.selection.candidates:
                if verdict.tag == wish.tag and verdict.accepted and (newer := self._newer(item, instead)):
                    return f"{newer}, which is newer; `--no-policy` proposes {wish.tag} beside it"
                if verdict.tag == wish.tag:
                    return f"policy {explanation.subject.policy.name}: {wish.tag}: {verdict.reason}"
        return f"{wish.name} has no tag {wish.tag}"

    def _newer(self, item: Scanned, instead: Iterable[str | None]) -> str:
        found = [f"{name} proposes {tag}" for tag, name in self._open(item).items() if tag in instead]
        return " and ".join(found)

    def whole(self, updates: Sequence[Update], held: Iterable[Held]) -> tuple[list[Update], list[Held]]:
        """The updates of pull requests from which nothing that was named is refused; the others as held."""
        moving = [update for update in updates if self._is_granted(update)]
        done = {update.scanned for update in moving}
        refused = {one.scanned for one in held if self._request.wish(one.scanned)}
        refused |= {update.scanned for update in updates if not self._is_granted(update)}
        stuck = {proposal_id(item): item for item in refused - done if item.managed}
        ids = linked(stuck, self._scanned.references)
        apart = {update.scanned: update for update in moving if without_major(update.proposal) in ids}
        return [update for update in moving if update.scanned not in apart], [
            Held(item, _beside(update, stuck)) for item, update in apart.items() if self._request.wish(item)
        ]

    def prompted(self, proposal: Proposal) -> Proposal:
        """A proposal with the word of who asked, if something in it was asked for."""
        named = any(self._request.wish(update.scanned) for update in proposal.updates)
        return replace(proposal, prompted=self._request.asked) if named else proposal


def _beside(update: Update, stuck: Mapping[str, Scanned]) -> str:
    """Why an update that is allowed is not proposed."""
    own = stuck.get(without_major(update.proposal))
    names = {str(item.reference.image.name) for item in ([own] if own else stuck.values())}
    return f"it shares pull request {update.proposal} with what is refused: {', '.join(sorted(names))}"
