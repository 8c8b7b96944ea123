"""References that a policy would govern and Flux leaves alone, for they have no marker."""

from __future__ import annotations

from collections.abc import Mapping

from imagebot.policies.imports.governed import governed, shown
from imagebot.policies.imports.imported import Draft, Ledger, Origin


def leave_unmarked(
    files: Mapping[str, bytes], draft: Draft, marked: set[tuple[str, int]], ledger: Ledger
) -> None:
    """Name the references to a policy's image, in its paths, on lines without a marker."""
    places = []
    for one in governed(files, draft):
        lines = {one.line, *(use.line for use in one.uses)}
        if one.bound is None and not any((one.path, line) in marked for line in lines):
            places.append((one.path, one.line))
    if places:
        ledger.leave(
            Origin(*places[0]),
            "unmarked",
            f"{draft.images[0]} stands without a marker at {shown(places)}",
            why="Flux leaves such lines alone; the policy governs them",
            instead="write `# imagebot: ignore` on lines that should stay as they are",
            policy=draft.name,
        )
