from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imagebot.descriptors.reference import Reference
from imagebot.policies.first import first_policy
from imagebot.policies.governing import govern
from imagebot.policies.loading import load
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


names = st.sampled_from(
    [
        *("ghcr.io/acme/web", "ghcr.io/other/web", "docker.io/library/web", "[::1]:5000/web", "r:5000/a/b"),
        *("https://r:5000/a/b", "http://r:5000/a/b", "https://[::1]/~me/-web", "https://h/~"),
    ]
)
found = st.builds(
    lambda name, tag, digest: reference(tag, digest, image=name),
    names,
    st.sampled_from([None, "1.4.2", "v2", "latest", "1.10", "20240115", "1.0-alpine3.19"]),
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
