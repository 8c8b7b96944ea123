from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.engine.backtest import Track, replay
from imagebot.policies.policy import Dated, TagRules
from imagebot.policies.selection import rank, select
from imagebot.references.ranges import Range
from imagebot.replay import Replayed

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def on(day: float) -> datetime:
    return START + day * DAY


def track(
    out: Mapping[str, float],
    current: str,
    rules: TagRules | None = None,
    *,
    proposal: str = "_/web",
    image: str = "web",
) -> Track:
    """A track over tags by the day they came."""
    rules = rules or TagRules()
    dates = {tag: Dated(on(day), "built") for tag, day in out.items()} if rules.order == "created" else {}
    return Track(
        proposal, image, rank(rules, out, dates), {tag: on(day) for tag, day in out.items()}, current, START
    )


def told(found: Replayed) -> list[tuple[float, int, float | None, float | None, str]]:
    """Each pull request: day opened, updates, day merged, day closed, where it leads."""
    return [
        (
            (one.opened - START) / DAY,
            one.updated,
            (one.merged - START) / DAY if one.merged else None,
            (one.closed - START) / DAY if one.closed else None,
            " ".join(step.after for step in one.steps),
        )
        for one in found.pull_requests
    ]


@pytest.mark.parametrize(
    ("out", "current", "rules", "expected"),
    [
        pytest.param(
            {"1.0": -9, "1.1": 3}, "1.0", TagRules(), [(3, 0, 5, None, "1.1")], id="opened-and-merged"
        ),
        pytest.param({"1.1": -9}, "1.0", TagRules(), [(0, 0, 2, None, "1.1")], id="late-from-the-start"),
        pytest.param(
            {"1.1": 3, "1.2": 4}, "1.0", TagRules(), [(3, 1, 5, None, "1.2")], id="updated-while-open"
        ),
        pytest.param(
            {"1.1": 3, "1.2": 5.5},
            "1.0",
            TagRules(),
            [(3, 0, 5, None, "1.1"), (5.5, 0, 7.5, None, "1.2")],
            id="after-the-merge",
        ),
        pytest.param(
            {"1.1": 3, "1.2": 5},
            "1.0",
            TagRules(),
            [(3, 0, 5, None, "1.1"), (5, 0, 7, None, "1.2")],
            id="at-the-merge",
        ),
        pytest.param(
            {"1.2": 3, "1.1": 4},
            "1.0",
            TagRules(),
            [(3, 0, 5, None, "1.2")],
            id="an-older-line-changes-nothing",
        ),
        pytest.param({"1.1": 9}, "1.0", TagRules(), [(9, 0, None, None, "1.1")], id="still-open"),
        pytest.param({"1.1": 10.5}, "1.0", TagRules(), [], id="after-the-end"),
        pytest.param(
            {"2.0": 1, "1.1": 2},
            "1.0",
            TagRules(range=Range.parse("<2")),
            [(2, 0, 4, None, "1.1")],
            id="range",
        ),
        pytest.param(
            {"1.0.1": 1, "1.1.0": 1},
            "1.0.0",
            TagRules(max_step="patch"),
            [(1, 0, 3, None, "1.0.1")],
            id="max-step",
        ),
        pytest.param(
            {"a": -9, "z": 1, "b": 5},
            "a",
            TagRules(order="created"),
            [(1, 0, 3, None, "z"), (5, 0, 7, None, "b")],
            id="ordered-by-date",
        ),
        pytest.param({"1.0": 1}, "latest", TagRules(), [], id="no-way-from-a-word"),
    ],
)
def test_pull_requests_of_one_reference(
    out: Mapping[str, float], current: str, rules: TagRules, expected: list[object]
) -> None:
    found = replay([track(out, current, rules)], on(10), 2 * DAY)

    assert [told(one) for one in found] == ([expected] if expected else [])


