"""Decide what each managed reference should become: pure functions over what registries said.

Two questions are asked of a registry, one after the other: the tags of a repository, then the
digest of a tag that was chosen. Between them stands ``choose``, after them ``settle``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from imagebot.errors import RegistryError
from imagebot.plan import Failure, Held, Pin, Scanned, Step, Update
from imagebot.policies.selection import select

if TYPE_CHECKING:
    from imagebot.policies.policy import Policy, Selection, Verdict
    from imagebot.references.image import ImageName

Listings = Mapping["ImageName", tuple[str, ...] | RegistryError]
Digests = Mapping[tuple["ImageName", str], str | RegistryError]

PASSED_OVER = 10
"""Rejected newer tags kept as evidence: enough to judge, short enough to read."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A tag chosen for a reference, before its digest is known."""

    scanned: Scanned
    tag: str
    step: Step
    why: str
    passed_over: tuple[Verdict, ...] = ()


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be said of managed references once tags are known."""

    chosen: tuple[Choice, ...]
    current: tuple[Scanned, ...]
    held: tuple[Held, ...]
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What can be said of managed references once digests are known too."""

    updates: tuple[Update, ...]
    current: tuple[Scanned, ...]
    held: tuple[Held, ...]
    failures: tuple[Failure, ...]


def proposal_id(scanned: Scanned) -> str:
    """The proposal a managed reference belongs to: one per environment and policy.

    ``_`` stands for "no environment": no environment can have that name.
    """
    policy = scanned.policy.name if scanned.policy else "_"
    return f"{scanned.environment or '_'}/{policy}"


def wanted_listings(managed: Iterable[Scanned]) -> frozenset[ImageName]:
    """Repositories whose tags must be listed; a followed digest needs no list."""
    return frozenset(
        item.reference.image.name
        for item in managed
        if item.policy and item.policy.tags.order == "semver" and item.reference.image.tag
    )


def choose(managed: Iterable[Scanned], listings: Listings) -> Choices:
    """Choose a tag for every managed reference, or say why not."""

    @cache  # one ranking per repository, policy and current tag, however many references share it
    def selection(name: ImageName, policy: Policy, current: str) -> Selection | RegistryError:
        tags = listings[name]
        return tags if isinstance(tags, RegistryError) else select(policy.tags, tags, current)

    chosen: list[Choice] = []
    current: list[Scanned] = []
    held: list[Held] = []
    failed: list[tuple[Scanned, RegistryError]] = []
    for item in managed:
        image = item.reference.image
        policy = item.policy
        if policy is None:
            continue
        if image.tag is None:
            held.append(Held(item, _no_tag(policy)))
        elif policy.tags.order == "digest":
            if image.digest is None:
                held.append(Held(item, f"no digest is pinned, so policy {policy.name} has nothing to move"))
            else:
                why = f"policy {policy.name} follows the digest of {image.tag}"
                chosen.append(Choice(item, image.tag, "digest", why))
        else:
            outcome = selection(image.name, policy, image.tag)
            if isinstance(outcome, RegistryError):
                failed.append((item, outcome))
            elif outcome.selected is None:
                held.append(Held(item, _nothing_selected(outcome, image.tag)))
            elif outcome.selected == image.tag:
                current.append(item)
            else:
                chosen.append(_choice(item, policy, outcome))
    return Choices(tuple(chosen), tuple(current), tuple(held), _failures(failed))


def wanted_digests(chosen: Iterable[Choice]) -> frozenset[tuple[ImageName, str]]:
    """Tags whose digest must be known before an update can be proposed."""
    return frozenset((choice.scanned.reference.image.name, choice.tag) for choice in chosen)


def settle(choices: Choices, digests: Digests) -> Decision:
    """Turn choices into updates, now that the digests are known."""
    updates: list[Update] = []
    current = list(choices.current)
    failed: list[tuple[Scanned, RegistryError]] = []
    for choice in choices.chosen:
        image = choice.scanned.reference.image
        digest = digests[(image.name, choice.tag)]
        if isinstance(digest, RegistryError):
            failed.append((choice.scanned, digest))
        elif choice.tag == image.tag and digest == image.digest:
            current.append(choice.scanned)
        else:
            updates.append(_update(choice, digest))
    failures = _merge((*choices.failures, *_failures(failed)))
    return Decision(tuple(updates), tuple(current), choices.held, failures)


def _choice(item: Scanned, policy: Policy, outcome: Selection) -> Choice:
    selected = outcome.selected or ""
    rules = f"semver {policy.tags.range.text}" if policy.tags.range else "semver"
    return Choice(
        scanned=item,
        tag=selected,
        step=outcome.step or "other",
        why=f"the newest tag that policy {policy.name} allows ({rules})",
        passed_over=outcome.passed_over[:PASSED_OVER],
    )


def _update(choice: Choice, digest: str) -> Update:
    return Update(
        scanned=choice.scanned,
        to=Pin(choice.tag, digest),
        step=choice.step,
        why=choice.why,
        passed_over=choice.passed_over,
        proposal=proposal_id(choice.scanned),
    )


def _no_tag(policy: Policy) -> str:
    if policy.tags.order == "digest":
        return f"no tag is written beside the digest, so policy {policy.name} has none to follow"
    return f"no tag is written, so policy {policy.name} has no version to move from"


def _nothing_selected(outcome: Selection, tag: str) -> str:
    if not outcome.candidates:
        return "the repository has no tags"
    reasons = {verdict.reason for verdict in outcome.candidates}
    if len(reasons) == 1:
        return reasons.pop()
    return f"no allowed tag is as new as {tag}"


def _failures(failed: Iterable[tuple[Scanned, RegistryError]]) -> tuple[Failure, ...]:
    return _merge(
        Failure(
            error,
            image=str(item.reference.image.name),
            proposals=frozenset({proposal_id(item)}),
        )
        for item, error in failed
    )


def _merge(failures: Iterable[Failure]) -> tuple[Failure, ...]:
    """One failure per image and message, however many references share it."""
    merged: dict[tuple[str | None, str], Failure] = {}
    for failure in failures:
        key = (failure.image, failure.error.message)
        known = merged.get(key)
        proposals = failure.proposals | (known.proposals if known else frozenset())
        merged[key] = Failure(failure.error, failure.image, failure.path, proposals)
    return tuple(sorted(merged.values(), key=lambda f: (f.image or "", f.error.message)))
