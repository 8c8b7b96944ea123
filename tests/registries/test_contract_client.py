"""imagebot's own client on every registry that can be run here."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from imagebot.demo.images import Image, build_image
from imagebot.errors import RegistryDenied, RegistryNotFound, RegistryProtocol
from imagebot.references.image import ImageName
from imagebot.registries.client import RegistryClient
from tests.registries.conftest import REAL, USER, Running
from tests.registries.pushing import connected, docker_image, push, push_schema_1, put_manifest
from tests.registries.quirk_server import ask, listed
from tests.registries.token_server import TokenServer
from tests.secrets_planted import PASSWORD

ENTRY = {"username": USER, "password": PASSWORD}


def entered(running: Running) -> RegistryClient:
    """A client that may come in; without credentials where none are wanted."""
    return ask(running.host, ENTRY if running.auth else None)


@pytest.fixture
def name(running: Running, repository: str) -> ImageName:
    """The repository, as a descriptor names it."""
    return ImageName(running.host, repository)


def test_it_lists_and_resolves(running: Running, name: ImageName) -> None:
    digests = {tag: push(name.host, name.path, tag, auth=running.auth) for tag in ("1.1", "1.0", "latest")}

    with entered(running) as client:
        assert listed(client, name) == ("1.0", "1.1", "latest")
        assert {tag: client.digest(name, tag) for tag in digests} == digests


def test_many_tags_are_listed_whole(running: Running, name: ImageName) -> None:
    image = build_image(b"layer")
    push(name.host, name.path, "0", image, running.auth)
    with connected(running.host, running.auth) as pushing:
        for number in range(1, 200):
            media_type, content = image.manifests[image.digest]
            put_manifest(pushing, name.path, f"{number}", media_type, content).raise_for_status()

    with entered(running) as client:
        assert sorted(listed(client, name), key=int) == [f"{number}" for number in range(200)]


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(build_image(b"layer", platforms=("linux/amd64", "linux/arm64")), id="index"),
        pytest.param(docker_image(), id="docker-list"),
    ],
)
def test_it_pins_the_whole_and_no_child(running: Running, name: ImageName, image: Image) -> None:
    push(name.host, name.path, "1.0", image, running.auth)

    with entered(running) as client:
        assert client.digest(name, "1.0") == image.digest


def test_it_tells_the_images_of_an_index_apart(running: Running, name: ImageName) -> None:
    image = build_image(b"layer", platforms=("linux/amd64", "linux/arm64"))
    push(name.host, name.path, "1.0", image, running.auth)
    children = set(image.manifests) - {image.digest}

    with entered(running) as client:
        found = client.images(name, image.digest)
        assert set(found) == {"linux/amd64", "linux/arm64"}
        assert {digest for digests in found.values() for digest in digests} == children
        one = min(children)
        assert client.images(name, one) == {"*": {one}}


@pytest.mark.parametrize("running", REAL, indirect=True)
def test_what_was_pushed_before_2017_is_refused(running: Running, name: ImageName) -> None:
    with connected(running.host, running.auth) as pushing:
        push_schema_1(pushing, name.path, "1.0")

    with entered(running) as client, pytest.raises(RegistryProtocol, match="before 2017") as refused:
        client.digest(name, "1.0")

    assert f"{name}:1.0" in refused.value.message


def test_it_says_what_it_cannot_see(running: Running, name: ImageName) -> None:
    push(name.host, name.path, "1.0", auth=running.auth)
    absent = ImageName(name.host, f"{name.path}-absent")

    with entered(running) as client:
        with pytest.raises(RegistryNotFound, match=f"{absent}.*repository name not known") as no_repository:
            listed(client, absent)
        with pytest.raises(RegistryNotFound, match=f"{name}:9.9.*manifest unknown") as no_tag:
            client.digest(name, "9.9")

    assert {no_repository.value.id, no_tag.value.id} == {"registry-not-found"}


def test_a_repository_without_tags_has_none(running: Running, name: ImageName) -> None:
    digest = push(name.host, name.path, "1.0", auth=running.auth)
    with connected(running.host, running.auth) as pushing:
        pushing.delete(f"/v2/{name.path}/manifests/{digest}").raise_for_status()

    with entered(running) as client:
        assert listed(client, name) == ()


def test_threads_may_ask_together(running: Running, name: ImageName) -> None:
    digests = {tag: push(name.host, name.path, tag, auth=running.auth) for tag in ("1.0", "1.1")}

    with entered(running) as client, ThreadPoolExecutor(2) as pool:
        lists = pool.map(lambda _: listed(client, name), range(2))
        found = pool.map(lambda tag: client.digest(name, tag), digests)

        assert set(lists) == {tuple(digests)}
        assert list(found) == list(digests.values())


@pytest.mark.parametrize(
    ("entry", "source"),
    [
        pytest.param(None, "no credentials", id="nothing"),
        pytest.param({"username": USER, "password": "wrong-but-secret"}, "credentials from config.json", id="wrong-password"),
        pytest.param({"username": "nobody", "password": "wrong-but-secret"}, "credentials from config.json", id="wrong-user"),
    ],
)  # fmt: skip
def test_it_is_denied_without_the_right_password(
    closed: Running, repository: str, entry: dict[str, str] | None, source: str
) -> None:
    name = ImageName(closed.host, repository)
    with ask(closed.host, entry) as client:
        for question in (lambda: listed(client, name), lambda: client.digest(name, "1.0")):
            with pytest.raises(RegistryDenied) as denied:
                question()

            assert (denied.value.id, denied.value.exit_code) == ("registry-denied", 4)
            assert str(name) in denied.value.message
            assert source in denied.value.message
            assert "secret" not in f"{denied.value.message} {denied.value.hint}"


@pytest.mark.parametrize(
    "closed",
    [
        pytest.param("embedded_registry_token", id="embedded-token"),
        pytest.param("real_registry_token", id="real-token", marks=pytest.mark.real_registry),
    ],
    indirect=True,
)
def test_an_identity_token_opens_too(closed: Running, repository: str) -> None:
    digest = push(closed.host, repository, "1.0", auth=closed.auth)

    with ask(closed.host, {"identitytoken": PASSWORD}) as client:
        assert client.digest(ImageName(closed.host, repository), "1.0") == digest


@pytest.mark.real_registry
def test_a_token_that_is_over_is_renewed(
    real_registry_token: Running, token_server: TokenServer, repository: str
) -> None:
    """What the token server says of its life is not what the registry thinks of it."""
    name = ImageName(real_registry_token.host, repository)
    digest = push(name.host, name.path, "1.0", auth=real_registry_token.auth)

    with ask(name.host, ENTRY) as client:
        with token_server.late(), pytest.raises(RegistryDenied, match="authentication required"):
            listed(client, name)
        assert client.digest(name, "1.0") == digest
