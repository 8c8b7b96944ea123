from __future__ import annotations

import base64
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from imagebot.demo.http_server import LoopbackServer, Request, Response
from imagebot.errors import ForgeDenied, PushRefused, RepositoryError
from imagebot.repository.authentication import git_environment
from imagebot.repository.git import DEPTH, GitRepository, open_repository
from imagebot.repository.protocol import Signature
from tests.processes import git, write_files

WHO = Signature("imagebot", "bot@example.com", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
FILES: dict[str, bytes | str] = {
    "envs/ü ber.yaml": b"a: 1\r\nimage: x:1\r\n",
    "run.sh": "#!/bin/sh\n",
    "plain.yaml": "tag: 1\n",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A bare remote and a clone of it."""

    remote: Path
    clone: Path


@pytest.fixture
def place(tmp_path: Path) -> Place:
    remote, clone = tmp_path / "remote.git", tmp_path / "clone"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(remote)], check=True)
    subprocess.run(["git", "init", "-q", "-b", "main", str(clone)], check=True)
    write_files(clone, FILES)
    (clone / "run.sh").chmod(0o755)
    (clone / "link.yaml").symlink_to("plain.yaml")
    git(clone, "add", ".")
    git(clone, "commit", "-qm", "one")
    git(clone, "remote", "add", "origin", str(remote))
    git(clone, "push", "-q", "origin", "main")
    return Place(remote, clone)


@pytest.fixture(params=["clone", "url"])
def repository(request: pytest.FixtureRequest, place: Place, tmp_path: Path) -> GitRepository:
    """The same repository, opened in place and by way of the cache."""
    location = str(place.clone) if request.param == "clone" else place.remote.as_uri()
    return open_repository(location, cache=tmp_path / "cache")


def tip_of(repository: GitRepository, branch: str = "main") -> str:
    tip = repository.fetch(branch)
    assert tip is not None
    return tip


def test_a_commit_is_read_without_a_work_tree(repository: GitRepository) -> None:
    snapshot = repository.snapshot(tip_of(repository))

    assert [(entry.path, entry.mode) for entry in snapshot.files()] == [
        ("envs/ü ber.yaml", "100644"),
        ("link.yaml", "120000"),
        ("plain.yaml", "100644"),
        ("run.sh", "100755"),
    ]
    assert snapshot.read("envs/ü ber.yaml") == FILES["envs/ü ber.yaml"]
    with pytest.raises(RepositoryError, match="nothing.yaml is no file of commit"):
        snapshot.read("nothing.yaml")


def test_the_default_branch_is_the_remotes(repository: GitRepository) -> None:
    assert repository.default_branch() == "main"


def test_a_commit_replaces_bytes_and_keeps_modes(repository: GitRepository) -> None:
    base = tip_of(repository)

    made = repository.commit(
        base, {"run.sh": b"#!/bin/sh\r\nnew", "plain.yaml": b"\xff"}, "Subject\n\nbody\n", WHO
    )

    snapshot = repository.snapshot(made)
    assert snapshot.read("run.sh") == b"#!/bin/sh\r\nnew"
    assert snapshot.read("plain.yaml") == b"\xff"
    assert {entry.path: entry.mode for entry in snapshot.files()}["run.sh"] == "100755"
    assert repository.changed_paths(base, made) == ("plain.yaml", "run.sh")
    facts = repository.facts(made)
    assert (facts.message, facts.parents, facts.committer_email) == (
        "Subject\n\nbody\n",
        (base,),
        "bot@example.com",
    )


def test_the_same_commit_has_the_same_id(repository: GitRepository) -> None:
    base = tip_of(repository)
    ids = {repository.commit(base, {"run.sh": b"x"}, "Subject\n", WHO) for _ in range(2)}

    assert len(ids) == 1


@pytest.mark.parametrize("path", ["link.yaml", "nothing.yaml", "envs"])
def test_only_regular_files_are_written(repository: GitRepository, path: str) -> None:
    with pytest.raises(RepositoryError, match="is no regular file"):
        repository.commit(tip_of(repository), {path: b"x"}, "Subject\n", WHO)


def test_a_branch_is_pushed_moved_listed_and_deleted(repository: GitRepository) -> None:
    base = tip_of(repository)
    first = repository.commit(base, {"run.sh": b"1"}, "1\n", WHO)
    second = repository.commit(base, {"run.sh": b"2"}, "2\n", WHO)

    repository.push("imagebot/a", first, expected=None)
    repository.push("imagebot/a", second, expected=first)
    assert repository.branches("imagebot/") == {"imagebot/a": second}
    assert repository.fetch("imagebot/a") == second

    repository.delete("imagebot/a", expected=second)
    assert repository.branches("imagebot/") == {}
    assert repository.fetch("imagebot/a") is None
    repository.delete("imagebot/a", expected=second)  # already gone is fine


def test_a_lease_that_does_not_hold_is_refused(repository: GitRepository) -> None:
    base = tip_of(repository)
    theirs = repository.commit(base, {"run.sh": b"theirs"}, "theirs\n", WHO)
    ours = repository.commit(base, {"run.sh": b"ours"}, "ours\n", WHO)
    repository.push("imagebot/a", theirs, expected=None)

    for expected in (None, base):
        with pytest.raises(PushRefused, match="stale info"):
            repository.push("imagebot/a", ours, expected=expected)
    with pytest.raises(PushRefused):
        repository.delete("imagebot/a", expected=base)
    assert repository.branches("imagebot/") == {"imagebot/a": theirs}


def test_a_hook_that_refuses_is_quoted(repository: GitRepository, place: Place) -> None:
    hook = place.remote / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho 'only on \033[31mFridays' >&2\nexit 1\n")
    hook.chmod(0o755)
    made = repository.commit(tip_of(repository), {"run.sh": b"1"}, "1\n", WHO)

    with pytest.raises(PushRefused, match="pre-receive hook declined.*only on  *.31mFridays") as refused:
        repository.push("imagebot/a", made, expected=None)

    assert "\033" not in refused.value.message


@pytest.mark.parametrize("name", ["-x", "a..b", "a b", "a~1", "", "a.lock", "--upload-pack=x"])
def test_a_name_that_is_no_branch_reaches_no_command(repository: GitRepository, name: str) -> None:
    with pytest.raises(RepositoryError, match="is no branch name"):
        repository.fetch(name)


def test_a_clone_in_the_cache_is_shallow_and_used_again(place: Place, tmp_path: Path) -> None:
    for number in range(int(DEPTH)):
        git(place.clone, "commit", "-q", "--allow-empty", "-m", f"{number}")
    git(place.clone, "push", "-q", "origin", "main")
    cache = tmp_path / "cache"

    for _ in range(2):
        tip = tip_of(open_repository(place.remote.as_uri(), cache=cache))

    (clone,) = cache.glob("*.git")
    assert git(clone, "rev-list", "--count", tip).strip() == DEPTH


def test_a_broken_cache_is_made_again(place: Place, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    open_repository(place.remote.as_uri(), cache=cache)
    (clone,) = cache.glob("*.git")
    (clone / "HEAD").write_text("broken")
    (clone / "config").write_text("[broken")

    assert tip_of(open_repository(place.remote.as_uri(), cache=cache))


@pytest.mark.parametrize(
    ("location", "id", "told"),
    [
        pytest.param("{tmp}/nowhere", "repository-missing", "does not exist", id="no-folder"),
        pytest.param("{tmp}", "repository-missing", "is not a Git repository", id="plain-folder"),
    ],
)
def test_what_is_no_repository_is_named(tmp_path: Path, location: str, id: str, told: str) -> None:  # noqa: A002 - a table's column
    with pytest.raises(RepositoryError, match=told) as refused:
        open_repository(location.format(tmp=tmp_path), cache=tmp_path / "cache")

    assert refused.value.id == id
    assert refused.value.hint


def test_a_repository_without_remote_says_what_to_do(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")

    with pytest.raises(RepositoryError, match="no remote `origin`") as refused:
        open_repository(str(tmp_path), cache=tmp_path / "cache")

    assert "--local" in refused.value.hint


def test_a_remote_that_is_not_there_is_named(tmp_path: Path) -> None:
    repository = open_repository((tmp_path / "gone.git").as_uri(), cache=tmp_path / "cache")

    with pytest.raises(RepositoryError, match="there is no repository at"):
        repository.default_branch()


def test_an_empty_remote_has_no_branch(tmp_path: Path) -> None:
    remote = tmp_path / "empty.git"
    subprocess.run(["git", "init", "-q", "--bare", str(remote)], check=True)

    with pytest.raises(RepositoryError, match="has no default branch"):
        open_repository(remote.as_uri(), cache=tmp_path / "cache").default_branch()


def test_a_host_that_does_not_answer_is_told_from_a_missing_repository(tmp_path: Path) -> None:
    repository = open_repository("http://127.0.0.1:1/acme/config.git", cache=tmp_path / "cache")

    with pytest.raises(RepositoryError) as refused:
        repository.default_branch()

    assert refused.value.id == "repository-unreachable"


@pytest.fixture
def asked() -> Iterator[tuple[LoopbackServer, list[Request]]]:
    """A Git host that refuses everybody, and the requests it saw."""
    requests: list[Request] = []

    def refuse(request: Request) -> Response:
        requests.append(request)
        return Response(401, b"no", {"WWW-Authenticate": 'Basic realm="git"'})

    server = LoopbackServer(refuse)
    yield server, requests
    server.close()


def test_a_refused_token_is_named_by_its_source_and_sent_in_the_header_only(
    asked: tuple[LoopbackServer, list[Request]], tmp_path: Path
) -> None:
    server, requests = asked
    url = f"http://{server.host}/acme/config.git"
    cache = tmp_path / "cache"

    with pytest.raises(ForgeDenied, match="refused the token from GITHUB_TOKEN") as refused:
        open_repository(url, cache=cache, token="s3cret", token_source="GITHUB_TOKEN").default_branch()

    sent = base64.b64encode(b"x-access-token:s3cret").decode()
    assert requests[0].headers["authorization"] == f"Basic {sent}"
    kept = b"".join(path.read_bytes() for path in cache.rglob("*") if path.is_file())
    for text in (refused.value.message.encode(), refused.value.hint.encode(), kept):
        assert b"s3cret" not in text
        assert sent.encode() not in text


def test_a_password_in_the_url_is_not_kept(tmp_path: Path) -> None:
    repository = open_repository("https://user:s3cret@127.0.0.1:1/a.git", cache=tmp_path / "cache")

    with pytest.raises(RepositoryError) as refused:
        repository.default_branch()

    kept = b"".join(path.read_bytes() for path in (tmp_path / "cache").rglob("*") if path.is_file())
    assert "s3cret" not in repository.remote_url + refused.value.message + refused.value.hint
    assert b"s3cret" not in kept


@pytest.mark.parametrize(
    ("url", "goes"),
    [
        ("https://github.com/acme/config", True),
        ("https://user@ghe.example.com:8443/acme/config.git", True),
        ("http://127.0.0.1:5000/a.git", True),
        ("http://git.example.com/a.git", False),
        ("ssh://git@github.com/acme/config", False),
        ("git@github.com:acme/config", False),
        ("/srv/git/config.git", False),
        ("file:///srv/git/config.git", False),
    ],
)
def test_a_token_travels_over_tls_or_not_at_all(url: str, goes: bool) -> None:
    environment = git_environment(url, "s3cret")

    assert bool(environment) is goes
    if goes:
        scheme, _, rest = url.partition("://")
        host = rest.partition("/")[0].rpartition("@")[2]
        assert environment["GIT_CONFIG_KEY_0"] == f"http.{scheme}://{host}/.extraHeader"
