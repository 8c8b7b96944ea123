"""``imagebot doctor``: what a person is told who asks why a registry does not let them in."""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from imagebot.cli import local_checks
from imagebot.demo.http_server import Request, Response
from imagebot.demo.images import MANIFEST
from imagebot.demo.registry import EmbeddedRegistry
from tests.processes import Outcome, write_files
from tests.registries.quirk_server import challenge, quirky

Run = Callable[..., Outcome]
SECRET = "pl4nted-s3cret"
GOOD = {"username": "bot", "password": SECRET}


@pytest.fixture
def closed() -> Iterator[EmbeddedRegistry]:
    """A registry that wants a password itself."""
    with EmbeddedRegistry(auth="basic", credentials={"bot": SECRET}) as server:
        server.push("acme/web", "1.4.2")
        yield server


@pytest.fixture
def tokened() -> Iterator[EmbeddedRegistry]:
    """A registry with a token server."""
    with EmbeddedRegistry(auth="token", credentials={"bot": SECRET}) as server:
        server.push("acme/web", "1.4.2")
        yield server


def gone() -> str:
    """A host that nobody listens at any more."""
    with EmbeddedRegistry() as server:
        return server.host


class World:
    """A config repository and a docker configuration, and the command about them."""

    def __init__(self, folder: Path, run: Run) -> None:
        self.folder = folder
        self._run = run

    def deploys(self, *hosts: str) -> None:
        """References to ``acme/web`` of hosts, all managed."""
        services = "".join(f"  s{n}: {{image: '{host}/acme/web:1.4.2'}}\n" for n, host in enumerate(hosts))
        policies = 'policies: [{name: all, images: ["*/acme/*"]}]\n'
        write_files(self.folder, {"compose.yaml": f"services:\n{services}", "policies/a.yaml": policies})

    def knows(self, **content: Any) -> None:
        """What the docker configuration holds."""
        write_files(self.folder.parent, {"docker/config.json": json.dumps(content)})

    def doctor(self, *arguments: str, form: str = "json") -> Outcome:
        if not (self.folder.parent / "docker/config.json").exists():
            self.knows(auths={})
        config = str(self.folder.parent / "docker/config.json")
        outcome = self._run("doctor", str(self.folder), "--docker-config", config, "-o", form, *arguments)
        assert SECRET not in outcome.out + outcome.err
        return outcome

    def host(self, *arguments: str) -> Any:
        """What is said of the only host."""
        (host,) = self.doctor(*arguments).json["hosts"]
        return host


@pytest.fixture
def world(tmp_path: Path, imagebot: Run) -> World:
    (tmp_path / "repository").mkdir()
    return World(tmp_path / "repository", imagebot)


