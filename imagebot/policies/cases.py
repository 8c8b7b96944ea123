"""Run the test cases that stand beside policies: their tags in, the tag expected out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from imagebot.policies.policy import Case, Dated, Policy, Selection, Verdict
from imagebot.policies.selection import select

SAYS = "dated"
"""Whose word a date is that somebody wrote beside a tag: nobody else's."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a case.

    Attributes:
        problems: What is not as expected, a sentence each; empty if the case holds.
    """

    policy: Policy
    case: Case
    selection: Selection
    problems: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether everything is as expected."""
        return not self.problems


def run_cases(policies: Iterable[Policy]) -> tuple[Result, ...]:
    """Every case of every policy, in their order."""
    return tuple(run_case(policy, case) for policy in policies for case in policy.tests)


def run_case(policy: Policy, case: Case) -> Result:
    """One case of a policy of any order but ``digest``; gates are not asked: they need an image."""
    dates = {tag: Dated(date, SAYS) for tag, date in case.tags if date}
    selection = select(policy.tags, [tag for tag, _ in case.tags], case.current, dates)
    problems = (*_other_selection(case, selection), *_other_rules(case, selection))
    return Result(policy, case, selection, problems)


def _other_selection(case: Case, selection: Selection) -> Iterator[str]:
    chosen = selection.each or ((selection.selected,) if selection.selected else ())
    newer = [tag for tag in chosen if tag != case.current]
    if case.selected in chosen or (case.selected is None and not newer):
        return
    yield f"expected {case.selected or 'nothing newer'}, selected {', '.join(newer) or 'nothing newer'}"
    asked = [case.selected] if case.selected else newer
    yield from (f"{verdict.tag} {_said(verdict)}" for verdict in selection.candidates if verdict.tag in asked)


def _other_rules(case: Case, selection: Selection) -> Iterator[str]:
    for verdict in selection.candidates:
        wanted = case.rejected.get(verdict.tag)
        if wanted is not None and verdict.rule != wanted:
            yield f"{verdict.tag} was to be rejected by {wanted}, and {_said(verdict)}"


def _said(verdict: Verdict) -> str:
    how = "is accepted" if verdict.accepted else f"is rejected by {verdict.rule}"
    return f"{how}: {verdict.reason}"
