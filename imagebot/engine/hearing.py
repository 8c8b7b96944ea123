"""Which comments on imagebot's pull requests are to be heard, and whose."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from imagebot.engine.commands import commands

if TYPE_CHECKING:
    from imagebot.engine.world import Bot, World
    from imagebot.forges.values import Comment

WINDOW = timedelta(days=14)
"""Older comments are not read: what nobody answered by then is asked again."""

STRANGERS = 10
"""People without write access who are answered in one run, once on each pull request."""

_ANSWER = re.compile(r"<!-- imagebot:answer ([0-9]{1,20}) -->")
_OWN = "<!-- imagebot:"
_NO_SAY = "Only people with write access"


@dataclass(slots=True)
class Heard:
    """Comments with commands that nobody answered, and who is known to have no say.

    Attributes:
        rights: Whether a person may write, as far as somebody asked.
        refused: People who were told on a pull request that they have no say there.
    """

    unanswered: list[Comment]
    refused: set[tuple[int, str]]
    rights: dict[str, bool] = field(default_factory=dict)
    strangers: int = 0

    @classmethod
    def read(cls, bot: Bot, world: World) -> Heard:
        """Ask the forge."""
        # an imagebot of another name may have answered: the one that opened the pull request
        opened_by = {request.number: request.author for request in (*world.open.values(), *world.recent(bot))}
        found = bot.forge.comments(bot.now() - WINDOW, list(opened_by)) if opened_by else ()
        ours = [c for c in found if c.own or c.author == opened_by.get(c.number, "")]
        answers = {int(number): c.body for c in ours for number in _ANSWER.findall(c.body)}
        said = {c.id for c in ours if _OWN in c.body}  # a person may quote it, or lend imagebot their token
        left = [c for c in found if c.id not in said | answers.keys() and commands(c.body)]
        return cls(left, {(c.number, c.author) for c in found if answers.get(c.id, "").startswith(_NO_SAY)})

    def has_say(self, comment: Comment, bot: Bot) -> bool:
        """Whether who wrote it may write to the repository."""
        if comment.author not in self.rights:
            self.rights[comment.author] = bot.forge.may_write(comment.author)
        return self.rights[comment.author]

    def refuse(self, comment: Comment, bot: Bot) -> None:
        """Tell a person that they have no say: once, and few in one run, so that nobody makes it talk."""
        person = (comment.number, comment.author)
        if person not in self.refused and self.strangers < STRANGERS:
            self.strangers += 1
            self.refused.add(person)
            answer(comment, f"{_NO_SAY} can tell imagebot what to do.", bot, done=False)


def answer(comment: Comment, text: str, bot: Bot, *, done: bool) -> None:
    """Answer a comment, so that the next run knows that it was."""
    bot.forge.comment(comment.number, f"{text}\n\n<!-- imagebot:answer {comment.id} -->\n")
    bot.forge.acknowledge(comment, done=done)
