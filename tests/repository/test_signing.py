"""Signed commits, as ``git verify-commit`` judges them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from imagebot.errors import SigningFailed
from imagebot.repository.git import GitRepository, open_repository
from imagebot.repository.protocol import Signature
from imagebot.repository.signing import Format, Signer
from tests.processes import git, write_files
from tests.repository.signing_keys import EMAIL, LOCKED_EMAIL, Keys, made_keys

WHO = Signature("A Bot", EMAIL, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
GOOD = {"gpg": "GOODSIG", "ssh": f'Good "git" signature for {EMAIL}'}
BOTH = pytest.mark.parametrize("by", ["gpg", "ssh"])


@pytest.fixture(scope="module")
def made() -> Iterator[Keys]:
    with made_keys() as keys:
        yield keys


@pytest.fixture
def keys(made: Keys, monkeypatch: pytest.MonkeyPatch) -> Keys:
    monkeypatch.setenv("GNUPGHOME", str(made.gnupg))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return made


@contextmanager
def agent(keys: Keys) -> Iterator[str]:
    """The socket of an agent that holds the key."""
    socket = str(keys.gnupg / "agent")
    with subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.PIPE) as running:
        try:
            assert running.stdout
            assert running.stdout.readline()  # it says where it listens, once it does
            environment = os.environ | {"SSH_AUTH_SOCK": socket}
            command = ["ssh-add", "-q", str(keys.ssh)]
            subprocess.run(command, env=environment, check=True, capture_output=True)
            yield socket
        finally:
            running.terminate()


def signer(by: Format, keys: Keys) -> Signer:
    return Signer(by, EMAIL if by == "gpg" else str(keys.ssh))


def opened(tmp_path: Path, *, hashes: str = "sha1") -> tuple[GitRepository, Path]:
    remote, clone = tmp_path / "remote.git", tmp_path / "clone"
    for folder, bare in ((remote, ("--bare",)), (clone, ())):
        git(tmp_path, "init", "-q", *bare, f"--object-format={hashes}", "-b", "main", str(folder))
    write_files(clone, {"a.yaml": "tag: 1\n"})
    git(clone, "add", ".")
    git(clone, "commit", "-qm", "one")
    git(clone, "remote", "add", "origin", str(remote))
    git(clone, "push", "-q", "origin", "main")
    return open_repository(str(clone), cache=tmp_path / "cache"), clone


def committed(repository: GitRepository, message: str = "Zwei ü\n\nbody\n\nKey: value\n") -> str:
    return repository.commit(repository.fetch("main") or "", {"a.yaml": b"tag: 2\n"}, message, WHO)


@BOTH
@pytest.mark.parametrize("hashes", ["sha1", "sha256"])
def test_git_finds_the_signature_good(by: Format, hashes: str, keys: Keys, tmp_path: Path) -> None:
    repository, clone = opened(tmp_path, hashes=hashes)
    unsigned = committed(repository)
    repository.sign_by(signer(by, keys))

    commit = committed(repository)

    assert GOOD[by] in keys.verified(clone, commit)
    facts, plain = repository.facts(commit), repository.facts(unsigned)
    assert facts.message == plain.message == "Zwei ü\n\nbody\n\nKey: value\n"
    assert (facts.tree, facts.parents, facts.committer_email, facts.at) == (
        plain.tree,
        plain.parents,
        EMAIL,
        WHO.when,
    )
    assert git(clone, "fsck", "--strict", "--no-dangling", commit) == ""


@BOTH
def test_a_reworded_commit_is_signed_anew(by: Format, keys: Keys, tmp_path: Path) -> None:
    repository, clone = opened(tmp_path)
    repository.sign_by(signer(by, keys))
    commit = committed(repository, "two\n")

    other = repository.reword(commit, "three\n")

    assert GOOD[by] in keys.verified(clone, other)
    assert repository.facts(other).message == "three\n"
    assert repository.reword(other, "three\n") == other


@pytest.mark.parametrize(
    ("by", "key", "says", "hint"),
    [
        pytest.param(
            "gpg", "nobody@example.com", "No secret key", "gpg --list-secret-keys", id="gpg-unknown"
        ),
        pytest.param("gpg", LOCKED_EMAIL, "No pinentry", "cannot enter a passphrase", id="gpg-locked"),
        pytest.param("ssh", "{folder}/none", "No such file", "file of a private key", id="ssh-unknown"),
        pytest.param("ssh", "{folder}/locked", "passphrase", "cannot enter a passphrase", id="ssh-locked"),
        pytest.param("ssh", "{folder}/exposed", "accessible by others", "chmod 600", id="ssh-exposed"),
        pytest.param("ssh", "{folder}/lone.pub", "No private key", "private key", id="ssh-public-only"),
    ],
)
def test_what_cannot_sign_says_why_and_what_to_do(
    by: Format, key: str, says: str, hint: str, keys: Keys
) -> None:
    exposed = keys.gnupg / "exposed"
    exposed.write_bytes(keys.ssh.read_bytes())
    exposed.chmod(0o644)
    (keys.gnupg / "lone.pub").write_bytes(keys.locked.with_suffix(".pub").read_bytes())

    with pytest.raises(SigningFailed) as raised:
        Signer(by, key.format(folder=keys.gnupg)).check()

    assert says in raised.value.message
    assert hint in raised.value.hint
    assert raised.value.id == "signing-failed"


@pytest.mark.parametrize(("by", "program"), [("gpg", "gpg"), ("ssh", "ssh-keygen")])
def test_a_missing_program_is_named(
    by: Format, program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SigningFailed, match=f"{program} is not on PATH") as raised:
        Signer(by, "key").check()

    assert raised.value.hint.startswith("install")


@BOTH
def test_a_key_in_the_place_of_its_name_is_not_shown(by: Format, keys: Keys) -> None:
    text = keys.ssh.read_text()

    for content in (text, text.replace("\n", "")):
        with pytest.raises(SigningFailed) as raised:
            Signer(by, content).check()
        assert text.splitlines()[2] not in raised.value.message + raised.value.hint


@BOTH
def test_programs_that_sign_see_no_token(
    by: Format, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: Keys
) -> None:
    program = tmp_path / {"gpg": "gpg", "ssh": "ssh-keygen"}[by]
    program.write_text(f"#!/bin/sh\n/usr/bin/env > {tmp_path}/seen\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("GITHUB_TOKEN", "visible")

    with pytest.raises(SigningFailed):
        signer(by, keys).check()

    seen = (tmp_path / "seen").read_text()
    assert f"GNUPGHOME={keys.gnupg}" in seen
    assert "visible" not in seen


def test_an_answer_that_is_no_signature_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "gpg"
    program.write_text("#!/bin/sh\necho 'parent 0000'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SigningFailed):
        Signer("gpg", "key").check()


def test_an_agent_signs_where_only_the_public_key_is_a_file(
    keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository, clone = opened(tmp_path)
    with agent(keys) as socket:
        monkeypatch.setenv("SSH_AUTH_SOCK", socket)
        lone = tmp_path / "lone.pub"
        lone.write_bytes(keys.ssh.with_suffix(".pub").read_bytes())
        repository.sign_by(Signer("ssh", str(lone)))

        assert GOOD["ssh"] in keys.verified(clone, committed(repository))
