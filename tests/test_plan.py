from __future__ import annotations

import re
import subprocess
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.engine.planning import branch_name
from imagebot.plan import major_of, proposal_id, without_major
from imagebot.policies.proposing import OnePer, PullRequestRules
from tests.builders import policy, reference, scanned

ILLEGAL = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(?:/|$)|[./]$")
"""Source: https://git-scm.com/docs/git-check-ref-format"""

NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,62}", fullmatch=True)
ENVIRONMENTS = st.none() | st.from_regex(r"[a-z0-9][a-z0-9._-]{0,62}", fullmatch=True)
FOLDERS = st.lists(st.text(min_size=1, max_size=60).filter(lambda text: "/" not in text), max_size=6)
ONE_PER: tuple[OnePer, ...] = ("policy", "image", "environment", "directory", "repository")


def grouped(
    one_per: OnePer = "policy",
    group: str | None = None,
    *,
    environment: str | None = "staging",
    path: str = "apps/shop/values.yaml",
    name: str = "web",
    major: int | None = None,
) -> str:
    rules = replace(policy(name), pull_request=PullRequestRules(group=group, one_per=one_per))
    return proposal_id(scanned(reference(path=path), environment=environment, rules=rules), major)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param(grouped(), "staging/web", id="policy"),
        pytest.param(grouped(environment=None), "_/web", id="no-environment"),
        pytest.param(grouped(group="shop"), "staging/shop", id="group"),
        pytest.param(grouped("image"), "staging/web+ghcr.io/acme/web", id="image"),
        pytest.param(grouped("image", "shop"), "staging/shop+ghcr.io/acme/web", id="image-of-a-group"),
        pytest.param(grouped("directory"), "staging/web+apps/shop", id="directory"),
        pytest.param(grouped("directory", path="values.yaml"), "staging/web+.", id="root"),
        pytest.param(grouped("environment"), "staging/_", id="environment"),
        pytest.param(grouped("environment", environment=None), "_/_", id="environment-of-none"),
        pytest.param(grouped("repository"), "_/_", id="repository"),
        pytest.param(grouped("repository", "shop"), "_/shop", id="group-of-the-repository"),
        pytest.param(grouped("image", major=2), "staging/web+ghcr.io/acme/web@2", id="major-last"),
        pytest.param(
            grouped("directory", path="a@2/100%\n+/é.yaml", major=3),
            "staging/web+a%402/100%25%0A%2B@3",
            id="signs-with-a-meaning",
        ),
    ],
)
def test_a_policy_says_what_has_a_proposal_of_its_own(found: str, expected: str) -> None:
    assert found == expected


def test_an_unmanaged_reference_belongs_to_no_policy() -> None:
    assert proposal_id(replace(scanned(), policy=None)) == "staging/_"


@given(FOLDERS, st.integers(0, 10**6))
def test_the_major_is_found_again_whatever_the_folder(folders: list[str], major: int) -> None:
    path = "/".join([*folders, "a.yaml"])
    alone, beside = grouped("directory", path=path), grouped("directory", path=path, major=major)

    assert (major_of(alone), without_major(alone)) == (-1, alone)
    assert (major_of(beside), without_major(beside)) == (major, alone)
    assert without_major(branch_name(beside)) == branch_name(alone)


@given(
    st.sampled_from(ONE_PER),
    st.none() | NAMES,
    ENVIRONMENTS,
    NAMES,
    FOLDERS,
    st.none() | st.integers(0, 10**8),
)
def test_every_proposal_has_a_branch_that_git_takes(
    one_per: OnePer,
    group: str | None,
    environment: str | None,
    name: str,
    folders: list[str],
    major: int | None,
) -> None:
    path = "/".join([*folders, "a.yaml"])
    branch = branch_name(grouped(one_per, group, environment=environment, path=path, name=name, major=major))

    assert not ILLEGAL.search(branch)
    assert len(branch.encode()) < 200
    # the same depth for all: none can be the folder of another
    assert branch.startswith("imagebot/")
    assert branch.count("/") == 2


@given(st.lists(FOLDERS, min_size=2, max_size=8, unique_by=tuple))
def test_no_two_folders_share_a_branch(many: list[list[str]]) -> None:
    found = {grouped("directory", path="/".join([*folders, "a.yaml"])) for folders in many}

    assert len(found) == len(many)
    assert len({branch_name(one) for one in found}) == len(many)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("staging/web+a/b", "staging/web+a-b", id="slash"),
        pytest.param("staging/web+" + "a" * 300, "staging/web+" + "a" * 301, id="long"),
        pytest.param("staging/web+.", "staging/web+-", id="root"),
        pytest.param("staging/web+a.lock", "staging/web+a-", id="lock"),
    ],
)
def test_what_is_changed_stays_apart(one: str, other: str) -> None:
    assert branch_name(one) != branch_name(other)


@pytest.mark.parametrize(
    "proposal", ["staging/web", "_/_", "staging/web+.", "staging/ns:web+a.lock/b..c@2", "_/web+" + "ä/" * 200]
)
def test_git_itself_takes_the_branch(proposal: str) -> None:
    subprocess.run(
        ["git", "check-ref-format", "--branch", branch_name(proposal)], check=True, capture_output=True
    )


def test_a_branch_that_needs_no_change_is_the_id() -> None:
    assert branch_name("staging/web") == "imagebot/staging/web"
    assert re.fullmatch(
        r"imagebot/staging/web\+ghcr\.io-acme-web-[0-9a-f]{6}@2",
        branch_name("staging/web+ghcr.io/acme/web@2"),
    )
