from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from semver import Version

from imagebot.references.charts import as_tag, as_version, is_exact, is_strict
from imagebot.references.image import is_tag


@pytest.mark.parametrize(
    ("version", "exact", "strict"),
    [
        pytest.param("1.2.3", True, True, id="release"),
        pytest.param("v1.2.3", True, True, id="prefix"),
        pytest.param("1.2.3-rc.1", True, True, id="pre-release"),
        pytest.param("1.2.3+build.5", True, True, id="build"),
        pytest.param("1.2.3-rc-1+a.b-c", True, True, id="all"),
        pytest.param("1.2.3_build.5", True, False, id="underscore"),
        pytest.param("1.2.3-01", True, False, id="zero-before-a-number"),
        pytest.param("01.2.3", True, False, id="zero-before-the-major"),
        pytest.param("1.2.3-a..b", True, False, id="empty-identifier"),
        pytest.param("1.2.3+", False, False, id="empty-build"),
        pytest.param("1.2.3+a+b", False, False, id="two-builds"),
        pytest.param("1.10", False, False, id="two-numbers"),
        pytest.param("1.x", False, False, id="wildcard"),
        pytest.param("^1.2.3", False, False, id="caret"),
        pytest.param("*", False, False, id="any"),
        pytest.param("=1.2.3", False, False, id="operator"),
        pytest.param("1.2.3 - 2.0.0", False, False, id="hyphen-range"),
        pytest.param("V1.2.3", False, False, id="upper-case-prefix"),
        pytest.param("1.2.3\n", False, False, id="newline"),
        pytest.param("١.2.3", False, False, id="other-digits"),
        pytest.param("", False, False, id="empty"),
    ],
)
def test_one_version_is_told_from_a_range_and_semver_from_what_looks_like_it(
    version: str, exact: bool, strict: bool
) -> None:
    assert is_exact(version) is exact
    assert is_strict(version) is strict


@given(st.from_regex(r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9](-[0-9a-z.-]{1,9})?(\+[0-9a-z.-]{1,9})?", fullmatch=True))
def test_strict_is_what_semver_says(version: str) -> None:
    assert is_strict(version) is Version.is_valid(version)


@given(st.from_regex(r"[0-9]\.[0-9]\.[0-9](-[0-9a-z.-]{1,9})?(\+[0-9a-z.-]{1,9})?", fullmatch=True))
def test_a_version_comes_back_from_its_tag(version: str) -> None:
    assert is_tag(as_tag(version))
    assert as_version(as_tag(version)) == version
