"""Where a realm or redirect may lead: by what it spells, by what it resolves to, and behind proxies."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.errors import RegistryDenied
from imagebot.policies.policy import RegistrySettings
from imagebot.references.image import ImageName
from imagebot.registries.addresses import refusal
from imagebot.registries.challenge import Challenge
from imagebot.registries.client import RegistryClient
from imagebot.registries.credential import Credential
from imagebot.registries.credentials import Credentials
from imagebot.registries.docker_config import DockerConfig
from imagebot.registries.hosts import endpoint
from imagebot.registries.tokens import grant_for
from imagebot.registries.urls import resolved
from tests.registries.quirk_server import GOOD, challenge, listed, quirky
from tests.secrets_planted import SECRET

PUBLIC = "203.0.114.7"
OWN = "r.example.com"
Resolver = Callable[..., None]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Resolver:
    """Say what names resolve to; all others resolve to nothing, but for this machine's."""
    known: dict[str, list[str]] = {}
    real: Callable[..., Any] = socket.getaddrinfo

    def resolve(host: Any, port: Any, *rest: Any, **options: Any) -> Any:
        if str(host) in known:
            return [
                (socket.AF_INET, socket.SOCK_STREAM, 6, "", (found, port or 0)) for found in known[str(host)]
            ]
        if str(host) in {"127.0.0.1", "localhost"}:
            return real(host, port, *rest, **options)
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    def add(**found: str) -> None:
        known.update({name.replace("_", "."): addresses.split() for name, addresses in found.items()})

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return add


def told(realm: str, host: str = OWN, settings: RegistrySettings | None = None) -> str:
    return refusal(endpoint(host, {host: settings} if settings else {}), urlsplit(realm))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.0.0.53", "0.0.0.0", "169.254.169.254", "169.254.170.2",  # noqa: S104 - resolved, not bound
        "224.0.0.1", "255.255.255.255",
        "100.100.100.200", "168.63.129.16", "192.0.0.192", "::1", "::", "fe80::1", "fe80::1%eth0", "ff02::1",
        "fd00:ec2::254", "fd20:ce::254", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1", "2002:7f00:1::",
    ],
)  # fmt: skip
def test_cve_2026_33540_a_name_that_resolves_to_this_machine_or_its_cloud_is_not_asked(
    names: Resolver, address: str
) -> None:
    """Distribution: a realm that nobody checked made the server ask its own network."""
    names(auth_evil_example=f"{PUBLIC} {address}", r_example_com=PUBLIC)

    assert "resolves to a" in told("https://auth.evil.example/token")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.1", "127.0.0.1.", "localhost",
        "LOCALHOST", "a.localhost.", "169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376",
        "169.254.43518", "[::1]", "[::]", "[fe80::1]", "[fe80::1%25eth0]", "[::ffff:169.254.169.254]",
        "[::ffff:a9fe:a9fe]", "[64:ff9b::169.254.169.254]", "[2002:a9fe:a9fe::]", "[fd00:ec2::254]",
        "metadata.google.internal", "METADATA.google.internal.", "100.100.100.200",
    ],
)  # fmt: skip
def test_cve_2020_15157_a_realm_that_spells_this_machine_or_its_cloud_is_not_asked(
    names: Resolver, host: str
) -> None:
    """containerd: whoever a registry or layer named was asked, and sent credentials."""
    names(r_example_com=PUBLIC)

    assert "cannot have" in told(f"https://{host}/token")


@pytest.mark.parametrize(
    "host", ["１２７.0.0.1", "127。0。0。1", "ⓛocalhost", "①69.254.169.254", "localhoſt"]
)
def test_other_scripts_spell_no_address(host: str) -> None:
    assert resolved("https://r.example.com/v2/", f"https://{host}/token") is None


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "fd12::1", "198.18.0.1"]
)
def test_a_private_address_is_for_registries_that_are_private_too(names: Resolver, address: str) -> None:
    names(auth_example_org=address, r_example_com=PUBLIC, r_internal=f"{PUBLIC} 10.1.2.3")

    assert "resolves to a private address, and r.example.com does not" in told("https://auth.example.org/t")
    assert told("https://auth.example.org/t", "r.internal") == ""


def test_a_registry_s_own_host_is_always_fine(names: Resolver) -> None:
    names(r_example_com="127.0.0.1")

    assert told("https://r.example.com:8443/token") == ""


def test_a_name_that_moves_is_seen_the_next_time(names: Resolver) -> None:
    """A first answer must not count for ever: names are made to move (DNS rebinding)."""
    names(r_example_com=PUBLIC, auth_evil_example=PUBLIC)
    assert told("https://auth.evil.example/t") == ""
    names(auth_evil_example="169.254.169.254")

    assert told("https://auth.evil.example/t") != ""


