from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.policies.codeowners import SIZE_LIMIT, Owners, owners
from imagebot.policies.policy import ForgeKind

FORGES: tuple[ForgeKind, ...] = ("github", "gitlab", "gitea", "git")


def users(text: str, *paths: str, forge: ForgeKind = "github") -> tuple[str, ...]:
    return owners(text.encode(), paths, forge).users


@pytest.mark.parametrize(
    ("pattern", "matched", "other"),
    [
        pytest.param("*", ["a", "a/b.yaml"], [], id="all"),
        pytest.param("*.yaml", ["a.yaml", "x/y/a.yaml"], ["a.yml"], id="name"),
        pytest.param(
            "values.yaml", ["values.yaml", "apps/web/values.yaml"], ["my-values.yaml"], id="literal"
        ),
        pytest.param("/apps/", ["apps/a", "apps/x/a"], ["x/apps/a", "apps"], id="folder-at-the-root"),
        pytest.param("apps/", ["apps/a", "x/apps/a"], ["apps.yaml"], id="folder-anywhere"),
        pytest.param("apps", ["apps/a", "x/apps/a", "apps"], ["myapps/a"], id="file-or-folder"),
        pytest.param("/apps/*", ["apps/a"], ["apps/x/a"], id="in-the-folder-itself"),
        pytest.param("apps/web", ["apps/web/a", "apps/web"], ["x/apps/web/a"], id="path"),
        pytest.param("apps/**/a.yaml", ["apps/a.yaml", "apps/x/y/a.yaml"], ["a.yaml"], id="folders-between"),
        pytest.param("**/logs", ["logs/a", "x/logs/a", "x/y/logs"], ["xlogs/a"], id="folders-before"),
        pytest.param("/apps/**", ["apps/a", "apps/x/a"], ["x/apps/a"], id="all-below"),
        pytest.param("a?.yaml", ["ab.yaml"], ["a.yaml", "a/.yaml"], id="one-sign"),
        pytest.param(r"my\ app/", ["my app/a"], ["my/a", "app/a"], id="blank"),
        pytest.param(r"\#a", ["#a"], ["a"], id="hash"),
        pytest.param("a+b.(c)", ["a+b.(c)"], ["aab.c"], id="signs-of-expressions"),
        pytest.param("é", ["é/a"], ["e"], id="letters"),
    ],
)
def test_patterns_match_as_in_gitignore(pattern: str, matched: list[str], other: list[str]) -> None:
    for path in matched:
        assert users(f"{pattern} @alice\n", path) == ("alice",), path
    for path in other:
        assert users(f"{pattern} @alice\n", path) == (), path


def test_the_last_line_that_matches_counts() -> None:
    text = "* @all\n/apps/ @apps  # theirs\n/apps/free/\n# /apps/ @nobody\n"

    assert users(text, "a") == ("all",)
    assert users(text, "apps/a") == ("apps",)
    assert users(text, "apps/free/a") == ()
    assert users(text, "apps/a", "b", "apps/c") == ("apps", "all")


def test_users_and_teams_are_told_apart_and_mail_addresses_left_out() -> None:
    text = "* @alice @acme/platform bob@example.com @a/b/c @@developer alice @ @-x @acme/ @bob\n"

    assert owners(text.encode(), ["a"]) == Owners(("alice", "bob"), ("acme/platform", "a/b/c"))


def test_gitlab_has_sections_with_an_owner_each() -> None:
    text = """\
* @all
[Docs][2] @writers
docs/
README.md @readme
^[Data Base]
/db/ @dba
!/db/free.sql
[DOCS]
x/docs/ @x
"""
    assert users(text, "docs/a", forge="gitlab") == ("all", "writers")
    assert users(text, "README.md", forge="gitlab") == ("all", "readme")
    assert users(text, "db/a.sql", forge="gitlab") == ("all", "dba")
    assert users(text, "db/free.sql", forge="gitlab") == ("all",)
    assert users(text, "y/x/docs/a", forge="gitlab") == ("all", "x")


def test_gitea_has_expressions_all_of_which_count() -> None:
    text = r"""
.*\.yaml @yaml
apps/.* @apps
!apps/.* @others
a( @nobody
"""
    assert users(text, "apps/a.yaml", forge="gitea") == ("yaml", "apps")
    assert users(text, "b.yaml", forge="gitea") == ("yaml", "others")


@pytest.mark.parametrize("forge", FORGES)
def test_a_line_that_cannot_be_read_costs_only_itself(forge: ForgeKind) -> None:
    text = f"{'(' * 5000} @one\n! @two\n\\ @three\n.* @good\n* @good\n[ @bad\n"

    assert "good" in users(text, ".a" if forge == "gitea" else ".x", forge=forge)


def test_a_file_that_is_too_large_owns_nothing() -> None:
    text = "* @alice\n"
    whole = text + "#" * (SIZE_LIMIT - len(text))

    assert users(whole, "a") == ("alice",)
    assert users(whole + "#", "a") == ()


def test_an_expression_cannot_run_for_ever() -> None:
    assert users("*a" * 60 + "b @alice\n", "a" * 3000) == ()
    assert users("**/" * 100 + "b @alice\n", "a/" * 1000) == ()


@given(st.binary(max_size=300), st.lists(st.text(max_size=20), max_size=3), st.sampled_from(FORGES))
def test_any_bytes_are_read(content: bytes, paths: list[str], forge: ForgeKind) -> None:
    found = owners(content, paths, forge)

    assert not any("/" in name or not name for name in found.users)
    assert all("/" in name for name in found.teams)


@given(st.text("ab*?/\\.[]!# ", max_size=12), st.text("ab/.", max_size=8))
def test_any_pattern_is_read(pattern: str, path: str) -> None:
    assert set(users(f"{pattern} @alice\n", path)) <= {"alice"}
