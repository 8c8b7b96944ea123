"""Servers that repeat what they were told in confidence: in every place of an answer that somebody could see.

Caches and errors are searched by ``tests/conftest.py`` too, for these tests as for all others.
"""

from __future__ import annotations

import base64
import html
import json
import logging
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.demo.http_server import Handler, Request, Response
from imagebot.demo.registry import EmbeddedRegistry
from imagebot.errors import ConfigError, RegistryDenied, RegistryError, RegistryProtocol
from imagebot.references.image import ImageName
from imagebot.registries.cache import Cache
from imagebot.registries.client import RegistryClient
from imagebot.registries.confided import Confided, without
from imagebot.registries.hosts import Endpoint
from tests.registries.quirk_server import GOOD, ask, challenge, manifest, page, quirky
from tests.secrets_planted import NEEDLES, SECRET

OTHER = "an0ther-s3cret"
Act = Callable[[RegistryClient, ImageName], object]
TAGS: Act = lambda client, name: client.tags(name)  # noqa: E731 - a table's column
DIGEST: Act = lambda client, name: client.digest(name, "1.0")  # noqa: E731


def seen(answer: Handler, act: Act, folder: Path, entry: dict[str, Any] | None = None) -> str:
    """Everything that a client shows of a server: values, errors with their causes, warnings."""
    with quirky(answer) as host, ask(host, entry or GOOD, cache=Cache(folder)) as client:
        try:
            shown = repr(act(client, ImageName(host, "a/b")))
        except (RegistryError, ConfigError) as error:
            shown = "".join([*traceback.format_exception(error), repr(error), error.message, error.hint])
        return f"{shown} {client.http.warnings()}"


def told(request: Request) -> str:
    """The password that a request carries."""
    value = request.headers["authorization"].partition(" ")[2]
    return base64.b64decode(value).decode().partition(":")[2]


def behind_basic(answer: Callable[[str, Request], Response]) -> Handler:
    """A registry that asks for a password, and makes its answers of it."""

    def handle(request: Request) -> Response:
        if "authorization" not in request.headers:
            return challenge('Basic realm="r"')
        return answer(told(request), request)

    return handle


def dumped(request: Request) -> bytes:
    return "\n".join(f"{name}: {value}" for name, value in request.headers.items()).encode()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 418, 429, 503])
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(lambda word, r: f"wrong password {word}!".encode(), id="text"),
        pytest.param(lambda word, r: json.dumps({"errors": [{"message": f"no {word}"}]}).encode(), id="json"),
        pytest.param(lambda word, r: f"got password={quote_plus(word)}&x=y".encode(), id="form"),
        pytest.param(lambda word, r: f"<p>{html.escape(word)}</p>".encode(), id="html"),
        pytest.param(lambda word, r: dumped(r), id="headers-of-the-request"),
        pytest.param(
            lambda word, r: b'{"refresh_token": "' + OTHER.encode() + b'"}', id="a-secret-of-its-own"
        ),
    ],
)
def test_an_error_shows_no_echo(status: int, body: Callable[[str, Request], bytes], tmp_path: Path) -> None:
    answer = behind_basic(
        lambda word, r: Response(status, body(word, r), {"WWW-Authenticate": 'Basic realm="r"'})
    )

    shown = seen(answer, TAGS, tmp_path)

    assert not NEEDLES.search(shown.encode())
    assert "refused" in shown or "does not show" in shown or "answered" in shown or "limits" in shown