def helper(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A credential helper ``tested`` on PATH."""
    program = write_files(folder, {"bin/docker-credential-tested": f"#!/bin/sh\n{script}\n"}) / "bin"
    (program / "docker-credential-tested").chmod(0o755)
    monkeypatch.setenv("PATH", f"{program}:{os.environ['PATH']}")


def test_a_registry_that_asks_for_nothing_works(world: World, registry: EmbeddedRegistry) -> None:
    registry.push("acme/web", "1.4.2")
    world.deploys(registry.host)

    outcome = world.doctor()

    assert outcome.code == 0
    (host,) = outcome.json["hosts"]
    assert host["host"] == registry.host
    assert host["api"] == f"http://{registry.host}"
    assert host["works"] is True
    assert host["answer"] == "1 tag of acme/web"
    assert host["credential"] is None
    assert host["error"] is None
    assert host["warnings"] == []
    assert [seen.path for seen in registry.requests] == ["/v2/acme/web/tags/list"]


@pytest.mark.parametrize(
    ("auth", "entry", "user", "kind"),
    [
        pytest.param("basic", GOOD, "bot", "password", id="basic"),
        pytest.param("token", GOOD, "bot", "password", id="token"),
        pytest.param("token", {"identitytoken": SECRET}, None, "identity token", id="identity-token"),
    ],
)
def test_the_credential_is_told_without_its_secret(
    world: World, auth: str, entry: dict[str, str], user: str | None, kind: str
) -> None:
    with EmbeddedRegistry(auth=auth, credentials={"bot": SECRET}) as server:  # type: ignore[arg-type] # a table
        server.push("acme/web", "1.4.2")
        world.deploys(server.host)
        world.knows(auths={server.host: entry})

        host = world.host()

        assert host["works"] is True
        assert host["credential"] == {
            "source": f"{world.folder.parent}/docker/config.json, auths['{server.host}']",
            "user": user,
            "kind": kind,
            "used": True,
        }


@pytest.mark.parametrize(
    "user",
    [
        pytest.param(SECRET, id="the-password-again"),
        pytest.param(f"ghp_{SECRET}", id="a-token-in-its-place"),
    ],
)
def test_a_user_name_that_is_a_secret_is_not_shown(world: World, user: str) -> None:
    with EmbeddedRegistry(auth="basic", credentials={user: SECRET}) as server:
        server.push("acme/web", "1.4.2")
        world.deploys(server.host)
        world.knows(auths={server.host: {"username": user, "password": SECRET}})

        host = world.host()
        text = world.doctor(form="text").out

    assert host["works"] is True
    assert host["credential"]["user"] is None
    assert "credentials  password, from" in text


def test_a_wrong_password_is_told_with_what_to_do(world: World, tokened: EmbeddedRegistry) -> None:
    world.deploys(tokened.host)
    world.knows(auths={tokened.host: {"username": "bot", "password": f"{SECRET}-old"}})

    outcome = world.doctor()

    assert outcome.code == 4
    (host,) = outcome.json["hosts"]
    assert host["works"] is False
    assert host["error"]["id"] == "registry-denied"
    assert "the password is wrong or too old" in host["error"]["hint"]
    assert f"docker login {tokened.host}" in host["error"]["hint"]
    assert host["credential"]["user"] == "bot"


def test_missing_credentials_are_told_with_what_to_do(world: World, closed: EmbeddedRegistry) -> None:
    world.deploys(closed.host)

    outcome = world.doctor()

    assert outcome.code == 4
    (host,) = outcome.json["hosts"]
    assert host["credential"] is None
    assert host["reason"].startswith(f"no credentials for {closed.host} in ")
    assert host["error"]["hint"].startswith(f"log in with `docker login {closed.host}`")


def test_a_helper_that_is_missing_is_to_be_solved_first(world: World, closed: EmbeddedRegistry) -> None:
    world.deploys(closed.host)
    world.knows(credHelpers={closed.host: "nowhere"})

    outcome = world.doctor()

    assert outcome.code == 4
    hint = outcome.json["hosts"][0]["error"]["hint"]
    assert "solve this first: docker-credential-nowhere is not installed" in hint


def test_a_helper_that_is_missing_beside_a_good_entry_is_a_warning(
    world: World, closed: EmbeddedRegistry
) -> None:
    world.deploys(closed.host)
    world.knows(credHelpers={closed.host: "nowhere"}, auths={closed.host: GOOD})

    outcome = world.doctor()

    assert outcome.code == 0
    (warning,) = outcome.json["hosts"][0]["warnings"]
    assert warning["message"].startswith("docker-credential-nowhere is not installed, so credentials from ")


def test_who_is_a_stranger_because_of_a_helper_is_told(world: World) -> None:
    with EmbeddedRegistry(auth="token") as server:
        server.push("acme/web", "1.4.2")
        world.deploys(server.host)
        world.knows(credsStore="nowhere")

        outcome = world.doctor()

    assert outcome.code == 0
    (warning,) = outcome.json["hosts"][0]["warnings"]
    assert "stranger: docker-credential-nowhere is not installed" in warning["message"]


def test_a_credential_helper_is_named(
    world: World, closed: EmbeddedRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    helper(tmp_path, monkeypatch, f"""echo '{{"Username": "bot", "Secret": "{SECRET}"}}'""")
    world.deploys(closed.host)
    world.knows(credHelpers={closed.host: "tested"})

    known = world.host()["credential"]

    assert known["kind"] == "helper"
    assert known["user"] == "bot"
    assert known["source"].endswith("credHelpers: docker-credential-tested")


def test_what_a_failing_helper_prints_is_not_shown(
    world: World, closed: EmbeddedRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    helper(tmp_path, monkeypatch, f"echo {SECRET}; echo {SECRET} >&2; exit 1")
    world.deploys(closed.host)
    world.knows(credsStore="tested")

    assert "docker-credential-tested failed" in world.host()["error"]["hint"]
    assert "docker-credential-tested failed" in world.doctor(form="text").out


def test_a_secret_that_a_registry_echoes_is_not_shown(world: World) -> None:
    def echo(request: Request) -> Response:
        said = request.headers.get("authorization", "")
        if not said:
            return challenge('Basic realm="r"')
        return Response(403, json.dumps({"errors": [{"message": f"not {said} or {SECRET}"}]}).encode())

    with quirky(echo) as host:
        world.deploys(host)
        world.knows(auths={host: GOOD})

        assert world.doctor().code == 4
        assert world.doctor(form="text").code == 4


def test_a_token_server_on_another_domain_gets_nothing_and_the_setting_is_named(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Callable[..., Any] = socket.getaddrinfo

    def nowhere(host: Any, *rest: Any, **options: Any) -> Any:
        if "auth.example.net" in str(host):
            raise socket.gaierror(-2, "Name or service not known")
        return real(host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    with quirky(lambda _: challenge('Bearer realm="https://auth.example.net/t",service="s"')) as host:
        world.deploys(host)
        world.knows(auths={host: GOOD})

        found = world.host()

        assert found["credential"]["used"] is False
        (warning,) = found["warnings"]
        assert warning["message"] == (
            "its token server auth.example.net is on another domain, so it gets no credentials"
        )
        setting = f'registries: {{"{host}": {{token-servers: ["auth.example.net"]}}}}'
        assert setting in warning["hint"]

        write_files(world.folder, {"imagebot.yaml": setting})
        assert world.host()["warnings"] == []


def test_a_token_server_that_is_never_asked_is_not_to_be_trusted(world: World) -> None:
    with quirky(lambda _: challenge('Bearer realm="http://169.254.169.254/t",service="s"')) as host:
        world.deploys(host)
        world.knows(auths={host: GOOD})

        found = world.host()

    assert found["warnings"] == []
    assert "no credentials help here" in found["error"]["hint"]


def test_a_host_that_is_down_takes_nothing_from_the_others(world: World, registry: EmbeddedRegistry) -> None:
    registry.push("acme/web", "1.4.2")
    down = gone()
    world.deploys(registry.host, down)

    outcome = world.doctor()

    assert outcome.code == 5
    works = {host["host"]: host["works"] for host in outcome.json["hosts"]}
    assert works == {registry.host: True, down: False}
    (broken,) = (host for host in outcome.json["hosts"] if not host["works"])
    assert broken["error"]["id"] == "registry-unreachable"
    assert broken["error"]["hint"]


def test_nothing_that_works_is_a_failure(world: World, closed: EmbeddedRegistry) -> None:
    world.deploys(gone(), closed.host)

    assert world.doctor().code == 1


def test_an_authority_that_is_no_file_costs_only_its_host(world: World, registry: EmbeddedRegistry) -> None:
    registry.push("acme/web", "1.4.2")
    world.deploys(registry.host, "r.example.com")
    write_files(world.folder, {"imagebot.yaml": "registries: {r.example.com: {ca: nowhere.pem}}\n"})

    outcome = world.doctor()

    assert outcome.code == 5
    broken = next(host for host in outcome.json["hosts"] if not host["works"])
    assert broken["api"] is None
    assert broken["error"]["id"] == "settings-ca"


def test_a_mirror_is_named_and_asked_with_its_own_credentials(world: World, closed: EmbeddedRegistry) -> None:
    closed.push("hub/acme/web", "1.5.0")
    world.deploys("docker.io")
    world.knows(auths={closed.host: GOOD})
    write_files(
        world.folder, {"imagebot.yaml": f'registries: {{docker.io: {{mirror: "{closed.host}/hub"}}}}\n'}
    )

    host = world.host()

    assert host["host"] == "docker.io"
    assert host["api"] == f"http://{closed.host}"
    assert host["mirror"] == f"{closed.host}/hub"
    assert host["works"] is True
    assert closed.host in host["credential"]["source"]


def test_what_is_left_of_a_rate_limit_is_asked_without_a_pull(world: World) -> None:
    methods = []

    def counting(request: Request) -> Response:
        methods.append(request.method)
        left = {"ratelimit-limit": "100;w=21600", "ratelimit-remaining": str(10 - len(methods))}
        body = b'{"tags": ["1.4.2"]}' if "tags" in request.path else b"{}"
        return Response(
            200, body, {"Content-Type": MANIFEST, "Docker-Content-Digest": f"sha256:{'a' * 64}", **left}
        )

    with quirky(counting) as host:
        world.deploys(host)
        found = world.host()

    assert methods == ["GET", "HEAD"]
    assert found["rate_limit"] == {"limit": 100, "remaining": 8, "window_s": 21600}
    assert [w["message"] for w in found["warnings"]] == ["a tenth or less of the rate limit is left"]


class TestWhichHosts:
    def test_only_those_of_managed_references(self, world: World, registry: EmbeddedRegistry) -> None:
        registry.push("acme/web", "1.4.2")
        world.deploys(registry.host)
        write_files(world.folder, {"other.yaml": "services: {a: {image: r.example.com/other/web:1.0}}\n"})

        assert world.host()["host"] == registry.host

    def test_with_all_of_every_reference(self, world: World, registry: EmbeddedRegistry) -> None:
        down = gone()
        world.deploys(registry.host)
        write_files(world.folder, {"compose.b.yaml": f"services: {{a: {{image: '{down}/other/web:1.0'}}}}\n"})

        hosts = {host["host"]: host["repository"] for host in world.doctor("--all").json["hosts"]}

        assert hosts == {registry.host: f"{registry.host}/acme/web", down: f"{down}/other/web"}

    def test_without_policies_of_every_reference(self, world: World, registry: EmbeddedRegistry) -> None:
        registry.push("acme/web", "1.4.2")
        world.deploys(registry.host)
        (world.folder / "policies/a.yaml").unlink()

        outcome = world.doctor()

        assert outcome.json["hosts"][0]["works"] is True
        assert "no policy files found" in outcome.err

    @pytest.mark.parametrize("auth", ["none", "basic", "token"])
    def test_one_that_is_named_is_asked_for_its_base(self, world: World, auth: str) -> None:
        with EmbeddedRegistry(auth=auth, credentials={"bot": SECRET}) as server:  # type: ignore[arg-type] # a table
            world.knows(auths={server.host: GOOD})

            host = world.host("--host", server.host)

            assert host["works"] is True
            assert host["repository"] is None
            assert host["credential"]["used"] is (auth != "none")
            assert {seen.path for seen in server.requests} <= {"/v2/", "/token"}
            assert not any("scope" in seen.query for seen in server.requests)

    def test_one_that_is_named_and_deployed_is_examined_once(
        self, world: World, registry: EmbeddedRegistry
    ) -> None:
        registry.push("acme/web", "1.4.2")
        world.deploys(registry.host)

        assert world.host("--host", registry.host)["answer"] == "1 tag of acme/web"

    def test_several_from_the_environment_unless_the_flag_is_given(
        self, world: World, registry: EmbeddedRegistry, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        down = gone()
        monkeypatch.setenv("IMAGEBOT_HOST", f"{registry.host},{down}")

        assert {host["host"] for host in world.doctor().json["hosts"]} == {registry.host, down}
        assert world.host("--host", registry.host)["host"] == registry.host

    @pytest.mark.parametrize("text", ["nothing", "a.example.com/b/c", "", "a b", "user:pw@a.example.com"])
    def test_what_is_no_host_is_refused(self, world: World, text: str) -> None:
        outcome = world.doctor("--host", text)

        assert outcome.code == 2
        assert "is no host of a registry" in outcome.err

    def test_none_is_no_failure_and_says_how_to_name_one(self, world: World) -> None:
        outcome = world.doctor(form="text")

        assert outcome.code == 0
        assert "Doctor: no registry to ask" in outcome.out

    def test_a_server_that_is_no_registry_does_not_work(self, world: World) -> None:
        with quirky(lambda _: Response(404)) as host:
            found = world.host("--host", host)

        assert found["error"]["id"] == "registry-not-found"


class TestThisMachine:
    def checks(self, world: World, *arguments: str) -> dict[str, Any]:
        return {check["name"]: check for check in world.doctor(*arguments).json["checks"]}

    def test_all_is_well(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GITHUB_TOKEN", SECRET)

        checks = self.checks(world)

        assert list(checks) == ["Git", "cache", "forge token"]
        assert re.fullmatch(r"[0-9.]+", checks["Git"]["message"])
        assert re.search(r"/imagebot, [0-9]+ KiB$", checks["cache"]["message"])
        assert checks["forge token"]["message"] == "from GITHUB_TOKEN, not tried: there is no remote `origin`"
        assert not any(check["hint"] or check["error"] for check in checks.values())

    def test_a_cache_that_is_no_folder_is_told(self, world: World, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")

        check = self.checks(world, "--cache", str(tmp_path / "file"))["cache"]

        assert "cannot be written" in check["message"]
        assert "--cache" in check["hint"]

    def test_a_token_file_that_is_missing_is_about_credentials(
        self, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GITHUB_TOKEN_FILE", str(tmp_path / "nowhere"))

        outcome = world.doctor()

        assert outcome.code == 4
        assert outcome.json["checks"][2]["error"]["id"] == "forge-denied"

    def test_an_empty_token_file_is_no_token(
        self, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "empty").write_text("\n")
        monkeypatch.setenv("GITHUB_TOKEN_FILE", str(tmp_path / "empty"))

        check = self.checks(world)["forge token"]

        assert check["message"] == "none, for GITHUB_TOKEN_FILE is empty"
        assert "GITHUB_TOKEN" in check["hint"]

    def test_no_token_is_a_warning_and_none_is_needed_without_a_forge(self, world: World) -> None:
        assert "apply and run need one" in self.checks(world)["forge token"]["hint"]

        write_files(world.folder, {"imagebot.yaml": "forge: {kind: git}\n"})
        assert self.checks(world)["forge token"]["hint"] == ""

    @pytest.mark.parametrize(
        ("script", "told"),
        [
            pytest.param("echo git version 2.30.9", "version 2.30.9 cannot be handed a token", id="old"),
            pytest.param("echo broken >&2; exit 1", "git --version failed: broken", id="broken"),
        ],
    )
    def test_a_git_that_cannot_be_used_is_told(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, told: str
    ) -> None:
        write_files(tmp_path, {"bin/git": f"#!/bin/sh\n{script}\n"})
        (tmp_path / "bin/git").chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/bin")

        error = local_checks.git_check().error

        assert error is not None
        assert told in error.message


def test_the_text_says_what_to_do(world: World, closed: EmbeddedRegistry, registry: EmbeddedRegistry) -> None:
    registry.push("acme/web", "1.4.2")
    world.deploys(closed.host, registry.host)

    outcome = world.doctor(form="text")

    assert outcome.code == 4
    place = f"{world.folder.parent}/docker/config.json"
    blocks = outcome.out.split("\n\n")
    assert blocks[0].splitlines()[0].startswith("✓ Git ")
    assert set(blocks[1:-1]) == {
        f"""\
✗ {closed.host}  wants credentials
    asked at     http://{closed.host}, plain HTTP
    credentials  none in {place}
    error        {closed.host} refused {closed.host}/acme/web: it wants a user name and password
    fix          log in with `docker login {closed.host}`, or mount credentials that may pull""",
        f"""\
✓ {registry.host}  works: 1 tag of acme/web
    asked at     http://{registry.host}, plain HTTP
    credentials  none, and none are needed""",
    }
    assert blocks[-1] == "Doctor: 1 of 2 registries work.\n"
