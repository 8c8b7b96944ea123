"""Presets: their own cases, and what they and plain policies make of tags that are really out there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from imagebot.policies import presets
from imagebot.policies.cases import run_cases
from imagebot.policies.loading import load
from imagebot.policies.placed import read_placed
from imagebot.policies.policy import Policy, Selection
from imagebot.policies.selection import select

LISTS = Path(__file__).parent / "tag_lists"


def tags_of(image: str) -> list[str]:
    lines = (LISTS / f"{image}.txt").read_text().splitlines()
    return [line for line in lines if not line.startswith("#")]


def policy(text: str) -> Policy:
    (found,) = load({"a.yaml": text.encode()}).policies
    return found


@pytest.mark.parametrize("name", presets.names())
def test_a_preset_does_what_its_cases_say(name: str) -> None:
    placed, problems = read_placed(name, presets.content(name))
    assert isinstance(placed.value, dict)
    written = {"name": name, "images": ["*"], "extends": f"imagebot:{name}", "tests": placed.value["tests"]}

    results = run_cases([policy(json.dumps({"policies": [written]}))])

    assert problems == []
    assert results
    assert [result.problems for result in results if not result.holds] == []


@pytest.mark.parametrize("name", ["stable", "patch-only"])
def test_a_preset_for_releases_lets_no_candidate_in_from_below(name: str) -> None:
    text = f"extends: [imagebot:release-candidates, imagebot:{name}]\npolicies: [{{name: a, images: [x]}}]\n"

    assert select(policy(text).tags, ["1.4.2", "1.4.3-rc.1"], "1.4.2").selected == "1.4.2"


@pytest.mark.parametrize("name", presets.names())
def test_a_preset_says_in_its_first_line_what_it_is_for(name: str) -> None:
    assert presets.summary(name).endswith(".")
    assert 30 < len(presets.summary(name)) < 110


def test_there_are_presets() -> None:
    assert {"stable", "calendar", "branch-sha-timestamp"} <= set(presets.names())


@pytest.mark.parametrize(
    ("image", "rules", "current", "selected"),
    [
        pytest.param("nginx", "extends: imagebot:stable", "1.22.1", "1.31.2", id="nginx"),
        pytest.param("nginx", "extends: imagebot:stable", "1.22.1-alpine", "1.30.5-alpine", id="nginx-alpine"),
        pytest.param("nginx", "extends: imagebot:stable", "1.30.3-trixie-perl", "1.31.2-trixie-perl", id="nginx-two-suffixes"),
        pytest.param("nginx", "extends: imagebot:stable", "1.23-alpine-slim", "1.31-alpine-slim", id="nginx-two-components"),
        pytest.param("nginx", "extends: imagebot:patch-only", "1.30.3-otel", "1.30.5-otel", id="nginx-patches"),
        pytest.param("postgres", "extends: imagebot:stable", "14.6", "14.24", id="postgres-no-major"),
        pytest.param("postgres", "tags: {order: semver}", "9.6.15-alpine", None, id="postgres-left-three-components"),
        pytest.param("postgres", "tags: {order: semver}", "14.6-alpine3.17", "17.10-alpine3.24", id="postgres-numbered-base"),
        pytest.param("postgres", "tags: {order: semver}", "11.18-alpine", "17.11-alpine", id="postgres-plain-base"),
        pytest.param("postgres", "tags: {order: semver, newest-of-each: major}", "14.6-bookworm", "14.24-bookworm", id="postgres-each"),
        pytest.param("redis", "tags: {order: semver}", "6.2.13-alpine3.18", "7.0.12-alpine3.18", id="redis-no-candidate"),
        pytest.param("redis", "extends: imagebot:release-candidates", "7.0-bookworm", "7.2-rc3-bookworm", id="redis-candidate"),
        pytest.param("node", "tags: {order: semver}", "6.14.4-slim", "10.9.0-slim", id="node-by-value"),
        pytest.param("node", "tags: {order: semver}", "8", "10", id="node-one-component"),
        pytest.param("node", "tags: {order: semver}", "carbon", None, id="node-code-name"),
        pytest.param("python", "tags: {order: semver}", "3.10.19-slim", "3.14.0-slim", id="python-no-alpha"),
        pytest.param("python", "tags: {order: semver, prereleases: true}", "3.10.19-slim", "3.15.0a2-slim", id="python-alpha"),
        pytest.param("python", "extends: imagebot:release-candidates", "3.13-alpine3.21", "3.15-rc-alpine3.22", id="python-candidate"),
        pytest.param("traefik", "tags: {order: semver}", "v1.7.34", "v2.9.4", id="traefik-prefix"),
        pytest.param("traefik", "tags: {order: semver}", "1.7", "2.9", id="traefik-no-prefix"),
        pytest.param("traefik", "tags: {order: semver}", "v1.7.34-alpine", None, id="traefik-suffix-given-up"),
        pytest.param("debian", "extends: imagebot:debian-snapshot", "bookworm-20240612-slim", "bookworm-20260202-slim", id="debian"),
        pytest.param("debian", "tags: {order: semver}", "12-slim", "13-slim", id="debian-by-number"),
        pytest.param("ubuntu", "extends: imagebot:debian-snapshot", "jammy-20221130", "jammy-20260901.2", id="ubuntu-built-twice"),
        pytest.param("ubuntu", "extends: imagebot:debian-snapshot", "noble-20260730.1", "noble-20260911", id="ubuntu-built-once"),
        pytest.param("ubuntu", "extends: imagebot:calendar", "22.04", "26.10", id="ubuntu-by-number"),
        pytest.param("eclipse-temurin", "tags: {order: semver}", "11.0.23_9-jdk-alpine", "21.0.4_7-jdk-alpine", id="temurin-needs-no-preset"),
        pytest.param("eclipse-temurin", "tags: {order: semver, range: 17.x}", "17.0.11_9-jre-ubi9-minimal", None, id="temurin-up-to-date"),
        pytest.param("eclipse-temurin", "extends: imagebot:java-8", "8u402-b06-jre-alpine", "8u412-b08-jre-alpine", id="java-8"),
        pytest.param("eclipse-temurin", "extends: imagebot:java-8", "8u402-b06-jre-centos7", None, id="java-8-suffix-given-up"),
        pytest.param("minio", "extends: imagebot:calendar", "RELEASE.2023-12-23T07-19-11Z", "RELEASE.2024-12-13T22-19-12Z", id="minio"),
        pytest.param("minio", "extends: imagebot:calendar", "RELEASE.2021-03-01T04-20-55Z", "RELEASE.2024-12-13T22-19-12Z", id="minio-years"),
        pytest.param("minio", "extends: imagebot:calendar", "RELEASE.2023-12-23T07-19-11Z.fips", None, id="minio-fips-stays"),
        pytest.param("sonarr", "tags: {order: semver}", "4.0.9.2244-ls252", "4.0.17.2952-ls305", id="linuxserver-needs-no-preset"),
        pytest.param("sonarr", "extends: imagebot:patch-only", "4.0.9.2244-ls252", "4.0.17.2952-ls305", id="linuxserver-patches"),
    ],
)  # fmt: skip
def test_real_tags_move_as_people_expect(image: str, rules: str, current: str, selected: str | None) -> None:
    """None: nothing newer of its kind is there."""
    tags = tags_of(image)
    rule = policy(f"policies:\n  - name: a\n    images: [x]\n    {rules}\n")

    outcome = chosen(select(rule.tags, tags, current), current)

    assert outcome == selected


def chosen(selection: Selection, current: str) -> str | None:
    return None if selection.selected == current else selection.selected


def test_a_build_is_no_newer_version_where_tags_are_sorted_as_texts_elsewhere() -> None:
    """4.0.9 stands behind 4.0.17 in the order of texts, and tools have proposed it as an update."""
    found = select(policy("policies: [{name: a, images: [x]}]").tags, tags_of("sonarr"), "4.0.17.2952-ls305")

    assert found.selected == "4.0.17.2952-ls305"
    assert {v.rule for v in found.candidates if v.tag.startswith("4.0.9.")} == {"forward"}


@pytest.mark.parametrize("image", [path.stem for path in sorted(LISTS.glob("*.txt"))])
def test_tag_lists_say_where_they_are_from_and_name_no_tag_twice(image: str) -> None:
    tags = tags_of(image)

    assert (LISTS / f"{image}.txt").read_text().startswith("# ")
    assert len(tags) == len(set(tags)) >= 10
