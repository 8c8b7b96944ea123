"""The two registries of the contract suite: the embedded one and Debian's ``docker-registry``."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from imagebot.demo.registry import EmbeddedRegistry
from tests.registries.pushing import MISSING


@contextmanager
def real_registry(folder: Path) -> Iterator[str]:
    """Run Debian's registry on a free port; its host."""
    if shutil.which("docker-registry") is None:
        if os.environ.get("IMAGEBOT_REQUIRE_REAL_REGISTRY"):
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = folder / "registry.yml"
    config.write_text(
        "version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\n"
        "storage: {inmemory: {}, delete: {enabled: true}}\n"
        f'http: {{addr: "127.0.0.1:{port}", secret: tests}}\n'
    )
    process = subprocess.Popen(
        ["docker-registry", "serve", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_until_up(process, port)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _wait_until_up(process: subprocess.Popen[bytes], port: int) -> None:
    """Connect until it listens; the transport waits twice as long from try to try, and gives up."""
    with httpx.Client(transport=httpx.HTTPTransport(retries=7)) as client:
        assert client.get(f"http://127.0.0.1:{port}/v2/").status_code == 200
    assert process.poll() is None


@pytest.fixture(params=["embedded", pytest.param("real", marks=pytest.mark.real_registry)])
def registry_host(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The host of a registry that speaks the protocol: each test runs on both."""
    if request.param == "real":
        with real_registry(tmp_path) as host:
            yield host
    else:
        with EmbeddedRegistry() as server:
            yield server.host


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly that a half was skipped."""
    skipped = [r for r in terminalreporter.stats.get("skipped", []) if MISSING in str(r.longrepr)]
    if skipped:
        terminalreporter.write_sep("!", f"{len(skipped)} contract tests skipped", red=True, bold=True)
        terminalreporter.write_line(MISSING)
