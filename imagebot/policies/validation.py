"""What ``imagebot validate`` found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from imagebot.policies.faults import Fault
from imagebot.policies.policy import Policy


@dataclass(frozen=True, slots=True)
class Validation:
    """Everything that is wrong, and what was looked at.

    Attributes:
        files: Settings and policy files that were read, with and without faults.
        policies: What they hold; empty where there are errors.
        faults: Errors and warnings, sorted by place.
    """

    files: tuple[str, ...]
    policies: tuple[Policy, ...]
    faults: tuple[Fault, ...]

    @property
    def errors(self) -> tuple[Fault, ...]:
        """What must be mended."""
        return tuple(fault for fault in self.faults if fault.severity == "error")

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """What may be meant otherwise."""
        return tuple(fault for fault in self.faults if fault.severity == "warning")

    def strict(self) -> Validation:
        """The same with every warning as an error."""
        return replace(self, faults=tuple(replace(fault, severity="error") for fault in self.faults))

    def moved(self, path: Callable[[str], str]) -> Validation:
        """The same with the paths of files as they are seen from elsewhere."""
        faults = tuple(
            replace(fault, path=path(fault.path)) if fault.path else fault for fault in self.faults
        )
        return replace(self, files=tuple(map(path, self.files)), faults=faults)
