"""Read one of imagebot's own branches: is it still what imagebot wrote?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagebot.forges.text.message import edit_hash, recorded_edit

if TYPE_CHECKING:
    from imagebot.repository.protocol import CommitFacts, ConfigRepository


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch of the remote.

    Attributes:
        tip: Commit it points to; None if the remote has no such branch.
        message: Message of that commit, empty without one.
        foreign: Whether the tip holds something that imagebot did not write.
        parent: Commit of the base that it was built on; empty without one.
    """

    tip: str | None = None
    message: str = ""
    foreign: bool = False
    parent: str = ""

    def holds(self, title: str, files: Mapping[str, bytes]) -> bool:
        """Whether it already holds this edit under this title."""
        return self.message.partition("\n")[0] == title and recorded_edit(self.message) == edit_hash(files)


def read_branch(repository: ConfigRepository, name: str, listed: str | None) -> Branch:
    """Fetch a branch and compare what it changes with what its commit says it changes.

    Args:
        repository: The config repository.
        name: Branch name.
        listed: Commit the remote listed for it, or None if it listed none.
    """
    if listed is None:
        return Branch()
    tip = listed if repository.holds(listed) else repository.fetch(name)
    if tip is None:
        return Branch()
    facts = repository.facts(tip)
    parent = facts.parents[0] if facts.parents else ""
    return Branch(tip, facts.message, foreign=not _as_recorded(repository, facts), parent=parent)


def _as_recorded(repository: ConfigRepository, facts: CommitFacts) -> bool:
    """Whether the tip is one commit of imagebot's with nothing added to or taken from it."""
    recorded = recorded_edit(facts.message)
    if recorded is None or len(facts.parents) != 1:
        return False
    snapshot = repository.snapshot(facts.id)
    present = {entry.path for entry in snapshot.files()}
    changed = repository.changed_paths(facts.parents[0], facts.id)
    if not present.issuperset(changed):
        return False
    return recorded == edit_hash({path: snapshot.read(path) for path in changed})
