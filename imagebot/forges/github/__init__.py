"""GitHub and GitHub Enterprise, by PyGithub."""

from imagebot.forges.github.api import GITHUB_API
from imagebot.forges.github.forge import GitHubForge

__all__ = ["GITHUB_API", "GitHubForge"]
