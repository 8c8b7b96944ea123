"""Artifact Registry, by google-auth and a token server of a federated workload."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from imagebot.demo.http_server import Request, Response
from imagebot.references.image import ImageName
from imagebot.registries.clouds.gcp import SCOPE, Gcp
from imagebot.registries.clouds.protocol import Loan, NothingLent
from imagebot.registries.credentials import Credentials
from imagebot.registries.http import Http
from tests.registries.quirk_server import Answer, quirky
from tests.secrets_planted import SECRET

HOST = "europe-docker.pkg.dev"


@pytest.mark.parametrize("host", ["gcr.io", "eu.gcr.io", HOST, "europe-west4-docker.pkg.dev"])
def test_a_registry_of_google_s_is_known(host: str) -> None:
    assert Gcp().matches(host)


@pytest.mark.parametrize(
    "host",
    ["evilgcr.io", "gcr.io.evil.example", "a.b.gcr.io", "gcr.io:5000", "pkg.dev", "evil.example/x.pkg.dev", f"{HOST}\n", "xgcrxio"],
)  # fmt: skip
def test_no_other_host_is_one_of_google_s(host: str) -> None:
    assert not Gcp().matches(host)


def lent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Answer) -> Loan:
    """What a workload gets whose platform signs a token for it, in a file."""
    (tmp_path / "token").write_text("signed-by-the-platform")
    with quirky(answer) as host:
        content = {
            "type": "external_account",
            "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/p",
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            "token_url": f"http://{host}/token",
            "credential_source": {"file": str(tmp_path / "token")},
        }
        (tmp_path / "account.json").write_text(json.dumps(content))
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "account.json"))
        monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "acme")
        return Gcp().credential(HOST, Http())


def test_the_access_token_is_the_password_of_google_s_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, list[str]]] = []

    def answer(request: Request) -> Response:
        asked.append(parse_qs(request.body.decode()))
        token = {"access_token": SECRET, "token_type": "Bearer", "expires_in": 3600}
        return Response(200, json.dumps(token).encode(), {"Content-Type": "application/json"})

    loan = lent(tmp_path, monkeypatch, answer)

    assert (loan.credential.username, loan.credential.password) == ("oauth2accesstoken", SECRET)
    assert loan.credential.identity(b"") == f"gcp:{HOST}"
    assert loan.ends is not None
    assert timedelta(minutes=50) < loan.ends - datetime.now(UTC) <= timedelta(hours=1)
    assert asked[0]["subject_token"] == ["signed-by-the-platform"]
    assert asked[0]["scope"] == [SCOPE]


def test_a_refusal_is_told_without_its_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = json.dumps({"error": "invalid_grant", "error_description": SECRET}).encode()

    with pytest.raises(NothingLent, match="Google gives no access token") as refused:
        lent(tmp_path, monkeypatch, lambda _: Response(400, refusal))

    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("content", [None, SECRET, "{}", '{"type": "s3cret"}'])
def test_no_credentials_are_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    if content is not None:
        (tmp_path / "account.json").write_text(content)
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "account.json"))

    found = Credentials().find(ImageName(HOST, "a"))

    assert found.credential is None
    assert found.reason.endswith("(google-auth finds no Google credentials that it can use)")
