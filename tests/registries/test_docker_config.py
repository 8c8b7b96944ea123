from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from imagebot.errors import ConfigError
from imagebot.references.image import ImageName
from imagebot.registries.docker_config import Credentials


def auth(user: str, password: str) -> dict[str, str]:
    return {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}


def found(content: dict[str, Any], name: str) -> tuple[str, str] | None:
    credential = Credentials(content, "config.json").find(ImageName.parse(name)).credential
    return (credential.username, credential.password) if credential else None


@pytest.mark.parametrize(
    ("auths", "name", "expected"),
    [
        pytest.param({"ghcr.io": auth("u", "p")}, "ghcr.io/a/b", ("u", "p"), id="host"),
        pytest.param({"https://ghcr.io": auth("u", "p")}, "ghcr.io/a/b", ("u", "p"), id="with-scheme"),
        pytest.param({"https://ghcr.io/v2/": auth("u", "p")}, "ghcr.io/a/b", ("u", "p"), id="with-path"),
        pytest.param({"r.io:5000": auth("u", "p")}, "r.io:5000/a", ("u", "p"), id="port"),
        pytest.param({"r.io": auth("u", "p")}, "r.io:5000/a", None, id="another-port"),
        pytest.param({"https://index.docker.io/v1/": auth("u", "p")}, "nginx", ("u", "p"), id="hub"),
        pytest.param({"docker.io": auth("u", "p")}, "acme/web", ("u", "p"), id="hub-by-name"),
        pytest.param({"r.io": {"username": "u", "password": "p"}}, "r.io/a", ("u", "p"), id="without-auth"),
        pytest.param({"r.io": auth("u", "a:b:c")}, "r.io/a", ("u", "a:b:c"), id="colons-in-password"),
        pytest.param({"r.io": {"auth": auth("u", "p")["auth"].rstrip("=")}}, "r.io/a", ("u", "p"), id="unpadded"),
        pytest.param({"r.io": auth("u", "p\0")}, "r.io/a", ("u", "p"), id="trailing-nul"),
        pytest.param({"r.io": {**auth("u", "p"), "identitytoken": ""}}, "r.io/a", ("u", "p"), id="empty-identity"),
        pytest.param({"r.io/a": auth("one", "1"), "r.io": auth("all", "2")}, "r.io/a/b", ("one", "1"), id="most-specific"),
        pytest.param({"r.io/a": auth("one", "1")}, "r.io/b", None, id="never-widened"),
        pytest.param({"r.io/a": auth("one", "1")}, "r.io/ab", None, id="whole-components"),
        pytest.param({"r.io": {}}, "r.io/a", None, id="empty-entry"),
        pytest.param({"bad.io": {"auth": "!!!"}, "r.io": auth("u", "p")}, "r.io/a", ("u", "p"), id="another-entry-is-bad"),
    ],
)  # fmt: skip
def test_a_credential_is_found_for_its_host_and_no_other(
    auths: dict[str, Any], name: str, expected: tuple[str, str] | None
) -> None:
    assert found({"auths": auths}, name) == expected


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        pytest.param({"auth": "s3cret!!!"}, "no base64", id="base64"),
        pytest.param({"auth": base64.b64encode(b"s3cret").decode()}, "no user and password", id="colon"),
        pytest.param({"auth": 5}, "no text", id="number"),
        pytest.param("s3cret", "no object", id="text"),
        pytest.param({"username": ["s3cret"]}, "no text", id="list"),
        pytest.param({"username": "u", "password": "s3cret\ud800"}, "no text", id="half-a-character"),
        pytest.param({"registrytoken": "s3cret\nX: y"}, "no token has", id="token-of-two-lines"),
        pytest.param({"registrytoken": "s3creté"}, "no token has", id="token-not-ascii"),
    ],
)
def test_a_bad_entry_costs_only_itself_and_is_named_without_its_content(entry: Any, reason: str) -> None:
    outcome = Credentials({"auths": {"r.io": entry}}, "config.json").find(ImageName("r.io", "a"))

    assert outcome.credential is None
    assert reason in outcome.reason
    assert "'r.io'" in outcome.reason
    assert "s3cret" not in outcome.reason


def test_no_secret_shows_in_a_repr() -> None:
    content = {
        "auths": {"r.io": {**auth("user", "s3cret"), "identitytoken": "s3cret", "registrytoken": "s3cret"}}
    }
    outcome = Credentials(content, "config.json").find(ImageName("r.io", "a"))

    assert outcome.credential is not None
    assert "s3cret" not in repr(outcome) + str(outcome)
    assert "config.json, auths['r.io']" in outcome.reason


def load(tmp_path: Path, path: Path | None = None, **environ: str) -> Credentials:
    return Credentials.load(path, environ=environ, home=tmp_path)


def test_the_file_is_looked_for_where_docker_keeps_it(tmp_path: Path) -> None:
    for folder, user in ((".docker", "home"), ("other", "named")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "config.json").write_text(json.dumps({"auths": {"r.io": auth(user, "p")}}))
    name = ImageName("r.io", "a")

    assert load(tmp_path).find(name).reason.endswith(f"{tmp_path}/.docker/config.json, auths['r.io']")
    by_environment = load(tmp_path, DOCKER_CONFIG=str(tmp_path / "other")).find(name).credential
    assert by_environment is not None
    assert by_environment.username == "named"


def test_no_file_is_no_credential_and_says_where_it_was_looked_for(tmp_path: Path) -> None:
    outcome = load(tmp_path).find(ImageName("r.io", "a"))

    assert outcome.reason == f"no credentials for r.io in {tmp_path}/.docker/config.json"


def test_a_default_file_that_cannot_be_read_is_a_reason_and_no_failure(tmp_path: Path) -> None:
    """A bind mount of a file that is missing makes a folder of that name."""
    (tmp_path / ".docker" / "config.json").mkdir(parents=True)

    outcome = load(tmp_path).find(ImageName("r.io", "a"))

    assert outcome.reason.endswith(".docker/config.json, which cannot be read: Is a directory")


@pytest.mark.parametrize("content", ["s3cret {", "[]", "[" * 100_000])
def test_a_broken_file_is_named_and_not_quoted(tmp_path: Path, content: str) -> None:
    path = tmp_path / "config.json"
    path.write_text(content)

    with pytest.raises(ConfigError, match="is no JSON object") as refused:
        load(tmp_path, path)

    assert str(path) in refused.value.message
    assert "s3cret" not in refused.value.message


def test_a_file_that_was_named_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read registry credentials from"):
        load(tmp_path, tmp_path / "nowhere.json")


def test_a_missing_helper_does_not_hide_an_entry(tmp_path: Path) -> None:
    content = {"credHelpers": {"r.io": "is-not-installed"}, "auths": {"r.io": auth("u", "p")}}

    assert found(content, "r.io/a") == ("u", "p")
