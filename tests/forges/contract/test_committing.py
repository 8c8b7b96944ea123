"""Commits through the API: under a lease, on the parent that was named, with the modes that files have."""

from __future__ import annotations

import pytest

from imagebot.errors import PushRefused
from imagebot.forges.protocol import Forge
from tests.forges.contract.proposed import BRANCH
from tests.forges.contract.world import BASE, PATH, SCRIPT, World

MESSAGE = "staging: update web 1 to 2\n\nBecause.\n\nImagebot-Edit: 1\n"


def tip(world: World, branch: str = BASE) -> str:
    """The tip of a branch that is there."""
    found = world.tip(branch)
    assert found is not None
    return found


def test_a_branch_is_made_with_one_commit(world: World, forge: Forge) -> None:
    if not forge.abilities.api_commits:
        return
    made = forge.commit(BRANCH, tip(world), {PATH: b"image: web:2\n"}, MESSAGE, expected=None)

    assert world.tip(BRANCH) == made
    assert world.read(made, PATH) == b"image: web:2\n"
    assert world.read(made, "README.md") == b"staging\n"
    assert world.message(made).rstrip() == MESSAGE.rstrip()
    assert world.tip(BASE) != made


def test_modes_and_bytes_stay(world: World, forge: Forge) -> None:
    if not forge.abilities.api_commits:
        return
    content = b"#!/bin/sh\r\n\xff\x00 odd bytes \xe2\x82"

    made = forge.commit(BRANCH, tip(world), {SCRIPT: content, PATH: "é\n".encode()}, MESSAGE, expected=None)

    assert (world.mode(made, SCRIPT), world.mode(made, PATH)) == ("100755", "100644")
    assert world.read(made, SCRIPT) == content
    assert world.read(made, PATH) == "é\n".encode()


def test_a_branch_is_replaced_under_a_lease(world: World, forge: Forge) -> None:
    if not forge.abilities.api_commits:
        return
    first = forge.commit(BRANCH, tip(world), {PATH: b"image: web:2\n"}, MESSAGE, expected=None)
    world.commit(BASE, {"README.md": b"moved\n"}, "Move\n")

    second = forge.commit(BRANCH, tip(world), {PATH: b"image: web:3\n"}, MESSAGE, expected=first)

    assert world.tip(BRANCH) == second
    assert world.read(BRANCH, "README.md") == b"moved\n"
    assert world.read(BRANCH, PATH) == b"image: web:3\n"


def test_a_foreign_tip_is_not_overwritten(world: World, forge: Forge) -> None:
    if not forge.abilities.api_commits:
        return
    first = forge.commit(BRANCH, tip(world), {PATH: b"image: web:2\n"}, MESSAGE, expected=None)
    foreign = world.commit(BRANCH, {PATH: b"image: web:by-hand\n"}, "By hand\n")

    with pytest.raises(PushRefused):
        forge.commit(BRANCH, tip(world), {PATH: b"image: web:3\n"}, MESSAGE, expected=first)

    assert world.tip(BRANCH) == foreign


def test_a_branch_that_must_not_exist_is_not_overwritten(world: World, forge: Forge) -> None:
    if not forge.abilities.api_commits:
        return
    world.push(BRANCH, {PATH: b"image: web:9\n"}, "Quicker\n")
    foreign = world.tip(BRANCH)

    with pytest.raises(PushRefused):
        forge.commit(BRANCH, tip(world), {PATH: b"image: web:2\n"}, MESSAGE, expected=None)

    assert world.tip(BRANCH) == foreign


def test_a_branch_that_went_away_is_not_made_again(world: World, forge: Forge) -> None:
    if not forge.abilities.api_commits:
        return
    first = forge.commit(BRANCH, tip(world), {PATH: b"image: web:2\n"}, MESSAGE, expected=None)
    world.delete_branch(BRANCH)

    with pytest.raises(PushRefused):
        forge.commit(BRANCH, tip(world), {PATH: b"image: web:3\n"}, MESSAGE, expected=first)

    assert world.tip(BRANCH) is None
