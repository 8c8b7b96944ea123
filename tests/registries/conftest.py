"""The two registries of the contract suite: the embedded one and Debian's ``docker-registry``."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from imagebot.demo.registry import EmbeddedRegistry
from tests.registries.pushing import MISSING, NO_TLS

USER, PASSWORD = "bot", "hunter2-of-the-bot"
# bcrypt of that password, with the least rounds: the registry knows no other hash
HTPASSWD = f"{USER}:$2b$04$abcdefghijklmnopqrstuuktf5Tobvc84vsrunIHW9J6rLgfQCd36\n"


@contextmanager
def docker_registry(folder: Path, *, htpasswd: str = "") -> Iterator[str]:
    """Run Debian's registry on a port of its own choice; its host."""
    program = shutil.which("docker-registry")
    if program is None:
        if os.environ.get("IMAGEBOT_REQUIRE_REAL_REGISTRY") == "1":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    (folder / "htpasswd").write_text(htpasswd)
    auth = f"auth: {{htpasswd: {{realm: Registry, path: {folder}/htpasswd}}}}\n" if htpasswd else ""
    config, log = folder / "registry.yml", folder / "registry.log"
    config.write_text(
        "version: 0.1\nlog: {level: info, accesslog: {disabled: true}}\n"
        "storage: {inmemory: {}, delete: {enabled: true}}\n"
        f'http: {{addr: "127.0.0.1:0", secret: tests}}\n{auth}'
    )
    with log.open("wb") as written:
        # an empty environment: the program takes settings from variables too
        process = subprocess.Popen(
            [program, "serve", str(config)], env={}, stdout=subprocess.DEVNULL, stderr=written
        )
    try:
        yield _listening(process, log)
    finally:
        process.terminate()
        process.wait()


def _listening(process: subprocess.Popen[bytes], log: Path) -> str:
    """The host that the registry says it listens on, as soon as it says so."""
    for _ in range(1000):
        if match := re.search(r"listening on (127\.0\.0\.1:[0-9]+)", log.read_text()):
            return match[1]
        try:
            process.wait(0.01)
        except subprocess.TimeoutExpired:
            continue
        break
    pytest.fail(f"docker-registry did not start:\n{log.read_text()}")


@pytest.fixture(scope="session")
def embedded_registry() -> Iterator[str]:
    """The embedded registry, shared by all tests: each takes a repository of its own."""
    with EmbeddedRegistry() as server:
        yield server.host


@pytest.fixture(scope="session")
def embedded_registry_basic() -> Iterator[str]:
    """The same, for those who know the password."""
    with EmbeddedRegistry(auth="basic", credentials={USER: PASSWORD}) as server:
        yield server.host


@pytest.fixture(scope="session")
def real_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Debian's registry, shared by all tests."""
    with docker_registry(tmp_path_factory.mktemp("registry")) as host:
        yield host


@pytest.fixture(scope="session")
def real_registry_htpasswd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same, for those who know the password."""
    with docker_registry(tmp_path_factory.mktemp("registry"), htpasswd=HTPASSWD) as host:
        yield host


@pytest.fixture(
    params=[
        pytest.param("embedded_registry", id="embedded"),
        pytest.param("real_registry", id="real", marks=pytest.mark.real_registry),
    ]
)
def registry_host(request: pytest.FixtureRequest) -> str:
    """The host of a registry that speaks the protocol: each test runs on both."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture(
    params=[
        pytest.param("embedded_registry_basic", id="embedded"),
        pytest.param("real_registry_htpasswd", id="real", marks=pytest.mark.real_registry),
    ]
)
def closed_host(request: pytest.FixtureRequest) -> str:
    """The host of a registry that asks for a password by Basic."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture
def repository() -> str:
    """A repository that no other test uses."""
    return f"acme/web-{uuid4().hex}"


@pytest.fixture
def http(registry_host: str) -> Iterator[httpx.Client]:
    """Any HTTP client."""
    with httpx.Client(base_url=f"http://{registry_host}", verify=NO_TLS) as client:
        yield client
