"""Commits and references through the API, and what tells of commits."""

from __future__ import annotations

from typing import Any

import pytest
from github import GithubException, InputGitAuthor, InputGitTreeElement
from github.PullRequest import PullRequest
from github.Repository import Repository

from imagebot.demo.github import GitHubStandIn
from imagebot.demo.github.owner import Owner
from imagebot.demo.github.person import Person
from imagebot.demo.github.state import HostedRepository
from tests.demo.github.conftest import Connect


def blob(path: str, content: str = "", **options: Any) -> InputGitTreeElement:
    return InputGitTreeElement(
        path, options.pop("mode", "100644"), "blob", **({"content": content} | options)
    )


def committed(repo: Repository, *entries: InputGitTreeElement, **options: Any) -> Any:
    parent = repo.get_git_commit(repo.get_branch("main").commit.sha)
    tree = repo.create_git_tree(list(entries), parent.tree)
    return repo.create_git_commit("Update\n", tree, [parent], **options)


def test_three_requests_make_a_commit(repo: Repository, hosted: HostedRepository) -> None:
    made = committed(repo, blob("deep/b.sh", "é\n", mode="100755"), blob("a.yaml", "tag: 9\n"))
    repo.create_git_ref("refs/heads/imagebot/x", made.sha)

    assert hosted.read("imagebot/x", "deep/b.sh").decode() == "é\n"
    assert hosted.git("ls-tree", "-r", "--format=%(objectmode) %(path)", "imagebot/x").text.splitlines() == [
        "100644 a.yaml",
        "100755 deep/b.sh",
    ]
    assert hosted.message("imagebot/x") == "Update"
    assert hosted.git("log", "-1", "--format=%an %cn", "imagebot/x").text == "imagebot GitHub"


def test_a_blob_of_bytes_and_a_file_that_goes(repo: Repository, hosted: HostedRepository) -> None:
    made = repo.create_git_blob("AAH/", "base64")
    commit = committed(
        repo,
        InputGitTreeElement("bin", "100644", "blob", sha=made.sha),
        InputGitTreeElement("a.yaml", "100644", "blob", sha=None),
    )

    assert hosted.read(commit.sha, "bin") == b"\x00\x01\xff"
    assert [each.path for each in repo.get_git_tree(commit.sha, recursive=True).tree] == ["bin"]


# https://docs.github.com/en/authentication/managing-commit-signature-verification: only for bots, and
# only where they name no author, committer or signature themselves
@pytest.mark.parametrize(
    ("bot", "own", "verified"), [(True, False, True), (True, True, False), (False, False, False)]
)
def test_what_github_signs(
    github: GitHubStandIn, hosted: HostedRepository, connect: Connect, bot: bool, own: bool, verified: bool
) -> None:
    token = github.installation_token(github.add_app("shipper", "", {"contents": "write"})) if bot else ""
    repo = connect(token).get_repo(hosted.name)
    author = {"author": InputGitAuthor("Me", "me@example.com")} if own else {}

    made = committed(repo, blob("a.yaml", "b"), **author)

    assert made.raw_data["verification"]["verified"] == verified
    assert (made.sha in hosted.verified) == verified


def test_references_live(repo: Repository, hosted: HostedRepository) -> None:
    main, topic = hosted.tip("main") or "", hosted.tip("topic") or ""
    made = repo.create_git_ref("refs/heads/imagebot/x", main)
    made.edit(topic)
    assert repo.get_git_ref("heads/imagebot/x").object.sha == topic
    made.edit(main, force=True)
    assert [each.ref for each in repo.get_git_matching_refs("heads/imagebot/")] == ["refs/heads/imagebot/x"]

    made.delete()

    assert hosted.tip("imagebot/x") is None
    with pytest.raises(GithubException, match="Reference does not exist"):
        made.delete()
    with pytest.raises(GithubException, match="Not Found"):
        assert repo.get_git_ref("heads/imagebot/x").object.sha


def test_deleting_a_reference_closes_and_tells_who(
    repo: Repository, pull: PullRequest, hosted: HostedRepository
) -> None:
    repo.get_git_matching_refs("heads/topic")[0].delete()

    assert (hosted.pulls[1].open, hosted.pulls[1].closed_by) == (False, "imagebot")