@pytest.mark.parametrize(
    "password",
    [SECRET, 'a "quoted" s3cret', "s3cret & <more>", "s3cret/with+signs=%", "s3cret\\n\\", "ein s3cret: ö€"],
)
@pytest.mark.parametrize(
    "spell",
    [
        pytest.param(lambda word: word, id="as-it-is"),
        pytest.param(json.dumps, id="json"),
        pytest.param(lambda word: json.dumps(word, ensure_ascii=False), id="json-utf-8"),
        pytest.param(quote_plus, id="form"),
        pytest.param(html.escape, id="html"),
        pytest.param(lambda word: repr(word.encode()), id="python"),
    ],
)
def test_an_echo_is_known_in_every_spelling(
    password: str, spell: Callable[[str], str], tmp_path: Path
) -> None:
    answer = behind_basic(lambda word, r: Response(403, f"denied: {spell(word)}".encode()))

    shown = seen(answer, TAGS, tmp_path, {"username": "bot", "password": password})

    assert "denied" in shown
    assert not NEEDLES.search(shown.encode())


HEADERS = {
    "scope": lambda word, r: challenge(f'Bearer realm="/token",scope="repository:{word}:pull"'),
    "realm": lambda word, r: challenge(f'Bearer realm="http://{word}.evil.example/token"'),
    "scheme": lambda word, r: challenge(f'{word} realm="x"'),
    "warning": lambda word, r: page(["1.0"], Warning=f'299 - "hello {word}"'),
    "warning-of-an-error": lambda word, r: Response(403, b"no", {"Warning": f'299 - "hello {word}"'}),
    "redirect-to-a-host": lambda word, r: Response(307, b"", {"Location": f"https://{word}.evil.example/"}),
    "redirect-with-a-query": lambda word, r: Response(307, b"", {"Location": f"/v2/x?echo={word}"}),
    "next-page": lambda word, r: page(["1.0"], Link=f'<?last={word}>; rel="next"'),
    "etag": lambda word, r: page(["1.0"], ETag=f'"{word}"'),
    "last-modified": lambda word, r: page(["1.0"], Last_Modified=word),
    "tag": lambda word, r: page(["1.0", word]),
    "a-part-of-a-tag": lambda word, r: page([f"1.0-{word}-x"]),
    "header-that-cannot-be-read": lambda word, r: Response(200, b"", {"Bad Header": word}),
    "no-json": lambda word, r: Response(200, word.encode()),
}  # fmt: skip


@pytest.mark.parametrize("place", HEADERS)
def test_no_place_of_an_answer_is_shown_or_kept_with_an_echo(place: str, tmp_path: Path) -> None:
    shown = seen(behind_basic(HEADERS[place]), TAGS, tmp_path)

    assert not NEEDLES.search(shown.encode())


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda word, r: manifest(media_type=f"text/{word}"), id="media-type"),
        pytest.param(lambda word, r: manifest(Docker_Content_Digest=word), id="digest"),
        pytest.param(
            lambda word, r: manifest(ETag=word, Docker_Content_Digest="sha256:" + "0" * 64), id="etag"
        ),
    ],
)
def test_no_manifest_shows_an_echo(answer: Callable[[str, Request], Response], tmp_path: Path) -> None:
    assert not NEEDLES.search(seen(behind_basic(answer), DIGEST, tmp_path).encode())


def test_an_answer_with_an_echo_is_refused_and_says_what_to_do() -> None:
    with quirky(behind_basic(HEADERS["tag"])) as host, ask(host, GOOD) as client:
        with pytest.raises(RegistryProtocol, match="sent back what it was told in confidence") as refused:
            client.tags(ImageName(host, "a/b"))

    assert "renew the credential" in refused.value.hint


def test_a_label_with_an_echo_is_not_read() -> None:
    with EmbeddedRegistry(auth="basic", credentials={"bot": SECRET}) as registry:
        digest = registry.push("a/b", "1.0", labels={"org.opencontainers.image.version": f"by {SECRET}"})
        with ask(registry.host, GOOD) as client:
            with pytest.raises(RegistryProtocol, match="sent back what it was told in confidence"):
                client.describe(ImageName(registry.host, "a/b"), digest)


