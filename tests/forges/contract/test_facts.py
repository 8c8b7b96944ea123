"""What the forge says of the repository, and of who imagebot is."""

from __future__ import annotations

import pytest

from imagebot.errors import ForgeDenied, ForgeError
from imagebot.forges.protocol import Forge
from tests.forges.contract.proposed import BODY, BRANCH, TITLE, propose, push
from tests.forges.contract.world import BASE, World


def test_facts_of_the_repository(world: World, forge: Forge) -> None:
    facts = forge.facts()

    assert facts.default_branch == BASE
    assert facts.archived is False
    if forge.abilities.comments:
        assert (facts.name, facts.login, facts.may_write, facts.issues) == (world.name, world.bot, True, True)
        assert facts.merge_methods


def test_facts_are_asked_once(world: World, forge: Forge) -> None:
    before = forge.facts()
    if forge.abilities.comments:
        world.archive()

    assert forge.facts() == before


def test_a_renamed_default_branch_is_known(world: World) -> None:
    world.rename_base("trunk")

    assert world.forge().facts().default_branch == "trunk"


def test_a_token_that_may_only_read_says_so(world: World) -> None:
    forge = world.forge(right="read")
    if not forge.abilities.comments:
        return

    assert forge.facts().may_write is False
    push(world)
    with pytest.raises(ForgeDenied, match="refused|may not|permission|right"):
        forge.create(BRANCH, BASE, TITLE, BODY)


def test_a_worthless_token_is_named_with_its_place(world: World) -> None:
    forge = world.forge(right="none")
    if not forge.abilities.comments:
        return

    with pytest.raises(ForgeDenied) as refused:
        forge.open_pull_requests("imagebot/")

    assert refused.value.exit_code == 4
    assert refused.value.hint


def test_an_archived_repository_is_named(world: World, forge: Forge) -> None:
    if not forge.abilities.comments:
        return
    opened = propose(world, forge)
    world.archive()
    late = world.forge()
    assert late.facts().archived is True

    with pytest.raises(ForgeError) as refused:
        late.update(opened, "staging: update web 1 to 3", "Another.")

    assert refused.value.id == "forge-archived"


def test_a_renamed_repository_goes_on_under_its_new_name(world: World, forge: Forge) -> None:
    if not forge.abilities.comments:
        return
    opened = propose(world, forge)
    new = world.rename()

    late = world.forge()

    assert late.facts().name == new
    assert late.open_pull_requests("imagebot/")[BRANCH].number == opened.number
    assert late.update(opened, "staging: update web 1 to 3", "Another.").title == "staging: update web 1 to 3"
    late.close(opened, "Done.")
    assert [each.number for each in late.closed_pull_requests(BRANCH)] == [opened.number]


def test_a_rate_limit_is_named(world: World, forge: Forge) -> None:
    if not forge.abilities.comments:
        return
    world.limit_rate()

    with pytest.raises(ForgeError) as refused:
        forge.open_pull_requests("imagebot/")

    assert refused.value.id == "forge-rate-limited"
    assert refused.value.hint
