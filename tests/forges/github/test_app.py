"""From the key of a GitHub App to a token, and what a forge is with it."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from imagebot.demo.github.accounts import App
from imagebot.errors import ForgeDenied
from imagebot.forges.github import GitHubForge
from imagebot.forges.github.app import Installation, install
from tests.forges.contract.github_world import GitHubWorld
from tests.forges.contract.proposed import BRANCH, propose
from tests.forges.contract.world import BASE, PATH

RIGHTS = {
    "contents": "write",
    "pull_requests": "write",
    "issues": "write",
    "checks": "read",
    "statuses": "read",
}
_KEY = rsa.generate_private_key(65537, 2048)
_PKCS1 = serialization.PrivateFormat.TraditionalOpenSSL


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = _KEY) -> str:
    return key.private_bytes(serialization.Encoding.PEM, _PKCS1, serialization.NoEncryption()).decode()


@pytest.fixture
def app(world: GitHubWorld) -> App:
    public = _KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return world.server.add_app("image-bot", public.decode(), RIGHTS)


def installed(world: GitHubWorld, app: App, repository: str = "", **changes: object) -> Installation:
    arguments = {
        "app": str(app.id),
        "key": pem(),
        "installation": None,
        "api": world.server.api,
        "source": "GITHUB_APP_PRIVATE_KEY",
        "polite": False,
    }
    return install(repository or world.name, **{**arguments, **changes})  # type: ignore[arg-type] # as a test likes


def test_a_key_becomes_a_token_for_one_repository(world: GitHubWorld, app: App) -> None:
    world.server.create_repository("acme/other", files={"a": b"1"})

    made = installed(world, app)

    assert made.login == "image-bot[bot]"
    assert made.token not in repr(made)
    forge = GitHubForge(world.name, made.token, api=world.server.api, polite=False, login=made.login)
    assert (forge.facts().login, forge.facts().may_write) == ("image-bot[bot]", None)
    assert propose(world, forge).author == "image-bot[bot]"
    other = GitHubForge("acme/other", made.token, api=world.server.api, polite=False)
    with pytest.raises(ForgeDenied):
        other.facts()


def test_no_log_holds_the_token(world: GitHubWorld, app: App, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")

    made = installed(world, app)
    GitHubForge(world.name, made.token, api=world.server.api, polite=False).facts()

    assert caplog.text
    assert made.token not in caplog.text


def test_the_installation_can_be_named(world: GitHubWorld, app: App) -> None:
    installed(world, app, installation=app.installation)

    assert [seen.path for seen in world.server.requests] == [
        "/api/v3/app",
        f"/api/v3/app/installations/{app.installation}/access_tokens",
    ]


def test_a_token_that_may_not_ask_rest_who_it_is_asks_graphql(world: GitHubWorld, app: App) -> None:
    forge = GitHubForge(world.name, installed(world, app).token, api=world.server.api, polite=False)

    assert forge.facts().login == "image-bot[bot]"


def test_github_signs_the_commits_of_an_app(world: GitHubWorld, app: App) -> None:
    forge = GitHubForge(world.name, installed(world, app).token, api=world.server.api, polite=False)

    made = forge.commit(BRANCH, world.tip(BASE) or "", {PATH: b"image: web:2\n"}, "Move", expected=None)

    assert made in world.hosted.verified


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("pl4nted-s3cret", id="no-pem"),
        pytest.param(pem()[:200], id="cut"),
        pytest.param(pem().replace("M", "N"), id="damaged"),
        pytest.param(pem(ec.generate_private_key(ec.SECP256R1())), id="no-rsa"),
    ],
)
def test_a_key_that_is_none_is_named_without_showing_it(world: GitHubWorld, app: App, key: str) -> None:
    with pytest.raises(ForgeDenied, match="from GITHUB_APP_PRIVATE_KEY is no RSA key in PEM form") as refused:
        installed(world, app, key=key)

    assert refused.value.__cause__ is None
    assert key[len(key) // 2 :][:14] not in repr(refused.value)
    assert world.server.requests == []


def test_another_apps_key_is_refused(world: GitHubWorld, app: App) -> None:
    with pytest.raises(ForgeDenied) as refused:
        installed(world, app, key=pem(rsa.generate_private_key(65537, 2048)))

    assert refused.value.exit_code == 4


@pytest.mark.parametrize("changes", [{"installation": 1}, {"repository": "acme/unknown"}])
def test_where_the_app_is_not_installed_is_named(
    world: GitHubWorld, app: App, changes: dict[str, object]
) -> None:
    repository = str(changes.pop("repository", ""))

    with pytest.raises(ForgeDenied, match="the GitHub App image-bot is not installed on acme/"):
        installed(world, app, repository, **changes)
