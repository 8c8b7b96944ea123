"""GitLab, on gitlab.com and self-managed, by python-gitlab."""

from __future__ import annotations

from imagebot.forges.gitlab.forge import GITLAB_API, GitLabForge

__all__ = ["GITLAB_API", "GitLabForge"]
