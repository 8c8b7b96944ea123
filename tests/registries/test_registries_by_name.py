"""User names and passwords of the registries that people use, and what each makes of them."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import pytest

from imagebot.demo.http_server import Request, Response
from imagebot.errors import RegistryDenied
from imagebot.references.image import ImageName
from tests.registries.quirk_server import ask, page, quirky
from tests.secrets_planted import SECRET

ODD = 'p:a+s/s=w%20"ö€& \\'
"""A password that no encoding may change."""

BASIC = 'Basic realm="Registry"'
BEARER = 'Bearer realm="http://{host}/token",service="{host}",scope="repository:{path}:pull"'


@dataclass(frozen=True, slots=True)
class Known:
    """How a registry asks.

    Attributes:
        challenge: Its header; ``{host}`` and ``{path}`` are filled in.
        denies_unasked: Whether a Basic header at the registry itself is a 403 without a challenge.
    """

    challenge: str
    user: str = "bot"
    password: str = ODD
    path: str = "acme/web"
    denies_unasked: bool = False


REGISTRIES = {
    "docker-hub": Known(BEARER, "acme", "dckr_pat_A-b_c"),
    "ghcr": Known('Bearer realm="http://{host}/token",service="ghcr.io",scope="repository:{path}:pull"', password="ghp_a1", denies_unasked=True),
    "gitlab": Known('Bearer realm="http://{host}/jwt/auth",service="container_registry",scope="repository:{path}:pull"', "gitlab+deploy-token-1", "gldt-a_b"),
    "quay-robot": Known(BEARER, "acme+ci"),
    "quay-oauth": Known(BEARER, "$oauthtoken"),
    "harbor": Known('Bearer realm="http://{host}/service/token",service="harbor-registry",scope="repository:{path}:pull"', "robot$acme+ci"),
    "artifactory-basic": Known('Basic realm="Artifactory Realm"', "ci@example.com", "cmVmdGtuOjAxOg==", "docker-local/acme/web"),
    "artifactory-token": Known('Bearer realm="http://{host}/artifactory/api/docker/docker-local/v2/token",service="{host}"', "ci@example.com", "cmVmdGtuOjAxOg=="),
    "nexus": Known('Basic realm="Sonatype Nexus Repository Manager"'),
    "codeberg": Known('Bearer realm="http://{host}/v2/token",service="container_registry",scope="*", Basic realm="Gitea Package API"'),
    "codeberg-turned": Known('Basic realm="Gitea Package API",Bearer realm="http://{host}/v2/token",service="container_registry",scope="*"'),
    "gar-key": Known(BEARER, "_json_key", '{"type": "service_account", "private_key": "-----BEGIN\\nx+/=\\n-----END\\n"}'),
    "ecr": Known('Basic realm="https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/",service="ecr.amazonaws.com"', "AWS"),
}  # fmt: skip


class Registry:
    """A registry that lets in whoever has the very user and password, in the way that it asks for."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.tokens = 0
        pair = base64.b64encode(f"{known.user}:{known.password}".encode()).decode()
        self.basic = f"Basic {pair}"

    def __call__(self, request: Request) -> Response:
        given, known = request.headers.get("authorization", ""), self.known
        if not request.path.startswith(f"/v2/{known.path}/"):
            return self.token(given)
        if given == ("Bearer good" if "Bearer" in known.challenge else self.basic):
            return page(["1.0"])
        if given.startswith("Basic") and known.denies_unasked:
            return Response(403, b'{"errors":[{"code":"DENIED","message":"denied"}]}')
        header = known.challenge.format(host=request.headers["host"], path=known.path)
        return Response(401, b"", {"WWW-Authenticate": header})

    def token(self, given: str) -> Response:
        self.tokens += 1
        if given == self.basic:
            return Response(200, b'{"token":"good","access_token":"good"}')
        return Response(403, b'{"errors":[{"code":"DENIED","message":"denied"}]}')


def encoded(known: Known) -> dict[str, Any]:
    return {"auth": base64.b64encode(f"{known.user}:{known.password}".encode()).decode()}


@pytest.mark.parametrize("written", ["auth", "username-and-password"])
@pytest.mark.parametrize("name", REGISTRIES)
def test_user_and_password_arrive_as_they_are_written(name: str, written: str) -> None:
    known = REGISTRIES[name]
    entry = encoded(known) if written == "auth" else {"username": known.user, "password": known.password}
    registry = Registry(known)

    with quirky(registry) as host, ask(host, entry) as client:
        assert client.tags(ImageName(host, known.path)).tags == ("1.0",)

    assert registry.tokens == (1 if "Bearer" in known.challenge else 0)


@pytest.mark.parametrize("name", REGISTRIES)
def test_another_password_is_denied_and_its_source_is_named(name: str) -> None:
    known = REGISTRIES[name]

    with quirky(Registry(known)) as host, ask(host, {"username": known.user, "password": SECRET}) as client:
        with pytest.raises(RegistryDenied, match="credentials from config.json") as refused:
            client.tags(ImageName(host, known.path))

    assert SECRET not in f"{refused.value.message} {refused.value.hint}"


def test_an_open_repository_gets_no_credential() -> None:
    """GHCR answers a credential that it did not ask for with 403, and no challenge."""
    seen = []

    def answer(request: Request) -> Response:
        seen.append(request.headers.get("authorization"))
        return page(["1.0"])

    with quirky(answer) as host, ask(host, encoded(REGISTRIES["ghcr"])) as client:
        client.tags(ImageName(host, "acme/web"))

    assert seen == [None]


def test_azure_s_refresh_token_arrives_as_it_is_written() -> None:
    """ACR: what ``az acr login --expose-token`` gives, or the exchange of a managed identity."""
    posted: list[dict[str, list[str]]] = []

    def answer(request: Request) -> Response:
        host = request.headers["host"]
        if request.path == "/oauth2/token":
            posted.append(parse_qs(request.body.decode()))
            return Response(200, b'{"access_token":"good"}')
        if request.headers.get("authorization") == "Bearer good":
            return page(["1.0"])
        scope = "repository:acme/web:metadata_read"
        header = f'Bearer realm="http://{host}/oauth2/token",service="acme.azurecr.io",scope="{scope}"'
        return Response(401, b"", {"WWW-Authenticate": header})

    user = base64.b64encode(b"00000000-0000-0000-0000-000000000000:").decode()
    with quirky(answer) as host, ask(host, {"auth": user, "identitytoken": ODD}) as client:
        assert client.tags(ImageName(host, "acme/web")).tags == ("1.0",)

    assert posted == [
        {
            "grant_type": ["refresh_token"],
            "service": ["acme.azurecr.io"],
            "client_id": ["imagebot"],
            "scope": ["repository:acme/web:metadata_read"],
            "refresh_token": [ODD],
        }
    ]
