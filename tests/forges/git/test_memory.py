"""What plain Git remembers: whoever deletes a branch without merging it has said "not this version"."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from imagebot.errors import ForgeError, PushRefused
from imagebot.forges.git import RECORDS, GitForge
from tests.forges.contract.proposed import BODY, BRANCH, TITLE, propose, push
from tests.forges.contract.world import BASE, PATH
from tests.forges.git.world import BEGIN, GitWorld

OTHER = "imagebot/staging/api"


@pytest.fixture
def world(tmp_path: Path) -> GitWorld:
    return GitWorld(tmp_path)


@pytest.fixture
def forge(world: GitWorld) -> GitForge:
    return world.forge()


def recorded(world: GitWorld) -> dict[str, str]:
    """Records on the remote: commit by name."""
    listed = world.remote.git("for-each-ref", "--format=%(refname) %(objectname)", RECORDS).text
    return dict(line.split(" ") for line in listed.splitlines())


def test_a_record_travels_with_the_branch(world: GitWorld) -> None:
    head = push(world)

    assert recorded(world) == {f"{RECORDS}{BRANCH}/{BEGIN}-{head}": head}


def test_the_record_of_a_commit_that_is_replaced_goes(world: GitWorld, forge: GitForge) -> None:
    push(world)
    head = push(world, tag=3)

    assert list(recorded(world).values()) == [head]
    assert forge.closed_pull_requests(BRANCH) == []


def test_a_deleted_branch_was_turned_down(world: GitWorld, forge: GitForge) -> None:
    head = push(world)
    world.delete_branch(BRANCH)

    (closed,) = forge.closed_pull_requests(BRANCH)

    assert (closed.branch, closed.title, closed.body) == (BRANCH, TITLE, BODY)
    assert (closed.open, closed.merged, closed.head) == (False, False, head)
    assert closed.created is not None
    assert closed.created.tzinfo is not None


@pytest.mark.parametrize("method", ["merge", "squash", "rebase"])
@pytest.mark.parametrize("left", [True, False], ids=["branch-left", "branch-deleted"])
def test_a_merged_one_is_known_as_merged(
    world: GitWorld, forge: GitForge, method: Literal["merge", "squash", "rebase"], left: bool
) -> None:
    head = push(world)
    world.commit(BASE, {"README.md": b"moved\n"}, "Move\n")
    world.remote.merge_branch(BASE, head, "Merge\n", "A Person", method)
    opened = forge.open_pull_requests("imagebot/")[BRANCH]
    if left:
        forge.close(opened, "")  # it is left to the engine to delete the branch
    world.delete_branch(BRANCH)

    assert [each.merged for each in world.forge().closed_pull_requests(BRANCH)] == [True]


def test_a_merge_that_a_person_took_back_is_still_known(world: GitWorld, forge: GitForge) -> None:
    head = push(world)
    world.remote.merge_branch(BASE, head, "Merge\n", "A Person", "merge")
    world.delete_branch(BRANCH)
    world.commit(BASE, {PATH: b"image: web:1\n"}, "Revert\n")

    assert [each.merged for each in forge.closed_pull_requests(BRANCH)] == [True]


def test_what_imagebot_itself_closes_is_forgotten(world: GitWorld, forge: GitForge) -> None:
    opened = propose(world, forge)

    forge.close(opened, "Superseded.")

    assert recorded(world) == {}
    assert world.tip(BRANCH) is None
    assert forge.closed_pull_requests(BRANCH) == []


def test_what_a_person_committed_is_not_closed(world: GitWorld, forge: GitForge) -> None:
    propose(world, forge)
    opened = forge.open_pull_requests("imagebot/")[BRANCH]
    foreign = world.commit(BRANCH, {PATH: b"image: web:by-hand\n"}, "By hand\n")

    with pytest.raises(PushRefused):
        forge.close(opened, "Superseded.")

    assert world.tip(BRANCH) == foreign


def test_every_version_that_was_turned_down_is_remembered(world: GitWorld, forge: GitForge) -> None:
    for tag in (2, 3):
        push(world, title=f"to {tag}", tag=tag)
        world.delete_branch(BRANCH)
    push(world, title="to 4", tag=4)

    assert [each.title for each in forge.closed_pull_requests(BRANCH)] == ["to 3", "to 2"]
    assert forge.open_pull_requests("imagebot/")[BRANCH].title == "to 4"


def test_a_commit_by_a_person_on_top_turns_nothing_down(world: GitWorld, forge: GitForge) -> None:
    push(world)
    world.commit(BRANCH, {"README.md": b"by hand\n"}, "By hand\n")

    assert forge.closed_pull_requests(BRANCH) == []


def test_branches_are_told_apart(world: GitWorld, forge: GitForge) -> None:
    push(world)
    push(world, f"{BRANCH}@2", title="the other major")
    world.delete_branch(BRANCH)
    world.delete_branch(f"{BRANCH}@2")

    assert [each.title for each in forge.closed_pull_requests(BRANCH)] == [TITLE]


def test_recent_ones_are_those_that_are_closed(world: GitWorld, forge: GitForge) -> None:
    push(world, title="web")
    push(world, OTHER, title="api")
    push(world, "imagebot/staging/open", title="open")
    world.delete_branch(BRANCH)
    world.delete_branch(OTHER)

    assert [each.title for each in forge.recent_pull_requests("imagebot/", 50)] == ["api", "web"]
    assert len(forge.recent_pull_requests("imagebot/", 1)) == 1


def test_the_newest_are_remembered_however_many_there_are(
    world: GitWorld, forge: GitForge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imagebot.forges.git.CLOSED_LIMIT", 3)
    for tag in range(2, 12):
        push(world, BRANCH if tag % 2 else OTHER, title=f"to {tag}", tag=tag)
        world.delete_branch(BRANCH if tag % 2 else OTHER)

    assert [each.title for each in forge.closed_pull_requests(BRANCH)] == ["to 11", "to 9", "to 7"]
    recent = [each.title for each in forge.recent_pull_requests("imagebot/", 4)]
    assert recent == ["to 11", "to 10", "to 9", "to 8"]


def test_another_body_of_a_closed_one_is_a_new_record(world: GitWorld, forge: GitForge) -> None:
    head = push(world)
    world.delete_branch(BRANCH)
    (closed,) = forge.closed_pull_requests(BRANCH)

    forge.amend(closed, "It may come back.\n")

    (again,) = world.forge().closed_pull_requests(BRANCH)
    assert (again.title, again.body, again.merged) == (TITLE, "It may come back.\n", False)
    assert again.head != head
    assert list(recorded(world).values()) == [again.head]
    assert world.read(again.head, PATH) == b"image: web:2\n"
    assert world.tip(BRANCH) is None


def test_another_body_of_an_open_one_is_a_new_commit(world: GitWorld, forge: GitForge) -> None:
    push(world)
    opened = forge.open_pull_requests("imagebot/")[BRANCH]

    forge.amend(opened, "More is known.\n")
    forge.amend(world.forge().open_pull_requests("imagebot/")[BRANCH], "More is known.\n")

    found = world.forge().open_pull_requests("imagebot/")[BRANCH]
    assert (found.title, found.body) == (TITLE, "More is known.\n")
    assert list(recorded(world).values()) == [world.tip(BRANCH)]
    assert world.forge().closed_pull_requests(BRANCH) == []


def test_what_was_just_changed_can_be_amended(world: GitWorld, forge: GitForge) -> None:
    push(world)
    opened = forge.open_pull_requests("imagebot/")[BRANCH]
    push(world, title="to 3", tag=3)
    changed = forge.update(opened, "to 3", BODY)

    forge.amend(changed, "More is known.\n")

    assert world.message(BRANCH) == "to 3\n\nMore is known."
    assert world.read(BRANCH, PATH) == b"image: web:3\n"


def test_an_amended_commit_keeps_author_and_time(world: GitWorld, forge: GitForge) -> None:
    head = push(world)
    form = ("show", "--no-patch", "--format=%an %ae %ad %cn %ce %cd %P %T")

    forge.amend(forge.open_pull_requests("imagebot/")[BRANCH], "More is known.\n")

    assert world.remote.git(*form, BRANCH).text == world.remote.git(*form, head).text


def test_a_remote_that_takes_nothing_but_branches_forgets(world: GitWorld, forge: GitForge) -> None:
    hook = world.remote.path / "hooks/update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\ncase "$1" in refs/heads/*) ;; *) exit 1;; esac\n')
    hook.chmod(0o755)

    head = push(world)
    assert (world.tip(BRANCH), recorded(world)) == (head, {})
    opened = forge.open_pull_requests("imagebot/")[BRANCH]
    world.delete_branch(BRANCH)

    assert forge.closed_pull_requests(BRANCH) == []
    with pytest.raises(PushRefused, match="refused the record"):
        world.repository.record(BRANCH, world.tip(BASE) or "", instead_of=opened.head)


def test_a_remote_that_takes_one_reference_at_a_time_remembers_too(world: GitWorld, forge: GitForge) -> None:
    world.remote.git("config", "receive.advertiseAtomic", "false")

    head = push(world)
    assert list(recorded(world).values()) == [head]
    forge.close(forge.open_pull_requests("imagebot/")[BRANCH], "")

    assert (world.tip(BRANCH), recorded(world)) == (None, {})


def test_a_record_is_not_written_where_the_branch_was_refused(world: GitWorld) -> None:
    world.remote.protect("imagebot/*")

    with pytest.raises(PushRefused):
        push(world)

    assert recorded(world) == {}


def test_what_plain_git_is_not_able_to_do_is_said(forge: GitForge) -> None:
    with pytest.raises(ForgeError, match="plain Git has no issues") as refused:
        forge.find_issue("mark")

    assert "forge:" in refused.value.hint
