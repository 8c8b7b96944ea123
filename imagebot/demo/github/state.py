"""What the stand-in holds: bare Git repositories and their pull requests."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from imagebot.repository.command import Git

NOBODY = "0" * 40


def now() -> str:
    """The time as GitHub writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(slots=True)
class PullRequest:
    """A pull request; it changes as people and the bot act."""

    number: int
    title: str
    body: str
    head: str
    base: str
    author: str
    head_sha: str
    base_sha: str
    html_url: str
    state: Literal["open", "closed"] = "open"
    created_at: str = field(default_factory=now)
    updated_at: str = field(default_factory=now)
    closed_at: str | None = None
    merged_at: str | None = None
    merge_sha: str | None = None

    @property
    def open(self) -> bool:
        """Whether it is open."""
        return self.state == "open"

    def close(self) -> None:
        """Close it."""
        self.state, self.closed_at, self.updated_at = "closed", now(), now()


class Refused(Exception):  # noqa: N818 - becomes a response
    """Something GitHub would not do.

    Attributes:
        status: HTTP status.
        message: GitHub's words.
        errors: Details of a 422.
    """

    def __init__(self, status: int, message: str, errors: tuple[Mapping[str, str], ...] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors


class HostedRepository:
    """A repository that the stand-in hosts.

    Attributes:
        name: ``owner/name``.
        path: The bare repository.
        clone_url: Where Git finds it.
        pulls: Pull requests by number.
        protected: Branches that take no push.
    """

    def __init__(self, name: str, path: Path, clone_url: str, page: str, default_branch: str) -> None:
        self.name = name
        self.path = path
        self.clone_url = clone_url
        self.default_branch = default_branch
        self.pulls: dict[int, PullRequest] = {}
        self.protected: set[str] = set()
        self._page = page
        path.mkdir(parents=True)
        self.git = Git(path, {})
        self.git("init", "--quiet", "--bare", "-b", default_branch, ".")
        self.git("config", "http.receivepack", "true")
        self.git("config", "receive.shallowUpdate", "true")

    def tip(self, branch: str) -> str | None:
        """Commit of a branch, or None."""
        found = self.git.attempt("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}")
        return found.text if found.code == 0 else None

    def commit(self, branch: str, files: Mapping[str, bytes], message: str, author: str = "A Person") -> str:
        """Commit files on a branch, as a person would push them; the commit id."""
        parent = self.tip(branch)
        with tempfile.TemporaryDirectory() as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            if parent:
                self.git("read-tree", parent, extra=index)
            for path, content in files.items():
                blob = self.git("hash-object", "-w", "--stdin", stdin=content).text
                self.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}", extra=index)
            tree = self.git("write-tree", extra=index).text
        parents = ["-p", parent] if parent else []
        made = self.git("commit-tree", tree, *parents, stdin=message.encode(), extra=_person(author)).text
        self.git("update-ref", f"refs/heads/{branch}", made)
        return made

    def read(self, commit: str, path: str) -> bytes:
        """Bytes of a file at a commit or branch."""
        return self.git("cat-file", "blob", f"{commit}:{path}").out

    def message(self, commit: str) -> str:
        """Message of a commit or branch tip."""
        return self.git("show", "--no-patch", "--format=%B", commit).text

    def protect(self, branch: str) -> None:
        """Refuse pushes to a branch, by a real hook; a name that ends in ``*`` is a prefix."""
        self.protected.add(branch)
        patterns = " | ".join(f"refs/heads/{name}" for name in sorted(self.protected))
        hook = self.path / "hooks/update"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(
            f'#!/bin/sh\ncase "$1" in\n  {patterns})\n'
            '    echo "error: GH006: Protected branch update failed for $1." >&2; exit 1;;\nesac\n'
        )
        hook.chmod(0o755)

    def sync(self) -> None:
        """Follow the branches: a push moves a pull request, deleting its branch closes it."""
        for pull in self.pulls.values():
            if not pull.open:
                continue
            tip = self.tip(pull.head)
            if tip is None:
                pull.close()
            elif tip != pull.head_sha:
                pull.head_sha, pull.updated_at = tip, now()
            pull.base_sha = self.tip(pull.base) or pull.base_sha

    def open_pull(self, head: str, base: str, title: str, body: str, author: str) -> PullRequest:
        """Open a pull request, under GitHub's conditions."""
        self.sync()
        _check_texts(title, body)
        head_sha, base_sha = self.tip(head), self.tip(base)
        for field_name, sha in (("head", head_sha), ("base", base_sha)):
            if sha is None:
                raise _invalid({"resource": "PullRequest", "field": field_name, "code": "invalid"})
        if any(pull.open and (pull.head, pull.base) == (head, base) for pull in self.pulls.values()):
            owner = self.name.partition("/")[0]
            raise _invalid(_custom(f"A pull request already exists for {owner}:{head}."))
        if self.git("rev-list", "--count", f"{base_sha}..{head_sha}").text == "0":
            raise _invalid(_custom(f"No commits between {base} and {head}"))
        number = len(self.pulls) + 1
        url = f"{self._page}/pull/{number}"
        pull = PullRequest(number, title, body, head, base, author, head_sha or "", base_sha or "", url)
        self.pulls[number] = pull
        return pull

    def edit_pull(self, pull: PullRequest, changes: Mapping[str, object]) -> None:
        """Change title, body, state or base."""
        self.sync()
        title, body = (
            str(changes.get("title", pull.title)),
            str(changes.get("body") or "" if "body" in changes else pull.body),
        )
        _check_texts(title, body)
        pull.title, pull.body, pull.updated_at = title, body, now()
        pull.base = str(changes.get("base", pull.base))
        if changes.get("state") == "closed" and pull.open:
            pull.close()
        elif changes.get("state") == "open" and not pull.open:
            self._reopen(pull)

    def _reopen(self, pull: PullRequest) -> None:
        if pull.merged_at or self.tip(pull.head) is None:
            raise _invalid(_custom("state cannot be changed. The pull request cannot be reopened."))
        pull.state, pull.closed_at = "open", None

    def merge(self, pull: PullRequest, sha: str | None, author: str) -> str:
        """Merge with a real merge commit; its id."""
        self.sync()
        if not pull.open:
            raise Refused(405, "Pull Request is not mergeable")
        if sha and sha != pull.head_sha:
            raise Refused(409, "Head branch was modified. Review and try the merge again.")
        base = self.tip(pull.base) or NOBODY
        tree = self.git.attempt("merge-tree", "--write-tree", base, pull.head_sha)
        if tree.code != 0:
            raise Refused(405, "Pull Request is not mergeable")
        message = f"Merge pull request #{pull.number} from {pull.head}\n\n{pull.title}\n"
        made = self.git(
            "commit-tree",
            tree.text.splitlines()[0],
            "-p",
            base,
            "-p",
            pull.head_sha,
            stdin=message.encode(),
            extra=_person(author),
        ).text
        self.git("update-ref", f"refs/heads/{pull.base}", made, base)
        pull.close()
        pull.merged_at, pull.merge_sha = pull.closed_at, made
        return made

    def diff(self, pull: PullRequest) -> str:
        """What a pull request changes against the place where it branched off."""
        return self.git("diff", f"{pull.base_sha}...{pull.head_sha}").out.decode("utf-8", "replace")


def _check_texts(title: str, body: str) -> None:
    if not title.strip():
        raise _invalid({"resource": "PullRequest", "field": "title", "code": "missing_field"})
    if len(title) > 256:
        raise _invalid(_custom("title is too long (maximum is 256 characters)"))
    if len(body) > 65536:
        raise _invalid(_custom("body is too long (maximum is 65536 characters)"))


def _invalid(error: Mapping[str, str]) -> Refused:
    return Refused(422, "Validation Failed", (error,))


def _custom(message: str) -> Mapping[str, str]:
    return {"resource": "PullRequest", "code": "custom", "message": message}


def _person(name: str) -> Mapping[str, str]:
    email = f"{name.lower().replace(' ', '.')}@example.com"
    return {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", name), ("EMAIL", email))
    }
