"""What stands for and against a merge: checks, reviews, rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from imagebot.demo.github.records import PullRequest, Review, Rules

if TYPE_CHECKING:
    from imagebot.demo.github.state import HostedRepository

Verdict = Literal["success", "pending", "failure"]
Decision = Literal["APPROVED", "REVIEW_REQUIRED", "CHANGES_REQUESTED"]

_GOOD = {"success", "neutral", "skipped"}


def verdicts(hosted: HostedRepository, commit: str) -> dict[str, Verdict]:
    """The newest verdict of each context and check run of a commit."""
    found: dict[str, Verdict] = {}
    for status in hosted.statuses:
        if status.commit == commit:
            found[status.context] = "failure" if status.state == "error" else status.state
    for run in hosted.check_runs:
        if run.commit == commit:
            found[run.name] = _verdict(run.conclusion)
    return found


def _verdict(conclusion: str | None) -> Verdict:
    if conclusion is None:
        return "pending"
    return "success" if conclusion in _GOOD else "failure"


def last_reviews(pull: PullRequest) -> dict[str, Review]:
    """The review of each person that counts; a comment takes nothing back."""
    return {review.author: review for review in pull.reviews if review.state != "COMMENTED"}


def decision(hosted: HostedRepository, pull: PullRequest) -> Decision | None:
    """What reviews say; None where none is asked for and none refuses."""
    states = [review.state for review in last_reviews(pull).values() if hosted.may(review.author, "write")]
    needed = hosted.rules_of(pull.base).reviews
    if "CHANGES_REQUESTED" in states:
        return "CHANGES_REQUESTED"
    if states.count("APPROVED") >= max(needed, 1):
        return "APPROVED"
    return "REVIEW_REQUIRED" if needed else None


def objections(hosted: HostedRepository, pull: PullRequest) -> list[str]:
    """What the rules of the base branch say against a merge, in GitHub's words.

    Source: answers of ``PUT /pulls/{number}/merge`` as quoted in public issues, such as
    https://github.com/Reviewable/Reviewable/issues/561.
    """
    rules = hosted.rules_of(pull.base)
    found = _unmet_checks(rules, verdicts(hosted, pull.head_sha))
    reviews = decision(hosted, pull)
    if rules.reviews and reviews == "CHANGES_REQUESTED":
        found.append("Changes have been requested.")
    elif rules.reviews and reviews != "APPROVED":
        noun = "review is" if rules.reviews == 1 else "reviews are"
        found.append(f"At least {rules.reviews} approving {noun} required by reviewers with write access.")
    if rules.strict and not hosted.contains(pull.head_sha, pull.base_sha):
        found.append("Head branch is out of date. Review and try the merge again.")
    return found


def _unmet_checks(rules: Rules, known: dict[str, Verdict]) -> list[str]:
    words = {None: "expected", "pending": "pending", "failure": "failing"}
    unmet = {name: words[state] for name in rules.checks if (state := known.get(name)) != "success"}
    if len(unmet) == 1 and len(rules.checks) == 1:
        return [f'Required status check "{name}" is {word}.' for name, word in unmet.items()]
    if unmet:
        kinds = set(unmet.values())
        why = kinds.pop() if len(kinds) == 1 else "expected"
        return [f"{len(unmet)} of {len(rules.checks)} required status checks are {why}."]
    return []


def mergeable_state(hosted: HostedRepository, pull: PullRequest, *, mergeable: bool | None) -> str:
    """The one word that GitHub has for it all."""
    if mergeable is None:
        return "unknown"
    if not mergeable:
        return "dirty"
    if pull.draft:
        return "draft"
    against = objections(hosted, pull)
    if against:
        behind = len(against) == 1 and against[0].startswith("Head branch is out of date")
        return "behind" if behind else "blocked"
    others = verdicts(hosted, pull.head_sha).values()
    return "clean" if all(state == "success" for state in others) else "unstable"
