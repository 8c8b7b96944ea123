"""Pull requests: opened once, changed in one request, found again, whoever did what to them."""

from __future__ import annotations

import pytest

from imagebot.forges.protocol import Forge
from tests.forges.contract.proposed import BODY, BRANCH, TITLE, propose, push
from tests.forges.contract.world import BASE, World

PREFIX = "imagebot/"


def test_what_was_opened_is_found_as_it_was_written(world: World, forge: Forge) -> None:
    head = push(world)
    opened = forge.create(BRANCH, BASE, TITLE, BODY)

    found = world.forge().open_pull_requests(PREFIX)

    assert set(found) == {BRANCH}
    pull_request = found[BRANCH]
    assert (pull_request.number, pull_request.url) == (opened.number, opened.url)
    assert (pull_request.title, pull_request.body.rstrip()) == (TITLE, BODY.rstrip())
    assert (pull_request.open, pull_request.merged, pull_request.draft) == (True, False, False)
    assert pull_request.head == head
    assert pull_request.auto_merge is False
    if forge.abilities.comments:
        assert (pull_request.author, pull_request.base) == (world.bot, BASE)
        assert pull_request.created is not None
        assert pull_request.created.tzinfo is not None


def test_opening_is_one_write_and_opening_again_gives_the_same(world: World, forge: Forge) -> None:
    before = world.writes
    first = propose(world, forge)
    assert world.writes - before == int(not forge.body_in_commit)

    second = forge.create(BRANCH, BASE, TITLE, BODY)

    assert (second.number, second.branch, second.open) == (first.number, BRANCH, True)
    assert world.count() == 1


def test_title_and_body_change_in_one_write(world: World, forge: Forge) -> None:
    opened = propose(world, forge)
    before = world.writes

    push(world, title="staging: update web 1 to 3", body="Another.", tag=3)
    changed = forge.update(opened, "staging: update web 1 to 3", "Another.")

    assert world.writes - before == int(not forge.body_in_commit)
    assert (changed.number, changed.title, changed.body) == (
        opened.number,
        "staging: update web 1 to 3",
        "Another.",
    )
    found = world.forge().open_pull_requests(PREFIX)[BRANCH]
    assert (found.title, found.body.rstrip()) == (changed.title, "Another.")


def test_only_own_branches_under_the_prefix_are_listed(world: World, forge: Forge) -> None:
    propose(world, forge)
    propose(world, forge, "team/web", title="By hand")

    assert set(forge.open_pull_requests(PREFIX)) == {BRANCH}


def test_the_head_follows_what_is_pushed(world: World, forge: Forge) -> None:
    propose(world, forge)
    head = push(world, tag=3)

    assert world.forge().open_pull_requests(PREFIX)[BRANCH].head == head


def test_pull_requests_of_forks_are_not_ours(world: World, forge: Forge) -> None:
    if not forge.abilities.comments:
        assert forge.body_in_commit
        return
    world.propose_from_fork(BRANCH, "Not ours")

    assert forge.open_pull_requests(PREFIX) == {}
    assert list(forge.closed_pull_requests(BRANCH)) == []
    ours = propose(world, forge)
    assert forge.open_pull_requests(PREFIX)[BRANCH].number == ours.number


def test_a_pull_request_of_a_fork_is_not_found_by_its_number(world: World, forge: Forge) -> None:
    if not forge.abilities.comments:
        assert forge.pull_request(1) is None
        return
    world.propose_from_fork(BRANCH, "Not ours")
    theirs = world.count()
    ours = propose(world, forge)

    assert ours.number == theirs + 1
    assert forge.pull_request(theirs) is None
    assert forge.pull_request(ours.number) is not None


def test_closing_stores_the_last_body_in_one_write(world: World, forge: Forge) -> None:
    opened = propose(world, forge)
    before = world.writes
    forge.close(opened, "Superseded.")

    if forge.body_in_commit:
        return
    assert world.writes - before == 1
    shown = world.shown(opened)
    assert (shown.open, shown.merged, shown.body) == (False, False, "Superseded.")
    assert world.forge().open_pull_requests(PREFIX) == {}


def test_closed_ones_are_told_newest_first(world: World, forge: Forge) -> None:
    first = propose(world, forge)
    if forge.body_in_commit:
        assert list(forge.closed_pull_requests(BRANCH)) == []
        return
    world.close(first)
    second = propose(world, forge, title="staging: update web 1 to 3")
    world.merge(second)
    third = propose(world, forge, title="staging: update web 1 to 4")

    closed = forge.closed_pull_requests(BRANCH)

    assert [(each.number, each.open, each.merged) for each in closed] == [
        (second.number, False, True),
        (first.number, False, False),
    ]
    assert all(each.closed is not None and each.closed.tzinfo is not None for each in closed)
    assert third.number not in {each.number for each in closed}


