from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.registries.credential import Credential
from imagebot.registries.credential_entries import entry_credential


def auth(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param({"auth": auth("u:p")}, Credential("c", "u", "p"), id="auth"),
        pytest.param({"username": "u", "password": "p"}, Credential("c", "u", "p"), id="without-auth"),
        pytest.param({"auth": "", "username": "u", "password": "p"}, Credential("c", "u", "p"), id="empty-auth"),
        pytest.param({"auth": auth("u:a:b:c")}, Credential("c", "u", "a:b:c"), id="colons-in-password"),
        pytest.param({"auth": auth("u:p1").rstrip("=")}, Credential("c", "u", "p1"), id="unpadded"),
        pytest.param({"auth": auth("u:p\0")}, Credential("c", "u", "p"), id="trailing-nul"),
        pytest.param({"auth": auth("u:p"), "identitytoken": ""}, Credential("c", "u", "p"), id="empty-identity"),
        pytest.param({"identitytoken": "i"}, Credential("c", identity_token="i"), id="identity"),
        pytest.param({"auth": auth("0:"), "identitytoken": "i"}, Credential("c", "0", identity_token="i"), id="as-docker-writes-an-identity"),
        pytest.param({"registrytoken": "r"}, Credential("c", registry_token="r"), id="registry-token"),
        pytest.param({}, None, id="empty"),
        pytest.param({"auth": "", "email": "a@example.com"}, None, id="empty-beside-a-store"),
        pytest.param({"username": None, "password": None}, None, id="null"),
    ],
)  # fmt: skip
def test_an_entry_is_read(entry: Any, expected: Credential | None) -> None:
    assert entry_credential(entry, "c") == expected


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        pytest.param({"auth": "s3cret!!!"}, "no base64", id="base64"),
        pytest.param({"auth": "s3cré"}, "no base64", id="not-ascii"),
        pytest.param({"auth": auth("s3cret")}, "no user and password", id="colon"),
        pytest.param({"auth": 5}, "no text", id="number"),
        pytest.param("s3cret", "no object", id="text"),
        pytest.param({"username": ["s3cret"]}, "no text", id="list"),
        pytest.param({"password": "s3cret"}, "without a user", id="password-alone"),
        pytest.param({"auth": auth("s3cret:")}, "without a password", id="user-alone"),
        pytest.param({"username": "u", "password": "s3cret\ud800"}, "no text", id="half-a-character"),
        pytest.param({"registrytoken": "s3cret\nX: y"}, "no token has", id="token-of-two-lines"),
        pytest.param({"registrytoken": "s3creté"}, "no token has", id="token-not-ascii"),
    ],
)
def test_a_bad_entry_is_refused_without_its_content(entry: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as refused:
        entry_credential(entry, "c")

    assert "s3cr" not in str(refused.value)


@given(
    st.text(min_size=1).filter(lambda t: ":" not in t), st.text(min_size=1).filter(lambda t: "\0" not in t)
)
def test_what_docker_encodes_is_read_back(user: str, password: str) -> None:
    assert entry_credential({"auth": auth(f"{user}:{password}")}, "c") == Credential("c", user, password)


FIELDS = ["auth", "username", "password", "identitytoken", "registrytoken"]
VALUES = st.none() | st.integers() | st.text() | st.lists(st.text(), max_size=1)


@given(VALUES | st.dictionaries(st.sampled_from(FIELDS), VALUES))
def test_an_entry_may_be_anything(entry: Any) -> None:
    try:
        found = entry_credential(entry, "c")
    except ValueError as refused:
        assert str(refused)
    else:
        assert found is None or found.source == "c"
