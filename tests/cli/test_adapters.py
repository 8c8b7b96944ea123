from __future__ import annotations

import pytest

from imagebot.cli.exit_codes import exit_code
from imagebot.cli.source import is_url
from imagebot.errors import ForgeDenied, ImagebotError, PushRefused, RegistryDenied, RegistryUnreachable
from imagebot.plan import Action, Failure, Outcome, Plan, Scan
from tests.builders import scanned

EMPTY = Scan(None, (), ())


def plan(*errors: ImagebotError, current: bool = False) -> Plan:
    return Plan(EMPTY, failures=tuple(Failure(e) for e in errors), current=(scanned(),) if current else ())


def outcome(action: Action, error: ImagebotError | None = None) -> Outcome:
    return Outcome("p", "b", action, error=error)


DOWN, DENIED, REFUSED, EXPIRED = (
    RegistryUnreachable("x"),
    RegistryDenied("x"),
    PushRefused("x"),
    ForgeDenied("x"),
)


@pytest.mark.parametrize(
    ("made", "outcomes", "code"),
    [
        pytest.param(plan(), None, 0, id="nothing-failed"),
        pytest.param(plan(DOWN), None, 1, id="all-down"),
        pytest.param(plan(DENIED), None, 4, id="all-denied"),
        pytest.param(plan(DOWN, DENIED), None, 4, id="down-and-denied"),
        pytest.param(plan(DOWN, current=True), None, 5, id="the-rest-is-current"),
        pytest.param(plan(DENIED, current=True), None, 5, id="denied-and-the-rest-is-current"),
        pytest.param(plan(), [outcome("created"), outcome("failed", REFUSED)], 5, id="one-push-refused"),
        pytest.param(plan(current=True), [outcome("failed", REFUSED)], 1, id="every-push-refused"),
        pytest.param(plan(), [outcome("failed", EXPIRED)], 4, id="token-expired"),
        pytest.param(plan(DOWN), [outcome("created")], 5, id="proposed-what-could-be"),
        pytest.param(plan(), [outcome("held"), outcome("unchanged")], 0, id="held-is-no-failure"),
    ],
)
def test_the_exit_code_says_how_much_went_through(
    made: Plan, outcomes: list[Outcome] | None, code: int
) -> None:
    assert exit_code(made, outcomes) == code


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("https://x/y", True),
        ("git@x:y", True),
        ("file:///x", True),
        (".", False),
        ("a/b", False),
        ("/a:b", False),
    ],
)
def test_urls_are_told_from_folders(location: str, expected: bool) -> None:
    assert is_url(location) is expected
