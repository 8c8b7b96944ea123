"""Fixtures for the whole suite: real servers on loopback, real Git, nothing of the user's own."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
import stamina
from hypothesis import settings

from imagebot.demo.github import GitHubStandIn
from imagebot.demo.registry import EmbeddedRegistry
from imagebot.errors import ImagebotError
from tests.processes import Outcome, run_imagebot
from tests.registries.pushing import MISSING
from tests.secrets_planted import Leaked, check, check_forge, check_written

settings.register_profile("untimed", deadline=None)  # a busy machine is no defect
settings.load_profile("untimed")


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home folder of a test."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def _own_world(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the user's configuration, credentials or cache."""
    own = (
        *("GITLAB_", "GITEA_", "FORGEJO_", "CI_"),
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
        check_forge(server)


@pytest.fixture
def imagebot(capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path, home: Path) -> Callable[..., Outcome]:
    """Run imagebot's command line in this process, as a user would."""

    def run(*arguments: str, stdin: str = "") -> Outcome:
        return run_imagebot(capfdbinary, arguments, stdin, tmp_path, home)

    return run


@pytest.fixture(autouse=True, scope="session")
def _messages() -> Iterator[list[str]]:
    """What every error says that is made, whoever catches it."""
    said: list[str] = []
    make = ImagebotError.__init__

    def overheard(error: ImagebotError, message: str, *, hint: str = "", **options: Any) -> None:
        said.append(f"{message}\n{hint}")
        make(error, message, hint=hint, **options)

    ImagebotError.__init__ = overheard  # type: ignore[method-assign, assignment] # it does the same and listens
    yield said
    ImagebotError.__init__ = make  # type: ignore[method-assign] # as it was


@pytest.fixture(autouse=True)
def _no_planted_secret_leaks(
    home: Path, _messages: list[str], request: pytest.FixtureRequest
) -> Iterator[None]:
    """No error and no cache of a test holds a secret that it planted."""
    folder = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else home
    _messages.clear()
    yield
    check("\n".join(_messages), "the message of an error")
    check_written({}, home / "cache", *{path.parent for path in folder.rglob("registries-*.sqlite")})


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test whose captured output or log holds a planted secret."""
    report = yield
    try:
        for name, text in report.sections:
            check(text, name)
    except Leaked as leak:
        report.outcome, report.longrepr, report.sections = "failed", str(leak), []
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly that a half was skipped."""
    skipped = [r for r in terminalreporter.stats.get("skipped", []) if MISSING in str(r.longrepr)]
    if skipped:
        terminalreporter.write_sep("!", f"{len(skipped)} contract tests skipped", red=True, bold=True)
        terminalreporter.write_line(MISSING)
