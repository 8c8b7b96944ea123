"""The machine finds defects: each of these is planted, and the promises that hold without it do not hold with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from imagebot.engine import branches, memory, one_proposal
from imagebot.engine.memory import Memory
from imagebot.forges.github.retry import Patience
from imagebot.repository.git import GitRepository
from tests.engine.machine.life import Event, Life
from tests.engine.machine.wire import Moment

History = Callable[[Life], object]


def newer_tag(life: Life) -> None:
    life.world.registry.push("acme/web", "1.1.1")


def person_pushes_while_the_bot_does(life: Life) -> None:
    newer_tag(life)
    life.run(Event(Moment(2, "pushes"), "push", which=2))


def person_closes(life: Life) -> None:
    life.people.close(life.open("staging/web"))
    life.settle()


def person_takes_it_back(life: Life) -> None:
    pull = life.open("production/web")
    life.people.merge(pull)
    life.people.revert(pull)
    life.settle()


def person_commits(life: Life) -> None:
    life.people.push(life.open("staging/web").head)
    newer_tag(life)
    life.settle()


def answer_to_a_comment_is_lost(life: Life) -> None:
    life.world.registry.push("acme/api", "1.1.1")
    life.run(Event(Moment(3, "writes"), "fail after"))


def nothing_happens(life: Life) -> None:
    life.settle()


def no_lease(repository: GitRepository, branch: str, commit: str, *, expected: str | None) -> None:
    repository._git("push", "--quiet", "--force", "origin", f"{commit}:refs/heads/{branch}")


def also_to_base(repository: GitRepository, branch: str, commit: str, *, expected: str | None) -> None:
    no_lease(repository, branch, commit, expected=expected)
    no_lease(repository, "main", commit, expected=expected)


def sent_again(patience: Patience, request: Callable[[], Any], *, again: bool) -> Any:
    return PATIENT(patience, request, again=True)


def never_merged(request: Any, known: Any, base: str) -> Any:
    return [] if request.merged else WORDS(request, known, base)


PATIENT = Patience.send
WORDS = memory._words


@pytest.mark.parametrize(
    ("defect", "history"),
    [
        pytest.param((GitRepository, "push", no_lease), person_pushes_while_the_bot_does, id="no-lease"),
        pytest.param((GitRepository, "push", also_to_base), nothing_happens, id="base-written"),
        pytest.param((one_proposal, "recall", lambda *_: Memory()), person_closes, id="closed-forgotten"),
        pytest.param((memory, "_words", never_merged), person_takes_it_back, id="revert-forgotten"),
        pytest.param((branches, "_as_recorded", lambda *_: True), person_commits, id="foreign-unseen"),
        pytest.param((Patience, "send", sent_again), answer_to_a_comment_is_lost, id="post-retried"),
        pytest.param((branches.Branch, "holds", lambda *_: False), nothing_happens, id="pushed-for-nothing"),
    ],
)
@pytest.mark.parametrize("planted", [True, False], ids=["planted", "sound"])
def test_a_planted_defect_is_found(
    tmp_path: Path, defect: Sequence[Any], history: History, planted: bool
) -> None:
    with ExitStack() as stack:
        life = stack.enter_context(Life(tmp_path))
        if planted:
            stack.enter_context(patch.object(*defect))
            stack.enter_context(pytest.raises(AssertionError))
        life.run()
        history(life)
