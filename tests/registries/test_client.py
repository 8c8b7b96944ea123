"""The client against servers that differ, fail and attack."""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from imagebot.demo.http_server import LoopbackServer, Request, Response
from imagebot.demo.images import MANIFEST
from imagebot.demo.registry import EmbeddedRegistry
from imagebot.errors import (
    RegistryDenied,
    RegistryError,
    RegistryLimited,
    RegistryNotFound,
    RegistryProtocol,
    RegistryUnreachable,
)
from imagebot.policies.policy import RegistrySettings
from imagebot.references.image import ImageName
from imagebot.registries.challenge import Challenge
from imagebot.registries.client import RegistryClient
from imagebot.registries.docker_config import Credential, Credentials
from imagebot.registries.hosts import Endpoint, endpoint
from imagebot.registries.http import Http
from imagebot.registries.tokens import grant_for

SECRET = "pl4nted-s3cret"
Answer = Callable[[Request], Response]


@contextmanager
def quirky(answer: Answer) -> Iterator[str]:
    """A server that answers as a test wants; its host."""
    server = LoopbackServer(answer)
    yield server.host
    server.close()


def ask(host: str, auths: dict[str, Any] | None = None) -> RegistryClient:
    return RegistryClient({}, Credentials({"auths": auths or {}}, "config.json"))


def tags_of(answer: Answer) -> tuple[str, ...]:
    with quirky(answer) as host, ask(host) as client:
        return client.tags(ImageName(host, "a/b"))


def page(tags: object, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(200, json.dumps({"name": "a/b", "tags": tags}).encode(), named)


def pages(request: Request, link: str) -> Response:
    """Three pages, each naming the next by a link of the wanted form."""
    place = int(request.one("page", "1"))
    if place == 3:
        return page(["1.3"])
    return page([f"1.{place}"], Link=link.format(next=place + 1, host=request.headers["host"]))


@pytest.mark.parametrize(
    "link",
    [
        '</v2/a/b/tags/list?page={next}>; rel="next"',
        "</v2/a/b/tags/list?page={next}>; rel=next",
        '<http://{host}/v2/a/b/tags/list?page={next}>; rel="next"',
        '<?page={next}>;rel="next"',
        '</x>; rel="prev", </v2/a/b/tags/list?page={next}>; title="a, b"; rel="last next"',
    ],
)
def test_pages_are_followed_to_the_end(link: str) -> None:
    assert tags_of(lambda request: pages(request, link)) == ("1.1", "1.2", "1.3")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param(lambda r: page(["1"], Link='<http://evil.example/v2/a/b/tags/list?n=1>; rel="next"'), "lies elsewhere", id="foreign-host"),
        pytest.param(lambda r: page(["1"], Link='</v2/other/tags/list?n=1>; rel="next"'), "lies elsewhere", id="foreign-path"),
        pytest.param(lambda r: page(["1"], Link=f'<{r.raw_path}?n=1>; rel="next"'), "in circles", id="circle"),
        pytest.param(lambda r: page({"a": 1}), "no list of tags", id="no-list"),
        pytest.param(lambda r: Response(200, b"<html>"), "no JSON", id="html"),
        pytest.param(lambda r: Response(200, b"[" * 100_000), "no JSON", id="deep"),
        pytest.param(lambda r: Response(200, b'{"tags":["' + b"x" * (9 * 1024 * 1024)), "more than", id="endless"),
        pytest.param(lambda r: Response(200, gzip.compress(b"x" * 10**7), {"Content-Encoding": "gzip"}), "compressed", id="gzip-bomb"),
        pytest.param(lambda r: Response(302, b"", {"Location": "http://evil.example/"}), "redirects a/b to another host|redirects .*to another host", id="redirect-away"),
        pytest.param(lambda r: Response(302, b"", {"Location": r.raw_path}), "in circles", id="redirect-circle"),
        pytest.param(lambda r: Response(418, b'{"errors":[{"message":"tea\\u001b[31m"}]}'), "answered 418 .*tea", id="odd-status"),
    ],
)  # fmt: skip
def test_a_list_that_cannot_be_had_whole_is_an_error(answer: Answer, reason: str) -> None:
    with pytest.raises(RegistryProtocol, match=reason):
        tags_of(answer)