def test_both_worlds_of_checks(repo: Repository, hosted: HostedRepository, owner: Owner) -> None:
    tip = hosted.tip("topic") or ""
    commit = repo.get_commit(tip)
    states = [commit.get_combined_status().state]
    for context, state in (("ci", "success"), ("lint", "pending"), ("lint", "error"), ("lint", "success")):
        commit.create_status(state, context=context, description="d", target_url="https://ci.example/1")
        states.append(commit.get_combined_status().state)
    owner.set_check(tip, "build", None)
    running = [(each.name, each.status) for each in commit.get_check_runs()]
    owner.set_check(tip, "build", "failure")

    assert states == ["pending", "success", "pending", "failure", "success"]
    assert [each.context for each in commit.get_combined_status().statuses] == ["ci", "lint"]
    assert running == [("build", "in_progress")]
    assert [each.conclusion for each in commit.get_check_runs(check_name="build")] == ["failure"]
    assert repo.get_commit("topic").raw_data["sha"] == tip


@pytest.mark.parametrize("ruleset", [False, True])
def test_what_protects_a_branch(
    repo: Repository, hosted: HostedRepository, owner: Owner, ruleset: bool
) -> None:
    owner.require(checks=["ci"], reviews=2, strict=True, ruleset=ruleset)
    hosted.people["imagebot"] = "admin"
    branch = repo.get_branch("main")
    rules = repo.requester.requestJsonAndCheck("GET", "/repos/acme/config/rules/branches/main")[1]

    assert branch.protected == (not ruleset)
    contexts = branch.raw_data["protection"]["required_status_checks"]["contexts"]
    assert contexts == ([] if ruleset else ["ci"])
    assert [each["type"] for each in rules] == (["required_status_checks", "pull_request"] if ruleset else [])
    if ruleset:
        assert rules[1]["parameters"]["required_approving_review_count"] == 2
        with pytest.raises(GithubException, match="Branch not protected"):
            assert branch.get_protection().url
    else:
        protection = branch.get_protection()
        assert protection.required_status_checks.contexts == ["ci"]
        assert protection.required_status_checks.strict
        assert protection.required_pull_request_reviews.required_approving_review_count == 2


def test_releases_comparisons_and_files(
    repo: Repository, hosted: HostedRepository, owner: Owner, ann: Person
) -> None:
    owner.release("v1.0.0", "notes", commit=hosted.tip("main") or "")
    ann.push("topic", {"docs/CODEOWNERS": b"* @ann\n"}, "More\n")
    found = repo.get_release("v1.0.0")
    ahead = repo.compare("v1.0.0", "topic")

    assert (found.name, found.body) == ("v1.0.0", "notes")
    assert (ahead.status, ahead.ahead_by, [each.commit.message for each in ahead.commits]) == (
        "ahead",
        2,
        ["Move", "More"],
    )
    assert [repo.compare(*pair).status for pair in (("topic", "main"), ("main", "main"))] == [
        "behind",
        "identical",
    ]
    assert repo.get_contents("docs/CODEOWNERS", ref="topic").decoded_content == b"* @ann\n"  # type: ignore[union-attr] # a file
    assert [each.path for each in repo.get_contents("docs", ref="topic")] == ["docs/CODEOWNERS"]  # type: ignore[union-attr] # a folder
    for missing in (
        lambda: repo.get_release("v9"),
        lambda: repo.compare("v9", "main").status,
        lambda: repo.get_contents("docs/CODEOWNERS"),
    ):
        with pytest.raises(GithubException, match="Not Found"):
            missing()


def test_commits_without_a_common_past_do_not_compare(repo: Repository, hosted: HostedRepository) -> None:
    hosted.commit("orphan", {"x": b""}, "Alone\n")

    with pytest.raises(GithubException, match="No common ancestor between main and orphan"):
        assert repo.compare("main", "orphan").status


def test_a_large_file_is_told_without_its_content(repo: Repository, hosted: HostedRepository) -> None:
    hosted.commit("main", {"large": b"x" * (1024 * 1024 + 1)}, "Large\n")

    found = repo.get_contents("large")

    assert (found.encoding, found.raw_data["content"]) == ("none", "")  # type: ignore[union-attr] # a file
