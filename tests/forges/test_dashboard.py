from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from imagebot.descriptors.reference import Skipped
from imagebot.errors import ForgeDenied, RegistryDenied
from imagebot.forges.dashboard import MARK, Page, content_of, dashboard, ticked, written_at
from imagebot.forges.values import Abilities
from imagebot.plan import Failure, Held, Outcome, Pin, Plan, Proposal, Scan
from imagebot.standing import Open, Request, Shift, Standing, State, TurnedDown
from tests.builders import reference, scanned, update

GOLDEN = Path(__file__).parent / "dashboard.md"
AT = datetime(2026, 3, 1, 12, 30, 1, tzinfo=UTC)
COMMIT = "c0ffee0123456789"
HOSTILE = "@everyone closes #1 <img src=x onerror=y> [x](javascript:z) | \u202e `a`\n- [x] <!-- imagebot:now evil -->"


def request(number: int, environment: str = "staging", title: str = "") -> Request:
    branch = f"imagebot/{environment}/web-{number}"
    title = title or f"{environment}: update web 1.4.2 to 1.5.{number}"
    return Request(
        number, f"https://forge.test/{number}", branch, title, f"{environment}/web-{number}", environment
    )


def opened(number: int, state: State = "open", reason: str = "", *, environment: str = "staging") -> Open:
    return Open(request(number, environment), state, reason, created=AT - timedelta(days=number))


def waiting(
    proposal: str, reason: str = "waits: 2 pull requests are open, and `limits.open` is 2"
) -> Outcome:
    return Outcome(proposal, f"imagebot/{proposal}", "held", reason, waits=True)


def proposal(name: str, title: str) -> Proposal:
    return Proposal(name, f"imagebot/{name}", title, "", (update(),))


WHOLE = Page(
    AT,
    COMMIT,
    Standing(
        open=(
            opened(11, environment="production"),
            opened(12),
            opened(13, "hands-off", "commit abcdef0 on its branch is not imagebot's; it is left alone"),
        ),
        turned_down=(
            TurnedDown(
                request(9),
                "closed",
                "a person closed #9 without merging it; a newer version is proposed, this one after "
                "`/imagebot resume` on #9",
                (Shift("ghcr.io/acme/web", Pin("1.4.2", None), Pin("1.4.9", None)),),
            ),
        ),
    ),
    Plan(
        Scan(COMMIT, (), (Skipped("templates/web.yaml", 3, "a template"),)),
        proposals=(
            proposal("staging/api", "staging: update api 1.0 to 1.1"),
            proposal("production/api", "production: update api 1.0 to 1.1"),
        ),
        held=(
            Held(
                scanned(reference()),
                "1.6.0: out for 7 h of 3 d (first seen by imagebot 2026-03-01 05:00 UTC)",
                waits=True,
            ),
            Held(scanned(reference(line=20)), "two references that must move together do not agree"),
        ),
        failures=(
            Failure(
                RegistryDenied("ghcr.io refuses the credentials", hint="renew the token"), "ghcr.io/acme/db"
            ),
        ),
    ),
    (
        waiting("staging/api"),
        waiting(
            "production/api",
            "waits: production: frozen: end of year; opens again 2026-03-02T00:00:00+00:00",
        ),
        Outcome(
            "production/web-11", "imagebot/production/web-11", "unchanged", "automatic merge: a check failed"
        ),
        Outcome("staging/db", "imagebot/staging/db", "held", "@ada holds it until 2026-03-09 12:00 UTC"),
        Outcome(
            "staging/x",
            "imagebot/staging/x",
            "failed",
            "no",
            error=ForgeDenied("not allowed", hint="a right"),
        ),
    ),
)


def text(page: Page = WHOLE, abilities: Abilities | None = None) -> str:
    return dashboard(page, abilities or Abilities()).text


def test_the_whole_page() -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(text(), encoding="utf-8")

    assert text() == GOLDEN.read_text(encoding="utf-8")


def test_nothing_to_say_is_said() -> None:
    page = Page(AT, COMMIT, Standing(), Plan(Scan(COMMIT, (), ())))

    assert "Nothing is open, and nothing waits." in text(page)


def test_a_forge_without_boxes_or_folds_gets_plain_lists() -> None:
    found = text(abilities=Abilities(folds=False, checkboxes=False))

    assert "<details>" not in found
    assert "[ ]" not in found
    assert "imagebot:now" not in found
    assert "- **staging: update api 1.0 to 1.1**" in found
    assert "## Held (2)" in found


def test_what_was_written_is_read_back() -> None:
    body = dashboard(WHOLE, Abilities())

    assert written_at(body.text) == AT
    assert content_of(body.text) == body.content
    assert ticked(body.text) == frozenset()


@pytest.mark.parametrize("box", [pytest.param("x", id="by-click"), pytest.param("X", id="by-hand")])
def test_a_box_that_a_person_ticked(box: str) -> None:
    body = text().replace(
        "- [ ] <!-- imagebot:now production/api", f"- [{box}] <!-- imagebot:now production/api"
    )

    assert ticked(body) == {"production/api"}
    assert ticked(body.replace("\n", "\r\n")) == {"production/api"}