def test_what_is_no_tag_is_dropped() -> None:
    listed = [
        "1.0",
        None,
        "",
        5,
        "1.0",
        "sha256:" + "a" * 64,
        "sha256-" + "a" * 64 + ".sig",
        "é",
        "-x",
        "a" * 129,
    ]

    assert tags_of(lambda r: page(listed)) == ("1.0",)


@pytest.mark.parametrize("tags", [None, []])
def test_null_means_none(tags: object) -> None:
    assert tags_of(lambda r: page(tags)) == ()


def test_a_server_that_wants_smaller_pages_is_asked_without_a_size() -> None:
    def answer(request: Request) -> Response:
        if request.one("n"):
            return Response(405, b'{"errors":[{"code":"UNSUPPORTED","message":"less than or equal to 100"}]}')
        return page(["1.0"])

    assert tags_of(answer) == ("1.0",)


def manifest(body: bytes = b"{}", media_type: str = MANIFEST, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(200, body, {"Content-Type": media_type, **named})


def digest_of(answer: Answer) -> str:
    with quirky(answer) as host, ask(host) as client:
        return client.digest(ImageName(host, "a/b"), "1.0")


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(manifest(), id="no-digest-header"),
        pytest.param(manifest(Docker_Content_Digest="sha256:short"), id="malformed-digest"),
        pytest.param(Response(405), id="no-head"),
        pytest.param(Response(404), id="head-is-not-found"),
    ],
)
def test_where_a_head_gives_no_digest_the_manifest_is_hashed(head: Response) -> None:
    body = b'{"schemaVersion": 2}'

    found = digest_of(lambda r: head if r.method == "HEAD" else manifest(body))

    assert found == f"sha256:{hashlib.sha256(body).hexdigest()}"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param(lambda r: manifest(media_type="application/vnd.docker.distribution.manifest.v1+prettyjws"), "before 2017", id="schema-1"),
        pytest.param(lambda r: manifest(media_type="text/html"), "is no image", id="html"),
        pytest.param(lambda r: Response(405) if r.method == "HEAD" else manifest(b"x" * (5 * 1024 * 1024)), "more than", id="endless"),
    ],
)  # fmt: skip
def test_what_is_no_image_has_no_digest(answer: Answer, reason: str) -> None:
    with pytest.raises(RegistryProtocol, match=reason):
        digest_of(answer)


def test_a_digest_is_asked_by_head_alone(registry: EmbeddedRegistry) -> None:
    registry.push("a/b", "1.0")
    with ask(registry.host) as client:
        client.digest(ImageName(registry.host, "a/b"), "1.0")

    assert [seen.method for seen in registry.requests] == ["HEAD"]


def test_every_question_is_asked_once_however_many_want_the_answer(registry: EmbeddedRegistry) -> None:
    registry.push("a/b", "1.0")
    name = ImageName(registry.host, "a/b")
    with ask(registry.host) as client, ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(client.tags, name) for _ in range(20)]
        assert {answer.result() for answer in answers} == {("1.0",)}

    assert len(registry.requests) == 1


def test_a_failure_is_kept_as_an_answer_too(registry: EmbeddedRegistry) -> None:
    with ask(registry.host) as client:
        for _ in range(2):
            with pytest.raises(RegistryNotFound):
                client.tags(ImageName(registry.host, "none"))

    assert len(registry.requests) == 1


@pytest.mark.parametrize(("status", "times"), [(503, 2), (0, 2), (429, 2)])
def test_a_passing_failure_is_tried_again(registry: EmbeddedRegistry, status: int, times: int) -> None:
    registry.push("a/b", "1.0")
    registry.fail("tags/list", status, times=times, headers={"Retry-After": "1"})
    with ask(registry.host) as client:
        assert client.tags(ImageName(registry.host, "a/b")) == ("1.0",)


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


