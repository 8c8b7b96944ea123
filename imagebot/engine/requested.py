"""Updates that somebody names (``imagebot set``): through the policies that govern them, or past them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from imagebot.engine.asked import SUFFIX
from imagebot.engine.explain import explain, subjects
from imagebot.engine.planning import decisions, exact_updates, group, proposal_of
from imagebot.engine.scan import Known, scan
from imagebot.engine.together import linked
from imagebot.errors import InvalidReference, RegistryError, UsageError
from imagebot.plan import Asked, Failure, Held, Pin, Plan, Update, not_moved, proposal_id, short_digest
from imagebot.references.image import ImageName, ImageReference
from imagebot.registries.protocol import Listing

if TYPE_CHECKING:
    from imagebot.plan import Proposal, Scan, Scanned, Step
    from imagebot.policies.policy import Configuration
    from imagebot.registries.protocol import Registries
    from imagebot.repository.protocol import Snapshot

_HINT = "write IMAGE=TAG or IMAGE=TAG@sha256:..., as in ghcr.io/acme/web=1.9.0"


@dataclass(frozen=True, slots=True)
class Wish:
    """An image, and where it is to go.

    Attributes:
        digest: What the tag must point to; None for whatever it points to.
    """

    name: ImageName
    tag: str
    digest: str | None = None

    @classmethod
    def parse(cls, text: str) -> Wish:
        """Read ``IMAGE=TAG[@DIGEST]``. Raises UsageError for anything else."""
        image, found, pin = text.partition("=")
        try:
            named = ImageReference.parse(f"{image}:{pin}") if found else None
        except InvalidReference as error:
            raise UsageError(f"{text!r}: {error.message}", hint=_HINT, id="set-invalid") from error
        if named is None or named.tag is None or not image:
            raise UsageError(f"{text!r} names no image with a tag", hint=_HINT, id="set-invalid")
        return cls(named.name, named.tag, named.digest)


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks for.

    Attributes:
        environments: Where; empty for everywhere.
    """

    wishes: tuple[Wish, ...]
    environments: frozenset[str]
    asked: Asked

    def wish(self, item: Scanned) -> Wish | None:
        """What is asked for a reference; None if nothing is."""
        if self.environments and item.environment not in self.environments:
            return None
        return next((wish for wish in self.wishes if wish.name == item.reference.image.name), None)


class _Narrowed:
    """Registries that list of the images that were named only what was asked for, and what is deployed."""

    def __init__(self, registries: Registries, kept: Mapping[ImageName, Collection[str]]) -> None:
        self._registries = registries
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
        listing = self._registries.tags(name)
        kept = self._kept.get(name)
        return listing if kept is None else replace(listing, tags=tuple(t for t in listing.tags if t in kept))


def requested_plan(
    request: Request,
    snapshot: Snapshot,
    configuration: Configuration,
    registries: Registries,
    known: Known | None = None,
) -> Plan:
    """The plan of what is asked for, judged by the policies that govern it as any other update.

    Updates that share a pull request with it are planned too, so that the pull request stays whole. What
    policies do not allow is held, with their reason.

    Raises:
        UsageError: If nothing deploys an image that was named.
    """
    scanned = scan(snapshot, configuration, known)
    items = _named(request, scanned)
    narrowed = _Narrowed(registries, _kept(request, scanned))
    wanted = linked({proposal_id(item) for item in items if item.managed}, scanned.references)
    *_, (decision, _) = decisions(scanned, narrowed, only=lambda item: proposal_id(item) in wanted)
    updates, apart, failures = exact_updates(decision.updates, snapshot, scanned)
    granted = [update for update in updates if _is_granted(update, request)]
    moving = {update.scanned for update in granted}
    stopped = {
        item
        for failure in decision.failures
        for item in items
        if str(item.reference.image.name) == failure.image
    }
    held = [held for held in (*decision.held, *apart) if request.wish(held.scanned)]
    told = {item.scanned for item in held}
    refused = [item for item in items if item not in moving | stopped | told and not _is_there(item, request)]
    held += [Held(item, _why_refused(item, request, updates, narrowed)) for item in refused]
    return Plan(
        scan=replace(scanned, skipped=()),
        proposals=group(granted),
        held=tuple(held),
        current=tuple(item for item in items if _is_there(item, request)),
        failures=(*decision.failures, *failures),
        judged=False,
    )


