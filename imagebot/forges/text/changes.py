"""What changed in the source of an image: for the table of checks, and in full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from imagebot.forges.text.phrases import aim, by_aim, count
from imagebot.forges.text.source import SourceLinks, short_revision, source_links
from imagebot.forges.text.words import address, code, words

if TYPE_CHECKING:
    from imagebot.evidence import Comparison
    from imagebot.forges.text.page import Page
    from imagebot.plan import Update

_IN_TABLE = 2
_IN_FULL = 20
_SUBJECT_LIMIT = 120


def changes_of(page: Page, update: Update) -> str:
    """One cell: the link, the number of commits, and the first that say of themselves that they break."""
    described = update.evidence.described if update.evidence else None
    if described is None:
        return "not gathered by this run"
    links = source_links(update.before, described)
    comparison = _comparison(page, update)
    to = address(comparison.url) if comparison else None
    if comparison is None or to is None:
        return _links_only(links)
    number = f", {count(comparison.commits, 'commit')}" if comparison.commits is not None else ""
    return f"[{_range(links)}]({to}){number}{_breaking(comparison.breaking)}"


def breaking_changes(page: Page) -> str:
    """Every commit that says of itself that it breaks something, where a cell has no room for them all."""
    lines = [line for update in by_aim(page.updates).values() for line in _breaking_lines(page, update)]
    return page.folded("Commits marked as breaking", "\n".join(lines)) if lines else ""


def _breaking_lines(page: Page, update: Update) -> Iterator[str]:
    comparison = _comparison(page, update)
    subjects = comparison.breaking if comparison else ()
    if len(subjects) > _IN_TABLE:
        for subject in subjects[:_IN_FULL]:
            yield f"- {code(aim(update)[0].rpartition('/')[2])}: {words(subject, _SUBJECT_LIMIT)}"


def _comparison(page: Page, update: Update) -> Comparison | None:
    found = page.changes.get(aim(update))
    return found.comparison if found else None


def _links_only(links: SourceLinks) -> str:
    if not links.repository:
        return "the image does not say what it was built from"
    if to := address(links.compare):
        return f"[{_range(links)}]({to}), say the images"
    if links.old and links.old == links.new:
        return f"none: built again from {code(short_revision(links.new))} of <{links.repository}>"
    at = f" at {code(short_revision(links.new))}" if links.new else ""
    return f"built from <{links.repository}>{at}, says the image"


def _range(links: SourceLinks) -> str:
    if links.old and links.new:
        return code(f"{short_revision(links.old)}...{short_revision(links.new)}")
    return "comparison"


def _breaking(subjects: Sequence[str]) -> str:
    if not subjects:
        return ""
    more = ", ..." if len(subjects) > _IN_TABLE else ""
    first = ", ".join(f'"{words(subject, _SUBJECT_LIMIT).strip()}"' for subject in subjects[:_IN_TABLE])
    return f", **{len(subjects)} marked breaking**: {first}{more}"
