"""``imagebot test``: dates on standard input, and the cases beside policies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.processes import Outcome, write_files

Run = Callable[..., Outcome]

CASES = """\
policies:
  - name: web
    images: [nginx]
    tags: {range: "<2"}
    tests:
      - {current: 1.4.2, tags: [1.5.0, 2.0.0], selected: 1.5.0}
      - {current: 1.4.2, tags: [1.5.0, 2.0.0], selected: 2.0.0}
"""


@pytest.fixture
def cases(tmp_path: Path) -> str:
    write_files(tmp_path, {"policies/a.yaml": CASES})
    return str(tmp_path)


def test_cases_are_shown_a_line_each_and_fail_the_command(imagebot: Run, cases: str) -> None:
    outcome = imagebot("test", cases, "--all")

    assert outcome.code == 1
    assert outcome.out.splitlines() == [
        "ok      web  policies/a.yaml:6  1.4.2 → 1.5.0",
        "failed  web  policies/a.yaml:7  1.4.2 → 2.0.0",
        "  expected 2.0.0, selected 1.5.0",
        "  2.0.0 is rejected by range: outside <2",
        "Tests: 2 cases of 1 policy, 1 failed.",
    ]


def test_cases_that_hold_are_a_success(imagebot: Run, tmp_path: Path) -> None:
    write_files(tmp_path, {"policies/a.yaml": CASES.replace("selected: 2.0.0", "selected: 1.5.0")})

    outcome = imagebot("test", str(tmp_path), "--all")

    assert outcome.code == 0
    assert outcome.out.endswith("Tests: 2 cases of 1 policy, all ok.\n")


def test_cases_in_json(imagebot: Run, cases: str) -> None:
    outcome = imagebot("test", cases, "--all", "-o", "json")

    assert outcome.json["failed"] == 1
    assert outcome.json["cases"][1] == {
        "policy": "web",
        "path": "policies/a.yaml",
        "line": 7,
        "current": "1.4.2",
        "expected": "2.0.0",
        "selected": "1.5.0",
        "each": [],
        "ok": False,
        "problems": ["expected 2.0.0, selected 1.5.0", "2.0.0 is rejected by range: outside <2"],
    }


def test_cases_in_junit(imagebot: Run, cases: str) -> None:
    suite = ET.fromstring(imagebot("test", cases, "--all", "-o", "junit").out)[0]  # noqa: S314 - our own

    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert [(case.get("classname"), case.get("file"), case.get("line")) for case in suite] == [
        ("web", "policies/a.yaml", "6"),
        ("web", "policies/a.yaml", "7"),
    ]
    assert suite[1][0].get("message") == "expected 2.0.0, selected 1.5.0"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["--all"], "no policy has a test case", id="no-case"),
        pytest.param(["--all", "--current", "1"], "--all and --current exclude each other", id="current"),
        pytest.param(["--all", "--policy", "web"], "not allowed with argument", id="all-and-one"),
        pytest.param(["-o", "junit"], "-o junit is a form for test cases", id="junit-without-cases"),
    ],
)
def test_what_cannot_be_run_says_so(
    imagebot: Run, tmp_path: Path, arguments: list[str], message: str
) -> None:
    write_files(tmp_path, {"policies/a.yaml": "policies: [{name: web, images: [x]}]"})

    outcome = imagebot("test", str(tmp_path), *arguments)

    assert outcome.code == 2
    assert message in outcome.err


def test_tags_have_dates_where_the_policy_orders_by_them(imagebot: Run, tmp_path: Path) -> None:
    write_files(tmp_path, {"policies/a.yaml": "policies: [{name: web, images: [x], tags: {order: created}}]"})
    lines = "main-1 2024-01-02\nmain-2\t 2024-01-01T23:00:00-02:00 \n\nmain-3\n"

    outcome = imagebot("test", str(tmp_path), "--current", "main-1", "-o", "json", stdin=lines)

    assert [(c["tag"], c["accepted"], c["reason"]) for c in outcome.json["candidates"]] == [
        ("main-2", True, "newest allowed (dated 2024-01-02 01:00 UTC)"),
        ("main-1", True, "current; main-2 is newer (dated 2024-01-02 00:00 UTC)"),
        ("main-3", False, "no date is known of it"),
    ]


def test_a_date_that_is_none_is_named_with_its_line(imagebot: Run, tmp_path: Path) -> None:
    write_files(tmp_path, {"policies/a.yaml": "policies: [{name: web, images: [x], tags: {order: created}}]"})

    outcome = imagebot("test", str(tmp_path), stdin="a 2024-01-02\nb tomorrow\n")

    assert outcome.code == 2
    assert "line 2 of standard input: 'tomorrow' is no date" in outcome.err


def test_every_newest_tag_is_named_where_the_policy_asks_for_several(imagebot: Run, tmp_path: Path) -> None:
    text = "policies: [{name: web, images: [x], tags: {newest-of-each: major}}]"
    write_files(tmp_path, {"policies/a.yaml": text})
    tags = "1.4.2\n1.9.0\n2.3.0\n2.2.0\n"

    shown = imagebot("test", str(tmp_path), "--current", "1.4.2", stdin=tags)
    document = imagebot("test", str(tmp_path), "--current", "1.4.2", "-o", "json", stdin=tags).json

    assert shown.out.endswith("Selected: 1.9.0, 2.3.0, each for a proposal of its own\n")
    assert [line.split()[1] for line in shown.out.splitlines() if line.startswith("→")] == ["2.3.0", "1.9.0"]
    assert (document["selected"], document["each"]) == ("1.9.0", ["1.9.0", "2.3.0"])


def test_the_samples_do_what_they_say(imagebot: Run) -> None:
    outcome = imagebot("test", str(Path(__file__).parents[2]), "--all", "-o", "json")

    assert outcome.code == 0, outcome.out
    assert len({case["path"] for case in outcome.json["cases"]}) >= 8


def test_policies_extend_files_of_the_repository(imagebot: Run, tmp_path: Path) -> None:
    """From a folder that is committed, and with --policies from one elsewhere."""
    policy = CASES.replace('tags: {range: "<2"}', "extends: shared/base.yaml")
    base = 'defaults: {tags: {range: "<2"}}'
    write_files(tmp_path, {"policies/a.yaml": policy, "shared/base.yaml": base})
    write_files(
        tmp_path / "else", {"where/a.yaml": policy, "where/shared/base.yaml": base.replace("<2", "<3")}
    )

    here = imagebot("test", str(tmp_path), "--all", "-o", "json")
    there = imagebot("test", str(tmp_path), "--policies", str(tmp_path / "else/where"), "--all", "-o", "json")

    assert [case["ok"] for case in here.json["cases"]] == [True, False]
    assert [case["ok"] for case in there.json["cases"]] == [False, True]


def test_a_link_is_no_file_that_can_be_extended(imagebot: Run, tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("defaults: {min-age: 1h}")
    write_files(
        tmp_path / "repo", {"policies/a.yaml": CASES.replace('tags: {range: "<2"}', "extends: link.yaml")}
    )
    (tmp_path / "repo/link.yaml").symlink_to(secret)

    outcome = imagebot("test", str(tmp_path / "repo"), "--all")

    assert outcome.code == 2
    assert "there is no file 'link.yaml'" in outcome.err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(CASES.replace("range", "rnage"), "policies/a.yaml:4:12: error[policy-unknown-key]", id="faults"),
        pytest.param("policies: []\n", "error[tests-missing]", id="no-case"),
    ],
)  # fmt: skip
def test_what_keeps_cases_from_running_is_a_failure_in_junit(
    imagebot: Run, tmp_path: Path, text: str, told: str
) -> None:
    write_files(tmp_path, {"policies/a.yaml": text})

    outcome = imagebot("test", str(tmp_path), "--all", "-o", "junit")

    suite = ET.fromstring(outcome.out)[0]  # noqa: S314 - our own
    assert (outcome.code, suite.get("name"), suite.get("failures")) == (2, "imagebot test", "1")
    assert told in "".join(suite.itertext())


def test_a_byte_order_mark_and_bytes_that_are_no_text_cost_no_other_tag(tmp_path: Path) -> None:
    write_files(tmp_path, {"policies/web.yaml": "policies: [{name: web, images: [x]}]\n"})
    command = [sys.executable, "-m", "imagebot", "test", str(tmp_path), "--current", "1.4.2", "-o", "json"]
    strict = os.environ | {"PYTHONIOENCODING": "utf-8:strict"}

    ended = subprocess.run(
        command, input=b"\xef\xbb\xbf1.5.0\n\xff\n1.4.2\n", capture_output=True, check=True, env=strict
    )

    assert json.loads(ended.stdout)["selected"] == "1.5.0"
