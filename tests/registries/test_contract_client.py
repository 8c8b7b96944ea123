"""imagebot's own client on both registries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from imagebot.demo.images import Image, build_image
from imagebot.errors import RegistryDenied, RegistryNotFound
from imagebot.references.image import ImageName
from imagebot.registries.client import RegistryClient
from imagebot.registries.docker_config import Credentials
from tests.registries.conftest import PASSWORD, USER
from tests.registries.pushing import NO_TLS, docker_image, push


@contextmanager
def opened(host: str, password: str | None = None) -> Iterator[RegistryClient]:
    """A client whose configuration file holds a password, or nothing."""
    auths = {} if password is None else {host: {"username": USER, "password": password}}
    with RegistryClient({}, Credentials({"auths": auths}, "config.json")) as client:
        yield client


@pytest.fixture
def name(registry_host: str, repository: str) -> ImageName:
    """The repository, as a descriptor names it."""
    return ImageName(registry_host, repository)


def test_it_lists_and_resolves(name: ImageName) -> None:
    digests = {tag: push(name.host, name.path, tag) for tag in ("1.0", "1.1")}

    with opened(name.host) as client:
        assert client.tags(name) == ("1.0", "1.1")
        assert {tag: client.digest(name, tag) for tag in digests} == digests


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(build_image(b"layer", platforms=("linux/amd64", "linux/arm64")), id="index"),
        pytest.param(docker_image(), id="docker-list"),
    ],
)
def test_it_pins_the_whole_and_no_child(name: ImageName, image: Image) -> None:
    push(name.host, name.path, "1.0", image)

    with opened(name.host) as client:
        assert client.digest(name, "1.0") == image.digest


def test_it_says_what_it_cannot_see(name: ImageName) -> None:
    push(name.host, name.path, "1.0")
    absent = ImageName(name.host, f"{name.path}-absent")

    with opened(name.host) as client:
        with pytest.raises(RegistryNotFound, match=str(absent)):
            client.tags(absent)
        with pytest.raises(RegistryNotFound):
            client.digest(name, "9.9")


def test_a_repository_without_tags_has_none(name: ImageName) -> None:
    digest = push(name.host, name.path, "1.0")
    url = f"http://{name.host}/v2/{name.path}/manifests/{digest}"
    httpx.delete(url, verify=NO_TLS).raise_for_status()

    with opened(name.host) as client:
        assert client.tags(name) == ()


@pytest.mark.parametrize("password", [None, "wrong-but-secret"], ids=["nothing", "wrong"])
def test_it_is_denied_without_the_right_password(
    closed_host: str, repository: str, password: str | None
) -> None:
    with opened(closed_host, password) as client, pytest.raises(RegistryDenied) as denied:
        client.tags(ImageName(closed_host, repository))

    assert closed_host in denied.value.message
    assert "secret" not in f"{denied.value.message} {denied.value.hint}"


def test_it_is_let_in_with_the_right_password(closed_host: str, repository: str) -> None:
    with opened(closed_host, PASSWORD) as client, pytest.raises(RegistryNotFound):
        client.tags(ImageName(closed_host, repository))
