from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cli.conftest import Team
from tests.processes import Outcome

Run = Callable[..., Outcome]
STAGING = "imagebot/staging/web"


def applied(team: Team, imagebot: Run, *more: str) -> dict[str, str]:
    outcome = imagebot("apply", str(team.clone), "-o", "json", *more)
    return {item["proposal"]: item["action"] for item in outcome.json["outcomes"]}


@pytest.mark.parametrize(
    "what",
    [
        pytest.param("NUMBER", id="number"),
        pytest.param("#NUMBER", id="number-as-people-write-it"),
        pytest.param("staging/web", id="proposal"),
        pytest.param(STAGING, id="branch"),
    ],
)
def test_what_was_closed_comes_back(team: Team, imagebot: Run, what: str) -> None:
    team.push(web="1.5.0")
    applied(team, imagebot)
    pull = team.open_pulls[STAGING]
    team.github.person("acme/config").close(pull)
    assert applied(team, imagebot)["staging/web"] == "held"

    outcome = imagebot("resume", what.replace("NUMBER", str(pull.number)), str(team.clone))

    assert outcome.code == 0
    assert f"#{pull.number}" in outcome.out
    assert "Nothing was held back" in imagebot("resume", "staging/web", str(team.clone)).out
    assert applied(team, imagebot)["staging/web"] == "created"


def test_on_plain_git_a_deleted_branch_comes_back(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")
    applied(team, imagebot, "--forge", "git")
    team.hosted.delete_branch(STAGING)
    assert applied(team, imagebot, "--forge", "git")["staging/web"] == "held"
    assert team.hosted.tip(STAGING) is None

    assert imagebot("resume", STAGING, str(team.clone), "--forge", "git").code == 0

    assert applied(team, imagebot, "--forge", "git")["staging/web"] == "created"
    assert team.hosted.tip(STAGING)


@pytest.mark.parametrize("what", ["99", "staging/nothing", "imagebot/x/y"])
def test_what_is_unknown_is_told(team: Team, imagebot: Run, what: str) -> None:
    outcome = imagebot("resume", what, str(team.clone))

    assert outcome.code == 2
    assert "there is no pull request of imagebot's" in outcome.err
