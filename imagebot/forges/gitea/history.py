"""Pull requests by the time of their last change, kept between questions.

The API has no filter by head branch. So the list of all is read newest change first, and a later question
reads on only until it meets what is known: one request where nothing changed, for any number of branches.

Two bounds are left. What lies before the last ``LIMIT`` changes of pull requests from branches of the
repository itself is forgotten: those of people count too. So is what lies before the last
``LOOKED_THROUGH`` changes of any, those from forks included: whoever may open pull requests can bring that
about, but not with few.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from imagebot.forges.gitea.payloads import Pull

LIMIT = 1000
"""Pull requests from branches of the repository itself that are remembered at most."""

LOOKED_THROUGH = 5000
"""Pull requests that are read at most, those from forks included: a hundred pages."""

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class History:
    """All pull requests of a repository, as far back as was asked for.

    Args:
        newest: Pull requests by their last change, the newest first, at most so many, page by page.
        own: Whether one comes from a branch of the repository itself.
    """

    def __init__(self, newest: Callable[[int], Iterator[Pull]], own: Callable[[Pull], bool]) -> None:
        self._newest = newest
        self._own = own
        self._known: dict[int, Pull] = {}
        self._depth = 0
        self._read_to = LONG_AGO

    def closed(self, limit: int = LIMIT) -> list[Pull]:
        """Closed and merged ones among the last so many own ones that changed, the last closed first."""
        self._read_on(limit)
        changed = sorted(filter(self._own, self._known.values()), key=_changed, reverse=True)[:limit]
        return sorted((pull for pull in changed if pull.state == "closed"), key=_closed, reverse=True)

    def _read_on(self, limit: int) -> None:
        """Read until there are enough, or a change that is known and older than all that was seen last.

        Times are whole seconds: of two changes in the same one, either may stand first in the list.
        """
        boundary, latest, left = self._read_to, self._read_to, limit
        for pull in self._newest(LOOKED_THROUGH):
            latest = max(latest, _changed(pull))
            if self._known.get(pull.number) == pull and _changed(pull) < boundary and limit <= self._depth:
                break
            self._known[pull.number] = pull
            left -= self._own(pull)
            if left <= 0:
                break
        self._depth, self._read_to = max(self._depth, limit), latest


def _changed(pull: Pull) -> datetime:
    return pull.updated_at or LONG_AGO


def _closed(pull: Pull) -> tuple[datetime, int]:
    return (pull.closed_at or LONG_AGO, pull.number)