def test_a_registry_does_not_repeat_what_its_token_server_was_told() -> None:
    """Both belong to whoever runs the registry."""

    def answer(request: Request) -> Response:
        if request.path == "/token":
            return Response(200, b'{"token": "t"}')
        if "authorization" in request.headers:
            return page(["1.0", SECRET])
        return challenge('Bearer realm="/token",service="s"')

    with quirky(answer) as host, ask(host, GOOD) as client:
        with pytest.raises(RegistryProtocol, match="sent back"):
            client.tags(ImageName(host, "a/b"))


@pytest.mark.parametrize("status", [400, 403, 429, 500])
@pytest.mark.parametrize("entry", [GOOD, {"identitytoken": SECRET}, {"identitytoken": "s3cret/+= &<"}])
def test_a_token_server_s_error_shows_no_echo(entry: dict[str, Any], status: int, tmp_path: Path) -> None:
    def answer(request: Request) -> Response:
        if request.path == "/token":
            form = parse_qs(request.body.decode())
            parsed = json.dumps({"message": f"bad {form.get('refresh_token')}"}).encode()
            return Response(
                status, parsed + request.body + dumped(request), {"Warning": "299 - " + str(form)}
            )
        return challenge('Bearer realm="/token",service="s"')

    assert not NEEDLES.search(seen(answer, TAGS, tmp_path, entry).encode())


def test_a_token_may_repeat_a_password_because_nobody_shows_it() -> None:
    """GHCR's tokens are made of what it was sent."""

    def answer(request: Request) -> Response:
        if request.path == "/token":
            return Response(200, json.dumps({"token": SECRET, "refresh_token": SECRET}).encode())
        if request.headers.get("authorization") == f"Bearer {SECRET}":
            return page(["1.0"])
        return challenge('Bearer realm="/token",service="s"')

    with quirky(answer) as host, ask(host, GOOD) as client:
        assert client.tags(ImageName(host, "a/b")).tags == ("1.0",)


def test_a_short_password_that_is_a_word_of_the_registry_breaks_nothing() -> None:
    answer = behind_basic(lambda word, r: page(["latest", "1.0-test", word]))

    with quirky(answer) as host, ask(host, {"username": "bot", "password": "test"}) as client:
        assert client.tags(ImageName(host, "a/b")).tags == ("1.0-test", "latest", "test")


def test_what_was_told_to_one_registry_is_not_looked_for_at_another() -> None:
    """It never went there: what looks like it there is something else."""
    with (
        quirky(behind_basic(lambda word, r: page(["1.0"]))) as one,
        quirky(lambda r: page([SECRET])) as other,
    ):
        with ask(one, GOOD) as client:
            client.tags(ImageName(one, "a/b"))
            assert client.tags(ImageName(other, "a/b")).tags == (SECRET,)


def test_the_client_s_own_log_holds_no_secret(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    caplog.set_level(logging.DEBUG)

    seen(behind_basic(lambda word, r: page(["1.0"])), TAGS, tmp_path)

    assert not NEEDLES.search(caplog.text.encode())


def test_a_denial_still_says_what_the_server_says() -> None:
    answer = behind_basic(
        lambda word, r: Response(403, f'{{"message": "the plan of {word} has ended"}}'.encode())
    )

    with quirky(answer) as host, ask(host, GOOD) as client:
        with pytest.raises(
            RegistryDenied, match=r"the plan of \*\*\* has ended; credentials from config.json"
        ):
            client.tags(ImageName(host, "a/b"))


@given(st.text(min_size=4, max_size=30), st.text(max_size=20), st.text(max_size=20))
def test_nothing_of_a_secret_is_left(secret: str, before: str, after: str) -> None:
    pair = base64.b64encode(f"bot:{secret}".encode(errors="replace")).decode()
    spelled = Confided().tell(Endpoint("r.io", "https://r.io"), f"Basic {pair}", None)

    left = without(spelled, f"{before}{secret}{after} {pair}".encode(errors="replace"))

    assert secret.encode(errors="replace") not in left or secret.encode(errors="replace") in b"***"
    assert pair.encode() not in left
