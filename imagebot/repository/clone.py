"""Open a repository: a local one in place, a remote one as a bare and shallow clone in the cache."""

from __future__ import annotations

import fcntl
import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from imagebot.errors import RepositoryError, RepositoryMissing
from imagebot.repository.command import Git, GitFailed, redacted
from imagebot.untrusted import clean


def local_git(path: Path) -> Git:
    """The Git of a folder or bare repository.

    Raises:
        RepositoryMissing: If it is none.
    """
    if not path.is_dir():
        raise RepositoryMissing(f"{path} does not exist", hint="name a folder or a Git URL")
    git = Git(path.resolve(), {})
    if git.attempt("rev-parse", "--git-dir").code != 0:
        raise RepositoryMissing(f"{path} is not a Git repository", hint="use --local to edit a plain folder")
    top = git.attempt("rev-parse", "--show-toplevel")  # fails in a bare repository
    if top.code == 0 and Path(top.text) != path.resolve():
        raise RepositoryMissing(
            f"{path} is a folder of the repository {top.text}, and not its root",
            hint=f"pull requests are about whole repositories: name {top.text}",
        )
    return git


def cloned(url: str, cache: Path, environment: Mapping[str, str]) -> Git:
    """The Git of a bare repository in the cache whose ``origin`` is the URL.

    It begins empty: branches are fetched when they are asked for, one commit deep. A broken one is
    thrown away: a cache holds nothing that cannot be had again.
    """
    target = cache / _folder_name(url)
    git = Git(target, environment)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with _locked(cache / f"{target.name}.lock"):
            if target.exists() and not _usable(git, url):
                shutil.rmtree(target)
            if not target.exists():
                _make(url, target)
    except OSError as error:
        raise RepositoryError(
            f"cannot keep a clone in {cache}: {error.strerror}",
            hint="name a folder that can be written with --cache",
        ) from error
    return git


def _usable(git: Git, url: str) -> bool:
    bare = git.attempt("rev-parse", "--is-bare-repository")
    origin = git.attempt("config", "--get", "remote.origin.url")
    return bare.text == "true" and origin.text == redacted(url)


def _make(url: str, target: Path) -> None:
    """Make it beside the target and rename it, so that a half-made one is never found."""
    with tempfile.TemporaryDirectory(prefix=".making-", dir=target.parent) as folder:
        made = Path(folder) / "repository"
        try:
            Git(target.parent, {})("init", "--quiet", "--bare", str(made))
            Git(made, {})("config", "remote.origin.url", redacted(url))
        except GitFailed as error:
            raise RepositoryError(f"cannot make a clone in {target.parent}: {error.message}") from error
        made.rename(target)


def _folder_name(url: str) -> str:
    shown = re.sub(r"[^A-Za-z0-9.]+", "-", clean(redacted(url), 80)).strip("-.")
    return f"{shown}-{hashlib.sha256(url.encode()).hexdigest()[:12]}.git"


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
