"""A plan for a person at a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from imagebot.plan import Pin, not_moved, short_digest
from imagebot.reports.table import Cell, Row, Screen, table
from imagebot.untrusted import clean

if TYPE_CHECKING:
    from imagebot.descriptors.reference import Reference, Skipped
    from imagebot.errors import ImagebotError
    from imagebot.evidence import Evidence
    from imagebot.plan import Explanation, Here, Outcome, Plan, Scan, Scanned, Update
    from imagebot.policies.policy import Selection

_SHOWN_USES = 3
STEP_STYLE = {"major": "bold red", "minor": "yellow", "patch": "green", "digest": "cyan"}
ACTION_STYLE = {
    "created": "green",
    "updated": "green",
    "merged": "green",
    "closed": "yellow",
    "held": "yellow",
    "failed": "bold red",
}


def scan_text(scan: Scan, screen: Screen) -> str:
    """Every reference with its place, then every thing not understood with the reason."""
    rows = [
        [
            Cell(_place(item.reference)),
            Cell(_written(item.reference, screen), "bold"),
            Cell(item.reference.descriptor, "dim"),
            Cell(item.environment or "-"),
            Cell(_governed(item), "" if item.managed else "dim"),
            Cell(_uses(item.reference), "dim"),
        ]
        for item in scan.references
    ]
    managed = sum(item.managed for item in scan.references)
    end = (
        f"Scan: {_count(len(scan.references), 'reference')} in "
        f"{_count(len({i.reference.path for i in scan.references}), 'file')}, {managed} managed, "
        f"{len(scan.skipped)} skipped."
    )
    return _join(table(rows, screen, droppable=(2, 3, 5)), _skipped(scan.skipped, screen), end)


def here_text(here: Here) -> str:
    """What stands at a line, a sentence a line."""
    lines = [f"{clean(here.path)}:{here.line}"]
    if here.descriptor or here.value_path:
        value = f", value {clean(here.value_path, 200)}" if here.value_path else ""
        lines.append(f"  {here.descriptor or 'no known kind of descriptor'}{value}")
    for item in here.references:
        reference = item.reference
        lines.append(
            f"  {clean(reference.written, 300)} ({reference.descriptor}), set at {_place(reference)}"
        )
        lines += [f"  used at {use.path}:{use.line}" for use in reference.uses]
        lines.append(f"  {'kept by a comment' if reference.ignored else clean(item.why, 500)}")
    return "\n".join([*lines, *(f"  {clean(reason, 500)}" for reason in here.reasons)]) + "\n"


def _uses(reference: Reference) -> str:
    """Where else it counts: lines of the same file, places of others."""
    every = dict.fromkeys(
        f"line {use.line}" if use.path == reference.path else f"{clean(use.path)}:{use.line}"
        for use in reference.uses
    )
    places = list(every)[:_SHOWN_USES]
    more = len(every) - len(places)
    return f"also at {', '.join(places)}{f' and {more} more' if more else ''}" if places else ""


def plan_text(plan: Plan, screen: Screen, *, next_step: str = "") -> str:
    """What would move and what not, one line each, then the counts and what to do next."""
    rows = [_update_row(update) for update in plan.updates]
    return _join(
        table(rows, screen, droppable=(5, 0)),
        _renderings(plan),
        _held(plan, screen),
        _skipped(plan.scan.skipped, screen),
        _failures(plan, screen),
        f"{counts(plan)} {next_step}".rstrip(),
    )


def _renderings(plan: Plan) -> str:
    """What changes in rendered manifests: the lines that differ, and why there are none."""
    blocks = []
    for rendering in plan.rendered:
        values = f" with {clean(rendering.root.values)}" if rendering.root.values else ""
        name = f"{clean(rendering.root.folder) or '.'} ({rendering.root.tool}{values})"
        said = rendering.problem or ("" if rendering.diff else "nothing differs")
        diff = "".join(f"  {_diff_line(line)}\n" for line in rendering.diff.splitlines())
        blocks.append(f"Rendered {name}{': ' + clean(said, 500) if said else ''}\n{diff}")
    return "\n".join(blocks)


def _diff_line(line: str) -> str:
    """A line of a diff without what a terminal would obey; its indentation stays."""
    text = line[1:]
    return f"{line[:1]}{' ' * (len(text) - len(text.lstrip(' ')))}{clean(text, 400)}"


def outcomes_text(plan: Plan, outcomes: Sequence[Outcome], screen: Screen, *, dry_run: bool = False) -> str:
    """What became of every proposal, or would become of it."""
    titles = {proposal.id: proposal.title for proposal in plan.proposals}
    rows = [
        [
            Cell(outcome.action, ACTION_STYLE.get(outcome.action, "dim")),
            Cell(outcome.title or titles.get(outcome.proposal, outcome.proposal), "bold"),
            Cell(outcome.url or outcome.branch),
            Cell(_said(outcome), "dim"),
        ]
        for outcome in outcomes
    ]
    done = ", ".join(
        f"{number} {action}"
        for action in ("created", "updated", "unchanged", "merged", "closed", "held", "failed")
        if (number := sum(outcome.action == action for outcome in outcomes))
    )
    return _join(
        table(rows, screen),
        _held(plan, screen),
        _skipped(plan.scan.skipped, screen),
        _failures(plan, screen),
        f"{'Dry run, nothing was written' if dry_run else 'Apply'}: {done or 'nothing to propose'}; "
        f"{len(plan.current)} current, {_unmanaged(plan)} unmanaged.",
    )


def _said(outcome: Outcome) -> str:
    """Why, and what could not be done beside it."""
    why = _message(outcome.error) if outcome.error else outcome.reason
    return "; ".join([*([why] if why else []), *(f"warning: {text}" for text in outcome.warnings)])


def selection_text(selection: Selection, screen: Screen, *, head: str) -> str:
    """Every candidate with its verdict."""
    chosen = selection.each or (selection.selected,)
    rows = [
        [
            Cell(_mark(verdict.tag in chosen, accepted=verdict.accepted)),
            Cell(verdict.tag, "bold" if verdict.tag in chosen else ""),
            Cell(verdict.reason, "" if verdict.accepted else "dim"),
        ]
        for verdict in selection.candidates
    ]
    several = ", each for a proposal of its own" if len(selection.each) > 1 else ""
    selected = ", ".join(selection.each) or selection.selected or "none"
    return _join(head, table(rows, screen), f"Selected: {selected}{several}")


def explanation_text(explanation: Explanation, screen: Screen) -> str:
    """One image under one policy: who governs it, and every candidate."""
    subject = explanation.subject
    places = ", ".join(_place(item.reference) for item in subject.places)
    head = [
        f"{subject.name}, current tag {subject.current or 'none'}",
        f"  governed by: {subject.why}",
        *([f"  deployed at: {clean(places, 1000)}"] if places else []),
        *(line for tag, found in explanation.evidence.items() for line in evidence_lines(tag, found)),
    ]
    text = selection_text(explanation.selection, screen, head="\n".join(head))
    return _join(text, f"Held: {clean(explanation.doubt, 500)}" if explanation.doubt else "")


def unmanaged_text(items: Iterable[Scanned]) -> str:
    """References that no policy moves, and what is missing for one."""
    lines = [f"  {clean(_place(item.reference))}: {clean(not_moved(item), 500)}" for item in items]
    return "\n".join(["Never changed:", *lines])


def evidence_lines(tag: str, evidence: Evidence) -> Iterator[str]:
    """What was gathered of a candidate, a fact a line."""
    yield f"  digest of {tag}: {evidence.digest}"
    if evidence.out_since:
        yield f"    out since {evidence.out_since:%Y-%m-%d %H:%M} UTC ({evidence.out_says})"
    if evidence.platforms is not None:
        yield f"    platforms: {clean(', '.join(evidence.platforms), 300) or 'none'}"
    if evidence.signature is not None:
        yield f"    signature {evidence.signature.state}: {clean(evidence.signature.how, 300)}"


def error_text(error: ImagebotError) -> str:
    """What went wrong and how to fix it, as two lines for stderr."""
    hint = f"\n  = help: {clean(error.hint)}" if error.hint else ""
    return f"error[{error.id}]: {clean(error.message, 2000)}{hint}\n"


def counts(plan: Plan) -> str:
    """The plan in one sentence."""
    updates = len(plan.updates)
    parts = [
        f"{_count(updates, 'update')} in {_count(len(plan.proposals), 'pull request')}"
        if updates
        else "nothing to update",
        f"{len(plan.held)} held" if plan.held else "",
        f"{len(plan.scan.skipped)} skipped" if plan.scan.skipped else "",
        f"{_count(len(plan.failures), 'error')}" if plan.failures else "",
        f"{len(plan.current)} current",
        f"{_unmanaged(plan)} unmanaged",
    ]
    return f"Plan: {', '.join(part for part in parts if part)}."


def pin_text(pin: Pin) -> str:
    """A pin for a narrow column: the tag, and the first digits of the digest."""
    digest = f"@{short_digest(pin.digest)}" if pin.digest else ""
    return f"{pin.tag or ''}{digest}"


def _written(reference: Reference, screen: Screen) -> str:
    """The reference as written; on a terminal with a short digest, in a pipe whole."""
    digest = reference.image.digest
    if screen.width is None or digest is None:
        return reference.written
    return reference.written.replace(digest, f"sha256:{short_digest(digest)}…")


def _update_row(update: Update) -> Row:
    return [
        Cell(update.scanned.environment or "-"),
        Cell(_place(update.reference)),
        Cell(str(update.reference.image.name), "bold"),
        Cell(f"{pin_text(update.source)} → {pin_text(update.written)}"),
        Cell(update.step, STEP_STYLE.get(update.step, "")),
        Cell(f"policy {update.scanned.policy.name}" if update.scanned.policy else "", "dim"),
        Cell(f"draft: {update.pending}" if update.pending else "", "yellow"),
    ]


def _held(plan: Plan, screen: Screen) -> str:
    rows = [
        [
            Cell(held.scanned.environment or "-"),
            Cell(_place(held.scanned.reference)),
            Cell(held.scanned.reference.written),
            Cell(f"held: {held.reason}", "yellow"),
        ]
        for held in plan.held
    ]
    return table(rows, screen)


def _skipped(skipped: Iterable[Skipped], screen: Screen) -> str:
    rows = [
        [
            Cell(f"{item.path}:{item.line}" if item.line else item.path),
            Cell(f"skipped: {item.reason}", "yellow"),
        ]
        for item in skipped
    ]
    return table(rows, screen)


def _failures(plan: Plan, screen: Screen) -> str:
    rows = [
        [
            Cell(f"error[{failure.error.id}]", "bold red"),
            Cell(failure.image or failure.path or ""),
            Cell(_message(failure.error)),
        ]
        for failure in plan.failures
    ]
    return table(rows, screen)


def _message(error: ImagebotError) -> str:
    return f"{error.message}; {error.hint}" if error.hint else error.message


def _governed(item: Scanned) -> str:
    if item.reference.ignored:
        return "ignored by its comment"
    return f"policy {item.policy.name}" if item.policy else "unmanaged"


def _mark(selected: bool, *, accepted: bool) -> str:  # noqa: FBT001 - two marks, one table
    if selected:
        return "→"
    return "✓" if accepted else "✗"


def _unmanaged(plan: Plan) -> int:
    return sum(not item.managed for item in plan.scan.references)


def _place(reference: Reference) -> str:
    return f"{reference.path}:{reference.line}:{reference.column}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _join(*parts: str) -> str:
    return "".join(part if part.endswith("\n") else f"{part}\n" for part in parts if part)
