from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from imagebot.errors import RegistryError, RegistryNotFound, RegistryUnreachable
from tests.engine.silent import NOW
from tests.engine.whole import Told, digest, planned

POD = "kind: Pod\nspec:\n  containers:\n  - image: ghcr.io/acme/web:{}\n"
CREATED = "tags: {order: created}"
A, B, C = (digest(letter) for letter in "abc")
SHAS = {"9f8e7d6": A, "1a2b3c4": B, "0c0ffee": C}


def day(number: int) -> datetime:
    return datetime(2026, 2, number, 10, tzinfo=UTC)


PUSHED = {"9f8e7d6": day(1), "1a2b3c4": day(3), "0c0ffee": day(2)}


def test_the_tag_that_was_pushed_last_is_the_newest(tmp_path: Path) -> None:
    told = Told(SHAS, dates=PUSHED)

    plan, text = planned(tmp_path, POD.format("9f8e7d6"), CREATED, told)

    assert text == POD.format("1a2b3c4")
    assert plan.updates[0].step == "other"
    assert told.asked == ["tags", "push times", "digest 1a2b3c4", "description"]


def test_where_the_registry_tells_no_push_times_the_images_claim_counts(tmp_path: Path) -> None:
    _, text = planned(
        tmp_path, POD.format("9f8e7d6"), CREATED, Told(SHAS, built={A: day(1), B: day(2), C: day(3)})
    )

    assert text == POD.format("0c0ffee")


@pytest.mark.parametrize(
    ("policy", "selected"),
    [
        pytest.param("tags: {order: created, dated-by: push}", "1a2b3c4", id="push"),
        pytest.param("tags: {order: created, dated-by: image}", "0c0ffee", id="image"),
        pytest.param("tags: {order: created, dated-by: first-seen}", "9f8e7d6", id="first-seen-all-at-once"),
        pytest.param("tags: {order: created, ignore: [1*]}", "0c0ffee", id="ignored"),
        pytest.param("tags: {order: created, match: '[0-9].*'}", "1a2b3c4", id="matched"),
    ],
)
def test_a_policy_says_whose_dates_count(tmp_path: Path, policy: str, selected: str) -> None:
    told = Told(SHAS, dates=PUSHED, built={A: day(1), B: day(2), C: day(3)})

    _, text = planned(tmp_path, POD.format("9f8e7d6"), policy, told)

    assert text == POD.format(selected)


def test_a_tag_without_a_date_is_refused_and_no_other(tmp_path: Path) -> None:
    told = Told(SHAS | {"newest": RegistryNotFound("gone")}, built={A: day(1), B: day(2), C: None})

    plan, text = planned(tmp_path, POD.format("9f8e7d6"), CREATED, told)

    assert text == POD.format("1a2b3c4")
    assert plan.failures == ()


def test_a_current_tag_without_a_date_is_held(tmp_path: Path) -> None:
    told = Told(SHAS, dates={"1a2b3c4": day(3)})

    plan, _ = planned(tmp_path, POD.format("9f8e7d6"), CREATED, told)

    assert plan.updates == ()
    assert "the current tag '9f8e7d6' has no date that is known" in plan.held[0].reason


def test_an_outage_is_no_date(tmp_path: Path) -> None:
    told = Told(SHAS | {"newest": RegistryUnreachable("cannot connect")}, built={A: day(1), B: day(2)})

    plan, _ = planned(tmp_path, POD.format("9f8e7d6"), CREATED, told)

    assert (plan.updates, len(plan.failures)) == ((), 1)


def test_more_tags_than_can_be_looked_up_are_held_with_the_fix(tmp_path: Path) -> None:
    told = Told({f"{number:07x}": A for number in range(501)})

    plan, _ = planned(tmp_path, POD.format("0000001"), CREATED, told)

    assert "narrow `match` to at most 500" in plan.held[0].reason
    assert told.asked == ["tags", "push times"]


def test_equal_dates_are_the_same_version_so_nothing_swings_between_them(tmp_path: Path) -> None:
    told = Told(SHAS, dates=dict.fromkeys(SHAS, day(1)))

    plan, _ = planned(tmp_path, POD.format("1a2b3c4"), CREATED, told)

    assert (plan.updates, len(plan.current)) == ((), 1)


def test_an_age_gate_still_applies(tmp_path: Path) -> None:
    told = Told(SHAS, dates=PUSHED | {"1a2b3c4": NOW - timedelta(hours=1)})

    _, text = planned(tmp_path, POD.format("9f8e7d6"), f"{CREATED}, min-age: 1d", told)

    assert text == POD.format("0c0ffee")


def test_an_image_that_is_none_has_no_date(tmp_path: Path) -> None:
    told = Told(
        SHAS | {"chart": RegistryError("a chart", id="registry-no-image")}, built={A: day(1), B: day(2)}
    )

    plan, _ = planned(tmp_path, POD.format("9f8e7d6"), CREATED, told)

    assert plan.failures == ()
