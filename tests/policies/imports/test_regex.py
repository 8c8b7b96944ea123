"""Expressions, templates, globs and ranges of other tools."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from imagebot.policies.imports.globs import path_globs, tag_globs
from imagebot.policies.imports.ranges import Constraint, constraint
from imagebot.policies.imports.regex import outline, renamed, whole
from imagebot.policies.pattern import Pattern
from imagebot.references.ranges import InvalidRange

PATTERNS = [
    "a", "^a", "a$", "^a$", "^a|b$", "(?P<x>a+?)b*", "^(?P<x>[ab]+)", "(?P<x>a|ab)(?:b|c)", ".*a", "a.*", r"\$",
    r"a\\$", "(?i)A", "[|)]a", r"\Qa|b\E", "(?:a|b)$", "^(?:a)(?P<x>b?)", "[[:alpha:]]a", "(?P<x>a)|(?P<y>b)",
]  # fmt: skip
TAGS = st.text(alphabet="abcA|)$\\", max_size=6)


@pytest.mark.parametrize("pattern", PATTERNS)
@given(tag=TAGS)
def test_the_whole_tag_matches_just_where_the_expression_is_found(pattern: str, tag: str) -> None:
    found = re2.compile(pattern).search(tag)
    padded = Pattern.parse(whole(pattern))

    assert padded.matches(tag) == (found is not None)
    if found is not None:
        assert padded.values(tag, padded.groups) == tuple(found[name] or "" for name in padded.groups)


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        (r"(a)(?P<b>c)(?:d)((?P<e>f))", ["", "b", "", "e"]),
        (r"\((a)[(](?<b>c)[^)(](?i)(?i:x)\Q((\E(d)", ["", "b", ""]),
        (r"[]()](a)[[:alpha:]()](b)", ["", ""]),
        (r"((((", ["", "", "", ""]),
        ("", []),
    ],
)
def test_groups_are_found_where_they_are(pattern: str, names: list[str]) -> None:
    assert [group.name for group in outline(pattern).groups] == names


@given(st.text(alphabet="()[]\\?P<a>:|QE", max_size=20))
def test_no_text_is_too_strange_to_look_at(pattern: str) -> None:
    assert isinstance(whole(renamed(pattern, {1: "version"})), str)
    tag_globs(pattern)
    path_globs(pattern)


@pytest.mark.parametrize(
    ("pattern", "globs"),
    [
        (r"^.*\.sig$", ["*.sig"]),
        ("^sha-", ["sha-*"]),
        ("latest", ["*latest*"]),
        ("^(?:alpha|beta)$", ["alpha", "beta"]),
        ("^a.+$", ["a?*"]),
        ("^[^a-z]x$", ["[!a-z]x"]),
        ("^v1|v2$", ["v1*", "*v2"]),
        (r"\d+", None),
        ("^v?1$", None),
        ("(a|b)+", None),
        ("a{2}", None),
    ],
)
def test_a_glob_stands_for_an_expression_or_none_does(pattern: str, globs: list[str] | None) -> None:
    assert tag_globs(pattern) == globs


@pytest.mark.parametrize("pattern", ["^a.*b$", "^a|b", "a[bc]", "(a|b)c$", "^(?:a|bc)"])
@given(tag=st.text(alphabet="abc", max_size=6))
def test_globs_match_what_their_expression_is_found_in(pattern: str, tag: str) -> None:
    globs = tag_globs(pattern) or []

    assert any(fnmatchcase(tag, glob) for glob in globs) == (re2.compile(pattern).search(tag) is not None)


@pytest.mark.parametrize(
    ("pattern", "globs"),
    [
        (r"(^|/)k8s/.+\.ya?ml$", ["**/k8s/**/*.yml", "**/k8s/**/*.yaml"]),
        (r"^apps/[^/]+/values\.yaml$", ["apps/*/values.yaml"]),
        (r"\.yaml$", ["**/*.yaml"]),
        (r"^apps/", None),
        (r"^a(b|c)d$", None),
        (r"^a.*b\.yaml$", None),
    ],
)
def test_paths(pattern: str, globs: list[str] | None) -> None:
    assert path_globs(pattern) == globs


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("*", Constraint("", False)),
        ("*-0", Constraint("", True)),
        (">=0.0.0-0", Constraint("", True)),
        ("x", Constraint("", False)),
        ("^1.x-0", Constraint("^1-0", True)),
        ("1.x-0", Constraint("~1-0", True)),
        ("=>1.2, =<3", Constraint(">=1.2, <=3", False)),
        ("~1.2.x-0 || 3.x", Constraint("~1.2-0 || 3.x", True)),
        (">= 1.0.0-rc1 < 2", Constraint(">= 1.0.0-rc1 < 2", True)),
        ("1.2 - 1.4", Constraint("1.2 - 1.4", False)),
    ],
)  # fmt: skip
def test_constraints(text: str, found: Constraint) -> None:
    assert constraint(text) == found


@pytest.mark.parametrize("text", ["", "one", "> *-0", ">=1 ||", "1.2.3.4.5"])
def test_what_is_no_constraint_is_refused(text: str) -> None:
    with pytest.raises(InvalidRange):
        constraint(text)
