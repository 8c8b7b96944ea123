"""Labels, reviewers and comments, where GitLab has ways of its own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from imagebot.errors import ForgeDenied, ForgeError
from imagebot.forges.gitlab import GitLabForge
from imagebot.forges.values import Decoration
from tests.forges.contract.gitlab_world import GitLabWorld
from tests.forges.contract.proposed import propose
from tests.forges.contract.world import MAINTAINER, MILESTONE, REVIEWER, STRANGER
from tests.forges.gitlab import rules

AGES = datetime(2020, 1, 1, tzinfo=UTC)


def test_reviewers_that_people_asked_stay(world: GitLabWorld, forge: GitLabForge) -> None:
    opened = propose(world, forge)
    world.project.merge_requests[1].reviewers.append(world.server.users[MAINTAINER])

    assert forge.decorate(opened, Decoration(reviewers=(REVIEWER.upper(),))) == ()

    assert world.shown(opened).reviewers == {MAINTAINER, REVIEWER}


def test_a_label_with_a_comma_is_two_to_gitlab(world: GitLabWorld, forge: GitLabForge) -> None:
    opened = propose(world, forge)

    failed = forge.decorate(opened, Decoration(labels=("one,two", "three")))

    assert world.shown(opened).labels == {"three"}
    assert len(failed) == 1
    assert "one,two" in failed[0]


def test_groups_are_not_asked_to_review(world: GitLabWorld, forge: GitLabForge) -> None:
    opened = propose(world, forge)

    assert "platform" in forge.decorate(opened, Decoration(teams=("platform",)))[0]


def test_people_that_gitlab_drops_without_a_word_are_told(world: GitLabWorld, forge: GitLabForge) -> None:
    opened = propose(world, forge)

    (failed,) = forge.decorate(opened, Decoration(reviewers=(STRANGER,)))

    assert STRANGER in failed
    assert "may they see" in failed


def test_a_refused_decoration_is_told_and_a_lost_connection_raised(
    world: GitLabWorld, forge: GitLabForge
) -> None:
    opened = propose(world, forge)
    world.server.faults.fail("PUT", 403, "403 Forbidden")
    assert "403 Forbidden" in forge.decorate(opened, Decoration(labels=("a",)))[0]

    world.server.faults.fail("PUT", 0, times=2)
    with pytest.raises(ForgeError, match="no answer"):
        forge.decorate(opened, Decoration(labels=("a",)))


def test_a_person_that_cannot_be_looked_up_costs_only_that_person(
    world: GitLabWorld, forge: GitLabForge
) -> None:
    opened = propose(world, forge)
    world.server.faults.fail("GET /api/v4/users", 403, "403 Forbidden")

    (failed,) = forge.decorate(opened, Decoration(labels=("a",), reviewers=(STRANGER, REVIEWER)))

    assert STRANGER in failed
    assert (world.shown(opened).labels, world.shown(opened).reviewers) == ({"a"}, {REVIEWER})


def test_what_gitlab_notes_itself_is_no_comment(world: GitLabWorld, forge: GitLabForge) -> None:
    opened = propose(world, forge)
    person = world.server.users[MAINTAINER]
    rules.write(world.project, world.project.merge_requests[1], person, "added 1 commit", system=True)
    world.comment(opened, "Good.", author=MAINTAINER)

    assert [each.body for each in forge.comments(AGES, [1])] == ["Good."]


def test_a_comment_that_a_person_disarmed_is_no_command(world: GitLabWorld, forge: GitLabForge) -> None:
    opened = propose(world, forge)
    world.comment(opened, "\\/imagebot rebase", author=MAINTAINER)

    assert [each.body for each in forge.comments(AGES, [1])] == ["\\/imagebot rebase"]


def test_a_second_reaction_of_the_same_kind_is_none(world: GitLabWorld, forge: GitLabForge) -> None:
    opened = propose(world, forge)
    world.comment(opened, "/imagebot rebase", author=MAINTAINER)
    (comment,) = forge.comments(AGES, [1])

    forge.acknowledge(comment, done=True)
    forge.acknowledge(comment, done=True)

    assert world.shown(opened).reactions == ("thumbsup",)


def test_only_a_whole_name_may_write(world: GitLabWorld, forge: GitLabForge) -> None:
    assert forge.may_write(MAINTAINER) is True
    assert forge.may_write(MAINTAINER[:4]) is False
    assert forge.may_write("") is False


def test_commands_in_texts_from_outside_are_not_carried_out(world: GitLabWorld, forge: GitLabForge) -> None:
    notes = "Release notes:\n\n/close\n/merge\n  /approve\n"
    opened = propose(world, forge, body=notes)
    forge.comment(opened.number, notes)
    forge.update(opened, "Another", notes + "/merge")

    found = forge.open_pull_requests("imagebot/")[opened.branch]

    assert found.body == notes + "/merge"
    assert world.project.merge_requests[1].approved_by == set()
    assert [each.body for each in forge.comments(AGES, [1])] == [notes]


def test_a_title_that_stays_is_not_sent(world: GitLabWorld, forge: GitLabForge) -> None:
    opened = propose(world, forge, draft=True)
    world.project.merge_requests[1].title = opened.title  # a person made it ready

    forge.update(opened, opened.title, "More is known.")

    assert world.shown(opened).draft is False


def test_what_gitlab_does_not_take_is_told(world: GitLabWorld, forge: GitLabForge) -> None:
    opened = propose(world, forge)
    world.project.read_only_labels = True

    failed = forge.decorate(opened, Decoration(labels=("a",), milestone=MILESTONE))

    assert [each.split(":")[0] for each in failed] == ["label a", "milestone"]


def test_a_token_that_does_not_tell_whose_it_is(world: GitLabWorld, forge: GitLabForge) -> None:
    opened = propose(world, forge)
    forge.comment(opened.number, "Hello")
    world.server.faults.fail("/user$", 403, "403 Forbidden", times=2)
    other = world.forge()

    assert other.facts().login == ""
    assert [each.own for each in other.comments(AGES, [1])] == [False]
    with pytest.raises(ForgeDenied, match="does not tell who the token from GITLAB_TOKEN") as refused:
        other.find_issue("mark")
    assert "scope api" in refused.value.hint


def test_an_issue_that_was_not_opened_is_not_made_up(world: GitLabWorld, forge: GitLabForge) -> None:
    forge.create_issue("Dashboard", "text", ["a,b", "c"])
    world.server.faults.fail("POST .*/issues", 502, "Bad Gateway")

    with pytest.raises(ForgeError, match="502"):
        forge.create_issue("Another", "text", [])

    assert [each.labels for each in world.project.issues.values()] == [["c"]]
