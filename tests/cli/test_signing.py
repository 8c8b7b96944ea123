"""``--sign`` and ``--signing-key``: commits that are signed, and still known as imagebot's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import SETTINGS, Team
from tests.processes import Outcome
from tests.repository.signing_keys import EMAIL, LOCKED_EMAIL, Keys, made_keys

Run = Callable[..., Outcome]
STAGING = "imagebot/staging/web"
AUTHOR = ("--author", f"A Bot <{EMAIL}>")


@pytest.fixture(scope="module")
def made() -> Iterator[Keys]:
    with made_keys() as keys:
        yield keys


@pytest.fixture
def keys(made: Keys, monkeypatch: pytest.MonkeyPatch) -> Keys:
    monkeypatch.setenv("GNUPGHOME", str(made.gnupg))
    return made


def signing(by: str, keys: Keys) -> tuple[str, ...]:
    return ("--sign", by, "--signing-key", EMAIL if by == "gpg" else str(keys.ssh), *AUTHOR)


def verified(team: Team, keys: Keys) -> str:
    return keys.verified(team.hosted.path, team.hosted.tip(STAGING) or "")


@pytest.mark.parametrize("by", ["gpg", "ssh"])
def test_commits_are_signed_and_known_again(by: str, team: Team, keys: Keys, imagebot: Run) -> None:
    team.push(web="1.5.0")

    first = imagebot("apply", str(team.clone), *signing(by, keys))

    assert first.code == 0
    assert "good" in verified(team, keys).lower()
    writes = len(team.github.writes)
    assert imagebot("apply", str(team.clone), *signing(by, keys)).code == 0
    assert len(team.github.writes) == writes

    team.push(web="1.6.0")
    second = imagebot("apply", str(team.clone), *signing(by, keys), "-o", "json")

    assert {each["action"] for each in second.json["outcomes"]} == {"updated"}
    assert "good" in verified(team, keys).lower()
    secret = keys.ssh.read_text().splitlines()[2]
    assert not any(secret in said for each in (first, second) for said in (each.out, each.err))


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(("run", "{clone}", "--once"), id="run"),
        pytest.param(("set", "{web}=1.5.0", "--repository", "{clone}"), id="set"),
    ],
)
def test_the_environment_says_it_for_other_commands_too(
    command: tuple[str, ...], team: Team, keys: Keys, imagebot: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMAGEBOT_SIGN", "ssh")
    monkeypatch.setenv("IMAGEBOT_SIGNING_KEY", str(keys.ssh))
    team.push(web="1.5.0")
    arguments = [word.format(clone=team.clone, web=f"{team.registry.host}/acme/web") for word in command]

    assert imagebot(*arguments, *AUTHOR).code == 0

    assert "good" in verified(team, keys).lower()


def test_a_key_that_cannot_sign_is_told_before_anything_is_written(
    team: Team, keys: Keys, imagebot: Run
) -> None:
    team.push(web="1.5.0")

    outcome = imagebot("apply", str(team.clone), "--sign", "gpg", "--signing-key", LOCKED_EMAIL, "-o", "json")

    assert keys.gnupg.exists()
    assert outcome.code == 1
    assert outcome.json["errors"][0]["id"] == "signing-failed"
    assert "passphrase" in outcome.json["errors"][0]["hint"]
    assert team.github.writes == []
    assert team.hosted.tip(STAGING) is None


@pytest.mark.parametrize(
    "options", [("--sign", "ssh"), ("--signing-key", "0x1234")], ids=["no-key", "no-format"]
)
def test_half_of_it_is_a_mistake(options: tuple[str, ...], team: Team, imagebot: Run) -> None:
    outcome = imagebot("apply", str(team.clone), *options)

    assert outcome.code == 2
    assert "--sign and --signing-key go together" in outcome.err


def test_commits_that_the_forge_makes_cannot_be_signed_here(team: Team, imagebot: Run) -> None:
    team.commit({"imagebot.yaml": f"{SETTINGS}commits: {{through: api}}\n"})

    outcome = imagebot("apply", str(team.clone), "--sign", "gpg", "--signing-key", "0x1234")

    assert outcome.code == 2
    assert "through: git" in outcome.err


def test_no_file_of_the_repository_names_a_key(team: Team, imagebot: Run, tmp_path: Path) -> None:
    team.commit({"imagebot.yaml": f"{SETTINGS}commits: {{sign: ssh, signing-key: {tmp_path}/key}}\n"})

    assert imagebot("apply", str(team.clone)).code == 2
