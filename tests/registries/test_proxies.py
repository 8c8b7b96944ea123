from __future__ import annotations

import os

import pytest

from imagebot.registries.hosts import Endpoint
from imagebot.registries.proxies import proxy_of


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("environ", "base", "shown"),
    [
        pytest.param({}, "https://r.example.com", None, id="none"),
        pytest.param({"https_proxy": "http://p:3128"}, "https://r.example.com", "p:3128", id="address"),
        pytest.param({"https_proxy": "p:3128"}, "https://r.example.com", "p:3128", id="host-and-port"),
        pytest.param(
            {"https_proxy": "http://me:s3cret@p:3128/x?s3cret"},
            "https://r.example.com",
            "p:3128",
            id="secrets",
        ),
        pytest.param(
            {"https_proxy": "me:s3cret@p:3128?s3cret"}, "https://r.example.com", "p:3128", id="secrets-alone"
        ),
        pytest.param({"https_proxy": "http://p:x"}, "https://r.example.com", "p:x", id="bad-port"),
        pytest.param({"all_proxy": "http://p:3128"}, "https://r.example.com", "p:3128", id="all"),
        pytest.param({"http_proxy": "http://p:3128"}, "https://r.example.com", None, id="other-scheme"),
        pytest.param({"http_proxy": "http://p:3128"}, "http://127.0.0.1:5000", None, id="loopback"),
        pytest.param(
            {"https_proxy": "http://p:3128", "no_proxy": "example.com"},
            "https://r.example.com",
            None,
            id="excepted",
        ),
    ],
)
def test_a_proxy_is_shown_by_host_and_port_alone(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], base: str, shown: str | None
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    assert proxy_of(Endpoint(base.partition("://")[2], base)) == shown
