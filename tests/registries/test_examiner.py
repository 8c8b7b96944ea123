"""What is said of one host; the rest is tested through the command line (tests/cli/test_doctor.py)."""

from __future__ import annotations

from imagebot.demo.http_server import Request, Response
from imagebot.demo.registry import EmbeddedRegistry
from imagebot.diagnosis import Need
from imagebot.references.image import ImageName
from imagebot.registries.examiner import HostExaminer
from tests.registries.quirk_server import GOOD, ask, challenge, page, quirky
from tests.registries.turned_clock import TurnedClock
from tests.secrets_planted import SECRET


def need(host: str) -> Need:
    return Need(host, ImageName(host, "a/b"), "1.0")


def test_a_clock_that_is_wrong_is_told(registry: EmbeddedRegistry) -> None:
    registry.push("a/b", "1.0")
    with ask(registry.host, clock=TurnedClock()) as client:
        found = HostExaminer(client).examine(need(registry.host))

    (warning,) = found.warnings
    assert "the clock of this machine is" in warning.message
    assert found.works


def test_a_host_that_takes_long_is_told() -> None:
    clock = TurnedClock()

    def slow(request: Request) -> Response:
        clock.turn(12)
        return page(["1.0"])

    with quirky(slow) as host, ask(host) as client:
        found = HostExaminer(client, clock).examine(need(host))

    assert [warning.message for warning in found.warnings] == ["that took 12 seconds"]


def test_a_registry_token_needs_no_token_server() -> None:
    def answer(request: Request) -> Response:
        if request.headers.get("authorization") == f"Bearer {SECRET}":
            return page(["1.0"])
        return challenge('Bearer realm="https://auth.example.net/t",service="s"')

    with quirky(answer) as host, ask(host, {"registrytoken": SECRET}) as client:
        found = HostExaminer(client).examine(need(host))

    assert found.works
    assert found.warnings == ()
    assert found.credential is not None
    assert (found.credential.kind, found.credential.used) == ("registry token", True)
    assert SECRET not in repr(found)


def test_a_host_that_no_reference_could_name_is_an_outcome() -> None:
    with ask("r.example.com") as client:
        found = HostExaminer(client).examine(need("[:]"))

    assert not found.works
    assert found.access.api == ""


def test_a_chart_repository_is_asked_for_its_index() -> None:
    index = b"entries: {web: [{version: 1.0.0}, {version: 1.1.0}]}\n"
    with quirky(lambda _: Response(200, index)) as host, ask(host, GOOD) as client:
        found = HostExaminer(client).examine(Need(host, ImageName(host, "stable/web", "http"), "1.0.0"))

    assert found.answer == "2 versions of stable/web"
    assert found.access.mirror is None
