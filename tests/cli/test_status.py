"""``imagebot status`` against the GitHub stand-in, without any registry."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from imagebot.demo.github.threads import comment
from tests.cli.conftest import Team
from tests.processes import Outcome

Run = Callable[..., Outcome]
STAGING, PRODUCTION = "imagebot/staging/web", "imagebot/production/web"


@pytest.fixture
def opened(team: Team, imagebot: Run) -> Team:
    """A team with a pull request in each environment, and a registry that answers nobody any more."""
    team.push(web="1.5.0")
    assert imagebot("apply", str(team.clone)).code == 0
    return team


def status(team: Team, imagebot: Run, *words: str) -> Outcome:
    asked, writes = len(team.registry.requests), len(team.github.writes)
    outcome = imagebot("status", str(team.clone), *words)
    assert outcome.code == 0, outcome.err
    assert len(team.registry.requests) == asked
    assert len(team.github.writes) == writes
    return outcome


def test_nothing_was_ever_done(team: Team, imagebot: Run) -> None:
    document = status(team, imagebot, "-o", "json").json

    assert (document["open"], document["turned_down"], document["holds"]) == ([], [], [])
    assert document["last_run"] is None


def test_what_is_open_is_told(opened: Team, imagebot: Run) -> None:
    document = status(opened, imagebot, "-o", "json").json

    assert [(one["environment"], one["number"], one["state"]) for one in document["open"]] == [
        ("production", opened.open_pulls[PRODUCTION].number, "open"),
        ("staging", opened.open_pulls[STAGING].number, "open"),
    ]
    (version, *_) = document["open"][1]["versions"]
    assert (version["from"]["tag"], version["to"]["tag"]) == ("1.4.2", "1.5.0")
    assert document["last_run"]["what"].startswith("opened #")


def test_closed_held_and_touched_pull_requests_are_told_as_such(opened: Team, imagebot: Run) -> None:
    staging, production = opened.open_pulls[STAGING], opened.open_pulls[PRODUCTION]
    staging.close(opened.hosted.now(), "you")
    comment(opened.hosted, production, "you", "/imagebot hold 14d the fair")
    imagebot("apply", str(opened.clone))

    text = status(opened, imagebot).out
    document = status(opened, imagebot, "-o", "json").json

    (down,) = document["turned_down"]
    assert (down["number"], down["how"]) == (staging.number, "closed")
    (hold,) = document["holds"]
    assert (hold["number"], hold["by"], hold["reason"]) == (production.number, "you", "the fair")
    assert document["open"][0]["state"] == "on-hold"
    assert "1 open, 1 turned down, 1 on hold" in text
    assert f"#{staging.number}, #{production.number}: comment `/imagebot resume`" in text


def test_what_a_person_resumed_is_no_longer_turned_down(opened: Team, imagebot: Run) -> None:
    staging = opened.open_pulls[STAGING]
    staging.close(opened.hosted.now(), "you")
    comment(opened.hosted, staging, "you", "/imagebot resume")
    imagebot("apply", str(opened.clone))

    assert status(opened, imagebot, "-o", "json").json["turned_down"] == []


def test_a_skipped_version_is_named(opened: Team, imagebot: Run) -> None:
    staging = opened.open_pulls[STAGING]
    comment(opened.hosted, staging, "you", "/imagebot skip 1.5.0")
    imagebot("apply", str(opened.clone))

    (down,) = status(opened, imagebot, "-o", "json").json["turned_down"]

    assert (down["number"], down["how"]) == (staging.number, "skipped")
    assert [one["to"]["tag"] for one in down["versions"]] == ["1.5.0"]


def test_a_commit_by_a_person_is_told_until_it_is_gone(opened: Team, imagebot: Run) -> None:
    opened.hosted.commit(STAGING, {"README.md": b"by hand\n"}, "By hand\n")
    imagebot("apply", str(opened.clone))
    (touched,) = (
        one for one in status(opened, imagebot, "-o", "json").json["open"] if one["branch"] == STAGING
    )
    assert touched["state"] == "hands-off"

    opened.hosted.git("update-ref", f"refs/heads/{STAGING}", f"{STAGING}~1")
    (restored,) = (
        one for one in status(opened, imagebot, "-o", "json").json["open"] if one["branch"] == STAGING
    )

    assert restored["state"] == "open"


def test_markdown_for_a_job_summary(opened: Team, imagebot: Run) -> None:
    markdown = status(opened, imagebot, "-o", "markdown").out

    assert markdown.startswith("# Status\n")
    assert "## Open" in markdown


def test_branches_are_enough(opened: Team, imagebot: Run) -> None:
    """With plain Git a branch is the pull request."""
    document = status(opened, imagebot, "--forge", "git", "-o", "json").json

    assert [one["branch"] for one in document["open"]] == [PRODUCTION, STAGING]
