"""A team's world: a config repository on the GitHub stand-in, a clone of it, and a registry."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from imagebot.demo.github import GitHubStandIn
from imagebot.demo.github.state import HostedRepository, PullRequest
from imagebot.demo.registry import EmbeddedRegistry
from imagebot.repository.authentication import git_environment

POLICIES = """\
policies:
  - name: web
    images: ["REGISTRY/acme/*"]
    tags: {order: semver, range: "<2"}
  - name: cache
    images: ["REGISTRY/library/redis"]
    tags: {order: digest}
"""
SETTINGS = """\
environments:
  staging: {paths: ["envs/staging/**"]}
  production: {paths: ["envs/production/**"]}
forge: {kind: github, api: "FORGE", repository: acme/config}
"""
NASTY = {
    "envs/staging/web.yaml": (
        "# Die Web-Schicht ✔ 😀\r\napiVersion: apps/v1\r\nkind: Deployment\r\nspec:\r\n    template:\r\n"
        "      spec:\r\n       containers:\r\n       -   {name: 'wéb 😀', image: \"REGISTRY/acme/web:1.4.2\"}   \r\n"
        "       -   name: side\t# a tab\r\n           image: 'REGISTRY/acme/side:v1.0.0'  # stays quoted\r\n"
        "---\r\nkind: Service\r\napiVersion: v1"
    ),
    "envs/production/kustomization.yaml": (
        "kind: Kustomization\napiVersion: kustomize.config.k8s.io/v1beta1\nimages:\n"
        "- name: web\n  newName: REGISTRY/acme/web   \n  newTag:   1.4.2   # pinned\n"
    ),
    "envs/production/values.yaml": (
        "\ufeffimage:\n    registry: REGISTRY\n    repository: acme/worker\n    tag: 0.9\n"
    ),
    "compose.yml": "services:\n  cache: {image: REGISTRY/library/redis:7@DIGEST}\n",
    "templates/web.yaml": "image: {{ .Values.image }}\n",
}


@dataclass(frozen=True, slots=True)
class Team:
    """The world, and the ways a test acts in it."""

    registry: EmbeddedRegistry
    github: GitHubStandIn
    hosted: HostedRepository
    clone: Path

    def push(self, **images: str) -> None:
        """Push tags of ``acme`` images: ``web="1.5.0 1.5.1"``."""
        for name, tags in images.items():
            for tag in tags.split():
                self.registry.push(f"acme/{name}", tag)

    def commit(self, files: dict[str, str]) -> None:
        """Commit files on main as a person does, and bring the clone up to date."""
        self.hosted.commit("main", {p: self.filled(c) for p, c in files.items()}, "A person's change\n")
        self.pull()

    def pull(self) -> None:
        """Bring the clone up to date."""
        subprocess.run(
            ["git", "-C", str(self.clone), "pull", "--quiet", "origin", "main"],
            check=True,
            env=os.environ | git_environment(self.hosted.clone_url, self.github.token),
        )

    def filled(self, text: str, digest: str = "") -> bytes:
        """A text with this world's addresses in it."""
        text = text.replace("REGISTRY", self.registry.host).replace("FORGE", self.github.api)
        return text.replace("DIGEST", digest).encode()

    @property
    def pulls(self) -> list[PullRequest]:
        """Pull requests, oldest first."""
        return self.github.pull_requests("acme/config")

    @property
    def open_pulls(self) -> dict[str, PullRequest]:
        """Open pull requests by head branch."""
        return {pull.head: pull for pull in self.pulls if pull.open}


@pytest.fixture
def team(
    registry: EmbeddedRegistry, github: GitHubStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Team:
    """The world before anything new was pushed."""
    for repository, tags in {"acme/web": "1.4.1 1.4.2", "acme/side": "v1.0.0", "acme/worker": "0.9"}.items():
        for tag in tags.split():
            registry.push(repository, tag)
    digest = registry.push("library/redis", "7")
    files = {"policies/web.yaml": POLICIES, "imagebot.yaml": SETTINGS, **NASTY}
    filled = {
        path: text.replace("REGISTRY", registry.host)
        .replace("FORGE", github.api)
        .replace("DIGEST", digest)
        .encode()
        for path, text in files.items()
    }
    hosted = github.create_repository("acme/config", files=filled)
    clone = tmp_path / "clone"
    subprocess.run(
        ["git", "clone", "--quiet", hosted.clone_url, str(clone)],
        check=True,
        env=os.environ | git_environment(hosted.clone_url, github.token),
    )
    monkeypatch.setenv("GITHUB_TOKEN", github.token)
    return Team(registry, github, hosted, clone)
