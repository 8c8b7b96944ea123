"""Carry out what people with write access say in comments on imagebot's pull requests, and answer each once.

What a command changes is stored before it is answered, so that a run that dies in between does it again, and
every command can be done twice. An answer names the comment that it is for: nothing else is remembered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from imagebot.engine.asked import rollback
from imagebot.engine.commands import Command, Misspelt, Verb, commands
from imagebot.engine.hearing import Heard, answer
from imagebot.engine.planning import BRANCH_PREFIX, branch_name
from imagebot.engine.world import failed, named
from imagebot.errors import ImagebotError
from imagebot.forges.explaining import explanation
from imagebot.forges.marker import Hold, Marker, find_marker, targets, with_marker
from imagebot.forges.text.words import words
from imagebot.plan import Asked, without_major

if TYPE_CHECKING:
    from imagebot.engine.world import Bot, World
    from imagebot.forges.values import Comment, PullRequest
    from imagebot.plan import Outcome, Plan, Proposal

_WORDS = 500


@dataclass(slots=True)
class Orders:
    """What people asked for that is done together with the proposals.

    Attributes:
        rebuild: Branches that are to be built anew on the present base.
        overwrite: Branches whose commits by people are given up, as far as they stood there at that time.
        rollbacks: Proposals that take merged ones back.
        open: Comments that are answered when their branch is done.
        questions: Comments that are answered when the plan is whole, each with the proposal that it is about.
        failures: Comments that could not be read or answered.
    """

    rebuild: set[str] = field(default_factory=set)
    overwrite: dict[str, datetime] = field(default_factory=dict)
    rollbacks: dict[str, Proposal] = field(default_factory=dict)
    open: defaultdict[str, list[Comment]] = field(default_factory=lambda: defaultdict(list))
    questions: list[tuple[Comment, str]] = field(default_factory=list)
    failures: list[Outcome] = field(default_factory=list)


def obey(plan: Plan, bot: Bot, world: World) -> Orders:
    """Read the comments of the last 14 days and do what they say, as far as it can be done at once.

    Not where the token does not tell who imagebot is: it would not know its own answers.
    """
    orders = Orders()
    able = bot.forge.abilities.comments and bot.forge.abilities.permissions
    if not (able and bot.settings.pull_requests.commands and plan.judged and bot.forge.facts().login):
        return orders
    try:
        heard = Heard.read(bot, world)
    except ImagebotError as error:
        orders.failures.append(failed("comments", "", error))
        return orders
    for comment in heard.unanswered:
        try:
            _heed(comment, heard, plan, bot, world, orders)
        except ImagebotError as error:
            orders.failures.append(failed(f"comment on #{comment.number}", "", error))
    return orders


def answer_done(orders: Orders, done: Outcome, bot: Bot) -> Iterator[Outcome]:
    """Answer the comments that waited for a branch."""
    if done.action == "failed":
        return  # the next run does it again, and answers then
    request = f"#{done.number}" if done.number else done.branch
    text = f"Done: {request} is {'as it should be' if done.action == 'unchanged' else done.action}."
    if done.reason:
        text = f"{text[:-1]}: {words(done.reason, _WORDS)}."
    for comment in orders.open.pop(done.branch, []):
        try:
            answer(comment, text, bot, done=done.action not in {"held", "closed"})
        except ImagebotError as error:
            yield failed(f"comment on #{comment.number}", done.branch, error)


def answer_rest(orders: Orders, plan: Plan, bot: Bot) -> Iterator[Outcome]:
    """Answer what only a whole plan can tell; what is undecided in it is left to the next run."""
    undecided = {branch_name(proposal) for proposal in plan.undecided}
    nothing = "There is nothing to propose from this branch now."
    left = [
        (comment, nothing, False)
        for branch, comments in orders.open.items()
        if without_major(branch) not in undecided
        for comment in comments
    ]
    told = [(comment, explanation(plan, proposal), True) for comment, proposal in orders.questions]
    orders.open.clear()
    orders.questions.clear()
    for comment, text, done in (*left, *told):
        try:
            answer(comment, text, bot, done=done)
        except ImagebotError as error:
            yield failed(f"comment on #{comment.number}", "", error)


def _heed(comment: Comment, heard: Heard, plan: Plan, bot: Bot, world: World, orders: Orders) -> None:
    request = next((r for r in world.open.values() if r.number == comment.number), None)
    request = request or bot.forge.pull_request(comment.number)
    known = find_marker(request.body) if request and request.branch.startswith(BRANCH_PREFIX) else None
    if request is None or known is None:
        return  # somebody else's pull request
    if not heard.has_say(comment, bot):
        heard.refuse(comment, bot)
        return
    speaker = _Speaker(comment, request, plan, bot, world, orders)
    answers = [speaker.carry_out(command) for command in commands(comment.body)]
    if texts := [text for text, _ in answers if text]:
        answer(comment, "\n\n".join(texts), bot, done=all(done for _, done in answers))


_Answer = tuple[str, bool]
_LATER: _Answer = ("", True)


@dataclass(slots=True)
class _Speaker:
    """One comment of somebody who may, and what it can act on."""

    comment: Comment
    request: PullRequest
    plan: Plan
    bot: Bot
    world: World
    orders: Orders

    def carry_out(self, command: Command | Misspelt) -> _Answer:
        """Do it; what to answer (nothing if that comes later), and whether it was done."""
        if isinstance(command, Misspelt):
            return f"{command.why}.", False
        if command.verb in _FOR_OPEN and not self.request.open:
            return f"{named(self.request)} is closed: `{command.verb}` is for open pull requests.", False
        return _DEEDS[command.verb](self, command)

    @property
    def _known(self) -> Marker:
        opened = self.world.marker(self.request.branch) if self.request.open else None
        known = opened or find_marker(self.request.body)
        assert known is not None  # noqa: S101 - looked up before anybody was heard
        return known

    def _remember(self, found: Marker) -> None:
        if self.request.open:
            self.world.remember(self.bot, self.request.branch, found)
        else:
            body = with_marker(self.request.body, found)
            self.bot.forge.amend(self.request, body)
            self.request = replace(self.request, body=body)

    def explain(self, _: Command) -> _Answer:
        """Say what policies make of it, when every registry has spoken."""
        self.orders.questions.append((self.comment, self._known.proposal))
        return _LATER

    def rebuild(self, command: Command) -> _Answer:
        """Build its branch anew: over commits by people only for `recreate`."""
        self.orders.rebuild.add(self.request.branch)
        if command.verb == "recreate":
            self.orders.overwrite[self.request.branch] = self.comment.created
        self.orders.open[self.request.branch].append(self.comment)
        return _LATER

    def skip(self, command: Command) -> _Answer:
        """Turn one version down."""
        version = command.version
        known = self._known
        moves = tuple(move for move in known.moves if move.written.tag == version)
        if not moves:
            return f"{named(self.request)} proposes no `{version}`.", False
        skipped = tuple(dict.fromkeys((*known.skipped, *(move.target for move in moves))))
        shown = tuple(dict.fromkeys((*known.skipped_moves, *moves)))
        self._remember(replace(known, skipped=skipped, skipped_moves=shown))
        return (
            f"`{version}` is not proposed again; a newer version is. `/imagebot resume` takes this back.",
            True,
        )

    def hold(self, command: Command) -> _Answer:
        """Leave it as it is for a time."""
        until = self.comment.created + command.lasting if command.lasting else None
        self._remember(replace(self._known, hold=Hold(until, self.comment.author, command.reason)))
        end = f"until {until:%Y-%m-%d %H:%M} UTC" if until else "until somebody says `/imagebot resume`"
        return f"Held {end}: imagebot leaves this pull request as it is, and does not merge it.", True

    def resume(self, _: Command) -> _Answer:
        """Take back what was held, skipped or closed."""
        known = self._known
        freed = replace(known, hold=None, skipped=(), skipped_moves=(), lifted=not self.request.open)
        # a merged one may be reverted yet: that is not taken back before it has come
        wanted = set(targets(self.plan.updates)) & set(known.targets)
        if freed == known or (self.request.merged and not (wanted or known.skipped or known.hold)):
            return "Nothing is held back or skipped here now.", False
        self._remember(freed)
        return "Taken up again: what policies allow is proposed as usual.", True

    def rollback(self, _: Command) -> _Answer:
        """Propose the way back from a merged one."""
        number = self.request.number
        if not self.request.merged:
            return f"#{number} is not merged, so there is nothing to take back; close it instead.", False
        if not self._known.moves:
            return f"#{number} moves too much to be taken back from here: revert its merge.", False
        asked = Asked("rollback", f"@{self.comment.author}", number)
        back = rollback(self._known, asked, self.plan.scan)
        if back is None:
            return f"Nothing stands any more where #{number} put it: there is nothing to take back.", False
        self.orders.rollbacks[back.id] = back
        self.orders.open[branch_name(back.id)].append(self.comment)
        return _LATER


_FOR_OPEN = frozenset({"rebase", "recreate", "skip", "hold"})
_DEEDS: Mapping[Verb, Callable[[_Speaker, Command], _Answer]] = {
    "rebase": _Speaker.rebuild,
    "recreate": _Speaker.rebuild,
    "skip": _Speaker.skip,
    "hold": _Speaker.hold,
    "resume": _Speaker.resume,
    "explain": _Speaker.explain,
    "rollback": _Speaker.rollback,
}
