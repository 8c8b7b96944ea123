"""JSON documents that other programs read.

Every document has ``format_version``: an addition raises its minor part, anything else the major.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from imagebot.plan import not_moved

if TYPE_CHECKING:
    from imagebot.descriptors.reference import Skipped
    from imagebot.errors import ImagebotError
    from imagebot.evidence import Evidence
    from imagebot.plan import (
        Explanation,
        Failure,
        Held,
        Here,
        Outcome,
        Pin,
        Plan,
        Proposal,
        Rendering,
        Scan,
        Scanned,
        Update,
    )
    from imagebot.policies.faults import Fault
    from imagebot.policies.policy import Selection
    from imagebot.policies.validation import Validation

FORMAT_VERSION = "1.0"

Document = dict[str, Any]


def scan_document(scan: Scan) -> Document:
    """``imagebot scan``."""
    return _versioned(
        commit=scan.commit,
        references=[_reference(item) for item in scan.references],
        skipped=[_skipped(item) for item in scan.skipped],
    )


def here_document(here: Here) -> Document:
    """``imagebot scan --why FILE:LINE``."""
    return _versioned(
        path=here.path,
        line=here.line,
        descriptor=here.descriptor,
        value_path=here.value_path,
        references=[_reference(item) for item in here.references],
        reasons=list(here.reasons),
    )


def plan_document(plan: Plan) -> Document:
    """``imagebot plan``."""
    return _versioned(
        commit=plan.scan.commit,
        updates=[_update(update) for update in plan.updates],
        proposals=[_proposal(proposal) for proposal in plan.proposals],
        held=[_held(held) for held in plan.held],
        skipped=[_skipped(item) for item in plan.scan.skipped],
        errors=[_failure(failure) for failure in plan.failures],
        rendered=[_rendering(rendering) for rendering in plan.rendered],
        current=len(plan.current),
        unmanaged=sum(not item.managed for item in plan.scan.references),
    )


def outcomes_document(plan: Plan, outcomes: Iterable[Outcome], *, dry_run: bool = False) -> Document:
    """``imagebot apply``: the plan and what became of every proposal, or would become of it."""
    return plan_document(plan) | {
        "outcomes": [_outcome(outcome) for outcome in outcomes],
        "dry_run": dry_run,
    }


def selection_document(selection: Selection, **more: object) -> Document:
    """``imagebot test`` and ``imagebot explain``."""
    candidates = [
        {
            "tag": verdict.tag,
            "accepted": verdict.accepted,
            "reason": verdict.reason,
            "rule": verdict.rule or None,
        }
        for verdict in selection.candidates
    ]
    return _versioned(
        selected=selection.selected,
        each=list(selection.each),
        step=selection.step,
        candidates=candidates,
        **more,
    )


def explanation_document(explanations: Sequence[Explanation], unmanaged: Iterable[Scanned] = ()) -> Document:
    """``imagebot explain``: the first explanation at the top level, further ones in ``others``."""
    first, *others = [_explanation(explanation) for explanation in explanations]
    places = [_place(item) | {"reason": not_moved(item)} for item in unmanaged]
    return first | {"others": others, "unmanaged": places}


def validation_document(validation: Validation) -> Document:
    """``imagebot validate``."""
    return _versioned(
        policies=[
            {"name": policy.name, "file": policy.file, "line": policy.line} for policy in validation.policies
        ],
        errors=[_fault(fault) for fault in validation.errors],
        warnings=[_fault(fault) for fault in validation.warnings],
    )


def error_document(error: ImagebotError) -> Document:
    """A command that failed: same shape as the errors of a plan."""
    faults = [_fault(fault) for fault in getattr(error, "faults", ())]
    return _versioned(errors=faults or [_error(error)])


def _explanation(explanation: Explanation) -> Document:
    subject = explanation.subject
    document = selection_document(
        explanation.selection,
        image=str(subject.name),
        policy=subject.policy.name,
        current=subject.current,
        why=subject.why,
        held=explanation.doubt or None,
        references=[_place(item) for item in subject.places],
    )
    for candidate in document["candidates"]:
        candidate.update(_evidence(explanation.evidence.get(candidate["tag"])))
    return document


def _evidence(evidence: Evidence | None) -> Document:
    """What was gathered of an image; null where nobody asked or nobody knows."""
    described = evidence.described if evidence else None
    signature = evidence.signature if evidence else None
    return {
        "digest": evidence.digest if evidence else None,
        "created": _time(described.created if described else None),
        "out_since": _time(evidence.out_since if evidence else None),
        "out_since_source": evidence.out_says if evidence and evidence.out_since else None,
        "platforms": _listed(evidence.platforms if evidence else None),
        "labels": dict(described.labels) if described else None,
        "signature": {"state": signature.state, "how": signature.how} if signature else None,
    }


def _time(when: datetime | None) -> str | None:
    return timestamp(when) if when else None


def timestamp(when: datetime) -> str:
    """RFC 3339, in UTC, whole seconds."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _listed(items: Sequence[str] | None) -> list[str] | None:
    return None if items is None else list(items)


