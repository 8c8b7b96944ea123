"""What each operation asks of a token and of the person behind it.

Source: https://docs.github.com/en/rest/authentication/permissions-required-for-fine-grained-personal-access-tokens
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from imagebot.demo.github.call import Call
from imagebot.demo.github.refusals import Refused, not_found
from imagebot.demo.github.state import HostedRepository, Permission


@dataclass(frozen=True, slots=True)
class Needed:
    """What one operation asks for.

    Attributes:
        accepted: Rights of a token, one of which is enough, as in ``X-Accepted-GitHub-Permissions``.
        role: What the person must be allowed in the repository.
    """

    accepted: tuple[str, ...]
    role: Permission


_EITHER_READ = ("issues=read", "pull_requests=read")
_EITHER_WRITE = ("issues=write", "pull_requests=write")
_NEEDED: tuple[tuple[str, Needed], ...] = (
    (r"GET .*/branches/.*/protection", Needed(("administration=read",), "admin")),
    (r"GET .*/collaborators/.*", Needed(("metadata=read",), "write")),
    (r"PUT .*/merge", Needed(("contents=write",), "write")),
    (r"GET .*/pulls\b.*", Needed(("pull_requests=read",), "read")),
    (r"\w+ .*/requested_reviewers", Needed(("pull_requests=write",), "triage")),
    (r"\w+ .*/pulls\b.*", Needed(("pull_requests=write",), "write")),
    (r"GET .*/(issues|labels|milestones)\b.*", Needed(_EITHER_READ, "read")),
    (r"POST .*/(issues|comments|reactions)", Needed(_EITHER_WRITE, "read")),
    (r"\w+ .*/issues/.*", Needed(_EITHER_WRITE, "triage")),
    (r"\w+ .*/labels", Needed(_EITHER_WRITE, "write")),
    (r"GET .*/status", Needed(("statuses=read",), "read")),
    (r"POST .*/statuses/.*", Needed(("statuses=write",), "write")),
    (r"GET .*/check-runs", Needed(("checks=read",), "read")),
    (r"GET .*/\{repo\}|GET .*/rules/.*", Needed(("metadata=read",), "read")),
    (r"GET .*", Needed(("contents=read",), "read")),
    (r"\w+ .*", Needed(("contents=write",), "write")),
)


def needed(operation: str) -> Needed:
    """What an operation asks for."""
    return next(wanted for pattern, wanted in _NEEDED if re.fullmatch(pattern, operation))


def check(call: Call, operation: str) -> None:
    """Refuse what the token, or the person behind it, may not do.

    Raises:
        Refused: 404 for what they may not even see, else 403.
    """
    if operation.endswith("/installation") or "/app" in operation:
        return
    if call.actor.app:  # an assertion is good for nothing but a token
        raise Refused(401, "Bad credentials")
    if "{repo}" not in operation:
        return
    wanted = needed(operation)
    hosted = call.hosted
    if not hosted.may(call.actor.login, "read"):
        raise not_found()
    if not any(call.actor.has(*right.split("=")) for right in wanted.accepted):
        raise inaccessible(call)
    own = operation.startswith("PATCH") and "{issue_number}" in operation and _is_author(call, hosted)
    if not own and not hosted.may(call.actor.login, wanted.role):
        raise (
            Refused(403, "Must have admin rights to Repository.")
            if wanted.role == "admin"
            else inaccessible(call)
        )
    if hosted.settings.archived and not operation.startswith("GET"):
        raise Refused(403, "Repository was archived so is read-only.")


def inaccessible(call: Call) -> Refused:
    """What is said of a right that is missing."""
    kind = "integration" if call.actor.installation else "personal access token"
    return Refused(403, f"Resource not accessible by {kind}")


def _is_author(call: Call, hosted: HostedRepository) -> bool:
    thread = hosted.thread(int(call.parameters["issue_number"]))
    return thread is not None and thread.author == call.actor.login
