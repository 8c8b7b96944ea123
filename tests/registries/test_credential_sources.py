from __future__ import annotations

import json
from pathlib import Path

import pytest

from imagebot.errors import ConfigError
from imagebot.references.image import ImageName
from imagebot.registries.credential import Found
from imagebot.registries.credentials import Credentials

NAME = ImageName("r.io", "a")


def config(user: str) -> str:
    return json.dumps({"auths": {"r.io": {"username": user, "password": "p"}}})


def find(tmp_path: Path, path: Path | None = None, /, **environ: str) -> Found:
    """Environment values begin at the test's folder."""
    within = {name: value.replace("~", str(tmp_path)) for name, value in environ.items()}
    return Credentials.load(path, environ=within, home=tmp_path / "home").find(NAME)


def write(tmp_path: Path, *files: str) -> None:
    """Files whose user is their own path."""
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(config(name))


ORDER = [
    ("DOCKER_CONFIG", "~/docker", "docker/config.json"),
    ("DOCKER_CONFIG", "~/docker", "docker/.dockerconfigjson"),
    ("DOCKER_CONFIG", "~/docker", "docker/.dockercfg"),
    ("REGISTRY_AUTH_FILE", "~/auth.json", "auth.json"),
    ("XDG_RUNTIME_DIR", "~/run", "run/containers/auth.json"),
    ("XDG_CONFIG_HOME", "~/xdg", "xdg/containers/auth.json"),
]


@pytest.mark.parametrize("first", range(len(ORDER)))
def test_sources_are_asked_in_order(tmp_path: Path, first: int) -> None:
    write(tmp_path, *(file for _, _, file in ORDER[first:]))

    found = find(tmp_path, **{name: value for name, value, _ in ORDER})

    assert found.credential is not None
    assert found.credential.username == ORDER[first][2]
    assert found.reason == f"credentials from {tmp_path}/{ORDER[first][2]}, auths['r.io']"


def test_the_environment_itself_comes_first(tmp_path: Path) -> None:
    write(tmp_path, *(file for _, _, file in ORDER))

    found = find(tmp_path, DOCKER_AUTH_CONFIG=config("env"), **{name: value for name, value, _ in ORDER})

    assert found.reason == "credentials from DOCKER_AUTH_CONFIG, auths['r.io']"


@pytest.mark.parametrize("file", ["home/.docker/config.json", "home/.config/containers/auth.json"])
def test_the_home_folder_is_looked_at(tmp_path: Path, file: str) -> None:
    write(tmp_path, file)

    assert find(tmp_path).credential is not None


def test_docker_config_stands_for_the_home_folder_s(tmp_path: Path) -> None:
    write(tmp_path, "home/.docker/config.json")

    assert find(tmp_path, DOCKER_CONFIG="~/empty").credential is None


@pytest.mark.parametrize("name", ["config.json", ".dockerconfigjson", ".dockercfg", "any.name"])
def test_a_file_that_is_named_is_the_only_one(tmp_path: Path, name: str) -> None:
    write(tmp_path, f"named/{name}", "home/.docker/config.json")
    only = ImageName("other.io", "a")

    found = find(tmp_path, tmp_path / "named" / name, DOCKER_AUTH_CONFIG=config("env"))
    other = Credentials.load(tmp_path / "named" / name, environ={}, home=tmp_path / "home").find(only)

    assert found.credential is not None
    assert found.credential.username == f"named/{name}"
    assert other.reason == f"no credentials for other.io in {tmp_path}/named/{name}"


@pytest.mark.parametrize("name", ["config.json", ".dockerconfigjson", ".dockercfg"])
def test_a_folder_may_be_named(tmp_path: Path, name: str) -> None:
    """A mounted Secret of Kubernetes: links to a folder beside."""
    write(tmp_path, f"secret/..data/{name}")
    (tmp_path / "secret" / name).symlink_to(f"..data/{name}")

    found = find(tmp_path, tmp_path / "secret")

    assert found.reason == f"credentials from {tmp_path}/secret/{name}, auths['r.io']"


