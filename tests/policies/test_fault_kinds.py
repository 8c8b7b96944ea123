from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import imagebot.policies
from imagebot.policies.fault_kinds import KINDS, WARNINGS
from imagebot.policies.faults import Fault, render_fault

FAMILIES = ("policy", "settings")
ID = re.compile(r"(?:policy|settings|environment|yaml)(?:-[a-z]+)+")
ROOM = Path(next(iter(imagebot.policies.__path__)))
PAGE = (ROOM.parents[1] / "docs/validation.md").read_text()


def ids() -> Iterator[str]:
    """Every id that the code writes; one put together from a family stands for both."""
    for file in ROOM.glob("*.py"):
        if file.name == "fault_kinds.py":
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.Constant(value=str(text)) if ID.fullmatch(text):
                    yield text
                case ast.JoinedStr(values=[ast.FormattedValue(), ast.Constant(value=str(end))]):
                    yield from (f"{family}{end}" for family in FAMILIES if ID.fullmatch(f"{family}{end}"))
                case ast.Constant(value="missing-key" | "type" as end):
                    yield from (f"{family}-{end}" for family in FAMILIES)
                case _:
                    pass


def test_every_id_that_the_code_uses_is_a_kind_and_no_other() -> None:
    assert set(ids()) == set(KINDS)


@pytest.mark.parametrize("fault_id", KINDS)
def test_every_kind_is_explained_on_the_page(fault_id: str) -> None:
    kind = KINDS[fault_id]

    assert f"| `{fault_id}` | {kind.meaning} | {kind.fix} |" in PAGE


def test_the_page_explains_no_kind_that_is_gone() -> None:
    assert set(re.findall(r"^\| `([a-z-]+-[a-z-]+)` \|", PAGE, re.MULTILINE)) == set(KINDS)


def test_the_page_keeps_errors_and_warnings_apart() -> None:
    errors, warnings = (PAGE.split(f"### {title}\n")[1].split("\n#")[0] for title in ("Errors", "Warnings"))

    assert set(re.findall(r"^\| `([a-z-]+)` \|", warnings, re.MULTILINE)) == WARNINGS
    assert set(re.findall(r"^\| `([a-z-]+)` \|", errors, re.MULTILINE)) == set(KINDS) - WARNINGS


def test_a_fault_that_knows_no_fix_of_its_own_shows_that_of_its_kind() -> None:
    fault = Fault("policies/a.yaml", 1, 1, "yaml-alias", "an alias")

    assert render_fault(fault).endswith(" = help: write the value out\n")
