from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from imagebot.engine.decide import Decision, decide
from imagebot.engine.planning import branch_name, group
from imagebot.engine.questions import converse
from imagebot.errors import RegistryError, RegistryNotFound, RegistryUnreachable
from imagebot.evidence import Described
from imagebot.plan import Scanned
from imagebot.policies.policy import TagRules
from imagebot.references.image import ImageName
from imagebot.registries.protocol import Listing
from tests.builders import NEW, OLD, policy, reference, scanned, update
from tests.engine.silent import SilentRegistries

WEB = ImageName("ghcr.io", "acme/web")
FOLLOW = policy("follow", tags=TagRules(order="digest"))


class Told(SilentRegistries):
    """Registries that are told what to say, and remember what they were asked."""

    def __init__(
        self,
        tags: Sequence[str] | RegistryError = (),
        digests: Mapping[str, str | RegistryError] | None = None,
        *,
        doubt: str = "",
        description: Described | RegistryError | None = None,
    ) -> None:
        self._tags = tags
        self._digests = digests or {}
        self._doubt = doubt
        self._description = description
        self.asked: list[str] = []

    def tags(self, name: ImageName) -> Listing:
        self.asked.append("tags")
        if isinstance(self._tags, RegistryError):
            raise self._tags
        return Listing(tuple(self._tags), self._doubt)

    def digest(self, name: ImageName, tag: str) -> str:
        self.asked.append(f"digest of {tag}")
        found = self._digests.get(tag, NEW)
        if isinstance(found, RegistryError):
            raise found
        return found

    def describe(self, name: ImageName, digest: str) -> Described:
        self.asked.append("description")
        if isinstance(self._description, RegistryError):
            raise self._description
        return self._description or Described(digest, ("linux/amd64",))


def decided(items: Sequence[Scanned], registries: Told) -> Decision:
    return converse(decide(items), WEB, registries)


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        pytest.param(scanned(reference(None, OLD)), "no version to move from", id="semver-without-tag"),
        pytest.param(
            scanned(reference(None, OLD), rules=FOLLOW), "has none to follow", id="digest-without-tag"
        ),
        pytest.param(
            scanned(reference("8"), rules=FOLLOW), "no digest is pinned", id="digest-without-digest"
        ),
        pytest.param(
            scanned(reference("9.0.0")), "no allowed tag is as new as 9.0.0", id="nothing-is-as-new"
        ),
        pytest.param(
            scanned(reference("0.9.0")), "the current tag 0.9.0 is no longer in the registry", id="gone"
        ),
    ],
)
def test_what_cannot_move_is_held_with_a_reason(item: Scanned, reason: str) -> None:
    registries = Told(["1.0.0", "latest"])

    (held,) = decided([item], registries).held

    assert reason in held.reason
    assert registries.asked in (["tags"], [])


def test_nothing_is_proposed_from_a_list_that_is_doubted() -> None:
    registries = Told(["1.4.2", "1.5.0"], doubt="the list of tags shrank from 11 to 2")

    decision = decided([scanned()], registries)

    assert [held.reason for held in decision.held] == ["the list of tags shrank from 11 to 2"]
    assert (decision.updates, registries.asked) == ([], ["tags"])


def test_an_empty_repository_is_a_reason_too() -> None:
    (held,) = decided([scanned()], Told()).held

    assert held.reason == "the repository has no tags"


def test_a_followed_digest_needs_no_list() -> None:
    registries = Told(digests={"8": OLD})

    decided([scanned(reference("8", OLD), rules=FOLLOW)], registries)

    assert registries.asked == ["digest of 8"]


def test_a_tag_that_moved_refreshes_its_digest_and_one_that_did_not_is_current() -> None:
    item = scanned(reference("8", OLD), rules=FOLLOW)

    moved = decided([item], Told(digests={"8": NEW}))
    assert [(u.step, u.to.tag, u.to.digest) for u in moved.updates] == [("digest", "8", NEW)]
    assert decided([item], Told(digests={"8": OLD})).current == [item]


def test_what_is_where_it_should_be_costs_no_look_at_its_image() -> None:
    registries = Told(["1.4.1", "1.4.2"])

    assert len(decided([scanned()], registries).current) == 1
    assert registries.asked == ["tags"]


def test_one_failure_for_an_image_however_many_references_share_it() -> None:
    down = RegistryUnreachable("cannot connect")
    items = [scanned(), scanned(reference(path="b.yaml"), environment="production")]

    (failure,) = decided(items, Told(down)).failures

    assert failure.error is down
    assert failure.image == "ghcr.io/acme/web"
    assert failure.proposals == {"staging/web", "production/web"}


def test_a_failing_list_fails_only_those_who_need_it() -> None:
    items = [scanned(), scanned(reference(None, OLD)), scanned(reference("8", OLD), rules=FOLLOW)]

    decision = decided(items, Told(RegistryUnreachable("cannot connect"), {"8": NEW}))

    assert (len(decision.failures), [u.to.tag for u in decision.updates]) == (1, ["8"])
    assert [held.reason for held in decision.held] == [
        "no tag is written, so policy web has no version to move from"
    ]


def test_a_digest_that_cannot_be_had_is_a_failure_and_no_update() -> None:
    decision = decided([scanned()], Told(["1.4.2", "1.5.0"], {"1.5.0": RegistryNotFound("gone")}))

    assert decision.updates == []
    assert decision.failures[0].proposals == {"staging/web"}


@pytest.mark.parametrize(
    ("pinned", "error", "proposed"),
    [
        pytest.param(None, RegistryUnreachable("hangs"), True, id="a-tag-needs-no-description"),
        pytest.param(OLD, RegistryUnreachable("hangs"), False, id="a-pin-must-name-something"),
        pytest.param(
            OLD, RegistryError("a chart", id="registry-no-image"), True, id="no-image-is-pinned-too"
        ),
    ],
)
def test_a_digest_is_pinned_only_when_it_was_read(
    pinned: str | None, error: RegistryError, proposed: bool
) -> None:
    registries = Told(["1.4.2", "1.5.0"], description=error)

    decision = decided([scanned(reference(digest=pinned))], registries)

    assert bool(decision.updates) == proposed
    assert bool(decision.failures) != proposed


def test_a_thousand_references_to_one_image_are_judged_once() -> None:
    items = [scanned(reference("1.0.0", path=f"{n}.yaml")) for n in range(1000)]
    registries = Told([f"1.{n}.0" for n in range(300)])

    decision = decided(items, registries)

    assert {update.to.tag for update in decision.updates} == {"1.299.0"}
    assert len({id(update.passed_over) for update in decision.updates}) == 1
    assert registries.asked == ["tags", "digest of 1.299.0", "description"]


def test_proposals_are_one_for_each_environment_and_policy() -> None:
    updates = [update(), update(reference(path="b.yaml")), update(environment=None)]

    assert [(p.id, p.branch, len(p.updates)) for p in group(updates)] == [
        ("_/web", "imagebot/_/web", 1),
        ("staging/web", "imagebot/staging/web", 2),
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("staging/ns:web", "staging/ns-web"),
        ("staging/a..b", "staging/a-b"),
        ("staging/a.lock", "staging/a-"),
        ("x/a.", "x/a-"),
    ],
)
def test_no_two_proposals_share_a_branch(one: str, other: str) -> None:
    assert branch_name(one) != branch_name(other)
    assert ".." not in branch_name(one)
    assert not branch_name(one).endswith((".", ".lock"))
