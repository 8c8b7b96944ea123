"""How a proposal is to be proposed: what the policies of its updates say together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import TYPE_CHECKING

from imagebot.forges.values import Decoration
from imagebot.policies.codeowners import PLACES, owners
from imagebot.policies.proposing import Drafts, PullRequestRules

if TYPE_CHECKING:
    from imagebot.forges.values import Abilities
    from imagebot.plan import Proposal
    from imagebot.policies.policy import ForgeKind, Settings
    from imagebot.repository.protocol import Snapshot

_DRAFTS: tuple[Drafts, ...] = ("never", "pending", "always")
_STEPS = ("major", "minor", "patch", "other", "digest")
STEP_LABEL = "step/"


def rules_of(proposal: Proposal) -> PullRequestRules:
    """The rules of its policies together: everybody who is named, and the stricter where they differ."""
    policies = dict.fromkeys(u.scanned.policy for u in proposal.updates if u.scanned.policy)
    found = [policy.pull_request for policy in policies]
    return reduce(_together, found[1:], found[0]) if found else PullRequestRules()


def _together(one: PullRequestRules, other: PullRequestRules) -> PullRequestRules:
    return PullRequestRules(
        group=one.group or other.group,
        one_per=one.one_per,
        labels=_union(one.labels, other.labels),
        reviewers=_union(one.reviewers, other.reviewers),
        teams=_union(one.teams, other.teams),
        assignees=_union(one.assignees, other.assignees),
        milestone=one.milestone or other.milestone,
        codeowners=one.codeowners or other.codeowners,
        draft=max(one.draft, other.draft, key=_DRAFTS.index),
        automerge=one.automerge & other.automerge,
        merge_method=one.merge_method or other.merge_method,
        merged_by="imagebot" if "imagebot" in {one.merged_by, other.merged_by} else "forge",
    )


def _union(one: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))


def is_draft(proposal: Proposal, rules: PullRequestRules) -> bool:
    """Whether nobody should be able to merge it yet."""
    return rules.draft == "always" or bool(proposal.pending)


def decoration(
    proposal: Proposal,
    rules: PullRequestRules,
    settings: Settings,
    abilities: Abilities,
    snapshot: Snapshot,
    kind: ForgeKind,
) -> Decoration:
    """Labels and people of a proposal, as far as the forge has such things."""
    users, teams = _owners(proposal, snapshot, kind) if rules.codeowners else ((), ())
    own = own_labels(proposal) if settings.pull_requests.own_labels else ()
    labels = _union(own, rules.labels)
    return Decoration(
        labels=tuple(label[: abilities.label] for label in labels) if abilities.labels else (),
        reviewers=_union(rules.reviewers, users),
        teams=_union(rules.teams, teams) if abilities.teams else (),
        assignees=rules.assignees,
        milestone=rules.milestone,
    )


def own_labels(proposal: Proposal) -> tuple[str, ...]:
    """The labels that imagebot itself sets: its name, the environments, the largest step."""
    environments = sorted({u.scanned.environment for u in proposal.updates if u.scanned.environment})
    step = min((update.step for update in proposal.updates), key=_STEPS.index)
    size = proposal.asked.kind if proposal.asked else step
    return ("imagebot", *(f"env/{name}" for name in environments), f"{STEP_LABEL}{size}")


def outdated(labels: Iterable[str], wanted: Decoration) -> tuple[str, ...]:
    """Labels of a pull request that tell a step which it is no more."""
    return tuple(label for label in labels if label.startswith(STEP_LABEL) and label not in wanted.labels)


def _owners(
    proposal: Proposal, snapshot: Snapshot, kind: ForgeKind
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    present = {entry.path for entry in snapshot.files()}
    place = next((place for place in PLACES if place in present), None)
    if place is None:
        return (), ()
    found = owners(snapshot.read(place), sorted({u.reference.path for u in proposal.updates}), kind)
    return found.users, found.teams
