"""Whom to ask; and what fails, lies or never ends."""

from __future__ import annotations

import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.demo.http_server import Response
from imagebot.evidence import Pushed
from imagebot.references.image import ImageName
from imagebot.registries.answer import Answer as Received
from imagebot.registries.dates.sources import pushed, source_of
from imagebot.registries.hosts import Endpoint
from tests.registries.dates.asked import DIGEST, MAY, NOW, Recorded, content, said, source
from tests.registries.quirk_server import Answer

HUB, QUAY, GOOGLE, AZURE = "docker.io", "quay.io", "gcr.io", "acme.azurecr.io"
HOSTS = (HUB, QUAY, GOOGLE, AZURE)
PAGED: dict[str, dict[str, object]] = {
    HUB: {"results": [], "next": "https://hub.docker.com/next"},
    QUAY: {"tags": [], "has_additional": True},
    AZURE: {"tags": []},
}


def entries(at: object, number: object, tag: object = "1.0", digest: object = DIGEST) -> dict[str, object]:
    """One tag, in the words of every API at once."""
    named = {"name": tag, "digest": digest, "manifest_digest": digest}
    listed = [{**named, "tag_last_pushed": at, "lastUpdateTime": at, "start_ts": number}]
    uploaded = number * 1000 if isinstance(number, int | str) else number
    return {
        "results": listed,
        "tags": listed,
        "manifest": {str(digest): {"tag": [tag], "timeUploadedMs": uploaded}},
    }


BELIEVED = json.dumps(entries("2024-05-01T12:00:00Z", 1714564800)).encode()


@pytest.mark.parametrize(
    ("host", "like"),
    [
        pytest.param("gcr.io", GOOGLE, id="gcr"),
        pytest.param("eu.gcr.io", GOOGLE, id="gcr-region"),
        pytest.param("europe-west1-docker.pkg.dev", GOOGLE, id="artifact-registry"),
        pytest.param("acme.azurecr.io:443", AZURE, id="port"),
        pytest.param("acme.azurecr.cn", AZURE, id="azure-china"),
    ],
)
def test_a_registry_is_told_by_its_name(host: str, like: str) -> None:
    assert source(host) is source(like)


@pytest.mark.parametrize(
    "host",
    ["ghcr.io", "notgcr.io", "gcr.io.example", "azurecr.io", "acme.azurecr.io.example", "quay.io.example", "localhost:5000", "[:]"],
)  # fmt: skip
def test_of_other_registries_nothing_is_known(host: str) -> None:
    assert source_of(Endpoint(host, f"https://{host}")) is None


@pytest.mark.parametrize(
    ("host", "api"), [(HUB, "hub.docker.com"), (QUAY, "quay.io"), (GOOGLE, None), (AZURE, None)]
)
def test_who_is_asked_without_credentials(host: str, api: str | None) -> None:
    assert source(host).api == api


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda r: Response(204), id="nothing"),
        pytest.param(lambda r: Response(302, headers={"Location": "http://127.0.0.1:1/"}), id="redirect"),
        pytest.param(lambda r: Response(401), id="unauthorized"),
        pytest.param(lambda r: Response(403), id="forbidden"),
        pytest.param(lambda r: Response(404, BELIEVED), id="missing"),
        pytest.param(lambda r: Response(429, headers={"Retry-After": "3600"}), id="limited"),
        pytest.param(lambda r: Response(200, b"<html>"), id="html"),
        pytest.param(lambda r: Response(200, b"\xff\xfe"), id="no-text"),
        pytest.param(lambda r: Response(200, b"[" * 100_000), id="deep-list"),
        pytest.param(lambda r: Response(200, b'{"tags":' * 100_000), id="deep-object"),
        pytest.param(lambda r: Response(200, b'{"tags":' + b"9" * 5000 + b"}"), id="long-number"),
        pytest.param(lambda r: Response(200, BELIEVED + b" " * 4 * 1024 * 1024), id="too-large"),
        pytest.param(lambda r: content(None), id="null"),
        pytest.param(lambda r: content([entries("2024-05-01T12:00:00Z", 1714564800)]), id="list"),
        pytest.param(lambda r: content({"results": 1, "tags": {"1.0": 1}, "manifest": [1]}), id="wrong-types"),
        pytest.param(lambda r: content({"results": [[], 1, None], "tags": ["1.0", {}], "manifest": {"a": {}}}), id="wrong-entries"),
        pytest.param(lambda r: content(entries("2024-05-01", "x")), id="no-dates"),
        pytest.param(lambda r: content(entries({}, [])), id="dates-of-wrong-types"),
        pytest.param(lambda r: content(entries(float("nan"), float("nan"))), id="nan"),
        pytest.param(lambda r: content(entries(True, True)), id="true"),
        pytest.param(lambda r: content(entries("9" * 40, 10**40)), id="huge-numbers"),
        pytest.param(lambda r: content(entries("0001-01-01T00:00:00Z", -62135596800)), id="year-1"),
        pytest.param(lambda r: content(entries("1969-07-20T20:17:40Z", -14182940)), id="before-1970"),
        pytest.param(lambda r: content(entries("1970-01-01T00:00:00Z", 0)), id="1970"),
        pytest.param(lambda r: content(entries("1980-01-01T00:00:01Z", 315532801)), id="1980"),
        pytest.param(lambda r: content(entries("2024-06-03T00:00:00Z", 1717372800)), id="future"),
        pytest.param(lambda r: content(entries("2024-05-01T12:00:00Z", 1714564800, tag="other")), id="another-tag"),
        pytest.param(lambda r: content(entries("2024-05-01T12:00:00Z", 1714564800, tag=["1.0"])), id="tag-of-wrong-type"),
    ],
)  # fmt: skip
def test_what_cannot_be_believed_says_nothing(host: str, answer: Answer) -> None:
    assert said(host, answer, "1.0") == {}


