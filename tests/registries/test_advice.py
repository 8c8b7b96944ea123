"""What a person is told to do."""

from __future__ import annotations

import pytest

from imagebot.errors import RegistryDenied, RegistryUnreachable
from imagebot.registries.advice import Findings, advised, warnings
from imagebot.registries.credential import Credential, Found
from imagebot.registries.hosts import Endpoint
from imagebot.registries.rate_limit import RateLimit

NOBODY = Found(None, "no credentials for h in any file")
ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
EXTRA = "credentials of its cloud need pip install 'imagebot[aws]'"


def found(**options: object) -> Found:
    return Found(Credential("config.json", "bot", "pw", **options), "credentials from config.json")  # type: ignore[arg-type] # a table


def findings(host: str = "r.example.com", who: Found = NOBODY, **options: object) -> Findings:
    return Findings(Endpoint(host, f"https://{host}"), "acme/web", who, **{"wanted": True, **options})  # type: ignore[arg-type] # a table


@pytest.mark.parametrize(
    ("known", "told"),
    [
        pytest.param(findings(), "log in with `docker login r.example.com`, or mount", id="nobody-known"),
        pytest.param(findings("ghcr.io"), "`docker login ghcr.io`: your user and a classic", id="ghcr"),
        pytest.param(findings("docker.io"), "`docker login docker.io`: your user and an access", id="hub"),
        pytest.param(findings("registry.gitlab.com"), "with read_registry", id="gitlab"),
        pytest.param(findings("quay.io"), "a robot account", id="quay"),
        pytest.param(findings("a.azurecr.io"), "pip install 'imagebot[azure]'", id="azure"),
        pytest.param(findings("europe-docker.pkg.dev"), "docker-credential-gcr", id="google"),
        pytest.param(
            findings(ECR, Found(None, "none", (EXTRA,))),
            f"solve this first: {EXTRA}; or else give imagebot AWS credentials",
            id="extra-is-missing",
        ),
        pytest.param(
            findings(ECR, found(rotating="aws:h")), "ecr:GetAuthorizationToken", id="cloud-lacks-the-right"
        ),
        pytest.param(
            findings(who=found()), "the password is wrong or too old, or may not pull acme/web", id="wrong"
        ),
        pytest.param(
            findings(who=found(identity_token="t")),
            "the identity token is wrong or too old",
            id="identity-token",
        ),
        pytest.param(findings(who=found(helper=True)), "the password is wrong or too old", id="helper"),
        pytest.param(findings(who=found(), wanted=False), "asks for no credentials", id="never-asked-for"),
        pytest.param(
            findings(who=found(), strange_realm="auth.example.net"),
            'set registries: {"r.example.com": {token-servers: ["auth.example.net"]}} in imagebot.yaml',
            id="token-server-elsewhere",
        ),
        pytest.param(
            findings(who=found(), bad_realm=True), "no credentials help here", id="token-server-is-bad"
        ),
    ],
)
def test_a_refusal_says_how_to_get_in(known: Findings, told: str) -> None:
    error = advised(RegistryDenied("refused", hint="h", id="finer"), known)

    assert told in error.hint
    assert (error.message, error.id) == ("refused", "finer")


def test_other_failures_keep_their_own_advice() -> None:
    error = RegistryUnreachable("down", hint="look at the cable")

    assert advised(error, findings()) is error


@pytest.mark.parametrize(
    ("known", "told"),
    [
        pytest.param(findings(), [], id="nothing"),
        pytest.param(findings(ahead_s=60.0, took_s=5.0, limit=RateLimit(100, 11)), [], id="just-not"),
        pytest.param(
            findings(ahead_s=-61.0), ["the clock of this machine is 61 seconds ahead of its own"], id="ahead"
        ),
        pytest.param(
            findings(ahead_s=600.0), ["the clock of this machine is 10 minutes behind its own"], id="behind"
        ),
        pytest.param(
            findings(ahead_s=9000.0), ["the clock of this machine is 2 hours behind its own"], id="far"
        ),
        pytest.param(findings(took_s=93.4), ["that took 93 seconds"], id="slow"),
        pytest.param(
            findings(limit=RateLimit(100, 10)), ["a tenth or less of the rate limit is left"], id="limit"
        ),
        pytest.param(
            findings(who=Found(Credential("c", "u", "p"), "credentials from c", ("x is not installed",))),
            ["x is not installed, so credentials from c are used"],
            id="another-source-failed",
        ),
        pytest.param(
            findings(who=Found(None, "none", ("x is not installed",))),
            ["it takes imagebot for a stranger: x is not installed"],
            id="nobody-because-of-that",
        ),
        pytest.param(
            findings(who=Found(None, "none", ("x is not installed",)), works=False), [], id="fix-says-it"
        ),
        pytest.param(
            findings(who=Found(None, "none", ("x is not installed",)), wanted=False), [], id="nobody-asked"
        ),
        pytest.param(findings("gcr.io", Found(None, "none", (EXTRA,))), [], id="public-in-a-cloud"),
        pytest.param(
            findings(who=found(), strange_realm="auth.example.net"),
            ["its token server auth.example.net is on another domain, so it gets no credentials"],
            id="token-server-elsewhere",
        ),
    ],
)
def test_what_works_can_have_warnings(known: Findings, told: list[str]) -> None:
    assert [warning.message for warning in warnings(known)] == told


def test_who_is_not_logged_in_can_have_a_higher_limit() -> None:
    low = RateLimit(100, 0)

    (anonymous,) = warnings(findings("docker.io", limit=low))
    (known,) = warnings(findings("docker.io", found(), limit=low))

    assert "docker login docker.io" in anonymous.hint
    assert known.hint == ""


def test_a_certificate_that_is_not_checked_is_told_with_the_better_way() -> None:
    there = Endpoint("r.example.com", "https://r.example.com", tls_verify=False)

    (warning,) = warnings(Findings(there, "acme/web", NOBODY, wanted=False))

    assert "its certificate is not checked" in warning.message
    assert '{"r.example.com": {ca: FILE}}' in warning.hint
