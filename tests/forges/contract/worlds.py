"""The worlds that the contract is tried in: one line for each forge."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from tests.forges.contract.github_world import open_github
from tests.forges.contract.gitlab_world import open_gitlab
from tests.forges.contract.world import World
from tests.forges.git.world import git_world
from tests.forges.gitea.world import gitea_world

OpenWorld = Callable[[Path], AbstractContextManager[World]]
"""Start a server that keeps its files in a folder."""

WORLDS: Mapping[str, OpenWorld] = {
    "gitea": gitea_world,
    "git": git_world,
    "github": open_github,
    "gitlab": open_gitlab,
}
