"""What each thing costs: requests to the API, in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from imagebot.forges.gitlab import GitLabForge
from imagebot.forges.values import Decoration, PullRequest
from tests.forges.contract.gitlab_world import GitLabWorld
from tests.forges.contract.proposed import BRANCH, propose
from tests.forges.contract.world import MAINTAINER, MILESTONE, REVIEWER
from tests.forges.gitlab.state import now

AGES = datetime(2020, 1, 1, tzinfo=UTC)
P = "/api/v4/projects/1"
MR = f"{P}/merge_requests"

Act = Callable[[GitLabForge, PullRequest], object]


@pytest.mark.parametrize(
    ("act", "requests"),
    [
        pytest.param(lambda forge, _: forge.open_pull_requests("imagebot/"), [f"GET {MR}"], id="list"),
        pytest.param(lambda forge, _: forge.closed_pull_requests(BRANCH), [f"GET {MR}"], id="closed"),
        pytest.param(
            lambda forge, _: forge.recent_pull_requests("imagebot/", 90), [f"GET {MR}"], id="recent"
        ),
        pytest.param(lambda forge, _: forge.pull_request(1), [f"GET {MR}/1"], id="one"),
        pytest.param(lambda forge, pull: forge.update(pull, "New", "Text"), [f"PUT {MR}/1"], id="update"),
        pytest.param(lambda forge, pull: forge.close(pull, "Done"), [f"PUT {MR}/1"], id="close"),
        pytest.param(lambda forge, pull: forge.amend(pull, "Text"), [f"PUT {MR}/1"], id="amend"),
        pytest.param(lambda forge, pull: forge.set_draft(pull, draft=True), [f"PUT {MR}/1"], id="draft"),
        pytest.param(
            lambda forge, pull: forge.create(pull.branch, "main", "Again", "Text"),
            [f"POST {MR}", f"GET {MR}"],
            id="create-again",
        ),
        pytest.param(
            lambda forge, pull: forge.decorate(pull, Decoration(labels=("a",), dropped=("b",))),
            [f"PUT {MR}/1"],
            id="labels",
        ),
        pytest.param(lambda forge, pull: forge.decorate(pull, Decoration()), [], id="nothing-to-set"),
        pytest.param(
            lambda forge, pull: forge.decorate(
                pull,
                Decoration(
                    labels=("a",), reviewers=(REVIEWER,), assignees=(MAINTAINER,), milestone=MILESTONE
                ),
            ),
            [f"GET {MR}/1", "GET /api/v4/users", "GET /api/v4/users", f"GET {P}/milestones", f"PUT {MR}/1"],
            id="labels-people-and-milestone",
        ),
        pytest.param(lambda forge, _: forge.comment(1, "Hello"), [f"POST {MR}/1/notes"], id="comment"),
        pytest.param(lambda forge, _: forge.comments(AGES, [1]), [f"GET {MR}"], id="nobody-spoke"),
        pytest.param(lambda forge, _: forge.comments(AGES, []), [], id="nothing-open"),
        pytest.param(lambda forge, _: forge.may_write("reader"), [f"GET {P}/members/all"], id="may-write"),
        pytest.param(
            lambda forge, pull: forge.readiness(pull),
            [f"GET {MR}/1", f"GET {MR}/1/approvals"],
            id="readiness",
        ),
        pytest.param(lambda forge, pull: forge.merge(pull, "merge"), [f"PUT {MR}/1/merge"], id="merge"),
        pytest.param(
            lambda forge, _: forge.find_issue("mark"),
            ["GET /api/v4/user", f"GET {P}/issues", f"GET {P}/issues"],
            id="issue",
        ),
        pytest.param(
            lambda forge, _: forge.create_issue("T", "B", ["a"]), [f"POST {P}/issues"], id="new-issue"
        ),
        pytest.param(lambda forge, _: forge.facts(), ["GET /api/v4/user"], id="facts"),
    ],
)
def test_requests_beside_that_for_the_project(world: GitLabWorld, act: Act, requests: list[str]) -> None:
    pull_request = propose(world, world.forge())
    forge = world.forge()
    world.server.requests.clear()

    act(forge, pull_request)
    act_requests = [f"{seen.method} {seen.path}" for seen in world.server.requests]

    project = "GET /api/v4/projects/acme/platform/config"
    assert [each for each in act_requests if each != project] == requests
    assert act_requests.count(project) <= 1


def test_the_project_is_asked_for_once(world: GitLabWorld, forge: GitLabForge) -> None:
    opened = propose(world, forge)
    forge.facts()
    forge.update(opened, "New", "Text")

    paths = [seen.path for seen in world.server.requests]

    assert sum(path.endswith("/config") for path in paths) == 1


def test_comments_of_silent_merge_requests_are_not_asked_for(world: GitLabWorld, forge: GitLabForge) -> None:
    talked = propose(world, forge)
    silent = propose(world, forge, "imagebot/staging/api")
    world.comment(talked, "Why?", author=MAINTAINER)
    world.server.requests.clear()

    found = forge.comments(AGES, [talked.number, silent.number])

    assert [each.body for each in found] == ["Why?"]
    assert [seen.path for seen in world.server.requests] == [MR, "/api/v4/user", f"{MR}/1/notes"]


def test_comments_of_what_did_not_change_since_are_not_asked_for(
    world: GitLabWorld, forge: GitLabForge
) -> None:
    old, new = propose(world, forge), propose(world, forge, "imagebot/staging/api")
    for pull_request in (old, new):
        world.comment(pull_request, "Why?", author=MAINTAINER)
    world.project.merge_requests[old.number].updated_at = "2020-01-01T00:00:00.000Z"
    world.server.requests.clear()

    found = forge.comments(datetime(2021, 1, 1, tzinfo=UTC), [old.number, new.number])

    assert [each.number for each in found] == [new.number]
    notes = [seen.path for seen in world.server.requests if seen.path.endswith("/notes")]
    assert notes == [f"{MR}/{new.number}/notes"]


def test_every_page_is_read(world: GitLabWorld, forge: GitLabForge) -> None:
    opened = propose(world, forge)
    one = world.project.merge_requests[opened.number]
    for iid in range(2, 132):
        other = replace(one, iid=iid, source_branch=f"imagebot/{iid}")
        world.project.merge_requests[iid] = other
        world.project.repository.move(other.source_branch, one.sha)
    world.server.requests.clear()

    assert len(forge.open_pull_requests("imagebot/")) == 131
    assert [seen.path for seen in world.server.requests] == [MR, MR]


def test_forks_cannot_make_a_closed_one_forgotten(world: GitLabWorld, forge: GitLabForge) -> None:
    closed = propose(world, forge)
    world.close(closed)
    one = world.project.merge_requests[closed.number]
    for iid in range(2, 232):
        world.project.merge_requests[iid] = replace(one, iid=iid, source_project_id=999, created_at=now())
    world.server.requests.clear()

    assert [each.number for each in forge.closed_pull_requests(BRANCH)] == [closed.number]
    assert [seen.path for seen in world.server.requests] == [MR, MR, MR]


def test_no_more_is_looked_through_than_was_asked_for(world: GitLabWorld, forge: GitLabForge) -> None:
    for name in "abc":
        world.close(propose(world, forge, f"imagebot/{name}"))

    assert [each.branch for each in forge.recent_pull_requests("imagebot/", 2)] == [
        "imagebot/c",
        "imagebot/b",
    ]


def test_old_comments_are_not_paged_through(world: GitLabWorld, forge: GitLabForge) -> None:
    opened = propose(world, forge)
    for number in range(250):
        world.comment(opened, str(number), author=MAINTAINER)
    for note in world.project.merge_requests[1].notes[:-1]:
        note.created_at = "2020-01-01T00:00:00.000Z"
    world.server.requests.clear()

    found = forge.comments(datetime(2021, 1, 1, tzinfo=UTC), [1])

    assert [each.body for each in found] == ["249"]
    assert sum(seen.path.endswith("/notes") for seen in world.server.requests) == 1
