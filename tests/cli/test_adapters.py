from __future__ import annotations

from pathlib import Path

import pytest

from imagebot.cli.access import remote_parts
from imagebot.cli.exit_codes import exit_code
from imagebot.cli.source import is_url
from imagebot.cli.tokens import forge_token
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


def test_a_token_can_stand_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("s3cret\n")

    token = forge_token({"GITHUB_TOKEN_FILE": str(path)})

    assert (token.value, token.source) == ("s3cret", "GITHUB_TOKEN_FILE")
    assert "s3cret" not in repr(token)
    with pytest.raises(ForgeDenied, match="cannot read the token file that GITHUB_TOKEN_FILE names"):
        forge_token({"GITHUB_TOKEN_FILE": str(tmp_path / "gone")})


@pytest.mark.parametrize(
    ("environ", "value"),
    [
        ({"GITHUB_TOKEN": " a\n", "GH_TOKEN": "b"}, "a"),
        ({"GITHUB_TOKEN": "", "GH_TOKEN": "b"}, "b"),
        ({}, None),
    ],
)
def test_the_first_token_counts(environ: dict[str, str], value: str | None) -> None:
    assert forge_token(environ).value == value


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("https://github.com/acme/config.git", ("github.com", "acme/config")),
        ("https://ghe.example.com:8443/acme/config/", ("ghe.example.com", "acme/config")),
        ("git@github.com:acme/config.git", ("github.com", "acme/config")),
        ("ssh://git@github.com:22/acme/config", ("github.com", "acme/config")),
        ("/srv/git/config.git", ("", "srv/git/config")),
    ],
)
def test_the_repository_is_read_off_the_remote(url: str, parts: tuple[str, str]) -> None:
    assert remote_parts(url) == parts


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
