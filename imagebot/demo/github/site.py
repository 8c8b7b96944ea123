"""Everything that the stand-in holds, as its routes see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from imagebot.demo.github.accounts import Accounts
from imagebot.demo.github.state import HostedRepository

PREFIX = "/api/v3"


@dataclass(slots=True)
class Site:
    """One GitHub.

    Attributes:
        url: Where people look.
        clock: The time, for expiry and time stamps.
        moved: Repositories by a name that they had.
    """

    url: str
    clock: Callable[[], datetime]
    repositories: dict[str, HostedRepository] = field(default_factory=dict)
    moved: dict[str, HostedRepository] = field(default_factory=dict)
    accounts: Accounts = field(default_factory=Accounts)

    @property
    def api(self) -> str:
        """Base URL of the REST API, in the form of GitHub Enterprise."""
        return f"{self.url}{PREFIX}"

    def now(self) -> datetime:
        """The time, by whatever clock there is now."""
        return self.clock()

    def find(self, name: str) -> HostedRepository | None:
        """A repository by name, which is read without regard to case."""
        wanted = name.lower()
        return next((hosted for key, hosted in self.repositories.items() if key.lower() == wanted), None)
