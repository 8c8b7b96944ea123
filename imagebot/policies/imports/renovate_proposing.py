"""What Renovate says of pull requests, as the line that says it here.

Source: https://docs.renovatebot.com/configuration-options/
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection

from imagebot.descriptors.nodes import Mapping
from imagebot.policies.imports.documents import is_true, texts
from imagebot.untrusted import clean

USUAL = "docs/proposing.md has what policies and imagebot.yaml say of pull requests"

_STEPS = ("major", "minor", "patch", "digest")
_MONDAYS = 'calendar: {schedule: ["* 0-4 * * mon"]}'
_METHODS = {"squash": "squash", "rebase": "rebase", "merge-commit": "merge"}

Writer = Callable[[Mapping, str, Collection[str]], str]
"""The line for a key of a rule that is about some types of updates, or about all; empty for none."""


def line_for(rule: Mapping, key: str, types: Collection[str]) -> str:
    """What to write in the place of a key, or where to look.

    Args:
        rule: Where the key stands.
        key: A key that is about pull requests.
        types: Update types that the rule is about; empty for all.
    """
    writer = _WRITERS.get(key)
    line = writer(rule, key, types) if writer else ""
    return line or USUAL


def _policy(text: str) -> str:
    return f"write `pull-request: {{{clean(text, 200)}}}` in the policies, or in `defaults`"


def _settings(text: str) -> str:
    return f"write `pull-requests: {{{clean(text, 200)}}}` in imagebot.yaml"


def _labels(rule: Mapping, key: str, types: Collection[str]) -> str:
    return _policy(f"labels: {json.dumps(texts(rule, key))}") if texts(rule, key) and not types else ""


def _people(rule: Mapping, key: str, types: Collection[str]) -> str:
    """People, and teams, which are called ``team:name`` or hold a slash."""
    named = [name.removeprefix("@") for name in texts(rule, key)]
    teams = [name.removeprefix("team:") for name in named if name.startswith("team:") or "/" in name]
    people = [name for name in named if not name.startswith("team:") and "/" not in name]
    word = "assignees" if key == "assignees" else "reviewers"
    found = {word: people, "teams": [] if key == "assignees" else teams}
    said = ", ".join(f"{name}: {json.dumps(listed)}" for name, listed in found.items() if listed)
    return _policy(said) if said and not types else ""


def _group(rule: Mapping, key: str, types: Collection[str]) -> str:
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", rule.text(key)).strip("-._")[:63]
    return _policy(f"group: {name}") if name and "{{" not in rule.text(key) and not types else ""


def _automerge(rule: Mapping, key: str, types: Collection[str]) -> str:
    steps = [step for step in _STEPS if step in types]
    if not is_true(rule, key) or (types and not steps):
        return ""
    return _policy(f"automerge: [{', '.join(steps)}]" if types else "automerge: true")


def _method(rule: Mapping, key: str, types: Collection[str]) -> str:
    method = _METHODS.get(rule.text(key))
    return _policy(f"merge-method: {method}") if method and not types else ""


def _merged_by(rule: Mapping, key: str, types: Collection[str]) -> str:
    return _policy("merge-by: imagebot") if not is_true(rule, key) and not types else ""


def _draft(rule: Mapping, key: str, types: Collection[str]) -> str:
    return _policy("draft: always") if is_true(rule, key) and not types else ""


def _limit(word: str) -> Writer:
    def line(rule: Mapping, key: str, types: Collection[str]) -> str:  # noqa: ARG001 - limits know no types
        number = rule.text(key)
        if not re.fullmatch(r"[0-9]{1,4}", number, re.ASCII):
            return ""
        return _settings(f"limits: {{{word}: {int(number) or 'none'}}}")

    return line


def _zone(rule: Mapping, key: str, types: Collection[str]) -> str:  # noqa: ARG001 - time zones know no types
    return _settings(f"calendar: {{time-zone: {rule.text(key)}}}") if rule.text(key) else ""


def _schedule(rule: Mapping, key: str, types: Collection[str]) -> str:  # noqa: ARG001 - calendars know no types
    """Cron expressions are the same; what Renovate reads as English is for a person to write."""
    found = texts(rule, key) or [rule.text(key)]
    cron = all(len(text.split()) == 5 and text.split()[0] == "*" for text in found)
    if not cron:
        return f"write cron expressions instead; {_settings(_MONDAYS)}"
    return _settings(f"calendar: {{schedule: {json.dumps(found)}}}")


_WRITERS: dict[str, Writer] = {
    "labels": _labels,
    "addLabels": _labels,
    "reviewers": _people,
    "additionalReviewers": _people,
    "assignees": _people,
    "groupName": _group,
    "automerge": _automerge,
    "automergeStrategy": _method,
    "platformAutomerge": _merged_by,
    "draftPR": _draft,
    "prConcurrentLimit": _limit("open"),
    "prHourlyLimit": _limit("new-per-hour"),
    "branchConcurrentLimit": _limit("branches"),
    "timezone": _zone,
    "schedule": _schedule,
    "automergeSchedule": _schedule,
    "dependencyDashboard": lambda rule, key, _: _settings(f"dashboard: {str(is_true(rule, key)).lower()}"),
    "platformCommit": lambda *_: "write `commits: {through: api}` in imagebot.yaml",
    "semanticCommits": lambda *_: "write `commits: {conventional: true}` in imagebot.yaml, or false",
}
