"""Moving references under GitHub's conditions.

Source of the words: https://docs.github.com/en/rest/git/refs and what bots match on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imagebot.demo.github.refusals import Refused
from imagebot.demo.github.state import HostedRepository
from imagebot.demo.hosting import NOBODY

_HEADS = "refs/heads/"


def value(hosted: HostedRepository, name: str) -> str | None:
    """What a reference names, or None."""
    found = hosted.git.attempt("rev-parse", "--verify", "--quiet", name)
    return found.text if found.code == 0 else None


def create(hosted: HostedRepository, name: str, sha: str) -> None:
    """Make a reference that does not exist."""
    if not name.startswith("refs/") or hosted.git.attempt("check-ref-format", name).code != 0:
        raise Refused(422, "Reference name must start with 'refs/' and be well formed")
    _check(hosted, name, sha)
    if value(hosted, name) is not None:
        raise Refused(422, "Reference already exists")
    _update(hosted, name, sha, NOBODY)


def move(hosted: HostedRepository, name: str, sha: str, *, force: bool, expected: str | None = None) -> None:
    """Move a reference that exists; forward only unless ``force``.

    Args:
        hosted: Where.
        name: Whole, such as ``refs/heads/main``.
        sha: Where to.
        force: Whether it may lose commits.
        expected: Where it must be before; None if that does not matter.
    """
    before = value(hosted, name)
    if before is None:
        raise Refused(422, "Reference does not exist")
    _check(hosted, name, sha)
    if expected is not None and before != expected:
        raise Refused(422, "Reference update failed")
    if not force and not hosted.contains(sha, before):
        raise Refused(422, "Update is not a fast forward")
    _update(hosted, name, sha, before)


def delete(hosted: HostedRepository, name: str) -> None:
    """Delete a reference."""
    before = value(hosted, name)
    if before is None:
        raise Refused(422, "Reference does not exist")
    _check_protection(hosted, name)
    hosted.git("update-ref", "-d", name, before)


def _check(hosted: HostedRepository, name: str, sha: str) -> None:
    if hosted.commit_of(sha) is None:
        raise Refused(422, "Object does not exist")
    _check_protection(hosted, name)


def _check_protection(hosted: HostedRepository, name: str) -> None:
    if hosted.takes_no_push(name.removeprefix(_HEADS)):
        raise Refused(422, "Repository rule violations found\n\nCannot update this protected ref.\n\n")


def _update(hosted: HostedRepository, name: str, sha: str, before: str) -> None:
    """A branch beside a folder of branches of that name fails here, as it does on GitHub."""
    if hosted.git.attempt("update-ref", name, sha, before).code != 0:
        raise Refused(422, "Reference update failed")


@dataclass(frozen=True, slots=True)
class Update:
    """One of several moves that happen together or not at all; ``NOBODY`` is the commit of no reference.

    Attributes:
        before: Where it must be; None if that does not matter.
        after: Where it is to be.
    """

    name: str
    before: str | None
    after: str
    force: bool


def update_all(hosted: HostedRepository, updates: Sequence[Update]) -> None:
    """Move references together: compare and swap, as ``--force-with-lease`` has it.

    Source: https://docs.github.com/en/graphql/reference/mutations#updaterefs, which does not tell the words
    of a refusal.
    """
    lines = []
    for update in updates:
        before = value(hosted, update.name) or NOBODY
        if update.before not in {None, before}:
            raise Refused(422, f"Reference update failed: {update.name} is not at {update.before}")
        _check_update(hosted, update, before)
        lines.append(f"update {update.name} {update.after} {before}\n")
    if hosted.git.attempt("update-ref", "--stdin", stdin="".join(lines).encode()).code != 0:
        raise Refused(422, "Reference update failed")


def _check_update(hosted: HostedRepository, update: Update, before: str) -> None:
    if update.after == NOBODY:
        _check_protection(hosted, update.name)
        return
    _check(hosted, update.name, update.after)
    if before != NOBODY and not update.force and not hosted.contains(update.after, before):
        raise Refused(422, "Update is not a fast forward")
