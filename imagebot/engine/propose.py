"""Bring the forge in line with a plan: open, update, leave alone, merge or close pull requests.

All memory is the forge's and Git's own, so that a run that dies between two requests is healed by the
next one. What a person did (a commit on the branch, a closed pull request) is never overwritten.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING

from imagebot.engine.asked import still_asked
from imagebot.engine.leftover import leftovers
from imagebot.engine.obey import Orders, answer_done, answer_rest, obey
from imagebot.engine.one_proposal import OneProposal
from imagebot.engine.wording import Wording
from imagebot.engine.world import Bot, World, failed
from imagebot.errors import ForgeError, ImagebotError, PushRefused
from imagebot.forges.marker import targets
from imagebot.plan import Outcome, without_major

if TYPE_CHECKING:
    from imagebot.plan import Plan, Proposal

ATTEMPTS = 4
"""How often a proposal is begun again when somebody else moved its branch meanwhile."""


class Proposer:
    """Carries out the plans of one cycle.

    Args:
        bot: Who writes, and where to.
        stop: Asked between two proposals; true ends the run with the current one finished.
        now: Ids of proposals that a person wants opened in spite of limits and calendar.
    """

    def __init__(
        self, bot: Bot, stop: Callable[[], bool] = lambda: False, *, now: Collection[str] = ()
    ) -> None:
        self._bot = bot
        self._stop = stop
        self._now = now
        self._done: dict[str, Proposal] = {}
        self._waiting: set[str] = set()
        self._orders: Orders | None = None
        self._wording = Wording(bot)

    def carry_out(self, plan: Plan) -> Iterator[Outcome]:
        """Carry out a plan, one proposal after the other; yields what became of each.

        Of a plan that still waits for registries the finished proposals are carried out, and nothing is
        closed. What was carried out already is not done again.

        Raises:
            ImagebotError: Only if the forge or the remote cannot be asked at all.
        """
        ready = [p for p in plan.proposals if self._is_new(p, plan)]
        if plan.waiting and not ready:
            return
        self._refuse_archived()
        world = World.read(self._bot)
        if self._orders is None:
            self._orders = obey(plan, self._bot, world)
            yield from self._orders.failures
        whole = not plan.waiting and plan.judged
        asked = self._asked(plan, world) if whole else {}
        for proposal in (*ready, *asked.values()):
            if self._stop():
                return
            yield from self._one(proposal, plan, world, self._orders)
        if whole:
            wanted = {proposal.branch for proposal in (*plan.proposals, *asked.values())}
            yield from leftovers(wanted, self._waiting, plan, self._bot, world, self._stop)
            yield from answer_rest(self._orders, plan, self._bot)

    def _is_new(self, proposal: Proposal, plan: Plan) -> bool:
        return without_major(proposal.id) not in plan.waiting and proposal != self._done.get(proposal.id)

    def _asked(self, plan: Plan, world: World) -> dict[str, Proposal]:
        """What people and CI jobs asked for, by id; the newest word counts."""
        found = {proposal.id: proposal for proposal in still_asked(world, plan.scan)}
        return found | (self._orders.rollbacks if self._orders else {})

    def _refuse_archived(self) -> None:
        facts = self._bot.forge.facts()
        if facts.archived:
            raise ForgeError(
                f"{facts.name} is archived: it takes no branches and no pull requests",
                hint="unarchive it, or stop imagebot for it",
                id="forge-archived",
            )

    def _one(self, proposal: Proposal, plan: Plan, world: World, orders: Orders) -> Iterator[Outcome]:
        """One failing proposal never stops the others."""
        try:
            done = self._with_attempts(proposal, plan, world, orders)
        except ImagebotError as error:
            done = failed(proposal.id, proposal.branch, error)
        else:
            self._done[proposal.id] = proposal
            self._waiting |= set(targets(proposal.updates)) if done.waits else set()
        yield done
        yield from answer_done(orders, done, self._bot)

    def _with_attempts(self, proposal: Proposal, plan: Plan, world: World, orders: Orders) -> Outcome:
        """Begin again when somebody else was quicker; what they did is looked at first."""
        for attempt in range(ATTEMPTS):
            try:
                one = OneProposal(proposal, plan, self._bot, world, orders, self._wording, self._now)
                return one.carry_out()
            except PushRefused:
                seen = self._bot.repository.branches(proposal.branch).get(proposal.branch)
                if attempt + 1 == ATTEMPTS or seen == world.branches.get(proposal.branch):
                    raise
                self._bot.pause(attempt)
                fresh = World.read(self._bot)
                world.branches, world.open = fresh.branches, fresh.open
        raise AssertionError("the last attempt returns or raises")


def propose(plan: Plan, bot: Bot, *, stop: Callable[[], bool] = lambda: False) -> Iterator[Outcome]:
    """Carry out one whole plan."""
    return Proposer(bot, stop).carry_out(plan)
