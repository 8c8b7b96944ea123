"""What CI reported of a commit: commit statuses and check runs, which GitHub keeps apart.

https://docs.github.com/rest/commits/statuses and https://docs.github.com/rest/checks/runs
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from imagebot.forges.github.api import Api, Item

State = Literal["pending", "passed", "failed"]

MOST_REPORTS = 1_000
_GOOD = frozenset({"success", "neutral", "skipped"})


def read_checks(api: Api, commits: str) -> Mapping[str, State]:
    """State of each check of a commit, by name; the worse one counts where a name occurs twice.

    Args:
        api: Sends requests; what PyGithub raises goes through.
        commits: Path of the commit.
    """
    statuses = api.pages(f"{commits}/status", limit=MOST_REPORTS)
    runs = api.pages(f"{commits}/check-runs", limit=MOST_REPORTS, filter="latest")
    found: dict[str, State] = {}
    for name, state in [*map(_of_status, statuses), *map(_of_run, runs)]:
        found[name] = together((found.get(name, state), state))
    return found


def together(states: Iterable[State]) -> State:
    """One word for several: what failed counts first, then what is pending."""
    there = set(states)
    if "failed" in there:
        return "failed"
    return "pending" if "pending" in there else "passed"


def _of_status(item: Item) -> tuple[str, State]:
    state = item["state"]
    return item["context"], "passed" if state == "success" else "pending" if state == "pending" else "failed"


def _of_run(item: Item) -> tuple[str, State]:
    if item["status"] != "completed":
        return item["name"], "pending"
    return item["name"], "passed" if item.get("conclusion") in _GOOD else "failed"
