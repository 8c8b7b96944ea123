"""Keep the one issue that shows everything, and read from it what people want at once.

It is a comfort: nothing that goes wrong with it stops a run, and an unchanged run writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from imagebot.engine.status import standing
from imagebot.errors import ImagebotError
from imagebot.forges.dashboard import MARK, TITLE, Page, content_of, dashboard, ticked, written_at

if TYPE_CHECKING:
    from datetime import datetime

    from imagebot.engine.world import Bot
    from imagebot.forges.dashboard import Body
    from imagebot.forges.values import Issue
    from imagebot.plan import Outcome, Plan

STALE = timedelta(hours=24)
"""A page as old as this is written again, so that an older one tells that imagebot does not run."""


@dataclass(slots=True)
class Dashboard:
    """The dashboard of one run.

    Attributes:
        tell: Is given a sentence about what could not be done.
    """

    bot: Bot
    tell: Callable[[str], None]
    _obeyed: frozenset[str] = field(default=frozenset(), init=False)

    @property
    def _wanted(self) -> bool:
        return self.bot.settings.pull_requests.dashboard and self.bot.forge.abilities.issues

    def ticked(self) -> frozenset[str]:
        """Ids of proposals whose box a person ticked; nothing where it cannot be read."""
        if not self._wanted:
            return frozenset()
        try:
            issue = self.bot.forge.find_issue(MARK)
        except ImagebotError as error:
            self.tell(f"the dashboard cannot be read: {error.message}")
            return frozenset()
        self._obeyed = ticked(issue.body) if issue and issue.open else frozenset()
        return self._obeyed

    def post(self, plan: Plan, outcomes: Sequence[Outcome]) -> None:
        """Write what a run found, if that is something else than what is written, or that is a day old.

        Args:
            plan: Of one that is not whole nothing is written.
            outcomes: What became of it.
        """
        if plan.waiting or not plan.judged:
            return
        if self.bot.settings.pull_requests.dashboard and not self.bot.forge.abilities.issues:
            self.tell("there is no dashboard: this forge has no issues")
        if not self._wanted:
            return
        try:
            self._post(plan, outcomes)
        except ImagebotError as error:
            hint = f"; {error.hint}" if error.hint else ""
            self.tell(f"the dashboard cannot be written: {error.message}{hint}")

    def _post(self, plan: Plan, outcomes: Sequence[Outcome]) -> None:
        forge = self.bot.forge
        if not forge.facts().issues:
            self.tell(f"there is no dashboard: issues are switched off in {forge.facts().name}")
            return
        issue = forge.find_issue(MARK)
        if issue and not issue.open:
            self.tell(
                f"the dashboard, #{issue.number}, is closed and stays so: reopen it to have it, or set "
                "`dashboard: false` in imagebot.yaml"
            )
            return
        now = self.bot.now()
        last = {(outcome.proposal, outcome.branch): outcome for outcome in outcomes}  # the last word counts
        # a box that was ticked while this run was under way is for the next one, as is what did not come off
        failed = {outcome.proposal for outcome in last.values() if outcome.action == "failed"}
        self._obeyed -= failed
        later = ticked(issue.body) - self._obeyed if issue else frozenset()
        page = Page(now, self.bot.commit, standing(self.bot, plan.scan), plan, tuple(last.values()))
        body = dashboard(page, forge.abilities, ticked=later)
        if issue is None:
            labels = ("imagebot",) if self.bot.settings.pull_requests.own_labels else ()
            forge.create_issue(TITLE, body.text, labels if forge.abilities.labels else ())
        elif self._is_outdated(issue, body, now):
            forge.update_issue(issue, body.text)

    def _is_outdated(self, issue: Issue, body: Body, now: datetime) -> bool:
        """Whether what is written says something else, holds a tick that was obeyed, or is a day old."""
        if content_of(issue.body) != body.content or ticked(issue.body) & self._obeyed:
            return True
        written = written_at(issue.body)
        return written is None or now - written >= STALE
