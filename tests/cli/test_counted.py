"""What a run asks for grows with images and pull requests, not with references (docs/performance.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from tests.cli.conftest import SETTINGS, Team
from tests.processes import Outcome

Run = Callable[..., Outcome]
POLICIES, IMAGES, REFERENCES = 4, 8, 40


@pytest.fixture
def crowd(team: Team) -> Team:
    """Four policies over eight images in forty places."""
    rules = "".join(f"- {{name: team-{n}, images: ['REGISTRY/team-{n}/*']}}\n" for n in range(POLICIES))
    files = {"policies/web.yaml": f"policies:\n{rules}", "imagebot.yaml": SETTINGS}
    for place in range(REFERENCES):
        image = place % IMAGES
        name = f"team-{image % POLICIES}/app-{image // POLICIES}"
        files[f"apps/{place}/compose.yaml"] = f"services: {{app: {{image: REGISTRY/{name}:1.0.0}}}}\n"
    for image in range(IMAGES):
        for tag in ("1.0.0", "1.1.0"):
            team.registry.push(f"team-{image % POLICIES}/app-{image // POLICIES}", tag)
    team.commit(files)
    return team


def asked(team: Team, imagebot: Run) -> Counter[str]:
    """Requests of one run, by kind."""
    team.github.requests.clear()
    team.registry.reset_requests()
    assert imagebot("apply", team.hosted.clone_url).code == 0
    found = Counter(f"{seen.method} {seen.path.rpartition('/')[2]}" for seen in team.registry.requests)
    found += Counter(f"{seen.method} {seen.path.rpartition('/')[2]}" for seen in team.github.requests)
    return found


def test_a_first_run_lists_each_image_once_and_pushes_once_for_each_pull_request(
    crowd: Team, imagebot: Run
) -> None:
    found = asked(crowd, imagebot)

    assert len(crowd.open_pulls) == POLICIES
    assert found["GET list"] == IMAGES
    assert found["HEAD 1.1.0"] == IMAGES
    assert found["POST git-receive-pack"] == POLICIES
    assert found["POST pulls"] == POLICIES
    assert (
        found["POST git-upload-pack"] == 4
    )  # which branch is the base, its files, and what is on our branches


def test_a_run_with_nothing_new_asks_as_much_for_many_pull_requests_as_for_none(
    crowd: Team, imagebot: Run
) -> None:
    asked(crowd, imagebot)

    found = asked(crowd, imagebot)

    assert found["GET list"] == IMAGES
    assert found["POST git-upload-pack"] == 4
    assert found["GET pulls"] == 2  # open ones, and those closed lately
    assert found["GET comments"] == 1
    assert not any(
        kind.startswith(("PATCH", "PUT", "DELETE", "POST pulls", "POST git-receive")) for kind in found
    )


def test_many_merged_ones_are_tidied_up_by_a_push_each(crowd: Team, imagebot: Run) -> None:
    asked(crowd, imagebot)
    for pull in crowd.pulls:
        crowd.hosted.merge(pull, None, "you")

    found = asked(crowd, imagebot)

    assert found["POST git-receive-pack"] == POLICIES
    assert found["POST git-upload-pack"] == 4
    assert not [branch for branch in crowd.hosted.tips() if branch.startswith("imagebot/")]
