from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from imagebot.engine.memory import recall
from imagebot.forges.marker import Hold, Marker, marker, with_marker
from imagebot.forges.values import PullRequest
from imagebot.plan import Scan
from tests.builders import reference, update

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
UPDATES = [update(), update(reference(path="envs/staging/api.yaml", image="ghcr.io/acme/api"), "2.0.0")]
WHOLE = marker("staging/web", "title", UPDATES)
ONE = marker("staging/web", "title", UPDATES[:1])
SCAN = Scan(None, tuple(u.scanned for u in UPDATES), ())


def closed(found: Marker, number: int = 7, *, merged: bool = False) -> PullRequest:
    body = with_marker("What people read.", found)
    return PullRequest(number, "", "imagebot/staging/web", "title", body, open=False, merged=merged)


@pytest.mark.parametrize(
    ("requests", "opened", "left"),
    [
        pytest.param([], None, 2, id="nothing-was-said"),
        pytest.param([closed(WHOLE)], None, 0, id="closed"),
        pytest.param([closed(ONE)], None, 1, id="a-part-closed"),
        pytest.param([closed(replace(WHOLE, closed_by_bot=True))], None, 2, id="closed-by-imagebot"),
        pytest.param([closed(replace(WHOLE, lifted=True))], None, 2, id="closed-and-taken-up-again"),
        pytest.param([closed(ONE, 9), closed(replace(WHOLE, lifted=True))], None, 1, id="closed-again"),
        pytest.param(
            [closed(replace(ONE, lifted=True), 9), closed(WHOLE)], None, 1, id="a-part-taken-up-again"
        ),
        pytest.param([closed(WHOLE, merged=True)], None, 0, id="merged-and-gone-back"),
        pytest.param(
            [closed(replace(WHOLE, lifted=True), merged=True)], None, 2, id="gone-back-and-wanted-again"
        ),
        pytest.param(
            [closed(replace(WHOLE, closed_by_bot=True, skipped=ONE.targets))], None, 1, id="skipped-before"
        ),
        pytest.param([], replace(WHOLE, skipped=ONE.targets), 1, id="skipped-in-the-open-one"),
        pytest.param([closed(replace(ONE, targets=("0" * 12,)))], None, 2, id="another-version-closed"),
    ],
)
def test_what_may_be_proposed(requests: list[PullRequest], opened: Marker | None, left: int) -> None:
    memory = recall(requests, opened, "main", NOW)

    assert len(memory.allowed(UPDATES, SCAN)) == left
    assert bool(memory.reasons(UPDATES)) == (left < 2)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        pytest.param(closed(WHOLE), "a person closed #7", id="closed"),
        pytest.param(closed(WHOLE, merged=True), "#7 brought it, and main does not hold it", id="merged"),
        pytest.param(
            closed(replace(WHOLE, closed_by_bot=True, skipped=WHOLE.targets)), "`skip` in #7", id="skipped"
        ),
        pytest.param(closed(WHOLE, 0), "a person deleted imagebot/staging/web", id="plain-git"),
    ],
)
def test_the_reason_names_who_said_no_and_the_way_on(request_: PullRequest, words: str) -> None:
    reasons = recall([request_], None, "main", NOW).reasons(UPDATES)

    assert words in reasons
    assert "resume" in reasons


@pytest.mark.parametrize(
    ("until", "binds"),
    [
        pytest.param(None, True, id="no-end"),
        pytest.param(NOW + timedelta(minutes=1), True, id="not-yet-over"),
        pytest.param(NOW, False, id="just-over"),
    ],
)
@pytest.mark.parametrize("is_open", [pytest.param(True, id="open"), pytest.param(False, id="closed")])
def test_a_hold_binds_until_its_end(until: datetime | None, *, binds: bool, is_open: bool) -> None:
    held = replace(WHOLE, hold=Hold(until, "ann", "audit"), closed_by_bot=True)

    memory = recall([] if is_open else [closed(held)], held if is_open else None, "main", NOW)

    assert (memory.hold is not None) == binds


def test_a_hold_ends_with_resume() -> None:
    held = replace(WHOLE, hold=Hold(None, "ann", "audit"), lifted=True)

    assert recall([closed(held)], None, "main", NOW).hold is None


def test_a_body_without_marker_says_nothing() -> None:
    strange = replace(closed(WHOLE), body="I wrote this myself.")

    assert recall([strange], None, "main", NOW).refused == {}