@pytest.mark.parametrize("host", HOSTS)
def test_what_can_be_believed_is_said(host: str) -> None:
    assert said(host, lambda r: Response(200, BELIEVED), "1.0") == {"1.0": Pushed(MAY, DIGEST)}


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("digest", [pytest.param("sha256:../../x", id="path"), pytest.param("", id="empty")])
def test_a_digest_that_is_none_is_left_out(host: str, digest: str) -> None:
    answer = content(entries("2024-05-01T12:00:00Z", 1714564800, digest=digest))

    assert [found.digest for found in said(host, lambda r: answer, "1.0").values()] == [None]


@pytest.mark.parametrize("host", PAGED)
def test_pages_that_never_end_are_left(host: str) -> None:
    server = Recorded(lambda r: content(PAGED[host], Link='<?last=x>; rel="next"'))

    assert said(host, server, "1.0", "1.1") == {}
    assert len(server.requests) == 20


@pytest.mark.parametrize("host", PAGED)
def test_a_slow_api_is_left_after_a_while(host: str) -> None:
    server = Recorded(lambda r: content(PAGED[host], Link='<?last=x>; rel="next"'))
    times = iter([0.0, 1.0, 59.0, 61.0])

    assert said(host, server, "1.0", "1.1", clock=lambda: next(times)) == {}
    assert len(server.requests) == 2


@pytest.mark.parametrize("host", PAGED)
def test_what_was_said_before_a_failure_stays_said(host: str) -> None:
    first = {**PAGED[host], **entries("2024-05-01T12:00:00Z", 1714564800)}
    answers = iter([content(first, Link='<?last=x>; rel="next"'), Response(403)])

    assert said(host, lambda r: next(answers), "1.0", "1.1").keys() == {"1.0"}


@pytest.mark.parametrize("host", HOSTS)
def test_nobody_is_asked_about_nothing(host: str) -> None:
    server = Recorded(lambda r: content({}))

    assert said(host, server) == {}
    assert not server.requests


KEYS = (
    "results",
    "tags",
    "manifest",
    "name",
    "tag",
    "tag_last_pushed",
    "lastUpdateTime",
    "start_ts",
    "timeUploadedMs",
    "next",
    "digest",
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.just("1.0") | st.just("2024-05-01T12:00:00Z") | st.text(),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.sampled_from(KEYS), values, max_size=4),
    max_leaves=20,
)  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
@given(value=JSON)
def test_whatever_is_answered_says_at_most_what_was_asked(host: str, value: object) -> None:
    received = Received(200, httpx.Headers(), json.dumps(value).encode())

    found = pushed(
        source(host), lambda path, *, limit: received, ImageName(host, "a/b"), frozenset({"1.0"}), NOW
    )

    assert set(found) <= {"1.0"}
