from __future__ import annotations

import pytest

from imagebot.errors import RegistryUnreachable
from imagebot.policies.policy import RegistrySettings
from imagebot.references.image import ImageReference
from imagebot.registries.hosts import endpoint, is_forbidden_address
from tests.registries.quirk_server import ask

PLAIN = {"r.internal:5000": RegistrySettings(plain_http=True)}


@pytest.mark.parametrize(
    ("host", "settings", "base"),
    [
        ("docker.io", {}, "https://registry-1.docker.io"),
        ("ghcr.io", {}, "https://ghcr.io"),
        ("127.0.0.1:5000", {}, "http://127.0.0.1:5000"),
        ("localhost:5000", {}, "http://localhost:5000"),
        ("[::1]:5000", {}, "http://[::1]:5000"),
        ("127.evil.example", {}, "https://127.evil.example"),
        ("localhost.evil.example", {}, "https://localhost.evil.example"),
        ("10.0.0.1:5000", {}, "https://10.0.0.1:5000"),
        ("r.internal:5000", PLAIN, "http://r.internal:5000"),
        ("r.internal:5001", PLAIN, "https://r.internal:5001"),
    ],
)
def test_the_api_of_a_host(host: str, settings: dict[str, RegistrySettings], base: str) -> None:
    assert endpoint(host, settings).base == base


@pytest.mark.parametrize("image", ["[:]:5000/a/b", "[1:::2]/a/b", "127.0.0.1:99999999/a/b"])
def test_a_host_that_is_no_address_is_a_registry_out_of_reach(image: str) -> None:
    name = ImageReference.parse(image).name

    with ask("r.io") as client, pytest.raises(RegistryUnreachable) as refused:
        client.tags(name)

    assert name.host in refused.value.message


@pytest.mark.parametrize(
    "name",
    [
        "localhost", "localhost.", "a.localhost", "127.0.0.1", "127.0.0.1.", "127.1", "2130706433", "0x7f000001",
        "0177.0.0.1", "::1", "::ffff:127.0.0.1", "0", "::", "224.0.0.1", "169.254.169.254", "2852039166",
        "0xa9.0xfe.0xa9.0xfe", "fe80::1", "fd00:ec2::254", "100.100.100.200", "metadata.google.internal",
    ],
)  # fmt: skip
def test_this_machine_and_its_cloud_are_no_token_servers(name: str) -> None:
    assert is_forbidden_address(name)


@pytest.mark.parametrize(
    "name", ["auth.docker.io", "10.0.0.1", "localhost.example.com", "google.internal.example", "é"]
)
def test_other_hosts_may_be_token_servers(name: str) -> None:
    assert not is_forbidden_address(name)
