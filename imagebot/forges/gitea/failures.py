"""What a refusal means, and how to mend it."""

from __future__ import annotations

import email.utils
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC

from imagebot.errors import ForgeDenied, ForgeError
from imagebot.untrusted import clean

UNREACHABLE = "forge-unreachable"
"""Id of a failure after which nobody knows whether a write was carried out."""

NEXT_RUN = "the next run tries again"
SHORTEST_WAIT_S = 1.0


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, and what it is for in words."""

    method: str
    url: str
    doing: str


def unreachable(asked: Asked, host: str, why: str) -> ForgeError:
    """No answer, or one that a gateway made."""
    return ForgeError(
        f"cannot {asked.doing}: no answer from {host}: {clean(why, 200) or 'no reason given'}",
        hint=f"{NEXT_RUN}; check the network and the `forge` settings",
        id=UNREACHABLE,
    )


def limited(asked: Asked, host: str, headers: Mapping[str, str], said: str) -> tuple[ForgeError, float]:
    """Too many requests, and the seconds to wait; Gitea has no limit of its own, proxies before it do."""
    error = ForgeError(
        f"cannot {asked.doing}: {host} limits the rate: {said}",
        hint=f"{NEXT_RUN}; run imagebot less often, or ask for a higher limit",
        id="forge-rate-limited",
    )
    return error, max(_retry_after_s(headers.get("retry-after", "").strip()), SHORTEST_WAIT_S)


def _retry_after_s(text: str) -> float:
    """RFC 9110, section 10.2.3: seconds or a date."""
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        when = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return 0.0
    return when.replace(tzinfo=UTC).timestamp() - time.time()


def refused(asked: Asked, host: str, status: int, said: str, token_source: str) -> ForgeError:
    """A refusal as an error that says what to do."""
    token = f"the token from {token_source}"
    if status in {401, 403}:
        return ForgeDenied(
            f"cannot {asked.doing}: {host} refused {token}: {said}",
            hint="give imagebot a valid token with the scopes write:repository, write:issue and read:user, "
            "of an account with write permission on the repository",
        )
    if status == 404:
        return ForgeDenied(
            f"cannot {asked.doing}: {host} shows {token} no such thing: {said}",
            hint="check the name of the repository, and that the token's account may read it",
            id="forge-not-found",
        )
    if status == 423:
        return ForgeError(
            f"cannot {asked.doing}: the repository is archived, and takes no changes: {said}",
            hint="unarchive it, or take it out of imagebot's schedule",
            id="forge-archived",
        )
    return ForgeError(f"cannot {asked.doing}: {host} answered {status}: {said}", id="forge-refused")
