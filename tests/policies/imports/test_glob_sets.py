"""What two globs have in common, compared with what they match."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.policies.globs import image_matcher, path_matcher
from imagebot.policies.imports.extract import NotExpressible
from imagebot.policies.imports.glob_sets import common_images, common_paths, image_holds, path_holds

IMAGE_GLOBS = st.text(alphabet="ab/*?", min_size=1, max_size=6)
IMAGES = st.text(alphabet="ab/", min_size=1, max_size=6)
NAMES = ["**", "*", "a", "b", "a*", "*.y", "?"]
PATH_GLOBS = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map("/".join)
PATHS = st.lists(st.sampled_from(["a", "b", "ab", "a.y"]), min_size=1, max_size=4).map("/".join)


@given(IMAGE_GLOBS, IMAGE_GLOBS, IMAGES)
def test_common_images_are_those_that_both_match(one: str, two: str, image: str) -> None:
    both = all(image_matcher(glob).match(image) for glob in (one, two))
    try:
        found = common_images(one, two)
    except NotExpressible:
        return
    assert any(image_matcher(glob).match(image) for glob in found) == both
    assert not image_holds(one, two) or not image_matcher(two).match(image) or both


@given(PATH_GLOBS, PATH_GLOBS, PATHS)
def test_common_paths_are_those_that_both_match(one: str, two: str, path: str) -> None:
    both = all(path_matcher(glob).fullmatch(path) for glob in (one, two))
    try:
        found = common_paths(one, two)
    except NotExpressible:
        return
    assert any(path_matcher(glob).fullmatch(path) for glob in found) == both
    assert not path_holds(one, two) or not path_matcher(two).fullmatch(path) or both


@pytest.mark.parametrize(
    ("one", "two", "found"),
    [
        ("envs/**/*.yaml", "envs/production/**", ("envs/production/**/*.yaml",)),
        ("**/values.yaml", "apps/*/values.yaml", ("apps/*/values.yaml",)),
        ("apps/**", "envs/**", ()),
        ("*-prod/**", "web-*/**", ("web-prod/**", "web-*-prod/**")),
    ],
)
def test_paths(one: str, two: str, found: tuple[str, ...]) -> None:
    assert common_paths(one, two) == found


def test_images_of_a_host_and_of_a_name() -> None:
    assert common_images("ghcr.io/*/web", "ghcr.io/acme/*") == ("ghcr.io/acme/web", "ghcr.io/acme/*/web")


def test_what_takes_too_many_globs_is_not_named() -> None:
    with pytest.raises(NotExpressible):
        common_images("*a*b*c*d*e*", "*f*g*h*i*j*")
    with pytest.raises(NotExpressible):
        common_paths("a" * 300 + "*", "*b" + "a" * 300)
