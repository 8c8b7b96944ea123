"""Fixtures for the whole suite: real servers on loopback, real Git, nothing of the user's own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import stamina

from imagebot.demo.github import GitHubStandIn
from imagebot.demo.registry import EmbeddedRegistry
from tests.processes import Outcome, run_imagebot
from tests.registries.pushing import MISSING


@pytest.fixture(autouse=True)
def _own_world(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the user's configuration, credentials or cache."""
    home = tmp_path_factory.mktemp("home")
    own = (
        *("IMAGEBOT_", "GIT_", "GITHUB_", "GH_", "DOCKER_", "REGISTRY_AUTH_FILE", "XDG_"),
        *(
            "AWS_",
            "AZURE_",
            "IDENTITY_",
            "MSI_",
            "GOOGLE_",
            "GCE_",
            "CLOUDSDK_",
        ),  # clouds that lend credentials
    )
    for name in [name for name in os.environ if name.startswith(own)]:
        if not name.startswith("IMAGEBOT_REQUIRE_"):
            monkeypatch.delenv(name)
    for name, value in {
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{role}_NAME": "A Person" for role in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{role}_EMAIL": "person@example.com" for role in ("AUTHOR", "COMMITTER")},
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(autouse=True, scope="session")
def _retries_without_waiting() -> Iterator[None]:
    """Retries happen, and take no time."""
    stamina.set_testing(True, attempts=3, cap=True)
    yield
    stamina.set_testing(False)


@pytest.fixture
def registry() -> Iterator[EmbeddedRegistry]:
    """The embedded registry."""
    with EmbeddedRegistry() as server:
        yield server


@pytest.fixture
def github(tmp_path: Path) -> Iterator[GitHubStandIn]:
    """The GitHub stand-in; a call that breaks GitHub's published description fails the test."""
    with GitHubStandIn(tmp_path / "forge") as server:
        yield server
        assert server.violations == []


@pytest.fixture
def imagebot(capfdbinary: pytest.CaptureFixture[bytes]) -> Callable[..., Outcome]:
    """Run imagebot's command line in this process, as a user would."""

    def run(*arguments: str, stdin: str = "") -> Outcome:
        return run_imagebot(capfdbinary, arguments, stdin)

    return run


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly that a half was skipped."""
    skipped = [r for r in terminalreporter.stats.get("skipped", []) if MISSING in str(r.longrepr)]
    if skipped:
        terminalreporter.write_sep("!", f"{len(skipped)} contract tests skipped", red=True, bold=True)
        terminalreporter.write_line(MISSING)
