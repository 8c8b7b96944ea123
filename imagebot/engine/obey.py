"""Carry out what people with write access say in comments on imagebot's pull requests, and answer each once.

What a command changes is stored before it is answered, so that a run that dies in between does it again, and
every command can be done twice. An answer names the comment that it is for: nothing else is remembered.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from imagebot.engine.asked import rollback
from imagebot.engine.commands import Command, Misspelt, Verb, commands
from imagebot.engine.planning import BRANCH_PREFIX, branch_name
from imagebot.engine.world import failed, named
from imagebot.errors import ImagebotError
from imagebot.forges.explaining import explanation
from imagebot.forges.marker import Hold, Marker, find_marker, with_marker
from imagebot.plan import Asked

if TYPE_CHECKING:
    from imagebot.engine.world import Bot, World
    from imagebot.forges.protocol import Comment, PullRequest
    from imagebot.plan import Outcome, Plan, Proposal

WINDOW = timedelta(days=14)
"""Older comments are not read: what nobody answered by then is asked again."""

_ANSWER = re.compile(r"<!-- imagebot:answer ([0-9]{1,20}) -->")
_OWN = "<!-- imagebot:"


@dataclass(slots=True)
class Orders:
    """What people asked for that is done together with the proposals.

    Attributes:
        rebuild: Branches that are to be built anew on the present base.
        overwrite: Branches whose commits by people are given up.
        rollbacks: Proposals that take merged ones back.
        open: Comments that are answered when their branch is done.
        failures: Comments that could not be read or answered.
    """

    rebuild: set[str] = field(default_factory=set)
    overwrite: set[str] = field(default_factory=set)
    rollbacks: dict[str, Proposal] = field(default_factory=dict)
    open: defaultdict[str, list[Comment]] = field(default_factory=lambda: defaultdict(list))
    failures: list[Outcome] = field(default_factory=list)


def obey(plan: Plan, bot: Bot, world: World) -> Orders:
    """Read the comments of the last 14 days and do what they say, as far as it can be done at once."""
    orders = Orders()
    able = bot.forge.abilities.comments and bot.forge.abilities.permissions
    if not (able and bot.settings.pull_requests.commands):
        return orders
    rights: dict[str, bool] = {}
    for comment in _unanswered(bot, world):
        try:
            _heed(comment, plan, bot, world, orders, rights)
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
        text = f"{text[:-1]}: {done.reason}."
    for comment in orders.open.pop(done.branch, []):
        try:
            _answer(comment, text, bot, done=done.action not in {"held", "closed"})
        except ImagebotError as error:
            yield failed(f"comment on #{comment.number}", done.branch, error)


def answer_rest(orders: Orders, bot: Bot) -> Iterator[Outcome]:
    """Answer what nothing could be done about."""
    for branch in list(orders.open):
        for comment in orders.open.pop(branch):
            try:
                _answer(comment, "There is nothing to propose from this branch now.", bot, done=False)
            except ImagebotError as error:
                yield failed(f"comment on #{comment.number}", branch, error)


def _unanswered(bot: Bot, world: World) -> list[Comment]:
    closed = world.recent(bot)
    numbers = [request.number for request in (*world.open.values(), *closed)]
    found = bot.forge.comments(bot.now() - WINDOW, numbers) if numbers else ()
    answered = {int(number) for c in found if c.own for number in _ANSWER.findall(c.body)}
    return [c for c in found if _OWN not in c.body and c.id not in answered and commands(c.body)]


def _heed(
    comment: Comment, plan: Plan, bot: Bot, world: World, orders: Orders, rights: dict[str, bool]
) -> None:
    request = next((r for r in world.open.values() if r.number == comment.number), None)
    request = request or bot.forge.pull_request(comment.number)
    known = find_marker(request.body) if request and request.branch.startswith(BRANCH_PREFIX) else None
    if request is None or known is None:
        return  # somebody else's pull request
    if comment.author not in rights:
        rights[comment.author] = bot.forge.may_write(comment.author)
    if not rights[comment.author]:
        _answer(comment, "Only people with write access can tell imagebot what to do.", bot, done=False)
        return
    speaker = _Speaker(comment, request, plan, bot, world, orders)
    answers = [speaker.carry_out(command) for command in commands(comment.body)]
    if texts := [text for text, _ in answers if text]:
        _answer(comment, "\n\n".join(texts), bot, done=all(done for _, done in answers))


def _answer(comment: Comment, text: str, bot: Bot, *, done: bool) -> None:
    bot.forge.comment(comment.number, f"{text}\n\n<!-- imagebot:answer {comment.id} -->\n")
    bot.forge.acknowledge(comment, done=done)


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
        """Say what policies make of it now."""
        return explanation(self.plan, self._known.proposal), True

    def rebuild(self, command: Command) -> _Answer:
        """Build its branch anew: over commits by people only for `recreate`."""
        self.orders.rebuild.add(self.request.branch)
        if command.verb == "recreate":
            self.orders.overwrite.add(self.request.branch)
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
        freed = replace(self._known, hold=None, skipped=(), skipped_moves=(), lifted=not self.request.open)
        if freed == self._known:
            return "Nothing was held or skipped here.", False
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
