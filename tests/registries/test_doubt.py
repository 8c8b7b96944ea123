"""A list that shrank is not believed at once: an old version must not pass for the newest."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.demo.http_server import Request, Response
from imagebot.demo.registry import EmbeddedRegistry
from imagebot.references.image import ImageName
from imagebot.registries.cache import Cache
from imagebot.registries.doubt import shrunk
from imagebot.registries.protocol import Listing
from tests.registries.quirk_server import GOOD, ask, challenge, page, quirky
from tests.registries.turned_clock import BEGIN, TurnedClock
from tests.secrets_planted import SECRET

HOUR_S = 3600
TAGS = tuple(f"1.{number:02}" for number in range(40))


@pytest.mark.parametrize(
    ("before", "size", "doubted"),
    [
        pytest.param(None, 0, False, id="never-seen"),
        pytest.param((40, None), 40, False, id="same"),
        pytest.param((40, None), 4000, False, id="grown"),
        pytest.param((40, None), 39, False, id="one-less"),
        pytest.param((40, None), 20, False, id="half"),
        pytest.param((40, None), 19, True, id="less-than-half"),
        pytest.param((40, None), 0, True, id="nothing-left"),
        pytest.param((41, None), 20, True, id="odd"),
        pytest.param((10, None), 4, True, id="just-large-enough"),
        pytest.param((9, None), 0, False, id="small"),
        pytest.param((0, None), 0, False, id="empty"),
        pytest.param((40, BEGIN - timedelta(hours=23, minutes=59)), 19, True, id="nearly-a-day"),
        pytest.param((40, BEGIN - timedelta(hours=24)), 19, False, id="a-day"),
        pytest.param((40, BEGIN - timedelta(hours=1)), 20, False, id="grown-again"),
    ],
)  # fmt: skip
def test_a_list_that_lost_more_than_half_is_doubted_for_a_day(
    before: tuple[int, None] | None, size: int, doubted: bool
) -> None:
    assert bool(shrunk(before, size, BEGIN)) is doubted


def test_it_says_what_happened_and_until_when() -> None:
    why = shrunk((40, BEGIN - timedelta(hours=1)), 3, BEGIN)

    assert "from 40 to 3" in why
    assert "2026-03-02 11:00 UTC" in why


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 47))
def test_whoever_grows_is_believed(before: int, more: int, hours: int) -> None:
    for since in (None, BEGIN - timedelta(hours=hours)):
        assert shrunk((before, since), before + more, BEGIN) == ""


class Mirror:
    """A pull-through mirror: with its upstream down it answers with what it has at hand."""

    def __init__(self) -> None:
        self.tags: tuple[str, ...] = TAGS

    def __call__(self, request: Request) -> Response:
        return page(list(self.tags))


@pytest.fixture
def mirror() -> Mirror:
    return Mirror()


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


def run(host: str, folder: Path | None, clock: TurnedClock) -> Listing:
    """What one run makes of a list."""
    with ask(host, cache=Cache(folder, clock=clock), clock=clock) as client:
        return client.tags(ImageName(host, "a/b"))


def test_an_outage_of_a_mirror_s_upstream_is_waited_for(
    mirror: Mirror, tmp_path: Path, clock: TurnedClock
) -> None:
    with quirky(mirror) as host:
        assert run(host, tmp_path, clock) == Listing(TAGS)
        clock.turn(HOUR_S)
        mirror.tags = TAGS[:3]
        for _ in range(4):
            short = run(host, tmp_path, clock)
            assert short.tags == TAGS[:3]
            assert "2026-03-02 13:00" in short.doubt
            clock.turn(5 * HOUR_S)
        mirror.tags = (*TAGS, "2.0")
        assert run(host, tmp_path, clock) == Listing((*TAGS, "2.0"))
        mirror.tags = TAGS[:2]
        assert (
            "2026-03-03 09:00" in run(host, tmp_path, clock).doubt
        )  # another outage begins a day of its own


@pytest.mark.parametrize("every_hours", [8, 24, 24 * 7])
def test_a_clean_up_is_believed_after_a_day_however_often_one_asks(
    mirror: Mirror, tmp_path: Path, clock: TurnedClock, every_hours: int
) -> None:
    outcomes = []
    with quirky(mirror) as host:
        run(host, tmp_path, clock)
        mirror.tags = TAGS[:3]
        for _ in range(max(2, 24 // every_hours + 1)):
            clock.turn(every_hours * HOUR_S)
            outcomes.append(bool(run(host, tmp_path, clock).doubt))
        assert run(host, tmp_path, clock) == Listing(TAGS[:3])

    assert outcomes == [True] * (len(outcomes) - 1) + [False]


def test_a_list_that_goes_up_and_down_is_measured_by_what_was_believed(
    mirror: Mirror, tmp_path: Path, clock: TurnedClock
) -> None:
    with quirky(mirror) as host:
        doubts = []
        for size in (40, 3, 20, 9, 40):
            mirror.tags = TAGS[:size]
            doubts.append(bool(run(host, tmp_path, clock).doubt))

    assert doubts == [False, True, False, True, False]


@pytest.mark.parametrize("kept", [False, True], ids=["memory", "file-deleted"])
def test_without_a_memory_of_it_nothing_is_doubted(
    mirror: Mirror, tmp_path: Path, clock: TurnedClock, kept: bool
) -> None:
    with quirky(mirror) as host:
        run(host, tmp_path if kept else None, clock)
        for file in tmp_path.iterdir():
            file.unlink()
        mirror.tags = TAGS[:3]
        assert run(host, tmp_path if kept else None, clock) == Listing(TAGS[:3])


def test_within_one_run_it_is_doubted_too(mirror: Mirror, clock: TurnedClock) -> None:
    with quirky(mirror) as host, ask(host, clock=clock) as client:
        name = ImageName(host, "a/b")
        assert not client.tags(name).doubt
        mirror.tags = ()
        assert client.tags(name).doubt


def test_who_may_see_less_is_not_doubted(tmp_path: Path, clock: TurnedClock) -> None:
    """Each has a list of his own."""

    def answer(request: Request) -> Response:
        given = request.headers.get("authorization", "")
        if not given:
            return challenge('Basic realm="r"')
        return page(list(TAGS if given == "Basic Ym90OnBsNG50ZWQtczNjcmV0" else TAGS[:3]))

    with quirky(answer) as host:
        for entry, size in ((GOOD, 40), ({"username": "other", "password": SECRET}, 3), (GOOD, 40)):
            with ask(host, entry, cache=Cache(tmp_path, clock=clock), clock=clock) as client:
                found = client.tags(ImageName(host, "a/b"))
            assert (len(found.tags), found.doubt) == (size, "")


def test_each_repository_is_measured_by_itself(
    tmp_path: Path, clock: TurnedClock, registry: EmbeddedRegistry
) -> None:
    for tag in TAGS:
        registry.push("a/large", tag, content=b"")
    registry.push("a/small", "1.0")
    for _ in range(2):
        with ask(registry.host, cache=Cache(tmp_path, clock=clock), clock=clock) as client:
            assert [client.tags(ImageName(registry.host, path)).doubt for path in ("a/large", "a/small")] == [
                "",
                "",
            ]


def test_a_short_list_that_a_304_confirms_is_doubted_as_well(tmp_path: Path, clock: TurnedClock) -> None:
    tags = TAGS

    def answer(request: Request) -> Response:
        etag = f'"{len(tags)}"'
        return Response(304) if request.headers.get("if-none-match") == etag else page(list(tags), ETag=etag)

    with quirky(answer) as host:
        run(host, tmp_path, clock)
        tags = TAGS[:3]
        for _ in range(3):
            assert run(host, tmp_path, clock).doubt
