"""What stands on the forge, read from there alone: nothing else remembers anything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from imagebot.engine.branches import read_branch
from imagebot.engine.planning import BRANCH_PREFIX
from imagebot.engine.turned_down import Deployed, Thread, named, shifts, turned_down
from imagebot.engine.world import named as called
from imagebot.errors import ImagebotError
from imagebot.forges.dashboard import MARK, written_at
from imagebot.forges.marker import Marker, find_marker
from imagebot.standing import LastSeen, OnHold, Open, Request, Standing, State

if TYPE_CHECKING:
    from imagebot.engine.world import Bot
    from imagebot.forges.values import PullRequest
    from imagebot.plan import Scan

LOOKED_THROUGH = 300
"""Closed pull requests that are looked through, the last closed first."""


def standing(bot: Bot, scan: Scan) -> Standing:
    """What is open, turned down and on hold.

    Args:
        bot: Who reads: one list of open pull requests, one of closed ones.
        scan: What the base holds, so that versions that it has by now count as no longer turned down.

    Raises:
        ImagebotError: If the forge cannot be asked.
    """
    opened = bot.forge.open_pull_requests(BRANCH_PREFIX)
    closed = bot.forge.recent_pull_requests(BRANCH_PREFIX, LOOKED_THROUGH)
    threads, now = _threads(opened, closed), bot.now()
    deployed = Deployed(scan)
    declined = (row for thread in threads for row in turned_down(thread, deployed, bot.base, now))
    return Standing(
        open=tuple(
            sorted((_open(request, bot) for request in opened.values()), key=lambda o: _place(o.request))
        ),
        turned_down=tuple(sorted(declined, key=lambda row: _place(row.request))),
        holds=tuple(sorted(_holds(threads, bot), key=lambda hold: _place(hold.request))),
        last_seen=max(_traces((*opened.values(), *closed), bot), key=lambda seen: seen.at, default=None),
    )


def _threads(opened: Mapping[str, PullRequest], closed: Sequence[PullRequest]) -> list[Thread]:
    """Pull requests by branch, each newest first."""
    earlier: defaultdict[str, list[PullRequest]] = defaultdict(list)
    for request in closed:
        earlier[request.branch].append(request)
    branches = sorted({*opened, *earlier})
    return [Thread(opened.get(branch), tuple(earlier[branch])) for branch in branches]


def _place(request: Request) -> tuple[str, str, int]:
    return request.environment, request.proposal or request.branch, -request.number


def _open(request: PullRequest, bot: Bot) -> Open:
    known = find_marker(request.body)
    state, reason = next(_states(request, known, bot), ("open", ""))
    moves = shifts(known.moves) if known else ()
    return Open(named(request, known), state, reason, moves, request.created, request.labels)


def _states(request: PullRequest, known: Marker | None, bot: Bot) -> Iterator[tuple[State, str]]:
    """What is to be said of an open pull request, and why; what matters most first."""
    if known is None:
        yield "no-marker", "its body has no marker of imagebot; it is left alone"
        return
    if request.base not in {"", bot.base}:
        yield "hands-off", f"a person pointed it at {request.base}, not {bot.base}; it is left alone"
    if known.noted and _is_foreign(request, known, bot):
        yield "hands-off", f"commit {known.noted[:7]} on its branch is not imagebot's; it is left alone"
    if known.hold and known.hold.binds(bot.now()):
        yield "on-hold", known.hold.words
    if request.draft:
        why = "a gate still holds it, or its policy asks for drafts"
        yield "draft", why if known.draft else "a person made it a draft"
    if request.auto_merge:
        yield "merging", "the forge merges it when its checks have passed"


def _is_foreign(request: PullRequest, known: Marker, bot: Bot) -> bool:
    """Whether a person's commit still stands on the branch; it is fetched only where its head moved since."""
    if request.head in {"", known.noted}:
        return True
    try:
        return read_branch(bot.repository, request.branch, request.head).foreign
    except ImagebotError:
        return True  # what was noted is the best that is known


def _holds(threads: Sequence[Thread], bot: Bot) -> Iterator[OnHold]:
    """The hold that binds each proposal: the newest."""
    for thread in threads:
        for request in thread.all:
            known = find_marker(request.body)
            hold = known.hold if known and not known.lifted else None
            if hold and hold.binds(bot.now()):
                yield OnHold(named(request, known), hold.by, hold.until, hold.reason)
                break


def _traces(requests: Sequence[PullRequest], bot: Bot) -> Iterator[LastSeen]:
    """What imagebot did, as far as the forge says when."""
    for request in requests:
        known = find_marker(request.body)
        if known and request.created:
            yield LastSeen(request.created, f"opened {called(request)}")
        if known and known.closed_by_bot and request.closed:
            yield LastSeen(request.closed, f"closed {called(request)}")
    if not (bot.settings.pull_requests.dashboard and bot.forge.abilities.issues):
        return
    try:
        issue = bot.forge.find_issue(MARK)
    except ImagebotError:
        return  # issues may be switched off; the rest stands all the same
    if issue and issue.open and (at := written_at(issue.body)):
        yield LastSeen(at, f"wrote the dashboard, #{issue.number}")
