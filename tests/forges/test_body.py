from __future__ import annotations

import pytest

from imagebot.forges.body import TITLE_LIMIT, body, summary, title
from imagebot.forges.marker import marker
from imagebot.plan import Update
from imagebot.policies.policy import Policy, TagRules, Verdict
from tests.builders import NEW, OLD, reference, update


@pytest.mark.parametrize(
    ("updates", "expected"),
    [
        pytest.param([update()], "staging: update web 1.4.2 to 1.5.0", id="one-image"),
        pytest.param([update(environment=None)], "update web 1.4.2 to 1.5.0", id="no-environment"),
        pytest.param(
            [update(), update(reference(path="b.yaml"))],
            "staging: update web 1.4.2 to 1.5.0",
            id="same-move-twice",
        ),
        pytest.param(
            [update(), update(reference(image="ghcr.io/acme/api", path="b.yaml"))],
            "staging: update 2 images (web, api)",
            id="two-images",
        ),
        pytest.param(
            [update(), update(reference("1.3.0", path="b.yaml"))],
            "staging: update web",
            id="one-image-from-two-versions",
        ),
        pytest.param(
            [update(reference("8", OLD), "8", step="digest")],
            "staging: refresh web 8 (digest aaaaaaa to bbbbbbb)",
            id="digest",
        ),
        pytest.param(
            [update(reference("1.0.0-" + "x" * 40), "1.1.0")],
            "staging: update web to 1.1.0",
            id="old-version-drops-first",
        ),
    ],
)
def test_title_says_what_moves_where(updates: list[Update], expected: str) -> None:
    assert expected == title(updates)


def test_title_keeps_the_environment_whatever_else_goes() -> None:
    many = [
        update(
            reference(image=f"ghcr.io/acme/service-with-a-long-name-{n}", path=f"{n}.yaml"),
            environment="production",
        )
        for n in range(9)
    ]

    assert title(many) == "production: update 9 images"


def test_title_is_never_longer_than_a_commit_subject() -> None:
    long = update(reference(image="ghcr.io/acme/" + "x" * 100), environment="e" * 60)

    assert len(title([long])) <= TITLE_LIMIT
    assert title([long]).startswith("e" * 60)


def test_body_answers_what_a_reviewer_asks() -> None:
    text = body([update(passed_over=(Verdict("2.0.0", False, "outside <2"),))])

    assert "| staging | `envs/staging/web.yaml:14` | `ghcr.io/acme/web` |" in text
    assert "`1.4.2`" in text
    assert "`1.5.0` `sha256:bbbbbbb…`" in text
    assert "minor" in text
    assert "the newest tag that policy web allows (semver)" in text
    assert "`policies/web.yaml:3`" in text
    assert "`2.0.0` (outside \\<2)" in text
    assert "**Roll back:** revert this pull request" in text
    assert NEW in text


def test_body_is_a_pure_function_of_the_updates() -> None:
    assert body([update()]) == body([update()])


def test_body_says_where_no_digest_is_pinned() -> None:
    assert "`1.4.2` (no digest)" in body([update()])


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param("@everyone fixes #12", id="mention-and-reference"),
        pytest.param("<img src=x onerror=alert(1)>", id="html"),
        pytest.param("a | b\n| c |", id="table-break"),
        pytest.param("`code` <!-- imagebot:v1 e30= -->", id="marker"),
        pytest.param("\u202eevil\u202c", id="bidi"),
    ],
)
def test_text_from_outside_stays_text(hostile: str) -> None:
    rules = Policy("web", ("*",), TagRules(), file=hostile, line=1)
    text = body([update(reference(path=hostile), rules=rules, passed_over=(Verdict("9", False, hostile),))])

    table = [line for line in text.splitlines() if line.startswith("| staging")]
    assert len(table) == 1
    assert table[0].replace("\\|", "").count("|") == 7
    assert "(@everyone" not in text
    assert "(<img" not in text
    assert "(<!--" not in text
    assert "\u202e" not in text


def test_large_proposals_say_how_many_rows_are_not_shown() -> None:
    text = body([update(reference(path=f"{n:03}.yaml")) for n in range(130)])

    assert text.count("| staging |") == 100
    assert "and 30 more references" in text


@pytest.mark.parametrize(("number", "depth"), [(60, 20), (150, 20), (900, 20), (200, 700)])
def test_whatever_its_size_a_proposal_fits_a_pull_request(number: int, depth: int) -> None:
    rejected = tuple(Verdict(f"{n}.0.0", False, "outside >=1.4 <2") for n in range(10))
    updates = [
        update(
            reference(path=f"{'deep/' * depth}{n}.yaml", image=f"ghcr.io/acme/service-{n}"),
            passed_over=rejected,
        )
        for n in range(number)
    ]

    text = body(updates)

    assert len(f"{text}{marker('staging/web', title(updates), updates)}") < 65_536
    assert 0 < text.count("| staging |") <= min(number, 100)
    assert "**Roll back:**" in text
    assert len(f"{marker('a', 'b', updates)}") < 40_000


def test_summary_names_place_image_and_both_versions() -> None:
    assert summary([update()]).startswith("envs/staging/web.yaml:14: ghcr.io/acme/web 1.4.2 -> 1.5.0\n")


def test_summary_shows_a_digest_only_where_one_is_written() -> None:
    assert f"1.4.2@{OLD} -> 1.5.0@{NEW}" in summary([update(reference("1.4.2", OLD))])
