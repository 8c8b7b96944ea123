"""What people said stays said when policies put the same references into other pull requests."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cli.conftest import POLICIES, SETTINGS, Team
from tests.processes import Outcome

Run = Callable[..., Outcome]
STAGING = "imagebot/staging/web"
REGROUPED = "imagebot/staging/shop"


def applied(team: Team, imagebot: Run) -> dict[str, tuple[str, str]]:
    outcome = imagebot("apply", str(team.clone), "-o", "json")
    return {item["proposal"]: (item["action"], item["reason"]) for item in outcome.json["outcomes"]}


def regroup(team: Team, settings: str = "") -> None:
    policies = POLICIES.replace('range: "<2"}', 'range: "<2"}\n    pull-request: {group: shop}')
    team.commit({"policies/web.yaml": policies, "imagebot.yaml": SETTINGS + settings})


def settled(team: Team, imagebot: Run) -> None:
    writes = len(team.github.writes)
    imagebot("apply", str(team.clone))
    assert [f"{seen.method} {seen.path}" for seen in team.github.writes[writes:]] == []


@pytest.fixture
def both(team: Team, imagebot: Run) -> int:
    """Number of the pull request of staging, with two images."""
    team.push(web="1.5.0", side="v1.1.0")
    imagebot("apply", str(team.clone))
    return team.open_pulls[STAGING].number


def test_the_new_one_takes_the_place_of_the_old_one_and_is_named(
    team: Team, imagebot: Run, both: int
) -> None:
    regroup(team)

    found = applied(team, imagebot)

    assert found["staging/shop"][0] == "created"
    assert found["staging/web"] == ("closed", f"#{team.open_pulls[REGROUPED].number} proposes it now")
    settled(team, imagebot)


def test_a_skip_goes_along(team: Team, imagebot: Run, both: int) -> None:
    team.github.person("acme/config").comment(both, "/imagebot skip 1.5.0")
    applied(team, imagebot)
    regroup(team)

    applied(team, imagebot)

    content = team.hosted.read(REGROUPED, "envs/staging/web.yaml")
    assert b"web:1.4.2" in content
    assert b"side:v1.1.0" in content
    settled(team, imagebot)


def test_a_hold_goes_along(team: Team, imagebot: Run, both: int) -> None:
    team.github.person("acme/config").comment(both, "/imagebot hold 14d migration")
    applied(team, imagebot)
    regroup(team)

    found = applied(team, imagebot)

    assert found["staging/shop"][0] == "held"
    assert f"migration, in #{both}" in found["staging/shop"][1]
    assert REGROUPED not in team.open_pulls
    assert STAGING in team.open_pulls
    settled(team, imagebot)


def test_nothing_is_closed_for_what_may_not_be_opened_yet(team: Team, imagebot: Run, both: int) -> None:
    regroup(team, "pull-requests: {calendar: {schedule: ['0 0 1 1 *']}}\n")

    found = applied(team, imagebot)

    assert found["staging/shop"][0] == "held"
    assert found["staging/web"] == (
        "held",
        "it goes when the pull request that takes its place may be opened",
    )
    assert team.open_pulls[STAGING].number == both
    settled(team, imagebot)
    regroup(team)
    assert applied(team, imagebot)["staging/shop"][0] == "created"
    assert STAGING not in team.open_pulls


def test_an_imagebot_of_another_name_answers_nothing_again(
    team: Team, imagebot: Run, both: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = team.github.person("acme/config")
    person.comment(both, "/imagebot recreate")
    applied(team, imagebot)
    said = len(team.hosted.comments)
    mine = team.hosted.commit(STAGING, {"notes.txt": b"mine\n"}, "My own words\n")
    monkeypatch.setenv("GITHUB_TOKEN", team.github.add_user("imagebot2"))

    assert applied(team, imagebot)["staging/web"][0] == "held"

    assert team.hosted.tip(STAGING) == mine
    assert len(team.hosted.comments) == said
