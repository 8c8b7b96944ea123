from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.policies.closest import closest

NAMES = ["docker.io/library/nginx", "docker.io/library/redis", "ghcr.io/acme/web", "quay.io/acme/web"]


@pytest.mark.parametrize(
    ("glob", "expected"),
    [
        pytest.param("docker.io/library/ngnix", "docker.io/library/nginx", id="letters-swapped"),
        pytest.param("docker.io/library/mongo", None, id="same-registry-is-not-enough"),
        pytest.param("ghcr.io/amce/web", "ghcr.io/acme/web", id="most-like-as-a-whole"),
        pytest.param("quai.io/acme/wep", "quay.io/acme/web", id="of-the-nearest-registry"),
        pytest.param("ghcr.io/acne/*", "ghcr.io/acme/web", id="folder"),
        pytest.param("*", None, id="star"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_the_closest_name_is_what_was_meant(glob: str, expected: str | None) -> None:
    assert closest(glob, NAMES) == expected


@given(st.text(max_size=20), st.lists(st.text(max_size=20), max_size=5))
def test_it_is_one_of_the_names_or_none(glob: str, found: list[str]) -> None:
    assert closest(glob, found) in {None, *found}
