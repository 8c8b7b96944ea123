"""Make a plan: scan, ask, decide, group."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from imagebot.engine.decide import Decision, decide, merged, unanswered
from imagebot.engine.edit import editable, edited_files
from imagebot.engine.lookups import GIVEN_UP_S, STALLED_S, Lookups
from imagebot.engine.questions import converse
from imagebot.engine.scan import Known, scan
from imagebot.engine.together import linked, move_together
from imagebot.errors import EditError, RegistryUnreachable
from imagebot.forges.text import body, title
from imagebot.plan import Failure, Held, Plan, Proposal, Scan, Scanned, Update, major_of, proposal_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from imagebot.plan import Asked
    from imagebot.policies.policy import Configuration
    from imagebot.references.image import ImageName
    from imagebot.registries.protocol import Registries
    from imagebot.repository.protocol import Snapshot

BRANCH_PREFIX = "imagebot/"

_ILLEGAL = re.compile(r"[^A-Za-z0-9._/+-]|\.\.|\.(?=/|$)|\.lock(?=/|$)")
_LONGEST = 140
"""Characters of an id; with a prefix, a hash and a major version, a branch stays below 200."""


def make_plan(
    snapshot: Snapshot,
    configuration: Configuration,
    registries: Registries,
    known: Known | None = None,
) -> Plan:
    """Find out what would change; nothing is written anywhere.

    Args:
        snapshot: The config repository.
        configuration: Policies and settings.
        registries: Who is asked.
        known: What earlier scans found.
    """
    *_, plan = make_plans(snapshot, configuration, registries, known)
    return plan


def make_plans(
    snapshot: Snapshot,
    configuration: Configuration,
    registries: Registries,
    known: Known | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[Plan]:
    """The plan, after plans of what is decided while slow registries are still waited for.

    Only the last is whole; the others say in ``waiting`` which proposals must not be acted on yet. When
    ``stop`` says so, what is open is waited for no longer.
    """
    scanned = scan(snapshot, configuration, known)
    for decision, waiting in decisions(scanned, registries, stop):
        updates, apart, failures = exact_updates(decision.updates, snapshot, scanned)
        apart = _waiting_too(apart, decision.held, scanned)
        yield Plan(
            scan=scanned,
            proposals=group(updates),
            held=tuple(sorted((*decision.held, *apart), key=lambda held: _place(held.scanned))),
            current=tuple(sorted(decision.current, key=_place)),
            failures=tuple(
                replace(failure, proposals=linked(failure.proposals, scanned.references))
                for failure in (*merged(decision.failures), *failures)
            ),
            waiting=linked(waiting, scanned.references),
        )


def exact_updates(
    updates: Iterable[Update], snapshot: Snapshot, scanned: Scan
) -> tuple[list[Update], list[Held], list[Failure]]:
    """Updates that can be made, for each further major version on its own: they write the same characters."""
    exact: list[Update] = []
    held: list[Held] = []
    failures: list[Failure] = []
    ordered = sorted(updates, key=lambda update: (major_of(update.proposal), _place(update.scanned)))
    for _, members in groupby(ordered, key=lambda update: major_of(update.proposal)):
        shaped, no_place = _with_place(list(members), snapshot, scanned)
        together, apart = move_together(shaped, scanned.references, scanned.skipped)
        fine, refused = editable(snapshot, together, scanned.rules)
        exact += fine
        held += [*no_place, *apart]
        failures += refused
    return exact, held, failures


def _waiting_too(apart: Iterable[Held], held: Iterable[Held], scanned: Scan) -> list[Held]:
    """What does not move because something waits that it shares characters with, waits as well."""
    ids = linked((proposal_id(one.scanned) for one in held if one.waits), scanned.references)
    return [replace(one, waits=one.waits or proposal_id(one.scanned) in ids) for one in apart]


def _with_place(
    updates: Iterable[Update], snapshot: Snapshot, scanned: Scan
) -> tuple[list[Update], list[Held]]:
    """Updates but for those whose file has no place for a part that comes or goes: the edit itself tells."""
    shaped: list[Update] = []
    held: list[Held] = []
    for update in updates:
        if update.reshapes:
            try:
                edited_files(snapshot, [update], scanned.rules)
            except EditError as error:
                reason = f"the file has no place for what is pinned: {error.message}"
                held.append(Held(update.scanned, reason))
                continue
        shaped.append(update)
    return shaped, held


def decisions(
    scanned: Scan,
    registries: Registries,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[tuple[Decision, frozenset[str]]]:
    """What is decided so far, and the proposals that what is open belongs to: none in the last round.

    One failing image or host becomes a failure and stops no other.

    Args:
        scanned: What is deployed.
        registries: Who is asked.
        stop: Whether what is open is waited for no longer.
    """
    managed: defaultdict[ImageName, list[Scanned]] = defaultdict(list)
    for item in scanned.references:
        if item.managed:
            managed[item.reference.image.name].append(item)
    lookups = Lookups(
        {name: name.host for name in managed},
        lambda name: converse(decide(managed[name]), name, registries),
        stalled_s=STALLED_S,
        given_up_s=GIVEN_UP_S,
        stop=stop,
    )
    whole = Decision()
    for found in lookups.rounds():
        for answer in found.answers.values():
            whole.add(answer)
        if not found.last:
            yield whole, frozenset(proposal_id(item) for name in found.open for item in managed[name])
            continue
        for name in sorted(found.open):
            whole.add(unanswered(managed[name], _given_up(name)))
        yield whole, frozenset()


def _given_up(name: ImageName) -> RegistryUnreachable:
    return RegistryUnreachable(
        f"{name.host} did not finish its answers about {name.path} in {GIVEN_UP_S:.0f} seconds",
        hint="the next run tries again",
    )


def _place(item: Scanned) -> tuple[str, int, int, str]:
    """Where a reference stands in a scan: registries answer in any order."""
    reference = item.reference
    return reference.path, reference.line, reference.column, str(reference.image.name)


def group(updates: Iterable[Update]) -> tuple[Proposal, ...]:
    """Put updates that belong together into proposals, sorted by id."""
    members: defaultdict[str, list[Update]] = defaultdict(list)
    for update in updates:
        members[update.proposal].append(update)
    return tuple(proposal_of(key, tuple(members[key])) for key in sorted(members))


def proposal_of(key: str, updates: tuple[Update, ...], asked: Asked | None = None) -> Proposal:
    """A proposal of updates, with its texts."""
    return Proposal(key, branch_name(key), title(updates, asked), body(updates, asked=asked), updates, asked)


def smallest_steps(plan: Plan) -> Plan:
    """The plan with one update for each reference: a file holds one version, pull requests may offer more."""
    return replace(plan, proposals=group(plan.smallest))


def without_pending(plan: Plan) -> Plan:
    """The plan without what a gate still holds: a file in a work tree is no draft."""
    return replace(plan, proposals=group(u for u in plan.updates if not u.pending))


def branch_name(proposal: str) -> str:
    """The branch of a proposal: its id, made legal as a Git branch, without any version in it.

    It has three parts, whatever the id: one branch can never be the folder of another. A name that had to be
    changed gets a short hash, so that two ids never share a branch. A further major version stands behind the
    branch of the proposal that it stands beside.
    """
    named, at, major = proposal.partition("@")
    group, plus, member = named.partition("+")
    flat = f"{group}{plus}{member.replace('/', '-')}"
    legal = _ILLEGAL.sub("-", flat)[:_LONGEST]
    if legal != named:
        legal += "-" + hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return f"{BRANCH_PREFIX}{legal}{at}{major}"
