"""What must be shown of an image before its tag is proposed: age, platforms, signature, in order of cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from imagebot.engine.questions import FirstSeen, PlatformsOf, PushTimes, SignatureOf, Talk
from imagebot.evidence import Evidence
from imagebot.policies.policy import Verdict
from imagebot.untrusted import clean

if TYPE_CHECKING:
    from imagebot.evidence import Pushed, Signature
    from imagebot.policies.policy import Gates, Policy

_SHOWN = 6


def examine(
    gates: Gates, tag: str, digest: str, tags: frozenset[str]
) -> Talk[tuple[Verdict | None, Evidence]]:
    """The gate that a candidate does not pass, or None; and what was gathered of it.

    Args:
        gates: What the policy asks for.
        tag: The candidate.
        digest: What it points to: what is shown is shown of this, and this is what gets pinned.
        tags: All candidates, so that one question can serve them all.
    """
    evidence = Evidence(digest)
    # a chart whose index has no digests is told apart by its version
    since, now = yield FirstSeen(digest or tag)
    says = "first seen by imagebot"
    if gates.min_age is not None:
        pushed: Mapping[str, Pushed] = yield PushTimes(tags)
        said = pushed.get(tag)
        if said is not None and said.digest in {None, digest}:
            since, says = said.at, "pushed, says the registry"
    evidence = replace(evidence, out_since=since, out_says=says)
    if gates.min_age is not None and now - since < gates.min_age:
        return _rejected(tag, "min-age", _too_young(since, says, now, gates.min_age)), evidence
    if gates.platforms:
        found: tuple[str, ...] = yield PlatformsOf(digest)
        evidence = replace(evidence, platforms=found)
        if missing := [
            wanted for wanted in gates.platforms if not any(is_platform(wanted, one) for one in found)
        ]:
            return _rejected(tag, "platforms", _not_built(missing, found)), evidence
    if gates.verification is not None:
        signature: Signature = yield SignatureOf(digest, gates.verification)
        evidence = replace(evidence, signature=signature)
        if signature.state != "verified":
            return _rejected(tag, "verify", f"signature {signature.state}: {signature.how}"), evidence
    return None, evidence


def passes_later(policy: Policy, objection: Verdict | None, evidence: Evidence) -> str:
    """What a candidate still waits for, where its policy proposes it as a draft meanwhile; else empty.

    Only what comes by itself: time, or a signature that is not there yet. A wrong platform or a signature
    that is refused stays what it is.
    """
    if objection is None or policy.pull_request.draft != "pending":
        return ""
    gates, since = policy.gates, evidence.out_since
    if objection.rule == "min-age" and gates.min_age is not None and since is not None:
        end = since + gates.min_age
        return f"{objection.tag} cools until {end:%Y-%m-%d %H:%M} UTC ({span(gates.min_age)})"
    if objection.rule == "verify" and evidence.signature and evidence.signature.state == "unsigned":
        return f"{objection.tag} is not signed yet"
    return ""


def _rejected(tag: str, rule: str, reason: str) -> Verdict:
    return Verdict(tag, accepted=False, reason=reason, rule=rule)


def _too_young(since: datetime, says: str, now: datetime, wanted: timedelta) -> str:
    return f"out for {span(now - since)} of {span(wanted)} ({says} {since:%Y-%m-%d %H:%M} UTC)"


def _not_built(missing: list[str], found: tuple[str, ...]) -> str:
    has = ", ".join(found[:_SHOWN]) or "none"
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return clean(f"not built for {', '.join(missing)}; it has {has}{more}", 300)


def is_platform(wanted: str, found: str) -> bool:
    """Whether a platform is the wanted one; a variant counts only where one is asked for.

    ``arm64`` has been version 8 from the start, so it means the same with and without.
    """
    whole = f"{found}/v8" if found.endswith("/arm64") else found
    return whole == wanted or whole.startswith(f"{wanted}/")


def span(length: timedelta) -> str:
    """A length of time, exact enough to compare with another: ``71 h``, ``3 d``."""
    minutes = max(0, int(length.total_seconds() // 60))
    for unit, size, enough in (("d", 1440, 14400), ("h", 60, 120)):
        if minutes >= enough or (minutes >= size and minutes % size == 0):
            return f"{minutes // size} {unit}"
    return f"{minutes} min"
