"""``imagebot doctor``: what it says of the forge, and of imagebot's token there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.cli.conftest import SETTINGS, Team
from tests.forges.contract.gitlab_world import open_gitlab
from tests.forges.gitea.world import READ_TOKEN, gitea_world
from tests.processes import Outcome, git, write_files
from tests.secrets_planted import SECRET

Run = Callable[..., Outcome]
DASHBOARD = "pull-requests: {dashboard: true}\n"


def doctor(run: Run, folder: Path | str, *more: str) -> tuple[int, dict[str, Any]]:
    outcome = run("doctor", str(folder), "-o", "json", *more)
    return outcome.code, {check["name"]: check for check in outcome.json["checks"]}


def test_all_is_well(team: Team, imagebot: Run) -> None:
    code, checks = doctor(imagebot, team.clone)

    assert code == 0
    assert list(checks) == ["Git", "cache", "forge token", "forge", "forge rights"]
    assert checks["forge token"]["message"] == "from GITHUB_TOKEN, as imagebot"
    assert checks["forge"]["message"] == "acme/config on github, default branch main"
    assert checks["forge rights"]["message"].startswith("may push")
    assert not any(check["hint"] or check["error"] for check in checks.values())
    assert team.github.writes == []


def test_a_token_that_the_forge_refuses(team: Team, imagebot: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "pl4nted-s3cret")

    code, checks = doctor(imagebot, team.clone)

    assert code == 4
    assert checks["forge"]["error"]["hint"]
    by_address, told = doctor(imagebot, team.hosted.clone_url)
    assert by_address == 4
    assert "GITHUB_TOKEN" in told["forge token"]["error"]["message"]


def test_a_token_that_may_only_read(team: Team, imagebot: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", team.github.add_user("reader", permission="read"))

    code, checks = doctor(imagebot, team.clone)

    assert code == 4
    assert "may not push to acme/config" in checks["forge rights"]["error"]["message"]
    assert "Contents and Pull requests" in checks["forge rights"]["error"]["hint"]


def test_an_archived_repository(team: Team, imagebot: Run) -> None:
    team.github.owner("acme/config").set(archived=True)

    code, checks = doctor(imagebot, team.clone)

    assert code == 5
    assert "archived" in checks["forge"]["error"]["message"]


def test_a_repository_that_is_not_there(team: Team, imagebot: Run) -> None:
    code, checks = doctor(imagebot, team.clone, "--forge-repository", "acme/gone")

    assert code != 0
    assert "acme/gone" in checks["forge"]["error"]["message"]
    assert checks["forge"]["error"]["hint"]


@pytest.mark.parametrize(("issues", "hint"), [(True, ""), (False, "switch issues on")])
def test_a_dashboard_needs_issues(team: Team, imagebot: Run, issues: bool, hint: str) -> None:
    team.commit({"imagebot.yaml": SETTINGS + DASHBOARD})
    team.github.owner("acme/config").set(has_issues=issues)

    code, checks = doctor(imagebot, team.clone)

    assert code == 0
    assert checks["dashboard"]["hint"].startswith(hint)
    assert bool(checks["dashboard"]["hint"]) is bool(hint)


@pytest.fixture
def app(team: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes imagebot a GitHub App with rights."""

    def make(**rights: str) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        path = tmp_path / "app.pem"
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()))
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        made = team.github.add_app("image-bot", public, {"metadata": "read", **rights})
        monkeypatch.delenv("GITHUB_TOKEN")
        monkeypatch.setenv("GITHUB_APP_ID", str(made.id))
        monkeypatch.setenv("GITHUB_APP_PRIVATE_KEY_FILE", str(path))

    return make


def test_an_app_is_told_with_its_rights(team: Team, imagebot: Run, app: Callable[..., None]) -> None:
    app(contents="write", pull_requests="write")

    code, checks = doctor(imagebot, team.clone, "--forge-api", team.github.api)

    assert code == 0
    assert checks["forge token"]["message"] == "from the GitHub App image-bot, as image-bot[bot]"
    assert checks["forge rights"]["message"] == "contents: write, pull_requests: write"


