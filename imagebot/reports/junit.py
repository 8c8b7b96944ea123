"""JUnit's XML, which CI systems read as the outcome of tests.

There is no standard: this is what Jenkins and GitLab both read
(https://docs.gitlab.com/ci/testing/unit_test_reports/). Characters are those of
https://www.w3.org/TR/xml/#charsets: no escape brings in the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree import ElementTree as ET

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Case:
    """One test.

    Attributes:
        name: Unique in its suite.
        classname: What it belongs to.
        failure: Why it failed, its first line in short; None if it passed.
        file: Where the test stands, or an empty text.
        line: 1-based; 0 where the whole file is meant.
        output: What is worth reading although it passed.
    """

    name: str
    classname: str
    failure: str | None = None
    file: str = ""
    line: int = 0
    output: str = ""


def junit(suite_name: str, cases: Iterable[Case]) -> str:
    """A document with one suite; characters that XML cannot hold are left out."""
    listed = list(cases)
    root = ET.Element("testsuites")
    suite = _element(
        root,
        "testsuite",
        name=suite_name,
        tests=str(len(listed)),
        failures=str(sum(case.failure is not None for case in listed)),
        errors="0",
        skipped="0",
    )
    for case in listed:
        _add(suite, case)
    ET.indent(root)
    plain = ET.tostring(root, encoding="us-ascii").decode()  # right whatever the terminal's encoding is
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{plain}\n'


def _add(suite: ET.Element, case: Case) -> None:
    where = {"file": case.file} if case.file else {}
    if case.line:
        where["line"] = str(case.line)
    element = _element(suite, "testcase", name=case.name, classname=case.classname, **where)
    if case.failure is not None:
        short = case.failure.partition("\n")[0]
        _element(element, "failure", message=short).text = _legal(case.failure)
    if case.output:
        _element(element, "system-out").text = _legal(case.output)


def _element(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, tag, {key: _legal(value) for key, value in attributes.items()})


def _legal(text: str) -> str:
    return _FORBIDDEN.sub("", text)
