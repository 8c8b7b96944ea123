from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from imagebot.policies.faults import Fault
from imagebot.reports.sarif import sarif

UNKNOWN = Fault(
    "policies/a.yaml", 4, 5, "policy-unknown-key", "unknown key `colour`", "take it out", "    colour: red", 6
)
SHADOWED = Fault("policies/b.yaml", 2, 11, "policy-shadowed", "shadowed", "", "  - name: web", 3, "warning")


def run_of(*faults: Fault, home: str = "") -> dict[str, Any]:
    log = json.loads(json.dumps(sarif(faults, version="1.2.3", home=home)))
    assert log["version"] == "2.1.0"
    assert re.fullmatch(r"https://docs\.oasis-open\.org/.*/sarif-schema-2\.1\.0\.json", log["$schema"])
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def test_a_fault_is_a_result_at_its_region() -> None:
    (result,) = run_of(UNKNOWN)["results"]

    fingerprint = result.pop("partialFingerprints")
    assert result == {
        "ruleId": "policy-unknown-key",
        "ruleIndex": 0,
        "level": "error",
        "message": {"text": "unknown key `colour`\ntake it out"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "policies/a.yaml", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 4, "startColumn": 5, "endColumn": 11},
                }
            }
        ],
    }
    assert re.fullmatch(r"[0-9a-f]{32}", fingerprint["faultHash/v1"])


def test_every_result_names_a_rule_that_is_described() -> None:
    run = run_of(SHADOWED, UNKNOWN, replace(UNKNOWN, line=9), home="https://example.com/docs")

    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("imagebot", "1.2.3")
    assert driver["informationUri"] == "https://example.com/docs"
    assert [rule["id"] for rule in driver["rules"]] == ["policy-shadowed", "policy-unknown-key"]
    for rule in driver["rules"]:
        assert rule["shortDescription"]["text"].endswith(".")
        assert rule["help"]["text"]
        assert rule["helpUri"] == "https://example.com/docs"
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    assert [result["level"] for result in run["results"]] == ["error", "error", "warning"]


def test_no_link_is_made_up_where_no_address_is_known() -> None:
    driver = run_of(UNKNOWN)["tool"]["driver"]

    assert "informationUri" not in driver
    assert "helpUri" not in driver["rules"][0]


def test_nothing_wrong_is_a_run_without_results() -> None:
    run = run_of()

    assert run["results"] == []
    assert run["invocations"] == [{"executionSuccessful": True}]


def test_what_stands_in_no_file_is_a_failed_run() -> None:
    run = run_of(Fault("", 0, 0, "policies-missing", "no policy files found", "write one"))

    (invocation,) = run["invocations"]
    assert run["results"] == []
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"] == [
        {
            "level": "error",
            "descriptor": {"id": "policies-missing"},
            "message": {"text": "no policy files found\nwrite one"},
        }
    ]


def fingerprints(*faults: Fault) -> list[str]:
    return [result["partialFingerprints"]["faultHash/v1"] for result in run_of(*faults)["results"]]


def test_a_fingerprint_stays_while_lines_move_and_words_change() -> None:
    moved = replace(
        UNKNOWN, line=40, column=9, excerpt="        colour: red", message="there is no key colour"
    )

    assert fingerprints(UNKNOWN) == fingerprints(moved)


def test_faults_that_differ_have_fingerprints_that_differ() -> None:
    faults = [
        UNKNOWN,
        replace(UNKNOWN, column=7),
        replace(UNKNOWN, path="b"),
        replace(UNKNOWN, id="x"),
        replace(UNKNOWN, excerpt="size: 1"),
    ]

    assert len(set(fingerprints(*faults))) == len(faults)


def test_a_path_is_a_uri() -> None:
    (result,) = run_of(replace(UNKNOWN, path="poli cies/ä#%\udcff.yaml"))["results"]

    location = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location["uri"] == "poli%20cies/%C3%A4%23%25%FF.yaml"


def test_a_message_makes_no_link() -> None:
    (result,) = run_of(replace(UNKNOWN, message="[here](https://evil.example)"))["results"]

    assert "](" not in result["message"]["text"]


@given(st.text(), st.text(), st.text(min_size=1))
def test_any_text_gives_a_log_that_can_be_written(message: str, excerpt: str, path: str) -> None:
    log = json.dumps(sarif([replace(UNKNOWN, message=message, excerpt=excerpt, path=path)], version="1"))

    assert json.loads(log)["runs"][0]["results"][0]["level"] == "error"
