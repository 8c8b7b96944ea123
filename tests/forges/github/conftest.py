"""A repository on GitHub's stand-in, and forges that look at it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forges.contract.github_world import GitHubWorld, open_github


@pytest.fixture
def world(tmp_path: Path) -> Iterator[GitHubWorld]:
    """A repository on GitHub."""
    with open_github(tmp_path / "world") as opened:
        yield opened
