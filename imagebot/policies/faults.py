"""Faults of settings and policy files: each with its place, its cause and a fix."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from imagebot.errors import ConfigError
from imagebot.untrusted import clean


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        path: File.
        line: 1-based.
        column: 1-based, in characters.
        id: Stable id such as ``policy-unknown-key``.
        message: What is wrong.
        hint: How to fix it, or empty.
        excerpt: The line of the file, or empty.
        width: Characters to point at.
    """

    path: str
    line: int
    column: int
    id: str
    message: str
    hint: str = ""
    excerpt: str = ""
    width: int = 1


class InvalidConfiguration(ConfigError):  # noqa: N818 - names a thing, as the rest of the tree
    """Settings or policy files that cannot be used; carries every fault of every file."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        files = sorted({fault.path for fault in self.faults})
        number = len(self.faults)
        super().__init__(
            f"{number} fault{'s' if number != 1 else ''} in {', '.join(files)}; nothing was attempted"
        )


def render_fault(fault: Fault, level: str = "error") -> str:
    """A fault as a compiler shows it: id, message, place, line and caret, and the fix.

    Args:
        fault: What is wrong.
        level: ``error``, or ``warning`` where all the same something was done.
    """
    number = str(fault.line)
    margin = " " * len(number)
    lines = [
        f"{level}[{fault.id}]: {clean(fault.message, 600)}",
        f"{margin}--> {clean(fault.path)}:{fault.line}:{fault.column}",
    ]
    shown = clean(fault.excerpt.rstrip(), 160) if fault.excerpt.strip() else ""
    if shown:
        indent = len(fault.excerpt) - len(fault.excerpt.lstrip())
        at = max(fault.column - 1 - indent, 0)
        caret = "^" * max(1, min(fault.width, len(shown) - at))
        lines += [
            f"{margin} |",
            f"{number} | {' ' * indent}{shown}",
            f"{margin} | {' ' * indent}{' ' * at}{caret}",
        ]
    if fault.hint:
        lines.append(f"{margin} = help: {clean(fault.hint)}")
    return "\n".join(lines) + "\n"