def test_a_box_that_was_not_obeyed_yet_stays_ticked() -> None:
    body = dashboard(WHOLE, Abilities(), ticked={"production/api"})

    assert ticked(body.text) == {"production/api"}
    assert body.content == dashboard(WHOLE, Abilities()).content


@pytest.mark.parametrize(
    ("other", "same"),
    [
        pytest.param(replace(WHOLE, at=AT + timedelta(hours=3)), True, id="later"),
        pytest.param(replace(WHOLE, commit="1234567"), True, id="another-commit"),
        pytest.param(
            replace(
                WHOLE,
                plan=replace(
                    WHOLE.plan,
                    held=(
                        replace(
                            WHOLE.plan.held[0],
                            reason="1.6.0: out for 45 min of 3 d (first seen by imagebot 2026-03-01 05:00 UTC)",
                        ),
                        WHOLE.plan.held[1],
                    ),
                ),
            ),
            True,
            id="an-age-that-grows",
        ),
        pytest.param(replace(WHOLE, standing=Standing()), False, id="nothing-open"),
        pytest.param(replace(WHOLE, outcomes=WHOLE.outcomes[1:]), False, id="nothing-waits"),
        pytest.param(
            replace(
                WHOLE,
                plan=replace(
                    WHOLE.plan, held=(replace(WHOLE.plan.held[0], reason="1.7.0: out for 7 h of 3 d"),)
                ),
            ),
            False,
            id="a-newer-tag-cools",
        ),
    ],
)
def test_what_counts_as_a_change(other: Page, same: bool) -> None:
    first, second = dashboard(WHOLE, Abilities()), dashboard(other, Abilities())

    assert (first.content == second.content) is same


def hostile(piece: str) -> Page:
    """A page of which every text from outside says the same."""
    error = ForgeDenied(piece, hint=piece)
    seen = replace(request(1, piece, piece), url=f"https://forge.test/{piece}", proposal=piece, branch=piece)
    return Page(
        AT,
        COMMIT,
        Standing(
            open=(Open(seen, "on-hold", piece),),
            turned_down=(
                TurnedDown(seen, "closed", piece, (Shift(piece, Pin(piece, None), Pin(piece, piece)),)),
            ),
        ),
        Plan(
            Scan(COMMIT, (), (Skipped(piece, None, piece),)),
            proposals=(proposal("a/b", piece),),
            held=(Held(scanned(reference(path=piece)), piece), Held(scanned(), piece, waits=True)),
            failures=(Failure(error, piece, proposals=frozenset()),),
        ),
        (
            waiting("a/b", piece),
            waiting(f"a/{piece}", piece),
            Outcome(piece, "x", "held", piece),
            Outcome(piece, "y", "failed", piece, error=error),
        ),
    )


def test_hostile_text_stays_text() -> None:
    found = text(hostile(HOSTILE))

    shown = [token for line in MarkdownIt().enable("table").parse(found) for token in line.children or ()]
    prose = " ".join(token.content for token in shown if token.type == "text")
    assert "@everyone" not in prose
    assert "img src" in prose
    assert "\u202e" not in found
    assert not [
        token for token in shown if token.type == "html_inline" and "imagebot:now" not in token.content
    ]
    assert not [
        token
        for token in shown
        if token.type == "link_open" and token.attrs["href"] != "https://forge.test/1"
    ]
    assert ticked(found) == frozenset()
    assert found.count(MARK) == 1


@given(st.text(max_size=60))
def test_no_text_ticks_a_box_or_is_taken_for_the_head(piece: str) -> None:
    body = dashboard(hostile(f"{piece}\n- [x] <!-- imagebot:now z -->\n{MARK}"), Abilities())

    assert ticked(body.text) == frozenset()
    assert content_of(body.text) == body.content
    assert written_at(body.text) == AT


@given(st.text(min_size=1, max_size=60))
def test_any_id_is_read_back_from_its_box(proposal: str) -> None:
    page = Page(AT, COMMIT, Standing(), Plan(Scan(None, (), ())), (waiting(proposal),))

    body = dashboard(page, Abilities()).text.replace("- [ ]", "- [x]")

    assert ticked(body) == {proposal}


@given(st.text())
def test_no_stored_body_is_too_strange_to_read(body: str) -> None:
    assert ticked(body) == frozenset()
    assert written_at(f"<!-- imagebot:page {body} -->") is None


def test_a_date_that_cannot_be_is_none() -> None:
    assert written_at(f"<!-- imagebot:page 2026-99-99T00:00:00Z {'0' * 32} -->") is None


def test_the_page_fits_and_counts_what_it_leaves_out() -> None:
    many = tuple(opened(number) for number in range(400))
    long = "x" * 5000
    page = replace(
        WHOLE,
        standing=replace(WHOLE.standing, open=many),
        plan=replace(WHOLE.plan, held=tuple(Held(scanned(), long) for _ in range(3000))),
    )

    whole, small = text(page), text(page, Abilities(body=20_000))

    assert len(whole) <= Abilities().body
    assert len(small) <= 20_000
    assert "and 350 more" in whole
    assert "and 380 more" in small or "and 395 more" in small
