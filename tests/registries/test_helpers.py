"""Real credential helpers: programs on PATH."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from imagebot.references.image import ImageName
from imagebot.registries import helpers
from imagebot.registries.credential import Found
from imagebot.registries.credentials import Credentials
from imagebot.registries.docker_config import DockerConfig

ANSWERS = """\
#!/bin/sh
read server
echo "$server" >> "$0.asked"
case "$server" in
  good.io | a.glob.io) echo '{"Username": "u", "Secret": "p"}';;
  docker.io) echo '{"Username": "hub", "Secret": "p"}';;
  hangs.io) exec tail -f /dev/null;;
  token.io) echo '{"Username": "<token>", "Secret": "t"}';;
  half.io) echo '{"Username": "u", "Secret": "s3cret\\ud800"}';;
  junk.io) echo s3cret junk;;
  list.io) echo '["s3cret"]';;
  null.io) echo '{"Username": "s3cret", "Secret": null}';;
  lacking.io) echo '{"Username": "s3cret"}';;
  broken.io) echo s3cret; exit 1;;
  *) echo 'credentials not found in native keychain'; exit 1;;
esac
"""
Find = Callable[[str], Found]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A helper on PATH that knows a few servers, and writes down what it is asked."""
    folder = tmp_path / "bin"
    folder.mkdir()
    path = folder / "docker-credential-tested"
    path.write_text(ANSWERS)
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return path


def find(host: str, credentials: Credentials | None = None) -> Found:
    configured = credentials or Credentials(DockerConfig({"credsStore": "tested"}, "config.json"))
    return configured.find(ImageName(host, "a"))


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("good.io", "credentials from config.json, credHelpers: docker-credential-tested"),
        ("none.io", "no credentials for none.io in config.json"),
        ("junk.io", "gave no usable answer"),
        ("list.io", "gave no usable answer"),
        ("lacking.io", "gave no usable answer"),
        ("null.io", "gave no usable answer"),
        ("half.io", "gave no credential"),
        ("broken.io", "failed for broken.io"),
    ],
)
@pytest.mark.usefixtures("program")
def test_a_helper_is_asked_and_its_failure_is_a_reason(host: str, reason: str) -> None:
    outcome = find(host, Credentials(DockerConfig({"credHelpers": {host: "tested"}}, "config.json")))

    assert reason in outcome.reason
    assert "s3cret" not in outcome.reason


@pytest.mark.usefixtures("program")
def test_a_helper_can_give_an_identity_token() -> None:
    credential = find("token.io").credential

    assert credential is not None
    assert credential.identity_token == "t"


@pytest.mark.parametrize("host", ["good.io", "broken.io"])
def test_a_helper_is_asked_once_for_a_server(program: Path, host: str) -> None:
    """A helper that hangs costs its time limit once, not for every repository."""
    credentials = Credentials(DockerConfig({"credsStore": "tested"}, "config.json"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: find(host, credentials), range(8)))

    assert Path(f"{program}.asked").read_text().split() == [host]


def test_a_helper_is_asked_again_in_the_next_cycle(program: Path) -> None:
    """What it gives does not last: a password of ECR ends after twelve hours."""
    for _ in range(2):
        find("good.io")

    assert Path(f"{program}.asked").read_text().split() == ["good.io", "good.io"]


@pytest.mark.usefixtures("program")
def test_a_helper_may_stand_for_several_hosts() -> None:
    found = find(
        "a.glob.io", Credentials(DockerConfig({"credHelpers": {"*.glob.io": "tested"}}, "config.json"))
    )

    assert found.credential is not None


@pytest.mark.parametrize("configured", [{"credsStore": "tested"}, {"credHelpers": {"docker.io": "tested"}}])
def test_a_helper_is_asked_for_docker_hub_under_both_its_names(
    program: Path, configured: dict[str, Any]
) -> None:
    credential = find("docker.io", Credentials(DockerConfig(configured, "config.json"))).credential

    assert credential is not None
    assert credential.username == "hub"
    assert Path(f"{program}.asked").read_text().split() == ["https://index.docker.io/v1/", "docker.io"]


@pytest.mark.usefixtures("program")
def test_a_helper_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helpers, "LIMIT_S", 0.2)

    outcome = find("hangs.io")

    assert outcome.credential is None
    assert "docker-credential-tested did not answer for hangs.io" in outcome.reason
