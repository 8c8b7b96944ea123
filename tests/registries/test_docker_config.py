"""What one file gives; among it whatever docker-py's own loader gets wrong."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from imagebot.references.image import ImageName
from imagebot.registries.docker_config import DockerConfig


def auth(user: str, password: str) -> dict[str, str]:
    return {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}


def candidates(content: Any, name: str) -> tuple[list[tuple[str, str]], list[str]]:
    problems: list[str] = []
    found = DockerConfig(content, "config.json").candidates(ImageName.parse(name), problems)
    return [(credential.username, credential.password) for credential in found], problems


GOOD = auth("u", "p")


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        pytest.param({"auths": {"r.io": GOOD}}, "r.io/a", [("u", "p")], id="entry"),
        pytest.param({"r.io": GOOD}, "r.io/a", [("u", "p")], id="dockercfg"),
        pytest.param({"r.io": {"username": "u", "password": "p"}}, "r.io/a", [("u", "p")], id="dockercfg-without-auth"),
        pytest.param({"auths": {"r.io": {"username": "u", "password": "p"}}}, "r.io/a", [("u", "p")], id="without-auth"),
        pytest.param({"auths": {"r.io": {**GOOD, "identitytoken": ""}}}, "r.io/a", [("u", "p")], id="empty-identity"),
        pytest.param({"auths": {"bad.io": {"auth": "!!!"}, "r.io": GOOD}}, "r.io/a", [("u", "p")], id="another-entry-is-bad"),
        pytest.param({"auths": {"r.io/a": {"auth": "!!!"}, "r.io": GOOD}}, "r.io/a", [("u", "p")], id="better-entry-is-bad"),
        pytest.param({"auths": {"quay.io/one": auth("one", "1")}}, "quay.io/two/web", [], id="only-key-is-not-widened"),
        pytest.param({"auths": {"quay.io/one": auth("one", "1"), "quay.io": GOOD}}, "quay.io/one/web", [("one", "1"), ("u", "p")], id="by-path"),
        pytest.param({"auths": {"*.azurecr.io": GOOD}}, "acme.azurecr.io/a", [("u", "p")], id="glob"),
        pytest.param({"credHelpers": {"r.io": "is-not-installed"}, "auths": {"r.io": GOOD}}, "r.io/a", [("u", "p")], id="missing-helper"),
        pytest.param({"credsStore": "is-not-installed", "auths": {"r.io": GOOD}}, "r.io/a", [("u", "p")], id="missing-store"),
        pytest.param({"auths": ["r.io"], "credHelpers": 5, "credsStore": {}}, "r.io/a", [], id="wrong-types"),
        pytest.param({"HttpHeaders": {"X": "y"}, "proxies": {"default": {}}}, "r.io/a", [], id="no-credentials-at-all"),
        pytest.param({"credHelpers": {"r.io": ""}, "credsStore": ""}, "r.io/a", [], id="empty-helpers"),
    ],
)  # fmt: skip
def test_a_credential_is_found(content: Any, name: str, expected: list[tuple[str, str]]) -> None:
    assert candidates(content, name)[0] == expected


def test_a_bad_entry_is_named_without_its_content() -> None:
    found, problems = candidates({"auths": {"r.io": {"auth": "s3cret!"}}}, "r.io/a")

    assert found == []
    assert problems == ["the entry 'r.io' of config.json is unusable: `auth` is no base64"]


def test_a_missing_helper_is_named() -> None:
    _, problems = candidates({"credHelpers": {"r.io": "is-not-installed"}}, "r.io/a")

    assert problems == ["docker-credential-is-not-installed is not installed"]
