"""A Git repository whose commits are dated by the test."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.processes import write_files

TODAY = datetime(2026, 3, 1, 12, tzinfo=UTC)
BY_IMAGEBOT = f"Update web to 1.5.0\n\nImagebot-Proposal: staging/web\nImagebot-Edit: {'a' * 64}\n"


def ago(days: float, now: datetime = TODAY) -> datetime:
    """So many days before now."""
    return now - timedelta(days=days)


@dataclass(frozen=True, slots=True)
class DatedRepository:
    """A work tree on branch ``main``."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> DatedRepository:
        """An empty repository."""
        folder.mkdir()
        made = cls(folder)
        made.git("init", "-q", "-b", "main")
        return made

    def git(self, *arguments: str, at: datetime = TODAY, author: str = "A Person") -> str:
        """Run git as somebody at a time; its output."""
        who = {f"GIT_{role}_NAME": author for role in ("AUTHOR", "COMMITTER")}
        when = {f"GIT_{role}_DATE": at.isoformat() for role in ("AUTHOR", "COMMITTER")}
        done = subprocess.run(
            ["git", "-C", str(self.folder), *arguments],
            env=os.environ | who | when,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def commit(
        self,
        at: datetime,
        files: dict[str, bytes | str],
        *,
        author: str = "A Person",
        message: str = "change",
    ) -> str:
        """Commit files; the commit's id."""
        write_files(self.folder, files)
        self.git("add", "--all")
        self.git("commit", "-q", "-m", message, at=at, author=author)
        return self.git("rev-parse", "HEAD")

    def merge(self, at: datetime, branch: str, *, author: str = "A Person") -> str:
        """Merge a branch into the one that is checked out; the merge commit's id."""
        self.git("merge", "-q", "--no-ff", "-m", f"Merge {branch}", branch, at=at, author=author)
        return self.git("rev-parse", "HEAD")
