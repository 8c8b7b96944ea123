"""The table of real tags in docs/policies.md, row by row: loaded, ranked and judged as in a run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from imagebot.engine.questions import Talk, converse
from imagebot.engine.verdict import judge, ranked
from imagebot.evidence import Pushed
from imagebot.policies.loading import load
from imagebot.policies.policy import Policy
from imagebot.references.image import ImageName
from imagebot.registries.protocol import Listing
from tests.engine.silent import SilentRegistries

PAGE = Path(__file__).parents[2] / "docs/policies.md"
WEB = ImageName("ghcr.io", "acme/web")
HEAD = ["current tag", "tags offered", "policy", "selected", "why"]
STAYS = "stays"
NOTHING = "nothing"
HELD = "held"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table, as it is written.

    Attributes:
        offered: Tags, each with the date in parentheses behind it, if any.
        selected: Tags; or ``stays``, ``nothing`` or ``held``.
        why: Reasons by tag; of a held one the reason stands under ``held``.
    """

    name: str
    current: str
    offered: Mapping[str, datetime | None]
    tags: str
    selected: str
    why: Mapping[str, str]


class Dated(SilentRegistries):
    """Registries that tell push times; every tag points to something."""

    def __init__(self, dates: Mapping[str, datetime | None]) -> None:
        self._dates = dates

    def digest(self, name: ImageName, tag: str) -> str:
        return "sha256:" + "0" * 64

    def pushed(self, name: ImageName, tags: frozenset[str]) -> Mapping[str, Pushed]:
        return {tag: Pushed(at) for tag, at in self._dates.items() if at and tag in tags}


def rows(page: str) -> Iterator[Row]:
    """Read the table; a row that cannot be read fails."""
    section = re.split(
        r"^## ", page.partition("## What becomes of real tags\n")[2], maxsplit=1, flags=re.MULTILINE
    )[0]
    heading, number = "", 0
    for line in section.splitlines():
        if line.startswith("### "):
            heading, number = line.removeprefix("### "), 0
        elif line.startswith("| "):
            cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            if cells == HEAD:
                continue
            number += 1
            yield row(f"{heading} {number}", *cells)


def row(name: str, current: str, offered: str, tags: str, selected: str, why: str) -> Row:
    found = {}
    for text in offered.split("`")[1::2]:
        tag, _, date = text.rstrip(")").partition(" (")
        found[tag] = datetime.fromisoformat(date).replace(tzinfo=UTC) if date else None
    pairs = re.split(rf"(?:^|; )(?:`({'|'.join(map(re.escape, found))})`|({HELD})): ", why)
    names = [tag or held for tag, held in zip(pairs[1::3], pairs[2::3], strict=True)]
    reasons = [plain(reason) for reason in pairs[3::3]]
    return Row(
        name, plain(current), found, plain(tags), plain(selected), dict(zip(names, reasons, strict=True))
    )


def plain(cell: str) -> str:
    """A cell without the marks of its code spans."""
    found = re.fullmatch(r"(`+) ?(.*?) ?\1", cell)
    if found and found[1] not in re.findall(r"`+", found[2]):
        return found[2]
    return re.sub(r"`([^`]*)`", r"\1", cell)


def outcome(row: Row) -> tuple[str, Mapping[str, str]]:
    """What becomes of the current tag, and the verdict on every tag offered."""
    tags = row.tags or "{}"
    policy = load({"a.yaml": f"policies: [{{name: a, images: ['*'], tags: {tags}}}]".encode()}).policies[0]
    return converse(_outcome(policy, row), WEB, Dated(row.offered))


def _outcome(policy: Policy, row: Row) -> Talk[tuple[str, Mapping[str, str]]]:
    found = yield from ranked(policy, Listing(tuple(row.offered)), frozenset({row.current}))
    choice = found.ranking.choose(row.current)
    selected: list[str | None] = []
    reasons = {verdict.tag: verdict.reason for verdict in choice.selection().candidates}
    for part in choice.parts():
        judgement = yield from judge(found, part)
        if judgement.stays:
            return HELD, {**reasons, HELD: judgement.stays}
        selected.append(judgement.selection.selected)
    moved = [tag for tag in selected if tag not in {None, row.current}]
    if moved:
        return " ".join(map(str, moved)), reasons
    return (STAYS if row.current in selected else NOTHING), reasons


def check(row: Row) -> None:
    """Compare a row with what imagebot does."""
    selected, reasons = outcome(row)

    assert row.selected == selected
    assert row.why
    assert row.why == {tag: reasons.get(tag) for tag in row.why}


ROWS = list(rows(PAGE.read_text()))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.name}: {row.current}")
def test_the_page_says_what_becomes_of_a_tag(row: Row) -> None:
    check(row)


def test_the_table_has_the_habits_of_the_world() -> None:
    assert len(ROWS) >= 120
    assert len({(row.current, *row.offered, row.tags) for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS[:: max(1, len(ROWS) // 12)], ids=lambda row: row.name)
def test_a_row_that_is_changed_fails(row: Row) -> None:
    tag, reason = next(iter(row.why.items()))
    for changed in (
        replace(row, selected=row.current if row.selected == NOTHING else NOTHING),
        replace(row, why={tag: f"{reason}."}),
        replace(row, why={"0.0.0-not-offered": "newest allowed"}),
        replace(row, why={}),
    ):
        with pytest.raises(AssertionError):
            check(changed)


def test_a_date_and_a_bar_are_read() -> None:
    (found,) = rows(
        "## What becomes of real tags\n### Made up\n"
        "| current tag | tags offered | policy | selected | why |\n|---|---|---|---|---|\n"
        "| `a` | `a (2024-06-01)`, `b (2024-06-02)` | `{match: 'a\\|b'}` | `b` | `a`: current; b is newer; `b`: `` say `x` `` |\n"
    )

    assert found.tags == "{match: 'a|b'}"
    assert list(found.offered) == ["a", "b"]
    assert found.offered["b"] == datetime(2024, 6, 2, tzinfo=UTC)
    assert found.why == {"a": "current; b is newer", "b": "say `x`"}
