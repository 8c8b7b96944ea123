"""ECR, by boto3 and a server that speaks the protocol of AWS."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest

from imagebot.demo.http_server import Request, Response
from imagebot.references.image import ImageName
from imagebot.registries.clouds.aws import Aws, client
from imagebot.registries.clouds.protocol import NothingLent
from imagebot.registries.credential import Credential
from imagebot.registries.credentials import Credentials
from imagebot.registries.http import Http
from tests.registries.quirk_server import Answer, quirky
from tests.secrets_planted import SECRET

HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
TOKEN = base64.b64encode(f"AWS:{SECRET}".encode()).decode()


@pytest.mark.parametrize(
    ("host", "url"),
    [
        pytest.param(HOST, "https://api.ecr.eu-west-1.amazonaws.com", id="plain"),
        pytest.param("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "https://ecr-fips.us-gov-west-1.amazonaws.com", id="fips"),
        pytest.param("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "https://api.ecr.cn-north-1.amazonaws.com.cn", id="china"),
        pytest.param("123456789012.dkr-ecr.eu-west-1.on.aws", "https://ecr.eu-west-1.api.aws", id="dual-stack"),
        pytest.param("123456789012.dkr-ecr-fips.us-east-1.on.aws", "https://ecr-fips.us-east-1.api.aws", id="dual-stack-fips"),
        pytest.param("123456789012.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn", "https://ecr.cn-north-1.api.amazonwebservices.com.cn", id="dual-stack-china"),
        pytest.param("123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu", "https://api.ecr.eusc-de-east-1.amazonaws.eu", id="europe"),
        pytest.param("public.ecr.aws", "https://api.ecr-public.us-east-1.amazonaws.com", id="public"),
        pytest.param("ecr-public.aws.com", "https://api.ecr-public.us-east-1.amazonaws.com", id="public-dual-stack"),
    ],
)  # fmt: skip
def test_a_registry_s_password_is_asked_for_in_its_region(host: str, url: str) -> None:
    assert Aws().matches(host)
    assert client(host).meta.endpoint_url == url


@pytest.mark.parametrize(
    "host",
    [
        "evil-dkr.ecr.us-east-1.amazonaws.com.evil.example",
        f"{HOST}.evil.example",
        f"{HOST}\n",
        f"{HOST}:5000",
        f"a.{HOST}",
        f"evil.example/{HOST}",
        "12345678901.dkr.ecr.eu-west-1.amazonaws.com",
        "123456789012.dkr.ecr.eu-west-1.evil.amazonaws.com",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com.de",
        "123456789012xdkr.ecr.eu-west-1.amazonaws.com",
        "public.ecr.aws.evil.example",
        "xpublic.ecr.aws",
    ],
)
def test_no_other_host_is_one_of_amazon_s(host: str) -> None:
    assert not Aws().matches(host)


class Api:
    """The API of ECR, for the right key only."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []

    def __call__(self, request: Request) -> Response:
        target = request.headers["x-amz-target"]
        scope = request.headers["authorization"].partition("Credential=")[2].partition(",")[0]
        self.seen.append((target, scope.partition("/")[2].partition("/")[2]))
        if not scope.startswith("AKGOOD/"):
            refusal = {"__type": "UnrecognizedClientException", "message": f"token {SECRET}"}
            return Response(400, json.dumps(refusal).encode())
        found = {"authorizationToken": TOKEN, "expiresAt": 1893456000.5}
        answer = found if target.startswith("Spencer") else [found]
        return Response(200, json.dumps({"authorizationData": answer}).encode())


def asked(monkeypatch: pytest.MonkeyPatch, answer: Answer, host: str, key: str = "AKGOOD") -> Credential:
    with quirky(answer) as api:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{api}")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        loan = Aws().credential(host, Http())
    assert loan.ends == datetime(2030, 1, 1, 0, 0, 0, 500_000, UTC)
    return loan.credential


@pytest.mark.parametrize(
    ("host", "call", "scope"),
    [
        (HOST, "AmazonEC2ContainerRegistry_V20150921", "eu-west-1/ecr/aws4_request"),
        ("public.ecr.aws", "SpencerFrontendService", "us-east-1/ecr-public/aws4_request"),
    ],
)
def test_the_password_is_that_of_the_user_aws(
    monkeypatch: pytest.MonkeyPatch, host: str, call: str, scope: str
) -> None:
    api = Api()

    credential = asked(monkeypatch, api, host)

    assert (credential.username, credential.password) == ("AWS", SECRET)
    assert credential.identity(b"") == f"aws:{host}"
    assert api.seen == [(f"{call}.GetAuthorizationToken", scope)]


def test_a_refusal_names_its_code_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NothingLent, match="UnrecognizedClientException") as refused:
        asked(monkeypatch, Api(), HOST, key="AKBAD")

    assert SECRET not in str(refused.value)


def reason(host: str = HOST) -> str:
    found = Credentials().find(ImageName(host, "a"))
    assert found.credential is None
    return found.reason


def test_no_credentials_are_a_reason() -> None:
    assert reason().endswith("(boto3 finds no AWS credentials)")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"s3cret", id="no-json"),
        pytest.param(b"{}", id="nothing"),
        pytest.param(b'{"authorizationData": []}', id="none"),
        pytest.param(b'{"authorizationData": [{"authorizationToken": "s3cret"}]}', id="no-password"),
    ],
)
def test_an_answer_without_a_password_is_a_reason(monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    with quirky(lambda _: Response(200, body)) as api:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{api}")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKGOOD")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)

        said = reason()

    assert "its cloud gives no credentials" in said
    assert "s3cret" not in said
