"""Registries that lead elsewhere: by redirects, and by pages that go on at another place.

Names of tests carry the advisory whose attack they repeat. Where a token server may lie is in ``test_addresses.py``,
lists of tags are in ``test_tags.py``.
"""

from __future__ import annotations

import itertools
import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from imagebot.demo.http_server import Request, Response
from imagebot.errors import RegistryError, RegistryProtocol
from imagebot.policies.policy import RegistrySettings
from imagebot.references.image import ImageName
from imagebot.registries.client import RegistryClient
from imagebot.registries.credentials import Credentials
from imagebot.registries.docker_config import DockerConfig
from tests.registries.certificates import authority, issued, secured
from tests.registries.content_store import (
    BLOB,
    CONFIG,
    INDEX,
    Store,
    contents_of,
    described,
    digest_of,
)
from tests.registries.quirk_server import GOOD, ask, challenge, quirky, tags_of


def blob_of(answer: Callable[[Request], Response], entry: dict[str, Any] | None = None) -> bytes:
    """What a client makes of a blob of a server."""
    with quirky(answer) as host, ask(host, entry) as client:
        return contents_of(client).blob(ImageName(host, "a/b"), digest_of(BLOB), 1000)


def to(location: str) -> Response:
    return Response(307, b"", {"Location": location, "Set-Cookie": "session=1; Path=/"})


def test_cve_2026_50151_nothing_of_us_goes_along_a_redirect_and_none_of_it_comes_back() -> None:
    """oras-go: ``Authorization`` followed a Location to another host, and back is no better."""
    abroad: list[Request] = []
    home: list[Request] = []

    def storage(request: Request) -> Response:
        abroad.append(request)
        return to(f"http://{registry}/back") if request.path == "/there" else Response(404)

    def answer(request: Request) -> Response:
        home.append(request)
        if request.path == "/back":
            return Response(200, BLOB)
        if "authorization" not in request.headers:
            return challenge('Basic realm="r"')
        return to(f"http://{elsewhere}/there?signature=x")

    with quirky(storage) as elsewhere, quirky(answer) as registry, ask(registry, GOOD) as client:
        assert contents_of(client).blob(ImageName(registry, "a/b"), digest_of(BLOB), 1000) == BLOB

    for request in (*abroad, home[-1]):
        assert not {"authorization", "cookie", "referer"} & request.headers.keys()
    assert [request.path for request in abroad] == ["/there"]
    assert home[-1].path == "/back"


def test_ggcr_2349_a_redirect_to_another_port_of_the_host_is_another_place() -> None:
    """go-containerregistry kept credentials wherever the name was the same."""
    seen: list[Request] = []

    def storage(request: Request) -> Response:
        seen.append(request)
        return Response(200, BLOB)

    def answer(request: Request) -> Response:
        return to(f"http://{other}/") if "authorization" in request.headers else challenge('Basic realm="r"')

    with quirky(storage) as other:
        assert blob_of(answer, GOOD) == BLOB

    assert "authorization" not in seen[0].headers


@pytest.mark.parametrize(("hops", "arrives"), [(0, True), (5, True), (6, False)])
def test_five_redirects_are_followed_and_no_more(hops: int, arrives: bool) -> None:
    asked = itertools.count()

    def answer(request: Request) -> Response:
        number = next(asked)
        return Response(200, BLOB) if number == hops else to(f"/hop/{number}")

    if arrives:
        assert blob_of(answer) == BLOB
        return
    with pytest.raises(RegistryProtocol, match="in circles"):
        blob_of(answer)


@pytest.mark.parametrize(
    ("location", "told"),
    [
        pytest.param("http://u:p@127.0.0.1/x", "to no address", id="userinfo"),
        pytest.param("http://169.254.169.254/latest/meta-data", "cannot have", id="metadata"),
        pytest.param("http://[::ffff:a9fe:a9fe]/latest", "cannot have", id="metadata-mapped"),
        pytest.param("http://0xa9fea9fe/latest", "cannot have", id="metadata-as-a-number"),
        pytest.param("https://metadata.google.internal/", "cannot have", id="metadata-by-name"),
        pytest.param(
            "http://cdn.evil.example/", "resolves to an address of this machine", id="metadata-by-resolver"
        ),
        pytest.param("file:///etc/passwd", "to no address", id="file"),
        pytest.param("gopher://127.0.0.1:6379/_FLUSHALL", "to no address", id="gopher"),
        pytest.param("unix:///var/run/docker.sock", "to no address", id="socket"),
    ],
)
def test_a_blob_is_fetched_from_no_forbidden_place(
    monkeypatch: pytest.MonkeyPatch, location: str, told: str
) -> None:
    real: Callable[..., Any] = socket.getaddrinfo

    def resolve(host: Any, *rest: Any, **options: Any) -> Any:
        return real("169.254.169.254" if str(host).endswith(".example") else host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)

    with pytest.raises(RegistryProtocol, match=told):
        blob_of(lambda r: to(location))


