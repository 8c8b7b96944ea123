"""Bring one proposal's branch and pull request in line, unless what a person did stands against it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from imagebot.engine.admission import no_room
from imagebot.engine.automerge import automerge, withdraw
from imagebot.engine.branches import Branch, read_branch
from imagebot.engine.edit import edited_files
from imagebot.engine.leftover import close, was_merged
from imagebot.engine.memory import Memory, of_any_group, of_other_open, recall
from imagebot.engine.planning import proposal_of
from imagebot.engine.pushing import push
from imagebot.engine.rules import decoration, is_draft, outdated, rules_of
from imagebot.engine.world import named, outcome
from imagebot.errors import ForgeError
from imagebot.forges.marker import Marker, marker, targets, with_marker
from imagebot.plan import without_major
from imagebot.policies.proposing import PullRequestRules

if TYPE_CHECKING:
    from imagebot.engine.obey import Orders
    from imagebot.engine.wording import Wording
    from imagebot.engine.world import Bot, World
    from imagebot.forges.values import PullRequest
    from imagebot.plan import Action, Outcome, Plan, Proposal

YOUNG = timedelta(hours=1)


@dataclass
class OneProposal:
    """One proposal in one run; looked at anew for each attempt.

    Attributes:
        now: Ids of proposals that a person wants at once.
    """

    wanted: Proposal
    plan: Plan
    bot: Bot
    world: World
    orders: Orders
    wording: Wording
    now: Collection[str] = ()

    @property
    def _opened(self) -> PullRequest | None:
        return self.world.open.get(self.wanted.branch)

    @cached_property
    def _known(self) -> Marker | None:
        """What imagebot last wrote to the open pull request."""
        return self.world.marker(self.wanted.branch)

    @cached_property
    def _branch(self) -> Branch:
        name = self.wanted.branch
        return read_branch(self.bot.repository, name, self.world.branches.get(name))

    def carry_out(self) -> Outcome:
        """Do what is left to do; what became of it."""
        done = self._carried_out()
        if done.action == "held":
            withdraw(self.wanted.branch, self.bot, self.world)
        return done

    def _carried_out(self) -> Outcome:
        if reason := self._not_ours():
            return self._outcome("held", reason)
        if self._branch.foreign and not self._may_overwrite():
            return self._hands_off()
        memory = self._memory()
        if memory.hold:
            return self._outcome("held", memory.hold.words)
        return self._as_remembered(memory)

    def _as_remembered(self, memory: Memory) -> Outcome:
        """Do it without what people turned down."""
        allowed = memory.allowed(self.wanted.updates, self.plan.scan)
        refused = memory.reasons(self.wanted.updates)
        if not allowed:
            return self._nothing_left(refused)
        if len(allowed) < len(self.wanted.updates):
            left = proposal_of(self.wanted.id, allowed, self.wanted.asked)
            proposal = self.wording.titled(replace(left, prompted=self.wanted.prompted))
        else:
            proposal = self.wording.titled(self.wanted)
        if self._only_lacks_undecided(proposal):
            withdraw(proposal.branch, self.bot, self.world)
            reason = "part of it could not be checked in this run, so the pull request is left as it is"
            return self._outcome("unchanged", reason)
        if self._opened is None and (reason := no_room(proposal, self.bot, self.world, self.now)):
            return replace(self._outcome("held", f"waits: {reason}"), waits=True)
        if proposal.pending and not self.bot.forge.abilities.drafts:
            reason = f"it is not to be merged yet, and this forge has no drafts: {proposal.pending}"
            return self._outcome("held", reason)
        rules = rules_of(proposal)
        done = self._bring_in_line(proposal, rules)
        if refused:
            done = replace(done, reason=f"a part of it is left out: {refused}")
        return automerge(proposal, done, rules, self.bot, self.world)

    def _outcome(self, action: Action, reason: str = "") -> Outcome:
        return outcome(self.wanted.id, self.wanted.branch, action, reason, self._opened)

    def _not_ours(self) -> str:
        """Why the open pull request is no longer imagebot's to change; empty if it is, or there is none."""
        if self._opened is None:
            return ""
        if self._known is None:
            return "the pull request from its branch has no marker of imagebot in its body; it is left alone"
        if self._opened.base not in {"", self.bot.base}:
            return f"a person pointed it at {self._opened.base}, not {self.bot.base}; it is left alone"
        return ""

    def _hands_off(self) -> Outcome:
        """A person's commit stands on the branch: say so in the pull request, once, and leave it alone."""
        name, tip = self.wanted.branch, self._branch.tip or ""
        withdraw(name, self.bot, self.world)
        # where the commit holds the body, the commit would have to be written anew: it is not imagebot's
        speaks = not self.bot.forge.body_in_commit
        if self._opened and self._known and not self._known.noted and speaks:
            noted = replace(self._known, noted=tip)
            body = with_marker(self.wording.hands_off(self._opened.body, name), noted)
            self.bot.forge.amend(self._opened, body)
            self.world.open[name] = replace(self._opened, body=body)
        return self._outcome(
            "held", f"branch {name} has a commit that imagebot did not write; it is left alone"
        )

    def _may_overwrite(self) -> bool:
        """Whether a person gave their commits up, or merged them."""
        name, tip = self.wanted.branch, self._branch.tip
        said = self.orders.overwrite.get(name)
        if said and tip:
            at = self.bot.repository.facts(tip).at
            return at is None or at <= said  # what came after these words was not meant
        return self._opened is None and was_merged(name, tip, self.bot)

    def _memory(self) -> Memory:
        """What people said. Where the open pull request is just what is wanted, nobody else is asked."""
        now = self.bot.now()
        title = self.wording.titled(self.wanted).title
        fresh = marker(self.wanted.id, title, self.wanted.updates, self.wanted.asked)
        if self._known and self._known.fingerprint == fresh.fingerprint:
            return recall((), self._known, self.bot.base, now)
        own = self.world.closed(self.wanted.branch, self.bot)
        if self.wanted.asked and self.wanted.asked.kind == "rollback":
            own = [request for request in own if not request.merged]  # one can go back more than once
        others = self.world.recent(self.bot)
        memory = recall(of_any_group(own, others), self._known, self.bot.base, now)
        elsewhere = of_other_open(self.world.others(self.wanted.branch), self.wanted.updates, now)
        return replace(memory, refused={**memory.refused, **elsewhere})

    def _nothing_left(self, reason: str) -> Outcome:
        """Everything of it was turned down."""
        if self._opened:
            return close(self.wanted.branch, reason, self.bot, self.world)
        if self._branch.tip:
            self.bot.repository.delete(self.wanted.branch, expected=self._branch.tip)
        return self._outcome("held", reason)

    def _only_lacks_undecided(self, proposal: Proposal) -> bool:
        """Whether the open pull request proposes all this and more, the rest being undecided now.

        A registry that is down for an hour must not make updates vanish from a pull request and come back.
        """
        if self._known is None or without_major(proposal.id) not in self.plan.undecided:
            return False
        return set(targets(proposal.updates)) < set(self._known.targets)

    def _bring_in_line(self, proposal: Proposal, rules: PullRequestRules) -> Outcome:
        pushed = self._push(proposal, rules)
        request = self._opened
        if request is None or self._known is None:
            return self._create(proposal, rules)
        warnings: tuple[str, ...] = ()
        found = self._marker(proposal, rules)
        changed = self._known.fingerprint != found.fingerprint or self._says_otherwise(self._known)
        if changed:
            body = self._body(proposal, found)
            request = self.bot.forge.update(request, proposal.title, body)
            if not request.open:
                return self._overtaken()
            self.world.open[proposal.branch] = request
        if self._lacks_labels(request):
            warnings = self._decorate(proposal, rules, request)
        elif changed:
            warnings = self._decorate(proposal, PullRequestRules(), request)
        drafted = self._draft(proposal, rules, request)
        if changed:
            warnings += self._tell_what_moved(proposal, request)
        action: Action = "updated" if pushed or changed or drafted else "unchanged"
        return replace(self._outcome(action), warnings=warnings)

    def _tell_what_moved(self, proposal: Proposal, request: PullRequest) -> tuple[str, ...]:
        """Say in a comment what a reviewer must look at again; why not, if that cannot be."""
        text = self.wording.moved(self._branch.message, proposal)
        try:
            if text:
                self.bot.forge.comment(request.number, text)
        except ForgeError as error:
            return (f"nobody was told what moved: {error.message}",)
        return ()

    def _says_otherwise(self, known: Marker) -> bool:
        """Whether it still says that a person works on it, or, reopened, that imagebot closed it."""
        return bool(known.noted) or known.closed_by_bot

    def _overtaken(self) -> Outcome:
        """A person merged or closed it meanwhile: it must go on saying what they merged or closed."""
        request = self.world.open.pop(self.wanted.branch)
        self.bot.forge.update(request, request.title, request.body)
        reason = f"{named(request)} was merged or closed meanwhile; the next run looks again"
        return outcome(self.wanted.id, self.wanted.branch, "held", reason, request)

    def _push(self, proposal: Proposal, rules: PullRequestRules) -> bool:
        """Make the branch hold the proposal; whether a push was needed."""
        files = edited_files(
            self.bot.repository.snapshot(self.bot.commit), proposal.updates, self.plan.scan.rules
        )
        name, branch = proposal.branch, self._branch
        old = self._outdated(files) or (name in self.orders.rebuild and branch.parent != self.bot.commit)
        if branch.holds(proposal.title, files) and not branch.foreign and not old:
            return False
        text = None
        if self.bot.forge.body_in_commit:
            text = self._body(proposal, self._marker(proposal, rules))
        withdraw(name, self.bot, self.world, of_anybody=True)
        self.world.branches[name] = push(proposal, files, text, self.bot, expected=branch.tip)
        if self._opened:
            self.world.open[name] = replace(self._opened, head=self.world.branches[name])
        return True

    def _outdated(self, files: Collection[str]) -> bool:
        """Whether the base moved in the same files since: what is the same in the end may still conflict."""
        if self._branch.parent in {"", self.bot.commit}:
            return False
        moved = self.bot.repository.changed_paths(self._branch.parent, self.bot.commit)
        return not set(moved).isdisjoint(files)

    def _create(self, proposal: Proposal, rules: PullRequestRules) -> Outcome:
        body = self._body(proposal, self._marker(proposal, rules))
        draft = is_draft(proposal, rules) and self.bot.forge.abilities.drafts
        created = self.bot.forge.create(proposal.branch, self.bot.base, proposal.title, body, draft=draft)
        self.world.open[proposal.branch] = created
        warnings = self._decorate(proposal, rules, created)
        return replace(self._outcome("created"), warnings=warnings)

    def _body(self, proposal: Proposal, found: Marker) -> str:
        return with_marker(self.wording.worded(proposal, self.plan, found).body, found)

    def _marker(self, proposal: Proposal, rules: PullRequestRules) -> Marker:
        found = marker(proposal.id, proposal.title, proposal.updates, proposal.asked)
        found = replace(found, draft=is_draft(proposal, rules))
        if self._known is None:
            return found
        return replace(found, skipped=self._known.skipped, skipped_moves=self._known.skipped_moves)

    def _decorate(self, proposal: Proposal, rules: PullRequestRules, request: PullRequest) -> tuple[str, ...]:
        settings, abilities = self.bot.settings, self.bot.forge.abilities
        snapshot = self.bot.repository.snapshot(self.bot.commit)
        wanted = decoration(proposal, rules, settings, abilities, snapshot, self.bot.kind)
        wanted = replace(wanted, dropped=outdated(request.labels, wanted))
        return self.bot.forge.decorate(request, wanted)

    def _lacks_labels(self, request: PullRequest) -> bool:
        """Whether a run died before it could label what it had just opened.

        Only for an hour: labels that cannot be set, or that a person took off, are not tried for ever.
        """
        if not (self.bot.forge.abilities.labels and self.bot.settings.pull_requests.own_labels):
            return False
        young = request.created is not None and self.bot.now() - request.created < YOUNG
        return young and not request.labels

    def _draft(self, proposal: Proposal, rules: PullRequestRules, request: PullRequest) -> bool:
        """Make it a draft, or ready, where imagebot's mind changed; what people set stays."""
        assert self._known is not None  # noqa: S101 - there is a pull request of imagebot's
        wanted = is_draft(proposal, rules)
        if not self.bot.forge.abilities.drafts or wanted == self._known.draft:
            return False
        if request.draft != wanted:
            self.bot.forge.set_draft(request, draft=wanted)
            self.world.open[proposal.branch] = replace(request, draft=wanted)
        return True
