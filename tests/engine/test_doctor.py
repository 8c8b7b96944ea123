from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from threading import Event

import pytest

from imagebot.diagnosis import Examined, Need
from imagebot.engine.doctor import examine, needs
from imagebot.plan import Scanned
from imagebot.references.image import ImageReference
from tests.builders import policy, reference


def deployed(image: str, *, managed: bool = True) -> Scanned:
    written = replace(reference(), image=ImageReference.parse(image))
    return Scanned(written, policy() if managed else None, None, "")


def asked(found: Sequence[Need]) -> list[tuple[str, str | None]]:
    return [(need.host, str(need.name) if need.name else None) for need in found]


@pytest.mark.parametrize(
    ("references", "hosts", "everything", "told"),
    [
        pytest.param([], [], True, [], id="nothing"),
        pytest.param(
            [deployed("b.io/x:1"), deployed("a.io/y:1"), deployed("b.io/a:1")],
            [],
            False,
            [("a.io", "a.io/y"), ("b.io", "b.io/a")],
            id="one-repository-a-host",
        ),
        pytest.param(
            [deployed("a.io/a"), deployed("a.io/b:1")], [], False, [("a.io", "a.io/b")], id="with-a-tag"
        ),
        pytest.param(
            [deployed("a.io/a:1", managed=False), deployed("a.io/b:1")],
            [],
            True,
            [("a.io", "a.io/b")],
            id="rather-managed",
        ),
        pytest.param([deployed("a.io/a:1", managed=False)], [], False, [], id="unmanaged"),
        pytest.param(
            [deployed("a.io/a:1", managed=False)],
            ["a.io"],
            False,
            [("a.io", "a.io/a")],
            id="named-and-unmanaged",
        ),
        pytest.param([], ["b.io", "a.io", "b.io"], False, [("a.io", None), ("b.io", None)], id="named"),
    ],
)
def test_each_host_is_needed_once(
    references: list[Scanned], hosts: list[str], everything: bool, told: list[tuple[str, str | None]]
) -> None:
    assert asked(needs(references, hosts, everything=everything)) == told


def test_a_chart_repository_beside_a_registry_is_another_host() -> None:
    found = needs([deployed("https://a.io/stable/web:1"), deployed("a.io/web:1")], [], everything=False)

    assert asked(found) == [("a.io", "a.io/web"), ("a.io", "https://a.io/stable/web")]


class Told:
    """Answers at once, except for one host, which never does until it is let go."""

    def __init__(self) -> None:
        self.let_go = Event()

    def examine(self, need: Need) -> Examined:
        if need.host == "hangs.io":
            self.let_go.wait()
        return Examined(need, answer="it answers")


def test_a_host_that_hangs_is_given_up_and_stops_no_other() -> None:
    examiner = Told()
    waited: list[Sequence[str]] = []

    found = examine(
        [Need("hangs.io"), Need("works.io")], examiner, waiting=waited.append, given_up_s=0.1, stalled_s=0.05
    )
    examiner.let_go.set()

    assert [one.works for one in found] == [False, True]
    assert found[0].error is not None
    assert "did not finish" in found[0].error.message
    assert waited == [["hangs.io"]]


def test_what_the_examiner_should_not_raise_is_not_swallowed() -> None:
    class Broken:
        def examine(self, need: Need) -> Examined:
            raise ZeroDivisionError(need.host)

    with pytest.raises(ZeroDivisionError):
        examine([Need("a.io")], Broken())
