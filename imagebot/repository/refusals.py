"""What a remote means when it would not, by Git's words and its own."""

from __future__ import annotations

import re
from dataclasses import dataclass

from imagebot.errors import ForgeDenied, PushRefused, RepositoryError
from imagebot.repository.command import Result, last_words
from imagebot.untrusted import clean

_DENIED = re.compile(
    r"authentication failed|could not read username|invalid credentials|403 forbidden|"
    r"returned error: 40[13]|permission denied|permission to .* denied",
    re.IGNORECASE,
)
_MISSING = re.compile(
    r"repository .*not found|does not appear to be a git repository|returned error: 404|no such file",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Remote:
    """A remote, for messages.

    Attributes:
        url: Without credentials.
        token_source: Where the token came from, never its value.
    """

    url: str
    token_source: str

    def unread(self, result: Result) -> RepositoryError | ForgeDenied:
        """Why it could not be read."""
        if _DENIED.search(result.err):
            return self._denied("read")
        if _MISSING.search(result.err):
            hint = "check the URL, and that the token may see it"
            return RepositoryError(
                f"there is no repository at {self.url}", hint=hint, id="repository-missing"
            )
        return RepositoryError(
            f"cannot read from {self.url}: {last_words(result.err)}",
            hint="check the network and the URL",
            id="repository-unreachable",
        )

    def unmoved(self, branch: str, result: Result) -> PushRefused | ForgeDenied:
        """Why it did not move a branch."""
        if _DENIED.search(result.err) and "remote rejected" not in result.text:
            return self._denied("push to")
        return PushRefused(f"{self.url} refused the push of {branch}: {_reason(result)}", hint=_hint(result))

    def _denied(self, doing: str) -> ForgeDenied:
        if self.token_source.startswith("the environment"):
            return ForgeDenied(
                f"cannot {doing} {self.url}: it asks for a token, and there is none in {self.token_source}",
                hint="set the token of this kind of forge; --forge says which kind it is",
            )
        return ForgeDenied(
            f"cannot {doing} {self.url}: it refused the token from {self.token_source}",
            hint="give imagebot a valid token with write access to the repository's contents",
        )


def _reason(result: Result) -> str:
    """Why a push was refused: the remote's own words first, then Git's."""
    said = [
        line.removeprefix("remote:").strip() for line in result.err.splitlines() if line.startswith("remote:")
    ]
    status = [line.split("\t")[-1] for line in result.text.splitlines() if line.startswith("!")]
    return clean(
        " / ".join([*status, *(words for words in said if words)]) or result.err or "no reason given",
        400,
    )


def _hint(result: Result) -> str:
    if "stale info" in result.text:
        return "somebody else moved the branch meanwhile; the next run looks again"
    return "a rule or hook of the repository stands against it: let the bot push branches under imagebot/"
