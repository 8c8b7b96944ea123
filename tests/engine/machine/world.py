"""A config repository on the GitHub stand-in, a registry beside it, and what can be seen of both."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple, Self

from imagebot.demo.github.state import HostedRepository, PullRequest
from imagebot.demo.registry import EmbeddedRegistry
from tests.engine.machine.wire import Wire

NAME = "acme/config"
STAGING = "envs/staging/compose.yaml"
PRODUCTION = "envs/production/compose.yaml"
BASE = "envs/staging/base/compose.yaml"
SETTINGS = """\
environments:
  staging: {{paths: ["envs/staging/**"]}}
  production: {{paths: ["envs/production/**"]}}
forge: {{kind: github, api: "{api}", repository: acme/config}}
"""
POLICIES = {
    "wide": ('{order: semver, range: "<2"}', ""),
    "narrow": ('{order: semver, range: "<1.2"}', ""),
    "grouped": ('{order: semver, range: "<2"}', ", pull-request: {group: all}"),
    "per image": ('{order: semver, range: "<2"}', ", pull-request: {one-per: image}"),
}
"""Shapes of the policy of two images: what it allows, and how it proposes."""
WEB = '{{name: web, images: ["{host}/acme/web", "{host}/acme/api"], tags: {tags}{more}}}'
DIGEST = '{{name: base, images: ["{host}/acme/base"], tags: {{order: digest}}}}'
NOTHING = '{{name: nothing, images: ["{host}/acme/nothing"]}}'
_IMAGE = re.compile(r"^[^:]+:(?P<path>[^:]+): *image: [^/]+/(?P<name>[^:\s]+):(?P<value>\S+)$", re.MULTILINE)


class Target(NamedTuple):
    """A reference and what it is to become, as a reviewer reads it off a diff.

    Attributes:
        value: What stands behind the image's name: ``1.1.0``, ``7@sha256:...``.
    """

    path: str
    image: str
    value: str


class World:
    """One small team: two environments, three images, four references.

    Args:
        folder: Empty, for repositories and caches.
    """

    def __init__(self, folder: Path) -> None:
        self._closing = ExitStack()
        self.folder = folder
        self.registry = self._closing.enter_context(EmbeddedRegistry())
        self.github = self._closing.enter_context(Wire(folder / "forge"))
        self._moves = 0
        for image in ("acme/web", "acme/api"):
            for tag in ("1.0.0", "1.0.5", "1.0.6", "1.1.0"):
                self.registry.push(image, tag)
        old = self.registry.push("acme/base", "7", content=b"the first")
        self.move_tag("acme/base", "7")
        self.hosted: HostedRepository = self.github.create_repository(NAME, files=self._files(old))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._closing.close()

    def _files(self, digest: str) -> Mapping[str, bytes]:
        host = self.registry.host
        web = f"services:\n  web:\n    image: {host}/acme/web:1.0.0\n"
        api = f"  api:\n    image: {host}/acme/api:1.0.0\n"
        return {
            "imagebot.yaml": SETTINGS.format(api=self.github.api).encode(),
            "policies/web.yaml": self.web_policy("wide"),
            "policies/base.yaml": self.base_policy(present=True),
            STAGING: f"{web}{api}".encode(),
            PRODUCTION: web.encode(),
            BASE: f"services:\n  base:\n    image: {host}/acme/base:7@{digest}\n".encode(),
        }

    def web_policy(self, shape: str) -> bytes:
        """The policy file of two images, in one of its shapes."""
        tags, more = POLICIES[shape]
        return f"policies: [{WEB.format(host=self.registry.host, tags=tags, more=more)}]\n".encode()

    def base_policy(self, *, present: bool) -> bytes:
        """The policy file of the image that is followed by its digest."""
        return f"policies: [{(DIGEST if present else NOTHING).format(host=self.registry.host)}]\n".encode()

    def move_tag(self, image: str, tag: str) -> None:
        """Push other content under a tag."""
        self._moves += 1
        self.registry.push(image, tag, content=f"build {self._moves}".encode())

    def recover(self) -> None:
        """Let no registry fail any more."""
        self.registry._faults.clear()

    @property
    def pulls(self) -> list[PullRequest]:
        """Pull requests, oldest first."""
        return self.github.pull_requests(NAME)

    @property
    def open_pulls(self) -> list[PullRequest]:
        """Open pull requests, oldest first."""
        return [pull for pull in self.pulls if pull.open]

    def branches(self) -> dict[str, str]:
        """Every branch and its commit."""
        listed = self.hosted.git("for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads")
        return dict(line.split() for line in listed.text.splitlines())

    def images(self, tree: str) -> dict[tuple[str, str], str]:
        """What every reference of a commit or tree says, by path and image."""
        found = self.hosted.git.attempt("grep", "-e", "image:", tree, "--", "envs").text
        return {(m["path"], m["name"]): m["value"] for m in _IMAGE.finditer(found)}

    def between(self, old: str, new: str) -> frozenset[Target]:
        """References that differ between two trees, as the newer has them."""
        before, after = self.images(old), self.images(new)
        return frozenset(Target(*place, after[place]) for place in after if before.get(place) != after[place])

    def shown(self, pull: PullRequest) -> frozenset[Target]:
        """What a reviewer sees a pull request change."""
        fork = self.hosted.git("merge-base", pull.base_sha, pull.head_sha).text
        return self.between(fork, pull.head_sha)