def test_rights_that_an_app_lacks_are_named(team: Team, imagebot: Run, app: Callable[..., None]) -> None:
    team.commit({"imagebot.yaml": SETTINGS + DASHBOARD})
    app(contents="read", pull_requests="write")

    code, checks = doctor(imagebot, team.clone, "--forge-api", team.github.api)

    assert code == 4
    error = checks["forge rights"]["error"]
    assert "has not the right contents: write and issues: write" in error["message"]
    assert "accept it" in error["hint"]


def test_a_broken_key_of_an_app(team: Team, imagebot: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_APP_ID", "1")
    monkeypatch.setenv("GITHUB_APP_PRIVATE_KEY", "pl4nted-s3cret")

    code, checks = doctor(imagebot, team.clone, "--forge-api", team.github.api)

    assert code == 4
    assert "no RSA key" in checks["forge token"]["error"]["message"]


@pytest.mark.parametrize("kind", ["gitlab", "gitea"])
def test_without_a_token_the_one_of_the_right_kind_is_asked_for(
    kind: str, tmp_path: Path, imagebot: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = cloned(tmp_path, kind)
    monkeypatch.setenv("GITHUB_TOKEN", "pl4nted-s3cret")

    _, without = doctor(imagebot, folder)
    monkeypatch.setenv(f"{kind.upper()}_TOKEN", "another-s3cret")
    code, silent = doctor(imagebot, folder, "--forge-api", "http://127.0.0.1:1/api")

    assert f"set {kind.upper()}_TOKEN" in without["forge token"]["hint"]
    assert code == 1
    assert silent["forge token"]["message"] == f"from {kind.upper()}_TOKEN"
    assert "127.0.0.1" in silent["forge"]["error"]["message"]


def test_gitlab_tells_who_imagebot_is(tmp_path: Path, imagebot: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_gitlab(tmp_path / "forge") as world:
        monkeypatch.setenv("GITLAB_TOKEN", world.server.token)
        where = ("--forge-api", world.server.api, "--forge-repository", world.name)

        code, checks = doctor(imagebot, cloned(tmp_path, "gitlab"), *where)

    assert code == 0
    assert checks["forge token"]["message"] == f"from GITLAB_TOKEN, as {world.bot}"
    assert checks["forge"]["message"] == f"{world.name} on gitlab, default branch main"
    assert checks["forge rights"]["message"].startswith("may push")


@pytest.mark.parametrize(("token", "code"), [(SECRET, 0), (READ_TOKEN, 4)], ids=["writes", "reads"])
def test_gitea_tells_what_the_token_may(
    token: str, code: int, tmp_path: Path, imagebot: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with gitea_world(tmp_path / "forge") as world:
        monkeypatch.setenv("GITEA_TOKEN", token)
        where = ("--forge-api", world.server.api, "--forge-repository", world.name)

        ended, checks = doctor(imagebot, cloned(tmp_path, "gitea"), *where)

    assert ended == code
    assert checks["forge"]["message"] == "acme/config on gitea, default branch main"
    rights = checks["forge rights"]
    assert rights["message"].startswith("may push" if code == 0 else "are missing")
    assert code == 0 or "write:repository" in rights["error"]["hint"]


def cloned(tmp_path: Path, kind: str) -> Path:
    """A folder whose remote is on a host that answers nobody."""
    folder = write_files(tmp_path / "config", {"imagebot.yaml": f"forge: {{kind: {kind}}}\n"})
    git(tmp_path, "init", "-q", str(folder))
    git(folder, "remote", "add", "origin", "https://127.0.0.1:1/acme/config.git")
    return folder


def test_a_host_of_no_known_kind_is_plain_git(tmp_path: Path, imagebot: Run) -> None:
    folder = cloned(tmp_path, "git")
    (folder / "imagebot.yaml").unlink()
    git(folder, "remote", "set-url", "origin", "https://code.example.com/acme/config.git")

    code, checks = doctor(imagebot, folder)

    assert code == 0
    assert "nothing says what kind of forge code.example.com is" in checks["forge token"]["message"]
