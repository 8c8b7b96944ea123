"""Open the config repository that a command was pointed at."""

from __future__ import annotations

import os
import re
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from imagebot.cli.access import access, forge_kind
from imagebot.cli.tokens import Token
from imagebot.errors import RepositoryError, UsageError

if TYPE_CHECKING:
    from imagebot.engine.scan import Known
    from imagebot.policies.policy import Configuration
    from imagebot.repository.git import GitRepository
    from imagebot.repository.protocol import Snapshot

_URL = re.compile(r"[a-z][a-z0-9+.-]*://|[^/@\s]+@[^/:\s]+:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Source:
    """A snapshot with its configuration.

    Attributes:
        location: The folder or URL it was read from.
        cache: Cache folder.
    """

    snapshot: Snapshot
    configuration: Configuration
    location: str
    cache: Path

    @contextmanager
    def known(self) -> Iterator[Known]:
        """What earlier scans found; what this one finds is kept at the end."""
        from imagebot.engine.scan import Known
        from imagebot.repository.remembered import Remembered

        rules = [
            (rule, [files.pattern for files in rule.files]) for rule in self.configuration.settings.rules
        ]
        remembered = Remembered(self.cache, self.location, repr(rules))
        known = Known(remembered.load())
        yield known
        remembered.save(known.files)


@dataclass(frozen=True, slots=True)
class Target:
    """A repository that pull requests can be proposed to, read at the tip of its base branch.

    Attributes:
        token: What the remote is asked with.
    """

    repository: GitRepository
    base: str
    commit: str
    source: Source
    token: Token


def open_source(arguments: Namespace, *, any_environment: bool = False) -> Source:
    """What a command reads: the files of a folder as they are, or the base branch of a Git URL."""
    if is_url(arguments.path):
        return open_target(arguments).source
    from imagebot.repository.folder import Folder

    folder = Folder(Path(arguments.path))
    configuration = _configuration(folder, arguments, any_environment=any_environment)
    return Source(folder, configuration, str(Path(arguments.path).resolve()), cache_folder(arguments))


def open_target(arguments: Namespace) -> Target:
    """What a command proposes to: always the base branch of the remote, never a work tree."""
    url = _remote_url(arguments)
    kind = forge_kind(url, arguments, os.environ)
    token = access(url, kind, arguments, os.environ)
    repository = _repository(arguments, token)
    base = arguments.base or repository.default_branch()
    source = _at_tip(repository, base, arguments)
    wanted = source.configuration.settings.base
    if wanted and not arguments.base and wanted != base:
        base = wanted
        source = _at_tip(repository, base, arguments)
    said = forge_kind(url, arguments, os.environ, source.configuration.settings.forge.kind)
    if said != kind:
        token = access(url, said, arguments, os.environ)
        repository = _repository(arguments, token)
    return Target(repository, base, source.snapshot.commit or "", source, token)


def _remote_url(arguments: Namespace) -> str:
    return arguments.path if is_url(arguments.path) else _repository(arguments, None).remote_url


def _repository(arguments: Namespace, token: Token | None) -> GitRepository:
    from imagebot.repository.git import open_repository

    cache = cache_folder(arguments)
    if token is None:
        return open_repository(arguments.path, cache=cache)
    return open_repository(arguments.path, cache=cache, token=token.value, token_source=token.source)


def _at_tip(repository: GitRepository, branch: str, arguments: Namespace) -> Source:
    commit = repository.fetch(branch)
    if commit is None:
        raise RepositoryError(
            f"{repository.remote_url} has no branch {branch!r}",
            hint="name the branch with --base or `base` in imagebot.yaml",
            id="branch-missing",
        )
    snapshot = repository.snapshot(commit)
    location = arguments.path if is_url(arguments.path) else f"{Path(arguments.path).resolve()} (commits)"
    return Source(snapshot, _configuration(snapshot, arguments), location, cache_folder(arguments))


def is_url(location: str) -> bool:
    """Whether a location is a Git URL (``https://``, ``ssh://``, ``git@host:path``) and no folder."""
    return bool(_URL.match(location)) and not Path(location).exists()


def cache_folder(arguments: Namespace) -> Path:
    """Where clones are kept, and what was found in files; deleting it loses nothing."""
    if named := getattr(arguments, "cache", None):
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "imagebot"


def policy_files(folder: str | None) -> Mapping[str, bytes] | None:
    """The policy files of a folder that was named; None if none was."""
    if folder is None:
        return None
    root = Path(folder)
    if not root.is_dir():
        raise UsageError(
            f"--policies {folder}: there is no such folder",
            hint="name the folder that holds the policy files",
        )
    found = sorted(path for path in root.rglob("*") if path.suffix in {".yaml", ".yml"} and path.is_file())
    return {path.as_posix(): path.read_bytes() for path in found}


def _configuration(
    snapshot: Snapshot, arguments: Namespace, *, any_environment: bool = False
) -> Configuration:
    from imagebot.engine.configuration import read_configuration

    folder = getattr(arguments, "policies", None)
    files = policy_files(folder)
    return read_configuration(snapshot, files, folder=folder or "", any_environment=any_environment)
