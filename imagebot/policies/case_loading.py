"""Test cases of a file as the values that the rest of the program reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import get_args

from imagebot.policies.case_model import CaseModel
from imagebot.policies.dates import parse_date
from imagebot.policies.faults import Fault
from imagebot.policies.model import PolicyModel
from imagebot.policies.placed import Location, Placed, Value
from imagebot.policies.policy import Case, OrderName


def loaded_cases(model: PolicyModel, placed: Placed, at: Location) -> tuple[Case, ...]:
    """The cases of a policy without faults.

    Args:
        model: The policy.
        placed: File it stands in.
        at: Where it stands there.
    """
    return tuple(
        _case(case, placed.fault((*at, "tests", place), "", "").line)
        for place, case in enumerate(model.tests)
    )


def _case(model: CaseModel, line: int) -> Case:
    dates = model.tags if isinstance(model.tags, dict) else dict.fromkeys(model.tags)
    tags = tuple((tag, parse_date(date) if date else None) for tag, date in dates.items())
    return Case(model.current, tags, model.selected, dict(model.rejected), line)


def case_faults(policy: Mapping[str, Value], placed: Placed, at: Location) -> Iterator[Fault]:
    """Cases whose tags are not given as the policy orders them.

    Args:
        policy: With what lies beneath it, as it would be written; other faults do not matter.
        placed: File it stands in.
        at: Where it stands there.
    """
    tags, tests = policy.get("tags", {}), policy.get("tests")
    order = tags.get("order") or "semver" if isinstance(tags, dict) else None
    if not isinstance(tests, list) or order not in get_args(OrderName):
        return
    if order == "digest" and tests:
        message = "`order: digest` follows a tag and chooses none: there is nothing to test"
        yield placed.fault((*at, "tests"), "policy-test", message, hint="leave `tests` out", key=True)
        return
    for place, case in enumerate(tests):
        offered = case.get("tags") if isinstance(case, dict) else None
        where = (*at, "tests", place, "tags")
        if order == "created" and isinstance(offered, list):
            hint = "write `tags: {1.4.2: 2024-06-12}`; null is a date that is not known"
            message = "with `order: created` each tag has its date"
            yield placed.fault(where, "policy-test", message, hint=hint, key=True)
        if order != "created" and isinstance(offered, dict):
            message = f"`order: {order}` looks at no dates"
            yield placed.fault(where, "policy-test", message, hint="write a list of tags", key=True)
