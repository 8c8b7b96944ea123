"""All that imagebot does on GitLab, put together."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import NoReturn

from imagebot.errors import ForgeError
from imagebot.forges.gitlab.calls import Calls
from imagebot.forges.gitlab.conversing import Conversation
from imagebot.forges.gitlab.decorating import LABEL_LIMIT, Decorating
from imagebot.forges.gitlab.facts import facts_of
from imagebot.forges.gitlab.issues import IssueBoard
from imagebot.forges.gitlab.merging import Merging
from imagebot.forges.gitlab.proposing import PullRequests
from imagebot.forges.gitlab.sources import Sources
from imagebot.forges.values import Abilities, RepositoryFacts

GITLAB_API = "https://gitlab.com/api/v4"


class GitLabForge(PullRequests, Decorating, Conversation, Merging, IssueBoard, Sources):
    """Merge requests of one GitLab project.

    It makes no commits: GitLab's API can create a branch with a commit, but it replaces what a branch holds
    only by ``force``, whatever stands there: there is no compare-and-swap, and the work of a person who
    pushes at that moment would be lost (https://docs.gitlab.com/api/commits/). Git's lease has no such hole.

    Args:
        repository: ``group/subgroup/project``, as deep as it goes.
        token: A project, group, personal or OAuth access token with the scope ``api``.
        api: ``https://HOST/api/v4``; ``https://HOST`` will do.
        token_source: Where the token came from, for messages; never its value.
        polite: Wait from try to try; off only for a server on this machine.
    """

    body_in_commit = False
    abilities = Abilities(
        body=200_000,
        title=240,
        label=LABEL_LIMIT,
        drafts=True,
        labels=True,
        comments=True,
        permissions=True,
        issues=True,
        auto_merge=True,
        merge=True,
    )

    def __init__(
        self,
        repository: str,
        token: str,
        *,
        api: str = GITLAB_API,
        token_source: str = "the environment",  # noqa: S107 - names a place
        polite: bool = True,
    ) -> None:
        self._calls = Calls(repository, token, api=api, token_source=token_source, polite=polite)

    def facts(self) -> RepositoryFacts:
        """What GitLab says of the project; asked once, then remembered."""
        return self._facts

    @cached_property
    def _facts(self) -> RepositoryFacts:
        with self._calls.named("read the project"):
            return facts_of(self._calls.project, self._calls.login)

    def commit(
        self,
        branch: str,
        parent: str,
        files: Mapping[str, bytes],
        message: str,
        *,
        expected: str | None,
    ) -> NoReturn:
        """Nothing that GitLab's API can do safely: ``abilities`` says so."""
        del parent, files, message, expected
        raise ForgeError(
            f"cannot commit to {branch}: GitLab's API replaces a branch without looking at what it holds",
            hint="set commits.through to git",
        )
