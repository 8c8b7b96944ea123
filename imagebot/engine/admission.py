"""Whether something new may be proposed, or merged, now: limits, schedules and freezes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import TYPE_CHECKING

from imagebot.engine.world import Bot, World, environment_of
from imagebot.forges.marker import find_marker
from imagebot.policies.calendar import closed_at
from imagebot.policies.proposing import Limits

if TYPE_CHECKING:
    from imagebot.forges.values import PullRequest
    from imagebot.plan import Proposal

_HOUR = timedelta(hours=1)


def no_room(proposal: Proposal, bot: Bot, world: World, now: Collection[str] = ()) -> str:
    """Why a pull request cannot be opened now, in words; empty if it can.

    What a person or a CI job asked for is under no limit, and a way back is under no calendar either.

    Args:
        proposal: What is to be opened.
        bot: Who opens it.
        world: What is open.
        now: Ids of proposals that a person wants at once: limits and calendar do not count for them.
    """
    if bot.urgent or proposal.id in now:
        return ""
    if not (proposal.asked or proposal.prompted) and (reason := _over_limit(proposal, bot, world)):
        return reason
    if proposal.asked and proposal.asked.kind == "rollback":
        return ""
    return closed_now(proposal, bot)


def closed_now(proposal: Proposal, bot: Bot, request: PullRequest | None = None) -> str:
    """The calendar that stands against a proposal now, in words; empty if none does, or it is urgent."""
    settings = bot.settings.pull_requests
    if bot.urgent or (request and settings.urgent_label in request.labels):
        return ""
    for name in sorted({update.scanned.environment or "" for update in proposal.updates}):
        environment = bot.environment(name)
        calendar = (environment.calendar if environment else None) or settings.calendar
        if reason := closed_at(calendar, bot.now()):
            return f"{name}: {reason}" if name else reason
    return ""


def _over_limit(proposal: Proposal, bot: Bot, world: World) -> str:
    whole = bot.settings.pull_requests.limits
    name = environment_of(proposal.id)
    environment = bot.environment(name)
    own = (environment.limits if environment else None) or Limits()
    here = [request for request in world.open.values() if _environment(request) == name]
    limit = whole.open if own.open is None else own.open
    if limit is not None and len(here) >= limit:
        where = f" in {name}" if environment else ""
        return f"`limits.open` is {limit}, and so many pull requests are open{where}"
    others = len(world.branches.keys() - {proposal.branch})  # a run may have died before it opened this one
    if whole.branches is not None and others >= whole.branches:
        return f"`limits.branches` is {whole.branches}, and imagebot has so many"
    for limit, known in ((whole.new_per_hour, None), (own.new_per_hour, name)):
        if limit is not None and _opened_lately(bot, world, known) >= limit:
            return f"`limits.new-per-hour` is {limit}, and so many were opened in the last hour"
    return ""


def _opened_lately(bot: Bot, world: World, environment: str | None) -> int:
    """Pull requests that were opened in the last hour, and may be closed by now."""
    since = bot.now() - _HOUR
    found = [*world.open.values(), *world.recent(bot)]
    numbers = {
        (request.number, request.branch)
        for request in found
        if request.created and request.created > since and environment in {None, _environment(request)}
    }
    return len(numbers)


def _environment(request: PullRequest) -> str:
    known = find_marker(request.body)
    return environment_of(known.proposal) if known else ""
