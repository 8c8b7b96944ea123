"""Take back what people turned down or held: what `/imagebot resume` does, from the command line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from imagebot.engine.planning import BRANCH_PREFIX, branch_name
from imagebot.engine.world import Bot, outcome
from imagebot.errors import UsageError
from imagebot.forges.marker import Marker, find_marker, with_marker

if TYPE_CHECKING:
    from imagebot.forges.values import PullRequest
    from imagebot.plan import Outcome


def resume(what: str, bot: Bot) -> Iterator[Outcome]:
    """Free the versions of one pull request, or of all of a proposal; yields those that held something.

    Args:
        what: A number (``12``, ``#12``), the id of a proposal (``staging/web``) or a branch.
        bot: Who writes.

    Raises:
        UsageError: If there is no such pull request.
    """
    found = list(_named(what, bot))
    if not found:
        raise UsageError(
            f"there is no pull request of imagebot's called {what!r}",
            hint="name its number, its branch or its proposal: `imagebot status` lists them",
            id="resume-unknown",
        )
    for request, known in found:
        freed = replace(known, hold=None, skipped=(), skipped_moves=(), lifted=not request.open)
        if freed != known and (request.open or not known.closed_by_bot or known.skipped):
            bot.forge.amend(request, with_marker(request.body, freed))
            yield outcome(known.proposal, request.branch, "updated", "its versions may come back", request)


def _named(what: str, bot: Bot) -> Iterator[tuple[PullRequest, Marker]]:
    """The pull requests that are meant, with their markers."""
    number = what.removeprefix("#")
    if number.isdecimal():
        one = bot.forge.pull_request(int(number))
        requests = [one] if one else []
    else:
        branch = what if what.startswith(BRANCH_PREFIX) else branch_name(what)
        opened = bot.forge.open_pull_requests(branch).get(branch)
        requests = [*([opened] if opened else []), *bot.forge.closed_pull_requests(branch)]
    for request in requests:
        if request.branch.startswith(BRANCH_PREFIX) and (known := find_marker(request.body)):
            yield request, known
