"""A world in which the clouds are servers on loopback."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _no_cloud_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """No SDK looks for the machine that it runs on, or asks a proxy."""
    for name, value in {
        "AWS_EC2_METADATA_DISABLED": "true",
        "AZURE_TOKEN_CREDENTIALS": "EnvironmentCredential",
        "NO_GCE_CHECK": "true",
        "NO_PROXY": "127.0.0.1",
    }.items():
        monkeypatch.setenv(name, value)
