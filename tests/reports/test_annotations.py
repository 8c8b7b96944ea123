from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.policies.faults import Fault
from imagebot.reports.annotations import SHOWN, workflow_commands


def fault(line: int = 4, message: str = "unknown key `colour`", **more: str) -> Fault:
    fields = {"path": "policies/a.yaml", "id": "policy-unknown-key", "hint": "take it out"} | more
    severity = "warning" if fields.pop("severity", "") == "warning" else "error"
    return Fault(line=line, column=5, message=message, width=6, severity=severity, **fields)  # type: ignore[arg-type] # texts all


def test_a_fault_is_a_command_at_its_place() -> None:
    assert workflow_commands([fault()]) == (
        "::error file=policies/a.yaml,line=4,col=5,endColumn=10,title=policy-unknown-key"
        "::unknown key `colour`%0Atake it out\n"
    )


def test_errors_come_before_warnings_and_each_by_place() -> None:
    found = workflow_commands([fault(9), fault(1, severity="warning"), fault(3)])

    assert [line.partition(" ")[0] for line in found.splitlines()] == ["::error", "::error", "::warning"]
    assert "line=3," in found.splitlines()[0]


def test_what_stands_in_no_file_has_no_place() -> None:
    assert workflow_commands([fault(path="", id="policies-missing", hint="")]) == (
        "::error title=policies-missing::unknown key `colour`\n"
    )


@pytest.mark.parametrize(
    ("text", "in_property", "in_message"),
    [
        pytest.param("50%", "50%25", "50%25", id="percent"),
        pytest.param("%0A", "%250A", "%250A", id="an-escape-of-ones-own"),
        pytest.param("a:b,c", "a%3Ab%2Cc", "a:b,c", id="colon-and-comma"),
        pytest.param("a::b", "a%3A%3Ab", "a::b", id="two-colons"),
        pytest.param("a\r\n::error::b", "a %3A%3Aerror%3A%3Ab", "a ::error::b", id="line-end"),
    ],
)
def test_what_has_a_meaning_is_escaped(text: str, in_property: str, in_message: str) -> None:
    found = workflow_commands([fault(path=text, message=text)])

    assert f"file={in_property},line" in found
    assert f"::{in_message}%0A" in found


@pytest.mark.parametrize(
    ("errors", "warnings", "told"),
    [
        pytest.param(SHOWN, SHOWN, None, id="as-many-as-are-shown"),
        pytest.param(SHOWN + 1, 0, "11 errors; GitHub shows 10 of a kind, the log has all", id="errors"),
        pytest.param(
            1, 12, "1 error and 12 warnings; GitHub shows 10 of a kind, the log has all", id="warnings"
        ),
    ],
)
def test_a_notice_says_how_many_there_are(errors: int, warnings: int, told: str | None) -> None:
    faults = [fault(line + 1) for line in range(errors)]
    faults += [fault(line + 1, severity="warning") for line in range(warnings)]

    lines = workflow_commands(faults).splitlines()

    assert len([line for line in lines if not line.startswith("::notice")]) == errors + warnings
    closing = [line for line in lines if line.startswith("::notice")]
    assert closing == ([f"::notice title=imagebot validate::{told}"] if told else [])


@given(st.lists(st.text(max_size=30), min_size=4, max_size=4))
def test_a_fault_is_one_line_whatever_it_says(texts: list[str]) -> None:
    path, message, hint, id_ = texts
    found = workflow_commands([fault(path=path, message=message, hint=hint, id=id_)])

    assert found.count("\n") == 1
    assert found.startswith("::error ")
    assert "\r" not in found
