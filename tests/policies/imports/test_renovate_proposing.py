from __future__ import annotations

import json
from typing import Any

import pytest

from imagebot.policies.imports.renovate import import_renovate
from imagebot.policies.imports.renovate_proposing import USUAL


def instead(rule: dict[str, Any]) -> list[str]:
    """What to write in the place of the keys of a rule that are about pull requests."""
    files = {
        "renovate.json": json.dumps({"packageRules": [{"matchPackageNames": ["nginx"], **rule}]}).encode()
    }
    found = import_renovate(files).leftovers
    return [left.instead for left in found if left.id == "import-pull-request"]


def policy(text: str) -> str:
    return f"write `pull-request: {{{text}}}` in the policies, or in `defaults`"


def settings(text: str) -> str:
    return f"write `pull-requests: {{{text}}}` in imagebot.yaml"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param({"labels": ["a", "b c"]}, policy('labels: ["a", "b c"]'), id="labels"),
        pytest.param({"addLabels": ["a"]}, policy('labels: ["a"]'), id="more-labels"),
        pytest.param(
            {"reviewers": ["@bob", "team:web", "acme/sre"]},
            policy('reviewers: ["bob"], teams: ["web", "acme/sre"]'),
            id="reviewers-and-teams",
        ),
        pytest.param({"assignees": ["bob"]}, policy('assignees: ["bob"]'), id="assignees"),
        pytest.param({"groupName": "Web & shop"}, policy("group: Web-shop"), id="group"),
        pytest.param({"groupName": "{{manager}}"}, USUAL, id="group-of-a-template"),
        pytest.param({"automerge": True}, policy("automerge: true"), id="automerge"),
        pytest.param({"automerge": False}, USUAL, id="no-automerge"),
        pytest.param(
            {"automerge": True, "matchUpdateTypes": ["patch", "minor", "pin"]},
            policy("automerge: [minor, patch]"),
            id="automerge-of-steps",
        ),
        pytest.param(
            {"digest": {"automerge": True}}, policy("automerge: [digest]"), id="automerge-of-one-type"
        ),
        pytest.param({"labels": ["a"], "matchUpdateTypes": ["major"]}, USUAL, id="labels-of-steps"),
        pytest.param({"automergeStrategy": "merge-commit"}, policy("merge-method: merge"), id="method"),
        pytest.param({"automergeStrategy": "fast-forward"}, USUAL, id="method-that-is-not-here"),
        pytest.param({"platformAutomerge": False}, policy("merge-by: imagebot"), id="merged-by"),
        pytest.param({"draftPR": True}, policy("draft: always"), id="draft"),
        pytest.param({"prConcurrentLimit": 5}, settings("limits: {open: 5}"), id="open"),
        pytest.param({"prConcurrentLimit": 0}, settings("limits: {open: none}"), id="no-limit"),
        pytest.param({"prHourlyLimit": 2}, settings("limits: {new-per-hour: 2}"), id="per-hour"),
        pytest.param(
            {"timezone": "Europe/Berlin"}, settings("calendar: {time-zone: Europe/Berlin}"), id="zone"
        ),
        pytest.param(
            {"schedule": ["* 0-3 * * 1"]}, settings('calendar: {schedule: ["* 0-3 * * 1"]}'), id="cron"
        ),
        pytest.param(
            {"schedule": ["before 4am on monday"]},
            "write cron expressions instead; " + settings('calendar: {schedule: ["* 0-4 * * mon"]}'),
            id="english",
        ),
        pytest.param({"dependencyDashboard": True}, settings("dashboard: true"), id="dashboard"),
        pytest.param({"rebaseWhen": "auto"}, USUAL, id="something-else"),
    ],
)
def test_what_is_said_of_pull_requests_comes_with_its_line(rule: dict[str, Any], expected: str) -> None:
    assert instead(rule) == [expected]
