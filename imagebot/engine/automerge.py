"""Merging without a person, where a policy allows it for a step of this size."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from imagebot.engine.admission import closed_now
from imagebot.engine.world import Bot, World, named, outcome
from imagebot.errors import ForgeError, MergeBlocked

if TYPE_CHECKING:
    from imagebot.forges.values import PullRequest, Readiness
    from imagebot.plan import Outcome, Proposal
    from imagebot.policies.proposing import MergeMethod, PullRequestRules


CHECKS_BEGIN = timedelta(minutes=10)
"""Age of a commit of which no check is reported, before which one may still begin."""


def automerge(proposal: Proposal, done: Outcome, rules: PullRequestRules, bot: Bot, world: World) -> Outcome:
    """The outcome of a proposal after its pull request was merged, or given to the forge to merge.

    Where it has to wait, the outcome says for what. The forge is to merge only what this run would merge too,
    and only the commit that this run read or pushed.

    Args:
        proposal: What is proposed.
        done: What became of it so far.
        rules: Its rules; they name the steps that are merged.
        bot: Who merges.
        world: What is open.
    """
    request = world.open.get(proposal.branch)
    if request is None:
        return done
    wanted = is_wanted(proposal, rules) and not request.draft
    reason = (closed_now(proposal, bot, request) or _moved(request, world)) if wanted else ""
    if not wanted or reason or rules.merged_by != "forge":
        withdraw(proposal.branch, bot, world)
    if reason:
        return _waits(done, reason)
    if not wanted or world.open[proposal.branch].auto_merge:
        return done
    try:
        return _given_or_merged(proposal, done, rules, bot, request)
    except ForgeError as error:  # the pull request stands all the same
        return replace(done, warnings=(*done.warnings, f"it was not merged: {error.message}"))


def withdraw(branch: str, bot: Bot, world: World, *, of_anybody: bool = False) -> None:
    """Keep the forge from merging by itself, where imagebot told it to.

    Args:
        branch: Of the pull request, if one is open.
        bot: Who writes.
        world: What is open.
        of_anybody: Also where a person told it to: what they agreed to is about to change.

    Raises:
        ForgeError: It still would.
    """
    request = world.open.get(branch)
    if request is None or not request.auto_merge:
        return
    own = bot.forge.facts().login or request.author
    if of_anybody or not own or request.auto_merge_by in {"", own}:
        bot.forge.disable_auto_merge(request)
        world.open[branch] = replace(request, auto_merge=False, auto_merge_by="")


def _moved(request: PullRequest, world: World) -> str:
    """Whether somebody pushed since the branches were listed: nobody has looked at that commit."""
    seen = world.branches.get(request.branch, "")
    return "" if request.head == seen else "its head is not the commit that imagebot looked at"


def _given_or_merged(
    proposal: Proposal, done: Outcome, rules: PullRequestRules, bot: Bot, request: PullRequest
) -> Outcome:
    method = _method(rules, bot)
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
    young = done.action != "unchanged" or not _is_old(request.head, bot)
    if reason := _not_ready(ready, young=young):
        return _waits(done, reason)
    try:
        bot.forge.merge(request, method, message=_message(request, method, bot))
    except MergeBlocked as error:
        return _waits(done, error.message)
    return outcome(
        proposal.id, proposal.branch, "merged", f"{named(request)} was merged by {method}", request
    )


def _is_old(commit: str, bot: Bot) -> bool:
    """Whether a check of it would have begun by now."""
    at = bot.repository.facts(commit).at
    return at is not None and bot.now() - at >= CHECKS_BEGIN


def _not_ready(ready: Readiness, *, young: bool) -> str:
    """What stands against merging; empty if nothing does."""
    objections = (
        (ready.review == "refused", "a reviewer asked for changes"),
        (ready.review == "missing", "a review is required and missing"),
        (ready.checks == "failed", "a check failed"),
        (ready.checks == "pending" or not ready.required_passed, "checks have not passed yet"),
        (
            ready.checks == "none" and young,
            "no check has reported yet; without any it waits until its commit is 10 minutes old",
        ),
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