def test_a_host_that_wants_a_long_wait_is_left_at_once(registry: EmbeddedRegistry) -> None:
    registry.fail("tags/list", 429, times=9, headers={"Retry-After": "3600"})
    with ask(registry.host) as client, pytest.raises(RegistryLimited):
        client.tags(ImageName(registry.host, "a/b"))

    assert len(registry.requests) == 1


def test_a_registry_without_tls_says_what_to_set(registry: EmbeddedRegistry) -> None:
    secured = Endpoint("r.internal:5000", f"https://{registry.host}")
    http = Http()
    http.prepare(secured, None)

    with pytest.raises(RegistryUnreachable) as refused:
        http.send(secured, "GET", f"{secured.base}/v2/", headers={}, limit=1000)
    http.close()

    assert 'registries: {"r.internal:5000": {plain-http: true}}' in refused.value.hint


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
        ("r.internal:5000", {"r.internal:5000": RegistrySettings(plain_http=True)}, "http://r.internal:5000"),
        (
            "r.internal:5001",
            {"r.internal:5000": RegistrySettings(plain_http=True)},
            "https://r.internal:5001",
        ),
    ],
)
def test_the_api_of_a_host(host: str, settings: dict[str, RegistrySettings], base: str) -> None:
    assert endpoint(host, settings).base == base


GOOD = {"username": "bot", "password": SECRET}


@pytest.mark.parametrize(
    ("auth", "entry"),
    [
        pytest.param("basic", GOOD, id="basic"),
        pytest.param("token", GOOD, id="token-by-password"),
        pytest.param("token", {"identitytoken": SECRET}, id="token-by-identity"),
    ],
)
def test_the_challenge_is_answered(auth: str, entry: dict[str, str]) -> None:
    with EmbeddedRegistry(auth=auth, credentials={"bot": SECRET}) as registry:  # type: ignore[arg-type] # a table
        registry.push("a/b", "1.0")
        with ask(registry.host, {registry.host: entry}) as client:
            assert client.tags(ImageName(registry.host, "a/b")) == ("1.0",)
            assert client.digest(ImageName(registry.host, "a/b"), "1.0")

    assert registry.requests[0].scheme == ""  # nothing is sent before it is asked for


def test_a_token_is_fetched_once_for_a_repository() -> None:
    with EmbeddedRegistry(auth="token", credentials={"bot": SECRET}, page_size=1) as registry:
        for tag in ("1", "2", "3"):
            registry.push("a/b", tag)
        with ask(registry.host, {registry.host: GOOD}) as client:
            client.tags(ImageName(registry.host, "a/b"))
            client.digest(ImageName(registry.host, "a/b"), "1")

    assert [seen.path for seen in registry.requests].count("/token") == 1


def test_a_token_that_the_server_forgot_is_renewed_once() -> None:
    with EmbeddedRegistry(auth="token", credentials={"bot": SECRET}) as registry:
        registry.push("a/b", "1")
        with ask(registry.host, {registry.host: GOOD}) as client:
            client.tags(ImageName(registry.host, "a/b"))
            registry.gate.issued.clear()
            assert client.digest(ImageName(registry.host, "a/b"), "1")


def bearer(realm: str, rest: str = "") -> Response:
    return Response(401, b"", {"WWW-Authenticate": f'Bearer realm="{realm}",service="s"{rest}'})


@pytest.mark.parametrize(
    ("realm", "told"),
    [
        pytest.param("http://169.254.169.254/latest", "cannot have", id="metadata"),
        pytest.param("http://[fd00:ec2::254]/", "cannot have", id="metadata-v6"),
        pytest.param("http://[::ffff:169.254.169.254]/", "cannot have", id="mapped"),
        pytest.param("http://user@{host}/token", "is no address", id="userinfo"),
        pytest.param("ftp://{host}/token", "is no address", id="scheme"),
    ],
)
def test_a_realm_that_no_registry_has_gets_no_request(realm: str, told: str) -> None:
    def answer(request: Request) -> Response:
        return bearer(realm.format(host=request.headers["host"]))

    with quirky(answer) as host, ask(host, {host: GOOD}) as client, pytest.raises(RegistryDenied, match=told):
        client.tags(ImageName(host, "a/b"))


