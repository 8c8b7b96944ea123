"""Which keys of a configuration file speak of a repository, the most specific first.

A key is a host, perhaps with port, scheme or path. Two dialects are read together: paths of namespaces
(https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md), and ``*`` for one label of
a host or a part of it (https://kubernetes.io/docs/concepts/containers/images/#config-json). A key with a
path counts for repositories below that path only; Kubernetes takes any that begins with the same letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from imagebot.references.image import ImageName
from imagebot.registries.hosts import DOCKER_HUB, HUB_API

HUB_KEY = "https://index.docker.io/v1/"
"""Under which Docker itself keeps Docker Hub's credentials."""

_HUB_HOSTS = ("index.docker.io", DOCKER_HUB, HUB_API)


def matching(keys: Iterable[str], name: ImageName) -> list[str]:
    """The keys that speak of a repository: hosts that are spelled out first, then deeper paths first."""
    found = [(rank, key) for key in keys if (rank := _rank(_parsed(key), name)) is not None]
    return [key for _, key in sorted(found, key=lambda item: item[0])]


@dataclass(frozen=True, slots=True)
class _Key:
    host: str
    path: tuple[str, ...]
    pattern: re.Pattern[str] | None


@lru_cache(maxsize=1024)
def _parsed(key: str) -> _Key:
    """A key in its parts. The address of an API ends in ``/v1/`` or ``/v2/``, which is no namespace."""
    scheme, separator, rest = key.partition("://")
    host, slash, path = (rest if separator else scheme).partition("/")
    if separator and path in {"v1", "v2"}:
        path += "/"
    if slash and path in {"v1/", "v2/"}:
        path = ""
    host = host.lower()
    return _Key(host, tuple(path.strip("/").split("/")) if path.strip("/") else (), _pattern(host))


def _pattern(host: str) -> re.Pattern[str] | None:
    """What a host with ``*`` matches; a star never reaches over a dot, or into the port."""
    if "*" not in host:
        return None
    return re.compile(r"[^.:]*".join(re.escape(part) for part in re.split(r"\*+", host)))


def _rank(key: _Key, name: ImageName) -> tuple[int, int, int] | None:
    """How specific a key is for a repository, lowest first; None if it speaks of others."""
    if tuple(name.path.split("/"))[: len(key.path)] != key.path:
        return None
    depth = len(key.path)
    for order, host in enumerate(_HUB_HOSTS if name.host == DOCKER_HUB else (name.host.lower(),)):
        if key.host == host:
            return 0, -depth, order
        if key.pattern and key.pattern.fullmatch(host):
            return 1, -len(key.host.replace("*", "")), -depth
    return None
