"""Comments: read since a moment, told apart by who wrote them, answered with a reaction."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from imagebot.forges.protocol import Forge
from imagebot.forges.values import PullRequest
from tests.forges.contract.proposed import propose
from tests.forges.contract.world import MAINTAINER, READER, STRANGER, World

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def opened(world: World, forge: Forge) -> PullRequest | None:
    """A pull request to talk on, where that is possible."""
    return propose(world, forge) if forge.abilities.comments else None


def test_comments_are_read_oldest_first(world: World, forge: Forge) -> None:
    pull_request = opened(world, forge)
    if pull_request is None:
        return
    world.comment(pull_request, "/imagebot hold", author=MAINTAINER)
    forge.comment(pull_request.number, "Held.")
    world.comment(pull_request, "why? <b>&amp;</b>", author=READER)

    found = forge.comments(LONG_AGO, [pull_request.number])

    assert [(c.number, c.author, c.body, c.own) for c in found] == [
        (pull_request.number, MAINTAINER, "/imagebot hold", False),
        (pull_request.number, world.bot, "Held.", True),
        (pull_request.number, READER, "why? <b>&amp;</b>", False),
    ]
    assert all(c.created.tzinfo is not None for c in found)
    assert len({c.id for c in found}) == 3


def test_comments_of_several_pull_requests_name_theirs(world: World, forge: Forge) -> None:
    first = opened(world, forge)
    if first is None:
        return
    second = propose(world, forge, "imagebot/staging/api")
    world.comment(second, "two", author=MAINTAINER)
    world.comment(first, "one", author=MAINTAINER)

    found = forge.comments(LONG_AGO, [first.number, second.number])

    assert {(c.number, c.body) for c in found} == {(first.number, "one"), (second.number, "two")}


def test_comments_before_a_moment_are_left_out(world: World, forge: Forge) -> None:
    pull_request = opened(world, forge)
    if pull_request is None:
        return
    world.comment(pull_request, "old", author=MAINTAINER)

    assert list(forge.comments(datetime.now(UTC) + timedelta(hours=1), [pull_request.number])) == []


def test_a_comment_is_one_write(world: World, forge: Forge) -> None:
    pull_request = opened(world, forge)
    if pull_request is None:
        return
    before = world.writes

    forge.comment(pull_request.number, "Now web:3.")

    assert world.writes - before == 1
    assert world.shown(pull_request).comments == ((world.bot, "Now web:3."),)


def test_a_command_is_acknowledged_or_refused(world: World, forge: Forge) -> None:
    pull_request = opened(world, forge)
    if pull_request is None:
        return
    world.comment(pull_request, "/imagebot rebase", author=MAINTAINER)
    (comment,) = forge.comments(LONG_AGO, [pull_request.number])

    forge.acknowledge(comment, done=True)
    done = world.shown(pull_request).reactions
    forge.acknowledge(comment, done=False)

    assert len(done) == 1
    assert len(set(world.shown(pull_request).reactions)) == 2


def test_who_may_write_is_known(world: World, forge: Forge) -> None:
    if not forge.abilities.permissions:
        return

    assert forge.may_write(MAINTAINER) is True
    assert forge.may_write(READER) is False
    assert forge.may_write(STRANGER) is False
    assert forge.may_write("../../../user") is False
