from __future__ import annotations

from pathlib import Path

import pytest

from imagebot.errors import RegistryError, RegistryNotFound, RegistryProtocol, RegistryUnreachable
from tests.engine.whole import Told, digest, planned

A, B, C, D, E = (digest(letter) for letter in "abcde")
POD = "kind: Pod\nspec:\n  containers:\n  - image: {}\n"
VALUES = "image:\n  repository: ghcr.io/acme/web\n  tag: {}\n  digest: {}\n"
TAGS = {"1.4.2": A, "1.5.0": B}


@pytest.mark.parametrize(
    ("pin", "before", "after"),
    [
        pytest.param("keep", "ghcr.io/acme/web:1.4.2", "ghcr.io/acme/web:1.5.0", id="keep-tag"),
        pytest.param("keep", f"ghcr.io/acme/web:1.4.2@{A}", f"ghcr.io/acme/web:1.5.0@{B}", id="keep-both"),
        pytest.param("tag", "ghcr.io/acme/web:1.4.2", "ghcr.io/acme/web:1.5.0", id="tag-stays-tag"),
        pytest.param("tag", f"ghcr.io/acme/web:1.4.2@{A}", "ghcr.io/acme/web:1.5.0", id="tag-drops-digest"),
        pytest.param("tag", f"'ghcr.io/acme/web:1.5.0@{B}' # x", "'ghcr.io/acme/web:1.5.0' # x", id="tag-drops-digest-of-newest"),
        pytest.param("digest", "ghcr.io/acme/web:1.4.2", f"ghcr.io/acme/web@{B}", id="digest-replaces-tag"),
        pytest.param("digest", f"ghcr.io/acme/web:1.4.2@{A}", f"ghcr.io/acme/web@{B}", id="digest-drops-tag"),
        pytest.param("digest", f"ghcr.io/acme/web@{A}", f"ghcr.io/acme/web@{B}", id="digest-moves"),
        pytest.param("digest", f"ghcr.io/acme/web@{B}", f"ghcr.io/acme/web@{B}", id="digest-is-newest"),
        pytest.param("digest", '"ghcr.io/acme/web:1.5.0"', f'"ghcr.io/acme/web@{B}"', id="digest-of-the-newest"),
        pytest.param("tag+digest", "ghcr.io/acme/web:1.4.2", f"ghcr.io/acme/web:1.5.0@{B}", id="both-from-tag"),
        pytest.param("tag+digest", "ghcr.io/acme/web:1.5.0", f"ghcr.io/acme/web:1.5.0@{B}", id="both-for-the-newest"),
        pytest.param("tag+digest", f"ghcr.io/acme/web@{A}", f"ghcr.io/acme/web:1.5.0@{B}", id="both-from-digest"),
        pytest.param("tag+digest", f"ghcr.io/acme/web@{B}", f"ghcr.io/acme/web:1.5.0@{B}", id="both-name-the-digest"),
        pytest.param("tag", f"ghcr.io/acme/web@{A}", "ghcr.io/acme/web:1.5.0", id="tag-from-digest"),
        pytest.param("tag+digest", "localhost:5000/web:1.4.2", f"localhost:5000/web:1.5.0@{B}", id="host-with-port"),
    ],
)  # fmt: skip
def test_what_is_pinned_is_what_is_written(tmp_path: Path, pin: str, before: str, after: str) -> None:
    plan, text = planned(tmp_path, POD.format(before), f"pin: {pin}", Told(TAGS))

    assert text == POD.format(after)
    assert plan.held == ()

    again = tmp_path / "again"
    again.mkdir()
    settled, same = planned(again, text, f"pin: {pin}", Told(TAGS))
    assert (settled.updates, same, len(settled.current)) == ((), text, 1)


@pytest.mark.parametrize(
    ("pin", "text", "reason"),
    [
        pytest.param("tag", VALUES.format("1.4.2", A), "pins tag, and the digest is a value of its own: remove it once", id="digest-is-a-value"),
        pytest.param("digest", VALUES.format("1.4.2", A), "pins digest, and the tag is a value of its own", id="tag-is-a-value"),
        pytest.param("tag+digest", "image:\n  repository: ghcr.io/acme/web\n  tag: 1.4.2\n", "no digest is written here: write the digest of the current image beside it once", id="no-value"),
        pytest.param("digest", POD.format(f"ghcr.io/acme/web@{C}"), "none of the 100 newest tags points to ccccccc", id="digest-of-no-tag"),
        pytest.param("keep", POD.format(f"ghcr.io/acme/web@{A}"), "no tag is written", id="keep-names-nothing"),
    ],
)  # fmt: skip
def test_what_a_file_has_no_place_for_is_held(tmp_path: Path, pin: str, text: str, reason: str) -> None:
    plan, after = planned(tmp_path, text, f"pin: {pin}", Told(TAGS))

    assert (plan.updates, plan.failures, after) == ((), (), text)
    assert reason in plan.held[0].reason


