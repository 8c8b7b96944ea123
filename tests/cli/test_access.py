"""Which token goes where."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from imagebot.cli.access import (
    access,
    check_api,
    check_kind,
    default_api,
    files_url,
    forge_kind,
    kind_of_host,
    remote_parts,
)
from imagebot.cli.tokens import app_key, forge_token
from imagebot.errors import ForgeDenied, UsageError
from tests.cli.conftest import Team
from tests.processes import Outcome


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


EVERY = {"GITHUB_TOKEN": "gh", "GITLAB_TOKEN": "gl", "GITEA_TOKEN": "gt"}


def said(**arguments: str | None) -> Namespace:
    return Namespace(**{"forge": None, "forge_api": None, "forge_repository": None, **arguments})


@pytest.mark.parametrize(
    ("url", "arguments", "settings", "value"),
    [
        pytest.param("https://github.com/a/b", said(), None, "gh", id="github"),
        pytest.param("git@github.com:a/b.git", said(), None, "gh", id="github-by-ssh"),
        pytest.param("https://acme.ghe.com/a/b", said(), None, "gh", id="github-with-residency"),
        pytest.param("https://gitlab.com/a/b/c", said(), None, "gl", id="gitlab"),
        pytest.param("https://gitlab.example.com/a/b", said(), None, "gl", id="own-gitlab"),
        pytest.param("https://codeberg.org/a/b", said(), None, "gt", id="codeberg"),
        pytest.param(
            "https://github.com/a/b", said(forge="gitlab"), "gitlab", "gh", id="the-host-beats-everybody"
        ),
        pytest.param("https://git.example.com/a/b", said(), None, None, id="unknown-host-gets-none"),
        pytest.param("https://git.example.com/a/b", said(forge="git"), "git", None, id="plain-git-gets-none"),
        pytest.param(
            "https://git.example.com/a/b", said(forge="gitea"), "github", "gt", id="operator-beats-settings"
        ),
        pytest.param("https://git.example.com/a/b", said(), "gitlab", "gl", id="settings-of-an-unknown-host"),
        pytest.param(
            "https://git.example.com/a/b",
            said(forge_api="https://git.example.com/api/v3"),
            None,
            "gh",
            id="api-path-3",
        ),
        pytest.param(
            "https://git.example.com/a/b",
            said(forge_api="https://git.example.com/api/v4/"),
            None,
            "gl",
            id="api-path-4",
        ),
        pytest.param("https://evilgithub.com/a/b", said(), None, None, id="looks-like-github"),
        pytest.param("https://github.com.evil.example/a/b", said(), None, None, id="begins-like-github"),
        pytest.param("/srv/git/a", said(), None, None, id="a-path"),
        pytest.param("http://127.0.0.1:1/a/b", said(), None, "gh", id="this-machine"),
        pytest.param("http://127.0.0.1:1/a/b", said(), "gitea", "gt", id="this-machine-by-settings"),
        pytest.param("https://github.com/a/b", Namespace(), None, "gh", id="a-command-without-forge"),
    ],
)
def test_a_token_goes_to_its_own_kind_of_forge(
    url: str, arguments: Namespace, settings: str | None, value: str | None
) -> None:
    kind = forge_kind(url, arguments, EVERY, settings)

    assert access(url, kind, arguments, EVERY).value == value


def test_a_command_that_only_reads_has_the_kind_from_the_environment() -> None:
    environ = {**EVERY, "IMAGEBOT_FORGE": "gitlab"}

    assert forge_kind("https://git.example.com/a/b", Namespace(), environ) == "gitlab"


def test_who_gets_none_is_told_what_to_say() -> None:
    assert "--forge" in access("https://git.example.com/a", None, said(), EVERY).source


@pytest.mark.parametrize(
    ("environ", "kind"),
    [
        pytest.param({"GITHUB_SERVER_URL": "https://git.example.com"}, "github", id="a-job-of-github"),
        pytest.param(
            {"GITHUB_SERVER_URL": "https://git.example.com", "GITEA_ACTIONS": "true"}, "gitea", id="of-gitea"
        ),
        pytest.param(
            {"GITHUB_SERVER_URL": "https://git.example.com", "FORGEJO_ACTIONS": "true"},
            "gitea",
            id="of-forgejo",
        ),
        pytest.param({"CI_SERVER_URL": "https://git.example.com:8443"}, "gitlab", id="of-gitlab"),
        pytest.param({"GITHUB_SERVER_URL": "https://elsewhere.example.com"}, None, id="of-another-host"),
        pytest.param({}, None, id="no-job"),
    ],
)
def test_a_job_knows_the_host_that_it_runs_for(environ: dict[str, str], kind: str | None) -> None:
    assert kind_of_host("git.example.com", environ) == kind


@pytest.mark.parametrize(
    ("kind", "host", "url"),
    [
        pytest.param("github", "github.com", "https://github.com/acme/config/blob/rel%20x/", id="github"),
        pytest.param(
            "gitlab", "git.acme.example", "https://git.acme.example/acme/config/-/blob/rel%20x/", id="gitlab"
        ),
        pytest.param(
            "gitea", "codeberg.org", "https://codeberg.org/acme/config/src/branch/rel%20x/", id="gitea"
        ),
        pytest.param("git", "git.acme.example", "", id="nobody-knows"),
        pytest.param("github", "127.0.0.1", "", id="this-machine"),
        pytest.param("github", "", "", id="a-path"),
    ],
)
def test_a_file_of_the_base_has_an_address(kind: str, host: str, url: str) -> None:
    assert files_url(kind, host, "acme/config", "rel x") == url


@pytest.mark.parametrize(
    ("kind", "host", "api"),
    [
        ("github", "github.com", "https://api.github.com"),
        ("github", "acme.ghe.com", "https://api.acme.ghe.com"),
        ("github", "ghe.example.com", "https://ghe.example.com/api/v3"),
        ("gitlab", "gitlab.com", "https://gitlab.com/api/v4"),
        ("gitea", "codeberg.org", "https://codeberg.org/api/v1"),
    ],
)
def test_the_api_stands_beside_the_remote(kind: str, host: str, api: str) -> None:
    assert default_api(kind, host) == api
    check_api(api, host, by_operator=False)


@pytest.mark.parametrize(
    ("api", "remote", "by_operator", "told"),
    [
        pytest.param(
            "http://ghe.example.com/api/v3", "ghe.example.com", True, "not https", id="in-the-clear"
        ),
        pytest.param(
            "https://evil.example.com/api/v3", "github.com", False, "imagebot.yaml names", id="elsewhere"
        ),
        pytest.param(
            "https://api.ghe.example.com/",
            "ghe.example.com",
            False,
            "imagebot.yaml names",
            id="beside-an-own-host",
        ),
        pytest.param(
            "http://127.0.0.1:1/api/v3", "github.com", False, "imagebot.yaml names", id="this-machine"
        ),
    ],
)
def test_a_file_does_not_lead_the_token_away(api: str, remote: str, by_operator: bool, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        check_api(api, remote, by_operator=by_operator)


@pytest.mark.parametrize(
    ("kind", "api"),
    [
        ("gitlab", "https://api.github.com"),
        ("github", "https://gitlab.com/api/v4"),
        ("gitea", "https://api.acme.ghe.com"),
    ],
)
def test_a_token_is_not_sent_to_another_kind_of_forge(kind: str, api: str) -> None:
    with pytest.raises(UsageError, match="is not sent there"):
        check_kind(kind, api, {})


def test_an_app_is_read_from_the_environment(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_text("-----BEGIN s3cret\n")

    in_file = app_key(
        {"GITHUB_APP_ID": "12", "GITHUB_APP_PRIVATE_KEY_FILE": str(path), "GITHUB_APP_INSTALLATION_ID": "7"}
    )
    on_one_line = app_key({"GITHUB_APP_ID": "Iv1.x", "GITHUB_APP_PRIVATE_KEY": "a\\ns3cret"})

    assert in_file is not None
    assert (in_file.app, in_file.key, in_file.installation) == ("12", "-----BEGIN s3cret", 7)
    assert "s3cret" not in repr(in_file)
    assert on_one_line is not None
    assert (on_one_line.key, on_one_line.installation) == ("a\ns3cret", None)
    assert app_key({"GITHUB_APP_PRIVATE_KEY": "x"}) is None


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"GITHUB_APP_ID": "1"}, "no key"),
        ({"GITHUB_APP_ID": "1", "GITHUB_APP_PRIVATE_KEY_FILE": "/no/such/file"}, "cannot read"),
        (
            {"GITHUB_APP_ID": "1", "GITHUB_APP_PRIVATE_KEY": "x", "GITHUB_APP_INSTALLATION_ID": "acme"},
            "no number",
        ),
    ],
)
def test_half_an_app_is_an_error(environ: dict[str, str], told: str) -> None:
    with pytest.raises(ForgeDenied, match=told):
        app_key(environ)


def test_an_app_proposes_as_itself(
    team: Team, imagebot: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = rsa.generate_private_key(65537, 2048)
    form, public = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    path = tmp_path / "app.pem"
    path.write_bytes(
        key.private_bytes(form, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
    )
    rights = {"contents": "write", "pull_requests": "write", "issues": "write"}
    app = team.github.add_app("image-bot", key.public_key().public_bytes(form, public).decode(), rights)
    monkeypatch.delenv("GITHUB_TOKEN")
    monkeypatch.setenv("GITHUB_APP_ID", str(app.id))
    monkeypatch.setenv("GITHUB_APP_PRIVATE_KEY_FILE", str(path))
    team.push(web="1.5.0")

    outcome = imagebot("apply", team.hosted.clone_url, "--forge-api", team.github.api)

    assert (outcome.code, outcome.err) == (0, "")
    assert {pull.author for pull in team.github.pull_requests("acme/config")} == {"image-bot[bot]"}
    tokens = [seen for seen in team.github.requests if seen.path.endswith("/access_tokens")]
    assert len(tokens) == 1
