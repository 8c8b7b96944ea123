"""Release notes, folded: quoted from their authors, who are nobody that a reader needs to trust."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from imagebot.forges.text.phrases import by_aim
from imagebot.forges.text.words import address

if TYPE_CHECKING:
    from imagebot.evidence import Release
    from imagebot.forges.text.page import Page

_TAG = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/+-]{0,99}", re.ASCII)
_SOURCE = re.compile(r"https://[0-9A-Za-z.:-]{1,100}/([0-9A-Za-z._/-]{1,150})", re.ASCII)


def release_notes(page: Page) -> Iterator[str]:
    """A section for each release, in the order of the updates."""
    releases = dict.fromkeys(
        changes.release
        for key in by_aim(page.updates)
        if (changes := page.changes.get(key)) and changes.release
    )
    for release in releases:
        if text := _quoted(release):
            yield page.folded(_summary(release), text)


def _summary(release: Release) -> str:
    """Tag and repository as far as they look like it: in HTML no escape of Markdown holds."""
    tag = f" {release.tag}" if _TAG.fullmatch(release.tag) else ""
    source = _SOURCE.fullmatch(release.source)
    return f"Release notes{tag} (quoted{f' from {source[1]}' if source else ''})"


def _quoted(release: Release) -> str:
    from imagebot.forges.text.quote import defuse

    quote = defuse(release.text)
    to = address(release.url)
    where = f"[{'The rest of them' if quote.cut else 'Where they stand'}]({to})" if to else ""
    cut = "Not all of them are shown here." if quote.cut else ""
    return "\n\n".join(
        part for part in (quote.marked if quote.text else "", f"{cut} {where}".strip()) if part
    )
