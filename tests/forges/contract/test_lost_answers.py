"""A write that was carried out although its answer was lost is not carried out twice, and its effect is kept."""

from __future__ import annotations

import pytest

from imagebot.errors import ForgeError
from imagebot.forges.protocol import Forge
from imagebot.forges.values import Decoration
from tests.forges.contract.proposed import BODY, BRANCH, TITLE, propose, push
from tests.forges.contract.world import BASE, PATH, World


def test_a_pull_request_is_not_opened_twice(world: World, forge: Forge) -> None:
    if forge.body_in_commit:
        return
    push(world)
    world.lose_answer()

    opened = forge.create(BRANCH, BASE, TITLE, BODY)

    assert world.count() == 1
    assert world.shown(opened).title == TITLE


def test_an_update_whose_answer_was_lost_is_known_to_be_done(world: World, forge: Forge) -> None:
    if forge.body_in_commit:
        return
    opened = propose(world, forge)
    world.lose_answer()

    changed = forge.update(opened, "Another", "Text.")

    assert (changed.title, changed.body) == ("Another", "Text.")


def test_a_close_whose_answer_was_lost_is_known_to_be_done(world: World, forge: Forge) -> None:
    if forge.body_in_commit:
        return
    opened = propose(world, forge)
    world.lose_answer()

    forge.close(opened, "Superseded.")

    shown = world.shown(opened)
    assert (shown.open, shown.body) == (False, "Superseded.")


def test_a_comment_is_not_written_twice(world: World, forge: Forge) -> None:
    if not forge.abilities.comments:
        return
    opened = propose(world, forge)
    world.lose_answer()

    forge.comment(opened.number, "Now web:3.")

    assert world.shown(opened).comments == ((world.bot, "Now web:3."),)


def test_a_merge_whose_answer_was_lost_is_known_to_be_done(world: World, forge: Forge) -> None:
    if not forge.abilities.merge:
        return
    opened = propose(world, forge)
    world.lose_answer()

    forge.merge(opened, forge.facts().merge_methods[0])

    assert world.shown(opened).merged is True


def test_an_issue_is_not_opened_twice(world: World, forge: Forge) -> None:
    if not forge.abilities.issues:
        return
    world.lose_answer()

    made = forge.create_issue("Dashboard", "<!-- mark -->", [])

    found = forge.find_issue("<!-- mark -->")
    assert found is not None
    assert found.number == made.number


def test_a_commit_whose_answer_was_lost_is_whole_or_not_there(world: World, forge: Forge) -> None:
    if not forge.abilities.api_commits:
        return
    base = world.tip(BASE)
    assert base is not None
    world.lose_answer()

    try:
        made = forge.commit(BRANCH, base, {PATH: b"image: web:2\n"}, "Move\n", expected=None)
    except ForgeError:
        assert world.tip(BRANCH) is None
    else:
        assert world.tip(BRANCH) == made


def test_decorating_never_fails_the_pull_request(world: World, forge: Forge) -> None:
    if not forge.abilities.labels:
        return
    opened = propose(world, forge)
    world.lose_answer()

    forge.decorate(opened, Decoration(labels=("imagebot",)))

    assert world.shown(opened).open is True


@pytest.mark.parametrize("attempt", range(2))
def test_a_draft_whose_answer_was_lost_is_one(world: World, forge: Forge, attempt: int) -> None:
    if not forge.abilities.drafts:
        return
    opened = propose(world, forge, draft=bool(attempt))
    world.lose_answer()

    forge.set_draft(opened, draft=not attempt)

    assert world.shown(opened).draft is not bool(attempt)
