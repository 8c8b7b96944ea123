"""The registries of the contract suite: the embedded one and Debian's ``docker-registry``, open and closed.

Each is started once and shared by all tests: a test takes a repository of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import httpx
import pytest

from imagebot.demo.registry import EmbeddedRegistry
from tests.registries.certificates import self_signed
from tests.registries.docker_registry import docker_registry
from tests.registries.pushing import NO_TLS, TokenAuth
from tests.registries.token_server import TokenServer
from tests.secrets_planted import PASSWORD

USER = "bot"
# bcrypt of that password, with the least rounds: the registry knows no other hash
HTPASSWD = f"{USER}:$2b$04$abcdefghijklmnopqrstuuktf5Tobvc84vsrunIHW9J6rLgfQCd36\n"
BASIC = httpx.BasicAuth(USER, PASSWORD)
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Running:
    """A registry that runs.

    Attributes:
        auth: How to get in; None where everybody does.
    """

    host: str
    auth: httpx.Auth | None = None


@pytest.fixture(scope="session")
def embedded_registry() -> Iterator[Running]:
    with EmbeddedRegistry(page_size=PAGE_SIZE) as server:
        yield Running(server.host)


@pytest.fixture(scope="session")
def embedded_registry_basic() -> Iterator[Running]:
    with EmbeddedRegistry(auth="basic", credentials={USER: PASSWORD}, page_size=PAGE_SIZE) as server:
        yield Running(server.host, BASIC)


@pytest.fixture(scope="session")
def embedded_registry_token() -> Iterator[Running]:
    with EmbeddedRegistry(auth="token", credentials={USER: PASSWORD}, page_size=PAGE_SIZE) as server:
        yield Running(server.host, TokenAuth(USER, PASSWORD))


@pytest.fixture(scope="session")
def real_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with docker_registry(tmp_path_factory.mktemp("registry")) as host:
        yield Running(host)


@pytest.fixture(scope="session")
def real_registry_fs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """It keeps its content in files, and lists tags as the file system does: in no order."""
    folder = tmp_path_factory.mktemp("registry")
    with docker_registry(folder, storage={"filesystem": {"rootdirectory": str(folder)}}) as host:
        yield Running(host)


@pytest.fixture(scope="session")
def real_registry_htpasswd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("registry")
    (folder / "htpasswd").write_text(HTPASSWD)
    auth = {"htpasswd": {"realm": "Registry", "path": str(folder / "htpasswd")}}
    with docker_registry(folder, auth=auth) as host:
        yield Running(host, BASIC)


@pytest.fixture(scope="session")
def token_server() -> Iterator[TokenServer]:
    server = TokenServer(self_signed("tokens"), USER, PASSWORD)
    yield server
    server.close()


@pytest.fixture(scope="session")
def real_registry_token(
    tmp_path_factory: pytest.TempPathFactory, token_server: TokenServer
) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("registry")
    bundle, _ = token_server.certificate.write(folder)
    auth = {"token": {**token_server.settings, "rootcertbundle": str(bundle)}}
    with docker_registry(folder, auth=auth) as host:
        yield Running(host, TokenAuth(USER, PASSWORD))


EMBEDDED = [
    pytest.param("embedded_registry", id="embedded"),
    pytest.param("embedded_registry_basic", id="embedded-basic"),
    pytest.param("embedded_registry_token", id="embedded-token"),
]
REAL = [
    pytest.param("real_registry", id="real", marks=pytest.mark.real_registry),
    pytest.param("real_registry_fs", id="real-fs", marks=pytest.mark.real_registry),
    pytest.param("real_registry_htpasswd", id="real-htpasswd", marks=pytest.mark.real_registry),
    pytest.param("real_registry_token", id="real-token", marks=pytest.mark.real_registry),
]


@pytest.fixture(params=[*EMBEDDED, *REAL])
def running(request: pytest.FixtureRequest) -> Running:
    """Any registry: each test runs on all."""
    found: Running = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=[*EMBEDDED[1:], *REAL[2:]])
def closed(request: pytest.FixtureRequest) -> Running:
    """A registry that wants credentials."""
    found: Running = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=[EMBEDDED[0], *REAL[:2]])
def registry_host(request: pytest.FixtureRequest) -> str:
    """The host of a registry that anybody may read and write."""
    found: Running = request.getfixturevalue(request.param)
    return found.host


@pytest.fixture(params=[EMBEDDED[1], REAL[2]])
def closed_host(request: pytest.FixtureRequest) -> str:
    """The host of a registry that asks for a password by Basic."""
    found: Running = request.getfixturevalue(request.param)
    return found.host


@pytest.fixture
def repository() -> str:
    """A repository that no other test uses."""
    return f"acme/web-{uuid4().hex}"


@pytest.fixture
def http(registry_host: str) -> Iterator[httpx.Client]:
    """Any HTTP client."""
    with httpx.Client(base_url=f"http://{registry_host}", verify=NO_TLS) as client:
        yield client
