"""A host that asked for credentials once is expected to ask again, and forgiven if it does not."""

from __future__ import annotations

import pytest

from imagebot.demo.http_server import Request, Response
from imagebot.demo.registry import EmbeddedRegistry
from imagebot.errors import RegistryDenied
from imagebot.references.image import ImageName
from tests.registries.quirk_server import GOOD, ask, challenge, listed, page, quirky
from tests.secrets_planted import SECRET

NAMES = ("acme/web", "acme/api", "acme/worker")


@pytest.mark.parametrize(("auth", "schemes"), [("basic", ["Basic"] * 3), ("token", ["Bearer"] * 3)])
def test_only_the_first_repository_is_refused_before_it_is_shown(auth: str, schemes: list[str]) -> None:
    with EmbeddedRegistry(auth=auth, credentials={"bot": SECRET}) as registry:  # type: ignore[arg-type] # a table's column
        for name in NAMES:
            registry.push(name, "1.0")
        with ask(registry.host, GOOD) as client:
            assert [listed(client, ImageName(registry.host, name)) for name in NAMES] == [("1.0",)] * 3
        lists = [seen for seen in registry.requests if seen.path.endswith("tags/list")]

    assert [seen.status for seen in lists] == [401, 200, 200, 200]
    assert [seen.scheme for seen in lists[1:]] == schemes


def test_a_token_is_asked_for_each_repository_by_its_own_scope() -> None:
    with EmbeddedRegistry(auth="token", credentials={"bot": SECRET}) as registry:
        for name in NAMES:
            registry.push(name, "1.0")
        with ask(registry.host, GOOD) as client:
            for name in NAMES:
                client.tags(ImageName(registry.host, name))
        asked = [seen.query for seen in registry.requests if seen.path == "/token"]

    assert len(asked) == len(NAMES)
    for name, query in zip(NAMES, asked, strict=True):
        assert f"scope=repository%3A{name.replace('/', '%2F')}%3Apull" in query


def test_a_repository_that_wants_no_credentials_is_asked_without_when_it_refuses_them() -> None:
    """GHCR answers a credential that is not needed with 403, and with no challenge (renovate#11446)."""

    def answer(request: Request) -> Response:
        given = request.headers.get("authorization", "")
        if "private" in request.path:
            return page(["1.0"]) if given else challenge('Basic realm="r"')
        return Response(403, b'{"errors":[{"code":"DENIED"}]}') if given else page(["2.0"])

    with quirky(answer) as host, ask(host, GOOD) as client:
        assert listed(client, ImageName(host, "acme/private")) == ("1.0",)
        assert listed(client, ImageName(host, "acme/public")) == ("2.0",)


def test_a_repository_that_is_closed_to_us_is_denied_whatever_others_are() -> None:
    def answer(request: Request) -> Response:
        if not request.headers.get("authorization"):
            return challenge('Basic realm="r"')
        return Response(403, b'{"message":"not yours"}') if "closed" in request.path else page(["1.0"])

    with quirky(answer) as host, ask(host, GOOD) as client:
        client.tags(ImageName(host, "acme/web"))
        with pytest.raises(RegistryDenied, match="not yours"):
            client.tags(ImageName(host, "acme/closed"))


def test_a_way_in_for_something_else_is_no_habit() -> None:
    """A challenge whose scope is not that of the repository says nothing of the next one."""

    def answer(request: Request) -> Response:
        if request.path == "/token":
            return Response(200, b'{"token":"t"}')
        if request.headers.get("authorization"):
            return page(["1.0"])
        return challenge('Bearer realm="/token",scope="registry:catalog:*"')

    seen: list[str] = []

    def recorded(request: Request) -> Response:
        seen.append(f"{request.path} {request.headers.get('authorization', '-').partition(' ')[0]}")
        return answer(request)

    with quirky(recorded) as host, ask(host) as client:
        for name in NAMES[:2]:
            client.tags(ImageName(host, name))

    assert seen == [
        "/v2/acme/web/tags/list -",
        "/token -",
        "/v2/acme/web/tags/list Bearer",
        "/v2/acme/api/tags/list -",
        "/v2/acme/api/tags/list Bearer",
    ]


@pytest.mark.parametrize("offered", ['Basic realm="r"', 'Bearer realm="/token"'])
def test_one_private_repository_closes_no_public_one(offered: str) -> None:
    """Nobody could get in to the first, so nothing is expected of the next."""

    def answer(request: Request) -> Response:
        if request.path == "/token":
            return Response(401, b'{"message":"who are you?"}')
        return challenge(offered) if "private" in request.path else page(["2.0"])

    with quirky(answer) as host, ask(host) as client:
        with pytest.raises(RegistryDenied):
            client.tags(ImageName(host, "acme/private"))
        assert listed(client, ImageName(host, "acme/public")) == ("2.0",)


def test_a_habit_that_cannot_be_kept_is_dropped_for_a_repository_that_wants_none() -> None:
    """The token server knows one repository and no other; the other is open."""

    def answer(request: Request) -> Response:
        if request.path == "/token":
            known = "open" not in request.one("scope")
            return Response(200, b'{"token":"t"}') if known else Response(403, b"{}")
        if "open" in request.path or request.headers.get("authorization"):
            return page(["1.0"])
        name = request.path.removeprefix("/v2/").removesuffix("/tags/list")
        return challenge(f'Bearer realm="/token",scope="repository:{name}:pull"')

    with quirky(answer) as host, ask(host, GOOD) as client:
        assert listed(client, ImageName(host, "acme/web")) == ("1.0",)
        assert listed(client, ImageName(host, "acme/open")) == ("1.0",)


def test_a_wrong_password_is_shown_to_a_token_server_once() -> None:
    """Some lock an account after a few."""
    shown: list[str] = []

    def answer(request: Request) -> Response:
        if request.path == "/token":
            shown.append(request.headers.get("authorization", ""))
            return Response(401, b'{"message":"wrong password"}')
        name = request.path.removeprefix("/v2/").removesuffix("/tags/list")
        return challenge(f'Bearer realm="/token",scope="repository:{name}:pull"')

    with quirky(answer) as host, ask(host, GOOD) as client:
        for name in NAMES:
            with pytest.raises(RegistryDenied, match="wrong password"):
                client.tags(ImageName(host, name))

    assert len(shown) == 1


@pytest.mark.parametrize("lasts", ["1" + "0" * 400, "-5", "true", '"soon"', "1e400"])
def test_a_token_may_say_anything_of_its_end(lasts: str) -> None:
    def answer(request: Request) -> Response:
        if request.path == "/token":
            return Response(200, f'{{"token":"t","expires_in":{lasts}}}'.encode())
        return page(["1.0"]) if request.headers.get("authorization") else challenge('Bearer realm="/token"')

    with quirky(answer) as host, ask(host) as client:
        assert listed(client, ImageName(host, "acme/web")) == ("1.0",)
