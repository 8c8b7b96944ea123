"""What policies say, from the command line to pull requests and bytes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from imagebot.demo.registry import EmbeddedRegistry
from tests.cli.conftest import Team
from tests.processes import Outcome, write_files

Run = Callable[..., Outcome]
POD = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: {image}\n"
EACH = "policies:\n- {name: web, images: [REGISTRY/acme/web], tags: {newest-of-each: major}}\n"
STAGING = "imagebot/staging/web"


def test_a_policy_behind_a_git_url_can_be_tried(team: Team, imagebot: Run) -> None:
    asked = ("test", team.hosted.clone_url, "--policy", "web", "--current", "1.4.2", "-o", "json")

    outcome = imagebot(*asked, stdin="1.4.2\n1.5.0\n2.0.0\n")

    assert (outcome.code, outcome.json["selected"]) == (0, "1.5.0")


@pytest.fixture
def each(team: Team) -> Team:
    """A team that wants the newest of each major version, and has one deployment."""
    team.commit({"policies/web.yaml": EACH, "envs/production/kustomization.yaml": "kind: Kustomization\n"})
    team.push(web="1.5.0 2.0.0")
    return team


def test_each_major_version_has_a_pull_request_and_a_second_run_writes_nothing(
    each: Team, imagebot: Run
) -> None:
    imagebot("apply", str(each.clone))
    assert {branch: pull.title for branch, pull in each.open_pulls.items()} == {
        STAGING: "staging: update web 1.4.2 to 1.5.0",
        f"{STAGING}@2": "staging: update web 1.4.2 to 2.0.0",
    }
    writes = len(each.github.writes)

    assert imagebot("apply", str(each.clone)).code == 0
    assert len(each.github.writes) == writes


def test_a_newer_tag_moves_the_pull_request_of_its_major_version_alone(each: Team, imagebot: Run) -> None:
    imagebot("apply", str(each.clone))
    numbers = {branch: pull.number for branch, pull in each.open_pulls.items()}
    each.push(web="2.1.0")

    imagebot("apply", str(each.clone))

    assert {branch: pull.number for branch, pull in each.open_pulls.items()} == numbers
    assert each.open_pulls[f"{STAGING}@2"].title == "staging: update web 1.4.2 to 2.1.0"
    assert each.open_pulls[STAGING].title == "staging: update web 1.4.2 to 1.5.0"


def test_an_outage_closes_no_pull_request_of_a_major_version(each: Team, imagebot: Run) -> None:
    imagebot("apply", str(each.clone))
    each.registry.fail("/tags/list", 404, times=9)

    assert imagebot("apply", str(each.clone)).code in {1, 5}

    assert sorted(each.open_pulls) == [STAGING, f"{STAGING}@2"]


def test_nor_where_the_name_of_the_branch_had_to_be_changed(each: Team, imagebot: Run) -> None:
    each.commit({"policies/web.yaml": EACH.replace("name: web", "name: 'flux-system:web'")})
    imagebot("apply", str(each.clone))
    branches = sorted(each.open_pulls)
    assert [branch.partition("@")[0] for branch in branches] == [branches[0]] * 2
    each.registry.fail("/tags/list", 404, times=9)

    imagebot("apply", str(each.clone))

    assert sorted(each.open_pulls) == branches


def test_after_the_major_step_is_merged_the_smaller_one_is_closed(each: Team, imagebot: Run) -> None:
    imagebot("apply", str(each.clone))
    each.hosted.merge(each.open_pulls[f"{STAGING}@2"], None, "a-person")
    each.pull()

    imagebot("apply", str(each.clone))

    assert each.open_pulls == {}
    assert not any(each.hosted.tip(branch) for branch in (STAGING, f"{STAGING}@2"))


def test_a_saved_plan_holds_each_major_version(each: Team, imagebot: Run, tmp_path: Path) -> None:
    saved = tmp_path / "plan.json"
    saved.write_text(imagebot("plan", str(each.clone), "-o", "json").out)

    outcome = imagebot("apply", str(each.clone), "--plan", str(saved))

    assert outcome.code == 0
    assert sorted(each.open_pulls) == [STAGING, f"{STAGING}@2"]


def test_an_edit_here_takes_the_smallest_step(each: Team, imagebot: Run) -> None:
    assert "acme/web:1.5.0" in imagebot("diff", str(each.clone)).out

    applied = imagebot("apply", str(each.clone), "--local")

    assert "1 update in 1 pull request" in applied.out
    assert "1 larger step left" in applied.err
    assert b"acme/web:1.5.0" in (each.clone / "envs/staging/web.yaml").read_bytes()


def config(root: Path, registry: EmbeddedRegistry, policy: str, image: str) -> Path:
    files: dict[str, str | bytes] = {
        "policies/web.yaml": f"policies:\n- {{name: web, images: ['{registry.host}/*'], {policy}}}\n",
        "pod.yaml": POD.format(image=f"{registry.host}/acme/web{image}"),
    }
    return write_files(root / "config", files)


def test_a_digest_is_pinned_and_then_kept_until_a_refresh_is_wanted(
    registry: EmbeddedRegistry, tmp_path: Path, imagebot: Run
) -> None:
    first = registry.push("acme/web", "1.4.2")
    root = config(tmp_path, registry, "pin: tag+digest", ":1.4.2")

    imagebot("apply", str(root), "--local")
    assert f"web:1.4.2@{first}\n" in (root / "pod.yaml").read_text()

    second = registry.push("acme/web", "1.4.2", content=b"other bytes under the same tag")
    plan = imagebot("plan", str(root), "-o", "json")
    assert plan.json["updates"] == []
    assert plan.json["held"][0]["reason"].startswith("tag moved: 1.4.2 points to")

    config(tmp_path, registry, "pin: tag+digest, refresh: true", f":1.4.2@{first}")
    imagebot("apply", str(root), "--local")
    assert f"web:1.4.2@{second}\n" in (root / "pod.yaml").read_text()


def test_explain_knows_a_digest_alone_and_says_what_a_plan_would(
    registry: EmbeddedRegistry, tmp_path: Path, imagebot: Run
) -> None:
    digest = registry.push("acme/web", "1.4.2")
    registry.push("acme/web", "1.5.0")
    root = config(tmp_path, registry, "pin: digest", f"@{digest}")
    name = f"{registry.host}/acme/web"

    explained = imagebot("explain", name, str(root), "-o", "json").json
    assert (explained["current"], explained["selected"], explained["held"]) == ("1.4.2", "1.5.0", None)

    write_files(root, {"values.yaml": f"image:\n  repository: {name}\n  tag: 1.4.2\n"})
    explained = imagebot("explain", "values.yaml:3", str(root), "-o", "json").json
    held = imagebot("plan", str(root), "-o", "json").json["held"]
    assert explained["held"] == held[0]["reason"]
    assert "pins digest, and no digest is written here" in explained["held"]


def test_explain_lists_what_no_policy_moves(
    registry: EmbeddedRegistry, tmp_path: Path, imagebot: Run
) -> None:
    registry.push("acme/web", "1.4.2")
    root = config(tmp_path, registry, "paths: ['pod.yaml']", ":1.4.2")
    name = f"{registry.host}/acme/web"
    write_files(root, {"other.yaml": POD.format(image=f"{name}:1.4.2")})

    explained = imagebot("explain", name, str(root))
    assert "other.yaml:5:12: policy web governs only pod.yaml" in explained.out

    refused = imagebot("explain", "other.yaml:5", str(root))
    assert "widen `environments` or `paths` of policy web (policies/web.yaml:2)" in refused.err


def test_images_are_told_apart_behind_an_index_that_was_written_anew(
    registry: EmbeddedRegistry, tmp_path: Path, imagebot: Run
) -> None:
    both = ("linux/amd64", "linux/arm64")
    first = registry.push("acme/web", "1", platforms=both, content=b"same")
    root = config(tmp_path, registry, "tags: {order: digest}", f":1@{first}")
    again = registry.push("acme/web", "1", platforms=(*both, "linux/s390x"), content=b"same")
    assert again != first

    assert imagebot("plan", str(root), "-o", "json").json["updates"][0]["to"]["digest"] == again
    config(tmp_path, registry, "tags: {order: digest}, platforms: [linux/amd64, linux/arm64]", f":1@{first}")
    plan = imagebot("plan", str(root), "-o", "json").json
    assert (plan["updates"], plan["held"], plan["current"]) == ([], [], 1)


def test_tags_are_ordered_by_the_date_that_images_claim_and_explain_says_so(
    registry: EmbeddedRegistry, tmp_path: Path, imagebot: Run
) -> None:
    for tag, created in {"9f8e7d6": "2024-05-01", "1a2b3c4": "2024-05-03", "0c0ffee": "2024-05-02"}.items():
        registry.push("acme/web", tag, created=f"{created}T10:00:00Z")
    registry.push("acme/web", "undated")
    root = config(tmp_path, registry, "tags: {order: created}", ":9f8e7d6")

    explained = imagebot("explain", f"{registry.host}/acme/web", str(root), "-o", "json").json

    assert explained["selected"] == "1a2b3c4"
    assert {found["tag"]: found["reason"] for found in explained["candidates"]} == {
        "1a2b3c4": "newest allowed (built, says the image 2024-05-03 10:00 UTC)",
        "0c0ffee": "allowed; 1a2b3c4 is newer (built, says the image 2024-05-02 10:00 UTC)",
        "9f8e7d6": "current; 1a2b3c4 is newer (built, says the image 2024-05-01 10:00 UTC)",
        "undated": "no date is known of it",
    }
