"""Carry out a saved plan exactly, or refuse it with the reason."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from imagebot.engine.lookups import Lookups
from imagebot.engine.planning import exact_updates, group
from imagebot.engine.scan import scan
from imagebot.errors import RegistryUnreachable, UsageError
from imagebot.evidence import Described, Evidence, Signature
from imagebot.plan import Pin, Plan, Scan, Scanned, Update
from imagebot.policies.policy import Verdict

if TYPE_CHECKING:
    from imagebot.descriptors.reference import Reference
    from imagebot.policies.policy import Configuration
    from imagebot.registries.protocol import Registries
    from imagebot.repository.protocol import Snapshot

_Key = tuple[str, int, int, str]
"""Path, line, column and image: several images may share one tag, and so one place."""

_MAKE_AGAIN = "make the plan again: imagebot plan -o json"


class StalePlan(UsageError):  # noqa: N818 - names a thing, as the rest of the tree
    """The world moved since the plan was made; nothing was attempted."""

    id = "plan-stale"


def restore(saved: bytes, snapshot: Snapshot, configuration: Configuration, registries: Registries) -> Plan:
    """The saved plan over the snapshot, if both still agree and every tag still has its digest.

    Raises:
        UsageError: If the text is no plan.
        StalePlan: If the commit, a reference, a policy or a digest is not what the plan says.
    """
    document = _document(saved)
    if document["commit"] != snapshot.commit:
        raise StalePlan(
            f"the plan was made from commit {document['commit'] or '(a changed work tree)'}, "
            f"and this is {snapshot.commit or '(a changed work tree)'}",
            hint=_MAKE_AGAIN,
        )
    scanned = scan(snapshot, configuration)
    places = {_key(i.reference): i for i in scanned.references}
    updates = [_update(item, places) for item in document["updates"]]
    _same_digests(updates, registries)
    exact, apart, failures = exact_updates(updates, snapshot, scanned)
    return Plan(
        scan=_only(scanned),
        proposals=group(exact),
        held=tuple(apart),
        failures=tuple(failures),
        judged=False,
    )


def _document(saved: bytes) -> Mapping[str, Any]:
    try:
        document: Mapping[str, Any] = json.loads(saved)
        major = str(document["format_version"]).partition(".")[0]
        if major != "1" or not isinstance(document["updates"], list) or "commit" not in document:
            raise ValueError(major)
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(
            "this is not a plan that this version of imagebot wrote",
            hint=_MAKE_AGAIN,
            id="plan-invalid",
        ) from error
    return document


def _update(item: Mapping[str, Any], places: Mapping[_Key, Scanned]) -> Update:
    try:
        scanned = places.get((item["path"], item["line"], item["column"], item["image"]))
        source, to, written = Pin(**item["from"]), Pin(**item["to"]), Pin(**item["written"])
        update_of = (item["image"], source, item["policy"], item["environment"])
        passed_over = tuple(Verdict(p["tag"], False, p["reason"]) for p in item["passed_over"])  # noqa: FBT003 - a rejected tag
        step, why, proposal = item["step"], item["why"], item["proposal"]
    except (KeyError, TypeError) as error:
        raise UsageError(
            "an update of the plan is incomplete", hint=_MAKE_AGAIN, id="plan-invalid"
        ) from error
    if scanned is None or not scanned.managed or update_of != _identity(scanned):
        raise StalePlan(f"{item['path']}:{item['line']} no longer holds what the plan says", hint=_MAKE_AGAIN)
    evidence, pending = _evidence(item.get("evidence")), str(item.get("pending") or "")
    return Update(scanned, to, step, why, passed_over, proposal, written, evidence, pending=pending)


def _evidence(found: object) -> Evidence | None:
    """What the plan gathered, for the pull request; it decides nothing, so what is none is left out."""
    if not isinstance(found, dict):
        return None
    try:
        platforms, created, signature = found["platforms"], found["created"], found["signature"]
        described = Described(
            found["digest"],
            tuple(map(str, platforms or ())),
            datetime.fromisoformat(created) if created else None,
            {str(key): str(value) for key, value in found["labels"].items()},
        )
        return Evidence(
            found["digest"],
            platforms=described.platforms,
            signature=Signature(signature["state"], str(signature["how"])) if signature else None,
            described=described,
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _key(reference: Reference) -> _Key:
    return reference.path, reference.line, reference.column, str(reference.image.name)


def _identity(scanned: Scanned) -> tuple[str, Pin, str | None, str | None]:
    image = scanned.reference.image
    policy = scanned.policy.name if scanned.policy else None
    return str(image.name), Pin(image.tag, image.digest), policy, scanned.environment


def _same_digests(updates: list[Update], registries: Registries) -> None:
    tags = {(u.reference.image.name, u.to.tag or ""): u.to.digest for u in updates}
    lookups = Lookups({key: key[0].host for key in tags}, lambda key: registries.digest(*key))
    for asked in lookups.rounds():
        if asked.last and asked.open:
            unanswered = ", ".join(sorted(f"{name}:{tag}" for name, tag in asked.open))
            raise RegistryUnreachable(
                f"no answer about {unanswered}", hint="nothing was attempted; try again"
            )
        for (name, tag), found in asked.answers.items():
            if (found or None) != tags[name, tag]:
                raise StalePlan(f"{name}:{tag} was {tags[name, tag]} and is now {found}", hint=_MAKE_AGAIN)


def _only(scanned: Scan) -> Scan:
    """The scan without what it skipped: a saved plan carries out updates and judges nothing else."""
    return replace(scanned, skipped=())
