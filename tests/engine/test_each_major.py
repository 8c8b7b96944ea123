from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.engine.silent import NOW
from tests.engine.whole import Told, digest, planned

POD = "kind: Pod\nspec:\n  containers:\n  - image: ghcr.io/acme/web:{}\n"
EACH = "tags: {newest-of-each: major}"
A, B = digest("a"), digest("b")
TAGS = dict.fromkeys(["1.4.2", "1.5.0", "1.9.0", "2.0.0", "2.1.0", "3.0.0-rc1", "4.0.0"], A)


def test_the_newest_of_each_major_has_a_proposal_of_its_own(tmp_path: Path) -> None:
    plan, text = planned(tmp_path, POD.format("1.4.2"), EACH, Told(TAGS))

    assert [(p.id, p.branch, [u.to.tag for u in p.updates], p.updates[0].step) for p in plan.proposals] == [
        ("_/web", "imagebot/_/web", ["1.9.0"], "minor"),
        ("_/web@2", "imagebot/_/web@2", ["2.1.0"], "major"),
        ("_/web@4", "imagebot/_/web@4", ["4.0.0"], "major"),
    ]
    assert text == POD.format("1.9.0"), "an edit of the files takes the smallest step"
    assert plan.current == ()


def test_a_reference_at_the_newest_of_its_major_still_gets_the_further_ones(tmp_path: Path) -> None:
    plan, _ = planned(tmp_path, POD.format("1.9.0"), EACH, Told(TAGS))

    assert [p.id for p in plan.proposals] == ["_/web@2", "_/web@4"]
    assert (plan.current, plan.held) == ((), ())


def test_the_newest_of_all_majors_is_where_it_should_be(tmp_path: Path) -> None:
    plan, _ = planned(tmp_path, POD.format("4.0.0"), EACH, Told(TAGS))

    assert (plan.updates, plan.held, len(plan.current)) == ((), (), 1)


def test_a_reference_is_counted_once_however_many_majors_there_are(tmp_path: Path) -> None:
    policy = "tags: {newest-of-each: major, range: 1.x}"

    plan, _ = planned(tmp_path, POD.format("1.9.0"), policy, Told(TAGS))

    assert (plan.updates, plan.held, len(plan.current)) == ((), (), 1)


def test_a_reason_that_holds_for_all_majors_is_said_once(tmp_path: Path) -> None:
    plan, _ = planned(tmp_path, POD.format("1.4.0"), EACH, Told(TAGS))

    assert [held.reason.partition(",")[0] for held in plan.held] == [
        "the current tag 1.4.0 is no longer in the registry"
    ]


def test_of_many_majors_the_newest_five_are_proposed(tmp_path: Path) -> None:
    many = dict.fromkeys([f"{major}.0" for major in range(8, 61)], A)

    plan, _ = planned(tmp_path, POD.format("8.0"), EACH, Told(many))

    assert [p.id for p in plan.proposals] == [f"_/web@{major}" for major in range(56, 61)]


def test_a_range_bounds_the_majors_too(tmp_path: Path) -> None:
    policy = "tags: {newest-of-each: major, range: '<3'}"

    plan, _ = planned(tmp_path, POD.format("1.4.2"), policy, Told(TAGS))

    assert [p.id for p in plan.proposals] == ["_/web", "_/web@2"]


def test_a_major_whose_images_do_not_pass_holds_no_other(tmp_path: Path) -> None:
    told = Told(TAGS, dates=dict.fromkeys(["1.5.0", "1.9.0"], NOW - timedelta(days=9)))
    policy = "min-age: 3d, tags: {newest-of-each: major, range: '<3'}"

    plan, _ = planned(tmp_path, POD.format("1.4.2"), policy, told)

    assert [p.id for p in plan.proposals] == ["_/web"]
    assert [held.reason.partition(":")[0] for held in plan.held] == ["2.1.0"]
    assert "_/web" in plan.undecided, "an open pull request for 2.x is not closed for that"


def test_references_that_share_a_tag_move_together_in_each_major(tmp_path: Path) -> None:
    text = (
        "web: {image: {repository: ghcr.io/acme/web, tag: &t 1.4.2}}\n"
        "worker: {image: {repository: ghcr.io/acme/worker, tag: *t}}\n"
    )

    plan, after = planned(tmp_path, text, EACH, Told(TAGS))

    assert [(p.id, len(p.updates)) for p in plan.proposals] == [("_/web", 2), ("_/web@2", 2), ("_/web@4", 2)]
    assert after == text.replace("1.4.2", "1.9.0")
