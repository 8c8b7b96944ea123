"""Credential helpers, by docker-py's store protocol, with a time limit."""

from __future__ import annotations

import shutil
import subprocess
from typing import Any

from imagebot.untrusted import clean

LIMIT_S = 15


class HelperFailed(Exception):  # noqa: N818 - becomes a reason, not a failure
    """A helper that is missing, fails, hangs, or answers nonsense."""


def ask_helper(helper: str, server: str) -> tuple[str, str] | None:
    """User and secret of a server, or None if the helper knows none.

    Raises:
        HelperFailed: Without anything that the helper printed.
    """
    if shutil.which(f"docker-credential-{helper}") is None:
        raise HelperFailed(f"docker-credential-{clean(helper, 60)} is not installed")
    from docker.credentials import CredentialsNotFound, StoreError
    from docker.credentials.store import Store

    class TimedStore(Store):
        """docker-py waits for ever."""

        def _execute(self, subcommand: str, data_input: bytes) -> bytes:
            try:
                done = subprocess.run(
                    [str(self.exe), subcommand],
                    input=data_input,
                    capture_output=True,
                    timeout=LIMIT_S,
                    check=True,
                )
            except subprocess.CalledProcessError as error:
                if b"credentials not found" in error.stdout:
                    raise CredentialsNotFound(server) from error
                raise HelperFailed(f"docker-credential-{helper} failed for {server}") from error
            except (OSError, subprocess.TimeoutExpired) as error:
                raise HelperFailed(f"docker-credential-{helper} did not answer for {server}") from error
            return done.stdout

    try:
        store: Any = TimedStore(helper)
        answer = store.get(server)
        username, secret = answer["Username"], answer["Secret"]
    except CredentialsNotFound:
        return None
    except (StoreError, ValueError, KeyError, TypeError) as error:
        raise HelperFailed(f"docker-credential-{helper} is missing or gave no usable answer") from error
    if not (isinstance(username, str) and isinstance(secret, str)):
        raise HelperFailed(f"docker-credential-{helper} gave no usable answer")
    return username, secret
