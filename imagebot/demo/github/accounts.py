"""Who is there: people, teams, tokens and GitHub Apps."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from imagebot.demo.github.state import Permission


@dataclass(frozen=True, slots=True)
class Actor:
    """Who makes a request, and with what kind of token.

    Attributes:
        login: Empty for nobody.
        rights: What a fine-grained or installation token may, such as ``{"contents": "write"}``; None for
            all that its person may.
        repositories: Repositories that the token sees; None for all.
        expires: When the token ends.
        installation: Of which GitHub App installation it is; 0 if of a person.
        app: The GitHub App that asserts its own name instead of bringing a token; else 0.
    """

    login: str = ""
    rights: Mapping[str, str] | None = None
    repositories: frozenset[str] | None = None
    expires: datetime | None = None
    installation: int = 0
    app: int = 0

    @property
    def known(self) -> bool:
        """Whether it is anybody."""
        return bool(self.login)

    def has(self, right: str, level: str) -> bool:
        """Whether the token has a right, as far as rights of tokens go."""
        if self.rights is None or right == "metadata":
            return True
        levels = ("", "read", "write", "admin")
        return levels.index(self.rights.get(right, "")) >= levels.index(level)


@dataclass(frozen=True, slots=True)
class App:
    """A GitHub App with one installation.

    Attributes:
        key: PEM of the public key that its assertions are checked with.
        rights: What was granted at installation.
    """

    id: int
    slug: str
    key: str
    rights: Mapping[str, str]
    installation: int

    @property
    def login(self) -> str:
        """The login of its bot."""
        return f"{self.slug}[bot]"


class Accounts:
    """Everybody."""

    def __init__(self) -> None:
        self.permissions: dict[str, Permission] = {}
        self.teams: dict[str, tuple[str, ...]] = {}
        self.apps: dict[int, App] = {}
        self._tokens: dict[str, Actor] = {}

    def add_user(self, login: str, permission: Permission) -> str:
        """A person with a right on every repository; a token with all of that person's rights."""
        self.permissions[login] = permission
        return self.issue("ghp", Actor(login))

    def add_team(self, name: str, members: Sequence[str]) -> None:
        """A team, ``organisation/slug``."""
        self.teams[name] = tuple(members)

    def add_app(self, slug: str, key: str, rights: Mapping[str, str]) -> App:
        """A GitHub App that is installed on every repository."""
        number = len(self.apps) + 1
        app = App(1000 + number, slug, key, rights, 5000 + number)
        self.apps[app.id] = app
        self.permissions[app.login] = "write"
        return app

    def issue(self, prefix: str, actor: Actor) -> str:
        """A new token."""
        token = f"{prefix}_{secrets.token_hex(18)}"
        self._tokens[token] = actor
        return token

    def revoke(self, token: str) -> None:
        """Make a token worthless."""
        del self._tokens[token]

    def actor(self, token: str, now: datetime) -> Actor:
        """Whose token it is; nobody's if it is wrong or over."""
        actor = self._tokens.get(token, Actor())
        return Actor() if actor.expires and actor.expires <= now else actor
