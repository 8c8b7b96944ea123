"""Histories that once went wrong, as the state machine found them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.machine.life import Event, Life
from tests.engine.machine.wire import Moment


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    """A team whose three first pull requests are open."""
    with Life(tmp_path) as found:
        found.run()
        yield found


@pytest.mark.parametrize("shape", ["grouped", "per image"])
def test_what_a_person_closed_does_not_come_back_in_another_group(life: Life, shape: str) -> None:
    life.people.close(life.open("staging/web"))
    life.people.set_policy("web", life.world.web_policy(shape))

    life.settle()


def test_what_a_person_took_back_does_not_come_back_in_another_group(life: Life) -> None:
    pull = life.open("staging/web")
    life.people.merge(pull)
    life.people.revert(pull)
    life.people.set_policy("web", life.world.web_policy("grouped"))

    life.settle()


@pytest.mark.parametrize("method", ["merge", "squash"])
def test_a_branch_that_was_merged_with_a_persons_commit_is_free_again(life: Life, method: str) -> None:
    pull = life.open("staging/base")
    life.people.push(pull.head)
    life.people.merge(pull, "squash" if method == "squash" else "merge")
    life.settle()
    assert life.world.hosted.tip(pull.head) is None

    life.world.move_tag("acme/base", "7")
    life.settle()

    assert life.open("staging/base").number > pull.number


def test_a_list_that_lacks_a_pull_request_deletes_no_branch_under_it(life: Life) -> None:
    for image in ("acme/web", "acme/api"):
        life.world.registry.delete_tag(image, "1.1.0")

    life.run(Event(Moment(1, "lists"), "stale"))

    life.settle()


@pytest.mark.parametrize("act", ["merge", "close"])
def test_a_pull_request_that_ends_while_it_is_updated_remembers_what_it_was(life: Life, act: str) -> None:
    pull = life.open("production/web")
    life.world.registry.push("acme/web", "1.1.1")

    life.run(Event(Moment(1, "pushes"), "merge" if act == "merge" else "close"))
    assert "1.1.1" not in pull.title

    life.settle()
    assert "1.1.1" in life.open("production/web").title


def test_a_pull_request_is_rebuilt_when_its_own_line_moved_in_the_base(life: Life) -> None:
    life.people.move_base("line")

    life.settle()

    assert "1.0.5" in life.open("staging/web").body


def test_a_person_who_closes_what_they_reopened_is_heard(life: Life) -> None:
    pull = life.open("staging/base")
    life.people.set_policy("base", life.world.base_policy(present=False))
    life.run(Event(Moment(1, "writes"), "die after"))
    assert not pull.open
    life.people.reopen(pull)
    life.people.set_policy("base", life.world.base_policy(present=True))
    life.settle()

    life.people.close(pull)

    life.settle()
