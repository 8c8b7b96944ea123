"""Make a plan: scan, ask, decide, group."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from imagebot.engine.decide import Decision, choose, settle, wanted_digests, wanted_listings
from imagebot.engine.edit import editable
from imagebot.engine.lookups import find_digests, list_tags
from imagebot.engine.scan import Known, scan
from imagebot.engine.together import move_together
from imagebot.forges.body import body, title
from imagebot.plan import Plan, Proposal, Scan, Update

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imagebot.policies.policy import Configuration
    from imagebot.registries.protocol import Registries
    from imagebot.repository.protocol import Snapshot

BRANCH_PREFIX = "imagebot/"


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
        registries: Who is asked for tags and digests.
        known: What earlier scans found.
    """
    scanned = scan(snapshot, configuration, known)
    decision = decide(scanned, registries)
    together, apart = move_together(decision.updates, scanned.references, scanned.skipped)
    exact, failures = editable(snapshot, together, scanned.rules)
    return Plan(
        scan=scanned,
        proposals=group(exact),
        held=(*decision.held, *apart),
        current=decision.current,
        failures=(*decision.failures, *failures),
    )


def decide(scanned: Scan, registries: Registries) -> Decision:
    """Ask the registries about every managed reference and decide.

    One failing image or host becomes a failure and stops no other.
    """
    managed = [item for item in scanned.references if item.managed]
    choices = choose(managed, list_tags(registries, wanted_listings(managed)))
    return settle(choices, find_digests(registries, wanted_digests(choices.chosen)))


def group(updates: Iterable[Update]) -> tuple[Proposal, ...]:
    """Put updates that belong together into proposals, sorted by id."""
    members: defaultdict[str, list[Update]] = defaultdict(list)
    for update in updates:
        members[update.proposal].append(update)
    return tuple(_proposal(key, tuple(members[key])) for key in sorted(members))


def _proposal(key: str, updates: tuple[Update, ...]) -> Proposal:
    return Proposal(key, branch_name(key), title(updates), body(updates), updates)


def branch_name(proposal: str) -> str:
    """The branch of a proposal: its id, made legal as a Git branch, without any version in it.

    A name that had to be changed gets a short hash, so that two ids never share a branch.
    """
    legal = re.sub(r"[^A-Za-z0-9._/-]|\.\.|\.(?=/|$)|\.lock(?=/|$)", "-", proposal)
    if legal != proposal:
        legal += "-" + hashlib.sha256(proposal.encode()).hexdigest()[:6]
    return BRANCH_PREFIX + legal
