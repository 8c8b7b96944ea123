"""Where an image says that it was built from: what its labels name, as far as it can be followed.

Source: https://github.com/opencontainers/image-spec/blob/main/annotations.md; the names that begin with
``org.label-schema`` are those that came before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imagebot.evidence import Described

_SOURCE = ("org.opencontainers.image.source", "org.label-schema.vcs-url")
_REVISION = ("org.opencontainers.image.revision", "org.label-schema.vcs-ref")
_ADDRESS = re.compile(
    r"(?P<repository>https://(?P<host>[0-9a-z-]+(?:\.[0-9a-z-]+)*(?::[1-9]\d{0,4})?)(?:/[0-9A-Za-z._~-]{1,100}){2,8}?)"
    r"(?:\.git)?(?:/?$|/(?:-/|tree/|blob/|src/|commit/).{0,200}$|[?#].{0,200}$)",
    re.ASCII,
)
_FLAT = re.compile(r"(?P<repository>https://github\.com/[^/?#]+/[^/?#]+?)(?:\.git)?(?:[/?#].*)?", re.ASCII)
_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/-]{0,127}", re.ASCII)
_SHORT = 7
_COMMIT_LENGTHS = frozenset({40, 64})


@dataclass(frozen=True, slots=True)
class SourceLinks:
    """Two images and the source that they say they were built from: their own word.

    Attributes:
        repository: ``https://HOST/owner/name`` of the later one; empty if it names none that can be followed.
        old: Commit or tag of the earlier one; empty if it names none, or another repository.
        new: Commit or tag of the later one; empty if it names none.
    """

    repository: str = ""
    old: str = ""
    new: str = ""

    @property
    def compare(self) -> str:
        """Where a person reads what lies between; empty where that cannot be told."""
        if not self.repository or not self.old or not self.new or self.old == self.new:
            return ""
        form = _forms(self.repository)
        return form.compare.format(self.repository, self.old, self.new) if form else ""

    @property
    def commit(self) -> str:
        """Where a person reads the later commit; empty where that cannot be told."""
        form = _forms(self.repository) if self.repository and self.new else None
        return form.commit.format(self.repository, self.new) if form else ""


@dataclass(frozen=True, slots=True)
class _Forms:
    """How a forge writes its addresses."""

    compare: str
    commit: str


_GITHUB = _Forms("{}/compare/{}...{}", "{}/commit/{}")
_GITLAB = _Forms("{}/-/compare/{}...{}", "{}/-/commit/{}")
_KNOWN = {
    "github": _GITHUB,
    "ghe": _GITHUB,
    "gitlab": _GITLAB,
    "gitea": _GITHUB,
    "forgejo": _GITHUB,
    "codeberg": _GITHUB,
}
"""By a part of the host's name; Gitea and Forgejo write them as GitHub does."""


def source_links(before: Described | None, after: Described | None) -> SourceLinks:
    """What two images say of their sources.

    Args:
        before: The image that runs now; None where nobody asked.
        after: The one that it moves to; None where nobody asked.
    """
    repository = repository_of(after)
    same = repository and repository_of(before).lower() == repository.lower()
    return SourceLinks(repository, revision_of(before) if same else "", revision_of(after))


def repository_of(described: Described | None) -> str:
    """The repository an image names: over HTTPS, and without a user or password; empty if there is none."""
    for text in _labels(described, _SOURCE):
        match = _ADDRESS.fullmatch(text)
        if match and (host := match["host"]) and ".." not in text:
            flat = _FLAT.fullmatch(text) if host == "github.com" else None
            return (flat or match)["repository"].removesuffix(".git")
    return ""


def revision_of(described: Described | None) -> str:
    """The commit or tag an image names; empty if there is none."""
    fitting = (text for text in _labels(described, _REVISION) if _NAME.fullmatch(text) and ".." not in text)
    return next(fitting, "")


def short_revision(revision: str) -> str:
    """A commit by its first digits, a tag whole."""
    return revision[:_SHORT] if len(revision) in _COMMIT_LENGTHS else revision


def _labels(described: Described | None, keys: tuple[str, ...]) -> list[str]:
    labels: Mapping[str, str] = described.labels if described else {}
    return [labels[key] for key in keys if key in labels]


def _forms(repository: str) -> _Forms | None:
    host = repository.removeprefix("https://").partition("/")[0].partition(":")[0]
    parts = re.split(r"[.-]", host)
    return next((form for name, form in _KNOWN.items() if name in parts), None)
