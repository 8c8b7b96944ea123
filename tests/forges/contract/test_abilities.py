"""What a forge says it can do is what its world knows it can: no test goes quiet by itself."""

from __future__ import annotations

from dataclasses import asdict

from imagebot.forges.protocol import Forge
from tests.forges.contract.world import World


def test_abilities_are_those_that_the_world_expects(world: World, forge: Forge) -> None:
    abilities = asdict(forge.abilities)

    able = {name for name, value in abilities.items() if value is True}

    assert able - {"folds", "checkboxes"} == world.able  # how a text is shown
    assert forge.body_in_commit is ("comments" not in able)


def test_texts_have_room(forge: Forge) -> None:
    abilities = forge.abilities

    assert abilities.body >= 50_000
    assert abilities.title >= 72
    assert abilities.label >= 20
