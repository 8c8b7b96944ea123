from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.policies.faults import Fault
from imagebot.reports.fault_cases import fault_cases
from imagebot.reports.junit import Case, junit

ERROR = Fault("policies/a.yaml", 4, 5, "policy-unknown-key", "unknown key `colour`", "take it out")
OTHER = Fault("policies/a.yaml", 2, 7, "policy-range", "no range", "mend it")
WARNING = Fault("policies/b.yaml", 2, 11, "policy-shadowed", "shadowed", "move it", severity="warning")


def suite_of(text: str) -> ET.Element:
    root = ET.fromstring(text)  # noqa: S314 - written by the code under test
    assert root.tag == "testsuites"
    (suite,) = root
    return suite


def test_a_suite_counts_its_cases() -> None:
    text = junit(
        "policies",
        [Case("web", "a.yaml"), Case("api", "a.yaml", "1.5.0 is wanted\n1.4.2 is selected", "a.yaml", 7)],
    )

    assert text == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        "<testsuites>\n"
        '  <testsuite name="policies" tests="2" failures="1" errors="0" skipped="0">\n'
        '    <testcase name="web" classname="a.yaml" />\n'
        '    <testcase name="api" classname="a.yaml" file="a.yaml" line="7">\n'
        '      <failure message="1.5.0 is wanted">1.5.0 is wanted\n1.4.2 is selected</failure>\n'
        "    </testcase>\n"
        "  </testsuite>\n"
        "</testsuites>\n"
    )


def test_the_document_is_the_same_in_every_encoding() -> None:
    assert junit("s", [Case("ä 😀", "c")]).isascii()


def test_a_file_is_a_case_that_fails_by_its_errors_alone() -> None:
    files = ["imagebot.yaml", "policies/a.yaml", "policies/b.yaml"]

    suite = suite_of(junit("imagebot validate", fault_cases(files, [ERROR, OTHER, WARNING])))

    settings, wrong, odd = suite
    assert (suite.get("tests"), suite.get("failures")) == ("3", "1")
    assert [case.get("name") for case in suite] == files
    assert list(settings) == []
    assert (wrong.get("file"), wrong.get("line")) == ("policies/a.yaml", "2")
    (failure,) = wrong
    assert failure.tag == "failure"
    assert failure.text == (
        "policies/a.yaml:2:7: error[policy-range]: no range\n  = help: mend it\n"
        "policies/a.yaml:4:5: error[policy-unknown-key]: unknown key `colour`\n  = help: take it out"
    )
    (output,) = odd
    assert (output.tag, output.text) == (
        "system-out",
        "policies/b.yaml:2:11: warning[policy-shadowed]: shadowed\n  = help: move it",
    )


def test_what_stands_in_no_file_is_a_case_too() -> None:
    (case,) = fault_cases([], [Fault("", 0, 0, "policies-missing", "no policy files found")])

    assert case == Case(
        "imagebot validate", "imagebot validate", "error[policies-missing]: no policy files found"
    )


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param("a\x00\x0b\x1b[31mb", "a[31mb", id="control"),
        pytest.param("a\ud800\ufffe\uffffb", "ab", id="no-characters"),
        pytest.param("a\tb", "a\tb", id="tab"),
        pytest.param("]]></failure><evil/>&amp;\"'", "]]></failure><evil/>&amp;\"'", id="markup"),
        pytest.param("😀 ✔", "😀 ✔", id="beyond"),
    ],
)
def test_text_stays_text(text: str, kept: str) -> None:
    (case,) = suite_of(junit("s", [Case(text, "c", text, text, 1, text)]))

    failure, output = case
    assert (case.get("name"), case.get("file"), failure.text, output.text) == (kept, kept, kept, kept)


@given(st.text())
def test_any_text_gives_a_document(text: str) -> None:
    (case,) = suite_of(junit(text, [Case(text, text, text, text, 1, text)]))

    assert case.tag == "testcase"