@pytest.mark.parametrize(
    ("tags", "before"),
    [
        pytest.param({"1.27.0-alpine": A, "1.27.1-alpine": B, "1.28.0": C}, "1.27.1-alpine", id="suffix"),
        pytest.param({"1.5.0-rc1": A, "1.5.0-rc2": B, "1.4.0": C}, "1.5.0-rc2", id="pre-release"),
        pytest.param({"1.4": A, "1.5": B, "1.5.1": C}, "1.5", id="precision"),
    ],
)
def test_a_digest_alone_is_known_again_whatever_its_tag(
    tmp_path: Path, tags: dict[str, str], before: str
) -> None:
    plan, text = planned(tmp_path, POD.format(f"ghcr.io/acme/web:{before}"), "pin: digest", Told(tags))
    assert text == POD.format(f"ghcr.io/acme/web@{B}")

    again = tmp_path / "again"
    again.mkdir()
    plan, same = planned(again, text, "pin: digest", Told(tags))

    assert (plan.held, same, len(plan.current)) == ((), text, 1)


@pytest.mark.parametrize(
    ("name", "text", "pin", "reason"),
    [
        pytest.param("compose.yml", "services:\n  web:\n    image: ghcr.io/acme/web:${TAG:-1.4.2}\n", "digest", "the file has no place for what is pinned", id="default-of-a-variable"),
        pytest.param("Dockerfile", "ARG TAG=1.4.2\nFROM ghcr.io/acme/web:$TAG\nRUN curl https://x/$TAG.tgz\n", "tag+digest", "no digest is written here", id="argument-with-other-readers"),
    ],
)  # fmt: skip
def test_a_variable_that_others_may_read_gets_no_digest(
    tmp_path: Path, name: str, text: str, pin: str, reason: str
) -> None:
    plan, after = planned(tmp_path, text, f"pin: {pin}", Told(TAGS), path=name)

    assert (plan.updates, plan.failures, after) == ((), (), text)
    assert reason in plan.held[0].reason


def test_a_tag_that_moved_under_its_digest_is_reported(tmp_path: Path) -> None:
    plan, _ = planned(tmp_path, POD.format(f"ghcr.io/acme/web:1.5.0@{A}"), "pin: keep", Told(TAGS))

    assert plan.updates == ()
    assert plan.held[0].reason == (
        "tag moved: 1.5.0 points to bbbbbbb now, and aaaaaaa is pinned; "
        "with `refresh: true` policy web would propose it"
    )


def test_a_tag_that_moved_is_proposed_where_the_policy_says_so(tmp_path: Path) -> None:
    plan, text = planned(tmp_path, POD.format(f"ghcr.io/acme/web:1.5.0@{A}"), "refresh: true", Told(TAGS))

    assert [(u.step, u.to.digest) for u in plan.updates] == [("digest", B)]
    assert plan.updates[0].why == "1.5.0 moved under its pinned digest, and policy web refreshes it"
    assert plan.proposals[0].title == "refresh web 1.5.0 (digest aaaaaaa to bbbbbbb)"
    assert text == POD.format(f"ghcr.io/acme/web:1.5.0@{B}")


def test_a_digest_that_is_refreshed_has_to_pass_what_any_candidate_has_to(tmp_path: Path) -> None:
    policy = "refresh: true, min-age: 3d"

    plan, _ = planned(tmp_path, POD.format(f"ghcr.io/acme/web:1.5.0@{A}"), policy, Told(TAGS))

    assert plan.updates == ()
    assert plan.held[0].reason.startswith("1.5.0: out for 0 min of 3 d")
    assert plan.held[0].waits


AMD, ARM = "linux/amd64", "linux/arm64"


