"""Bring the forge in line with a plan: open, update, leave alone, or close pull requests.

All memory is the forge's and Git's own, so that a run that dies between two requests is healed by the
next one. What a person did (a commit on the branch, a closed pull request) is never overwritten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from imagebot.engine.branches import Branch, read_branch
from imagebot.engine.edit import edited_files
from imagebot.engine.planning import BRANCH_PREFIX, branch_name
from imagebot.errors import ImagebotError
from imagebot.forges.marker import Marker, find_marker, marker, targets
from imagebot.forges.text.message import commit_message
from imagebot.plan import Action, Outcome, without_major
from imagebot.repository.protocol import Signature

if TYPE_CHECKING:
    from imagebot.forges.protocol import Forge, PullRequest
    from imagebot.plan import Plan, Proposal
    from imagebot.repository.protocol import ConfigRepository


@dataclass(frozen=True, slots=True)
class Bot:
    """Who writes, and where to.

    Attributes:
        base: Branch that pull requests go to.
        commit: Commit of the base that the plan was made from.
        now: The current time, for commits.
    """

    repository: ConfigRepository
    forge: Forge
    base: str
    commit: str
    name: str
    email: str
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class _World:
    """What the remote and the forge hold when the run begins."""

    branches: Mapping[str, str]
    open: Mapping[str, PullRequest] = field(default_factory=dict)


def propose(
    plan: Plan,
    bot: Bot,
    *,
    stop: Callable[[], bool] = lambda: False,
    done: Mapping[str, Proposal] = MappingProxyType({}),
) -> Iterator[Outcome]:
    """Carry out a plan, one proposal after the other; yields what became of each.

    Of a plan that still waits for registries the finished proposals are carried out, and nothing is closed.

    Args:
        plan: What to propose.
        bot: Who writes, and where to.
        stop: Asked between two proposals; true ends the run with the current one finished.
        done: What this run has carried out already, by id.

    Raises:
        ImagebotError: Only if the forge or the remote cannot be asked at all.
    """
    ready = [p for p in plan.proposals if without_major(p.id) not in plan.waiting and p != done.get(p.id)]
    if plan.waiting and not ready:
        return
    world = _World(bot.repository.branches(BRANCH_PREFIX), bot.forge.open_pull_requests(BRANCH_PREFIX))
    for proposal in ready:
        if stop():
            return
        act = partial(_propose, proposal, plan, bot, world)
        yield _guarded(proposal.id, proposal.branch, act)
    if plan.waiting or not plan.judged:
        return
    wanted = {proposal.branch for proposal in plan.proposals}
    for branch in sorted(set(world.branches) | set(world.open)):
        if stop():
            return
        if branch not in wanted:
            yield from _leftover(branch, plan, bot, world)


def _guarded(proposal: str, branch: str, act: Callable[[], Outcome]) -> Outcome:
    """One failing proposal never stops the others."""
    try:
        return act()
    except ImagebotError as error:
        return Outcome(proposal, branch, "failed", error.message, error=error)


def _propose(proposal: Proposal, plan: Plan, bot: Bot, world: _World) -> Outcome:
    opened = world.open.get(proposal.branch)
    branch = read_branch(bot.repository, proposal.branch, world.branches.get(proposal.branch))
    if branch.foreign:
        reason = f"branch {proposal.branch} has a commit that imagebot did not write; it is left alone"
        return _outcome(proposal.id, proposal.branch, "held", reason, opened)
    if opened and find_marker(opened.body) is None:
        reason = "the pull request from its branch has no marker of imagebot in its body; it is left alone"
        return _outcome(proposal.id, proposal.branch, "held", reason, opened)
    wanted = marker(proposal.id, proposal.title, proposal.updates)
    if opened is None and (closed := _closed_by_person(bot, wanted, proposal.branch)):
        reason = f"a person closed #{closed.number} without merging it, so this version is not proposed again"
        return _outcome(proposal.id, proposal.branch, "held", reason, closed)
    if opened and _only_lacks_undecided(proposal, plan, opened):
        reason = "part of it could not be checked in this run, so the pull request is left as it is"
        return _outcome(proposal.id, proposal.branch, "unchanged", reason, opened)
    pushed = _push(proposal, plan, bot, branch, wanted)
    return _pull_request(proposal, bot, wanted, opened, pushed=pushed)


def _push(proposal: Proposal, plan: Plan, bot: Bot, branch: Branch, wanted: Marker) -> bool:
    """Make the branch hold the proposal; whether a push was needed."""
    snapshot = bot.repository.snapshot(bot.commit)
    files = edited_files(snapshot, proposal.updates, plan.scan.rules)
    if branch.holds(proposal.title, files):
        return False
    text = f"{proposal.body}\n{wanted}" if bot.forge.body_in_commit else None
    message = commit_message(proposal, files, text=text)
    who = Signature(bot.name, bot.email, bot.now())
    commit = bot.repository.commit(bot.commit, files, message, who)
    bot.repository.push(proposal.branch, commit, expected=branch.tip)
    return True


def _pull_request(
    proposal: Proposal, bot: Bot, wanted: Marker, opened: PullRequest | None, *, pushed: bool
) -> Outcome:
    text = f"{proposal.body}\n{wanted}\n"
    if opened is None:
        created = bot.forge.create(proposal.branch, bot.base, proposal.title, text)
        return _outcome(proposal.id, proposal.branch, "created", "", created)
    known = find_marker(opened.body)
    if known is None or known.fingerprint != wanted.fingerprint:
        opened = bot.forge.update(opened, proposal.title, text)
        return _outcome(proposal.id, proposal.branch, "updated", "", opened)
    action: Action = "updated" if pushed else "unchanged"
    return _outcome(proposal.id, proposal.branch, action, "", opened)


def _closed_by_person(bot: Bot, wanted: Marker, branch: str) -> PullRequest | None:
    """The pull request with which a person said "not this version", if there is one."""
    closed = bot.forge.last_closed(branch)
    known = find_marker(closed.body) if closed else None
    if known is None or known.closed_by_bot or known.targets != wanted.targets:
        return None
    return closed


def _only_lacks_undecided(proposal: Proposal, plan: Plan, opened: PullRequest) -> bool:
    """Whether the open pull request proposes all this and more, the rest being undecided now.

    A registry that is down for an hour must not make updates vanish from a pull request and come
    back.
    """
    known = find_marker(opened.body)
    if known is None or without_major(proposal.id) not in plan.undecided:
        return False
    return set(targets(proposal.updates)) < set(known.targets)


def _leftover(branch: str, plan: Plan, bot: Bot, world: _World) -> Iterator[Outcome]:
    """Close what nothing is left to propose for; what a person touched stays."""
    opened = world.open.get(branch)
    known = find_marker(opened.body) if opened else None
    if opened and known is None:
        return  # not imagebot's pull request, whatever its branch is called
    if without_major(branch) in map(branch_name, plan.undecided):
        return
    name = known.proposal if known else branch
    yield _guarded(name, branch, partial(_close, branch, bot, world, known))


def _close(branch: str, bot: Bot, world: _World, known: Marker | None) -> Outcome:
    opened = world.open.get(branch)
    reason = "nothing is left to propose: the base branch holds these versions, or no policy asks for them"
    state = read_branch(bot.repository, branch, world.branches.get(branch))
    name = known.proposal if known else branch
    if state.foreign:
        kept = f"nothing is left to propose, but branch {branch} has a commit that imagebot did not write"
        return _outcome(name, branch, "held", kept, opened)
    if opened and known:
        note = f"**Closed by imagebot:** {reason}.\n\n{replace(known, closed_by_bot=True)}\n"
        bot.forge.close(opened, f"{opened.body.replace(str(known), '').rstrip()}\n\n{note}")
    if opened is None:
        reason = "its pull request is merged or closed, so the leftover branch was deleted"
    if state.tip:
        bot.repository.delete(branch, expected=state.tip)
    return _outcome(name, branch, "closed", reason, opened)


def _outcome(proposal: str, branch: str, action: Action, reason: str, request: PullRequest | None) -> Outcome:
    number = request.number if request and request.number else None
    url = request.url if request and request.url else None
    return Outcome(proposal, branch, action, reason, number, url)
