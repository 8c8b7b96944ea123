"""Merging without a person: only when nothing stands against it, and only the head that was looked at."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imagebot.errors import MergeBlocked
from imagebot.forges.protocol import Forge
from imagebot.forges.values import PullRequest
from tests.forges.contract.proposed import BRANCH, propose, push
from tests.forges.contract.world import BASE, PATH, World

CHECK = "ci/test"
MESSAGE = "Update web to 2\n\nWhy: it is newer.\n\nImagebot-Policy: ü.yaml\nImagebot-Edit: 2a\n"


def opened(world: World, forge: Forge) -> PullRequest | None:
    """A pull request to merge, where the forge can."""
    return propose(world, forge) if forge.abilities.merge else None


def current(forge: Forge) -> PullRequest:
    """The pull request as it is now."""
    return forge.open_pull_requests("imagebot/")[BRANCH]


def test_nothing_asked_for_and_nothing_reported_is_ready(world: World, forge: Forge) -> None:
    pull_request = opened(world, forge)
    if pull_request is None:
        return

    ready = forge.readiness(pull_request)

    assert (ready.checks, ready.required_passed, ready.review, ready.why) == ("none", True, "enough", "")
    assert ready.mergeable is True


@pytest.mark.parametrize(
    ("states", "checks"),
    [
        pytest.param(["pending"], "pending", id="pending"),
        pytest.param(["passed"], "passed", id="passed"),
        pytest.param(["failed"], "failed", id="failed"),
        pytest.param(["passed", "pending"], "pending", id="one-is-pending"),
        pytest.param(["passed", "pending", "failed"], "failed", id="one-failed"),
    ],
)
def test_checks_are_told_together(world: World, forge: Forge, states: list[str], checks: str) -> None:
    pull_request = opened(world, forge)
    if pull_request is None:
        return
    for number, state in enumerate(states):
        world.report(pull_request.head, f"{('ci', 'run')[number % 2]}/{number}", state)  # type: ignore[arg-type] # the table's words

    assert forge.readiness(pull_request).checks == checks


@pytest.mark.parametrize(
    ("state", "passed"), [(None, False), ("pending", False), ("failed", False), ("passed", True)]
)
def test_a_required_check_must_have_passed(
    world: World, forge: Forge, state: str | None, passed: bool
) -> None:
    world.require_check(CHECK) if forge.abilities.merge else None
    pull_request = opened(world, forge)
    if pull_request is None:
        return
    if state:
        world.report(pull_request.head, CHECK, state)  # type: ignore[arg-type] # the table's words

    ready = forge.readiness(pull_request)

    assert ready.required_passed is passed
    assert bool(ready.why) is not passed


def test_a_check_of_an_older_head_does_not_count(world: World, forge: Forge) -> None:
    pull_request = opened(world, forge)
    if pull_request is None:
        return
    world.require_check(CHECK)
    world.report(pull_request.head, CHECK, "passed")
    push(world, tag=3)

    assert forge.readiness(current(forge)).required_passed is False


def test_a_required_review_is_missing_then_given(world: World, forge: Forge) -> None:
    pull_request = opened(world, forge)
    if pull_request is None:
        return
    world.require_review()
    missing = forge.readiness(pull_request)
    assert missing.review == "missing"
    assert missing.why
    with pytest.raises(MergeBlocked):
        forge.merge(pull_request, forge.facts().merge_methods[0])

    world.review(pull_request, "approve")

    assert world.forge().readiness(pull_request).review == "enough"


def test_changes_that_were_asked_for_are_told(world: World, forge: Forge) -> None:
    pull_request = opened(world, forge)
    if pull_request is None:
        return
    world.require_review()
    world.review(pull_request, "refuse")

    ready = forge.readiness(pull_request)

    assert ready.review in {"refused", "missing"}
    assert ready.why


def test_a_conflict_is_told(world: World, forge: Forge) -> None:
    pull_request = opened(world, forge)
    if pull_request is None:
        return
    world.commit(BASE, {PATH: b"image: web:by-hand\n"}, "Edit by hand\n")

    ready = forge.readiness(current(forge))

    assert ready.mergeable is False
    assert ready.why
    with pytest.raises(MergeBlocked):
        forge.merge(current(forge), forge.facts().merge_methods[0])


def test_merging_merges_in_one_write(world: World, forge: Forge) -> None:
    pull_request = opened(world, forge)
    if pull_request is None:
        return
    before = world.writes

    forge.merge(pull_request, forge.facts().merge_methods[0])

    assert world.writes - before == 1
    assert world.shown(pull_request).merged is True
    assert world.read(BASE, PATH) == b"image: web:2\n"


def test_a_squashed_commit_keeps_the_message(world: World, forge: Forge) -> None:
    pull_request = opened(world, forge)
    if pull_request is None:
        return

    forge.merge(pull_request, "squash", message=MESSAGE)

    made = world.tip(BASE) or ""
    subject, _, body = world.message(made).partition("\n\n")
    assert subject in {"Update web to 2", f"Update web to 2 (#{pull_request.number})"}
    assert body.rstrip() == "Why: it is newer.\n\nImagebot-Policy: ü.yaml\nImagebot-Edit: 2a"


def test_another_head_is_not_merged(world: World, forge: Forge) -> None:
    pull_request = opened(world, forge)
    if pull_request is None:
        return
    world.commit(BRANCH, {PATH: b"image: web:by-hand\n"}, "Edit by hand\n")

    with pytest.raises(MergeBlocked):
        forge.merge(pull_request, forge.facts().merge_methods[0])

    assert world.shown(pull_request).open is True
    assert world.read(BASE, PATH) == b"image: web:1\n"


def test_a_head_that_is_not_known_is_not_merged(world: World, forge: Forge) -> None:
    pull_request = opened(world, forge)
    if pull_request is None:
        return
    before = world.writes

    with pytest.raises(MergeBlocked):
        forge.merge(replace(pull_request, head=""), forge.facts().merge_methods[0])

    assert world.writes == before
    assert world.shown(pull_request).open is True


def test_the_forge_merges_when_its_checks_have_passed(world: World, forge: Forge) -> None:
    if not forge.abilities.auto_merge:
        return
    world.require_check(CHECK)
    world.allow_auto_merge()
    pull_request = propose(world, forge)
    world.report(pull_request.head, CHECK, "pending")
    assert world.forge().facts().auto_merge is True

    forge.enable_auto_merge(pull_request, forge.facts().merge_methods[0])

    assert current(world.forge()).auto_merge is True
    world.report(pull_request.head, CHECK, "passed")
    assert world.shown(pull_request).merged is True


def test_a_squash_by_the_forge_keeps_the_message_that_was_given_last(world: World, forge: Forge) -> None:
    if not forge.abilities.auto_merge:
        return
    world.require_check(CHECK)
    world.allow_auto_merge()
    pull_request = propose(world, forge)
    world.report(pull_request.head, CHECK, "pending")

    forge.enable_auto_merge(pull_request, "squash", message="Another\n\nImagebot-Edit: 1b\n")
    forge.enable_auto_merge(current(world.forge()), "squash", message=MESSAGE)

    world.report(pull_request.head, CHECK, "passed")
    assert world.shown(pull_request).merged is True
    assert world.message(world.tip(BASE) or "").rstrip().endswith("\nImagebot-Edit: 2a")


def test_automatic_merge_is_only_for_the_head_that_was_named(world: World, forge: Forge) -> None:
    if not forge.abilities.auto_merge:
        return
    world.require_check(CHECK)
    world.allow_auto_merge()
    pull_request = propose(world, forge)

    with pytest.raises(MergeBlocked):
        forge.enable_auto_merge(replace(pull_request, head="0" * 39 + "1"), forge.facts().merge_methods[0])

    assert world.shown(pull_request).auto_merge is False


def waiting(world: World, forge: Forge) -> PullRequest:
    """A pull request that the forge merges when its checks have passed."""
    world.require_check(CHECK)
    world.allow_auto_merge()
    pull_request = propose(world, forge)
    world.report(pull_request.head, CHECK, "pending")
    forge.enable_auto_merge(pull_request, forge.facts().merge_methods[0])
    return current(forge)


def test_who_switched_automatic_merge_on_is_told(world: World, forge: Forge) -> None:
    if not forge.abilities.auto_merge:
        return

    pull_request = waiting(world, forge)

    assert pull_request.auto_merge_by == forge.facts().login
    assert propose(world, forge, "imagebot/production/web").auto_merge_by == ""


def test_automatic_merge_is_taken_back_in_one_write(world: World, forge: Forge) -> None:
    if not forge.abilities.auto_merge:
        return
    pull_request = waiting(world, forge)
    before = world.writes

    forge.disable_auto_merge(pull_request)

    assert world.writes - before == 1
    assert (current(forge).auto_merge, current(forge).auto_merge_by) == (False, "")
    world.report(pull_request.head, CHECK, "passed")
    assert world.shown(pull_request).open is True


def test_automatic_merge_that_is_off_already_is_no_failure(world: World, forge: Forge) -> None:
    if not forge.abilities.auto_merge:
        return
    pull_request = waiting(world, forge)
    world.forge().disable_auto_merge(pull_request)

    forge.disable_auto_merge(pull_request)

    assert current(forge).auto_merge is False


def test_what_the_forge_has_merged_meanwhile_is_not_taken_back(world: World, forge: Forge) -> None:
    if not forge.abilities.auto_merge:
        return
    pull_request = waiting(world, forge)
    world.report(pull_request.head, CHECK, "passed")

    forge.disable_auto_merge(pull_request)

    assert world.shown(pull_request).merged is True
