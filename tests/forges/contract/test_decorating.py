"""Labels, people and milestone: set as far as they can be, in few requests, and never at the pull request's cost."""

from __future__ import annotations

from imagebot.forges.protocol import Forge
from imagebot.forges.values import Decoration
from tests.forges.contract.proposed import propose
from tests.forges.contract.world import MAINTAINER, MILESTONE, REVIEWER, STRANGER, TEAM, World

LABELS = ("imagebot", "env/staging", "step/minor")


def test_labels_are_created_and_set(world: World, forge: Forge) -> None:
    opened = propose(world, forge)
    if not forge.abilities.labels:
        assert forge.decorate(opened, Decoration()) == ()
        return

    assert forge.decorate(opened, Decoration(labels=LABELS)) == ()

    assert world.shown(opened).labels == set(LABELS)
    assert set(forge.open_pull_requests("imagebot/")[opened.branch].labels) == set(LABELS)


def test_labels_of_people_stay_and_those_dropped_go(world: World, forge: Forge) -> None:
    if not forge.abilities.labels:
        return
    opened = propose(world, forge)
    forge.decorate(opened, Decoration(labels=LABELS))
    world.label(opened, "by-hand")
    known = forge.open_pull_requests("imagebot/")[opened.branch]

    failed = forge.decorate(
        known, Decoration(labels=("imagebot", "step/major"), dropped=("step/minor", "gone"))
    )

    assert failed == ()
    assert world.shown(opened).labels == {"imagebot", "env/staging", "step/major", "by-hand"}


def test_everything_is_set_at_once(world: World, forge: Forge) -> None:
    if not forge.abilities.labels:
        return
    opened = propose(world, forge)

    failed = forge.decorate(
        opened,
        Decoration(labels=("imagebot",), reviewers=(REVIEWER,), assignees=(MAINTAINER,), milestone=MILESTONE),
    )

    assert failed == ()
    shown = world.shown(opened)
    assert (shown.labels, shown.reviewers, shown.assignees, shown.milestone) == (
        {"imagebot"},
        {REVIEWER},
        {MAINTAINER},
        MILESTONE,
    )


def test_what_is_set_already_is_not_set_again(world: World, forge: Forge) -> None:
    if not forge.abilities.labels:
        return
    opened = propose(world, forge)
    teams = (TEAM,) if forge.abilities.teams else ()
    wanted = Decoration(
        labels=LABELS, reviewers=(REVIEWER,), teams=teams, assignees=(MAINTAINER,), milestone=MILESTONE
    )
    forge.decorate(opened, wanted)
    known = world.forge().open_pull_requests("imagebot/")[opened.branch]
    before = world.writes

    assert world.forge().decorate(known, wanted) == ()

    assert world.writes == before


def test_teams_are_asked_to_review(world: World, forge: Forge) -> None:
    if not forge.abilities.teams:
        return
    opened = propose(world, forge)

    assert forge.decorate(opened, Decoration(reviewers=(REVIEWER,), teams=(TEAM,))) == ()

    shown = world.shown(opened)
    assert (shown.reviewers, shown.teams) == ({REVIEWER}, {TEAM})


def test_one_bad_name_costs_only_itself(world: World, forge: Forge) -> None:
    if not forge.abilities.labels:
        return
    opened = propose(world, forge)

    failed = forge.decorate(
        opened,
        Decoration(
            labels=("imagebot",),
            reviewers=(STRANGER, REVIEWER),
            assignees=("nobody-at-all", MAINTAINER),
            milestone="No such milestone",
        ),
    )

    shown = world.shown(opened)
    assert (shown.labels, shown.reviewers, shown.assignees, shown.milestone) == (
        {"imagebot"},
        {REVIEWER},
        {MAINTAINER},
        None,
    )
    text = "\n".join(failed)
    assert len(failed) == 3
    assert STRANGER in text
    assert "nobody-at-all" in text
    assert "No such milestone" in text
    assert shown.open


def test_a_label_that_is_too_long_costs_only_itself(world: World, forge: Forge) -> None:
    if not forge.abilities.labels:
        return
    opened = propose(world, forge)
    long = "x" * 300

    failed = forge.decorate(opened, Decoration(labels=("imagebot", long)))

    assert world.shown(opened).labels == {"imagebot"}
    assert len(failed) == 1
    assert "xxx" in failed[0]
