"""Tests that leak in every way that is watched for: each must fail, and ``test_secrets_planted.py`` sees to it.

The name keeps them out of the suite.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from pathlib import Path

from imagebot.demo.github import GitHubStandIn
from imagebot.errors import RegistryError
from imagebot.registries.cache import Cache, Kept
from tests.processes import Outcome
from tests.secrets_planted import SECRET

Run = Callable[..., Outcome]
KEPT = Kept("etag", "", f"a page of {SECRET}".encode())


def test_output_of_a_command(imagebot: Run, tmp_path: Path) -> None:
    imagebot("plan", str(tmp_path / SECRET))


def test_cache_below_the_home_folder(home: Path) -> None:
    Cache(home / "cache" / "registries").keep_answer("who", "url", KEPT)


def test_cache_below_the_folder_of_a_test(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "elsewhere")
    cache.keep_answer("who", "url", KEPT)
    cache.close()


def test_message_of_an_error_that_is_caught() -> None:
    RegistryError("refused", hint=f"try {SECRET}")


def test_standard_output() -> None:
    sys.stdout.write(f"{SECRET}\n")


def test_log() -> None:
    logging.getLogger("imagebot").warning("sent %s", SECRET)


def test_pull_request(github: GitHubStandIn) -> None:
    hosted = github.create_repository("acme/config", files={"a": b"a\n"})
    hosted.commit("imagebot/a", {"a": b"b\n"}, "Update a\n")
    hosted.open_pull("imagebot/a", "main", "Update a", f"built by {SECRET}", "bot")


def test_commit(github: GitHubStandIn) -> None:
    hosted = github.create_repository("acme/config", files={"a": b"a\n"})
    hosted.commit("imagebot/a", {"a": b"b\n"}, f"Update a\n\nBy {SECRET}\n")


def test_edited_file(github: GitHubStandIn) -> None:
    hosted = github.create_repository("acme/config", files={"a": b"a\n"})
    hosted.commit("imagebot/a", {"a": f"{SECRET}\n".encode()}, "Update a\n")


def test_token_of_the_forge(github: GitHubStandIn) -> None:
    RegistryError(f"denied with {github.token}")
