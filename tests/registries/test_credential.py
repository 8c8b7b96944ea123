from __future__ import annotations

from dataclasses import replace

import pytest

from imagebot.registries.credential import Credential, Found
from tests.secrets_planted import SECRET

ONE = Credential("config.json", "bot", SECRET)
SALT = b"salt"


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(Credential("c", "bot", f"{SECRET}2"), id="password"),
        pytest.param(Credential("c", "bot2", SECRET), id="user"),
        pytest.param(Credential("c", f"bot{SECRET}"), id="moved-over-the-border"),
        pytest.param(Credential("c", "bot", identity_token=SECRET), id="identity-token"),
        pytest.param(Credential("c", "bot", registry_token=SECRET), id="registry-token"),
        pytest.param(replace(ONE, rotating="aws:r.io"), id="of-a-cloud"),
    ],
)
def test_two_credentials_have_two_identities(other: Credential) -> None:
    assert ONE.identity(SALT) != other.identity(SALT)


def test_an_identity_is_the_secrets_alone_and_no_place() -> None:
    assert ONE.identity(SALT) == replace(ONE, source="elsewhere").identity(SALT)
    assert ONE.identity(SALT) != ONE.identity(b"another salt")


def test_an_identity_shows_nothing_of_the_secret() -> None:
    identity = ONE.identity(SALT)

    assert len(identity) == 16
    assert int(identity, 16) >= 0


def test_a_secret_that_rotates_keeps_its_identity() -> None:
    first, second = (Credential("AWS", "AWS", password, rotating="aws:r.io") for password in "12")

    assert first.identity(SALT) == second.identity(SALT) == "aws:r.io"


def test_no_secret_shows_in_a_repr() -> None:
    found = Found(Credential("c", "u", SECRET, SECRET, SECRET), "credentials from c")

    assert SECRET not in f"{found!r} {found}"
