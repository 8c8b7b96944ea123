"""A project on a stand-in for GitLab."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from imagebot.forges.gitlab import GitLabForge
from tests.forges.contract.gitlab_world import GitLabWorld, open_gitlab


@pytest.fixture
def world(tmp_path: Path) -> Iterator[GitLabWorld]:
    """The world of the contract."""
    with open_gitlab(tmp_path / "world") as opened:
        yield opened


@pytest.fixture
def forge(world: GitLabWorld) -> GitLabForge:
    """The forge, with a token that may write."""
    return world.forge()
