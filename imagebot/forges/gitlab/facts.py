"""What GitLab says of a project: https://docs.gitlab.com/api/projects/#get-a-single-project."""

from __future__ import annotations

from imagebot.forges.gitlab.calls import Json
from imagebot.forges.values import RepositoryFacts
from imagebot.policies.proposing import MergeMethod

_DEVELOPER = 30


def facts_of(project: Json, login: str) -> RepositoryFacts:
    """The project in imagebot's words; GitLab's automatic merge cannot be switched off but with its CI."""
    return RepositoryFacts(
        name=str(project["path_with_namespace"]),
        default_branch=project.get("default_branch") or "",
        login=login,
        archived=project.get("archived") is True,
        may_write=_may_write(project),
        auto_merge=project.get("builds_access_level") != "disabled",
        merge_methods=merge_methods(project),
        issues=project.get("issues_access_level") != "disabled",
    )


def merge_methods(project: Json) -> tuple[MergeMethod, ...]:
    """Methods that a project allows, the first preferred.

    ``ff`` makes no merge commit, which elsewhere is called to rebase; ``rebase_merge`` makes one.
    """
    whole: MergeMethod = "rebase" if project.get("merge_method") == "ff" else "merge"
    allowed: dict[str, tuple[MergeMethod, ...]] = {
        "never": (whole,),
        "always": ("squash",),
        "default_on": ("squash", whole),
    }
    return allowed.get(str(project.get("squash_option")), (whole, "squash"))


def _may_write(project: Json) -> bool | None:
    """Whether the token's role is Developer or more; None where GitLab tells no role.

    It tells none of a role that comes with an invitation of a group, or of an administrator.
    """
    permissions = project.get("permissions") or {}
    roles = [access["access_level"] for access in permissions.values() if access]
    return max(roles) >= _DEVELOPER if roles else None
