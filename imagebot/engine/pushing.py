"""Put the edited files of a proposal on its branch: by Git, or by the forge where it signs commits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from imagebot.forges.text import commit_message
from imagebot.repository.protocol import Signature

if TYPE_CHECKING:
    from imagebot.engine.world import Bot
    from imagebot.plan import Proposal


def push(
    proposal: Proposal, files: Mapping[str, bytes], text: str | None, bot: Bot, *, expected: str | None
) -> str:
    """Make the branch hold one commit on the base; its id.

    Args:
        proposal: What is proposed.
        files: New content of the edited files, by path.
        text: What stands between subject and trailers; None for a short plain summary.
        bot: Who writes.
        expected: Commit that the branch must point to; None if it must not exist.

    Raises:
        PushRefused: If it points elsewhere, or a rule refused.
    """
    who = Signature(bot.name, bot.email, bot.now())
    settings = bot.settings.commits
    by_forge = settings.through == "api" and bot.forge.abilities.api_commits
    # the forge is the author of what it commits: imagebot cannot sign off for it
    signed_off_by = f"{who.name} <{who.email}>" if settings.sign_off and not by_forge else ""
    message = commit_message(proposal, files, text=text, signed_off_by=signed_off_by)
    if by_forge:
        return bot.forge.commit(proposal.branch, bot.commit, files, message, expected=expected)
    commit = bot.repository.commit(bot.commit, files, message, who)
    bot.repository.push(proposal.branch, commit, expected=expected)
    return commit
