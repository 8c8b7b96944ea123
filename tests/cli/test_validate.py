"""``imagebot validate`` as people, CI jobs and editors use it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.cli.conftest import Team
from tests.processes import Outcome, write_files

Run = Callable[..., Outcome]

POD = "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: ghcr.io/acme/web:1.4.2}]}\n"
SETTINGS = 'environments:\n  staging: {paths: ["envs/staging/**"]}\n'
GOOD = "policies:\n  - {name: web, images: [ghcr.io/acme/web], environments: [staging]}\n"
UNUSED = GOOD + "  - {name: db, images: [postgres]}\n"
FIVE_FAULTS = """\
policies:
  - name: web site
    images: ["ghcr.io/acme/web:1.4"]
    environments: [stagign]
    colour: red
    tags: {match: 'v(\\d+'}
"""
FIVE_TOLD = """\
error[policy-name]: 'web site' is no name for a policy
 --> policies/web.yaml:2:11
  |
2 |   - name: web site
  |           ^^^^^^^^
  = help: letters, digits, `.`, `_`, `:` and `-`, at most 63, beginning with a letter or digit

error[policy-image]: 'ghcr.io/acme/web:1.4' names a tag or digest
 --> policies/web.yaml:3:14
  |
3 |     images: ["ghcr.io/acme/web:1.4"]
  |              ^^^^^^^^^^^^^^^^^^^^^^
  = help: leave tag and digest out: which tags are allowed stands under `tags`

error[policy-unknown-environment]: there is no environment 'stagign'
 --> policies/web.yaml:4:20
  |
4 |     environments: [stagign]
  |                    ^^^^^^^
  = help: did you mean staging?

error[policy-unknown-key]: unknown key `colour`
 --> policies/web.yaml:5:5
  |
5 |     colour: red
  |     ^^^^^^
  = help: keys here: name, images, extends, environments, paths, tags, min-age, platforms, verify, pin, refresh, pull-request, tests

error[policy-regex]: match is no regular expression: missing )
 --> policies/web.yaml:6:21
  |
6 |     tags: {match: 'v(\\d+'}
  |                     ^^^^^
  = help: mend it at the caret; a `\\` before a sign takes it literally

