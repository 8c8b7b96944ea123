"""The words of a run: titles and bodies with what only the forge can tell, and what is said beside them."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from imagebot.forges.marker import without_marker
from imagebot.forges.sources import source_changes
from imagebot.forges.text import (
    MARKER_ROOM,
    body,
    hands_off_note,
    is_conventional,
    moved_comment,
    recorded_targets,
    staying,
    targets,
    title,
)

if TYPE_CHECKING:
    from imagebot.engine.world import Bot
    from imagebot.forges.marker import Marker
    from imagebot.forges.values import Abilities
    from imagebot.plan import Plan, Proposal

_SAID = 4_000
"""Characters by which a marker grows with what people say."""


class Wording:
    """Words of one run of one bot."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    @cached_property
    def _conventional(self) -> bool:
        """Whether subjects are Conventional Commits here: as the settings say, else as the team does it."""
        said = self._bot.settings.commits.conventional
        return is_conventional(self._bot.repository.subjects(self._bot.commit)) if said is None else said

    def titled(self, proposal: Proposal) -> Proposal:
        """The proposal with the title that its pull request gets."""
        found = title(proposal.updates, proposal.asked, conventional=self._conventional)
        return replace(proposal, title=found)

    def worded(self, proposal: Proposal, plan: Plan, known: Marker) -> Proposal:
        """The proposal with the body that its pull request gets, with room for its marker behind it."""
        forge, settings = self._bot.forge, self._bot.settings.pull_requests
        found = body(
            proposal.updates,
            asked=proposal.asked or proposal.prompted,
            changes=source_changes(forge, proposal.updates) if settings.release_notes else {},
            abilities=self._abilities,
            elsewhere=staying(plan.scan.references, proposal.updates),
            files_url=self._bot.files_url,
            room=max(MARKER_ROOM, len(str(known)) + _SAID),
        )
        return replace(proposal, body=found)

    def moved(self, message: str, proposal: Proposal) -> str:
        """What a reviewer must look at again; empty where nothing moved, or there are no comments.

        Args:
            message: Of the commit that the pull request held until now.
            proposal: What it proposes now.
        """
        if not self._bot.forge.abilities.comments:
            return ""
        return moved_comment(recorded_targets(message), targets(proposal.updates))

    def hands_off(self, text: str, branch: str) -> str:
        """A body that says that imagebot leaves the branch alone."""
        return f"{without_marker(text)}\n\n{hands_off_note(branch, self._abilities)}\n"

    @property
    def _abilities(self) -> Abilities:
        """The forge's, as far as the team wants to use them."""
        abilities, settings = self._bot.forge.abilities, self._bot.settings.pull_requests
        return abilities if settings.commands else replace(abilities, permissions=False)
