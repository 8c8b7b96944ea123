"""A plan as Markdown: for job summaries, chat, and forges without an API."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imagebot.reports.escape import code, escape
from imagebot.reports.markdown_table import markdown_table
from imagebot.reports.text import counts

if TYPE_CHECKING:
    from imagebot.plan import Outcome, Plan, Scan


def scan_markdown(scan: Scan) -> str:
    """References and skipped things as tables."""
    references = markdown_table(
        ("Place", "Reference", "Descriptor", "Environment", "Policy"),
        [
            (
                code(f"{i.reference.path}:{i.reference.line}:{i.reference.column}"),
                code(i.reference.written),
                i.reference.descriptor,
                escape(i.environment or "none"),
                code(i.policy.name) if i.policy else "unmanaged",
            )
            for i in scan.references
        ],
    )
    return _join("# Scan", references, _skipped(scan))


def _rendered(plan: Plan) -> str:
    """The rendered differences, each in a fence longer than any inside."""
    blocks = []
    for rendering in plan.rendered:
        name = code(f"{rendering.root.folder or '.'} ({rendering.root.tool})")
        said = escape(rendering.problem) or ("" if rendering.diff else "nothing differs")
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", rendering.diff)), default=0))
        diff = f"\n\n{fence}diff\n{rendering.diff}{fence}" if rendering.diff else ""
        blocks.append(f"Rendered {name}{': ' + said if said else ''}{diff}")
    return "\n\n".join(blocks)


def plan_markdown(plan: Plan, outcomes: tuple[Outcome, ...] = ()) -> str:
    """Every proposal with its title and body, then what did not move and why."""
    proposals = [
        f"## {escape(proposal.title)}\n\nBranch: {code(proposal.branch)}\n\n{proposal.body.rstrip()}"
        for proposal in plan.proposals
    ]
    done = markdown_table(
        ("Proposal", "Action", "Pull request", "Reason"),
        [
            (code(o.proposal), o.action, o.url or code(o.branch), escape(o.reason) or "as planned")
            for o in outcomes
        ],
    )
    held = markdown_table(
        ("Place", "Held because"),
        [
            (code(f"{h.scanned.reference.path}:{h.scanned.reference.line}"), escape(h.reason))
            for h in plan.held
        ],
    )
    errors = markdown_table(
        ("Error", "What", "Message"),
        [(code(f.error.id), code(f.image or f.path or "-"), escape(f.error.message)) for f in plan.failures],
    )
    return _join(
        "# Plan",
        escape(counts(plan)),
        done,
        *proposals,
        _rendered(plan),
        held,
        _skipped(plan.scan),
        errors,
    )


def _skipped(scan: Scan) -> str:
    return markdown_table(
        ("Place", "Skipped because"),
        [(code(f"{s.path}:{s.line}" if s.line else s.path), escape(s.reason)) for s in scan.skipped],
    )


def _join(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"
