"""The sample config repository of the demo, and the images that its registry holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imagebot.demo.registry import EmbeddedRegistry

FIRST_IMAGES: Mapping[str, tuple[str, ...]] = {
    "acme/web": ("1.3.0", "1.4.0", "1.4.1", "1.4.2", "1.5.0-rc1", "latest"),
    "acme/api": ("v1.0.0", "v1.9.0", "v2.0.0", "v2.3.1", "sha-5f0c1d2"),
    "acme/worker": ("0.8", "0.9", "0.9.1"),
    "library/nginx": ("1.27.1", "1.27.1-alpine3.20", "1.27.1-alpine"),
    "library/redis": ("7", "7.4.0"),
}
"""What is deployed when the story begins."""

NEWER_IMAGES: Mapping[str, tuple[str, ...]] = {
    "acme/web": ("1.5.0-rc2", "1.5.0", "2.0.0"),
    "acme/api": ("v1.9.4", "v2.4.0", "2.9.0"),
    "acme/worker": ("0.10", "0.10.1"),
    "library/nginx": ("1.27.2", "1.27.2-alpine3.21", "1.27.2-alpine"),
    "library/redis": ("7",),
}
"""What CI pushes then; ``redis:7`` is the same tag with new content."""

NEWEST_IMAGES: Mapping[str, tuple[str, ...]] = {"acme/web": ("1.5.1",)}
"""What CI pushes while the pull requests are still open."""


def push(registry: EmbeddedRegistry, images: Mapping[str, tuple[str, ...]], build: str) -> None:
    """Push images; ``build`` makes the content differ from that of another build."""
    for repository, tags in images.items():
        for tag in tags:
            content = f"{repository}:{tag} build {build}".encode()
            registry.push(
                repository,
                tag,
                platforms=("linux/amd64", "linux/arm64"),
                labels=_labels(repository, content),
                created=f"2026-02-0{build}T09:30:00Z",
                content=content,
            )


def _labels(repository: str, content: bytes) -> dict[str, str]:
    """What a build writes into the team's own images."""
    if not repository.startswith("acme/"):
        return {}
    return {
        "org.opencontainers.image.source": f"https://github.com/{repository}",
        "org.opencontainers.image.revision": sha256(content).hexdigest()[:40],
    }


def sample_files(registry: str, forge_api: str, redis_digest: str) -> dict[str, bytes]:
    """The files of the sample repository, with the addresses of the running servers in them."""
    names = {
        b"REGISTRY": registry.encode(),
        b"FORGE_API": forge_api.encode(),
        b"REDIS_DIGEST": redis_digest.encode(),
    }
    found = dict(_walk(files("imagebot.demo") / "sample_repository", ""))
    for name, value in names.items():
        found = {path: content.replace(name, value) for path, content in found.items()}
    return found


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        path = f"{prefix}{entry.name}"
        if entry.is_dir():
            yield from _walk(entry, f"{path}/")
        else:
            yield path, entry.read_bytes()
