"""Faults as test cases: a file passes if nothing in it is an error."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from imagebot.policies.faults import Fault
from imagebot.reports.junit import Case
from imagebot.untrusted import clean

SUITE = "imagebot validate"
_LIMIT = 2000


def fault_cases(files: Iterable[str], faults: Sequence[Fault]) -> list[Case]:
    """One case for every file, by path, and one for what stands in no file."""
    names = sorted({*files, *(fault.path for fault in faults)})
    return [_case(name, [fault for fault in faults if fault.path == name]) for name in names]


def _case(path: str, faults: Sequence[Fault]) -> Case:
    errors = sorted(fault for fault in faults if fault.severity == "error")
    warnings = sorted(fault for fault in faults if fault.severity == "warning")
    return Case(
        name=clean(path, _LIMIT) or SUITE,
        classname=SUITE,
        failure="\n".join(map(_told, errors)) if errors else None,
        file=clean(path, _LIMIT),
        line=errors[0].line if errors else 0,
        output="\n".join(map(_told, warnings)),
    )


def _told(fault: Fault) -> str:
    place = f"{fault.place}: " if fault.place else ""
    told = f"{place}{fault.severity}[{fault.id}]: {clean(fault.message, _LIMIT)}"
    return f"{told}\n  = help: {clean(fault.fix, _LIMIT)}" if fault.fix else told
