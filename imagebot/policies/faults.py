"""Faults of settings and policy files: each with its place, its cause and a fix."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from imagebot.errors import ConfigError
from imagebot.policies.fault_kinds import KINDS
from imagebot.untrusted import clean

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        path: File; empty where no file is at fault.
        line: 1-based.
        column: 1-based, in characters.
        id: Stable id such as ``policy-unknown-key``.
        message: What is wrong.
        hint: How to fix it, or empty where ``fix`` says all there is to say.
        excerpt: The line of the file, or empty.
        width: Characters to point at.
        severity: A warning stands in nobody's way.
    """

    path: str
    line: int
    column: int
    id: str
    message: str
    hint: str = ""
    excerpt: str = ""
    width: int = 1
    severity: Severity = "error"

    @property
    def place(self) -> str:
        """``path:line:column``, or nothing where no file is at fault."""
        return f"{clean(self.path, 1000)}:{self.line}:{self.column}" if self.path else ""

    @property
    def fix(self) -> str:
        """The hint, else what helps against every fault of this id."""
        general = KINDS.get(self.id)
        return self.hint or (general.fix if general else "")


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file that a fault may be found at later.

    Attributes:
        line: 1-based; 0 where the place is not known.
        column: 1-based, in characters.
        excerpt: The line of the file.
        width: Characters to point at.
    """

    path: str = ""
    line: int = 0
    column: int = 0
    excerpt: str = ""
    width: int = 1

    def warning(self, id: str, message: str, hint: str) -> Fault:  # noqa: A002 - the word of the JSON format
        """A warning at this place."""
        return Fault(
            self.path, self.line, self.column, id, message, hint, self.excerpt, self.width, "warning"
        )


NOWHERE = Mark()


class InvalidConfiguration(ConfigError):  # noqa: N818 - names a thing, as the rest of the tree
    """Settings or policy files that cannot be used; carries every fault of every file.

    Args:
        faults: What is wrong.
        files: Every file that was read, also those without a fault.
    """

    def __init__(self, faults: Iterable[Fault], files: Iterable[str] = ()) -> None:
        self.faults = tuple(sorted(set(faults)))
        self.files = tuple(sorted(files))
        wrong = sorted({fault.path for fault in self.faults})
        number = len(self.faults)
        super().__init__(
            f"{number} fault{'s' if number != 1 else ''} in {', '.join(wrong)}; nothing was attempted"
        )


def render_fault(fault: Fault) -> str:
    """A fault as a compiler shows it: id, message, place, line and caret, and the fix."""
    number = str(fault.line)
    margin = " " * len(number)
    lines = [
        f"{fault.severity}[{fault.id}]: {clean(fault.message, 600)}",
        f"{margin}--> {fault.place}",
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
    if fault.fix:
        lines.append(f"{margin} = help: {clean(fault.fix)}")
    return "\n".join(lines) + "\n"
