from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.policies.globs import path_matcher


@pytest.mark.parametrize(
    ("glob", "path", "matches"),
    [
        pytest.param("envs/**", "envs/a/b.yaml", True, id="everything-below"),
        pytest.param("envs/**", "envs", False, id="not-the-folder"),
        pytest.param("envs/", "envs/a", True, id="slash-means-below"),
        pytest.param("**/values.yaml", "values.yaml", True, id="root-included"),
        pytest.param("**/values.yaml", "a/b/values.yaml", True, id="any-depth"),
        pytest.param("a/**/b/**/c", "a/b/x/b/c", True, id="several"),
        pytest.param("a/**/b/**/c", "a/x/c", False, id="one-is-missing"),
        pytest.param("**/**/c", "c", True, id="twice-is-once"),
        pytest.param("*.yaml", "a/b.yaml", False, id="star-stays-in-its-folder"),
        pytest.param("a*b*c", "aXbXbc", True, id="stars"),
        pytest.param("a?c", "abc", True, id="question-mark"),
        pytest.param("a.c", "abc", False, id="dot-is-a-dot"),
    ],
)
def test_a_path_glob(glob: str, path: str, matches: bool) -> None:
    assert bool(path_matcher(glob).fullmatch(path)) is matches


PIECES = st.sampled_from(["**", "*", "a", "a*", "*a", "*a*b", "?", "ab", "b*a*"])
PATHS = st.lists(st.text("ab", min_size=1, max_size=4), min_size=1, max_size=5)


@given(st.lists(PIECES, min_size=1, max_size=5), PATHS)
def test_it_matches_what_a_glob_means(pieces: list[str], path: list[str]) -> None:
    assert bool(path_matcher("/".join(pieces)).fullmatch("/".join(path))) == crosses(pieces, path)


def crosses(pieces: list[str], path: list[str]) -> bool:
    """The meaning of a glob, written down without regard to time."""
    if not pieces:
        return not path
    if pieces[0] == "**":
        if len(pieces) == 1:
            return bool(path)
        return crosses(pieces[1:], path) or bool(path and crosses(pieces, path[1:]))
    return bool(path) and stays(pieces[0], path[0]) and crosses(pieces[1:], path[1:])


def stays(piece: str, name: str) -> bool:
    """The same for one component."""
    if not piece:
        return not name
    if piece[0] == "*":
        return stays(piece[1:], name) or bool(name and stays(piece, name[1:]))
    return bool(name) and piece[0] in {"?", name[0]} and stays(piece[1:], name[1:])


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        pytest.param("**/" * 11 + "x.yaml", "d/" * 40 + "y.yaml", id="folders"),
        pytest.param("**/a*/" * 8 + "x", "a/" * 60 + "y", id="folders-between"),
        pytest.param("apps/" + "*-" * 6 + "*.yaml", "apps/" + "a-" * 100 + ".yml", id="one-name"),
    ],
)
def test_a_glob_that_could_try_for_ever_does_not(glob: str, path: str) -> None:
    assert not path_matcher(glob).fullmatch(path)