Invalid: 5 errors in policies/web.yaml.
"""
PLACES = [(2, 11), (3, 14), (4, 20), (5, 5), (6, 21)]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """A repository with one image in staging, seen from the folder above it."""
    monkeypatch.chdir(tmp_path)

    def written(policies: str, **more: str) -> Path:
        files = {"imagebot.yaml": SETTINGS, "policies/web.yaml": policies, "envs/staging/web.yaml": POD}
        return write_files(tmp_path / "config", {**files, **more})

    return written


Repository = Callable[..., Path]


def places_in_json(outcome: Outcome) -> list[tuple[int, int]]:
    return [(error["line"], error["column"]) for error in outcome.json["errors"] if error["hint"]]


def places_in_commands(outcome: Outcome) -> list[tuple[int, int]]:
    lines = [line for line in outcome.out.splitlines() if line.startswith("::error ") and "%0A" in line]
    found = [dict(part.split("=", 1) for part in line.split("::")[1][6:].split(",")) for line in lines]
    assert {place["file"] for place in found} == {"config/policies/web.yaml"}
    return [(int(place["line"]), int(place["col"])) for place in found]


def places_in_sarif(outcome: Outcome) -> list[tuple[int, int]]:
    (run,) = outcome.json["runs"]
    found = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    assert {place["artifactLocation"]["uri"] for place in found} == {"config/policies/web.yaml"}
    return [(place["region"]["startLine"], place["region"]["startColumn"]) for place in found]


def places_in_junit(outcome: Outcome) -> list[tuple[int, int]]:
    (suite,) = ET.fromstring(outcome.out)  # noqa: S314 - written by the code under test
    assert [case.get("name") for case in suite] == ["config/imagebot.yaml", "config/policies/web.yaml"]
    (failure,) = suite[1]
    lines = [line for line in (failure.text or "").splitlines() if not line.startswith("  = help: ")]
    found = [line.split(": ")[0].rsplit(":", 2) for line in lines]
    return [(int(line), int(column)) for _, line, column in found]


def test_five_faults_are_told_each_with_its_place_and_a_fix(repository: Repository, imagebot: Run) -> None:
    outcome = imagebot("validate", str(repository(FIVE_FAULTS)))

    assert (outcome.code, outcome.err) == (2, "")
    assert outcome.out == FIVE_TOLD


@pytest.mark.parametrize(
    ("form", "places"),
    [
        pytest.param("json", places_in_json, id="json"),
        pytest.param("github", places_in_commands, id="github"),
        pytest.param("sarif", places_in_sarif, id="sarif"),
        pytest.param("junit", places_in_junit, id="junit"),
    ],
)
def test_every_form_tells_all_five_and_the_log_has_the_text(
    repository: Repository, imagebot: Run, form: str, places: Callable[[Outcome], Any]
) -> None:
    outcome = imagebot("validate", str(repository(FIVE_FAULTS)), "-o", form)

    assert outcome.code == 2
    assert places(outcome) == PLACES
    assert outcome.err == FIVE_TOLD


@pytest.mark.parametrize("form", ["json", "github", "sarif", "junit"])
def test_a_valid_configuration_is_no_matter_in_any_form(
    repository: Repository, imagebot: Run, form: str
) -> None:
    outcome = imagebot("validate", str(repository(GOOD)), "--strict", "-o", form)

    assert (outcome.code, outcome.err) == (0, "")
    for word in ("::error", "::warning", '"level"', "<failure", "<system-out", '"id"'):
        assert word not in outcome.out


def test_a_warning_is_told_and_stands_in_nobodys_way(repository: Repository, imagebot: Run) -> None:
    outcome = imagebot("validate", str(repository(UNUSED)))

    assert outcome.code == 0
    assert outcome.out == (
        "warning[policy-matches-nothing]: policy db matches nothing: no reference has the image docker.io/library/postgres\n"
        " --> policies/web.yaml:3:12\n"
        "  |\n"
        "3 |   - {name: db, images: [postgres]}\n"
        "  |            ^^\n"
        "  = help: `imagebot scan` lists the images that are here: mend `images`, or take the policy out\n"
        "\n"
        "Valid: 2 policies (web, db) in policies/web.yaml; 1 warning.\n"
    )


def test_strict_makes_errors_of_warnings(repository: Repository, imagebot: Run) -> None:
    root = str(repository(UNUSED))

    assert imagebot("validate", root, "--strict").code == 2
    assert "error[policy-matches-nothing]" in imagebot("validate", root, "--strict").out
    assert imagebot("validate", root, "--strict", "-o", "github").out.startswith("::error ")
    assert imagebot("validate", root, "-o", "github").out.startswith("::warning ")


def test_warnings_in_json_have_the_shape_of_errors(repository: Repository, imagebot: Run) -> None:
    outcome = imagebot("validate", str(repository(UNUSED)), "-o", "json", "-q")

    document = outcome.json
    (warning,) = document["warnings"]
    assert (outcome.code, outcome.err, document["errors"]) == (0, "", [])
    assert {key: warning[key] for key in ("id", "path", "line", "column")} == {
        "id": "policy-matches-nothing",
        "path": "policies/web.yaml",
        "line": 3,
        "column": 12,
    }
    assert [policy["name"] for policy in document["policies"]] == ["web", "db"]


def test_policies_from_elsewhere_without_descriptors_match_what_they_like(
    repository: Repository, imagebot: Run, tmp_path: Path
) -> None:
    repository(UNUSED.replace(", environments: [staging]", ""))
    empty = tmp_path / "empty"
    empty.mkdir()

    outcome = imagebot("validate", str(empty), "--policies", "config/policies", "-o", "json")

    assert (outcome.code, outcome.json["warnings"]) == (0, [])


def test_paths_of_policies_from_elsewhere_stay_as_they_are_named(
    repository: Repository, imagebot: Run
) -> None:
    repository(UNUSED)

    outcome = imagebot("validate", "config", "--policies", "config/policies", "-o", "github")

    assert "::warning file=config/policies/web.yaml," in outcome.out


@pytest.mark.parametrize(
    ("form", "told"),
    [
        pytest.param("github", "::error title=policies-missing::no policy files found", id="github"),
        pytest.param("sarif", '"executionSuccessful": false', id="sarif"),
        pytest.param("junit", "error[policies-missing]: no policy files found", id="junit"),
        pytest.param("json", '"id": "policies-missing"', id="json"),
    ],
)
def test_what_stands_in_no_file_is_told_in_every_form(
    imagebot: Run, tmp_path: Path, form: str, told: str
) -> None:
    outcome = imagebot("validate", str(tmp_path), "-o", form)

    assert outcome.code == 2
    assert told in outcome.out
    assert "error[policies-missing]" in outcome.err


def test_a_repository_behind_a_url_is_validated(team: Team, imagebot: Run) -> None:
    outcome = imagebot("validate", team.hosted.clone_url)

    assert (outcome.code, outcome.out) == (0, "Valid: 2 policies (web, cache) in policies/web.yaml.\n")


def test_a_cache_that_cannot_be_written_is_no_hindrance(
    repository: Repository, imagebot: Run, tmp_path: Path
) -> None:
    write_files(tmp_path, {"file": ""})

    assert imagebot("validate", str(repository(GOOD)), "--cache", str(tmp_path / "file/cache")).code == 0


def test_nothing_is_written_into_the_repository(repository: Repository, imagebot: Run) -> None:
    root = repository(UNUSED)
    subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    before = sorted(root.rglob("*"))

    imagebot("validate", str(root), "-o", "sarif")

    assert sorted(root.rglob("*")) == before


def test_an_empty_policy_file_is_one(imagebot: Run, tmp_path: Path) -> None:
    write_files(tmp_path, {"policies/a.yaml": "# to come\n"})

    outcome = imagebot("validate", str(tmp_path))

    assert (outcome.code, outcome.err) == (0, "")
    assert "policies/a.yaml" in outcome.out


def test_a_comment_that_binds_to_no_policy_is_warned_of_at_its_line(
    repository: Repository, imagebot: Run
) -> None:
    pod = (
        "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - image: nginx:1.27.1 # imagebot: policy=wbe\n"
    )
    root = repository(GOOD, **{"envs/staging/nginx.yaml": pod})

    outcome = imagebot("validate", str(root), "-o", "github")

    assert outcome.code == 0
    assert "file=config/envs/staging/nginx.yaml,line=5,col=14" in outcome.out
    assert "policy-not-defined" in outcome.out
    assert "did you mean web?" in outcome.out


def test_places_in_descriptors_are_found_with_policies_from_elsewhere(
    repository: Repository, imagebot: Run
) -> None:
    pod = "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: nginx:1.27.1}]} # imagebot: policy=x\n"
    repository(GOOD, **{"envs/staging/nginx.yaml": pod})

    outcome = imagebot("validate", "config", "--policies", "config/policies", "-o", "github")

    assert "file=config/envs/staging/nginx.yaml,line=3" in outcome.out
