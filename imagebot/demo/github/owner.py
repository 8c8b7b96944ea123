"""What the owner of a repository, and the machines that work for it, do to it."""

from __future__ import annotations

from collections.abc import Sequence

from imagebot.demo.github.person import Person
from imagebot.demo.github.records import (
    CheckRun,
    Conclusion,
    Milestone,
    Release,
    Rules,
    State,
    Status,
    StatusState,
)


class Owner(Person):
    """A person who may change settings, and CI."""

    def set(self, **settings: bool) -> None:
        """Change settings, such as ``archived=True`` or ``allow_auto_merge=True``: those of ``Settings``."""
        with self._acting() as hosted:
            for name, value in settings.items():
                if not hasattr(hosted.settings, name):
                    raise AttributeError(name)
                setattr(hosted.settings, name, value)

    def require(
        self,
        *,
        checks: Sequence[str] = (),
        reviews: int = 0,
        strict: bool = False,
        ruleset: bool = False,
        branch: str = "",
    ) -> None:
        """Ask for checks and reviews before a branch, the default branch unless named, takes a merge."""
        with self._acting() as hosted:
            rules = Rules(tuple(checks), reviews, strict, ruleset)
            hosted.rules[branch or hosted.default_branch] = rules

    def set_status(self, commit: str, context: str, state: StatusState) -> None:
        """Report a commit status, as older CI does."""
        with self._acting() as hosted:
            at = hosted.now()
            made = Status(hosted.next_id(), commit, context, state, "", "", self.login, at)
            hosted.statuses.append(made)

    def set_check(self, commit: str, name: str, conclusion: Conclusion | None) -> None:
        """Report a check run, as newer CI does; None while it runs."""
        with self._acting() as hosted:
            hosted.check_runs.append(CheckRun(hosted.next_id(), commit, name, conclusion, hosted.now()))

    def release(self, tag: str, body: str, *, name: str = "", commit: str = "") -> None:
        """Publish a release, with its tag."""
        with self._acting() as hosted:
            hosted.git("tag", "--force", tag, commit or hosted.default_branch)
            hosted.releases[tag] = Release(hosted.next_id(), tag, name or tag, body, hosted.now())

    def add_milestone(self, title: str, state: State = "open") -> int:
        """A milestone; its number."""
        with self._acting() as hosted:
            number = len(hosted.milestones) + 1
            hosted.milestones[number] = Milestone(number, title, state)
            return number

    def rename_default_branch(self, name: str) -> None:
        """Give the default branch another name; what was open to it stays open to it."""
        with self._lock:
            hosted, old = self._hosted, self._hosted.default_branch
            hosted.git("branch", "--move", old, name)
            hosted.git("symbolic-ref", "HEAD", f"refs/heads/{name}")
            hosted.default_branch = name
            for pull in hosted.pulls.values():
                if pull.base == old:
                    pull.base = name
            if old in hosted.rules:
                hosted.rules[name] = hosted.rules.pop(old)
            hosted.sync(self.login)
