"""Updates that somebody names and no policy is asked about (``imagebot set --no-policy``)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from imagebot.engine.asked import SUFFIX
from imagebot.engine.planning import exact_updates, proposal_of
from imagebot.engine.scan import Known, scan
from imagebot.engine.wishes import Request, Wish, named_in
from imagebot.errors import RegistryError
from imagebot.plan import Failure, Pin, Plan, Update

if TYPE_CHECKING:
    from imagebot.plan import Proposal, Scanned, Step
    from imagebot.policies.policy import Configuration
    from imagebot.registries.protocol import Registries
    from imagebot.repository.protocol import Snapshot


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
    items = [item for item in named_in(request, scanned) if not item.reference.ignored]
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
