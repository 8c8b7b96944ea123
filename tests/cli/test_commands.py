"""The commands besides ``apply``, as a user types them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from imagebot.cli.commands import COMMANDS
from imagebot.demo.registry import EmbeddedRegistry
from tests.cli.conftest import Team
from tests.processes import Outcome, write_files

Run = Callable[..., Outcome]


def test_scan_needs_no_policy_and_lists_everything(imagebot: Run, tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "a.yaml": "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: nginx:1.27}]}\n",
            "kustomization.yaml": 'images: [{name: acme/web, newTag: "1.4.2"}]\n',
            "chart/values.yaml": "image: {repository: ghcr.io/acme/api, tag: v1}\n",
            "compose.yaml": "services: {db: {image: 'postgres:16@sha256:" + "a" * 64 + "'}}\n",
            "chart/templates/x.yaml": "a: {{ .Values.a }}\n",
            "broken.yaml": "a: [\n",
            "README.md": "image: not:this",
        },
    )
    (tmp_path / "link.yaml").symlink_to("a.yaml")

    outcome = imagebot("scan", str(tmp_path), "-o", "json")

    document = outcome.json
    assert outcome.code == 0
    assert document["format_version"] == "1.0"
    assert [
        (r["path"], r["line"], r["column"], r["descriptor"], r["written"]) for r in document["references"]
    ] == [
        ("a.yaml", 3, 29, "kubernetes", "nginx:1.27"),
        ("chart/values.yaml", 1, 44, "helm-values", "ghcr.io/acme/api:v1"),
        ("compose.yaml", 1, 24, "compose", "postgres:16@sha256:" + "a" * 64),
        ("kustomization.yaml", 1, 35, "kustomize", "acme/web:1.4.2"),
    ]
    compose = document["references"][2]
    assert compose | {"why": ""} == {
        "path": "compose.yaml",
        "line": 1,
        "column": 24,
        "descriptor": "compose",
        "image": "docker.io/library/postgres",
        "written": "postgres:16@sha256:" + "a" * 64,
        "tag": "16",
        "digest": "sha256:" + "a" * 64,
        "policy": None,
        "environment": None,
        "ignored": False,
        "why": "",
        "uses": [],
    }
    assert [(s["path"], s["line"]) for s in document["skipped"]] == [
        ("broken.yaml", 2),
        ("chart/templates/x.yaml", 1),
        ("link.yaml", None),
    ]
    text = imagebot("scan", str(tmp_path)).out
    for wanted in (
        "a.yaml:3:29",
        "nginx:1.27",
        "broken.yaml:2",
        "skipped: invalid YAML",
        "4 references in 4 files",
    ):
        assert wanted in text
    assert "| `a.yaml:3:29` | `nginx:1.27` |" in imagebot("scan", str(tmp_path), "-o", "markdown").out


def test_init_writes_a_policy_that_validate_accepts_and_plan_uses(
    imagebot: Run, registry: EmbeddedRegistry, tmp_path: Path
) -> None:
    for tag in ("1.4.2", "1.5.0", "2.0.0"):
        registry.push("acme/web", tag)
    write_files(tmp_path, {"compose.yaml": f"services: {{a: {{image: {registry.host}/acme/web:1.4.2}}}}\n"})

    assert imagebot("validate", str(tmp_path)).code == 2
    assert imagebot("init", str(tmp_path)).code == 0
    valid = imagebot("validate", str(tmp_path))
    assert (valid.code, valid.out) == (0, "Valid: 1 policy (web) in policies/images.yaml.\n")
    (update,) = imagebot("plan", str(tmp_path), "-o", "json").json["updates"]
    assert update["to"]["tag"] == "1.5.0"
    again = imagebot("init", str(tmp_path))
    assert again.code == 2
    assert "there is a policy file already" in again.err


def test_plan_says_what_it_would_do_and_with_the_flag_by_its_exit_code(team: Team, imagebot: Run) -> None:
    assert imagebot("plan", str(team.clone), "--exit-code").code == 0
    digest = team.registry.push("acme/web", "1.5.0")

    outcome = imagebot("plan", str(team.clone), "--exit-code", "-o", "json")

    assert outcome.code == 10
    assert imagebot("plan", str(team.clone)).code == 0
    update = next(u for u in outcome.json["updates"] if u["environment"] == "staging")
    assert (update["path"], update["line"], update["policy"], update["step"]) == (
        "envs/staging/web.yaml",
        8,
        "web",
        "minor",
    )
    assert update["from"] == {"tag": "1.4.2", "digest": None}
    assert update["to"] == {"tag": "1.5.0", "digest": digest}
    proposals = {p["id"]: p for p in outcome.json["proposals"]}
    assert update["proposal"] in proposals
    assert proposals["staging/web"]["branch"] == "imagebot/staging/web"
    assert proposals["staging/web"]["title"] == "staging: update web 1.4.2 to 1.5.0"


def test_plan_lists_a_repository_once_and_asks_for_one_digest(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0 1.6.0")
    before = len(team.registry.requests)

    outcome = imagebot("plan", str(team.clone), "-o", "json")

    asked = [f"{s.method} {s.path}" for s in team.registry.requests[before:]]
    assert asked.count("GET /v2/acme/web/tags/list") == 1
    digest = next(u for u in outcome.json["updates"] if u["image"].endswith("acme/web"))["to"]["digest"]
    assert [a for a in asked if "acme/web/manifests" in a] == [
        "HEAD /v2/acme/web/manifests/1.6.0",
        f"GET /v2/acme/web/manifests/{digest}",
    ]


def test_a_second_plan_downloads_nothing_that_a_digest_names(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0 1.6.0")
    first = imagebot("plan", str(team.clone), "-o", "json")
    before = len(team.registry.requests)

    second = imagebot("plan", str(team.clone), "-o", "json")

    assert second.json["updates"] == first.json["updates"] != []
    asked = [(s.method, s.status) for s in team.registry.requests[before:] if "tags/list" not in s.path]
    assert set(asked) == {("HEAD", 304)}


def test_a_held_reference_says_why(team: Team, imagebot: Run) -> None:
    team.commit({"envs/staging/latest.yaml": "services: {a: {image: 'REGISTRY/acme/web:latest'}}\n"})

    (held,) = imagebot("plan", str(team.clone), "-o", "json").json["held"]

    assert "the current tag 'latest' is not a version" in held["reason"]


def test_an_ignored_line_is_never_changed(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")
    team.commit(
        {"envs/staging/web.yaml": "services: {a: {image: 'REGISTRY/acme/web:1.4.2'}} # imagebot: ignore\n"}
    )

    updates = imagebot("plan", str(team.clone), "-o", "json").json["updates"]

    assert [u["path"] for u in updates] == ["envs/production/kustomization.yaml"]


@pytest.mark.parametrize(
    "asked", ["REGISTRY/acme/web", "envs/staging/web.yaml:8", "./envs/staging/web.yaml:8:36"]
)
def test_explain_says_each_tag_and_its_rule(team: Team, imagebot: Run, asked: str) -> None:
    team.push(web="1.5.0 2.0.0 v9")
    digest = team.registry.push("acme/web", "1.5.0")
    image = asked.replace("REGISTRY", team.registry.host)

    document = imagebot("explain", image, str(team.clone), "-o", "json").json

    assert (document["selected"], document["current"], document["policy"]) == ("1.5.0", "1.4.2", "web")
    verdicts = {c["tag"]: (c["accepted"], c["reason"], c["digest"]) for c in document["candidates"]}
    assert verdicts["1.5.0"] == (True, "newest allowed", digest)
    assert verdicts["2.0.0"] == (False, "outside <2", None)
    assert "prefix" in verdicts["v9"][1]
    text = imagebot("explain", image, str(team.clone)).out
    assert "policies/web.yaml:2" in text
    assert "✗  2.0.0  outside <2" in text


def test_explain_says_what_is_missing_for_a_policy(team: Team, imagebot: Run) -> None:
    outcome = imagebot("explain", "redis", str(team.clone))

    assert outcome.code == 2
    assert "no policy governs docker.io/library/redis" in outcome.err


def test_explain_needs_a_tag_to_compare_with(team: Team, imagebot: Run) -> None:
    digest = "sha256:" + "a" * 64
    team.commit({"envs/a.yaml": f"services: {{a: {{image: 'REGISTRY/acme/api@{digest}'}}}}\n"})
    team.push(api="1.0.0 1.1.0")
    name = f"{team.registry.host}/acme/api"

    refused = imagebot("explain", name, str(team.clone))
    answered = imagebot("explain", name, str(team.clone), "--current", "1.0.0", "-o", "json")

    assert refused.code == 2
    assert "--current TAG" in refused.err
    assert answered.json["selected"] == "1.1.0"


TAGS = "1.4.1\n1.4.2\n\n1.5.0\n2.0.0\nlatest\n"


@pytest.mark.parametrize("which", [["--policy", "web"], ["--image", "ghcr.io/acme/api"]])
def test_test_tries_a_policy_without_a_network(imagebot: Run, tmp_path: Path, which: list[str]) -> None:
    """The settings are not at hand, and need not be: only the tags matter here."""
    text = 'policies: [{name: web, images: ["ghcr.io/acme/*"], environments: [prod], tags: {range: "<2"}}]'
    write_files(tmp_path, {"conf/web.yaml": text})

    outcome = imagebot(
        "test",
        str(tmp_path),
        "--policies",
        str(tmp_path / "conf"),
        *which,
        "--current",
        "1.4.2",
        "-o",
        "json",
        stdin=TAGS,
    )

    assert outcome.code == 0
    assert outcome.json["selected"] == "1.5.0"
    assert [c["tag"] for c in outcome.json["candidates"]] == ["1.5.0", "1.4.2", "2.0.0", "1.4.1", "latest"]
    assert set(outcome.json["candidates"][0]) >= {"tag", "accepted", "reason"}


def test_test_names_the_policies_there_are(imagebot: Run, tmp_path: Path) -> None:
    write_files(
        tmp_path, {"policies/web.yaml": "policies: [{name: web, images: [x]}, {name: api, images: [y]}]"}
    )

    outcome = imagebot("test", str(tmp_path), "--policy", "wbe", stdin=TAGS)

    assert outcome.code == 2
    assert "there is no policy 'wbe'; there are: web, api" in outcome.err


@pytest.mark.parametrize("file", ["policy", "settings"])
def test_schema_is_json(imagebot: Run, file: str) -> None:
    assert imagebot("schema", file).json["$schema"] == "http://json-schema.org/draft-07/schema#"


def test_run_once_does_what_apply_does(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")

    outcome = imagebot("run", str(team.clone), "--once")

    assert outcome.code == 0
    assert len(team.open_pulls) == 2


def test_run_stops_after_the_pull_request_under_way(team: Team, tmp_path: Path) -> None:
    """SIGTERM comes while the first of two pull requests is opened: it is finished, the second is not begun."""
    team.push(web="1.5.0")
    process = subprocess.Popen(
        [sys.executable, "-m", "imagebot", "run", str(team.clone), "--every", "1h", "-o", "json"],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    pull = team.github.on_first("POST .*/pulls$", lambda: process.send_signal(signal.SIGTERM))
    out, _ = process.communicate(timeout=60)

    assert pull.is_set()
    assert process.returncode == 128 + signal.SIGTERM
    assert [o["action"] for o in json.loads(out)["outcomes"]] == ["created"]
    assert len(team.open_pulls) == 1


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_every_command_has_help_with_examples_and_its_environment(imagebot: Run, name: str) -> None:
    outcome = imagebot(name, "--help")

    assert outcome.code == 0
    assert f"imagebot {name}" in outcome.out
    assert "examples:" in outcome.out
    if "--color" in outcome.out:
        assert "[env: IMAGEBOT_COLOR]" in " ".join(outcome.out.split())


def test_help_lists_every_command_and_exit_code(imagebot: Run) -> None:
    for outcome in (imagebot("--help"), imagebot()):
        assert outcome.code == 0
        assert all(f"  {command.name} " in outcome.out for command in COMMANDS)
        assert "4 credentials missing or refused" in outcome.out


def test_help_loads_neither_clients_nor_parsers() -> None:
    """Help is read at every step: it must not wait for libraries that it does not need."""
    heavy = ["github", "docker", "httpx", "requests", "pydantic", "rich", "ruamel", "schedule", "stamina"]
    program = (
        "import sys\nfrom imagebot.cli.main import main\n"
        "try: main(sys.argv[1:])\nexcept SystemExit: pass\n"
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    for arguments in (["--help"], ["plan", "--help"], ["apply", "--help"], ["run", "--help"], ["--version"]):
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stderr == "[]\n"


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_completion_is_a_script_that_needs_no_python(imagebot: Run, shell: str) -> None:
    outcome = imagebot("--print-completion", shell)

    assert outcome.code == 0
    assert "imagebot" in outcome.out
    assert "--policies" in outcome.out


def test_an_option_can_stand_in_the_environment(
    imagebot: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path, {"compose.yaml": "services: {a: {image: 'b:1'}}\n"})
    monkeypatch.setenv("IMAGEBOT_OUTPUT", "json")

    assert imagebot("scan", str(tmp_path)).json["references"]
    assert "Scan: 1 reference" in imagebot("scan", str(tmp_path), "-o", "text").out

    monkeypatch.setenv("IMAGEBOT_OUTPUT", "xml")
    refused = imagebot("scan", str(tmp_path))
    assert refused.code == 2
    assert "IMAGEBOT_OUTPUT is 'xml'" in refused.err


def test_colour_is_for_terminals_or_by_wish(
    imagebot: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path, {"compose.yaml": "services: {a: {image: 'b:1'}}\n"})

    assert "\x1b[" not in imagebot("scan", str(tmp_path)).out
    assert "\x1b[" in imagebot("scan", str(tmp_path), "--color", "always").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in imagebot("scan", str(tmp_path)).out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in imagebot("scan", str(tmp_path)).out


def test_hostile_names_are_shown_without_their_control_characters(imagebot: Run, tmp_path: Path) -> None:
    write_files(tmp_path, {"a\x1b[2J\u202eb.yaml": "services: {a: {image: 'b:1'}}\n"})

    out = imagebot("scan", str(tmp_path)).out

    assert "\x1b" not in out
    assert "\u202e" not in out


def test_a_bug_is_one_line_and_exit_code_70(imagebot: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imagebot.cli.schema.run", lambda arguments: 1 / 0)

    outcome = imagebot("schema")

    assert outcome.code == 70
    assert outcome.err.startswith("bug: imagebot failed in a way it should not: ZeroDivisionError\n")
    assert "Traceback" not in outcome.err


def test_the_demo_tells_the_whole_story(imagebot: Run, tmp_path: Path) -> None:
    kept = tmp_path / "kept"

    outcome = imagebot("demo", "--keep", str(kept))

    assert outcome.code == 0
    for told in (
        "two stand-ins on this machine",
        "Go template, not YAML",
        "1.4.2 → 1.5.0",
        '-    newTag: "1.4.2"      # imagebot moves only these characters',
        "created  edge: ",
        "| production | `envs/production/",
        "Write requests in this run: 0",
        "updated",
        "you: /imagebot hold 14d waits for the audit",
        "imagebot: Held until",
        "$ imagebot status",
    ):
        assert told in outcome.out
    assert (kept / "config/imagebot.yaml").is_file()
    assert imagebot("demo", "--keep", str(kept)).code == 2


def test_a_file_name_may_hold_any_bytes(imagebot: Run, tmp_path: Path) -> None:
    content = b"services: {a: {image: 'b:1'}}\n"
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff.yaml")).write_bytes(content)

    assert imagebot("scan", str(tmp_path), "-o", "json").json["references"][0]["path"] == "bad\udcff.yaml"
    assert "bad .yaml:1:23" in imagebot("scan", str(tmp_path)).out


WHY: dict[str, str | bytes] = {
    "web.yaml": (
        "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: &web ghcr.io/acme/web:1.4.2\n  - image: *web\n"
        "  note: x # a note\n# only a comment\n\nother: ghcr.io/acme/other:1\n"
    ),
    "cm.yaml": "apiVersion: v1\nkind: ConfigMap\ndata:\n  x.yaml: |\n    a:\n      image: ghcr.io/acme/a:1.0\n      b: c\n",
    "broken.yaml": "image: [\n",
    "plain.yaml": "a: 1\n",
    "Dockerfile": "# nothing\nFROM scratch\n",
    "a.py": "image = 1\n",
    "policies/p.yaml": "policies: []\n",
}


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("web.yaml:5", "ghcr.io/acme/web:1.4.2 (kubernetes), set at web.yaml:5:17"),
        ("./web.yaml:6", "set at web.yaml:5:17\n  used at web.yaml:6\n"),
        (
            "web.yaml:7",
            "kubernetes, value spec.note\n  no image is written here that a kind of descriptor knows",
        ),
        ("web.yaml:8", "the line is a comment"),
        ("web.yaml:9", "the line is empty"),
        ("web.yaml:10", "ghcr.io/acme/other:1 looks like an image, in a place that no kind"),
        ("web.yaml:99", "the file has 11 lines"),
        ("cm.yaml:6", "ghcr.io/acme/a:1.0 (helm-values), set at cm.yaml:6:14"),
        ("cm.yaml:7", 'value data["x.yaml"]: a.b'),
        ("broken.yaml:1", "invalid YAML"),
        ("plain.yaml:1", "no word of the file goes with images"),
        ("Dockerfile:1", "dockerfile\n  the line is a comment"),
        ("a.py:1", "a file of this name holds no descriptor"),
        ("policies/p.yaml:1", "a file of imagebot's own"),
        ("link.yaml:1", "symbolic link"),
    ],
)
def test_scan_says_why_of_any_line(tmp_path: Path, imagebot: Run, where: str, expected: str) -> None:
    write_files(tmp_path, WHY)
    (tmp_path / "link.yaml").symlink_to("web.yaml")

    outcome = imagebot("scan", str(tmp_path), "--why", where)

    assert outcome.code == 0
    assert expected in outcome.out


def test_scan_says_why_as_json(tmp_path: Path, imagebot: Run) -> None:
    write_files(tmp_path, WHY)

    document = imagebot("scan", str(tmp_path), "--why", "cm.yaml:7", "-o", "json").json

    assert (document["descriptor"], document["value_path"], document["references"]) == (
        "kubernetes",
        'data["x.yaml"]: a.b',
        [],
    )


@pytest.mark.parametrize("where", ["web.yaml", "web.yaml:x", "web.yaml:0", ":1", "nope.yaml:1"])
def test_scan_why_wants_a_file_and_a_line(tmp_path: Path, imagebot: Run, where: str) -> None:
    write_files(tmp_path, WHY)

    assert imagebot("scan", str(tmp_path), "--why", where).code == 2


KUSTOMIZE = """\
#!/bin/sh
if grep -q "$REFUSED" "$2"/*.yaml; then echo "no: $REFUSED in $2" >&2; exit 1; fi
cat "$2"/*.yaml
"""


@pytest.fixture
def kustomize(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A program in the place of kustomize: it renders a folder as its files, and refuses a word."""

    def install(refused: str) -> None:
        program = tmp_path / "bin" / "kustomize"
        program.parent.mkdir(exist_ok=True)
        program.write_text(KUSTOMIZE.replace("$REFUSED", refused))
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")

    return install


@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_plan_shows_the_rendered_difference(
    team: Team, imagebot: Run, kustomize: Callable[[str], None], form: str
) -> None:
    team.push(web="1.5.0")
    kustomize("never")

    outcome = imagebot("plan", str(team.clone), "--render", "-o", form)

    assert outcome.code == 0
    assert "envs/production" in outcome.out
    assert "-  newTag:   1.4.2   # pinned" in outcome.out
    assert "+  newTag:   1.5.0   # pinned" in outcome.out


def test_plan_refuses_an_edit_that_breaks_a_rendering(
    team: Team, imagebot: Run, kustomize: Callable[[str], None]
) -> None:
    team.push(web="1.5.0")
    kustomize("1.5.0")

    outcome = imagebot("plan", str(team.clone), "--render", "-o", "json")

    assert outcome.code == 5
    assert [update["path"] for update in outcome.json["updates"]] == ["envs/staging/web.yaml"]
    (error,) = outcome.json["errors"]
    assert (error["id"], error["path"]) == ("render-broken", "envs/production/kustomization.yaml")
    assert "no: 1.5.0 in envs/production" in error["message"]


def test_plan_says_which_program_is_missing(
    team: Team, imagebot: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    team.push(web="1.5.0")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").symlink_to(shutil.which("git") or "")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))

    outcome = imagebot("plan", str(team.clone), "--render")

    assert outcome.code == 0
    assert "neither kustomize nor kubectl is on the PATH" in outcome.out
