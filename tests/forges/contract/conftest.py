"""A world for each forge, and the forge under test in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from imagebot.forges.protocol import Forge
from tests.forges.contract.world import World
from tests.forges.contract.worlds import WORLDS


@pytest.fixture(params=list(WORLDS))
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A repository on a server of its own."""
    with WORLDS[request.param](tmp_path / "world") as opened:
        yield opened


@pytest.fixture
def forge(world: World) -> Forge:
    """The forge under test, with a token that may write."""
    return world.forge()
