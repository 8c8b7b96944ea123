"""Read what an optional API says, page by page; what it says wrong is not said."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from imagebot.errors import RegistryError
from imagebot.evidence import Pushed
from imagebot.references.image import is_digest
from imagebot.registries.answer import Answer
from imagebot.registries.dates.protocol import Ask
from imagebot.registries.links import next_link

PAGES = 20
PAGE_BYTES = 4 * 1024 * 1024

Page = Mapping[str, Any]
"""A JSON object: any value may be missing, or of any type."""

Said = tuple[str, Pushed]
"""A tag, and when it was pushed."""


def numbered(ask: Ask, path: str, more: str) -> Iterator[Page]:
    """Pages that are asked for by number, while a field of the last one says that there are more.

    Nothing else of the field is used: where it holds an address, nobody has to judge where that leads.
    """
    for number in range(1, PAGES + 1):
        page = read(ask, f"{path}&page={number}")
        if page is None:
            return
        yield page
        if not page.get(more):
            return


def linked(ask: Ask, path: str) -> Iterator[Page]:
    """Pages of which each names the next in a ``Link`` header (RFC 8288).

    Only the query of the link is used, so that it leads to no other host or path.
    """
    here, _, query = path.partition("?")
    for _ in range(PAGES):
        answer = _answer(ask, f"{here}?{query}")
        page = _object(answer)
        if answer is None or page is None:
            return
        yield page
        query = _next_query(answer)
        if not query:
            return


def read(ask: Ask, path: str) -> Page | None:
    """A page, or None if there is none."""
    return _object(_answer(ask, path))


def objects(values: object) -> Iterator[Page]:
    """The objects in a list; none if it is no list."""
    return (value for value in values if isinstance(value, dict)) if isinstance(values, list) else iter(())


def said(tag: object, at: datetime | None, digest: object) -> Iterator[Said]:
    """What an entry says: nothing without tag and time; a digest that is none is left out."""
    if isinstance(tag, str) and at is not None:
        yield tag, Pushed(at, digest if isinstance(digest, str) and is_digest(digest) else None)


def gathered(pages: Iterable[Iterable[Said]], wanted: frozenset[str]) -> dict[str, Pushed]:
    """What pages say of the wanted tags; none is read after all are found.

    Of several times for a tag the latest counts: no image is taken for older than it is.
    """
    found: dict[str, Pushed] = {}
    for page in pages:
        for tag, pushed in page:
            if tag in wanted and (tag not in found or found[tag].at < pushed.at):
                found[tag] = pushed
        if wanted <= found.keys():
            break
    return found


def _answer(ask: Ask, path: str) -> Answer | None:
    try:
        answer = ask(path, limit=PAGE_BYTES)
    except RegistryError:
        return None
    return answer if answer is not None and answer.status == 200 else None


def _object(answer: Answer | None) -> Page | None:
    try:
        content = json.loads(answer.body) if answer else None
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _next_query(answer: Answer) -> str:
    try:
        return urlsplit(next_link(answer)).query
    except ValueError:
        return ""