def test_recent_ones_are_those_under_the_prefix(world: World, forge: Forge) -> None:
    if forge.body_in_commit:
        assert list(forge.recent_pull_requests(PREFIX, 50)) == []
        return
    first = propose(world, forge)
    world.close(first)
    other = propose(world, forge, "team/web", title="By hand")
    world.close(other)
    second = propose(world, forge, "imagebot/staging/api")
    world.merge(second)
    propose(world, forge, "imagebot/staging/open")

    recent = forge.recent_pull_requests(PREFIX, 50)

    assert {(each.number, each.merged) for each in recent} == {(first.number, False), (second.number, True)}
    assert len(forge.recent_pull_requests(PREFIX, 1)) <= 1


def test_a_merged_one_is_known_as_merged_by_its_number(world: World, forge: Forge) -> None:
    opened = propose(world, forge)
    if forge.body_in_commit:
        return
    world.merge(opened)

    found = forge.pull_request(opened.number)

    assert found is not None
    assert (found.open, found.merged, found.branch) == (False, True, BRANCH)
    assert forge.pull_request(opened.number + 1000) is None


def test_what_a_person_reopened_is_open_again(world: World, forge: Forge) -> None:
    opened = propose(world, forge)
    if forge.body_in_commit:
        return
    world.close(opened)
    world.reopen(opened)

    assert forge.open_pull_requests(PREFIX)[BRANCH].number == opened.number
    assert list(forge.closed_pull_requests(BRANCH)) == []


def test_a_closed_one_can_still_be_amended(world: World, forge: Forge) -> None:
    opened = propose(world, forge)
    if forge.body_in_commit:
        return
    world.close(opened)
    before = world.writes

    forge.amend(opened, "Turned down.")

    assert world.writes - before == 1
    shown = world.shown(opened)
    assert (shown.open, shown.title, shown.body) == (False, TITLE, "Turned down.")


def test_an_open_one_stays_open_when_it_is_amended(world: World, forge: Forge) -> None:
    opened = propose(world, forge)
    if forge.body_in_commit:
        return
    forge.amend(opened, "More is known.")

    shown = world.shown(opened)
    assert (shown.open, shown.title, shown.body) == (True, TITLE, "More is known.")


def test_drafts_come_and_go(world: World, forge: Forge) -> None:
    if not forge.abilities.drafts:
        assert propose(world, forge, draft=True).draft is False
        return
    opened = propose(world, forge, draft=True)
    assert (opened.draft, opened.title) == (True, TITLE)
    assert world.shown(opened).draft is True

    forge.set_draft(opened, draft=False)
    ready = forge.open_pull_requests(PREFIX)[BRANCH]
    assert (ready.draft, ready.title) == (False, TITLE)

    forge.set_draft(ready, draft=True)
    again = forge.open_pull_requests(PREFIX)[BRANCH]
    assert (again.draft, again.title) == (True, TITLE)


def test_the_text_of_a_draft_changes_and_it_stays_a_draft(world: World, forge: Forge) -> None:
    if not forge.abilities.drafts:
        return
    opened = propose(world, forge, draft=True)

    changed = forge.update(opened, "staging: update web 1 to 3", "Another.")

    assert (changed.title, changed.draft) == ("staging: update web 1 to 3", True)
    assert world.shown(opened).draft is True


HOSTILE = [
    pytest.param("staging: update web 1 to 2 @maintainer closes #1", id="mentions"),
    pytest.param("staging: <b>web</b> `1` & \"2\" '3' \\ $HOME ${{ github.token }}", id="markup"),
    pytest.param("staging: wéb → 2 🚀", id="unicode"),
    pytest.param("staging: Draft: WIP: web", id="looks-like-a-draft-within"),
]


@pytest.mark.parametrize("title", HOSTILE)
def test_titles_are_stored_as_they_are(world: World, forge: Forge, title: str) -> None:
    opened = propose(world, forge, title=title)

    found = forge.open_pull_requests(PREFIX)[BRANCH]

    assert (opened.title, found.title, found.draft) == (title, title, False)


def test_a_body_at_the_limit_is_stored_whole(world: World, forge: Forge) -> None:
    body = ("é" * 99 + "\n") * (forge.abilities.body // 100)
    propose(world, forge, body=body.rstrip())

    assert forge.open_pull_requests(PREFIX)[BRANCH].body.rstrip() == body.rstrip()


def test_a_title_at_the_limit_is_stored_whole(world: World, forge: Forge) -> None:
    title = "x" * forge.abilities.title
    propose(world, forge, title=title)

    assert forge.open_pull_requests(PREFIX)[BRANCH].title == title
