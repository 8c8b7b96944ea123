"""Where configuration files with credentials are: the environment, Docker's folder, containers' folders.

Sources: https://docs.docker.com/reference/cli/docker/ (``DOCKER_CONFIG``, ``DOCKER_AUTH_CONFIG``),
https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md, and
https://kubernetes.io/docs/concepts/configuration/secret/ (the names of files in a mounted Secret).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from imagebot.errors import ConfigError
from imagebot.registries.docker_config import DockerConfig

NAMES = ("config.json", ".dockerconfigjson", ".dockercfg")
SIZE_LIMIT = 1024 * 1024
"""Bytes of a file; a Secret of Kubernetes holds no more either."""


@dataclass(slots=True)
class Sources:
    """What was found: configurations in the order they are asked, and why others are not among them.

    Attributes:
        places: Every place that was looked at, for messages.
    """

    configs: list[DockerConfig] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add(self, place: str, text: str) -> None:
        """Add a configuration; a broken one costs only itself."""
        self.places.append(place)
        try:
            self.configs.append(DockerConfig(_parsed(text), place))
        except ValueError as error:
            self.problems.append(f"{place} {error}")

    def add_file(self, file: Path) -> None:
        """Add a file, unless there is none."""
        try:
            self.add(str(file), _text(file))
        except OSError as error:
            self.places.append(str(file))
            if not isinstance(error, FileNotFoundError | NotADirectoryError):
                self.problems.append(f"{file} cannot be read: {error.strerror}")


def named(path: Path) -> Sources:
    """The configurations of a file or folder that the operator named, and no others.

    Raises:
        ConfigError: If it is missing, or a file in it cannot be used.
    """
    sources = Sources()
    try:
        for file in _held(path) if path.is_dir() else [path]:
            sources.add(str(file), _text(file))
    except OSError as error:
        raise ConfigError(
            f"cannot read registry credentials from {error.filename or path}: {error.strerror}",
            id="docker-config",
        ) from error
    if not sources.places:
        raise ConfigError(
            f"the folder {path} holds no registry credentials",
            hint=f"they are looked for in {', '.join(NAMES)}",
            id="docker-config",
        )
    if sources.problems:
        raise ConfigError(sources.problems[0], hint="write it anew with `docker login`", id="docker-config")
    return sources


def usual(environ: Mapping[str, str], home: Path) -> Sources:
    """The configurations of the environment, then Docker's, then those of podman, skopeo and buildah."""
    sources = Sources()
    if text := environ.get("DOCKER_AUTH_CONFIG"):
        sources.add("DOCKER_AUTH_CONFIG", text)
    for file in _usual_files(environ, home):
        sources.add_file(file)
    return sources


def _usual_files(environ: Mapping[str, str], home: Path) -> Iterator[Path]:
    if folder := environ.get("DOCKER_CONFIG"):
        yield from _held(Path(folder)) or [Path(folder) / NAMES[0]]
    else:
        yield home / ".docker" / NAMES[0]
    if file := environ.get("REGISTRY_AUTH_FILE"):
        yield Path(file)
    for base in (environ.get("XDG_RUNTIME_DIR"), environ.get("XDG_CONFIG_HOME") or home / ".config"):
        if base:
            yield Path(base) / "containers" / "auth.json"


def _held(folder: Path) -> list[Path]:
    """The files of a folder that are there, under any of their names."""
    try:
        return [folder / name for name in NAMES if (folder / name).exists()]
    except OSError:
        return []  # reading it says why


def _text(file: Path) -> str:
    with file.open("rb") as opened:
        return opened.read(SIZE_LIMIT + 1).decode("utf-8", "surrogateescape")


def _parsed(text: str) -> Mapping[str, object]:
    """The object of a file.

    Raises:
        ValueError: If it is none; without its content.
    """
    if len(text) > SIZE_LIMIT:
        raise ValueError(f"is larger than {SIZE_LIMIT} bytes")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise ValueError("is no JSON object")  # noqa: TRY004 - one kind of error for the caller
    return content