def _versioned(**fields: object) -> Document:
    return {"format_version": FORMAT_VERSION, **fields}


def _reference(item: Scanned) -> Document:
    reference = item.reference
    return {
        "path": reference.path,
        "line": reference.line,
        "column": reference.column,
        "descriptor": reference.descriptor,
        "image": str(reference.image.name),
        "written": reference.written,
        "tag": reference.image.tag,
        "digest": reference.image.digest,
        "policy": item.policy.name if item.policy else None,
        "environment": item.environment,
        "ignored": reference.ignored,
        "uses": [{"path": p.path, "line": p.line, "column": p.column} for p in reference.uses],
        "why": item.why,
    }


def _skipped(item: Skipped) -> Document:
    return {"path": item.path, "line": item.line, "reason": item.reason}


def pin_document(pin: Pin) -> Mapping[str, str | None]:
    """Tag and digest."""
    return {"tag": pin.tag, "digest": pin.digest}


def _place(item: Scanned) -> Document:
    reference = item.reference
    return {
        "path": reference.path,
        "line": reference.line,
        "column": reference.column,
        "image": str(reference.image.name),
        "policy": item.policy.name if item.policy else None,
        "environment": item.environment,
    }


def _update(update: Update) -> Document:
    return _place(update.scanned) | {
        "from": pin_document(update.source),
        "to": pin_document(update.to),
        "step": update.step,
        "written": pin_document(update.written),
        "pins": update.pins,
        "proposal": update.proposal,
        "pending": update.pending or None,
        "evidence": _evidence(update.evidence),
        "why": update.why,
        "passed_over": [{"tag": v.tag, "reason": v.reason} for v in update.passed_over],
    }


def _proposal(proposal: Proposal) -> Document:
    return {
        "id": proposal.id,
        "branch": proposal.branch,
        "title": proposal.title,
        "body": proposal.body,
    }


def _rendering(rendering: Rendering) -> Document:
    return {
        "path": rendering.root.folder,
        "tool": rendering.root.tool,
        "values": rendering.root.values or None,
        "diff": rendering.diff,
        "problem": rendering.problem or None,
    }


def _held(held: Held) -> Document:
    return _place(held.scanned) | {"reason": held.reason}


def _error(error: ImagebotError) -> Document:
    return {"id": error.id, "message": error.message, "hint": error.hint}


def _fault(fault: Fault) -> Document:
    return {
        "id": fault.id,
        "message": fault.message,
        "hint": fault.fix,
        "path": fault.path,
        "line": fault.line,
        "column": fault.column,
    }


def _failure(failure: Failure) -> Document:
    return _error(failure.error) | {"image": failure.image, "path": failure.path}


def _outcome(outcome: Outcome) -> Document:
    return {
        "proposal": outcome.proposal,
        "branch": outcome.branch,
        "action": outcome.action,
        "reason": outcome.reason,
        "number": outcome.number,
        "url": outcome.url,
        "error": _error(outcome.error) if outcome.error else None,
        "title": outcome.title or None,
        "warnings": list(outcome.warnings),
    }
