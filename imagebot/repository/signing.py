"""Sign commits with ``gpg`` or ``ssh-keygen``, as Git does, but so that nothing can ask for a passphrase.

A signature stands in the commit as its header ``gpgsig``:
https://git-scm.com/docs/gitformat-signature. Git itself would let ``gpg`` open a prompt, and wait for it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from imagebot.errors import SigningFailed
from imagebot.untrusted import clean

Format = Literal["gpg", "ssh"]

TIMEOUT_S = 60
"""A key in hardware may want to be touched."""

_PROGRAMS = {"gpg": "gpg", "ssh": "ssh-keygen"}
_INSTALL = {"gpg": "install GnuPG", "ssh": "install OpenSSH 8.1 or newer"}
_KEPT = frozenset(
    {"PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "XDG_RUNTIME_DIR", "GNUPGHOME", "SSH_AUTH_SOCK"}
)
"""What both need of the environment: the tokens in it are none of their business."""

_PROMPTLESS = {"LC_ALL": "C", "SSH_ASKPASS_REQUIRE": "never"}
_SIGNATURE = re.compile(rb"-----BEGIN (PGP|SSH) SIGNATURE-----\n.+\n-----END \1 SIGNATURE-----\n", re.DOTALL)
_KEY_NAME = re.compile(r"[^\r\n\0]{1,1000}")
_SHA1_LENGTH = 40

_LOCKED = re.compile(r"passphrase|no pinentry|agent refused|inappropriate ioctl", re.IGNORECASE)
_EXPOSED = re.compile(r"bad permissions|too open", re.IGNORECASE)
_UNKNOWN = re.compile(
    r"no secret key|no such file|unusable secret key|no private key|permission denied",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Signer:
    """Whose key signs.

    Attributes:
        format: ``gpg``, or ``ssh``.
        key: What ``gpg`` finds a key by; of ``ssh`` the file of a private key, or of a public one whose
            private half the agent holds.
    """

    format: Format
    key: str

    def check(self) -> None:
        """Sign something, so that what is wrong is known before anything is written.

        Raises:
            SigningFailed: See ``sign``; also if the name of the key can be none, which is not shown then.
        """
        if not _KEY_NAME.fullmatch(self.key) or "PRIVATE KEY" in self.key:
            wanted = "the id of a key" if self.format == "gpg" else "the file of a key"
            raise SigningFailed(
                f"what names the key for {self.format} is not {wanted}",
                hint=f"--signing-key takes {wanted}, not the key itself",
            )
        self.sign(b"imagebot\n")

    def sign(self, payload: bytes) -> bytes:
        """The armored signature of some bytes.

        Raises:
            SigningFailed: The program or the key is missing, or the key wants a passphrase.
        """
        command = [self._program(), *(self._gpg() if self.format == "gpg" else self._ssh())]
        environment = {name: value for name, value in os.environ.items() if name in _KEPT} | _PROMPTLESS
        try:
            done = subprocess.run(
                command,
                input=payload,
                env=environment,
                capture_output=True,
                timeout=TIMEOUT_S,
                check=False,
                start_new_session=True,  # without a terminal nothing can be asked there
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            reason = "took too long" if isinstance(error, subprocess.TimeoutExpired) else "could not be run"
            raise SigningFailed(f"{_PROGRAMS[self.format]} {reason}, so nothing is signed") from error
        signature = done.stdout.replace(b"\r\n", b"\n")
        if done.returncode != 0 or not _SIGNATURE.fullmatch(signature):
            raise self._failed(done.stderr.decode("utf-8", "replace"))
        return signature

    def _program(self) -> str:
        name = _PROGRAMS[self.format]
        if found := shutil.which(name):
            return found
        raise SigningFailed(
            f"commits are to be signed by {self.format}, and {name} is not on PATH",
            hint=_INSTALL[self.format],
        )

    def _gpg(self) -> list[str]:
        quiet = ["--batch", "--no-tty", "--pinentry-mode", "error"]
        return [*quiet, "--armor", "--detach-sign", "--local-user", self.key]

    def _ssh(self) -> list[str]:
        return ["-Y", "sign", "-n", "git", "-f", str(Path(self.key).expanduser())]

    def _failed(self, said: str) -> SigningFailed:
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        words = clean(" / ".join(lines[-3:]) or "it gave no reason", 400)
        return SigningFailed(
            f"{_PROGRAMS[self.format]} cannot sign with the key {clean(self.key, 200)}: {words}",
            hint=_hint(said, self.format),
        )


def signed(commit: bytes, commit_id: str, signer: Signer) -> bytes:
    """A commit with its signature in it.

    Args:
        commit: As Git stores it, unsigned.
        commit_id: Its length tells the hash of the repository: each has a header of its own.
        signer: Whose key signs.
    """
    head, _, message = commit.partition(b"\n\n")
    name = b"gpgsig" if len(commit_id) == _SHA1_LENGTH else b"gpgsig-sha256"
    lines = signer.sign(commit).rstrip(b"\n").split(b"\n")
    return b"%b\n%b %b\n\n%b" % (head, name, b"\n ".join(lines), message)


def _hint(said: str, by: Format) -> str:
    if _EXPOSED.search(said):
        return "let nobody but its owner read the file: chmod 600"
    if _LOCKED.search(said):
        agent = "gpg-agent" if by == "gpg" else "ssh-agent (--signing-key then names the public key's file)"
        return f"imagebot cannot enter a passphrase: use a key without one, or one that {agent} has unlocked"
    if _UNKNOWN.search(said) and by == "gpg":
        return "look with gpg --list-secret-keys; import the key, or set GNUPGHOME"
    if _UNKNOWN.search(said):
        return "--signing-key names the file of a private key that imagebot may read"
    return f"try it by hand: {_PROGRAMS[by]} {'--detach-sign' if by == 'gpg' else '-Y sign'}"
