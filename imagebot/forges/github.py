"""GitHub and GitHub Enterprise, by PyGithub."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import requests
from github import Auth, BadCredentialsException, Github, GithubException
from github.GithubRetry import GithubRetry

from imagebot.errors import ForgeDenied, ForgeError
from imagebot.forges.protocol import PullRequest
from imagebot.untrusted import clean

if TYPE_CHECKING:
    from github.PullRequest import PullRequest as GitHubPullRequest

GITHUB_API = "https://api.github.com"
API_VERSION = "2022-11-28"
"""Later versions drop fields that GitHub Enterprise still serves; this one is on all of them."""

LONGEST_WAIT_S = 120.0
"""A primary limit can be an hour away; a run rather fails and the next one goes on."""

_SENT_AGAIN = frozenset({"GET", "HEAD", "PUT", "DELETE"})
"""Never POST: a request that was carried out although its answer was lost would be carried out twice."""


class GitHubForge:
    """Pull requests of one GitHub repository.

    Args:
        repository: ``owner/name``.
        token: A token with contents and pull-requests write access.
        api: Base URL, ``https://HOST/api/v3`` for Enterprise.
        token_source: Where the token came from, for messages; never its value.
        polite: Keep PyGithub's pauses between requests, as GitHub asks; off only for a server
            on this machine.
    """

    body_in_commit = False

    def __init__(
        self,
        repository: str,
        token: str,
        *,
        api: str = GITHUB_API,
        token_source: str = "the environment",  # noqa: S107 - names a place
        polite: bool = True,
    ) -> None:
        self._owner = repository.partition("/")[0]
        self._name = repository
        self._token_source = token_source
        self._host = api.partition("://")[2].partition("/")[0]
        github = Github(
            base_url=api,
            auth=Auth.Token(token),
            retry=_retry() if polite else None,
            seconds_between_requests=0.25 if polite else None,
            seconds_between_writes=1.0 if polite else None,
            per_page=100,
            lazy=True,
            api_version=API_VERSION,
        )
        self._repository = github.get_repo(repository)

    def open_pull_requests(self, prefix: str) -> Mapping[str, PullRequest]:
        """Open pull requests from branches of this repository; forks are somebody else's."""
        with self._named("list pull requests"):
            found = [
                _pull_request(item)
                for item in self._repository.get_pulls(state="open")
                if item.head.ref.startswith(prefix) and self._own(item)
            ]
        return {pull_request.branch: pull_request for pull_request in found}

    def last_closed(self, branch: str) -> PullRequest | None:
        """The newest closed and unmerged pull request from a branch, or None.

        ``head`` must name the owner: GitHub ignores the filter without it and lists everything.
        """
        with self._named("list closed pull requests"):
            closed = self._repository.get_pulls(
                state="closed", head=f"{self._owner}:{branch}", sort="created", direction="desc"
            )
            newest = next((item for item in closed if item.head.ref == branch), None)
            if newest is None or newest.merged_at is not None:
                return None
            return _pull_request(newest)

    def create(self, branch: str, base: str, title: str, body: str) -> PullRequest:
        """Open a pull request; if another run was quicker, take the one it opened."""
        with self._named(f"open a pull request from {branch}"):
            try:
                created = self._repository.create_pull(base, branch, title=title, body=body)
                return _pull_request(created)
            except GithubException as error:
                if error.status not in {422, 502, 503, 504}:
                    raise
                existing = self._find(branch)
                if existing is None:
                    raise
                return _pull_request(existing)

    def update(self, pull_request: PullRequest, title: str, body: str) -> PullRequest:
        """Change title and body in one request."""
        with self._named(f"update pull request #{pull_request.number}"):
            item = self._repository.get_pull(pull_request.number)
            item.edit(title=title, body=body)
            return _pull_request(item)

    def close(self, pull_request: PullRequest, body: str) -> None:
        """Close without merging, storing a last body that says why."""
        with self._named(f"close pull request #{pull_request.number}"):
            self._repository.get_pull(pull_request.number).edit(state="closed", body=body)

    def _find(self, branch: str) -> GitHubPullRequest | None:
        found = self._repository.get_pulls(state="open", head=f"{self._owner}:{branch}")
        return next((item for item in found if item.head.ref == branch), None)

    def _own(self, item: GitHubPullRequest) -> bool:
        """Whether the head branch lives in this repository; a deleted fork has none."""
        head = item.head.raw_data.get("repo") or {}
        return str(head.get("full_name", "")).lower() == self._name.lower()

    @contextmanager
    def _named(self, doing: str) -> Iterator[None]:
        """Turn what PyGithub raises into errors that say what was tried and what to do."""
        try:
            yield
        except BadCredentialsException as error:
            raise self._denied(doing, error, "it is wrong, expired or revoked") from error
        except GithubException as error:
            raise self._failed(doing, error) from error
        except requests.exceptions.RetryError as error:
            message = f"cannot {doing}: {self._host} limits the rate, or kept failing"
            raise ForgeError(message, hint="the next run tries again") from error
        except requests.RequestException as error:
            message = f"cannot {doing}: no answer from {self._host}"
            raise ForgeError(message, hint="check the network and the `forge` settings") from error

    def _failed(self, doing: str, error: GithubException) -> ForgeError:
        if error.status in {401, 403} and "rate limit" not in _text(error).lower():
            return self._denied(doing, error, _text(error))
        if error.status == 404:
            return ForgeDenied(
                f"cannot {doing}: {self._host} shows no repository {self._name} to the token from "
                f"{self._token_source}",
                hint="check the name, and that the token may read this repository",
            )
        hint = "the next run tries again" if error.status in {403, 429} or error.status >= 500 else ""
        return ForgeError(
            f"cannot {doing} of {self._name}: {self._host} answered {error.status}: {_text(error)}",
            hint=hint,
        )

    def _denied(self, doing: str, error: GithubException, why: str) -> ForgeDenied:
        needed = (error.headers or {}).get("x-accepted-github-permissions", "")
        rights = clean(needed, 200) or "contents: write and pull requests: write"
        return ForgeDenied(
            f"cannot {doing} of {self._name}: {self._host} refused the token from "
            f"{self._token_source}: {why}",
            hint=f"give imagebot a valid token with the rights {rights}",
        )


def _retry() -> GithubRetry:
    return GithubRetry(total=3, max_rate_limit_wait=LONGEST_WAIT_S, allowed_methods=_SENT_AGAIN)


def _pull_request(item: GitHubPullRequest) -> PullRequest:
    return PullRequest(
        number=item.number,
        url=item.html_url,
        branch=item.head.ref,
        title=item.title,
        body=item.body or "",
        open=item.state == "open",
        merged=item.merged_at is not None,
    )


def _text(error: GithubException) -> str:
    """GitHub's own words: the message and the messages of its error list."""
    content = error.data if isinstance(error.data, dict) else {}
    listed = content.get("errors")
    details = [
        str(item.get("message") or f"{item.get('field')} {item.get('code')}")
        for item in (listed if isinstance(listed, list) else [])
        if isinstance(item, dict)
    ]
    words = [str(content.get("message") or error.data or "no reason given"), *details]
    return clean("; ".join(words))
