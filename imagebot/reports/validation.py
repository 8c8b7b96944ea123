"""What is wrong with settings and policy files, for a person at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagebot.policies.faults import render_fault
from imagebot.untrusted import clean

if TYPE_CHECKING:
    from imagebot.policies.validation import Validation


def validation_text(validation: Validation) -> str:
    """Every fault as a compiler shows it, then the outcome in one sentence."""
    return "\n".join([*map(render_fault, validation.faults), _end(validation)])


def _end(validation: Validation) -> str:
    errors, warnings = len(validation.errors), len(validation.warnings)
    wrong = " and ".join(_count(n, noun) for n, noun in ((errors, "error"), (warnings, "warning")) if n)
    if errors:
        files = sorted({fault.path for fault in validation.faults})
        return f"Invalid: {wrong} in {_listed(files)}."
    names = [policy.name for policy in validation.policies]
    if not names:
        files = [file for file in validation.files if file != "imagebot.yaml"]
        return f"Valid: no policy in {_listed(files)}{'; ' if wrong else ''}{wrong}."
    noun = "policy" if len(names) == 1 else "policies"
    files = sorted({policy.file for policy in validation.policies})
    valid = f"Valid: {len(names)} {noun} ({', '.join(names)}) in {_listed(files)}"
    return f"{valid}; {wrong}." if wrong else f"{valid}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number != 1 else ''}"


def _listed(files: list[str]) -> str:
    return ", ".join(clean(file, 1000) for file in files)
