from __future__ import annotations

import base64
import zlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.errors import UsageError
from imagebot.forges.marker import (
    Hold,
    Marker,
    Move,
    find_marker,
    marker,
    move_of,
    targets,
    with_marker,
    without_marker,
)
from imagebot.plan import Asked, Pin
from imagebot.policies.policy import Verdict
from tests.builders import OLD, reference, update

_TEXTS = st.text(max_size=30)
_PINS = st.builds(Pin, st.none() | _TEXTS, st.none() | _TEXTS)
_MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds the zone
_HOLDS = st.builds(Hold, st.none() | _MOMENTS, _TEXTS, _TEXTS)
_ASKED = st.builds(Asked, st.sampled_from(("rollback", "set")), _TEXTS, st.integers(0, 9), _TEXTS)
MARKERS = st.builds(
    Marker,
    proposal=st.text(),
    fingerprint=st.text(),
    targets=st.lists(_TEXTS, max_size=5).map(tuple),
    moves=st.lists(st.builds(Move, _TEXTS, _TEXTS, _PINS, _PINS), max_size=4).map(tuple),
    closed_by_bot=st.booleans(),
    skipped=st.lists(_TEXTS, max_size=3).map(tuple),
    hold=st.none() | _HOLDS,
    lifted=st.booleans(),
    asked=st.none() | _ASKED,
    noted=_TEXTS,
    draft=st.booleans(),
)


@given(MARKERS)
def test_a_marker_is_read_back_from_any_body(written: Marker) -> None:
    assert written == find_marker(f"text before\r\n{written}\r\nand after")


@given(MARKERS, MARKERS)
def test_a_marker_takes_the_place_of_another(first: Marker, second: Marker) -> None:
    body = with_marker("What people read.", first)

    assert find_marker(with_marker(body, second)) == second
    assert without_marker(with_marker(body, second)) == "What people read."


def packed(text: bytes) -> str:
    return f"<!-- imagebot:v1 {base64.urlsafe_b64encode(zlib.compress(text)).decode()} -->"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="empty"),
        pytest.param("no marker here", id="absent"),
        pytest.param("<!-- imagebot:v1 ???? -->", id="not-base64"),
        pytest.param("<!-- imagebot:v1 bm90IGpzb24= -->", id="not-packed"),
        pytest.param(packed(b"not json"), id="not-json"),
        pytest.param(packed(b"[]"), id="wrong-shape"),
        pytest.param(packed(b"{}"), id="keys-missing"),
        pytest.param(packed(b'{"proposal":"a","fingerprint":"b","moves":[["x"]]}'), id="short-move"),
        pytest.param(packed(b'{"proposal":"a","fingerprint":"b","hold":["soon","x","y"]}'), id="no-date"),
        pytest.param(
            packed(b'{"proposal":"a","fingerprint":"b","hold":["2026-01-01","x","y"]}'), id="no-zone"
        ),
        pytest.param(
            packed(b'{"proposal":"a","fingerprint":"b","asked":["merge","x",1,"y"]}'), id="unknown-ask"
        ),
        pytest.param(packed(b'"' + b"0" * 2_000_000 + b'"'), id="blown-up"),
    ],
)
def test_a_damaged_marker_is_no_marker(body: str) -> None:
    assert find_marker(body) is None


def test_a_proposal_of_any_size_fits_beside_its_body() -> None:
    many = [
        update(
            reference(f"1.{n}.0", OLD, path=f"clusters/europe-west/apps/service-{n}/values.yaml"), f"2.{n}.0"
        )
        for n in range(3000)
    ]

    for size in (100, 101, 3000):
        found = marker("staging/web", "title", many[:size])
        assert len(str(found)) < 20_000
        assert find_marker(str(found)) == found
    assert marker("staging/web", "title", many).moves == ()


def test_moves_that_are_alike_are_recorded_once() -> None:
    alike = [update(reference("1.4.2", line=line)) for line in range(500)]

    assert marker("staging/web", "title", alike).moves == (move_of(alike[0]),)


@pytest.mark.parametrize(
    ("asked", "way"),
    [
        pytest.param(Asked("set", "ci"), "fewer at once", id="set"),
        pytest.param(Asked("rollback", "@alice", 12), "revert the merge", id="rollback"),
    ],
)
def test_what_somebody_asked_for_is_recorded_whole_or_refused(asked: Asked, way: str) -> None:
    many = [update(reference(f"1.{n}.0", OLD, path=f"apps/service-{n}/values.yaml")) for n in range(1001)]

    assert len(marker("staging/web@set", "title", many[:100], asked).moves) == 100
    with pytest.raises(UsageError, match="1001 different moves") as refused:
        marker("staging/web@set", "title", many, asked)
    assert way in refused.value.hint


def test_fingerprint_changes_with_title_and_moves_and_not_with_evidence() -> None:
    one = marker("staging/web", "title", [update()])

    assert one == marker("staging/web", "title", [update(passed_over=(Verdict("9", False, "outside <2"),))])
    assert one.fingerprint != marker("staging/web", "other", [update()]).fingerprint
    assert one.fingerprint != marker("staging/web", "title", [update(to="1.6.0")]).fingerprint


def test_a_digest_counts_as_target_only_where_one_is_pinned() -> None:
    moved = "sha256:" + "c" * 64
    pinned = reference("8", OLD)

    assert targets([update()]) == targets([update(digest=moved)])
    assert targets([update(pinned)]) != targets([update(pinned, digest=moved)])


def test_a_move_names_what_was_and_what_is_written() -> None:
    found = marker("staging/web", "title", [update(reference("8", OLD), "9")])

    assert found.moves == (move_of(update(reference("8", OLD), "9")),)
    assert found.moves[0].source == Pin("8", OLD)
    assert found.targets == (found.moves[0].target,)
