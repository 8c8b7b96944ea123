"""What became of the test cases beside policies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from imagebot.policies.cases import Result
from imagebot.reports.documents import FORMAT_VERSION
from imagebot.reports.junit import Case, junit
from imagebot.reports.table import Cell, Screen, table
from imagebot.untrusted import clean


def cases_text(results: Sequence[Result], screen: Screen) -> str:
    """A line for each case, below a failed one what is not as expected, and the count at the end."""
    rows = table([_row(result) for result in results], screen).splitlines()
    lines = [line for row, result in zip(rows, results, strict=True) for line in (row, *_problems(result))]
    failed = sum(not result.holds for result in results)
    policies = len({result.policy.name for result in results})
    end = (
        f"Tests: {_count(len(results), 'case', 'cases')} of {_count(policies, 'policy', 'policies')}, "
        f"{f'{failed} failed' if failed else 'all ok'}."
    )
    return "".join(f"{line}\n" for line in [*lines, end])


def _row(result: Result) -> list[Cell]:
    return [
        Cell("ok" if result.holds else "failed", "green" if result.holds else "bold red"),
        Cell(result.policy.name, "bold"),
        Cell(f"{result.policy.file}:{result.case.line}"),
        Cell(_expectation(result), "dim"),
    ]


def _problems(result: Result) -> list[str]:
    return [f"  {clean(problem, 500)}" for problem in result.problems]


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def cases_document(results: Sequence[Result]) -> dict[str, Any]:
    """``imagebot test --all -o json``."""
    return {
        "format_version": FORMAT_VERSION,
        "failed": sum(not result.holds for result in results),
        "cases": [
            {
                "policy": result.policy.name,
                "path": result.policy.file,
                "line": result.case.line,
                "current": result.case.current,
                "expected": result.case.selected,
                "selected": result.selection.selected,
                "each": list(result.selection.each),
                "ok": result.holds,
                "problems": list(result.problems),
            }
            for result in results
        ],
    }


def cases_junit(results: Sequence[Result]) -> str:
    """``imagebot test --all -o junit``: a test for each case, named by what it expects."""
    return junit("imagebot test", [_junit_case(result) for result in results])


def _junit_case(result: Result) -> Case:
    return Case(
        name=f"line {result.case.line}: {_expectation(result)}",
        classname=result.policy.name,
        failure="\n".join(result.problems) or None,
        file=result.policy.file,
        line=result.case.line,
    )


def _expectation(result: Result) -> str:
    return f"{result.case.current or 'none'} → {result.case.selected or 'nothing newer'}"
