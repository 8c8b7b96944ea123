from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.forges.marker import Marker, find_marker, marker, targets
from imagebot.policies.policy import Verdict
from tests.builders import OLD, reference, update


@given(
    proposal=st.text(),
    fingerprint=st.text(),
    wanted=st.lists(st.text(max_size=50), max_size=5),
    closed=st.booleans(),
)
def test_a_marker_is_read_back_from_any_body(
    *, proposal: str, fingerprint: str, wanted: list[str], closed: bool
) -> None:
    written = Marker(proposal, fingerprint, tuple(wanted), closed)

    assert written == find_marker(f"text before\r\n{written}\r\nand after")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="empty"),
        pytest.param("no marker here", id="absent"),
        pytest.param("<!-- imagebot:v1 ???? -->", id="not-base64"),
        pytest.param("<!-- imagebot:v1 bm90IGpzb24= -->", id="not-json"),
        pytest.param("<!-- imagebot:v1 W10= -->", id="wrong-shape"),
        pytest.param("<!-- imagebot:v1 e30= -->", id="keys-missing"),
    ],
)
def test_a_damaged_marker_is_no_marker(body: str) -> None:
    assert find_marker(body) is None


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
