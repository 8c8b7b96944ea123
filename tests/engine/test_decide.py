from __future__ import annotations

import pytest

from imagebot.engine.decide import choose, settle, wanted_digests, wanted_listings
from imagebot.engine.planning import branch_name, group
from imagebot.errors import RegistryNotFound, RegistryUnreachable
from imagebot.plan import Scanned
from imagebot.policies.policy import TagRules
from imagebot.references.image import ImageName
from tests.builders import NEW, OLD, policy, reference, scanned, update

WEB = ImageName("ghcr.io", "acme/web")
FOLLOW = policy(tags=TagRules(order="digest"))


def test_a_followed_digest_needs_no_list() -> None:
    items = [scanned(), scanned(reference("8", OLD), rules=FOLLOW), scanned(reference(None, OLD))]

    assert wanted_listings(items) == {WEB}
    assert wanted_listings(items[1:]) == frozenset()


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
        pytest.param(scanned(reference("9.0.0")), "no allowed tag is as new as 9.0.0", id="current-is-gone"),
    ],
)
def test_what_cannot_move_is_held_with_a_reason(item: Scanned, reason: str) -> None:
    (held,) = choose([item], {WEB: ("1.0.0", "latest")}).held

    assert reason in held.reason


def test_an_empty_repository_is_a_reason_too() -> None:
    (held,) = choose([scanned()], {WEB: ()}).held

    assert held.reason == "the repository has no tags"


def test_a_tag_that_moved_refreshes_its_digest_and_one_that_did_not_is_current() -> None:
    item = scanned(reference("8", OLD), rules=FOLLOW)
    choices = choose([item], {})
    assert wanted_digests(choices.chosen) == {(WEB, "8")}

    moved = settle(choices, {(WEB, "8"): NEW})
    assert [(u.step, u.to.tag, u.to.digest) for u in moved.updates] == [("digest", "8", NEW)]
    assert settle(choices, {(WEB, "8"): OLD}).current == (item,)


def test_one_failure_for_an_image_however_many_references_share_it() -> None:
    down = RegistryUnreachable("cannot connect")
    items = [scanned(), scanned(reference(path="b.yaml"), environment="production")]

    (failure,) = choose(items, {WEB: down}).failures

    assert failure.error is down
    assert failure.image == "ghcr.io/acme/web"
    assert failure.proposals == {"staging/web", "production/web"}


def test_a_digest_that_cannot_be_had_is_a_failure_and_no_update() -> None:
    choices = choose([scanned()], {WEB: ("1.4.2", "1.5.0")})

    decision = settle(choices, {(WEB, "1.5.0"): RegistryNotFound("gone")})

    assert decision.updates == ()
    assert decision.failures[0].proposals == {"staging/web"}


def test_a_thousand_references_to_one_image_are_ranked_once() -> None:
    items = [scanned(reference(path=f"{n}.yaml")) for n in range(1000)]

    choices = choose(items, {WEB: tuple(f"1.{n}.0" for n in range(300))})

    assert {choice.tag for choice in choices.chosen} == {"1.299.0"}
    assert len({id(choice.passed_over) for choice in choices.chosen}) == 1
    assert wanted_digests(choices.chosen) == {(WEB, "1.299.0")}


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
