from __future__ import annotations

import re

import pytest

from imagebot.policies.advice import for_commit, to_start
from imagebot.policies.loading import load
from imagebot.policies.policy import Dated, TagRules
from imagebot.policies.selection import select
from imagebot.references.version import TagVersion
from tests.engine.silent import NOW

FOLLOW = "write the tag to start from, or follow it with `order: digest`"


@pytest.mark.parametrize(
    ("tag", "advice"),
    [
        ("latest", FOLLOW),
        ("lts-iron", FOLLOW),
        ("pg16", FOLLOW),
        ("1.2.3.4.5", FOLLOW),
        ("7f3a9c1", "it looks like a commit, which says nothing of its age: write `order: created`"),
        ("bookworm-20240612-slim", "it begins with a date: write `order: calver`"),
        ("RELEASE.2024-06-13T22-53-53Z", "it begins with a date: write `order: calver`"),
        (
            "main-7f3a9c1-1718006400",
            "write `order: numerical, match: '^main-[0-9a-f]+-(?P<version>[0-9]+)$'`",
        ),
        ("sha-9d1f00b", "write `order: created, match: '^sha-[0-9a-f]{7}$'`"),
        ("feature.x-9d1f00b8", r"write `order: created, match: '^feature\.x-[0-9a-f]{8}$'`"),
        ("release-1.4.2-rc1", "write `match: '^release-(?P<version>.+)$'`"),
        ("controller-v1.10.1", "write `match: '^controller-(?P<version>.+)$'`"),
        ("build-141", "write `order: numerical, match: '^build-(?P<version>[0-9]+)$'`"),
    ],
)
def test_a_tag_that_is_no_version_gets_advice(tag: str, advice: str) -> None:
    assert to_start(tag, TagRules()) == advice


@pytest.mark.parametrize(
    ("current", "newer"),
    [
        ("RELEASE.2024-06-13T22-53-53Z", "RELEASE.2024-07-04T14-25-45Z"),
        ("main-7f3a9c1-1718006400", "main-8e2b7d3-1718092800"),
        ("sha-9d1f00b", "sha-0a1b2c3"),
        ("7f3a9c1", "8e2b7d3"),
        ("feature.x-9d1f00b8", "feature.x-0a1b2c3d"),
        ("release-1.4.2", "release-1.10.0"),
        ("build-99", "build-100"),
        ("1.4.2-7f3a9c1", "1.10.0-8e2b7d3"),
        ("v1.4.2-main-7f3a9c1-slim", "v1.10.0-main-8e2b7d3-slim"),
    ],
)
def test_who_takes_the_advice_gets_the_newer_tag(current: str, newer: str) -> None:
    version = TagVersion.parse(current)
    (advice,) = re.findall(
        r"write `(.*)`$", for_commit(version) if version else to_start(current, TagRules())
    )
    file = f"policies: [{{name: a, images: [x], tags: {{{advice}}}}}]".encode()
    rules = load({"a.yaml": file}).policies[0].tags
    dates = {current: Dated(NOW.replace(year=2024), "pushed"), newer: Dated(NOW, "pushed")}

    assert select(TagRules(), [current, newer], current, dates).selected in {None, current}
    assert select(rules, [current, newer, "main", "latest"], current, dates).selected == newer


def test_a_policy_that_knows_what_it_wants_gets_no_other_order() -> None:
    assert to_start("bookworm-20240612", TagRules(order="numerical")) == FOLLOW


def test_a_version_without_a_commit_needs_no_advice() -> None:
    version = TagVersion.parse("1.2.3-alpine3.19")

    assert version is not None
    assert for_commit(version) == ""
