"""Close what nothing is left to propose for, and delete branches that are done; not what people touched."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from imagebot.engine.branches import read_branch
from imagebot.engine.planning import BRANCH_PREFIX, branch_name
from imagebot.engine.world import failed, named, outcome
from imagebot.errors import ImagebotError
from imagebot.forges.marker import with_marker, without_marker
from imagebot.forges.text import closed_note
from imagebot.plan import without_major

if TYPE_CHECKING:
    from imagebot.engine.world import Bot, World
    from imagebot.plan import Outcome, Plan

NOT_WANTED = "nothing is left to propose: the base branch holds these versions, or no policy asks for them"


def leftovers(
    wanted: Collection[str],
    waiting: Collection[str],
    plan: Plan,
    bot: Bot,
    world: World,
    stop: Callable[[], bool],
) -> Iterator[Outcome]:
    """Tidy up every branch and pull request of imagebot's that no proposal wants.

    Args:
        wanted: Branches of proposals.
        waiting: Targets of proposals that limits or a calendar keep from being opened: what proposes them
            under another name stays until then.
        plan: Whole; what is undecided in it stays as it is.
        bot: Who writes.
        world: What there is.
        stop: Asked between two.
    """
    undecided = {branch_name(proposal) for proposal in plan.undecided}
    left = [
        branch
        for branch in sorted(set(world.branches) | set(world.open))
        if branch not in wanted and without_major(branch) not in undecided
    ]
    if set(left) - set(world.open):  # a list may lack what was opened a moment ago
        world.open = dict(bot.forge.open_pull_requests(BRANCH_PREFIX)) | world.open
    for branch in left:
        if stop():
            return
        known = world.marker(branch)
        if branch in world.open and known is None:
            continue  # not imagebot's pull request, whatever its branch is called
        if known and set(known.targets) & set(waiting):
            kept = "it goes when the pull request that takes its place may be opened"
            yield outcome(known.proposal, branch, "held", kept, world.open[branch])
            continue
        try:
            yield close(branch, _successor(branch, world) or NOT_WANTED, bot, world)
        except ImagebotError as error:
            yield failed(known.proposal if known else branch, branch, error)


def _successor(branch: str, world: World) -> str:
    """That another open pull request proposes the same now; empty if none does."""
    known = world.marker(branch)
    for request, other in world.others(branch).values():
        if known and set(known.targets) & set(other.targets):
            return f"{named(request)} proposes it now"
    return ""


def was_merged(branch: str, tip: str | None, bot: Bot) -> bool:
    """Whether the tip of a branch was merged: then nothing on it is lost, whoever wrote it."""
    earlier = bot.forge.closed_pull_requests(branch)
    return any(request.merged and request.head == tip for request in earlier)


def close(branch: str, reason: str, bot: Bot, world: World) -> Outcome:
    """Close the pull request from a branch, if one is open, and delete the branch."""
    opened, known = world.open.get(branch), world.marker(branch)
    name = known.proposal if known else branch
    state = read_branch(bot.repository, branch, world.branches.get(branch))
    if state.foreign and (opened or not was_merged(branch, state.tip, bot)):
        kept = f"nothing is left to propose, but branch {branch} has a commit that imagebot did not write"
        return outcome(name, branch, "held", kept, opened)
    if opened and opened.base not in {"", bot.base}:
        kept = f"nothing is left to propose, but a person pointed it at {opened.base}"
        return outcome(name, branch, "held", kept, opened)
    if known and known.hold and known.hold.binds(bot.now()):
        kept = f"nothing is left to propose, but @{known.hold.by} holds it"
        return outcome(name, branch, "held", kept, opened)
    if opened and known:
        body = f"{without_marker(opened.body)}\n\n{closed_note(reason)}"
        bot.forge.close(opened, with_marker(body, replace(known, closed_by_bot=True)))
        world.open.pop(branch)
    if opened is None:
        reason = "its pull request is merged or closed, so the leftover branch was deleted"
    if state.tip:
        bot.repository.delete(branch, expected=state.tip)
        world.branches.pop(branch)
    return outcome(name, branch, "closed", reason, opened)
