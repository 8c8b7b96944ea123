"""What Gitea and Forgejo do that no description of the API says."""

from __future__ import annotations

import pytest

from imagebot.errors import ForgeDenied, ForgeError, MergeBlocked
from imagebot.forges.gitea.forge import GiteaForge
from imagebot.forges.values import PullRequest
from tests.forges.contract.proposed import BODY, BRANCH, TITLE, propose, push
from tests.forges.contract.world import BASE, MAINTAINER, READER, REVIEWER
from tests.forges.gitea.records import Review
from tests.forges.gitea.stand_in import ALL_SCOPES
from tests.forges.gitea.world import GiteaWorld
from tests.secrets_planted import PASSWORD

NARROW = PASSWORD


@pytest.fixture
def opened(world: GiteaWorld, forge: GiteaForge) -> PullRequest:
    return propose(world, forge)


def narrow(world: GiteaWorld, *without: str, permission: str = "admin") -> GiteaForge:
    """A forge whose token lacks scopes, or whose account a right."""
    world.server.account(world.bot, NARROW, permission, ALL_SCOPES - set(without))
    return GiteaForge(world.name, NARROW, api=world.server.api, token_source="GITEA_TOKEN", polite=False)


def test_a_closed_one_is_known_by_its_branch_after_that_is_gone(
    world: GiteaWorld, forge: GiteaForge, opened: PullRequest
) -> None:
    world.delete_branch(BRANCH)

    (closed,) = forge.closed_pull_requests(BRANCH)

    assert (closed.number, closed.branch, closed.head) == (opened.number, BRANCH, opened.head)


def test_a_branch_of_that_name_to_another_base_is_another_one(world: GiteaWorld, forge: GiteaForge) -> None:
    world.commit("trunk", {"README.md": b"trunk\n"}, "Begin\n")
    push(world)
    to_main, to_trunk = (forge.create(BRANCH, base, TITLE, BODY) for base in (BASE, "trunk"))

    assert to_main.number != to_trunk.number
    assert forge.create(BRANCH, "trunk", TITLE, BODY).number == to_trunk.number


@pytest.mark.parametrize("prefix", ["WIP: ", "wip:", "[WIP] ", "[wip]"])
def test_a_draft_that_a_person_marked_in_another_way_is_one(
    world: GiteaWorld, forge: GiteaForge, opened: PullRequest, prefix: str
) -> None:
    world.server.hosted.pulls[opened.number].title = f"{prefix}{TITLE}"

    found = forge.open_pull_requests("imagebot/")[BRANCH]
    forge.set_draft(found, draft=False)

    assert (found.title, found.draft) == (TITLE, True)
    assert world.shown(opened).title == TITLE


