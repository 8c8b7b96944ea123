"""Read settings and policies from a snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from imagebot.policies.loading import load

if TYPE_CHECKING:
    from imagebot.policies.policy import Configuration
    from imagebot.repository.protocol import Snapshot

SETTINGS_PATH = "imagebot.yaml"
POLICY_FOLDER = "policies/"


def is_policy_path(path: str) -> bool:
    """Whether a path of the config repository is a policy file."""
    return path.startswith(POLICY_FOLDER) and path.endswith((".yaml", ".yml"))


def read_configuration(
    snapshot: Snapshot, policy_files: Mapping[str, bytes] | None = None, *, any_environment: bool = False
) -> Configuration:
    """Load ``imagebot.yaml`` and the policy files of a snapshot.

    Args:
        snapshot: The config repository.
        policy_files: Policy files from elsewhere, by the path to show; they replace the
            snapshot's own.
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
    )
