"""The real command in this process, on a machine of its own."""

from __future__ import annotations

import io
import json
import os
import shutil
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from imagebot.cli.main import main
from tests.engine.machine.wire import Script
from tests.engine.machine.world import World


@dataclass(frozen=True, slots=True)
class Run:
    """What one run left behind.

    Attributes:
        dead: Whether it was killed; then nobody heard what it said.
        writes: Requests that could change something on the forge or the remote.
        sent: Every request.
    """

    code: int
    dead: bool
    outcomes: tuple[dict[str, Any], ...]
    updates: tuple[dict[str, Any], ...]
    said: str
    writes: tuple[str, ...]
    sent: tuple[str, ...]

    def __str__(self) -> str:
        if self.dead:
            return f"killed at request {len(self.sent)}, {self.sent[-1]}"
        done = ", ".join(f"{o['proposal']}: {o['action']}" for o in self.outcomes)
        return f"exit {self.code}; {done or 'nothing done'}"


class Bot:
    """Runs ``imagebot apply`` on the repository's URL.

    Args:
        world: Where it works.
        name: Of its machine: two bots share no disk.
    """

    def __init__(self, world: World, name: str) -> None:
        self._world = world
        self._cache = world.folder / f"cache-{name}"

    def run(self, script: Script | None = None) -> Run:
        """Run once; a bot that is killed loses its disk."""
        script = script or Script()
        github = self._world.github
        begin = len(github.requests)
        with github.playing(script):
            code, out, err = self._command()
        if script.dead:
            shutil.rmtree(self._cache, ignore_errors=True)
        document = _first_document(out)
        return Run(
            code,
            script.dead,
            tuple(document.get("outcomes", ())),
            tuple(document.get("updates", ())),
            f"{out}\n{err}",
            tuple(f"{seen.method} {seen.path}" for seen in github.requests[begin:] if seen.write),
            tuple(script.sent),
        )

    def _command(self) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        arguments = ["apply", self._world.hosted.clone_url, "--cache", str(self._cache), "-o", "json"]
        environment = {"GITHUB_TOKEN": self._world.github.token, "IMAGEBOT_DEBUG": "1"}
        with (
            patch.dict(os.environ, environment),
            patch("imagebot.engine.world.time"),  # no pause between two attempts
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            code = main(arguments)
        return code, out.getvalue(), err.getvalue()


def _first_document(text: str) -> dict[str, Any]:
    """The answer; a failure that came after it follows it."""
    if not text.strip():
        return {}
    document: dict[str, Any] = json.JSONDecoder().raw_decode(text.lstrip())[0]
    return document
