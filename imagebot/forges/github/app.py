"""From the key of a GitHub App to a token that is good for one repository and one hour.

https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from github import Auth, GithubException
from jwt import PyJWTError

from imagebot.errors import ForgeDenied
from imagebot.forges.github.api import Api
from imagebot.forges.github.errors import Place, words


@dataclass(frozen=True, slots=True)
class Installation:
    """An App as it acts on a repository.

    Attributes:
        token: Good for an hour; it serves the API, and Git over HTTPS.
        login: Of the App's own user.
        rights: Levels by name, such as ``contents: write``.
    """

    token: str = field(repr=False)
    login: str
    rights: Mapping[str, str] = field(default_factory=dict)


def install(
    repository: str,
    *,
    app: str,
    key: str,
    installation: int | None,
    api: str,
    source: str,
    polite: bool = True,
) -> Installation:
    """Exchange an App's key for a token of its installation, narrowed to one repository.

    Args:
        repository: ``owner/name``.
        app: Id of the App, or its client id.
        key: Private key, as PEM.
        installation: Its id; None to look for the one on the repository.
        api: Base URL.
        source: Where the key came from, for messages.
        polite: Pause between requests.

    Raises:
        ForgeDenied: The key is none, GitHub does not know it, or the App is not installed there.
    """
    place = Place(urlsplit(api).netloc, repository, source)
    requests = Api(_auth(app, key, source), api, place, polite=polite, wait=time.sleep)
    with requests.named("read the GitHub App"):
        slug = requests.get("/app")["slug"]
    with requests.named("get a token for the GitHub App"):
        try:
            number = installation or int(requests.get(f"/repos/{repository}/installation")["id"])
            content = {"repositories": [repository.partition("/")[2]]}
            answer = requests.write("POST", f"/app/installations/{number}/access_tokens", content, again=True)
        except GithubException as error:
            if error.status not in {404, 422}:
                raise
            raise ForgeDenied(
                f"the GitHub App {slug} is not installed on {repository}: {words(error)}",
                hint="install it on the repository, and check GITHUB_APP_INSTALLATION_ID if it is set",
                id="forge-app-not-installed",
            ) from error
        return Installation(answer["token"], f"{slug}[bot]", answer.get("permissions") or {})


def _auth(app: str, key: str, source: str) -> Auth.AppAuth:
    """Signs with the key, which is tried here: nothing of it may stand in an error."""
    auth = Auth.AppAuth(app, key)
    try:
        auth.create_jwt()
    except (ValueError, TypeError, PyJWTError):
        raise ForgeDenied(
            f"the private key of the GitHub App from {source} is no RSA key in PEM form",
            hint="download the key from the App's settings, and give the file as it is",
        ) from None
    return auth
