"""GitHub and GitHub Enterprise behind the forges' protocol."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlsplit

from github import Auth

from imagebot.forges.github.api import GITHUB_API, Api
from imagebot.forges.github.commits import Commits
from imagebot.forges.github.conversation import Conversation
from imagebot.forges.github.errors import Place
from imagebot.forges.github.issues import Issues
from imagebot.forges.github.labels import LONGEST
from imagebot.forges.github.merging import Merging
from imagebot.forges.github.pull_requests import PullRequests
from imagebot.forges.github.sources import Sources
from imagebot.forges.values import Abilities


class GitHubForge(PullRequests, Conversation, Merging, Issues, Commits, Sources):
    """Pull requests of one GitHub repository, and what goes with them.

    Args:
        repository: ``owner/name``.
        token: A token with contents and pull-requests write access.
        api: Base URL, ``https://HOST/api/v3`` for Enterprise.
        token_source: Where the token came from, for messages; never its value.
        polite: Pause between requests, as GitHub asks; off only for a server on this machine.
        login: Who imagebot is, where the token cannot tell: that of a GitHub App.
        wait: Sleeps, in seconds; None for the clock's own, or for no pause where ``polite`` is off.
    """

    body_in_commit = False
    abilities = Abilities(
        body=58_000,
        title=250,
        label=LONGEST,
        drafts=True,
        labels=True,
        teams=True,
        comments=True,
        permissions=True,
        issues=True,
        auto_merge=True,
        merge=True,
        api_commits=True,
    )

    def __init__(
        self,
        repository: str,
        token: str,
        *,
        api: str = GITHUB_API,
        token_source: str = "the environment",  # noqa: S107 - names a place
        polite: bool = True,
        login: str = "",
        wait: Callable[[float], None] | None = None,
    ) -> None:
        place = Place(urlsplit(api).netloc, repository, token_source)
        pause = wait or (time.sleep if polite else _at_once)
        super().__init__(Api(Auth.Token(token), api, place, polite=polite, wait=pause), login=login)


def _at_once(seconds: float) -> None:
    """No pause: a server on this machine is ready."""
    del seconds
