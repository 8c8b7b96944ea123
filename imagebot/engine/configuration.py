"""Read settings and policies from a snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagebot.policies.loading import load

if TYPE_CHECKING:
    from imagebot.policies.policy import Configuration
    from imagebot.repository.protocol import Snapshot

SETTINGS_PATH = "imagebot.yaml"
POLICY_FOLDER = "policies/"
ENDINGS = (".yaml", ".yml")


def is_policy_path(path: str) -> bool:
    """Whether a path of the config repository is a policy file."""
    return path.startswith(POLICY_FOLDER) and path.endswith(ENDINGS)


@dataclass(frozen=True, slots=True)
class _Files(Mapping[str, bytes]):
    """YAML files of a snapshot, each read when it is asked for."""

    snapshot: Snapshot
    paths: Sequence[str]

    def __getitem__(self, path: str) -> bytes:
        if path not in self.paths:
            raise KeyError(path)
        return self.snapshot.read(path)

    def __iter__(self) -> Iterator[str]:
        return iter(self.paths)

    def __len__(self) -> int:
        return len(self.paths)


def read_configuration(
    snapshot: Snapshot,
    policy_files: Mapping[str, bytes] | None = None,
    *,
    folder: str = "",
    any_environment: bool = False,
) -> Configuration:
    """Load ``imagebot.yaml`` and the policy files of a snapshot.

    Args:
        snapshot: The config repository.
        policy_files: Policy files from elsewhere, by the path to show; they replace the
            snapshot's own.
        folder: Folder that those are from.
        any_environment: Take environments that the settings do not name.

    Raises:
        InvalidConfiguration: With every fault of every file.
    """
    own = policy_files is None
    paths = [entry.path for entry in snapshot.files() if entry.mode.startswith("100")]
    wanted = [path for path in paths if path == SETTINGS_PATH or (own and is_policy_path(path))]
    files = {path: snapshot.read(path) for path in wanted}
    return load(
        files | dict(policy_files or {}),
        settings_path=SETTINGS_PATH,
        any_environment=any_environment,
        paths=frozenset(paths),
        others=_Files(snapshot, [path for path in paths if path.endswith(ENDINGS)]),
        folder=folder,
    )