@pytest.mark.parametrize(
    ("host", "realm", "goes"),
    [
        pytest.param("docker.io", "https://auth.docker.io/token", True, id="docker-hub"),
        pytest.param("ghcr.io", "https://ghcr.io/token", True, id="same-host"),
        pytest.param("r.example.com:5000", "https://r.example.com/token", True, id="same-host-another-port"),
        pytest.param("registry.example.com", "https://auth.example.com/token", True, id="beside"),
        pytest.param("registry.gitlab.com", "https://gitlab.com/jwt/auth", True, id="above"),
        pytest.param("10.0.0.1", "https://10.2.0.1/token", False, id="addresses"),
        pytest.param("r.team.example.com", "https://auth.team.example.com/t", True, id="beside-and-deeper"),
        pytest.param("r.example.com", "https://evil.example/token", False, id="elsewhere"),
        pytest.param("r.example.com", "https://r.example.com.evil.example/token", False, id="looks-alike"),
        pytest.param("shop.co.uk", "https://evil.co.uk/token", False, id="public-suffix"),
    ],
)
def test_credentials_go_to_a_token_server_of_the_registry_and_no_other(
    host: str, realm: str, goes: bool
) -> None:
    """The realm is named by the server: a registry that was taken over must not collect passwords."""
    credential = Credential("config.json", "bot", SECRET)
    found = endpoint(host, {})

    grant, note = grant_for(
        found, f"{found.base}/v2/", Challenge("bearer", {"realm": realm}), "a/b", credential
    )

    assert grant is not None
    assert grant.realm == realm
    assert (grant.credential is credential) is goes
    assert ("it got no credentials" in note) is not goes


def test_a_server_with_an_unknown_scheme_is_named() -> None:
    answer = Response(401, b"", {"WWW-Authenticate": "Negotiate"})
    with (
        quirky(lambda r: answer) as host,
        ask(host) as client,
        pytest.raises(RegistryDenied, match="negotiate"),
    ):
        client.tags(ImageName(host, "a/b"))


def test_forbidden_is_denied_and_names_where_the_credentials_came_from() -> None:
    def answer(request: Request) -> Response:
        if "authorization" not in request.headers:
            return Response(401, b"", {"WWW-Authenticate": 'Basic realm="r"'})
        return Response(403, b'{"errors":[{"code":"DENIED","message":"requested access is denied"}]}')

    with quirky(answer) as host, ask(host, {host: GOOD}) as client:
        with pytest.raises(RegistryDenied, match="requested access is denied; credentials from config.json"):
            client.tags(ImageName(host, "a/b"))


@pytest.mark.parametrize("auth", ["basic", "token"])
def test_a_planted_secret_shows_nowhere(auth: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with EmbeddedRegistry(auth=auth, credentials={"bot": "another"}) as registry:  # type: ignore[arg-type] # a table
        with ask(registry.host, {registry.host: GOOD}) as client, pytest.raises(RegistryDenied) as refused:
            client.tags(ImageName(registry.host, "a/b"))

    chain: BaseException | None = refused.value
    texts = [caplog.text, repr(refused.value), refused.value.message, refused.value.hint]
    while chain is not None:
        texts.append(f"{chain!r} {chain}")
        chain = chain.__cause__ or chain.__context__
    assert not any(SECRET in text for text in texts)


def test_an_error_text_of_a_server_is_made_safe() -> None:
    body = json.dumps(
        {"errors": [{"message": "\u001b[2Jevil\u202e" + "x" * 5000}]}, ensure_ascii=False
    ).encode()

    with quirky(lambda r: Response(404, body)) as host, ask(host) as client:
        with pytest.raises(RegistryNotFound) as refused:
            client.tags(ImageName(host, "a/b"))

    assert "\u001b" not in refused.value.message
    assert "\u202e" not in refused.value.message
    assert len(refused.value.message) < 500
