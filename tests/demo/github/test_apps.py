"""GitHub Apps.

Source: https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from github import Auth, GithubException, GithubIntegration

from imagebot.demo.github import GitHubStandIn
from imagebot.demo.github.accounts import App
from imagebot.demo.github.assertions import actor_of
from imagebot.demo.github.state import HostedRepository
from tests.demo.github.conftest import Connect

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
RIGHTS = {"contents": "write", "pull_requests": "write"}


@pytest.fixture(scope="module")
def keys() -> tuple[str, str]:
    """Private and public, PEM."""
    key = rsa.generate_private_key(65537, 2048)
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return (
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode(),
        key.public_key().public_bytes(serialization.Encoding.PEM, form).decode(),
    )


@pytest.fixture
def app(github: GitHubStandIn, keys: tuple[str, str]) -> App:
    return github.add_app("shipper", keys[1], RIGHTS)


@pytest.fixture
def integration(github: GitHubStandIn, app: App, keys: tuple[str, str]) -> GithubIntegration:
    return GithubIntegration(
        auth=Auth.AppAuth(app.id, keys[0]),
        base_url=github.api,
        retry=None,
        seconds_between_requests=None,
        seconds_between_writes=None,
    )


def test_an_app_buys_a_token_and_acts_as_a_bot(
    integration: GithubIntegration, hosted: HostedRepository, connect: Connect
) -> None:
    installation = integration.get_repo_installation("acme", "config")
    bought = integration.get_access_token(installation.id)
    client = connect(bought.token)
    repo = client.get_repo(hosted.name)

    pull = repo.create_pull("main", "topic", title="a")

    assert integration.get_app().slug == "shipper"
    assert (pull.user.login, pull.user.type) == ("shipper[bot]", "Bot")
    assert bought.permissions == RIGHTS
    with pytest.raises(GithubException, match="Resource not accessible by integration") as refused:
        assert client.get_user().login
    assert refused.value.status == 403
    integration.close()


@pytest.mark.parametrize(
    ("content", "allowed", "refused"),
    [
        pytest.param({"permissions": {"contents": "read"}}, "acme/config", "", id="fewer-rights"),
        pytest.param({"repositories": ["config"]}, "acme/config", "acme/other", id="by-name"),
        pytest.param({"repository_ids": [2]}, "acme/other", "acme/config", id="by-id"),
    ],
)
def test_a_token_can_be_narrowed(
    github: GitHubStandIn,
    integration: GithubIntegration,
    app: App,
    hosted: HostedRepository,
    connect: Connect,
    content: dict[str, object],
    allowed: str,
    refused: str,
) -> None:
    github.create_repository("acme/other", files={"a": b""})
    path = f"/app/installations/{app.installation}/access_tokens"
    told = integration.requester.requestJsonAndCheck("POST", path, input=content)[1]
    client = connect(told["token"])

    assert client.get_repo(allowed).get_branch("main").name == "main"
    if refused:
        assert [each["full_name"] for each in told["repositories"]] == [allowed]
        with pytest.raises(GithubException, match="Not Found"):
            assert client.get_repo(refused).get_branch("main").name
    else:
        with pytest.raises(GithubException, match="Resource not accessible by integration"):
            client.get_repo(allowed).create_git_ref("refs/heads/x", hosted.tip("main") or "")
    integration.close()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(
            {"permissions": {"administration": "read"}}, "permissions requested are not granted", id="rights"
        ),
        pytest.param({"repositories": ["gone"]}, "does not exist or is not accessible", id="repository"),
    ],
)
def test_a_token_cannot_be_widened(
    integration: GithubIntegration, app: App, hosted: HostedRepository, content: dict[str, object], words: str
) -> None:
    path = f"/app/installations/{app.installation}/access_tokens"
    with pytest.raises(GithubException, match=words) as refused:
        integration.requester.requestJsonAndCheck("POST", path, input=content)

    assert refused.value.status == 422
    integration.close()


def test_a_token_ends(github: GitHubStandIn, app: App, hosted: HostedRepository, connect: Connect) -> None:
    token = github.installation_token(app, timedelta(minutes=5))
    repo = connect(token).get_repo(hosted.name)
    assert repo.get_branch("main").commit.sha
    github.site.clock = lambda: datetime.now(UTC) + timedelta(minutes=6)

    with pytest.raises(GithubException, match="Bad credentials"):
        assert repo.get_branch("topic").name


@pytest.mark.parametrize("token", [True, False])
def test_a_token_is_no_assertion_and_an_assertion_no_token(
    github: GitHubStandIn,
    integration: GithubIntegration,
    hosted: HostedRepository,
    app: App,
    connect: Connect,
    token: bool,
) -> None:
    requester = connect().requester if token else integration.requester
    with pytest.raises(GithubException) as refused:
        requester.requestJsonAndCheck("GET", "/app" if token else f"/repos/{hosted.name}")

    assert refused.value.status == 401
    integration.close()


MINUTE = 60


@pytest.mark.parametrize(
    ("claims", "good"),
    [
        pytest.param({}, True, id="good"),
        pytest.param({"iss": "9999"}, False, id="another-app"),
        pytest.param({"exp": -MINUTE}, False, id="over"),
        pytest.param({"iat": MINUTE}, False, id="not-yet"),
        pytest.param({"exp": 11 * MINUTE}, False, id="too-long"),
    ],
)
def test_what_an_assertion_must_say(keys: tuple[str, str], claims: dict[str, object], good: bool) -> None:
    now = int(NOW.timestamp())
    said = {"iss": "1001", "iat": -MINUTE, "exp": 9 * MINUTE} | claims
    payload = {name: now + value if isinstance(value, int) else value for name, value in said.items()}
    app = App(1001, "shipper", keys[1], RIGHTS, 5001)

    assert actor_of(jwt.encode(payload, keys[0], "RS256"), [app], NOW).known == good


def test_an_assertion_with_another_key_is_nobodys(keys: tuple[str, str]) -> None:
    now = int(NOW.timestamp())
    other = rsa.generate_private_key(65537, 2048)
    signed = jwt.encode({"iss": "1001", "iat": now, "exp": now + MINUTE}, other, "RS256")

    assert not actor_of(signed, [App(1001, "shipper", keys[1], RIGHTS, 5001)], NOW).known
