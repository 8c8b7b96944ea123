from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from imagebot.plan import Pin
from imagebot.reports.status import next_steps, status_document, status_text
from imagebot.reports.status_markdown import status_markdown
from imagebot.reports.table import Screen
from imagebot.standing import LastSeen, OnHold, Open, Request, Shift, Standing, TurnedDown, moved
from tests.builders import NEW, OLD

GOLDEN = Path(__file__).parent / "status.txt"
AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


def request(number: int, title: str = "staging: update web 1.4.2 to 1.5.0") -> Request:
    return Request(
        number, f"https://forge.test/{number}", "imagebot/staging/web", title, "staging/web", "staging"
    )


def shift(
    old: str | None, new: str | None, *, digests: tuple[str | None, str | None] = (None, None)
) -> Shift:
    return Shift("ghcr.io/acme/web", Pin(old, digests[0]), Pin(new, digests[1]))


WHOLE = Standing(
    open=(
        Open(request(12), "open", shifts=(shift("1.4.2", "1.5.0"),), created=AT, labels=("imagebot",)),
        Open(request(13), "hands-off", "commit abcdef0 on its branch is not imagebot's; it is left alone"),
    ),
    turned_down=(
        TurnedDown(
            request(9), "gone-back", "#9 brought it; a person went back", (shift("1.4.2", "1.4.9"),), AT
        ),
    ),
    holds=(OnHold(request(13), "ada", AT, "the fair"),),
    last_seen=LastSeen(AT, "opened #12"),
)


def test_the_whole_text() -> None:
    assert status_text(WHOLE, Screen()) == GOLDEN.read_text(encoding="utf-8")


def test_nothing_stands() -> None:
    assert (
        status_text(Standing(), Screen())
        == "Status: 0 open, 0 turned down, 0 on hold. imagebot left no trace yet.\n"
    )


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        pytest.param(Standing(open=(Open(request(1), "open"),)), [], id="open"),
        pytest.param(
            Standing(open=(Open(request(1), "hands-off"), Open(request(2), "hands-off"))),
            ["#1, #2: comment `/imagebot recreate` to give up what people did on the branch"],
            id="hands-off",
        ),
        pytest.param(
            Standing(
                turned_down=(TurnedDown(request(9), "closed", ""),),
                holds=(OnHold(request(9), "ada", None, ""), OnHold(request(3), "ada", None, "")),
            ),
            ["#9, #3: comment `/imagebot resume` to have it back"],
            id="each-once",
        ),
        pytest.param(
            Standing(turned_down=(TurnedDown(request(0), "closed", ""),)), [], id="nowhere-to-comment"
        ),
    ],
)
def test_what_to_do_next(standing: Standing, expected: list[str]) -> None:
    assert list(next_steps(standing)) == expected


@pytest.mark.parametrize(
    ("one", "words"),
    [
        pytest.param(shift("1.4.2", "1.5.0"), "web 1.4.2 to 1.5.0", id="tag"),
        pytest.param(shift("1.4.2", "1.5.0", digests=(OLD, NEW)), "web 1.4.2 to 1.5.0", id="tag-and-digest"),
        pytest.param(
            shift("8", "8", digests=(OLD, NEW)), "web 8 (digest aaaaaaa to bbbbbbb)", id="digest-refreshed"
        ),
        pytest.param(shift("8", "8", digests=(None, NEW)), "web 8 (digest none to bbbbbbb)", id="pinned"),
        pytest.param(
            shift(None, None, digests=(OLD, NEW)), "web digest aaaaaaa to bbbbbbb", id="digest-alone"
        ),
        pytest.param(shift(None, "8", digests=(OLD, None)), "web digest aaaaaaa to 8", id="digest-to-tag"),
    ],
)
def test_a_shift_in_words(one: Shift, words: str) -> None:
    assert one.words == words


def test_many_shifts_are_counted() -> None:
    shifts = [shift("1", str(number)) for number in range(2, 8)]

    assert moved(shifts) == "web 1 to 2, web 1 to 3, web 1 to 4, 3 more"


def test_the_document_holds_everything() -> None:
    document = status_document(WHOLE)

    assert document["open"][0] == {
        "number": 12,
        "url": "https://forge.test/12",
        "branch": "imagebot/staging/web",
        "title": "staging: update web 1.4.2 to 1.5.0",
        "proposal": "staging/web",
        "environment": "staging",
        "state": "open",
        "reason": "",
        "versions": [
            {
                "image": "ghcr.io/acme/web",
                "from": {"tag": "1.4.2", "digest": None},
                "to": {"tag": "1.5.0", "digest": None},
                "places": 1,
            }
        ],
        "created": "2026-03-01T12:30:00Z",
        "labels": ["imagebot"],
    }
    assert document["turned_down"][0]["how"] == "gone-back"
    assert document["turned_down"][0]["closed"] == "2026-03-01T12:30:00Z"
    assert {key: document["holds"][0][key] for key in ("by", "until", "reason")} == {
        "by": "ada",
        "until": "2026-03-01T12:30:00Z",
        "reason": "the fair",
    }
    assert document["last_run"] == {"at": "2026-03-01T12:30:00Z", "what": "opened #12"}


def test_the_document_of_nothing() -> None:
    assert status_document(Standing()) == {
        "format_version": "1.0",
        "open": [],
        "turned_down": [],
        "holds": [],
        "last_run": None,
    }


def test_markdown_has_a_table_for_each() -> None:
    found = status_markdown(WHOLE)

    assert [line for line in found.splitlines() if line.startswith("#")] == [
        "# Status",
        "## Open",
        "## Turned down",
        "## On hold",
    ]
    assert "[\\#12](<https://forge.test/12>)" in found
    assert "| until 2026-03-01T12:30:00Z | the fair |" in found


def test_hostile_titles_and_reasons_stay_text() -> None:
    hostile = "\x1b[31m@all\n| <b> \u202e"
    hold = OnHold(request(1, hostile), hostile, None, hostile)
    standing = Standing(open=(Open(request(1, hostile), "on-hold", hostile),), holds=(hold,))

    text, markdown = status_text(standing, Screen()), status_markdown(standing)

    for shown in (text, markdown):
        assert "\x1b" not in shown
        assert "\u202e" not in shown
    assert "@all" not in markdown
    assert "<b>" not in markdown
    assert len(text.splitlines()) == 8
