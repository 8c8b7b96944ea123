"""Settings of a project, in imagebot's words."""

from __future__ import annotations

from typing import Any

import pytest

from imagebot.forges.gitlab.facts import facts_of, merge_methods

PROJECT: dict[str, Any] = {"path_with_namespace": "a/b/c", "default_branch": "main"}


@pytest.mark.parametrize(
    ("method", "squash", "allowed"),
    [
        pytest.param("merge", "default_off", ("merge", "squash"), id="as-new"),
        pytest.param("merge", "never", ("merge",), id="never-squash"),
        pytest.param("merge", "always", ("squash",), id="always-squash"),
        pytest.param("ff", "default_on", ("squash", "rebase"), id="no-merge-commit"),
        pytest.param("rebase_merge", "never", ("merge",), id="semi-linear"),
        pytest.param(None, None, ("merge", "squash"), id="not-told"),
    ],
)
def test_merge_methods(method: str | None, squash: str | None, allowed: tuple[str, ...]) -> None:
    assert merge_methods({"merge_method": method, "squash_option": squash}) == allowed


@pytest.mark.parametrize(
    ("permissions", "may_write"),
    [
        pytest.param({"project_access": {"access_level": 30}, "group_access": None}, True, id="developer"),
        pytest.param({"project_access": {"access_level": 20}, "group_access": None}, False, id="reporter"),
        pytest.param(
            {"project_access": {"access_level": 20}, "group_access": {"access_level": 40}},
            True,
            id="by-group",
        ),
        pytest.param({"project_access": None, "group_access": None}, None, id="no-role-told"),
        pytest.param(None, None, id="nothing-told"),
    ],
)
def test_whether_the_token_may_write(permissions: object, may_write: bool | None) -> None:
    assert facts_of(PROJECT | {"permissions": permissions}, "bot").may_write is may_write


@pytest.mark.parametrize(
    ("settings", "field", "value"),
    [
        pytest.param({"builds_access_level": "disabled"}, "auto_merge", False, id="no-ci-no-automatic-merge"),
        pytest.param({"builds_access_level": "private"}, "auto_merge", True, id="ci-for-members"),
        pytest.param({"issues_access_level": "disabled"}, "issues", False, id="no-issues"),
        pytest.param({"default_branch": None}, "default_branch", "", id="an-empty-project"),
        pytest.param({"archived": True}, "archived", True, id="archived"),
    ],
)
def test_settings(settings: dict[str, object], field: str, value: object) -> None:
    assert getattr(facts_of(PROJECT | settings, "bot"), field) == value
