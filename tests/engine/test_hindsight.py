from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from imagebot.engine.hindsight import compare
from imagebot.engine.history import Moved
from imagebot.policies.policy import Dated, TagRules
from imagebot.policies.selection import rank
from imagebot.references.ranges import Range

START = datetime(2026, 1, 1, tzinfo=UTC)
BELOW_2 = TagRules(range=Range.parse("<2"))
CREATED = TagRules(order="created")


def on(day: float) -> datetime:
    return START + timedelta(days=day)


@pytest.mark.parametrize(
    ("rules", "out", "move", "outcome", "day", "told"),
    [
        pytest.param(TagRules(), {"1.1": 5}, "1.0 1.1", "proposed", 5, "1.1", id="the-same"),
        pytest.param(TagRules(), {"1.1": 25}, "1.0 1.1", "proposed", 25, "1.1", id="later-than-people"),
        pytest.param(
            TagRules(), {"1.1": -50}, "1.0 1.1", "proposed", 2, "1.1", id="no-sooner-than-the-tag-before"
        ),
        pytest.param(TagRules(), {"1.1": 5, "1.2": 4}, "1.0 1.1", "proposed", 4, "1.2", id="newer"),
        pytest.param(
            TagRules(), {"1.1": 5, "1.2": 9}, "1.0 1.2", "proposed", 9, "1.2", id="not-what-is-older"
        ),
        pytest.param(BELOW_2, {"2.0": 5, "1.1": 5}, "1.0 2.0", "never", None, "outside <2", id="range"),
        pytest.param(
            TagRules(max_step="minor"), {"2.0": 5}, "1.0 2.0", "never", None, "major step", id="max-step"
        ),
        pytest.param(
            TagRules(ignore=("1.1",)), {"1.1": 5}, "1.0 1.1", "never", None, "ignored by '1.1'", id="ignored"
        ),
        pytest.param(
            TagRules(ignore=("1.1",)),
            {"1.1": 5, "1.2": 8},
            "1.0 1.1",
            "proposed",
            8,
            "1.2",
            id="ignored-and-passed",
        ),
        pytest.param(
            TagRules(),
            {"1.1-slim": 5, "1.2": 6},
            "1.0 1.1-slim",
            "never",
            None,
            "other suffix",
            id="other-family",
        ),
        pytest.param(TagRules(), {"1.1": 5}, "1.0 latest", "never", None, "not a version", id="to-a-word"),
        pytest.param(TagRules(), {"1.1": 5}, "latest 1.1", "never", None, "latest is", id="from-a-word"),
        pytest.param(TagRules(), {"1.1": 5, "1.0": 1}, "1.1 1.0", "back", None, "", id="back"),
        pytest.param(
            TagRules(), {"1.2": 5}, "1.0 1.1", "unknown", None, "no date is known of 1.1", id="undated"
        ),
        pytest.param(
            TagRules(),
            {"1.1": 35},
            "1.0 1.1",
            "unknown",
            None,
            "`min-age` keeps it back",
            id="not-old-enough-yet",
        ),
        pytest.param(CREATED, {"b": 1, "a": 5}, "b a", "proposed", 5, "a", id="by-date"),
        pytest.param(CREATED, {"b": 1, "a": 5}, "a b", "back", None, "", id="back-by-date"),
        pytest.param(CREATED, {"b": 1}, "b a", "unknown", None, "no date is known", id="to-an-undated-one"),
        pytest.param(CREATED, {"a": 1}, "b a", "unknown", None, "b has no date", id="from-an-undated-one"),
        pytest.param(
            TagRules(newest_of_each="major"),
            {"2.0": 3, "1.1": 6},
            "1.0 1.1",
            "proposed",
            6,
            "1.1",
            id="of-the-same-major",
        ),
        pytest.param(
            TagRules(newest_of_each="major"),
            {"2.0": 3, "1.1": 2},
            "1.0 2.0",
            "proposed",
            3,
            "2.0",
            id="of-the-next-major",
        ),
    ],
)
def test_when_it_would_have_been_proposed(
    rules: TagRules, out: Mapping[str, float], move: str, outcome: str, day: float | None, told: str
) -> None:
    """The tag before was deployed on day 2, people moved it on day 20, and today is day 30."""
    before, after = move.split()
    dates = {tag: Dated(on(when), "built") for tag, when in out.items()}
    ranking = rank(rules, {*out, "1.0", "1.1"}, dates)
    moved = Moved(on(2), on(20), "c0ffee", "Ada", own=False, before=before, after=after)

    found = compare(moved, ranking, {tag: on(when) for tag, when in out.items()}, on(30))

    assert (found.outcome, found.at) == (outcome, None if day is None else on(day))
    assert told in (found.tag or found.reason)
