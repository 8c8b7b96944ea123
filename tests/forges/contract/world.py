"""What tests and people can do on a forge's server that keeps state: the other side of the contract.

A new forge adds a module that makes its ``World`` and a line in ``worlds.py``; the tests are the same for all.
What its forge is not able to do (``Abilities``), its world need not be able to do either.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from imagebot.forges.protocol import Forge
    from imagebot.forges.values import PullRequest

BASE = "main"
PATH = "envs/staging/web.yaml"
SCRIPT = "bin/deploy"
FILES: Mapping[str, bytes] = {PATH: b"image: web:1\n", SCRIPT: b"#!/bin/sh\n", "README.md": b"staging\n"}
"""What the repository of a world holds at first; ``SCRIPT`` is executable."""

MAINTAINER, READER, REVIEWER, STRANGER = "maintainer", "reader", "reviewer", "stranger"
"""Logins: the first and the third may write, the second may only read, the last is nobody."""

TEAM = "platform"
MILESTONE = "Quarter 3"
"""Title of the one open milestone."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A pull request as the server holds it.

    Attributes:
        title: As stored, with the prefix by which a forge may mark drafts.
        comments: Author and text, oldest first.
        reactions: To comments, in the forge's words, such as ``+1``.
    """

    title: str
    body: str
    open: bool
    merged: bool
    draft: bool = False
    labels: AbstractSet[str] = frozenset()
    reviewers: AbstractSet[str] = frozenset()
    teams: AbstractSet[str] = frozenset()
    assignees: AbstractSet[str] = frozenset()
    milestone: str | None = None
    comments: tuple[tuple[str, str], ...] = ()
    reactions: tuple[str, ...] = ()
    auto_merge: bool = False


class World(Protocol):
    """One repository on one server, and everybody who uses it."""

    @property
    def name(self) -> str:
        """The repository, as the forge names it."""
        ...

    @property
    def able(self) -> frozenset[str]:
        """Names of the ``Abilities`` that its forge must have: a test that needs another one does nothing."""
        ...

    @property
    def bot(self) -> str:
        """Login of imagebot."""
        ...

    @property
    def source(self) -> str:
        """Address of the repository as the label of an image names it: ``http://HOST/owner/name``."""
        ...

    @property
    def writes(self) -> int:
        """Write requests to the API so far: what Git pushed does not count."""
        ...

    def forge(self, *, right: Literal["write", "read", "none"] = "write") -> Forge:
        """A new forge under test, with a token that may write, may only read, or is worth nothing."""
        ...

    # Git

    def push(self, branch: str, files: Mapping[str, bytes], message: str) -> str:
        """Put one commit of imagebot's on the base branch, as the whole of a branch; the commit id."""
        ...

    def commit(self, branch: str, files: Mapping[str, bytes], message: str) -> str:
        """Commit on top of a branch, as a person; the commit id."""
        ...

    def tip(self, branch: str) -> str | None:
        """Commit that a branch points to, or None if there is no such branch."""
        ...

    def read(self, commit: str, path: str) -> bytes:
        """Content of a file."""
        ...

    def mode(self, commit: str, path: str) -> str:
        """Mode of a file, such as ``100644``."""
        ...

    def message(self, commit: str) -> str:
        """Message of a commit."""
        ...

    def delete_branch(self, branch: str) -> None:
        """Delete a branch, as a person."""
        ...

    # pull requests

    def shown(self, pull_request: PullRequest) -> Shown:
        """What people see of a pull request."""
        ...

    def count(self) -> int:
        """How many pull requests there are, open or not."""
        ...

    def merge(self, pull_request: PullRequest) -> None:
        """Merge it, as a person with every right."""
        ...

    def close(self, pull_request: PullRequest) -> None:
        """Close it, as a person."""
        ...

    def reopen(self, pull_request: PullRequest) -> None:
        """Reopen it, as a person."""
        ...

    def label(self, pull_request: PullRequest, name: str) -> None:
        """Put a label on it, as a person."""
        ...

    def comment(self, pull_request: PullRequest, text: str, *, author: str) -> None:
        """Comment on it, as a person."""
        ...

    def review(self, pull_request: PullRequest, verdict: Literal["approve", "refuse"]) -> None:
        """Review it, as ``REVIEWER``."""
        ...

    def propose_from_fork(self, branch: str, title: str) -> None:
        """Open a pull request from a branch of the same name in somebody's fork."""
        ...

    # rules and checks

    def require_check(self, name: str) -> None:
        """Let nothing be merged to the base branch before this check passed."""
        ...

    def require_review(self) -> None:
        """Let nothing be merged to the base branch before a person approved."""
        ...

    def report(self, commit: str, check: str, state: Literal["pending", "passed", "failed"]) -> None:
        """Report a check, as CI does."""
        ...

    def allow_auto_merge(self) -> None:
        """Switch on the forge's own automatic merge."""
        ...

    # the repository

    def archive(self) -> None:
        """Make it read-only for good."""
        ...

    def rename(self) -> str:
        """Give it another name, and keep the old one as a way to it; the new name."""
        ...

    def rename_base(self, name: str) -> None:
        """Rename the default branch."""
        ...

    def release(self, tag: str, text: str) -> None:
        """Publish a release of the base branch's tip, with notes."""
        ...

    # what goes wrong

    def lose_answer(self) -> None:
        """Carry the next API write out, and answer as a gateway that broke down."""
        ...

    def limit_rate(self) -> None:
        """Refuse the next API requests because there were too many."""
        ...
