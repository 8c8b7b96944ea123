"""Run Debian's ``docker-registry`` (CNCF Distribution 2.8) on loopback."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.registries.pushing import MISSING


@contextmanager
def docker_registry(
    folder: Path,
    *,
    storage: Mapping[str, Any] | None = None,
    auth: Mapping[str, Any] | None = None,
    tls: tuple[Path, Path] | None = None,
) -> Iterator[str]:
    """Run it on a port of its own choice; its host.

    Args:
        folder: Where its configuration and log go.
        storage: The driver's settings; None keeps everything in memory.
        auth: Who may come in; None lets everybody.
        tls: Files of certificate and key; None speaks plain HTTP.
    """
    program = shutil.which("docker-registry")
    if program is None:
        if os.environ.get("IMAGEBOT_REQUIRE_REAL_REGISTRY") == "1":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    settings = {
        "version": 0.1,
        "log": {"level": "info", "accesslog": {"disabled": True}},
        "storage": {**(storage or {"inmemory": {}}), "delete": {"enabled": True}},
        "compatibility": {"schema1": {"enabled": True}},  # there are registries that hold it
        "http": {
            "addr": "127.0.0.1:0",
            "secret": "tests",
            **({"tls": {"certificate": str(tls[0]), "key": str(tls[1])}} if tls else {}),
        },
        **({"auth": auth} if auth else {}),
    }
    config, log = folder / "registry.yml", folder / "registry.log"
    config.write_text(json.dumps(settings))  # JSON is YAML
    with log.open("wb") as written:
        # an empty environment: the program takes settings from variables too
        process = subprocess.Popen(
            [program, "serve", str(config)], env={}, stdout=subprocess.DEVNULL, stderr=written
        )
    try:
        yield _listening(process, log)
    finally:
        process.terminate()
        process.wait()


def _listening(process: subprocess.Popen[bytes], log: Path) -> str:
    """The host that the registry says it listens on, as soon as it says so."""
    for _ in range(1000):
        if match := re.search(r"listening on (127\.0\.0\.1:[0-9]+)", log.read_text()):
            return match[1]
        try:
            process.wait(0.01)
        except subprocess.TimeoutExpired:
            continue
        break
    pytest.fail(f"docker-registry did not start:\n{log.read_text()}")
