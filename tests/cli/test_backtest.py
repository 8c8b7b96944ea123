"""Policies replayed over a real history and a registry whose images say when they were built."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from imagebot.demo.registry import EmbeddedRegistry
from tests.dated_commits import BY_IMAGEBOT, DatedRepository
from tests.dated_commits import ago as before
from tests.processes import Outcome, write_files

Run = Callable[..., Outcome]
NOW = datetime.now(UTC).replace(microsecond=0)
SETTINGS = "environments:\n  staging: {paths: ['staging/**']}\n  production: {paths: ['production/**']}\n"
POLICIES = """\
policies:
- name: web
  images: ["REGISTRY/acme/*"]
  tags: {order: semver, range: "<2"}
- name: cache
  images: ["REGISTRY/library/redis"]
  min-age: 3d
"""


def ago(days: float) -> datetime:
    return before(days, NOW)


def pod(*images: str) -> str:
    containers = "".join(f"  - image: {image}\n" for image in images)
    return f"apiVersion: v1\nkind: Pod\nspec:\n  containers:\n{containers}"


@pytest.fixture
def config(registry: EmbeddedRegistry, tmp_path: Path) -> DatedRepository:
    """Ninety days and more of a team that updates by hand, late, and once with imagebot."""
    for tag, days in {
        "1.4.2": 200,
        "1.5.0": 70,
        "1.5.1": 69.5,
        "1.6.0": 40,
        "2.0.0": 30,
        "1.6.1": 10,
    }.items():
        registry.push("acme/web", tag, created=ago(days).isoformat())
    registry.push("acme/web", "1.7.0")
    for tag, days in {"7.0.0": 300, "7.2.0": 60}.items():
        registry.push("library/redis", tag, created=ago(days).isoformat())
    web, redis = f"{registry.host}/acme/web", f"{registry.host}/library/redis"
    made = DatedRepository.make(tmp_path / "config")
    made.commit(
        ago(150),
        {
            "imagebot.yaml": SETTINGS,
            "policies/web.yaml": POLICIES.replace("REGISTRY", registry.host),
            "staging/web.yaml": pod(f"{web}:1.4.2"),
            "production/web.yaml": pod(f"{web}:1.4.2"),
            "production/redis.yaml": pod(f"{redis}:7.0.0"),
            "production/other.yaml": pod("ghcr.io/other/unmanaged:1"),
        },
    )
    made.commit(ago(59), {"production/redis.yaml": pod(f"{redis}:7.2.0")})
    made.commit(ago(58), {"staging/web.yaml": pod(f"{web}:1.5.0")})
    made.commit(ago(44), {"production/web.yaml": pod(f"{web}:1.5.0")}, author="Ada")
    made.commit(ago(29), {"staging/web.yaml": pod(f"{web}:2.0.0")})
    made.commit(ago(28), {"staging/web.yaml": pod(f"{web}:1.6.0")})
    made.commit(ago(20), {"production/web.yaml": pod(f"{web}:1.6.0")}, message=BY_IMAGEBOT)
    return made


def moves(document: Any) -> list[tuple[str, str, str | None, float | None]]:
    return [
        (f"{one['from']} {one['to']}", one["by"], one["outcome"], one["lead_s"] and one["lead_s"] / 86400)
        for one in document["moves"]
    ]


def test_what_would_have_been_proposed_beside_what_was_done(config: DatedRepository, imagebot: Run) -> None:
    outcome = imagebot("backtest", str(config.folder), "-o", "json")

    assert outcome.code == 0
    document = outcome.json
    assert moves(document) == [
        (
            "7.0.0 7.2.0",
            "people",
            "proposed",
            -2.0,
        ),  # built 60 days ago, 3 days old 57 days ago, moved 59 days ago
        ("1.4.2 1.5.0", "people", "proposed", 12.0),  # built 70, moved 58 days ago
        ("1.4.2 1.5.0", "people", "proposed", 26.0),
        ("1.5.0 2.0.0", "people", "never", None),
        ("2.0.0 1.6.0", "people", "back", None),
        ("1.5.0 1.6.0", "imagebot", None, None),
    ]
    assert document["moves"][3]["reason"] == "outside <2"
    assert {one["id"]: (one["opened"], one["updated"], one["merged"]) for one in document["proposals"]} == {
        "production/cache": (1, 0, 1),
        "production/web": (3, 1, 3),  # 1.5.0, then 1.5.1 half a day later; 1.6.0; 1.6.1
        "staging/web": (3, 1, 3),  # the same: 2.0.0 was left to people, and so was the way back
    }
    assert (document["opened"], document["per_week"]) == (7, 0.54)
    assert document["median_lead_s"] == 12 * 86400
    assert document["undated"] == 1
    assert document["errors"] == []


def test_it_is_told_to_people(config: DatedRepository, registry: EmbeddedRegistry, imagebot: Run) -> None:
    outcome = imagebot("backtest", str(config.folder))

    assert outcome.code == 0
    lines = [" ".join(line.split()) for line in outcome.out.splitlines()]
    web = f"{registry.host}/acme/web"
    closing = (
        "7 pull requests in 90 d (0.5 a week); people made 3 of the same moves, a median of 12 d later, "
        "1 that the policies leave to them, 1 back to an older version, 1 by imagebot itself. Nothing was changed."
    )
    for told in (
        f"dates of {web}: built, says the image",
        f"staging/web 3 opened 1 updated 3 merged {web} 1.4.2 → 1.6.1",
        f"note: {web} under policy web: 1 tag left out: no date is known",
        closing,
    ):
        assert told in lines
    by_hand = lines[lines.index("Moved by hand:") + 2 :][:4]
    assert [line.partition(web)[2].strip() for line in by_hand] == [
        "1.4.2 → 1.5.0 12 d earlier",
        "1.4.2 → 1.5.0 26 d earlier",
        "1.5.0 → 2.0.0 never: outside <2",
        "2.0.0 → 1.6.0 went back",
    ]
    assert config.git("status", "--porcelain") == ""


def test_a_change_to_a_policy_is_tried_before_it_is_committed(
    config: DatedRepository, registry: EmbeddedRegistry, imagebot: Run
) -> None:
    policies = POLICIES.replace("REGISTRY", registry.host).replace('range: "<2"', "max-step: patch")
    write_files(config.folder, {"policies/web.yaml": policies, "staging/web.yaml": "not: committed\n"})

    document = imagebot(
        "backtest", str(config.folder), "--policy", "web", "--since", "65d", "-o", "json"
    ).json

    assert document["policies"] == ["web"]
    assert [one["outcome"] for one in document["moves"]] == ["never", "never", "never", "back", None]
    assert document["moves"][0]["reason"] == "minor step; max-step is patch"


def test_how_long_a_pull_request_waits_is_asked_for(config: DatedRepository, imagebot: Run) -> None:
    arguments = ("backtest", str(config.folder), "--policy", "web", "--merged-after", "5w", "-o", "json")

    proposals = imagebot(*arguments).json["proposals"]

    assert [(one["opened"], one["updated"]) for one in proposals] == [(2, 2), (2, 2)]


def test_gates_that_cannot_be_replayed_are_named(
    config: DatedRepository, registry: EmbeddedRegistry, imagebot: Run
) -> None:
    policies = (
        f"policies:\n- {{name: web, images: ['{registry.host}/acme/*'], platforms: [linux/amd64]}}\n"
        f"- {{name: cache, images: ['{registry.host}/library/*'], tags: {{order: digest}}}}\n"
    )
    write_files(config.folder, {"policies/web.yaml": policies})

    document = imagebot("backtest", str(config.folder), "-o", "json").json

    assert [note.partition(":")[0] for note in document["notes"][:2]] == [
        "policy cache follows digests and is left out",
        "policy web",
    ]
    assert "platforms cannot be replayed" in document["notes"][1]
    assert {one["image"] for one in document["moves"]} == {f"{registry.host}/acme/web"}


def test_one_registry_that_fails_stops_no_other(
    config: DatedRepository, registry: EmbeddedRegistry, imagebot: Run
) -> None:
    registry.fail("GET /v2/library/redis/tags/list", 404, times=9)

    outcome = imagebot("backtest", str(config.folder), "-o", "json")

    assert outcome.code == 5
    (error,) = outcome.json["errors"]
    assert (error["id"], error["image"]) == ("registry-not-found", f"{registry.host}/library/redis")
    assert [one["id"] for one in outcome.json["proposals"]] == ["production/web", "staging/web"]
    assert outcome.json["moves"][0]["reason"] == "its registry could not be asked"
    assert "error[registry-not-found]" in imagebot("backtest", str(config.folder)).out
    assert imagebot("backtest", str(config.folder), "--policy", "cache").code == 1


def test_too_many_tags_to_date_one_by_one_are_not_asked_for(
    config: DatedRepository, imagebot: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imagebot.engine.dating.LOOKED_UP", 2)

    document = imagebot("backtest", str(config.folder), "--policy", "web", "-o", "json").json

    assert document["proposals"] == []
    assert "not replayed: policy web needs the dates of 5 tags" in document["notes"][0]
    assert {one["outcome"] for one in document["moves"]} == {"unknown", None}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(["--since", "soon"], "--since soon is no length of time", id="since"),
        pytest.param(["--merged-after", "0d"], "--merged-after 0d is no length of time", id="merged-after"),
        pytest.param(["--policy", "webb"], "there is no policy 'webb'; there are: web, cache", id="policy"),
        pytest.param(
            ["--image", "nginx"],
            "no reference of docker.io/library/nginx is governed by a policy",
            id="image",
        ),
    ],
)
def test_what_cannot_be_replayed_is_said_at_once(
    config: DatedRepository, imagebot: Run, arguments: list[str], told: str
) -> None:
    outcome = imagebot("backtest", str(config.folder), *arguments)

    assert outcome.code == 2
    assert told in outcome.err


@pytest.mark.parametrize(
    ("path", "told"),
    [
        pytest.param(".", "is not a Git repository", id="plain-folder"),
        pytest.param("https://example.com/config", "is a URL", id="url"),
    ],
)
def test_a_history_is_needed(
    tmp_path: Path, imagebot: Run, monkeypatch: pytest.MonkeyPatch, path: str, told: str
) -> None:
    monkeypatch.chdir(tmp_path)

    outcome = imagebot("backtest", path)

    assert outcome.code == 2
    assert told in outcome.err


def test_a_shallow_clone_says_where_it_ends(config: DatedRepository, tmp_path: Path, imagebot: Run) -> None:
    config.git("clone", "-q", "--depth", "2", f"file://{config.folder}", str(tmp_path / "clone"))

    document = imagebot("backtest", str(tmp_path / "clone"), "-o", "json").json

    assert document["since"] == ago(28).isoformat()
    assert any("the clone is shallow" in note for note in document["notes"])
