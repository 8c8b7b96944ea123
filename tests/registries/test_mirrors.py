"""A mirror stands in for a host: asked in its own name, with its own credentials, and spoken of plainly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from imagebot.demo.registry import EmbeddedRegistry
from imagebot.errors import RegistryDenied, RegistryNotFound
from imagebot.policies.policy import RegistrySettings
from imagebot.references.image import ImageName
from imagebot.registries.cache import Cache
from imagebot.registries.client import RegistryClient
from imagebot.registries.credentials import Credentials
from imagebot.registries.docker_config import DockerConfig
from tests.registries.quirk_server import GOOD
from tests.registries.turned_clock import BEGIN, TurnedClock
from tests.secrets_planted import SECRET

HUB = ImageName("docker.io", "library/nginx")
OWN_SECRET = "of-the-host-s3cret"
OWN = {"username": "own", "password": OWN_SECRET}


def mirrored(mirror: str, auths: dict[str, Any] | None = None, **options: Any) -> RegistryClient:
    """A client for which a mirror stands in for Docker Hub."""
    settings = {"docker.io": RegistrySettings(mirror=mirror)}
    return RegistryClient(
        settings, Credentials(DockerConfig({"auths": auths or {}}, "config.json")), **options
    )


@pytest.mark.parametrize(
    ("folder", "path"), [pytest.param("", "library/nginx", id="host"), pytest.param("/hub/proxy", "hub/proxy/library/nginx", id="path")]
)  # fmt: skip
def test_everything_is_asked_of_the_mirror(registry: EmbeddedRegistry, folder: str, path: str) -> None:
    digest = registry.push(path, "1.27", platforms=("linux/amd64", "linux/arm64"), labels={"a": "1"})
    with mirrored(f"{registry.host}{folder}") as client:
        assert client.tags(HUB).tags == ("1.27",)
        assert client.digest(HUB, "1.27") == digest
        assert client.platforms(HUB, digest) == ("linux/amd64", "linux/arm64")
        assert client.describe(HUB, digest).labels == {"a": "1"}
        assert client.signature(HUB, digest, None).state == "unsigned"
        assert client.pushed(HUB, frozenset({"1.27"})) == {}

    assert {seen.repository for seen in registry.requests} <= {path, ""}
    assert all(path in seen.path for seen in registry.requests)


@pytest.mark.parametrize("auth", ["basic", "token"])
def test_it_gets_its_own_credentials_and_never_those_of_the_host(auth: str) -> None:
    with EmbeddedRegistry(auth=auth, credentials={"bot": SECRET}) as registry:  # type: ignore[arg-type] # a table
        registry.push("library/nginx", "1.27")
        hub = {"https://index.docker.io/v1/": OWN, "docker.io": OWN}
        with mirrored(registry.host, {**hub, registry.host: GOOD}) as client:
            assert client.tags(HUB).tags == ("1.27",)
        with mirrored(registry.host, hub) as client, pytest.raises(RegistryDenied) as denied:
            client.tags(HUB)

    assert registry.host in denied.value.message
    assert f"no credentials for {registry.host}" in denied.value.message
    assert OWN_SECRET not in f"{denied.value.message}{denied.value.hint}"


def test_failures_name_where_was_asked(registry: EmbeddedRegistry) -> None:
    with mirrored(f"{registry.host}/hub") as client:
        with pytest.raises(RegistryNotFound, match=f"{registry.host}/hub/library/nginx"):
            client.tags(HUB)
        with pytest.raises(RegistryNotFound, match=f"{registry.host}/hub/library/nginx:1.27"):
            client.digest(HUB, "1.27")


def test_a_mirror_is_not_mirrored_again(registry: EmbeddedRegistry) -> None:
    registry.push("library/nginx", "1.27")
    settings = {
        "docker.io": RegistrySettings(mirror=registry.host),
        registry.host: RegistrySettings(mirror="none.example"),
    }
    with RegistryClient(settings, Credentials()) as client:
        assert client.tags(HUB).tags == ("1.27",)


def test_other_hosts_are_asked_themselves(registry: EmbeddedRegistry) -> None:
    registry.push("a/b", "1.0")
    with mirrored("none.example/hub") as client:
        assert client.tags(ImageName(registry.host, "a/b")).tags == ("1.0",)


def test_what_was_seen_first_stays_when_a_mirror_comes_and_goes(tmp_path: Path) -> None:
    """The age of a digest is that of the image, whoever it is fetched from."""
    clock = TurnedClock()
    digest = f"sha256:{'a' * 64}"
    for mirror in (None, "one.example/hub", "two.example", None):
        settings = {"docker.io": RegistrySettings(mirror=mirror)}
        cache = Cache(tmp_path, clock=clock)
        with RegistryClient(settings, Credentials(), cache=cache, clock=clock) as client:
            assert client.first_seen(HUB, digest) == BEGIN
        clock.turn(3600)


def test_what_a_mirror_holds_is_not_taken_for_what_the_host_holds(tmp_path: Path) -> None:
    """Lists, and how long they were, belong to whoever was asked."""
    with EmbeddedRegistry() as one, EmbeddedRegistry() as two:
        for number in range(30):
            one.push("library/nginx", f"1.{number}", content=b"")
        two.push("library/nginx", "1.0")
        for registry, size in ((one, 30), (two, 1), (one, 30)):
            with mirrored(registry.host, cache=Cache(tmp_path)) as client:
                found = client.tags(HUB)
            assert (len(found.tags), found.doubt) == (size, "")


def test_two_hosts_may_share_a_mirror(registry: EmbeddedRegistry) -> None:
    digests = {host: registry.push(f"{host.partition('.')[0]}/a/b", "1.0") for host in ("quay.io", "ghcr.io")}
    settings = {
        host: RegistrySettings(mirror=f"{registry.host}/{host.partition('.')[0]}") for host in digests
    }
    with RegistryClient(settings, Credentials()) as client:
        assert {host: client.digest(ImageName(host, "a/b"), "1.0") for host in digests} == digests
