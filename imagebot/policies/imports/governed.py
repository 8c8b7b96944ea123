"""References that an imported policy would govern, and those of them that have no place for a digest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from imagebot.descriptors.find import find
from imagebot.descriptors.names import may_deploy
from imagebot.descriptors.reference import Reference
from imagebot.policies.globs import path_matcher
from imagebot.policies.imports.imported import Draft, Ledger, Origin

_SHOWN = 5


def governed(files: Mapping[str, bytes], draft: Draft) -> Iterator[Reference]:
    """The references to a policy's image in its paths, in the order of the files."""
    last = draft.images[0].rpartition("/")[2].encode()
    for path in sorted(files):
        if last not in files[path] or not may_deploy(path) or not _covers(draft, path):
            continue
        for reference in find(path, files[path]).references:
            if str(reference.image.name) in draft.images and not reference.ignored:
                yield reference


def shown(places: Iterable[tuple[str, int]]) -> str:
    """The first places, and how many more there are."""
    known = list(places)
    more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
    return ", ".join(f"{path}:{line}" for path, line in known[:_SHOWN]) + more


def leave_placeless(files: Mapping[str, bytes], draft: Draft, ledger: Ledger) -> None:
    """Name the tags that are values of their own and have no digest beside them, where one is wanted."""
    if draft.pin != "tag+digest":
        return
    places = [
        (one.path, one.line)
        for one in governed(files, draft)
        if one.digest is None and one.tag is not None and one.tag.whole
    ]
    if places:
        ledger.leave(
            Origin(*places[0]),
            "digest-place",
            f"the digest of {draft.images[0]} at {shown(places)}",
            why="the tag is a value of its own there, and imagebot adds no keys: the reference is held",
            instead="write the digest of the current image beside it once (`digest:`)",
            policy=draft.name,
        )


def _covers(draft: Draft, path: str) -> bool:
    return not draft.paths or any(path_matcher(glob).fullmatch(path) for glob in draft.paths)