def test_the_older_form_needs_no_level(tmp_path: Path) -> None:
    (tmp_path / ".dockercfg").write_text('{"https://r.io/v1/": {"auth": "dTpw", "email": "a@example.com"}}')

    assert find(tmp_path, tmp_path).credential is not None


def test_no_file_is_no_credential_and_says_where_it_was_looked_for(tmp_path: Path) -> None:
    docker, podman = f"{tmp_path}/home/.docker/config.json", f"{tmp_path}/home/.config/containers/auth.json"

    assert find(tmp_path).reason == f"no credentials for r.io in {docker} or {podman}"


BROKEN = [
    pytest.param("s3cret {", "is no JSON object", id="text"),
    pytest.param("", "is no JSON object", id="empty"),
    pytest.param('["s3cret"]', "is no JSON object", id="list"),
    pytest.param("[" * 100_000, "is no JSON object", id="deep"),
    pytest.param('{"s3cret": 1}' + " " * 1024 * 1024, "is larger than 1048576 bytes", id="large"),
]


@pytest.mark.parametrize(("content", "why"), BROKEN)
def test_a_broken_file_that_was_named_fails_and_is_not_quoted(tmp_path: Path, content: str, why: str) -> None:
    path = tmp_path / "config.json"
    path.write_text(content)

    for given in (path, tmp_path):
        with pytest.raises(ConfigError, match=why) as refused:
            find(tmp_path, given)
        assert str(path) in refused.value.message
        assert "s3cret" not in refused.value.message


@pytest.mark.parametrize(("content", "why"), BROKEN)
def test_a_broken_default_costs_only_itself(tmp_path: Path, content: str, why: str) -> None:
    write(tmp_path, "auth.json")
    (tmp_path / "config.json").write_text(content)

    alone = find(tmp_path, DOCKER_CONFIG="~")
    beside = find(tmp_path, DOCKER_CONFIG="~", REGISTRY_AUTH_FILE="~/auth.json")

    assert alone.credential is None
    assert f"({tmp_path}/config.json {why})" in alone.reason
    assert "s3cret" not in alone.reason
    assert beside.credential is not None


@pytest.mark.parametrize(("content", "why"), BROKEN[:3:2])
def test_a_broken_variable_costs_only_itself(tmp_path: Path, content: str, why: str) -> None:
    write(tmp_path, "auth.json")

    alone = find(tmp_path, DOCKER_AUTH_CONFIG=content)
    beside = find(tmp_path, DOCKER_AUTH_CONFIG=content, REGISTRY_AUTH_FILE="~/auth.json")

    assert f"(DOCKER_AUTH_CONFIG {why})" in alone.reason
    assert "s3cret" not in alone.reason
    assert beside.credential is not None


def test_bytes_that_are_no_text_cost_only_their_entry(tmp_path: Path) -> None:
    entry = b'{"auths": {"bad.io": {"username": "\xff", "password": "\xff"}, "r.io": {"auth": "dTpw"}}}'
    (tmp_path / "config.json").write_bytes(entry)

    assert find(tmp_path, tmp_path).credential is not None


def test_a_default_file_that_cannot_be_read_is_a_reason_and_no_failure(tmp_path: Path) -> None:
    """A bind mount of a file that is missing makes a folder of that name."""
    (tmp_path / "home" / ".docker" / "config.json").mkdir(parents=True)

    assert "home/.docker/config.json cannot be read: Is a directory)" in find(tmp_path).reason


def test_a_file_that_was_named_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=f"cannot read registry credentials from {tmp_path}/nowhere.json"):
        find(tmp_path, tmp_path / "nowhere.json")


def test_a_folder_that_was_named_must_hold_a_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="holds no registry credentials") as refused:
        find(tmp_path, tmp_path)

    assert "config.json, .dockerconfigjson, .dockercfg" in refused.value.hint
