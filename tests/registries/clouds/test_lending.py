"""What is asked of a cloud, when, and how often."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event

import pytest

from imagebot.references.image import ImageName
from imagebot.registries.clouds.lending import Clouds
from imagebot.registries.clouds.protocol import Loan, NothingLent
from imagebot.registries.credential import Credential
from imagebot.registries.credentials import Credentials
from imagebot.registries.docker_config import DockerConfig
from imagebot.registries.http import Http
from tests.secrets_planted import SECRET

NOW = datetime(2030, 1, 1, tzinfo=UTC)
HOURS = timedelta(hours=12)


@dataclass
class Cloud:
    """A cloud that runs ``*.cloud.example``."""

    ends: datetime | None = NOW + HOURS
    before: Callable[[], object] = lambda: None
    asked: list[str] = field(default_factory=list)
    extra: str = "acme"

    def matches(self, host: str) -> bool:
        return host.endswith(".cloud.example")

    def credential(self, host: str, http: Http) -> Loan:
        assert isinstance(http, Http)
        self.asked.append(host)
        self.before()
        return Loan(Credential("the cloud", "u", str(len(self.asked))), self.ends)


def test_a_cloud_is_asked_for_its_own_hosts_only() -> None:
    cloud = Cloud()
    clouds = Clouds([cloud])

    assert clouds.find("r.io") is None
    assert clouds.find("R.Cloud.Example") is not None
    assert cloud.asked == ["r.cloud.example"]


def test_a_configured_credential_comes_before_the_cloud_s() -> None:
    cloud = Cloud()
    config = DockerConfig(
        {"auths": {"a.cloud.example": {"username": "u", "password": "mine"}}}, "config.json"
    )
    credentials = Credentials(config, clouds=Clouds([cloud]))

    mine = credentials.find(ImageName("a.cloud.example", "x"))
    lent = credentials.find(ImageName("b.cloud.example", "x"))

    assert mine.reason == "credentials from config.json, auths['a.cloud.example']"
    assert lent.reason == "credentials from the cloud"
    assert cloud.asked == ["b.cloud.example"]


@pytest.mark.parametrize(
    ("ends", "kept_s"),
    [
        pytest.param(NOW + HOURS, 12 * 3600 - 600, id="ten-minutes-early"),
        pytest.param(NOW + timedelta(minutes=5), 60, id="too-short-to-renew-early"),
        pytest.param(datetime(2015, 1, 1, tzinfo=UTC), 60, id="ended-already"),
        pytest.param(None, 60, id="not-said"),
    ],
)
def test_a_loan_is_kept_until_shortly_before_its_end(ends: datetime | None, kept_s: float) -> None:
    clock = 0.0
    cloud = Cloud(ends)
    clouds = Clouds([cloud], clock=lambda: clock, now=lambda: NOW)

    def asked() -> int:
        clouds.find("a.cloud.example")
        return len(cloud.asked)

    assert [asked(), asked()] == [1, 1]
    clock = kept_s - 1
    assert asked() == 1
    clock = kept_s
    assert asked() == 2


def test_hosts_are_kept_apart() -> None:
    cloud = Cloud()
    clouds = Clouds([cloud])

    for host in ("a.cloud.example", "b.cloud.example", "a.cloud.example"):
        clouds.find(host)

    assert cloud.asked == ["a.cloud.example", "b.cloud.example"]


def test_many_threads_ask_once() -> None:
    cloud = Cloud()
    clouds = Clouds([cloud])
    together = Barrier(8)

    def find(_: int) -> str:
        together.wait()
        found = clouds.find("a.cloud.example")
        return found.credential.password if found and found.credential else ""

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(find, range(8))) == {"1"}
    assert len(cloud.asked) == 1


def raising(error: Exception) -> Callable[[], object]:
    def fail() -> object:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "told"),
    [
        pytest.param(ModuleNotFoundError(SECRET), "credentials of its cloud need pip install 'imagebot[acme]'", id="not-installed"),
        pytest.param(NothingLent("the cloud is empty"), "the cloud is empty", id="said"),
        pytest.param(KeyError(SECRET), "its cloud gives no credentials (KeyError)", id="anything"),
    ],
)  # fmt: skip
def test_a_failure_is_a_reason_and_is_not_asked_for_again_at_once(error: Exception, told: str) -> None:
    clock = 0.0
    cloud = Cloud(before=raising(error))
    credentials = Credentials(DockerConfig({}, "config.json"), clouds=Clouds([cloud], clock=lambda: clock))
    name = ImageName("a.cloud.example", "x")

    expected = f"no credentials for a.cloud.example in config.json ({told})"
    assert [credentials.find(name).reason for _ in range(2)] == [expected, expected]
    assert len(cloud.asked) == 1
    clock = 300.0
    credentials.find(name)
    assert len(cloud.asked) == 2


def test_a_cloud_that_hangs_is_given_up() -> None:
    release = Event()
    try:
        found = Clouds([Cloud(before=release.wait)], limit_s=0.01).find("a.cloud.example")
    finally:
        release.set()

    assert found is not None
    assert found.credential is None
    assert "did not answer in 0 seconds" in found.reason


@pytest.mark.parametrize(
    ("host", "module", "extra"),
    [
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com", "boto3", "aws"),
        ("public.ecr.aws", "botocore", "aws"),
        ("europe-docker.pkg.dev", "google.auth", "gcp"),
        ("acme.azurecr.io", "azure.identity", "azure"),
    ],
)
def test_a_missing_package_is_named_with_the_way_to_get_it(
    monkeypatch: pytest.MonkeyPatch, host: str, module: str, extra: str
) -> None:
    for name in [name for name in sys.modules if name.startswith(module)]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)

    found = Credentials().find(ImageName(host, "a"))

    assert found.credential is None
    assert f"need pip install 'imagebot[{extra}]'" in found.reason
