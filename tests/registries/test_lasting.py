from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier

import pytest

from imagebot.registries.lasting import Lasting


@pytest.fixture
def numbers() -> Iterator[int]:
    return count()


def test_an_answer_is_kept_as_long_as_it_says(numbers: Iterator[int]) -> None:
    now = 0.0
    kept: Lasting[str, int] = Lasting(lambda: now)

    def asked() -> int:
        return kept("a", lambda: (next(numbers), 10.0))

    assert asked() == 0
    now = 9.9
    assert asked() == 0
    now = 10.0
    assert asked() == 1


def test_questions_are_kept_apart(numbers: Iterator[int]) -> None:
    kept: Lasting[str, int] = Lasting()

    assert [kept(question, lambda: (next(numbers), 60.0)) for question in "aba"] == [0, 1, 0]


def test_a_kept_answer_of_no_use_is_replaced(numbers: Iterator[int]) -> None:
    kept: Lasting[str, int] = Lasting()

    assert [kept("a", lambda: (next(numbers), 60.0), fresh=fresh) for fresh in (False, True, False)] == [
        0,
        1,
        1,
    ]


def test_a_failure_is_not_kept() -> None:
    kept: Lasting[str, int] = Lasting()

    with pytest.raises(ZeroDivisionError):
        kept("a", lambda: (1 // 0, 60.0))
    assert kept("a", lambda: (1, 60.0)) == 1


def test_many_threads_ask_once(numbers: Iterator[int]) -> None:
    kept: Lasting[str, int] = Lasting()
    together = Barrier(8)

    def asked(_: int) -> int:
        together.wait()
        return kept("a", lambda: (next(numbers), 60.0))

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(asked, range(8))) == {0}
    assert next(numbers) == 1
