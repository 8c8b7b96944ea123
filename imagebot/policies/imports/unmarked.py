"""References that a policy would govern and Flux leaves alone, for they have no marker."""

from __future__ import annotations

from collections.abc import Mapping

from imagebot.descriptors.find import find
from imagebot.descriptors.names import may_deploy
from imagebot.policies.globs import path_matcher
from imagebot.policies.imports.imported import Draft, Ledger, Origin

_SHOWN = 5


def leave_unmarked(
    files: Mapping[str, bytes], draft: Draft, marked: set[tuple[str, int]], ledger: Ledger
) -> None:
    """Name the references to a policy's image, in its paths, on lines without a marker."""
    last = draft.images[0].rpartition("/")[2].encode()
    places = []
    for path in sorted(files):
        if last not in files[path] or not may_deploy(path) or not _covers(draft, path):
            continue
        for reference in find(path, files[path]).references:
            lines = {reference.line, *(use.line for use in reference.uses)}
            is_own = str(reference.image.name) in draft.images and not reference.ignored
            if is_own and reference.bound is None and not any((path, line) in marked for line in lines):
                places.append((path, reference.line))
    if places:
        shown = ", ".join(f"{path}:{line}" for path, line in places[:_SHOWN])
        more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
        ledger.leave(
            Origin(*places[0]),
            "unmarked",
            f"{draft.images[0]} stands without a marker at {shown}{more}",
            why="Flux leaves such lines alone; the policy governs them",
            instead="write `# imagebot: ignore` on lines that should stay as they are",
            policy=draft.name,
        )


def _covers(draft: Draft, path: str) -> bool:
    return not draft.paths or any(path_matcher(glob).fullmatch(path) for glob in draft.paths)
