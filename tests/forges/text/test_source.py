from __future__ import annotations

import pytest

from imagebot.evidence import Described
from imagebot.forges.text.source import SourceLinks, short_revision, source_links
from tests.builders import NEW, OLD
from tests.forges.text.proposals import REVISION, SOURCE

A, B = "a" * 40, "b" * 40


def said(source: str, revision: str) -> Described:
    return Described(NEW, (), None, {SOURCE: source, REVISION: revision})


@pytest.mark.parametrize(
    ("source", "compare"),
    [
        pytest.param(
            "https://github.com/acme/web", f"https://github.com/acme/web/compare/{A}...{B}", id="github"
        ),
        pytest.param(
            "https://github.com/acme/web.git",
            f"https://github.com/acme/web/compare/{A}...{B}",
            id="git-suffix",
        ),
        pytest.param(
            "https://github.com/acme/web/tree/main/x",
            f"https://github.com/acme/web/compare/{A}...{B}",
            id="folder",
        ),
        pytest.param(
            "https://github.com/acme/web/", f"https://github.com/acme/web/compare/{A}...{B}", id="slash"
        ),
        pytest.param(
            "https://gitlab.com/a/b/c/web", f"https://gitlab.com/a/b/c/web/-/compare/{A}...{B}", id="gitlab"
        ),
        pytest.param(
            "https://gitlab.acme.example/a/web/-/tree/x",
            f"https://gitlab.acme.example/a/web/-/compare/{A}...{B}",
            id="own-gitlab",
        ),
        pytest.param(
            "https://codeberg.org/a/web", f"https://codeberg.org/a/web/compare/{A}...{B}", id="codeberg"
        ),
        pytest.param(
            "https://gitea.acme.example:3000/a/web",
            f"https://gitea.acme.example:3000/a/web/compare/{A}...{B}",
            id="gitea",
        ),
        pytest.param("https://git.acme.example/a/web", "", id="unknown-forge"),
    ],
)
def test_sources_are_compared_where_their_forge_would(source: str, compare: str) -> None:
    assert source_links(said(source, A), said(source, B)).compare == compare


@pytest.mark.parametrize(
    "source",
    [
        "http://github.com/acme/web",
        "git@github.com:acme/web.git",
        "https://user:secret@github.com/acme/web",
        "https://github.com/acme",
        "https://github.com/acme/web](https://evil.example)",
        "https://github.com/acme/../../evil",
        "https://[",
        "javascript:alert(1)",
        "\u202ehttps://github.com/acme/web",
        "https://github.com/" + "x/" * 100_000,
    ],
)
def test_what_cannot_be_followed_is_no_source(source: str) -> None:
    assert source_links(said(source, A), said(source, B)) == SourceLinks("", "", B)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(None, said("https://github.com/acme/web", B), id="nobody-asked"),
        pytest.param(
            said("https://github.com/acme/old", A), said("https://github.com/acme/web", B), id="moved"
        ),
        pytest.param(
            said("https://github.com/acme/web", B), said("https://github.com/acme/web", B), id="rebuilt"
        ),
        pytest.param(
            said("https://github.com/acme/web", "a b"),
            said("https://github.com/acme/web", B),
            id="no-revision",
        ),
        pytest.param(
            said("https://github.com/acme/web", A), said("https://github.com/acme/web", "x..y"), id="a-range"
        ),
        pytest.param(said("https://github.com/acme/web", A), Described(OLD, ()), id="no-labels"),
    ],
)
def test_without_two_revisions_of_one_repository_nothing_is_compared(
    before: Described | None, after: Described
) -> None:
    assert source_links(before, after).compare == ""


def test_a_commit_is_named_by_its_first_digits_and_a_tag_whole() -> None:
    assert short_revision(A) == "aaaaaaa"
    assert short_revision("release-2026-11") == "release-2026-11"
