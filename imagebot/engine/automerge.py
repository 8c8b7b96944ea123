"""Merging without a person, where a policy allows it for a step of this size."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from imagebot.engine.admission import closed_now
from imagebot.engine.world import Bot, World, named, outcome
from imagebot.errors import MergeBlocked

if TYPE_CHECKING:
    from imagebot.forges.values import PullRequest, Readiness
    from imagebot.plan import Outcome, Proposal
    from imagebot.policies.proposing import MergeMethod, PullRequestRules


def automerge(proposal: Proposal, done: Outcome, rules: PullRequestRules, bot: Bot, world: World) -> Outcome:
    """The outcome of a proposal after its pull request was merged, or given to the forge to merge.

    Where it has to wait, the outcome says for what.

    Args:
        proposal: What is proposed.
        done: What became of it so far.
        rules: Its rules; they name the steps that are merged.
        bot: Who merges.
        world: What is open.
    """
    request = world.open.get(proposal.branch)
    if request is None or not is_wanted(proposal, rules) or request.draft:
        return done
    method = _method(rules, bot)
    if request.auto_merge and not (done.action == "updated" and method == "squash"):
        return done  # but the message of a squash that waits is that of an older commit
    if reason := closed_now(proposal, bot, request):
        return _waits(done, reason)
    if rules.merged_by == "forge" and bot.forge.abilities.auto_merge and bot.forge.facts().auto_merge:
        try:
            bot.forge.enable_auto_merge(request, method, message=_message(request, method, bot))
        except MergeBlocked:
            pass  # nothing is left for the forge to wait for, or it cannot: imagebot looks itself
        else:
            return _waits(done, "the forge merges it when its checks have passed")
    return _merge(proposal, done, request, bot, method)


def is_wanted(proposal: Proposal, rules: PullRequestRules) -> bool:
    """Whether every step of it may be merged without a person."""
    return (
        bool(rules.automerge)
        and proposal.asked is None
        and not proposal.pending
        and all(update.step in rules.automerge for update in proposal.updates)
    )


def _merge(proposal: Proposal, done: Outcome, request: PullRequest, bot: Bot, method: MergeMethod) -> Outcome:
    if not bot.forge.abilities.merge:
        return _waits(done, "this forge cannot be asked to merge")
    ready = bot.forge.readiness(request)
    # what has just been pushed had no time to be checked: no report yet is no reason to merge
    if reason := _not_ready(ready, was_pushed=done.action != "unchanged"):
        return _waits(done, reason)
    try:
        bot.forge.merge(request, method, message=_message(request, method, bot))
    except MergeBlocked as error:
        return _waits(done, error.message)
    return outcome(
        proposal.id, proposal.branch, "merged", f"{named(request)} was merged by {method}", request
    )


def _not_ready(ready: Readiness, *, was_pushed: bool) -> str:
    """What stands against merging; empty if nothing does."""
    objections = (
        (ready.review == "refused", "a reviewer asked for changes"),
        (ready.review == "missing", "a review is required and missing"),
        (ready.checks == "failed", "a check failed"),
        (ready.checks == "pending" or not ready.required_passed, "checks have not passed yet"),
        (ready.checks == "none" and was_pushed, "no check has reported yet"),
        (ready.mergeable is None, "the forge still works out whether it merges"),
        (not ready.mergeable, ready.why or "it conflicts with the base branch"),
    )
    return next((words for stands, words in objections if stands), ready.why)


def _method(rules: PullRequestRules, bot: Bot) -> MergeMethod:
    allowed = bot.forge.facts().merge_methods
    if rules.merge_method is not None:
        return rules.merge_method
    return allowed[0] if allowed else "merge"


def _message(request: PullRequest, method: MergeMethod, bot: Bot) -> str:
    """Message of a squashed commit: the branch's own, for its trailers are looked for in the base."""
    if method != "squash":
        return ""
    known = bot.repository.holds(request.head)
    tip = request.head if known else bot.repository.fetch(request.branch)
    return bot.repository.facts(tip).message if tip and tip == request.head else ""


def _waits(done: Outcome, reason: str) -> Outcome:
    """The same outcome, saying what the merge waits for."""
    text = f"automatic merge: {reason}"
    return replace(done, reason=f"{done.reason}; {text}" if done.reason else text)