@pytest.mark.parametrize(
    ("policy", "old", "new", "moves"),
    [
        pytest.param("refresh: true", {AMD: C, ARM: D}, {AMD: C, ARM: D}, False, id="same-manifests"),
        pytest.param("refresh: true", {AMD: C, ARM: D}, {AMD: C, ARM: E}, True, id="one-platform-moved"),
        pytest.param("refresh: true", {AMD: C}, {AMD: C, ARM: D}, True, id="a-platform-came"),
        pytest.param("refresh: true", {AMD: f"{C} {D}"}, {AMD: f"{D} {C}"}, False, id="two-of-one-platform"),
        pytest.param("refresh: true", {AMD: f"{C} {D}"}, {AMD: f"{C} {E}"}, True, id="one-of-two-moved"),
        pytest.param(f"refresh: true, platforms: [{AMD}]", {AMD: C}, {AMD: C, ARM: D}, False, id="none-that-counts"),
        pytest.param(f"refresh: true, platforms: [{ARM}]", {AMD: C, f"{ARM}/v8": D}, {AMD: A, ARM: D}, False, id="arm64-is-v8"),
        pytest.param(f"refresh: true, platforms: [{AMD}]", {"*": C}, {"*": D}, True, id="single-images"),
        pytest.param(f"tags: {{order: digest}}, platforms: [{AMD}]", {"*": A}, {"*": B}, True, id="followed-single-images"),
        pytest.param("refresh: true, platforms: [linux/arm]", {"linux/arm/v7": C}, {"linux/arm/v7": D}, True, id="variant-moved"),
        pytest.param("refresh: true, platforms: [linux/arm]", {"linux/arm/v7": C, AMD: A}, {"linux/arm/v7": C, AMD: E}, False, id="variant-stays"),
        pytest.param("refresh: true, platforms: [linux/s390x]", {AMD: C}, {AMD: C}, True, id="none-of-what-counts"),
        pytest.param("refresh: true", {"*": A}, {AMD: A, ARM: D}, False, id="pinned-manifest-is-in-the-index"),
        pytest.param("refresh: true", None, {AMD: C, ARM: D}, True, id="old-index-is-gone"),
        pytest.param("refresh: true", {}, {}, True, id="nothing-to-compare"),
        pytest.param("tags: {order: digest}", {AMD: C, ARM: D}, {AMD: C, ARM: D}, False, id="followed-same"),
        pytest.param("tags: {order: digest}", {AMD: C}, {AMD: D}, True, id="followed-moved"),
        pytest.param("pin: keep", {AMD: C, ARM: D}, {AMD: C, ARM: D}, False, id="reported-same"),
    ],
)  # fmt: skip
def test_a_new_index_around_the_same_images_is_no_move(
    tmp_path: Path, policy: str, old: dict[str, str] | None, new: dict[str, str], *, moves: bool
) -> None:
    runs = {B: new} if old is None else {A: old, B: new}

    plan, _ = planned(tmp_path, POD.format(f"ghcr.io/acme/web:1.5.0@{A}"), policy, Told(TAGS, runs))

    assert (bool(plan.updates), plan.held) == (moves, ())


def test_a_digest_that_cannot_be_asked_for_is_an_error_of_that_image(tmp_path: Path) -> None:
    told = Told({"1.5.0": RegistryUnreachable("cannot connect")})

    plan, _ = planned(tmp_path, POD.format(f"ghcr.io/acme/web:1.5.0@{A}"), "refresh: true", told)

    assert (plan.updates, plan.held, len(plan.failures)) == ((), (), 1)


@pytest.mark.parametrize("gone", [RegistryNotFound("gone"), RegistryProtocol("of before 2017")])
def test_a_tag_that_cannot_be_read_keeps_no_digest_from_being_named(
    tmp_path: Path, gone: RegistryError
) -> None:
    told = Told({"2.0.0": gone, "1.5.0": B, "1.4.2": A})

    plan, _ = planned(tmp_path, POD.format(f"ghcr.io/acme/web@{B}"), "pin: digest, tags: {range: <2}", told)

    assert (plan.held, plan.failures, len(plan.current)) == ((), (), 1)


def test_a_tag_alone_that_is_the_newest_costs_no_digest(tmp_path: Path) -> None:
    told = Told(TAGS)

    planned(tmp_path, POD.format("ghcr.io/acme/web:1.5.0"), "refresh: true", told)

    assert told.asked == ["tags"]


@pytest.mark.parametrize(
    ("before", "policy", "title", "said"),
    [
        pytest.param("ghcr.io/acme/web:1.5.0", "pin: tag+digest", "pin web 1.5.0 (digest bbbbbbb)", "The digest is written beside the tag.", id="pin"),
        pytest.param(f"ghcr.io/acme/web:1.5.0@{B}", "pin: tag", "unpin web 1.5.0", "The pinned digest is taken away.", id="unpin"),
        pytest.param(f"ghcr.io/acme/web@{A}", "pin: digest", "update web aaaaaaa to 1.5.0", "The digest alone is written, without a tag.", id="digest-alone"),
    ],
)  # fmt: skip
def test_title_and_body_say_what_becomes_of_the_digest(
    tmp_path: Path, before: str, policy: str, title: str, said: str
) -> None:
    plan, _ = planned(tmp_path, POD.format(before), policy, Told(TAGS))

    (proposal,) = plan.proposals
    assert proposal.title == title
    assert said in proposal.body
    assert "None" not in proposal.body
    assert "``" not in proposal.body