@pytest.mark.parametrize(
    ("environment", "checked"),
    [
        pytest.param({}, True, id="no-proxy"),
        pytest.param({"HTTPS_PROXY": "http://proxy:1"}, False, id="proxy"),
        pytest.param({"ALL_PROXY": "http://proxy:1"}, False, id="proxy-for-all"),
        pytest.param({"HTTP_PROXY": "http://proxy:1"}, True, id="proxy-for-another-scheme"),
        pytest.param({"NO_PROXY": "internal.example"}, True, id="only-exceptions"),
        pytest.param({"HTTPS_PROXY": "http://proxy:1", "NO_PROXY": "evil.example"}, True, id="excepted"),
        pytest.param({"HTTPS_PROXY": "http://proxy:1", "NO_PROXY": "*"}, True, id="all-excepted"),
    ],
)
def test_what_a_name_resolves_to_is_left_to_a_proxy_only_where_one_connects(
    names: Resolver, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], checked: bool
) -> None:
    names(auth_evil_example="169.254.169.254", r_example_com=PUBLIC)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert bool(told("https://auth.evil.example/t")) is checked
    assert told("https://169.254.169.254/t") != ""  # what it spells is checked all the same


def test_a_realm_is_checked_before_anybody_is_asked(names: Resolver) -> None:
    """The whole way: a registry in the clear, whose realm leads to a server that must hear nothing."""
    overheard: list[Any] = []
    with quirky(overheard.append) as inner:  # type: ignore[arg-type] # it never has to answer
        port = inner.rpartition(":")[2]
        realm = f'Bearer realm="http://auth.evil.example:{port}/token",service="s"'
        with quirky(lambda r: challenge(realm)) as outer:
            host = f"r.example.com:{outer.rpartition(':')[2]}"
            names(r_example_com="127.0.0.1", auth_evil_example="127.0.0.1")
            credentials = Credentials(DockerConfig({"auths": {host: GOOD}}, "config.json"))
            with RegistryClient({host: RegistrySettings(plain_http=True)}, credentials) as client:
                with pytest.raises(RegistryDenied, match="resolves to an address of this machine"):
                    listed(client, ImageName(host, "a/b"))

    assert overheard == []


@pytest.mark.parametrize(
    ("host", "settings", "realm", "goes"),
    [
        pytest.param("r.example.com", {"token_servers": ("auth.example.org",)}, "https://auth.example.org/t", True, id="allowed"),
        pytest.param("r.example.com", {"token_servers": ("auth.example.org",)}, "https://auth.example.org:8443/t", True, id="allowed-on-another-port"),
        pytest.param("r.example.com", {"token_servers": ("auth.example.org",)}, "https://a.auth.example.org/t", False, id="below-an-allowed-one"),
        pytest.param("r.example.com", {"token_servers": ("auth.example.org",)}, "https://auth.example.org.evil.example/t", False, id="looks-alike"),
        pytest.param("r.example.com", {}, "https://auth.docker.io/token", False, id="docker-hub-s-for-another"),
        pytest.param("docker.io.evil.example", {}, "https://auth.docker.io/token", False, id="looks-like-docker-hub"),
        pytest.param("docker.io", {}, "https://auth.docker.io.evil.example/token", False, id="looks-like-docker-hub-s"),
        pytest.param("docker.io", {}, "https://ghcr.io/token", False, id="another-public-one"),
        pytest.param("acme.github.io", {}, "https://evil.github.io/token", False, id="another-site"),
    ],
)  # fmt: skip
def test_cve_2026_48978_credentials_go_to_no_other_domain(
    names: Resolver, host: str, settings: dict[str, Any], realm: str, goes: bool
) -> None:
    """oras-go, as containerd before it: credentials for a registry went to the realm it named."""
    credential = Credential("config.json", "bot", SECRET)
    found = endpoint(host, {host: RegistrySettings(**settings)})

    grant, _ = grant_for(found, f"{found.base}/v2/", Challenge("bearer", {"realm": realm}), "a/b", credential)

    assert grant is not None
    assert (grant.credential is credential) is goes


def test_ggcr_2193_a_realm_is_not_asked_in_the_clear(names: Resolver) -> None:
    assert "is not https" in told("http://r.example.com/token")
    assert "is not https" not in told(
        "http://r.example.com/token", settings=RegistrySettings(plain_http=True)
    )


TARGETS = st.text(max_size=60) | st.text(alphabet="htps:/[]@.?#%\\0123456789 a\t\n", max_size=40)


@given(TARGETS.map("https://{}".format) | TARGETS)
def test_the_host_that_is_checked_is_the_host_that_is_asked(target: str) -> None:
    """Two parsers that read an address in two ways are a way around every check."""
    checked = resolved("https://r.example/v2/", target)
    if checked is None:
        return
    try:
        asked = httpx.Request("GET", checked.geturl()).url
    except (httpx.InvalidURL, UnicodeError):
        return  # it is never asked

    assert (asked.scheme, asked.host, asked.userinfo) == (checked.scheme, checked.hostname, b"")
