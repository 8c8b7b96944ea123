"""A folder of its own in which ``kustomize`` and ``helm`` render what was written there."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from imagebot.errors import RenderError
from imagebot.plan import Root
from imagebot.untrusted import clean

TIMEOUT_S = 120
_SHOWN = 300


class TemporaryWorkshop:
    """Renders in a temporary folder, with an environment that holds no secret.

    Args:
        search: Where programs are looked for, as in ``PATH``.
    """

    def __init__(self, search: str | None = None) -> None:
        self._search = os.environ.get("PATH", os.defpath) if search is None else search
        self._temporary = tempfile.TemporaryDirectory(prefix="imagebot-render-")
        self._root = Path(self._temporary.name, "files").resolve()
        self._home = Path(self._temporary.name, "home")
        self._root.mkdir()
        self._home.mkdir()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._temporary.cleanup()

    def fill(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Write files; paths are relative, and stay inside."""
        for path, content in files:
            target = self._root / path
            if not target.resolve().is_relative_to(self._root):
                raise RenderError(f"{path} lies outside of the repository")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)

    def render(self, root: Root) -> str:
        """The manifests of a root.

        Raises:
            RenderError: If the program is not there, fails, or takes too long.
        """
        command = self._kustomize(root) if root.tool == "kustomize" else self._helm(root)
        environment = {"PATH": self._search, "HOME": str(self._home), "GIT_TERMINAL_PROMPT": "0"}
        try:
            done = subprocess.run(
                command,
                cwd=self._root,
                env=environment,
                capture_output=True,
                stdin=subprocess.DEVNULL,
                timeout=TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise RenderError(f"{root.tool} took longer than {TIMEOUT_S} s") from error
        if done.returncode != 0:
            said = done.stderr.decode("utf-8", "replace").replace(f"{self._root}/", "")
            raise RenderError(clean(" ".join(said.split()), _SHOWN) or f"exit code {done.returncode}")
        return done.stdout.decode("utf-8", "replace")

    def _kustomize(self, root: Root) -> list[str]:
        folder = root.folder or "."
        if program := shutil.which("kustomize", path=self._search):
            return [program, "build", folder]
        if program := shutil.which("kubectl", path=self._search):
            return [program, "kustomize", folder]
        raise RenderError("neither kustomize nor kubectl is on the PATH")

    def _helm(self, root: Root) -> list[str]:
        program = shutil.which("helm", path=self._search)
        if program is None:
            raise RenderError("helm is not on the PATH")
        values = ["--values", f"{root.folder or '.'}/{root.values}"] if root.values else []
        return [program, "template", "release", f"./{root.folder}", *values]
