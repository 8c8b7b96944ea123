"""The body of a pull request: everything that a reviewer decides by, and nothing that changes by itself.

No run number, no time that passes and no order by chance stands in it, so that the same plan gives the same
text and an unchanged proposal is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from imagebot.forges.text.changes import breaking_changes
from imagebot.forges.text.checks import table_of_checks
from imagebot.forges.text.moves import table_of_moves
from imagebot.forges.text.notes import release_notes
from imagebot.forges.text.page import Page
from imagebot.forges.text.phrases import listed
from imagebot.forges.text.reasons import candidates, reasons
from imagebot.forges.text.sentence import draft_note, first_sentence
from imagebot.forges.text.way_back import commands, digests, way_back
from imagebot.forges.values import Abilities

if TYPE_CHECKING:
    from imagebot.evidence import SourceChanges
    from imagebot.forges.text.page import Aim
    from imagebot.plan import Asked, Update

MARKER_ROOM = 12_000
"""Characters left for the hidden marker, of a proposal as large as it records."""

_LEAST = 2_000

_WHERE = {
    "newer tags passed over": "`imagebot explain IMAGE` lists them",
    "release notes": "they stand where the images come from",
    "commits marked as breaking": "the comparisons list them",
    "full digests": "they stand in the trailers of the commit",
    "why these tags": "`imagebot explain IMAGE` says it for each image",
}
"""What may be left out, in the order in which it is, and where it can be seen then."""


@dataclass(frozen=True, slots=True)
class _Section:
    """A part of the body.

    Attributes:
        name: What it is called once it is left out; empty for what always stays.
    """

    text: str
    name: str = ""


def body(
    updates: Sequence[Update],
    *,
    asked: Asked | None = None,
    changes: Mapping[Aim, SourceChanges] = MappingProxyType({}),
    abilities: Abilities = Abilities(),
    elsewhere: Mapping[str, Sequence[tuple[str, str]]] = MappingProxyType({}),
    files_url: str = "",
    room: int = MARKER_ROOM,
) -> str:
    """Answer what a reviewer asks: what, where, from, to, how big, can it be trusted, why, how to go back.

    Args:
        updates: Of one proposal.
        asked: Who asked for it, if somebody did.
        changes: What changed in the sources, by image and tag.
        abilities: Of the forge; commands are named only where it has comments and tells who may write.
        elsewhere: Environments that stay where they are, each with its tag, by image.
        files_url: Where a person reads the files of the base, up to their path.
        room: Characters of the forge's limit that are left for what is put behind it.
    """
    limit = max(abilities.body - room, _LEAST)
    page = Page(updates, abilities, limit, asked, changes, elsewhere, files_url)
    return _fitted(list(_sections(page)), limit)


def _sections(page: Page) -> Iterator[_Section]:
    """In the order in which they are read; what answers comes before what is looked up."""
    yield _Section(draft_note(page))
    yield _Section(first_sentence(page))
    yield _Section(table_of_moves(page))
    yield _Section(table_of_checks(page))
    yield _Section(reasons(page), "why these tags")
    yield _Section(way_back(page))
    yield from (_Section(text, "release notes") for text in release_notes(page))
    yield _Section(breaking_changes(page), "commits marked as breaking")
    yield _Section(candidates(page), "newer tags passed over")
    yield _Section(digests(page), "full digests")
    yield _Section(commands(page))


def _fitted(sections: list[_Section], limit: int) -> str:
    """The sections that fit; whole ones are left out, the last of their kind first, and it is said which."""
    kept = [section for section in sections if section.text]
    left_out: dict[str, None] = {}
    for name in _WHERE:
        while len(text := _joined(kept, left_out)) > limit:
            last = max((i for i, section in enumerate(kept) if section.name == name), default=-1)
            if last < 0:
                break
            left_out[name] = None
            del kept[last]
        else:
            return text
    return _joined(kept, left_out)


def _joined(sections: Sequence[_Section], left_out: Mapping[str, None]) -> str:
    texts = [section.text for section in sections]
    if left_out:
        said = listed([f"{name} ({_WHERE[name]})" for name in left_out])
        texts.insert(len(texts) - 1, f"**Left out, for the page would be too long:** {said}.")
    return "\n\n".join(texts) + "\n"
