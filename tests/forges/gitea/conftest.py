"""The stand-in with a repository, and the forge on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from imagebot.forges.gitea.forge import GiteaForge
from tests.forges.gitea.world import GiteaWorld, gitea_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[GiteaWorld]:
    with gitea_world(tmp_path / "world") as opened:
        yield opened


@pytest.fixture
def forge(world: GiteaWorld) -> GiteaForge:
    return world.forge()
