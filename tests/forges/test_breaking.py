"""Which commits say that they break something."""

from __future__ import annotations

import pytest

from imagebot.forges.breaking import breaking


@pytest.mark.parametrize(
    ("message", "breaks"),
    [
        pytest.param("feat!: drop it", True, id="mark"),
        pytest.param("feat(api)!: drop it", True, id="mark-after-a-scope"),
        pytest.param("FIX!: drop it", True, id="case-does-not-count"),
        pytest.param("fix: x\n\nBREAKING CHANGE: all", True, id="footer"),
        pytest.param("fix: x\n\nBREAKING-CHANGE: all", True, id="footer-with-a-dash"),
        pytest.param("fix: x\n\nbody\n\nfeat!: not a subject", False, id="mark-in-the-body"),
        pytest.param("fix: not BREAKING CHANGE: here", False, id="footer-in-the-subject"),
        pytest.param("fix: wow! it works", False, id="elsewhere-in-the-subject"),
        pytest.param("two words!: no", False, id="no-type"),
        pytest.param("feat(api\n)!: no", False, id="scope-over-two-lines"),
        pytest.param("", False, id="empty"),
    ],
)
def test_commits_that_break_something_say_so(message: str, breaks: bool) -> None:
    assert breaking([message]) == ((message.partition("\n")[0],) if breaks else ())


def test_what_is_told_is_bounded_and_clean() -> None:
    told = breaking(["feat!: \u202e\x1b[31m" + "x" * 5000] * 1000)

    assert len(told) == 20
    assert all(len(subject) <= 200 and subject.isprintable() for subject in told)