def forced_plan(
    request: Request,
    snapshot: Snapshot,
    configuration: Configuration,
    registries: Registries,
    known: Known | None = None,
) -> Plan:
    """The plan of what is asked for, whatever policies say; a tag that is not there fails.

    Raises:
        UsageError: If nothing deploys an image that was named.
    """
    scanned = scan(snapshot, configuration, known)
    updates: list[Update] = []
    failures: list[Failure] = []
    items = [item for item in _named(request, scanned) if not item.reference.ignored]
    for wish in request.wishes:
        try:
            digest = _digest(wish, registries)
        except RegistryError as error:
            failures.append(Failure(error, image=str(wish.name)))
            continue
        updates += [_forced(item, wish, digest, request) for item in items if request.wish(item) == wish]
    moving, apart, refused = exact_updates([u for u in updates if u.source != u.written], snapshot, scanned)
    return Plan(
        scan=replace(scanned, skipped=()),
        proposals=_proposals(moving, request),
        held=tuple(apart),
        current=tuple(update.scanned for update in updates if update.source == update.written),
        failures=(*failures, *refused),
        judged=False,
    )


def _named(request: Request, scanned: Scan) -> list[Scanned]:
    """The references that are meant. Raises UsageError if an image has none."""
    items = [item for item in scanned.references if request.wish(item)]
    for wish in request.wishes:
        if not any(request.wish(item) == wish for item in items):
            where = f" in {', '.join(sorted(request.environments))}" if request.environments else ""
            raise UsageError(
                f"nothing deploys {wish.name}{where}",
                hint="`imagebot scan` lists what is deployed; write the name as it stands there",
                id="set-nothing",
            )
    return items


def _kept(request: Request, scanned: Scan) -> Mapping[ImageName, Collection[str]]:
    kept: defaultdict[ImageName, set[str]] = defaultdict(set)
    names = {wish.name for wish in request.wishes}
    for wish in request.wishes:
        kept[wish.name].add(wish.tag)
    for item in scanned.references:
        if item.reference.image.name in names and item.reference.image.tag:
            kept[item.reference.image.name].add(item.reference.image.tag)
    return kept


def _is_granted(update: Update, request: Request) -> bool:
    """Whether an update is what was asked for, or one beside it that nobody spoke of."""
    names = {wish.name for wish in request.wishes}
    if update.reference.image.name not in names:
        return True
    wish = request.wish(update.scanned)
    return wish is not None and update.to.tag == wish.tag and wish.digest in {None, update.to.digest}


def _is_there(item: Scanned, request: Request) -> bool:
    wish, image = request.wish(item), item.reference.image
    return (
        wish is not None
        and image.tag == wish.tag
        and (None in {wish.digest, image.digest} or image.digest == wish.digest)
    )


def _why_refused(item: Scanned, request: Request, updates: Sequence[Update], registries: Registries) -> str:
    """What stands against it: no policy, another digest, or the verdict of its policy on the tag."""
    wish = request.wish(item)
    assert wish is not None  # noqa: S101 - only what was asked for is refused
    if not item.managed:
        return f"{not_moved(item)}; `--no-policy` sets it all the same"
    for update in updates:
        if update.scanned == item and update.to.tag == wish.tag and update.to.digest:
            found = short_digest(update.to.digest)
            return f"{wish.tag} points to {found}, not to the digest that was asked for"
    for explanation in explain(subjects([item], None), registries):
        for verdict in explanation.selection.candidates:
            if verdict.tag == wish.tag:
                return f"policy {explanation.subject.policy.name}: {wish.tag}: {verdict.reason}"
    return f"{wish.name} has no tag {wish.tag}"


def _digest(wish: Wish, registries: Registries) -> str | None:
    """What the tag points to. Raises RegistryError if it is not there, or not what was asked for."""
    found = registries.digest(wish.name, wish.tag) or None
    if wish.digest not in {None, found}:
        raise RegistryError(
            f"{wish.name}:{wish.tag} points to {found}, not to {wish.digest}",
            hint="somebody pushed the tag again: ask for the digest that it has now",
            id="set-digest",
        )
    return found


def _forced(item: Scanned, wish: Wish, digest: str | None, request: Request) -> Update:
    source = item.reference.image
    written = Pin(wish.tag if source.tag else None, digest if source.digest else None)
    step: Step = "digest" if source.tag in {wish.tag, None} else "other"
    why = f"{request.asked.by} asked for it, whatever policies say"
    # what it was made from must be read back from the pull request: no more than what is written
    return Update(item, written, step, why, (), _forced_id(item, request), written)


def _forced_id(item: Scanned, request: Request) -> str:
    """One pull request for each environment and set of images: another request has one of its own."""
    names = ",".join(sorted(str(wish.name) for wish in request.wishes))
    return f"{item.environment or '_'}/_+{names}{SUFFIX['set']}"


def _proposals(updates: Sequence[Update], request: Request) -> tuple[Proposal, ...]:
    members: defaultdict[str, list[Update]] = defaultdict(list)
    for update in updates:
        members[update.proposal].append(update)
    return tuple(proposal_of(key, tuple(members[key]), request.asked) for key in sorted(members))
