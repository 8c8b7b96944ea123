from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.descriptors.reference import Reference
from imagebot.policies.first import first_policy
from imagebot.policies.governing import govern
from imagebot.policies.loading import load
from imagebot.policies.selection import select
from tests.builders import OLD, reference


def test_images_with_versions_get_a_policy_that_stays_below_the_next_major() -> None:
    text = first_policy([reference("1.4.2"), reference("1.9.0")])

    assert '  # now at 1.4.2, 1.9.0\n  - name: web\n    images: ["ghcr.io/acme/web"]\n' in text
    assert 'range: "<2"' in text


def test_a_followed_tag_gets_a_digest_policy_and_a_lone_word_a_note() -> None:
    text = first_policy([reference("latest", OLD), reference("latest", image="docker.io/library/redis")])

    (policy,) = load({"policies/images.yaml": text.encode()}).policies
    assert policy.tags.order == "digest"
    assert "# docker.io/library/redis: latest is no version" in text


def test_nothing_found_still_makes_a_valid_file() -> None:
    assert load({"policies/images.yaml": first_policy([]).encode()}).policies == ()


@pytest.mark.parametrize(
    ("tag", "newer", "written"),
    [
        pytest.param("2024.6.3", "2024.10.1", "tags: {order: calver}", id="date"),
        pytest.param("20240115", "20240211", "tags: {order: calver}", id="date-in-one"),
        pytest.param("bookworm-20240612-slim", "bookworm-20240701-slim", "tags: {order: calver}", id="debian"),
        pytest.param("RELEASE.2024-06-13T22-53-53Z", "RELEASE.2024-07-13T22-53-53Z", "tags: {order: calver}", id="minio"),
        pytest.param("8u402-b06-jre", "8u412-b08-jre", "extends: imagebot:java-8", id="java-8"),
        pytest.param("main-7f3a9c1-1760000000", "main-0b1c2d3-1760000001", "extends: imagebot:branch-sha-timestamp", id="branch"),
        pytest.param("1234", "1300", "extends: imagebot:build-number", id="number"),
        pytest.param("build-999", "build-1000", "extends: imagebot:build-number", id="named-number"),
        pytest.param("20", "20", 'tags: {order: semver, range: "<21"}', id="major"),
        pytest.param("1.4.2-4", "1.4.2-5", 'tags: {order: semver, range: "<2"}', id="version"),
    ],
)  # fmt: skip
def test_tags_get_the_order_that_fits_them(tag: str, newer: str, written: str) -> None:
    text = first_policy([reference(tag)])

    (policy,) = load({"policies/images.yaml": text.encode()}).policies
    assert f"    {written}\n" in text
    assert select(policy.tags, [tag, newer], tag).selected == newer


def test_dates_beside_versions_leave_the_range_alone() -> None:
    text = first_policy([reference("1.4.2"), reference("20240115")])

    assert 'range: "<2"' in text


names = st.sampled_from(
    [
        *("ghcr.io/acme/web", "ghcr.io/other/web", "docker.io/library/web", "[::1]:5000/web", "r:5000/a/b"),
        *("https://r:5000/a/b", "http://r:5000/a/b", "https://[::1]/~me/-web", "https://h/~"),
    ]
)
found = st.builds(
    lambda name, tag, digest: reference(tag, digest, image=name),
    names,
    st.sampled_from(
        [None, "1.4.2", "v2", "latest", "1.10", "20240115", "1.0-alpine3.19", "build-7", "8u402-b06"]
    ),
    st.none() | st.just(OLD),
)


@given(st.lists(found, max_size=8))
def test_the_file_always_loads_and_governs_every_version(references: list[Reference]) -> None:
    text = first_policy(references)

    configuration = load({"policies/images.yaml": text.encode()})
    assert text == first_policy(list(reversed(references)))
    for item in references:
        if item.image.tag in {"1.4.2", "v2", "1.10"}:
            assert govern(item, configuration).policy is not None
