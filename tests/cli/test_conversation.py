"""What people say to imagebot: on its branches, by closing and reopening, and in comments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from imagebot.demo.github.records import Comment, PullRequest, stamp
from imagebot.demo.github.threads import comment
from imagebot.forges.marker import find_marker
from imagebot.plan import Asked, Pin
from tests.cli.conftest import POLICIES, Team
from tests.processes import Outcome

Run = Callable[..., Outcome]
STAGING = "imagebot/staging/web"
BACK = "imagebot/staging/web@rollback"


def actions(outcome: Outcome) -> dict[str, tuple[str, str]]:
    return {item["proposal"]: (item["action"], item["reason"]) for item in outcome.json["outcomes"]}


def applied(team: Team, imagebot: Run) -> dict[str, tuple[str, str]]:
    outcome = imagebot("apply", str(team.clone), "-o", "json")
    assert outcome.code == 0
    return actions(outcome)


def say(team: Team, pull: PullRequest, text: str, who: str = "you") -> Comment:
    return comment(team.hosted, pull, who, text)


def answers(team: Team, number: int) -> list[str]:
    return [c.body for c in team.hosted.comments if c.number == number and c.author == "imagebot"]


def settled(team: Team, imagebot: Run) -> None:
    """A second run does nothing."""
    writes = len(team.github.writes)
    imagebot("apply", str(team.clone))
    assert [f"{seen.method} {seen.path}" for seen in team.github.writes[writes:]] == []


@pytest.fixture
def opened(team: Team, imagebot: Run) -> PullRequest:
    """The pull request of staging, proposing 1.5.0."""
    team.push(web="1.5.0")
    imagebot("apply", str(team.clone))
    return team.open_pulls[STAGING]


def test_a_skipped_version_is_closed_and_a_newer_one_proposed(
    team: Team, imagebot: Run, opened: PullRequest
) -> None:
    said = say(team, opened, "/imagebot skip 1.5.0")

    assert applied(team, imagebot)["staging/web"][0] == "closed"
    assert said.reactions == {"+1": ["imagebot"]}
    assert "`1.5.0` is not proposed again" in answers(team, opened.number)[0]
    settled(team, imagebot)
    team.push(web="1.5.1")
    assert applied(team, imagebot)["staging/web"][0] == "created"
    assert "1.5.1" in team.open_pulls[STAGING].title


def test_a_skipped_image_leaves_the_others(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0", side="v1.1.0")
    imagebot("apply", str(team.clone))
    pull = team.open_pulls[STAGING]
    say(team, pull, "/imagebot skip v1.1.0 it leaks")

    action, reason = applied(team, imagebot)["staging/web"]

    assert (action, "`skip`" in reason) == ("updated", True)
    assert b"web:1.5.0" in team.hosted.read(STAGING, "envs/staging/web.yaml")
    assert b"side:v1.0.0" in team.hosted.read(STAGING, "envs/staging/web.yaml")
    settled(team, imagebot)


def test_a_skip_is_taken_back(team: Team, imagebot: Run, opened: PullRequest) -> None:
    say(team, opened, "/imagebot skip 1.5.0")
    applied(team, imagebot)
    say(team, opened, "/imagebot resume")

    assert applied(team, imagebot)["staging/web"][0] == "created"
    settled(team, imagebot)


def test_a_closed_version_comes_back_when_somebody_says_so(
    team: Team, imagebot: Run, opened: PullRequest
) -> None:
    opened.close(team.hosted.now(), "you")
    action, reason = applied(team, imagebot)["staging/web"]
    assert (action, f"`/imagebot resume` on #{opened.number}" in reason) == ("held", True)
    assert team.hosted.tip(STAGING) is None
    say(team, opened, "/imagebot resume")

    assert applied(team, imagebot)["staging/web"][0] == "created"
    settled(team, imagebot)


def test_a_closed_version_of_one_image_does_not_come_back_beside_another(
    team: Team, imagebot: Run, opened: PullRequest
) -> None:
    opened.close(team.hosted.now(), "you")
    team.push(side="v1.1.0")

    applied(team, imagebot)

    assert b"web:1.4.2" in team.hosted.read(STAGING, "envs/staging/web.yaml")
    assert b"side:v1.1.0" in team.hosted.read(STAGING, "envs/staging/web.yaml")
    settled(team, imagebot)


def test_a_revert_is_kept(team: Team, imagebot: Run, opened: PullRequest) -> None:
    before = team.hosted.read("main", "envs/staging/web.yaml")
    team.hosted.merge(opened, None, "you")
    team.hosted.commit("main", {"envs/staging/web.yaml": before}, 'Revert "1.5.0"\n')
    team.pull()

    action, reason = applied(team, imagebot)["staging/web"]

    assert (action, f"#{opened.number} brought it" in reason) == ("held", True)
    settled(team, imagebot)
    team.push(web="1.5.1")
    assert applied(team, imagebot)["staging/web"][0] == "created"


def test_a_hold_leaves_the_pull_request_as_it_is(team: Team, imagebot: Run, opened: PullRequest) -> None:
    say(team, opened, "/imagebot hold 14d waits for the audit")
    applied(team, imagebot)
    team.push(web="1.5.1")

    action, reason = applied(team, imagebot)["staging/web"]

    assert action == "held"
    assert "@you holds it until" in reason
    assert "waits for the audit" in reason
    assert "1.5.0" in team.open_pulls[STAGING].title
    settled(team, imagebot)
    say(team, opened, "/imagebot resume")
    assert applied(team, imagebot)["staging/web"][0] == "updated"


def test_a_person_without_write_access_is_told_so_and_not_obeyed(
    team: Team, imagebot: Run, opened: PullRequest
) -> None:
    team.github.add_user("eve", permission="read")
    said = say(team, opened, "/imagebot skip 1.5.0", who="eve")

    assert applied(team, imagebot)["staging/web"][0] == "unchanged"
    assert said.reactions == {"-1": ["imagebot"]}
    assert "Only people with write access" in answers(team, opened.number)[0]
    settled(team, imagebot)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        pytest.param("/imagebot merge", "`merge` is no command", id="unknown"),
        pytest.param("/imagebot skip 9.9.9", "proposes no `9.9.9`", id="no-such-version"),
        pytest.param("/imagebot resume", "Nothing is held back or skipped", id="nothing-held"),
        pytest.param("/imagebot rollback", "is not merged", id="not-merged"),
    ],
)
def test_what_cannot_be_done_is_answered(
    team: Team, imagebot: Run, opened: PullRequest, text: str, part: str
) -> None:
    said = say(team, opened, text)

    applied(team, imagebot)

    assert part in answers(team, opened.number)[0]
    assert said.reactions == {"-1": ["imagebot"]}
    settled(team, imagebot)


def test_explain_says_what_moves_and_what_was_passed_over(
    team: Team, imagebot: Run, opened: PullRequest
) -> None:
    team.push(web="2.0.0")
    say(team, opened, "/imagebot explain")

    applied(team, imagebot)

    (answer,) = answers(team, opened.number)
    assert "the newest tag that policy web allows" in answer
    assert "`2.0.0`" in answer
    assert "side` stays at `v1.0.0`" in answer
    settled(team, imagebot)


def test_a_commit_by_a_person_is_told_once_and_given_up_only_on_demand(
    team: Team, imagebot: Run, opened: PullRequest
) -> None:
    team.hosted.commit(STAGING, {"notes.txt": b"mine\n"}, "My own words\n")

    assert applied(team, imagebot)["staging/web"][0] == "held"
    assert "keeps its hands off" in opened.body
    settled(team, imagebot)
    said = say(team, opened, "/imagebot recreate")
    assert applied(team, imagebot)["staging/web"][0] == "updated"
    assert said.reactions == {"+1": ["imagebot"]}
    assert team.hosted.git("rev-list", "--count", f"main..{STAGING}").text == "1"
    marker = find_marker(opened.body)
    assert marker is not None
    assert marker.noted == ""
    assert "keeps its hands off" not in opened.body
    settled(team, imagebot)


def test_rebase_builds_on_the_newest_base(team: Team, imagebot: Run, opened: PullRequest) -> None:
    team.commit({"README.md": "changed elsewhere\n"})
    base = team.hosted.tip("main")
    assert applied(team, imagebot)["staging/web"][0] == "unchanged"
    say(team, opened, "/imagebot rebase")

    applied(team, imagebot)

    assert team.hosted.git("rev-parse", f"{STAGING}^").text == base
    assert "Done" in answers(team, opened.number)[0]
    settled(team, imagebot)


def test_the_way_back_is_proposed_and_the_version_not_again(
    team: Team, imagebot: Run, opened: PullRequest
) -> None:
    before = team.hosted.read("main", "envs/staging/web.yaml")
    team.hosted.merge(opened, None, "you")
    team.pull()
    applied(team, imagebot)
    said = say(team, opened, "/imagebot rollback")

    assert applied(team, imagebot)["staging/web@rollback"][0] == "created"
    back = team.open_pulls[BACK]
    assert team.hosted.read(BACK, "envs/staging/web.yaml") == before
    assert "roll back web" in back.title
    assert "you" in back.body
    assert f"#{back.number}" in answers(team, opened.number)[-1]
    assert said.reactions == {"+1": ["imagebot"]}
    settled(team, imagebot)
    team.hosted.merge(back, None, "you")
    team.pull()
    assert applied(team, imagebot)["staging/web"][0] == "held"
    assert team.open_pulls.keys() == {"imagebot/production/web"}
    settled(team, imagebot)


def test_the_way_back_is_closed_when_the_base_went_on(team: Team, imagebot: Run, opened: PullRequest) -> None:
    team.hosted.merge(opened, None, "you")
    team.pull()
    say(team, opened, "/imagebot rollback")
    applied(team, imagebot)
    content = team.hosted.read("main", "envs/staging/web.yaml").replace(b"web:1.5.0", b"web:1.5.9")
    team.hosted.commit("main", {"envs/staging/web.yaml": content}, "Fix forward\n")
    team.push(web="1.5.9")
    team.pull()

    assert applied(team, imagebot)["staging/web@rollback"][0] == "closed"
    settled(team, imagebot)


def test_a_comment_in_a_pull_request_of_somebody_else_is_not_heard(
    team: Team, imagebot: Run, opened: PullRequest
) -> None:
    opened.body = "A person wrote this anew."
    say(team, opened, "/imagebot skip 1.5.0")

    applied(team, imagebot)

    assert answers(team, opened.number) == []


def test_commands_can_be_switched_off(team: Team, imagebot: Run, opened: PullRequest) -> None:
    settings = (team.clone / "imagebot.yaml").read_text()
    team.commit({"imagebot.yaml": settings + "pull-requests: {commands: false}\n"})
    say(team, opened, "/imagebot skip 1.5.0")

    assert applied(team, imagebot)["staging/web"][0] == "unchanged"
    assert answers(team, opened.number) == []


def test_a_commit_that_came_after_recreate_was_said_is_not_given_up(
    team: Team, imagebot: Run, opened: PullRequest
) -> None:
    team.hosted.commit(STAGING, {"notes.txt": b"mine\n"}, "My own words\n")
    said = say(team, opened, "/imagebot recreate")
    said.created_at = stamp(datetime.now(UTC) - timedelta(days=1))

    action, reason = applied(team, imagebot)["staging/web"]

    assert (action, "did not write" in reason) == ("held", True)
    assert team.hosted.read(STAGING, "notes.txt") == b"mine\n"
    assert "did not write" in answers(team, opened.number)[0]
    settled(team, imagebot)


def test_a_hold_ends_with_the_merge(team: Team, imagebot: Run, opened: PullRequest) -> None:
    say(team, opened, "/imagebot hold")
    applied(team, imagebot)
    team.hosted.merge(opened, None, "you")
    team.pull()
    team.push(web="1.5.1")

    assert applied(team, imagebot)["staging/web"][0] == "created"


def test_comments_that_cannot_be_read_stop_nothing_else(
    team: Team, imagebot: Run, opened: PullRequest
) -> None:
    team.push(web="1.5.1")
    team.github.fail(r"GET .*/issues/comments", 403, "no", times=9)

    outcome = imagebot("apply", str(team.clone), "-o", "json")

    assert outcome.code == 5
    assert actions(outcome)["staging/web"][0] == "updated"
    assert actions(outcome)["comments"][0] == "failed"


def test_a_stranger_does_not_make_imagebot_talk(team: Team, imagebot: Run, opened: PullRequest) -> None:
    for number in range(30):
        say(team, opened, f"/imagebot skip 1.5.{number}", who="eve")
        say(team, opened, "/imagebot explain", who=f"eve-{number}")

    applied(team, imagebot)

    first = len(answers(team, opened.number))
    applied(team, imagebot)
    assert first == 10
    assert len(answers(team, opened.number)) == 20
    assert answers(team, opened.number).count("") == 0


def test_words_of_people_come_back_defused(team: Team, imagebot: Run, opened: PullRequest) -> None:
    say(team, opened, "/imagebot hold @acme/everyone Closes #1 <b>")
    applied(team, imagebot)
    say(team, opened, "/imagebot rebase")

    applied(team, imagebot)

    answer = answers(team, opened.number)[-1]
    assert "`@acme/everyone`" in answer
    assert " @acme" not in answer
    assert "<b>" not in answer


def test_explain_names_what_could_not_be_asked(team: Team, imagebot: Run, opened: PullRequest) -> None:
    team.registry.fail("GET .*/acme/web/tags/list", 500, times=99)
    say(team, opened, "/imagebot explain")
    said = say(team, opened, "/imagebot rebase")

    assert imagebot("apply", str(team.clone)).code == 5

    assert any("acme/web` is undecided" in text for text in answers(team, opened.number))
    assert said.reactions == {}  # the next run, that knows more, answers


def test_a_merge_that_was_not_reverted_is_nothing_to_resume(
    team: Team, imagebot: Run, opened: PullRequest
) -> None:
    before = team.hosted.read("main", "envs/staging/web.yaml")
    team.hosted.merge(opened, None, "you")
    team.pull()
    say(team, opened, "/imagebot resume")
    applied(team, imagebot)
    assert "Nothing is held back" in answers(team, opened.number)[0]
    team.hosted.commit("main", {"envs/staging/web.yaml": before}, "Revert\n")
    team.pull()

    assert applied(team, imagebot)["staging/web"][0] == "held"
    say(team, opened, "/imagebot resume")
    assert applied(team, imagebot)["staging/web"][0] == "created"


def test_labels_of_people_and_their_absence_stay(team: Team, imagebot: Run) -> None:
    policies = POLICIES.replace(
        'range: "<2"}', 'range: "<2"}\n    pull-request: {labels: [team], assignees: [you]}'
    )
    team.commit({"policies/web.yaml": policies})
    team.push(web="1.5.0")
    applied(team, imagebot)
    pull = team.open_pulls[STAGING]
    pull.labels.remove("team")
    pull.assignees.clear()
    team.push(web="1.5.1")

    assert applied(team, imagebot)["staging/web"][0] == "updated"

    assert "team" not in pull.labels
    assert pull.assignees == []


def test_a_comment_that_cannot_be_written_is_a_warning(
    team: Team, imagebot: Run, opened: PullRequest
) -> None:
    team.push(web="1.5.1")
    team.github.fail(r"POST .*/comments", 403, "locked", times=9)

    outcome = imagebot("apply", str(team.clone), "-o", "json")

    found = next(item for item in outcome.json["outcomes"] if item["proposal"] == "staging/web")
    assert (outcome.code, found["action"]) == (0, "updated")
    assert "nobody was told what moved" in found["warnings"][0]


def test_one_that_points_elsewhere_is_left_alone_when_nothing_is_left(
    team: Team, imagebot: Run, opened: PullRequest
) -> None:
    team.hosted.move("release", team.hosted.tip("main") or "")
    opened.base = "release"
    team.commit({"envs/staging/web.yaml": "kind: Service\n"})

    action, reason = applied(team, imagebot)["staging/web"]

    assert (action, "pointed it at release" in reason) == ("held", True)
    assert opened.open
    settled(team, imagebot)


@pytest.mark.parametrize(
    ("proposal", "written"),
    [
        pytest.param("production/web", Pin("1.4.1", None), id="of-another-pull-request"),
        pytest.param("staging/other@set", Pin("1.4.1", None), id="of-none"),
        pytest.param("staging/web", Pin(None, None), id="nothing-to-write"),
        pytest.param("staging/web", Pin('1"\nevil: true', None), id="no-tag"),
    ],
)
def test_a_marker_that_a_person_wrote_moves_nothing_elsewhere(
    team: Team, imagebot: Run, opened: PullRequest, proposal: str, written: Pin
) -> None:
    known = find_marker(opened.body)
    assert known is not None
    moves = tuple(replace(move, written=written) for move in known.moves)
    forged = replace(known, proposal=proposal, moves=moves, asked=Asked("set", "eve"))
    opened.body = f"Mine.\n{forged}"
    branches = team.hosted.tips().keys()

    applied(team, imagebot)

    assert team.hosted.tips().keys() == branches
    assert b"1.5.0" in team.hosted.read("imagebot/production/web", "envs/production/kustomization.yaml")
    assert b"web:1.5.0" in team.hosted.read(STAGING, "envs/staging/web.yaml")


def test_a_pull_request_by_a_stranger_is_not_believed(team: Team, imagebot: Run, opened: PullRequest) -> None:
    opened.author = "eve"
    team.push(web="1.5.1")

    action, reason = applied(team, imagebot)["staging/web"]

    assert (action, "no marker" in reason) == ("held", True)
    team.github.person("acme/config", "eve-who-left")
    opened.close(team.hosted.now(), "eve")
    assert applied(team, imagebot)["staging/web"][0] == "created"  # closing it said nothing


def test_a_version_that_goes_to_and_fro_was_not_taken_back(
    team: Team, imagebot: Run, opened: PullRequest
) -> None:
    person = team.github.person("acme/config")
    person.merge(opened)
    team.pull()
    person.comment(opened.number, "/imagebot rollback")
    applied(team, imagebot)
    person.merge(team.open_pulls[BACK])
    team.pull()
    applied(team, imagebot)
    person.comment(opened.number, "/imagebot resume")
    assert applied(team, imagebot)["staging/web"][0] == "created"
    person.merge(team.open_pulls[STAGING])
    team.pull()
    person.comment(opened.number, "/imagebot rollback")

    assert applied(team, imagebot)["staging/web@rollback"][0] == "created"


def test_a_command_below_a_quoted_answer_is_heard(team: Team, imagebot: Run, opened: PullRequest) -> None:
    say(team, opened, "/imagebot hold 14d")
    applied(team, imagebot)
    quoted = "\n".join(f"> {line}" for line in answers(team, opened.number)[0].splitlines())
    said = say(team, opened, f"{quoted}\n\n/imagebot resume")

    assert applied(team, imagebot)["staging/web"][0] == "unchanged"

    assert said.reactions == {"+1": ["imagebot"]}
    settled(team, imagebot)
