"""The state machine: hypothesis draws what happens next."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import get_args

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from imagebot.demo.github.state import PullRequest
from imagebot.demo.hosting import Method
from tests.engine.machine.life import Event, Life, Meanwhile
from tests.engine.machine.wire import FATES, Moment
from tests.engine.machine.world import POLICIES

MOMENTS = st.one_of(
    st.builds(Moment, st.integers(1, 8), st.just("writes")),
    st.builds(Moment, st.integers(1, 3), st.sampled_from(["pushes", "lists"])),
    st.builds(Moment, st.integers(1, 24), st.just("requests")),
)
"""A run that changes little has a dozen requests; one that changes all has more."""

EVENTS = st.lists(
    st.builds(
        Event,
        at=MOMENTS,
        what=st.sampled_from([*FATES, *get_args(Meanwhile)]),
        which=st.integers(0, 2),
    ),
    max_size=2,
    unique_by=lambda event: event.at,
)
IMAGES = st.sampled_from(["acme/web", "acme/api"])
TAGS = st.sampled_from(["1.1.0", "1.1.1", "1.2.0", "2.0.0"])


class PullRequestLife(RuleBasedStateMachine):
    """People, tags and bots in any order; at the end all must come to rest."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="imagebot-life-"))
        self.life = Life(self.folder, tell=note)

    @initialize(events=EVENTS)
    def first_run(self, events: list[Event]) -> None:
        self.life.run(*events)

    @rule(events=EVENTS)
    def bot_runs(self, events: list[Event]) -> None:
        self.life.run(*events)

    @rule(image=IMAGES, tag=TAGS)
    def tag_appears(self, image: str, tag: str) -> None:
        self.life.world.registry.push(image, tag)

    @rule(place=st.sampled_from([("acme/base", "7"), ("acme/web", "1.1.0")]))
    def tag_moves(self, place: tuple[str, str]) -> None:
        self.life.world.move_tag(*place)

    @rule(image=IMAGES, tag=TAGS)
    def tag_vanishes(self, image: str, tag: str) -> None:
        self.life.world.registry.delete_tag(image, tag)

    @rule(image=st.sampled_from(["web", "api", "base"]))
    def registry_fails(self, image: str) -> None:
        self.life.world.registry.fail(f"acme/{image}/(tags|manifests)", 503, times=3)

    @rule(shape=st.sampled_from(sorted(POLICIES)))
    def web_policy_changes(self, shape: str) -> None:
        note(self.life.people.set_policy("web", self.life.world.web_policy(shape)))

    @rule(present=st.booleans())
    def base_policy_comes_or_goes(self, present: bool) -> None:
        note(self.life.people.set_policy("base", self.life.world.base_policy(present=present)))

    @rule(how=st.sampled_from(["elsewhere", "same file", "line", "file"]))
    def base_moves(self, how: str) -> None:
        note(self.life.people.move_base(how))

    def _one(self, data: st.DataObject, pulls: list[PullRequest]) -> PullRequest:
        named = {f"#{pull.number} {pull.head}": pull for pull in pulls}
        return named[data.draw(st.sampled_from(sorted(named)), label="pull request")]

    def any_open(self) -> bool:
        return bool(self.life.world.open_pulls)

    @precondition(any_open)
    @rule(data=st.data(), method=st.sampled_from(get_args(Method)))
    def person_merges(self, data: st.DataObject, method: Method) -> None:
        note(self.life.people.merge(self._one(data, self.life.world.open_pulls), method))

    @precondition(any_open)
    @rule(data=st.data())
    def person_closes(self, data: st.DataObject) -> None:
        note(self.life.people.close(self._one(data, self.life.world.open_pulls)))

    @precondition(any_open)
    @rule(data=st.data())
    def person_pushes(self, data: st.DataObject) -> None:
        note(self.life.people.push(self._one(data, self.life.world.open_pulls).head))

    @precondition(any_open)
    @rule(data=st.data(), keep_message=st.booleans())
    def person_rewrites(self, data: st.DataObject, keep_message: bool) -> None:
        pull = self._one(data, self.life.world.open_pulls)
        note(self.life.people.rewrite(pull.head, keep_message=keep_message))

    @precondition(any_open)
    @rule(data=st.data())
    def person_deletes_branch(self, data: st.DataObject) -> None:
        note(self.life.people.delete(self._one(data, self.life.world.open_pulls).head))

    @precondition(any_open)
    @rule(data=st.data())
    def person_takes_over(self, data: st.DataObject) -> None:
        note(self.life.people.take_over(self._one(data, self.life.world.open_pulls)))

    def _closed(self, *, merged: bool) -> list[PullRequest]:
        return [p for p in self.life.world.pulls if not p.open and bool(p.merged_at) == merged]

    @precondition(lambda self: self._closed(merged=False))
    @rule(data=st.data())
    def person_reopens(self, data: st.DataObject) -> None:
        note(self.life.people.reopen(self._one(data, self._closed(merged=False))))

    @precondition(lambda self: self._closed(merged=True))
    @rule(data=st.data())
    def person_reverts(self, data: st.DataObject) -> None:
        note(self.life.people.revert(self._one(data, self._closed(merged=True))))

    @rule()
    def all_settles(self) -> None:
        self.life.settle()

    def teardown(self) -> None:
        try:
            self.life.settle()
        finally:
            self.life.__exit__()
            shutil.rmtree(self.folder, ignore_errors=True)
