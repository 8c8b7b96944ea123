"""The whole forge."""

from __future__ import annotations

from collections.abc import Mapping

from imagebot.errors import ForgeError
from imagebot.forges.gitea.client import Client
from imagebot.forges.gitea.conversation import Conversation
from imagebot.forges.gitea.drafts import PREFIX
from imagebot.forges.gitea.issues import Issues
from imagebot.forges.gitea.merging import Merging
from imagebot.forges.gitea.people import People
from imagebot.forges.gitea.pulls import Pulls
from imagebot.forges.gitea.sources import Sources
from imagebot.forges.values import Abilities

TITLE_LIMIT = 255

ABILITIES = Abilities(
    body=200_000,
    title=TITLE_LIMIT - len(PREFIX),
    folds=True,
    drafts=True,
    labels=True,
    teams=True,
    comments=True,
    permissions=True,
    issues=True,
    merge=True,
)
"""No ``auto_merge`` (see ``merging``), and no ``api_commits``: ``POST /contents`` builds on the tip that a
branch happens to have, takes no parent, and compares blobs of files only: it would not stop at another's
commit."""


class GiteaForge(Pulls, People, Conversation, Merging, Issues, Sources):
    """Pull requests of one repository on Gitea or Forgejo.

    Args:
        repository: ``owner/name``.
        token: With the scopes ``write:repository``, ``write:issue`` and ``read:user``; ``read:organization``
            shows labels of the organisation.
        api: Base URL, ``https://HOST/api/v1``.
        token_source: Where the token came from, for messages; never its value.
        polite: Wait where the server asks to; off only for a server on this machine.
    """

    abilities = ABILITIES
    body_in_commit = False

    def __init__(
        self,
        repository: str,
        token: str,
        *,
        api: str,
        token_source: str = "the environment",  # noqa: S107 - names a place
        polite: bool = True,
    ) -> None:
        client = Client(api, token, token_source=token_source, polite=polite)
        super().__init__(client, repository)

    def commit(
        self, branch: str, parent: str, files: Mapping[str, bytes], message: str, *, expected: str | None
    ) -> str:
        """Refuse: see ``ABILITIES``."""
        del parent, files, message, expected
        raise ForgeError(
            f"{self._api.host} cannot make a commit on {branch} by its API without risk to others' commits",
            hint="set commits: {through: git} in imagebot.yaml",
        )
