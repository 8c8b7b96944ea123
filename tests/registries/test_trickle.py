"""Servers that never fall silent and never come to an end: somebody stops waiting, and says so."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from imagebot.demo.registry import EmbeddedRegistry
from imagebot.engine import planning
from imagebot.errors import RegistryUnreachable
from imagebot.references.image import ImageName
from imagebot.registries.http import BODY_S
from tests.processes import Outcome, write_files
from tests.registries.quirk_server import ask, listed
from tests.registries.raw_server import HEAD, trickling
from tests.registries.turned_clock import TurnedClock

BEFORE_THE_BODY = [
    (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"),
    (b"HTTP/1.1 200 ", b"O"),
    (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
]
"""What trickles: a header, the status, answers before the answer. Only a body has a limit at the client."""


def test_answers_that_never_begin_are_given_up_and_the_others_count(
    imagebot: Callable[..., Outcome],
    registry: EmbeddedRegistry,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Requests have their usual limits here: each byte comes in time, and whoever looks up waits no longer."""
    monkeypatch.setattr(planning, "STALLED_S", 0.25)
    monkeypatch.setattr(planning, "GIVEN_UP_S", 1.5)
    for tag in ("1.0", "1.1"):
        registry.push("a/b", tag)
    with ExitStack() as servers:
        slow = [servers.enter_context(trickling(*parts)) for parts in BEFORE_THE_BODY]
        images = [f"{registry.host}/a/b", *(f"{host}/a/slow" for host in slow)]
        services = ", ".join(f"s{number}: {{image: {image}:1.0}}" for number, image in enumerate(images))
        files = {
            "compose.yaml": f"services: {{{services}}}\n",
            "policies/all.yaml": 'policies: [{name: all, images: ["*"]}]\n',
        }

        outcome = imagebot("plan", str(write_files(tmp_path, dict(files))), "-o", "json")

    assert outcome.code == 5
    assert [update["to"]["tag"] for update in outcome.json["updates"]] == ["1.1"]
    assert {error["id"] for error in outcome.json["errors"]} == {"registry-unreachable"}
    assert {error["message"] for error in outcome.json["errors"]} == {
        f"{host} did not finish its answers about a/slow in 2 seconds" for host in slow
    }


class AMoreThanAMinuteALook(TurnedClock):
    def seconds(self) -> float:
        self.turn(BODY_S + 1)
        return super().seconds()


@pytest.mark.parametrize(
    ("before", "part"),
    [
        pytest.param(HEAD + b"\r\n", b" ", id="until-it-closes"),
        pytest.param(HEAD + b"Content-Length: 99999\r\n\r\n", b" ", id="length"),
        pytest.param(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", id="chunks"),
    ],
)
def test_a_body_that_trickles_is_given_up_by_the_client_itself(before: bytes, part: bytes) -> None:
    with trickling(before, part) as host, ask(host, clock=AMoreThanAMinuteALook()) as client:
        with pytest.raises(RegistryUnreachable, match="did not finish its answer in 60 seconds"):
            listed(client, ImageName(host, "a/b"))
