"""Requests: sent again or not, followed or not, bounded, and named when they fail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.demo.http_server import LoopbackServer, Request, Response
from imagebot.errors import ForgeDenied, ForgeError
from imagebot.forges.gitea import client
from imagebot.forges.gitea.answer import Answer
from imagebot.forges.gitea.client import Client
from imagebot.forges.gitea.payloads import Label, Pull
from tests.secrets_planted import SECRET

DOING = "list pull requests"
BROKEN = Response(0)


class Server:
    """Gives its answers one after the other, then the last one again and again."""

    def __init__(self, *answers: Response) -> None:
        self.answers = list(answers)
        self.requests: list[Request] = []
        self.server = LoopbackServer(self._answer)

    def _answer(self, request: Request) -> Response:
        self.requests.append(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    @property
    def client(self) -> Client:
        return Client(f"http://{self.server.host}/api/v1", SECRET, token_source="GITEA_TOKEN", polite=False)


@contextmanager
def answering(*answers: Response) -> Iterator[Server]:
    server = Server(*answers)
    yield server
    server.server.close()


def said(status: int, content: object, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, json.dumps(content).encode(), named)


def to(location: str, status: int = 307) -> Response:
    return Response(status, b"", {"Location": location})


def test_the_token_goes_in_the_header_gitea_knows() -> None:
    with answering(said(200, {})) as server:
        server.client.get("/user", DOING)

    (request,) = server.requests
    assert request.headers["authorization"] == f"token {SECRET}"
    assert request.path == "/api/v1/user"


@pytest.mark.parametrize("failure", [said(502, {}), BROKEN])
def test_a_read_is_sent_again(failure: Response) -> None:
    with answering(failure, said(200, [])) as server:
        assert server.client.get("/labels", DOING).many(Label) == []

    assert len(server.requests) == 2


@pytest.mark.parametrize("failure", [said(502, {}), BROKEN])
def test_a_write_is_sent_once(failure: Response) -> None:
    with answering(failure) as server, pytest.raises(ForgeError) as raised:
        server.client.write("POST", "/pulls", DOING, {})

    assert raised.value.id == "forge-unreachable"
    assert len(server.requests) == 1


def test_a_server_that_is_not_there_is_named() -> None:
    with answering(BROKEN) as server:
        speaker = server.client

    with pytest.raises(ForgeError, match="list pull requests.*127.0.0.1") as raised:
        speaker.get("/pulls", DOING)

    assert raised.value.id == "forge-unreachable"


@pytest.mark.parametrize(
    ("wait", "requests"),
    [
        pytest.param("3600", 1, id="too-long"),
        pytest.param("Fri, 31 Dec 9999 23:59:59 GMT", 1, id="a-date-far-away"),
        pytest.param("2", 3, id="short"),
        pytest.param("soon", 3, id="no-time"),
        pytest.param("", 3, id="none"),
    ],
)
def test_a_rate_limit_is_waited_for_unless_that_takes_long(wait: str, requests: int) -> None:
    with answering(said(429, {"message": "slow down"}, Retry_After=wait)) as server:
        with pytest.raises(ForgeError, match="slow down") as raised:
            server.client.get("/pulls", DOING)

    assert raised.value.id == "forge-rate-limited"
    assert len(server.requests) == requests


@pytest.mark.parametrize(
    ("status", "kind", "identity"),
    [
        pytest.param(401, ForgeDenied, "forge-denied", id="unauthorized"),
        pytest.param(403, ForgeDenied, "forge-denied", id="forbidden"),
        pytest.param(404, ForgeDenied, "forge-not-found", id="not-shown"),
        pytest.param(423, ForgeError, "forge-archived", id="locked"),
        pytest.param(418, ForgeError, "forge-refused", id="anything-else"),
    ],
)
def test_refusals_are_named(status: int, kind: type[ForgeError], identity: str) -> None:
    with answering(said(status, {"message": "words\x1b[31m of the forge"})) as server:
        with pytest.raises(kind, match="list pull requests.*words.*of the forge") as raised:
            server.client.get("/pulls", DOING)

    assert raised.value.id == identity
    assert "\x1b" not in raised.value.message
    assert len(server.requests) == 1


def test_a_gateway_that_echoes_the_token_does_not_get_it_into_a_message() -> None:
    with answering(said(403, {"message": f"bad header: token {SECRET}"})) as server:
        with pytest.raises(ForgeDenied, match="bad header") as raised:
            server.client.get("/pulls", DOING)

    assert SECRET not in raised.value.message


@pytest.mark.parametrize("token", ["", "zq wx", "zq\nwx", " zq", "zq\u00e9", "zq\x00"])
def test_a_token_that_is_none_is_refused_without_being_shown(token: str) -> None:
    with pytest.raises(ForgeDenied, match="GITEA_TOKEN") as raised:
        Client("https://git.example.com/api/v1", token, token_source="GITEA_TOKEN")

    assert "zq" not in raised.value.message


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_a_redirect_on_the_same_host_is_followed_with_the_body(method: str) -> None:
    with answering(to("/api/v1/new?page=2"), said(200, {})) as server:
        if method == "GET":
            server.client.get("/old", DOING)
        else:
            server.client.write("PATCH", "/old", DOING, {"body": "text"})

    last = server.requests[-1]
    assert (last.method, last.path, last.raw_query) == (method, "/api/v1/new", "page=2")
    assert last.headers["authorization"] == f"token {SECRET}"
    assert last.body == (b"" if method == "GET" else b'{"body":"text"}')


@pytest.mark.parametrize(
    "location",
    [
        pytest.param("http://evil.example.com/api/v1/old", id="another-host"),
        pytest.param("https://127.0.0.1/api/v1/old", id="another-scheme"),
        pytest.param("http://127.0.0.1:1/api/v1/old", id="another-port"),
        pytest.param("//evil.example.com/", id="no-scheme"),
        pytest.param("http://[", id="no-address"),
        pytest.param("", id="none"),
    ],
)
def test_a_redirect_elsewhere_is_not_followed(location: str) -> None:
    with answering(to(location)) as server, pytest.raises(ForgeError) as raised:
        server.client.get("/old", DOING)

    assert raised.value.id == "forge-redirect"
    assert len(server.requests) == 1


def test_redirects_in_circles_end() -> None:
    with answering(to("/api/v1/old")) as server, pytest.raises(ForgeError) as raised:
        server.client.get("/old", DOING)

    assert raised.value.id == "forge-redirect"
    assert len(server.requests) == 4


def test_a_write_is_not_turned_into_a_read() -> None:
    with answering(to("/api/v1/new", 301)) as server, pytest.raises(ForgeError) as raised:
        server.client.write("POST", "/old", DOING, {})

    assert raised.value.id == "forge-redirect"
    assert len(server.requests) == 1


def test_an_answer_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "ANSWER_LIMIT", 100)

    with answering(Response(200, b"x" * 101)) as server, pytest.raises(ForgeError) as raised:
        server.client.get("/pulls", DOING)

    assert raised.value.id == "forge-answer-too-large"


def test_a_compressed_answer_is_refused() -> None:
    with answering(Response(200, b"\x1f\x8b", {"Content-Encoding": "gzip"})) as server:
        with pytest.raises(ForgeError, match="compressed"):
            server.client.get("/pulls", DOING)


def answer(body: bytes) -> Answer:
    return Answer(200, httpx.Headers(), body)


def test_one_bad_entry_costs_only_itself() -> None:
    listed = answer(b'[{"id": 1, "name": "a"}, {"id": "?"}, null, 3, {"id": 2}]')

    assert [label.id for label in listed.many(Label)] == [1, 2]


@pytest.mark.parametrize("content", [b"", b"<html>", b"{}", b"3", b"\xff", b"[" * 100_000])
def test_what_is_no_list_is_named(content: bytes) -> None:
    with pytest.raises(ForgeError) as raised:
        answer(content).many(Label)

    assert raised.value.id == "forge-protocol"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from([*Pull.model_fields, "id", "login"]), inner)
    ),
    max_leaves=20,
)


@given(JSON)
def test_any_json_is_a_value_or_a_named_failure(content: object) -> None:
    given_answer = answer(json.dumps(content).encode())

    for read in (given_answer.one, given_answer.many):
        try:
            read(Pull)
        except ForgeError as error:
            assert error.id == "forge-protocol"
