from __future__ import annotations

import pytest

from imagebot.forges.text import TITLE_LIMIT, is_conventional, title
from imagebot.plan import Asked, Update
from tests.builders import NEW, OLD, reference, update

ROLLBACK = Asked("rollback", "@alice", 12)


def images(number: int, name: str = "svc") -> list[Update]:
    return [update(reference(image=f"ghcr.io/acme/{name}-{n}", path=f"{n}.yaml")) for n in range(number)]


@pytest.mark.parametrize(
    ("updates", "expected"),
    [
        pytest.param([update()], "staging: update web 1.4.2 to 1.5.0", id="one-image"),
        pytest.param([update(environment=None)], "update web 1.4.2 to 1.5.0", id="no-environment"),
        pytest.param(
            [update(), update(reference(path="b.yaml"))],
            "staging: update web 1.4.2 to 1.5.0",
            id="same-move-twice",
        ),
        pytest.param(
            [update(), update(reference(image="ghcr.io/acme/api", path="b.yaml"))],
            "staging: update 2 images (web, api)",
            id="two-images",
        ),
        pytest.param(
            [update(), update(reference(image="ghcr.io/other/web", path="b.yaml"))],
            "staging: update 2 images (acme/web, other/web)",
            id="two-images-called-alike",
        ),
        pytest.param(
            [update(), update(reference("1.3.0", path="b.yaml"))],
            "staging: update web to 1.5.0",
            id="one-image-from-two-versions",
        ),
        pytest.param(
            [update(), update(reference("0.9", path="b.yaml"), "1.0")],
            "staging: update web",
            id="one-image-to-two-versions",
        ),
        pytest.param(
            [update(reference("8", OLD), "8", step="digest")],
            "staging: refresh web 8 (digest aaaaaaa to bbbbbbb)",
            id="digest",
        ),
        pytest.param(
            [update(reference("1.0.0-" + "x" * 40), "1.1.0")],
            "staging: update web to 1.1.0",
            id="old-version-drops-first",
        ),
        pytest.param(images(12), "staging: update 12 images", id="names-drop"),
        pytest.param(
            [update(), update(reference(path="p.yaml"), environment="prod")],
            "staging, prod: update web 1.4.2 to 1.5.0",
            id="two-environments",
        ),
        pytest.param(
            [update(environment=f"prod-eu-west-{n}") for n in range(4)],
            "4 environments: update web 1.4.2 to 1.5.0",
            id="many-environments",
        ),
    ],
)
def test_title_says_what_moves_where(updates: list[Update], expected: str) -> None:
    assert expected == title(updates)


@pytest.mark.parametrize(
    ("updates", "expected"),
    [
        pytest.param(
            [update(reference("1.9.0"), "1.8.2", environment="prod-eu")],
            "prod-eu: roll back web 1.9.0 to 1.8.2",
            id="one-image",
        ),
        pytest.param(
            [update(reference("8", NEW), "8", digest=OLD, step="digest")],
            "staging: roll back web 8 (digest bbbbbbb to aaaaaaa)",
            id="digest",
        ),
        pytest.param(images(2), "staging: roll back 2 images (svc-0, svc-1)", id="group"),
    ],
)
def test_title_of_a_rollback_says_so(updates: list[Update], expected: str) -> None:
    assert expected == title(updates, ROLLBACK)


def test_what_a_job_asked_for_is_an_update() -> None:
    assert title([update()], Asked("set", "ci")) == "staging: update web 1.4.2 to 1.5.0"


@pytest.mark.parametrize(
    ("updates", "expected"),
    [
        pytest.param([update()], "chore(staging): update web 1.4.2 to 1.5.0", id="environment"),
        pytest.param([update(environment=None)], "chore: update web 1.4.2 to 1.5.0", id="no-environment"),
        pytest.param(images(4), "chore(staging): update 4 images (svc-0, svc-1, svc-2, svc-3)", id="group"),
    ],
)
def test_title_can_be_a_conventional_commit(updates: list[Update], expected: str) -> None:
    assert expected == title(updates, conventional=True)


def test_title_keeps_the_environment_whatever_else_goes() -> None:
    long = update(reference(image="ghcr.io/acme/" + "x" * 100), environment="e" * 60)

    assert len(title([long])) <= TITLE_LIMIT
    assert title([long]).startswith("e" * 60)


CONVENTIONAL = ["feat(api): add x", "fix!: y", "chore: z", "build(deps): w"]


@pytest.mark.parametrize(
    ("subjects", "expected"),
    [
        pytest.param(CONVENTIONAL, True, id="all"),
        pytest.param([*CONVENTIONAL, "Merge pull request #1 from a/b", "Update readme"], True, id="most"),
        pytest.param([*CONVENTIONAL, "Update readme", "More"], False, id="too-few"),
        pytest.param(["feat: x", "fix: y"], False, id="too-short-a-history"),
        pytest.param([], False, id="empty"),
        pytest.param(["staging: update web 1.4.2 to 1.5.0"] * 30, False, id="imagebot's-own"),
        pytest.param(["feat: x"] * 30 + ["no"] * 100, True, id="only-the-last-thirty"),
    ],
)
def test_a_branch_shows_whether_it_follows_conventional_commits(subjects: list[str], expected: bool) -> None:
    assert is_conventional(subjects) is expected