def test_ghsa_vh4v_2xq2_g5cg_a_blob_is_not_fetched_in_the_clear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """oras-go: a redirect led from TLS to plain HTTP."""
    signer = authority()
    real: Callable[..., Any] = socket.getaddrinfo
    local: Callable[..., Any] = lambda host, *r, **o: real("127.0.0.1", *r, **o)  # noqa: E731 - a stand-in
    monkeypatch.setattr(socket, "getaddrinfo", local)
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with quirky(lambda r: Response(200, BLOB)) as plain:
        answer = lambda r: to(f"http://r.example.com:{plain.rpartition(':')[2]}/blob")  # noqa: E731 - a stand-in
        with secured(answer, issued(signer, "r.example.com"), tmp_path) as address:
            host = f"r.example.com:{address.rpartition(':')[2]}"
            client = RegistryClient(
                {host: RegistrySettings(ca="ca.pem")},
                Credentials(DockerConfig({}, "config.json")),
                read=lambda _: signer.pem(),
            )
            with client, pytest.raises(RegistryProtocol, match="is not https"):
                contents_of(client).blob(ImageName(host, "a/b"), digest_of(BLOB), 1000)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_token_request_follows_no_redirect(status: int) -> None:
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(request.path)
        if request.path == "/token":
            return Response(status, b"", {"Location": "/elsewhere"})
        return challenge('Bearer realm="/token",service="s"')

    with pytest.raises(RegistryError, match=f"answered {status} without a token"):
        tags_of(answer, GOOD)

    assert "/elsewhere" not in asked


def test_a_challenge_from_where_a_redirect_led_is_not_answered_there() -> None:
    abroad: list[Request] = []

    def storage(request: Request) -> Response:
        abroad.append(request)
        return challenge('Basic realm="tell me"')

    with quirky(storage) as elsewhere, pytest.raises(RegistryError):
        blob_of(lambda r: to(f"http://{elsewhere}/"), GOOD)

    assert abroad
    assert not any("authorization" in request.headers for request in abroad)


@pytest.mark.parametrize(
    "link",
    [
        pytest.param("<http://evil.example/v2/a/b/referrers/x>", id="host"),
        pytest.param("<//evil.example/v2/a/b/referrers/x>", id="host-alone"),
        pytest.param("</v2/c/d/referrers/x>", id="repository"),
        pytest.param("<https://127.0.0.1/v2/a/b/referrers/x>", id="scheme"),
        pytest.param("<../../../c/referrers/x>", id="dots"),
    ],
)
def test_ggcr_2259_referrers_elsewhere_are_not_asked_for(link: str) -> None:
    """go-containerregistry followed the Link header of a page to any host."""
    body = json.dumps({"manifests": []}).encode()
    answer = lambda r: Response(200, body, {"Content-Type": INDEX, "Link": f'{link}; rel="next"'})  # noqa: E731

    with quirky(answer) as host, ask(host) as client:
        with pytest.raises(RegistryProtocol, match="the next page lies elsewhere"):
            contents_of(client).referrers(ImageName(host, "a/b"), digest_of(BLOB))


def test_ggcr_2293_urls_of_a_descriptor_are_never_asked() -> None:
    """Foreign layers name servers of their own."""
    asked: list[str] = []

    def overhear(request: Request) -> Response:
        asked.append(request.path)
        return Response(200, b"{}")

    with quirky(overhear) as elsewhere:
        store = Store()
        urls = [f"http://{elsewhere}/config"]
        config = {
            "mediaType": CONFIG,
            "digest": store.blob({"os": "linux", "architecture": "amd64"}),
            "urls": urls,
        }
        assert described(store, {"config": config, "layers": [{"urls": urls}]}).platforms == ("linux/amd64",)

    assert asked == []


def test_cve_2023_33957_referrers_have_a_bound() -> None:
    """notation: a registry with endless signatures kept a verifier busy for ever."""
    pages = itertools.count()
    body = json.dumps({"manifests": [{"digest": digest_of(BLOB)}] * 400}).encode()

    def answer(request: Request) -> Response:
        link = f'<?page={next(pages)}>; rel="next"'
        return Response(200, body, {"Content-Type": INDEX, "Link": link})

    with quirky(answer) as host, ask(host) as client:
        assert len(contents_of(client).referrers(ImageName(host, "a/b"), digest_of(BLOB))) == 1000

    assert next(pages) == 3
