"""Requests to servers that fail, hang and trickle, and through proxies."""

from __future__ import annotations

import ssl
from threading import Event

import pytest

from imagebot.demo.http_server import Request, Response
from imagebot.demo.registry import EmbeddedRegistry
from imagebot.errors import ConfigError, RegistryError, RegistryLimited, RegistryUnreachable
from imagebot.policies.policy import RegistrySettings
from imagebot.references.image import ImageName
from imagebot.registries.client import RegistryClient
from imagebot.registries.credentials import Credentials
from imagebot.registries.docker_config import DockerConfig
from imagebot.registries.hosts import Endpoint
from imagebot.registries.http import Http
from tests.registries.quirk_server import ask, page, quirky, tags_of
from tests.registries.turned_clock import TurnedClock
from tests.secrets_planted import SECRET


@pytest.mark.parametrize(("status", "times"), [(503, 2), (0, 2), (429, 2)])
def test_a_passing_failure_is_tried_again(registry: EmbeddedRegistry, status: int, times: int) -> None:
    registry.push("a/b", "1.0")
    registry.fail("tags/list", status, times=times, headers={"Retry-After": "1"})
    with ask(registry.host, clock=TurnedClock()) as client:
        assert client.tags(ImageName(registry.host, "a/b")).tags == ("1.0",)


@pytest.mark.parametrize(
    ("status", "error", "told"),
    [
        (503, RegistryUnreachable, "answered 503"),
        (0, RegistryUnreachable, "broke"),
        (429, RegistryLimited, "limits the rate: slow down"),
    ],
)
def test_a_lasting_failure_is_named(
    registry: EmbeddedRegistry, status: int, error: type[RegistryError], told: str
) -> None:
    registry.fail("tags/list", status, times=9, body=b'{"message": "slow down"}')
    with ask(registry.host) as client, pytest.raises(error, match=told):
        client.tags(ImageName(registry.host, "a/b"))


@pytest.mark.parametrize(
    ("wait", "requests"),
    [
        pytest.param("3600", 1, id="an-hour"),
        pytest.param("9" * 400, 1, id="for-ever"),
        pytest.param("Fri, 31 Dec 9999 23:59:59 GMT", 1, id="date-far-away"),
        pytest.param("Fri, 31 Dec 9999 23:59:59 -2300", 1, id="date-beyond-the-calendar"),
        pytest.param("Wed, 21 Oct 2015 07:28:00 GMT", 3, id="date-that-is-past"),
        pytest.param("Mon, 01 Jan 2024 00:00:00 +99999999", 3, id="date-that-is-none"),
        pytest.param("soon", 3, id="word"),
        pytest.param("-1", 3, id="negative"),
    ],
)
def test_a_host_is_waited_for_only_a_little_while(
    registry: EmbeddedRegistry, wait: str, requests: int
) -> None:
    registry.fail("tags/list", 429, times=9, headers={"Retry-After": wait})
    with ask(registry.host) as client, pytest.raises(RegistryLimited):
        client.tags(ImageName(registry.host, "a/b"))

    assert len(registry.requests) == requests


def test_a_server_that_hangs_is_given_up() -> None:
    over = Event()

    def hang(request: Request) -> Response:
        over.wait()
        return Response(0)

    with quirky(hang) as host, ask(host, timeout_s=0.05) as client:
        with pytest.raises(RegistryUnreachable, match=f"{host} did not answer in time"):
            client.tags(ImageName(host, "a/b"))
        over.set()


def test_an_answer_that_trickles_is_given_up() -> None:
    class AMinuteALook(TurnedClock):
        def seconds(self) -> float:
            self.turn(61)
            return super().seconds()

    http = Http(clock=AMinuteALook())
    with quirky(lambda r: Response(200, b"a byte a minute")) as host:
        endpoint = Endpoint(host, f"http://{host}")
        http.prepare(endpoint, ssl.create_default_context())
        with pytest.raises(RegistryUnreachable, match="did not finish its answer in 60 seconds"):
            http.send(endpoint, "GET", f"http://{host}/", headers={}, limit=1000)
    http.close()


def test_a_registry_that_is_down_is_named() -> None:
    host = "127.0.0.1:1"  # a port that nothing listens on

    with ask(host) as client, pytest.raises(RegistryUnreachable) as refused:
        client.tags(ImageName(host, "a/b"))

    assert refused.value.message == f"cannot connect to {host}: Connection refused"
    assert "check that the registry is up" in refused.value.hint


def test_a_registry_without_tls_says_what_to_set(registry: EmbeddedRegistry) -> None:
    secured = Endpoint("r.internal:5000", f"https://{registry.host}")
    http = Http()
    http.prepare(secured, ssl.create_default_context())

    with pytest.raises(RegistryUnreachable) as refused:
        http.send(secured, "GET", f"{secured.base}/v2/", headers={}, limit=1000)
    http.close()

    assert 'registries: {"r.internal:5000": {plain-http: true}}' in refused.value.hint


def test_no_cookie_comes_back() -> None:
    cookies: list[str | None] = []

    def answer(request: Request) -> Response:
        cookies.append(request.headers.get("cookie"))
        if request.one("page"):
            return page(["2"])
        return page(["1"], Link='<?page=2>; rel="next"', Set_Cookie="session=1; Path=/")

    tags_of(answer)

    assert cookies == [None, None]


@pytest.fixture
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


def internal() -> RegistryClient:
    """A client for a registry that only a proxy can reach."""
    settings = {"r.invalid:5000": RegistrySettings(plain_http=True)}
    return RegistryClient(settings, Credentials(DockerConfig({}, "config.json")))


def test_a_proxy_of_the_environment_is_used(no_proxies: pytest.MonkeyPatch) -> None:
    with quirky(lambda r: page([r.headers["host"].replace(":", "-")])) as proxy:
        no_proxies.setenv("HTTP_PROXY", f"http://{proxy}")
        with internal() as client:
            assert client.tags(ImageName("r.invalid:5000", "a/b")).tags == ("r.invalid-5000",)


def test_this_machine_is_reached_without_a_proxy(no_proxies: pytest.MonkeyPatch) -> None:
    no_proxies.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    no_proxies.setenv("ALL_PROXY", "http://127.0.0.1:1")

    assert tags_of(lambda r: page(["1.0"])) == ("1.0",)


@pytest.mark.parametrize("proxy", [f"socks5://bot:{SECRET}@proxy:1080", f"gopher://bot:{SECRET}@proxy"])
def test_a_proxy_that_cannot_be_used_is_said(no_proxies: pytest.MonkeyPatch, proxy: str) -> None:
    no_proxies.setenv("ALL_PROXY", proxy)

    with internal() as client, pytest.raises(ConfigError, match="the proxy .* for r.invalid:5000") as refused:
        client.tags(ImageName("r.invalid:5000", "a/b"))

    assert SECRET not in f"{refused.value.message} {refused.value.hint}"
