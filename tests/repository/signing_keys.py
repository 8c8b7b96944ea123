"""Real keys of ``gpg`` and ``ssh-keygen``, some of them behind a passphrase."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.secrets_planted import PASSWORD

EMAIL = "bot@example.com"
LOCKED_EMAIL = "locked@example.com"


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys of a bot.

    Attributes:
        gnupg: GnuPG's folder; it holds the keys of ``EMAIL`` and ``LOCKED_EMAIL``.
        ssh: File of a private key.
        locked: File of one with a passphrase.
    """

    gnupg: Path
    ssh: Path
    locked: Path

    def verified(self, repository: Path, commit: str) -> str:
        """What ``git verify-commit`` says of a commit; it raises where the signature is not good."""
        allowed = self.ssh.with_name("allowed")
        allowed.write_text(f"{EMAIL} {self.ssh.with_suffix('.pub').read_text()}")
        trust = ["-c", f"gpg.ssh.allowedSignersFile={allowed}"]
        done = subprocess.run(
            ["git", "-C", str(repository), *trust, "verify-commit", "--raw", commit],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"GNUPGHOME": str(self.gnupg)},
        )
        return done.stdout + done.stderr


def require_programs() -> None:
    """Skip a test where a program is missing; fail where that must not be."""
    missing = [name for name in ("gpg", "ssh-keygen") if shutil.which(name) is None]
    if missing and os.environ.get("IMAGEBOT_REQUIRE_SIGNING") == "1":
        pytest.fail(f"{missing} are not installed, and this run must not skip them")
    if missing:
        pytest.skip(f"{missing} are not installed")


@contextmanager
def made_keys() -> Iterator[Keys]:
    """Make keys; the agent that GnuPG starts ends with them."""
    require_programs()
    with tempfile.TemporaryDirectory(
        prefix="keys-", dir="/tmp"
    ) as name:  # the path of a socket must be short
        folder = Path(name)
        ssh, locked = folder / "bot", folder / "locked"
        for file, passphrase in ((ssh, ""), (locked, PASSWORD)):
            _run("ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", "", "-f", str(file))
        (folder / "gpg-agent.conf").write_text("s2k-count 65536\n")  # or it takes seconds to find one
        home = {"GNUPGHOME": str(folder)}
        for email, passphrase in ((EMAIL, ""), (LOCKED_EMAIL, PASSWORD)):
            unattended = ("--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", passphrase)
            _run("gpg", *unattended, "--quick-gen-key", f"A Bot <{email}>", "ed25519", "sign", **home)
        _run("gpgconf", "--reload", "gpg-agent", **home)  # it forgets the passphrase
        try:
            yield Keys(folder, ssh, locked)
        finally:
            _run("gpgconf", "--kill", "all", **home)


def _run(*command: str, **environment: str) -> None:
    subprocess.run(command, env=os.environ | environment, check=True, capture_output=True)