def test_the_owner_of_a_server_may_have_changed_how_drafts_are_marked(
    world: GiteaWorld, forge: GiteaForge, opened: PullRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imagebot.forges.gitea.drafts.PREFIX", "Entwurf: ")

    with pytest.raises(ForgeError, match="did not become a draft") as refused:
        forge.set_draft(opened, draft=True)

    assert "WORK_IN_PROGRESS_PREFIXES" in refused.value.hint


def test_while_conflicts_are_looked_for_it_is_asked_again(
    world: GiteaWorld, forge: GiteaForge, opened: PullRequest
) -> None:
    world.server.hosted.pulls[opened.number].checking = 2
    assert forge.readiness(opened).mergeable is True

    world.server.hosted.pulls[opened.number].checking = 3
    assert forge.readiness(opened).mergeable is False


def test_a_draft_is_not_ready(world: GiteaWorld, forge: GiteaForge) -> None:
    ready = forge.readiness(propose(world, forge, draft=True))

    assert (ready.mergeable, ready.why) == (None, "it is a draft")


@pytest.mark.parametrize(
    ("contexts", "reported", "passed"),
    [
        pytest.param(["ci/*"], {"ci/a": "passed", "ci/b": "passed"}, True, id="all-of-a-pattern"),
        pytest.param(["ci/*"], {"ci/a": "passed", "ci/b": "pending"}, False, id="one-of-a-pattern"),
        pytest.param(["ci/*", "lint"], {"ci/a": "passed"}, False, id="one-pattern-without-a-check"),
        pytest.param(["lint"], {"lint": "passed", "other": "failed"}, True, id="others-do-not-count"),
    ],
)
def test_required_checks_are_patterns(
    world: GiteaWorld,
    forge: GiteaForge,
    opened: PullRequest,
    contexts: list[str],
    reported: dict[str, str],
    passed: bool,
) -> None:
    world.server.hosted.rules.checks = contexts
    for name, state in reported.items():
        world.report(opened.head, name, state)  # type: ignore[arg-type] # the table's words

    assert forge.readiness(opened).required_passed is passed


def test_only_the_last_official_word_of_a_reviewer_counts(
    world: GiteaWorld, forge: GiteaForge, opened: PullRequest
) -> None:
    world.require_review()
    reviews = world.server.hosted.pulls[opened.number].reviews
    reviews += [Review(READER, "APPROVED", official=False), Review(READER, "REQUEST_CHANGES", official=False)]
    assert forge.readiness(opened).review == "missing"

    reviews += [Review(REVIEWER, "REQUEST_CHANGES"), Review(REVIEWER, "COMMENT")]
    assert forge.readiness(opened).review == "refused"

    reviews += [Review(REVIEWER, "APPROVED")]
    assert forge.readiness(opened).review == "enough"


def test_the_forges_own_automatic_merge_is_not_used(
    world: GiteaWorld, forge: GiteaForge, opened: PullRequest
) -> None:
    with pytest.raises(MergeBlocked, match="any head") as refused:
        forge.enable_auto_merge(opened, "merge")

    assert "merge-by: imagebot" in refused.value.hint
    with pytest.raises(ForgeError, match="leaves that of #"):
        forge.disable_auto_merge(opened)
    assert world.shown(opened).open


def test_a_commit_through_the_api_is_refused(forge: GiteaForge) -> None:
    with pytest.raises(ForgeError) as refused:
        forge.commit(BRANCH, "0" * 40, {}, "Move\n", expected=None)

    assert "through: git" in refused.value.hint


def test_who_may_write_is_told_to_administrators_alone(world: GiteaWorld) -> None:
    forge = narrow(world, permission="write")

    assert forge.may_write(world.bot) is True
    with pytest.raises(ForgeDenied) as refused:
        forge.may_write(MAINTAINER)

    assert "administrator" in refused.value.hint


@pytest.mark.parametrize("login", ["", ".", "..", "a/b", "a b", "a?b", "é"])
def test_what_is_no_login_may_not_write_and_is_not_asked_for(
    world: GiteaWorld, forge: GiteaForge, login: str
) -> None:
    assert forge.may_write(login) is False
    assert world.server.requests == []


def test_without_a_scope_the_forges_words_are_shown(world: GiteaWorld) -> None:
    forge = narrow(world, "write:repository")

    with pytest.raises(ForgeDenied, match="required=\\[read:repository\\]") as refused:
        forge.facts()

    assert "write:repository" in refused.value.hint


def test_a_token_that_does_not_say_whose_it_is_still_proposes(world: GiteaWorld) -> None:
    forge = narrow(world, "read:user")

    assert forge.facts().login == ""
    propose(world, forge)
    with pytest.raises(ForgeDenied, match="who the token") as refused:
        forge.find_issue("mark")

    assert "read:user" in refused.value.hint


def test_an_issue_of_somebody_else_with_the_mark_is_not_ours(world: GiteaWorld, forge: GiteaForge) -> None:
    forge.create_issue("Dashboard", "<!-- mark -->", [])
    world.server.hosted.issues[1].author = MAINTAINER

    assert forge.find_issue("<!-- mark -->") is None


def test_an_open_issue_comes_before_a_newer_closed_one(world: GiteaWorld, forge: GiteaForge) -> None:
    older, newer = (forge.create_issue(title, "<!-- mark -->", []) for title in ("Older", "Newer"))
    world.server.hosted.issues[newer.number].close()

    found = forge.find_issue("<!-- mark -->")
    assert found is not None
    assert (found.number, found.open) == (older.number, True)

    world.server.hosted.issues[older.number].close()
    found = forge.find_issue("<!-- mark -->")
    assert found is not None
    assert (found.number, found.open) == (newer.number, False)
