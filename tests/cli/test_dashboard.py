"""The dashboard against the GitHub stand-in: what it shows, what people do with it, and what it costs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from imagebot.demo.github.records import Issue
from imagebot.forges.dashboard import MARK
from tests.cli.conftest import SETTINGS, Team
from tests.processes import Outcome

Run = Callable[..., Outcome]
STAGING, PRODUCTION = "imagebot/staging/web", "imagebot/production/web"


def switched_on(team: Team, more: str = "") -> None:
    team.commit({"imagebot.yaml": f"{SETTINGS}pull-requests: {{dashboard: true{more}}}\n"})


def writes(team: Team, act: Callable[[], object]) -> list[str]:
    """The writes of an act, without those of Git."""
    before = len(team.github.writes)
    act()
    seen = team.github.writes[before:]
    return [f"{one.method} {one.path.rpartition('/acme/config/')[2]}" for one in seen]


def apply(team: Team, imagebot: Run, *words: str) -> Outcome:
    outcome = imagebot("apply", str(team.clone), *words)
    assert outcome.code == 0, outcome.err
    return outcome


def page(team: Team) -> Issue:
    (issue,) = (issue for issue in team.hosted.issues.values() if MARK in issue.body)
    return issue


def test_one_issue_shows_what_is_open_and_an_unchanged_run_writes_nothing(team: Team, imagebot: Run) -> None:
    switched_on(team)
    team.push(web="1.5.0")

    first = writes(team, lambda: apply(team, imagebot))
    body = page(team).body

    assert first.count("POST issues") == 1
    assert page(team).labels == ["imagebot"]
    for pull in team.open_pulls.values():
        assert f"[\\#{pull.number}](<{pull.html_url}>)" in body
    assert "envs/staging/web.yaml" not in body
    assert "`templates/web.yaml" in body
    assert writes(team, lambda: apply(team, imagebot)) == []
    assert page(team).body == body


def test_what_changes_is_written_once(team: Team, imagebot: Run) -> None:
    switched_on(team)
    apply(team, imagebot)
    team.push(web="1.5.0")

    changed = writes(team, lambda: apply(team, imagebot))

    assert changed.count(f"PATCH issues/{page(team).number}") == 1
    assert writes(team, lambda: apply(team, imagebot)) == []


def test_a_ticked_box_opens_in_spite_of_limits(team: Team, imagebot: Run) -> None:
    switched_on(team, ", limits: {new-per-hour: 1}")
    team.push(web="1.5.0")
    apply(team, imagebot)
    assert len(team.open_pulls) == 1
    ((waits),) = {STAGING, PRODUCTION} - set(team.open_pulls)
    name = waits.removeprefix("imagebot/")
    box = f"- [ ] <!-- imagebot:now {name} -->"
    assert box in page(team).body

    assert writes(team, lambda: apply(team, imagebot)) == []
    page(team).body = page(team).body.replace(box, box.replace("[ ]", "[x]"))
    apply(team, imagebot)

    assert set(team.open_pulls) == {STAGING, PRODUCTION}
    assert "imagebot:now" not in page(team).body
    assert writes(team, lambda: apply(team, imagebot)) == []


def test_a_box_for_what_is_gone_opens_nothing_and_asks_no_second_time(team: Team, imagebot: Run) -> None:
    switched_on(team)
    apply(team, imagebot)
    page(team).body += "\r\n- [x] <!-- imagebot:now staging/gone --> open now: what nobody wants\r\n"

    done = writes(team, lambda: apply(team, imagebot))

    assert done == [f"PATCH issues/{page(team).number}"]
    assert "[x]" not in page(team).body
    assert team.open_pulls == {}


def test_a_page_that_is_a_day_old_is_written_again(team: Team, imagebot: Run) -> None:
    switched_on(team)
    apply(team, imagebot)
    today = page(team).body
    day = today.partition("imagebot:page ")[2][:10]
    page(team).body = today.replace(day, "2026-01-01")

    done = writes(team, lambda: apply(team, imagebot))

    assert done == [f"PATCH issues/{page(team).number}"]
    assert "2026-01-01" not in page(team).body


def test_what_people_turned_down_is_told(team: Team, imagebot: Run) -> None:
    switched_on(team)
    team.push(web="1.5.0")
    apply(team, imagebot)
    number = team.open_pulls[STAGING].number
    team.open_pulls[STAGING].close(team.hosted.now(), "you")

    apply(team, imagebot)

    _, _, told = page(team).body.partition("## Turned down")
    assert f"a person closed \\#{number} without merging it" in told
    assert "web 1.4.2 to 1.5.0" in told
    assert writes(team, lambda: apply(team, imagebot)) == []


def test_who_closed_the_dashboard_does_not_want_it(team: Team, imagebot: Run) -> None:
    switched_on(team)
    apply(team, imagebot)
    issue = page(team)
    issue.close(team.hosted.now(), "you")
    body = issue.body
    team.push(web="1.5.0")

    outcome = apply(team, imagebot)

    assert f"the dashboard, #{issue.number}, is closed" in outcome.err
    assert (page(team).body, page(team).open) == (body, False)


def test_issues_that_are_off_stop_nothing(team: Team, imagebot: Run) -> None:
    switched_on(team)
    team.hosted.settings.has_issues = False
    team.push(web="1.5.0")

    outcome = apply(team, imagebot)

    assert "issues are switched off" in outcome.err
    assert set(team.open_pulls) == {STAGING, PRODUCTION}


def test_a_forge_without_issues_has_no_dashboard(team: Team, imagebot: Run) -> None:
    switched_on(team)

    outcome = apply(team, imagebot, "--forge", "git")

    assert "this forge has no issues" in outcome.err


def test_a_dry_run_says_what_it_would_write(team: Team, imagebot: Run) -> None:
    switched_on(team)
    team.push(web="1.5.0")

    outcome = apply(team, imagebot, "--dry-run")

    assert "dry run: open an issue" in outcome.err
    assert team.hosted.issues == {}


@pytest.mark.parametrize("setting", ["", "pull-requests: {dashboard: false}\n"])
def test_nobody_gets_a_dashboard_who_did_not_ask_for_one(team: Team, imagebot: Run, setting: str) -> None:
    team.commit({"imagebot.yaml": SETTINGS + setting})
    team.push(web="1.5.0")

    apply(team, imagebot)

    assert team.hosted.issues == {}
