"""What a backtest leaves out or takes for granted, in words: nothing of it is kept silent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from imagebot.engine.dating import BUILT
from imagebot.engine.facts import policy_of
from imagebot.untrusted import clean

if TYPE_CHECKING:
    from imagebot.engine.facts import Facts
    from imagebot.engine.history import Pasts
    from imagebot.plan import Scanned
    from imagebot.policies.policy import Policy


_NO_RECORD = "registries keep no record of what a tag pointed to"


_BUILT = "what images say of their own date may be long before they were pushed"


def caveats(chosen: Sequence[Scanned], pasts: Pasts, facts: Sequence[Facts]) -> tuple[str, ...]:
    """A sentence for each, without a final full stop."""
    policies = {policy.name: policy for policy in map(policy_of, chosen)}
    return (
        *(note for _, policy in sorted(policies.items()) for note in _of_policy(policy)),
        *_of_references(chosen),
        *([f"nothing is known before {pasts.begin:%Y-%m-%d %H:%M} UTC: {pasts.ends}"] if pasts.ends else []),
        *([_BUILT] if any(one.says == BUILT for one in facts) else []),
        *(f"{one.name} under policy {one.policy.name}: {note}" for one in facts for note in _of_image(one)),
    )


def _of_policy(policy: Policy) -> Iterator[str]:
    """What registries keep no record of cannot be replayed."""
    name = f"policy {policy.name}"
    if policy.tags.order == "digest":
        yield f"{name} follows digests and is left out: {_NO_RECORD}"
        return
    asked = {"platforms": policy.gates.platforms, "verify": policy.gates.verification}
    if gates := " and ".join(key for key, wanted in asked.items() if wanted):
        yield f"{name}: {gates} cannot be replayed, so every image counts as passing"
    if policy.pin != "keep":
        yield f"{name}: `pin` is not replayed: a file that has no place for what is pinned counts as moved"
    if policy.refresh:
        yield f"{name}: `refresh` cannot be replayed: {_NO_RECORD}"
    if policy.tags.newest_of_each:
        yield f"{name}: every further major version counts as merged too, the smallest step first"


def _of_references(chosen: Sequence[Scanned]) -> Iterator[str]:
    bare = sum(item.reference.image.tag is None and policy_of(item).tags.order != "digest" for item in chosen)
    if bare:
        yield f"{bare} reference{'s are' if bare > 1 else ' is'} written without a tag and left out"


def _of_image(facts: Facts) -> Iterator[str]:
    if facts.doubt:
        yield f"not replayed: {facts.doubt}"
        return
    if facts.undated:
        yield f"{facts.undated} tag{'s' if facts.undated > 1 else ''} left out: no date is known"
    for tag in sorted({past.tag for past in facts.pasts}):
        if reason := facts.ranking.choose(tag).no_way:
            yield f"nothing is proposed from {clean(tag, 60)}: it {reason}"
