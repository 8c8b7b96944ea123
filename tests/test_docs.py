"""What the documents promise is checked against the program."""

from __future__ import annotations

import importlib.util
import re
import shlex
from pathlib import Path

import pytest

from imagebot.cli.parser import build_parser
from imagebot.policies.loading import load

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
PARSER = build_parser(None, {})


def commands() -> list[str]:
    """Every imagebot command line of every page, in the README also after ``docker run``."""
    found = set()
    for page in PAGES:
        for line in page.read_text().splitlines():
            match = re.match(r"^\$ (imagebot .*)$|^    (imagebot run .*)$", line.partition("  #")[0])
            if match:
                found.add((match[1] or match[2]).strip())
    return sorted(found)


@pytest.mark.parametrize("line", commands())
def test_every_command_line_in_the_documents_is_one(line: str) -> None:
    PARSER.parse_args(shlex.split(line)[1:])


def test_the_documents_have_command_lines() -> None:
    assert len(commands()) >= 6


def test_the_reference_of_the_command_line_is_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("write_command_line", ROOT / ".ci/write_command_line.py")
    assert spec is not None
    assert spec.loader is not None
    writer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(writer)

    assert (ROOT / "docs/command-line.md").read_text() == writer.text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)[^)]*\)", page.read_text()):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_policies_and_settings_in_the_documents_load(page: Path) -> None:
    for block in re.findall(r"```yaml\n(.*?)```", page.read_text(), re.DOTALL):
        if "policies:\n" in block:
            load({"policies/a.yaml": block.encode()}, any_environment=True)
        elif re.search(r"^environments:", block, re.MULTILINE):
            load({"imagebot.yaml": block.encode()})


def test_ci_runs_the_commands_of_the_readme() -> None:
    readme, ci = (ROOT / "README.md").read_text(), (ROOT / ".ci/run").read_text()

    for name in ("demo", "test"):
        assert f"<!-- ci: {name} -->" in readme
        assert f"<!-- ci: {name} -->" in ci


def test_the_decision_table_of_the_policies_page_is_valid() -> None:
    rows = re.findall(r"\| [^|]+ \|[^|`]*`(\{order: [^`]*\})`", (ROOT / "docs/policies.md").read_text())

    assert len(rows) >= 5
    for number, tags in enumerate(rows):
        load({f"{number}.yaml": f"policies: [{{name: a, images: [x], tags: {tags}}}]".encode()})


def test_every_attack_of_the_security_page_is_repeated_by_a_test_that_exists() -> None:
    page = (ROOT / "docs/security.md").read_text().partition("## Attacks\n")[2]
    attacks = [line for line in page.splitlines() if line.startswith("| ")][1:]
    tests = {
        name
        for file in ROOT.glob("tests/**/test_*.py")
        for name in re.findall(r"^def (test_\w+)\(", file.read_text(), re.MULTILINE)
    }

    assert len(attacks) >= 30
    for attack in attacks:
        named = re.findall(r"`(test_\w+)`", attack)
        assert named, attack
        assert tests.issuperset(named), set(named) - tests


def test_every_test_that_carries_an_advisory_is_on_the_security_page() -> None:
    page = (ROOT / "docs/security.md").read_text()

    for file in ROOT.glob("tests/**/test_*.py"):
        for name in re.findall(r"^def (test_(?:cve|ghsa|ggcr)_\w+)\(", file.read_text(), re.MULTILINE):
            assert f"`{name}`" in page
