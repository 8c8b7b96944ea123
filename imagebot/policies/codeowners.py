"""Who owns files, as a CODEOWNERS file says it.

Each forge reads the file in its own way:

- GitHub: patterns as in ``.gitignore``; of the lines that match a file, the last one counts.
  https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
- GitLab: the same in each section, with default owners of a section, and ``!`` for files that it leaves out;
  a path matches at any depth unless it begins with ``/``.
  https://docs.gitlab.com/user/project/codeowners/reference/
- Gitea and Forgejo: Go's regular expressions, which are RE2, on whole paths; all lines that match count, and
  of those with ``!`` all that do not. https://docs.gitea.com/usage/code-owners

Owners that are named by e-mail address or by role (``@@developer``) are left out: they are no logins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from imagebot.policies.pattern import InvalidPattern, Pattern
from imagebot.policies.policy import ForgeKind

PLACES = (
    ".github/CODEOWNERS",
    "CODEOWNERS",
    "docs/CODEOWNERS",
    ".gitlab/CODEOWNERS",
    ".gitea/CODEOWNERS",
    ".forgejo/CODEOWNERS",
)
"""Where the file may stand; the first that is there counts."""

SIZE_LIMIT = 1024 * 1024
"""Bytes of a file that is read; GitHub itself reads none above 3 MB."""

_WORD = re.compile(r"(?:\\.|[^\s\\])+")
_SECTION = re.compile(r"\^?\[(?P<name>[^\]]+)\](?:\[[0-9]+\])?(?P<owners>(?:\s.*)?)")
_OWNER = re.compile(r"@(?P<name>[A-Za-z0-9_][A-Za-z0-9._-]*(?P<team>(?:/[A-Za-z0-9_][A-Za-z0-9._-]*)*))")
_WILD = re.compile(r"(?P<folders>(?:^|(?<=/))\*\*/)|(?P<all>(?<=/)\*\*$)|\*+|\?|\\(?P<literal>.)|[^*?\\]+|\\")


@dataclass(frozen=True, slots=True)
class Owners:
    """Owners of files, each once, in the order in which they were met.

    Attributes:
        users: Logins, without ``@``. On GitLab groups at the top look the same.
        teams: Teams or nested groups, such as ``acme/platform``.
    """

    users: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Rule:
    """A line.

    Attributes:
        negated: Whether it begins with ``!``.
        owners: Names without ``@``.
    """

    pattern: Pattern
    negated: bool
    owners: tuple[str, ...]


@dataclass(slots=True)
class _Section:
    """Lines of which the last that matches counts."""

    defaults: tuple[str, ...] = ()
    rules: list[_Rule] = field(default_factory=list)


def owners(content: bytes, paths: Iterable[str], forge: ForgeKind = "github") -> Owners:
    """The owners of files; what cannot be read of the file costs only itself.

    Args:
        content: Of the file; one above the limit owns nothing.
        paths: Relative to the root of the repository.
        forge: Whose rules hold; plain Git has those of GitHub.
    """
    sections = _sections(content, forge) if len(content) <= SIZE_LIMIT else []
    every = forge == "gitea"
    names = dict.fromkeys(
        name
        for path in paths
        for section in sections
        for name in (_of_all if every else _of_last)(section, path)
    )
    users = tuple(name for name in names if "/" not in name)
    return Owners(users, tuple(name for name in names if "/" in name))


def _of_all(section: _Section, path: str) -> Iterator[str]:
    for rule in section.rules:
        if rule.pattern.matches(path) != rule.negated:
            yield from rule.owners


def _of_last(section: _Section, path: str) -> tuple[str, ...]:
    """Who the last line names; nobody where the section leaves the file out."""
    if any(rule.negated and rule.pattern.matches(path) for rule in section.rules):
        return ()
    last = next((rule for rule in reversed(section.rules) if rule.pattern.matches(path)), None)
    return last.owners if last else ()


def _sections(content: bytes, forge: ForgeKind) -> list[_Section]:
    """The sections; what stands above the first is one, and those of one name are one."""
    current = _Section()
    found = {"": current}
    for line in content.decode("utf-8-sig", "replace").splitlines():
        text = line.strip()
        head = _SECTION.fullmatch(text) if forge == "gitlab" else None
        if head:
            current = found.setdefault(head["name"].strip().lower(), _Section())
            current.defaults = _named(_words(head["owners"])) or current.defaults
        elif rule := _rule(text, forge, current.defaults):
            current.rules.append(rule)
    return list(found.values())


def _rule(text: str, forge: ForgeKind, defaults: tuple[str, ...]) -> _Rule | None:
    first, *rest = _words(text) or [""]
    negated = first.startswith("!")
    glob = first.removeprefix("!")
    if not glob or (negated and forge not in ("gitlab", "gitea")):
        return None
    try:
        pattern = Pattern.parse(glob if forge == "gitea" else _regex(glob, any_depth=forge == "gitlab"))
    except InvalidPattern:
        return None
    return _Rule(pattern, negated, _named(rest) or defaults)


def _words(text: str) -> list[str]:
    """The words of a line, up to a comment; a blank behind a backslash ends none."""
    found = []
    for word in _WORD.findall(text):
        if word.startswith("#"):
            break
        found.append(word)
    return found


def _named(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(owner["name"] for word in words if (owner := _OWNER.fullmatch(word)))


def _regex(glob: str, *, any_depth: bool) -> str:
    """A pattern of ``.gitignore`` as an expression on whole paths (https://git-scm.com/docs/gitignore).

    Args:
        glob: The pattern.
        any_depth: Whether one with a slash within matches at any depth.
    """
    bare = glob.strip("/")
    anchored = glob.startswith("/") or ("/" in bare and not any_depth)
    # `docs/*` is what stands in the folder itself
    below = "/.*" if glob.endswith("/") else "" if glob.endswith("/*") else "(?:/.*)?"
    body = "".join(_part(part) for part in _WILD.finditer(bare))
    return f"(?s){'' if anchored else '(?:.*/)?'}{body}{below}"


def _part(part: re.Match[str]) -> str:
    if part["folders"]:
        return "(?:.*/)?"
    if part["all"]:
        return ".*"
    if part[0].startswith("*"):
        return "[^/]*"
    return "[^/]" if part[0] == "?" else re.escape(part["literal"] or part[0])