def test_references_of_one_proposal_share_its_pull_requests() -> None:
    tracks = [
        track({"1.1": 1}, "1.0", image="web"),
        replace(track({"3.1": 2, "3.2": 4}, "3.0", image="api"), places=2),
        track({"1.1": 1}, "1.0", proposal="production/web"),
    ]

    shared, other = replay(tracks, on(10), 2 * DAY)

    assert (shared.id, told(shared)) == ("_/web", [(1, 1, 3, None, "3.1 1.1"), (4, 0, 6, None, "3.2")])
    assert (other.id, told(other)) == ("production/web", [(1, 0, 3, None, "1.1")])
    assert [(step.image, step.before, step.after, step.places) for step in shared.travels] == [
        ("api", "3.0", "3.2", 2),
        ("web", "1.0", "1.1", 1),
    ]
    assert (shared.updated, shared.merged) == (1, 2)


def test_a_reference_counts_since_it_is_there() -> None:
    late = replace(track({"1.1": 1}, "1.0"), begin=on(4))

    (found,) = replay([late], on(10), 2 * DAY)

    assert told(found) == [(4, 0, 6, None, "1.1")]


def test_each_major_version_has_pull_requests_of_its_own() -> None:
    rules = TagRules(newest_of_each="major")

    one, two = replay([track({"1.1.0": 1, "2.0.0": 2, "2.1.0": 6}, "1.0.0", rules)], on(10), 2 * DAY)

    assert (one.id, told(one)) == ("_/web", [(1, 0, 3, None, "1.1.0"), (6, 0, 8, None, "2.1.0")])
    assert (two.id, told(two)) == ("_/web@2", [(2, 1, 4, None, "2.0.0")])


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        pytest.param(
            (5, "1.0", "2.0"), [(1, 0, 3, None, "1.1"), (6, 0, 8, None, "2.1")], id="goes-on-from-there"
        ),
        pytest.param(
            (2, "1.0", "2.0"), [(1, 0, None, 2, "1.1"), (6, 0, 8, None, "2.1")], id="closes-what-is-open"
        ),
        pytest.param((5, "1.2", "1.0.1"), [(1, 0, 3, None, "1.1")], id="older-than-the-replay-is"),
        pytest.param(
            (5, "1.1", "1.0.1"),
            [(1, 0, 3, None, "1.1"), (5, 0, 7, None, "1.1")],
            id="back-from-where-the-replay-is",
        ),
        pytest.param((5, "1.0", "latest"), [(1, 0, 3, None, "1.1")], id="nothing-to-compare-any-more"),
    ],
)
def test_what_the_policy_leaves_to_people_is_taken_over(
    taken: tuple[float, str, str], expected: list[object]
) -> None:
    rules = TagRules(max_step="minor", precision="any")
    days = {"1.1": 1.0, "2.0": 1.5, "2.1": 6.0} if taken[2] == "2.0" else {"1.1": 1.0}
    by_hand = replace(track(days, "1.0", rules), taken=((on(taken[0]), *taken[1:]),))

    (found,) = replay([by_hand], on(10), 2 * DAY)

    assert told(found) == expected


RULES = (TagRules(), TagRules(max_step="minor"), TagRules(max_step="patch"), TagRules(prereleases=True))
TAGS = st.builds(
    "{}.{}.{}{}".format,
    st.integers(1, 2),
    st.integers(0, 2),
    st.integers(0, 3),
    st.sampled_from(["", "", "-rc1"]),
)


@given(
    st.dictionaries(TAGS, st.integers(-9, 40), min_size=1), TAGS, st.sampled_from(RULES), st.integers(1, 9)
)
def test_it_is_what_looking_every_day_would_find(
    out: dict[str, int], current: str, rules: TagRules, merged_after: int
) -> None:
    expected: list[tuple[int, int, str]] = []
    deployed, pending = current, None
    for day in range(41):
        if pending and pending[0] + merged_after <= day:
            expected.append(pending)
            deployed, pending = pending[2], None
        wanted = select(
            rules, [*(tag for tag, came in out.items() if came <= day), deployed], deployed
        ).selected
        if wanted and wanted != deployed:
            opened, updates, before = pending or (day, 0, wanted)
            pending = (opened, updates + (before != wanted), wanted)
    expected += [pending] if pending else []

    found = replay(
        [track({tag: float(day) for tag, day in out.items()}, current, rules)], on(40), merged_after * DAY
    )

    assert [(opened, updates, to) for one in found for opened, updates, _, _, to in told(one)] == expected
