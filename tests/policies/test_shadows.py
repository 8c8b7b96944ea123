from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.policies.globs import image_matcher
from imagebot.policies.policy import Policy, TagRules
from imagebot.policies.shadows import covers, is_shadowed


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        pytest.param("ghcr.io/acme/web", "ghcr.io/acme/web", True, id="same"),
        pytest.param("ghcr.io/acme/[a-f]*", "ghcr.io/acme/[a-f]*", True, id="same-with-a-class"),
        pytest.param("ghcr.io/acme/*", "ghcr.io/acme/web", True, id="name"),
        pytest.param("ghcr.io/acme/web-?", "ghcr.io/acme/web-1", True, id="name-by-a-question-mark"),
        pytest.param("ghcr.io/acme/*", "ghcr.io/acme/web-*", True, id="stars"),
        pytest.param("*", "ghcr.io/*", True, id="everything"),
        pytest.param("ghcr.io/acme/web-*", "ghcr.io/acme/*", False, id="wider"),
        pytest.param("ghcr.io/acme/web-?", "ghcr.io/acme/web-*", False, id="one-character-is-no-star"),
        pytest.param("ghcr.io/acme/[!x]", "ghcr.io/acme/*", False, id="class-is-no-star"),
        pytest.param("ghcr.io/*", "quay.io/*", False, id="other"),
    ],
)
def test_a_glob_covers_another_where_that_is_plain(wide: str, narrow: str, expected: bool) -> None:
    assert covers(wide, narrow) is expected


GLOBS = st.text(alphabet="ab*?[!]", min_size=1, max_size=6)


@given(GLOBS, GLOBS, st.text(alphabet="ab", max_size=6))
def test_what_is_said_to_be_covered_is(wide: str, narrow: str, name: str) -> None:
    if covers(wide, narrow) and image_matcher(narrow).match(name):
        assert image_matcher(wide).match(name)


@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        pytest.param({}, {}, True, id="everywhere"),
        pytest.param({}, {"environments": ("a",)}, True, id="some-of-everywhere"),
        pytest.param({"environments": ("a",)}, {}, False, id="everywhere-is-more"),
        pytest.param({"environments": ("a", "b")}, {"environments": ("b",)}, True, id="some-environments"),
        pytest.param({"environments": ("a",)}, {"environments": ("a", "b")}, False, id="more-environments"),
        pytest.param({"paths": ("x/**",)}, {"paths": ("x/**",)}, True, id="same-paths"),
        pytest.param({"paths": ("x/**",)}, {"environments": ("a",)}, False, id="paths-and-environments"),
        pytest.param({"images": ("a",)}, {"images": ("a", "b")}, False, id="more-images"),
        pytest.param({"images": ("b", "a")}, {"images": ("a",)}, True, id="fewer-images"),
    ],
)
def test_the_scope_counts(
    earlier: dict[str, tuple[str, ...]], later: dict[str, tuple[str, ...]], expected: bool
) -> None:
    def policy(name: str, scope: dict[str, tuple[str, ...]]) -> Policy:
        return Policy(
            name,
            scope.get("images", ("*",)),
            TagRules(),
            scope.get("environments", ()),
            scope.get("paths", ()),
        )

    assert is_shadowed(policy("later", later), policy("earlier", earlier)) is expected
