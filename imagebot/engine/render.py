"""Render what an edit touches, before and after: the difference is what a cluster would see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from difflib import unified_diff
from typing import TYPE_CHECKING

from imagebot.descriptors.source import SIZE_LIMIT
from imagebot.engine.edit import edited_files
from imagebot.engine.planning import group
from imagebot.engine.roots import affected_roots
from imagebot.errors import EditError, RenderError
from imagebot.plan import Failure, Plan, Rendering, Root, Update

if TYPE_CHECKING:
    from collections.abc import Callable

    from imagebot.repository.protocol import Snapshot, Workshop


def render(snapshot: Snapshot, plan: Plan, open_workshop: Callable[[], Workshop]) -> Plan:
    """The plan with what its edits change in the rendered manifests.

    Where a rendering worked before and is broken by an edit, the updates of that edit are refused.
    """
    edited = edited_files(snapshot, plan.smallest, plan.scan.rules)
    if not edited:
        return plan
    renderings: list[Rendering] = []
    refused: set[str] = set()
    failures: list[Failure] = []
    with open_workshop() as workshop:
        files = [entry for entry in snapshot.files() if entry.mode.startswith("100")]
        workshop.fill(
            (e.path, content) for e, content in snapshot.contents(files, SIZE_LIMIT) if content is not None
        )
        roots = affected_roots(snapshot, edited)
        before = {root: _attempt(workshop, root) for found in roots.values() for root in found}
        workshop.fill(edited.items())
        for root in sorted(before, key=lambda root: (root.tool, root.folder, root.values)):
            rendering = _compared(root, before[root], _attempt(workshop, root))
            renderings.append(rendering)
            if rendering.broken:
                paths = [path for path, found in roots.items() if root in found]
                refused.update(paths)
                failures += _failures(rendering, paths, plan.updates)
    kept = [update for update in plan.updates if update.reference.path not in refused]
    return replace(
        plan,
        proposals=group(kept) if refused else plan.proposals,
        failures=(*plan.failures, *failures),
        rendered=tuple(renderings),
    )


def _attempt(workshop: Workshop, root: Root) -> str | RenderError:
    try:
        return workshop.render(root)
    except RenderError as error:
        return error


def _compared(root: Root, before: str | RenderError, after: str | RenderError) -> Rendering:
    if isinstance(before, RenderError) and not isinstance(after, RenderError):
        return Rendering(root, "", f"can be rendered with the edit, and could not before: {before.message}")
    if isinstance(before, RenderError):
        return Rendering(root, "", f"cannot be rendered, with the edit or without: {before.message}")
    if isinstance(after, RenderError):
        return Rendering(root, "", f"the edit breaks it: {after.message}", broken=True)
    name = f"{root.folder or '.'} ({root.tool})"
    lines = unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{name}", f"b/{name}"
    )
    return Rendering(root, "".join(lines), "")


def _failures(rendering: Rendering, paths: Iterable[str], updates: Iterable[Update]) -> list[Failure]:
    wanted = list(updates)
    return [
        Failure(
            EditError(
                f"{path}: {rendering.root.tool}, {rendering.root.folder or '.'}: {rendering.problem}",
                hint="the edit is not proposed; render it by hand to see more",
                id="render-broken",
            ),
            path=path,
            proposals=frozenset(u.proposal for u in wanted if u.reference.path == path),
        )
        for path in paths
    ]
