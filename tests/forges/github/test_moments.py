"""What GitHub says for a moment, or to one of two who come at once, and what is made of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from imagebot.errors import ForgeDenied, ForgeError, MergeBlocked, PushRefused
from imagebot.forges.github import GitHubForge
from imagebot.forges.values import Decoration, PullRequest
from tests.forges.contract.github_world import GitHubWorld
from tests.forges.contract.proposed import BODY, BRANCH, TITLE, propose, push
from tests.forges.contract.world import BASE, MAINTAINER, PATH, REVIEWER

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
WRITES = r"^(POST|PATCH|PUT|DELETE) /api/"


@pytest.fixture
def forge(world: GitHubWorld) -> GitHubForge:
    return world.forge()


@pytest.fixture
def opened(world: GitHubWorld, forge: GitHubForge) -> PullRequest:
    return propose(world, forge)


@pytest.mark.parametrize(
    "message", ["Could not resolve to a node with the global id of 'PR_1'", "Server Error"]
)
def test_a_new_pull_request_is_decorated_when_github_knows_it(
    world: GitHubWorld, forge: GitHubForge, opened: PullRequest, message: str
) -> None:
    status = 502 if message == "Server Error" else 422
    world.server.fail("PATCH .*/issues/1", status, message, times=2)
    world.server.fail("POST .*/requested_reviewers", status, message, times=2)

    assert forge.decorate(opened, Decoration(labels=("imagebot",), reviewers=(REVIEWER,))) == ()

    shown = world.shown(opened)
    assert (shown.labels, shown.reviewers) == ({"imagebot"}, {REVIEWER})


def test_decorating_without_the_right_says_so_and_goes_on(
    world: GitHubWorld, forge: GitHubForge, opened: PullRequest
) -> None:
    words = "Resource not accessible by personal access token"
    world.server.fail(
        "PATCH .*/issues/1", 403, words, headers={"X-Accepted-GitHub-Permissions": "issues=write"}
    )

    (failed,) = forge.decorate(opened, Decoration(labels=("imagebot",), reviewers=(REVIEWER,)))

    assert words in failed
    assert "issues=write" in failed
    assert world.shown(opened).reviewers == {REVIEWER}


def test_decorating_raises_only_for_a_lost_connection(
    world: GitHubWorld, forge: GitHubForge, opened: PullRequest
) -> None:
    world.server.fail("PATCH .*/issues/1", 0, times=9)

    with pytest.raises(ForgeError) as lost:
        forge.decorate(opened, Decoration(labels=("imagebot",)))

    assert lost.value.id == "forge-unreachable"


def test_labels_that_people_set_meanwhile_stay(
    world: GitHubWorld, forge: GitHubForge, opened: PullRequest
) -> None:
    world.label(opened, "by-hand")

    forge.decorate(opened, Decoration(labels=("imagebot",)))

    assert world.shown(opened).labels == {"by-hand", "imagebot"}


def test_a_milestone_that_people_chose_stays(
    world: GitHubWorld, forge: GitHubForge, opened: PullRequest
) -> None:
    number = world.server.owner(world.name).add_milestone("Theirs")
    world.hosted.pulls[1].milestone = number

    assert forge.decorate(opened, Decoration(labels=("imagebot",), milestone="No such milestone")) == ()

    assert world.shown(opened).milestone == "Theirs"


@pytest.mark.parametrize("applied", [True, False])
def test_two_who_open_the_same_get_the_same(world: GitHubWorld, forge: GitHubForge, applied: bool) -> None:
    push(world)
    world.server.fail("POST .*/pulls", 502, applied=applied, times=2)

    first = forge.create(BRANCH, BASE, TITLE, BODY)
    second = world.forge().create(BRANCH, BASE, "Another", BODY)

    assert first.number == second.number
    assert world.count() == 1


def test_a_branch_that_github_does_not_see_yet_is_waited_for(world: GitHubWorld, forge: GitHubForge) -> None:
    push(world)
    world.server.fail("POST .*/pulls", 422, "No commits between main and imagebot/staging/web")

    assert forge.create(BRANCH, BASE, TITLE, BODY).number == 1


def test_a_repository_without_drafts_is_named(world: GitHubWorld, forge: GitHubForge) -> None:
    push(world)
    world.server.owner(world.name).set(drafts=False)

    with pytest.raises(ForgeError) as refused:
        forge.create(BRANCH, BASE, TITLE, BODY, draft=True)

    assert refused.value.id == "forge-no-drafts"
    assert world.count() == 0


def test_issues_that_are_off_are_named(world: GitHubWorld, forge: GitHubForge) -> None:
    world.server.owner(world.name).set(has_issues=False)

    assert forge.facts().issues is False
    with pytest.raises(ForgeError) as refused:
        forge.create_issue("Dashboard", "text", [])

    assert refused.value.id == "forge-issues-off"


@pytest.mark.parametrize("pattern", ["/comments", "/issues"])
def test_what_was_not_carried_out_is_sent_once_more(
    world: GitHubWorld, forge: GitHubForge, opened: PullRequest, pattern: str
) -> None:
    world.server.fail(f"POST .*{pattern}$", 502)

    forge.comment(1, "Now web:3.")
    forge.create_issue("Dashboard", "<!-- mark -->", [])

    assert world.shown(opened).comments == ((world.bot, "Now web:3."),)
    assert len(world.hosted.issues) == 1


def test_the_open_issue_comes_before_a_newer_closed_one(world: GitHubWorld, forge: GitHubForge) -> None:
    first = forge.create_issue("One", "<!-- mark -->", [])
    second = forge.create_issue("Two", "<!-- mark -->", [])
    world.hosted.issues[second.number].close(world.hosted.now(), MAINTAINER)

    found = forge.find_issue("<!-- mark -->")
    assert found == first
    world.hosted.issues[first.number].close(world.hosted.now(), MAINTAINER)
    found = forge.find_issue("<!-- mark -->")
    assert found is not None
    assert (found.number, found.open) == (second.number, False)


def test_an_issue_of_somebody_else_is_not_ours(world: GitHubWorld, forge: GitHubForge) -> None:
    forge.create_issue("Theirs", "<!-- mark -->", [])
    world.hosted.issues[1].author = MAINTAINER

    assert forge.find_issue("<!-- mark -->") is None


def test_without_a_login_nobodys_issue_is_taken_for_ours(world: GitHubWorld, forge: GitHubForge) -> None:
    forge.create_issue("Theirs", "<!-- mark -->", [])
    world.hosted.issues[1].author = MAINTAINER
    world.server.fail("GET /api/v3/user$", 403, "Resource not accessible by integration")
    world.server.fail("POST /api/graphql", 403, "Resource not accessible by integration")
    nobody = world.forge()

    with pytest.raises(ForgeDenied, match="does not tell who the token from a test belongs to") as refused:
        nobody.find_issue("<!-- mark -->")

    assert "GITHUB_APP_ID" in refused.value.hint


def test_an_issue_is_found_behind_a_thousand_pull_requests(
    world: GitHubWorld, forge: GitHubForge, opened: PullRequest
) -> None:
    made = forge.create_issue("Dashboard", "<!-- mark -->", ["imagebot"])
    world.hosted.issues[made.number].close(world.hosted.now(), MAINTAINER)
    world.close(opened)
    pull = world.hosted.pulls[opened.number]
    for number in range(10, 1010):
        world.hosted.pulls[number] = replace(pull, number=number, created_at=world.hosted.now())

    found = forge.find_issue("<!-- mark -->")

    assert found is not None
    assert (found.number, found.open) == (made.number, False)


@pytest.mark.parametrize(
    ("arrange", "told"),
    [
        pytest.param(lambda w: None, "not allowed", id="switched-off"),
        pytest.param(lambda w: w.allow_auto_merge(), "rules not configured", id="no-rules"),
        pytest.param(
            lambda w: (w.allow_auto_merge(), w.hosted.protect(BASE)), "clean status", id="nothing-to-wait-for"
        ),
    ],
)
def test_why_github_would_not_merge_by_itself(
    world: GitHubWorld,
    forge: GitHubForge,
    opened: PullRequest,
    arrange: Callable[[GitHubWorld], object],
    told: str,
) -> None:
    arrange(world)

    with pytest.raises(MergeBlocked, match=told):
        forge.enable_auto_merge(opened, "merge")


def test_merging_by_itself_without_the_right_is_denied(world: GitHubWorld, opened: PullRequest) -> None:
    token = world.server.add_user("narrow", rights={"contents": "read", "pull_requests": "read"})
    forge = GitHubForge(world.name, token, api=world.server.api, polite=False)

    with pytest.raises(ForgeDenied):
        forge.enable_auto_merge(opened, "merge")


def test_an_automatic_merge_that_stays_on_is_told(
    world: GitHubWorld, forge: GitHubForge, opened: PullRequest
) -> None:
    world.allow_auto_merge()
    world.require_check("ci")
    forge.enable_auto_merge(opened, "merge")
    token = world.server.add_user("narrow", rights={"contents": "read", "pull_requests": "read"})

    with pytest.raises(ForgeDenied, match="disable auto-merge"):
        GitHubForge(world.name, token, api=world.server.api, polite=False).disable_auto_merge(opened)

    assert world.shown(opened).auto_merge is True


@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize("status", [0, 502])
def test_a_merge_is_done_once_whatever_becomes_of_the_answer(
    world: GitHubWorld, forge: GitHubForge, opened: PullRequest, status: int, applied: bool
) -> None:
    world.server.fail("PUT .*/merge", status, applied=applied)

    forge.merge(opened, "merge")

    assert world.shown(opened).merged is True


def test_a_merge_by_somebody_else_of_another_head_is_none_of_ours(
    world: GitHubWorld, forge: GitHubForge, opened: PullRequest
) -> None:
    push(world, tag=9)
    world.merge(opened)

    with pytest.raises(MergeBlocked):
        forge.merge(opened, "merge")


@pytest.mark.parametrize(
    ("pattern", "status", "message"),
    [
        pytest.param("POST .*/git/commits", 422, "Tree SHA does not exist", id="tree"),
        pytest.param("POST .*/git/refs", 422, "Reference update failed", id="ref"),
        pytest.param("POST .*/git/trees", 502, "Server Error", id="gateway"),
        pytest.param("POST .*/git/refs", 502, "Server Error", id="gateway-at-the-ref"),
    ],
)
@pytest.mark.parametrize("expected", [False, True])
def test_a_commit_outlasts_what_passes(
    world: GitHubWorld, forge: GitHubForge, pattern: str, status: int, message: str, expected: bool
) -> None:
    old = push(world) if expected else None
    world.server.fail(pattern, status, message, times=2, applied=status == 502)

    made = forge.commit(BRANCH, world.tip(BASE) or "", {PATH: b"image: web:3\n"}, "Move", expected=old)

    assert world.tip(BRANCH) == made


def test_a_moved_branch_whose_answer_was_lost_is_known_to_be_moved(
    world: GitHubWorld, forge: GitHubForge
) -> None:
    old = push(world)
    world.server.fail("POST .*/graphql", 502, applied=True)

    made = forge.commit(BRANCH, world.tip(BASE) or "", {PATH: b"image: web:3\n"}, "Move", expected=old)

    assert world.tip(BRANCH) == made


def test_a_protected_branch_is_named(world: GitHubWorld, forge: GitHubForge) -> None:
    world.hosted.protect("imagebot/*")

    with pytest.raises(PushRefused) as refused:
        forge.commit(BRANCH, world.tip(BASE) or "", {PATH: b"image: web:3\n"}, "Move", expected=None)

    assert refused.value.hint
    assert world.tip(BRANCH) is None


def test_only_regular_files_are_written(world: GitHubWorld, forge: GitHubForge) -> None:
    with pytest.raises(ForgeError, match="no-such-file is no regular file"):
        forge.commit(BRANCH, world.tip(BASE) or "", {"no-such-file": b"x"}, "Move", expected=None)

    assert world.tip(BRANCH) is None


def test_comments_that_were_edited_since_are_no_new_ones(
    world: GitHubWorld, forge: GitHubForge, opened: PullRequest
) -> None:
    world.comment(opened, "/imagebot hold", author=MAINTAINER)
    world.hosted.comments[0].created_at = "2026-01-01T00:00:00Z"

    assert list(forge.comments(datetime(2026, 6, 1, tzinfo=UTC), [1])) == []
    assert len(forge.comments(LONG_AGO, [1])) == 1


def test_who_may_write_is_asked_once(world: GitHubWorld, forge: GitHubForge) -> None:
    forge.may_write(MAINTAINER)
    before = len(world.server.requests)

    assert forge.may_write(MAINTAINER) is True
    assert len(world.server.requests) == before


def test_a_server_without_rulesets_still_tells_of_protection(
    world: GitHubWorld, forge: GitHubForge, opened: PullRequest
) -> None:
    world.server.owner(world.name).require(checks=[f"ci/{number}" for number in range(7)])
    world.server.fail("GET .*/rules/branches/", 404, "Not Found")

    ready = forge.readiness(opened)

    assert ready.required_passed is False
    assert "the required check ci/0 was not reported" in ready.why
    assert "and 2 more required checks" in ready.why


def test_a_draft_and_a_moved_head_stand_against_merging(
    world: GitHubWorld, forge: GitHubForge, opened: PullRequest
) -> None:
    forge.set_draft(opened, draft=True)
    push(world, tag=3)

    assert forge.readiness(opened).why == "its head moved; it is a draft"
