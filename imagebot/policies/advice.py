"""What to write in a policy for a tag that cannot be compared as it is."""

from __future__ import annotations

import re

from imagebot.policies.policy import TagRules
from imagebot.references.orders import calver
from imagebot.references.suffix import commit_in, is_commit
from imagebot.references.version import TagVersion

_HEX = "[0-9a-f]"
_WORDS = re.compile(r"(?P<words>(?:[A-Za-z][A-Za-z0-9]*[-_.])+?)(?P<version>[vV]?[0-9]+\.[0-9].*)")
_COUNTED = re.compile(r"(?P<words>(?:[A-Za-z][A-Za-z0-9]*[-_.])+)[0-9]+")
_BUILT = re.compile(rf"(?P<branch>[A-Za-z0-9._-]+)-{_HEX}{{7,40}}-[0-9]{{8,20}}")
_COMMITTED = re.compile(rf"(?P<branch>[A-Za-z0-9._-]+[-_.])(?P<commit>{_HEX}{{7,40}})")
_FOLLOW = "write the tag to start from, or follow it with `order: digest`"


def to_start(tag: str, rules: TagRules) -> str:
    """What to write so that there is a way on from a tag that the rules cannot read."""
    if rules.order != "semver" or rules.match:
        return _FOLLOW
    if is_commit(tag):
        return "it looks like a commit, which says nothing of its age: write `order: created`"
    if calver.read(tag):
        return "it begins with a date: write `order: calver`"
    return _pattern(tag) or _FOLLOW


def _pattern(tag: str) -> str:
    """An expression for what stands behind the words of a branch or a product; empty if nothing does."""
    if built := _BUILT.fullmatch(tag):
        branch = _escaped(built["branch"])
        return f"write `order: numerical, match: '^{branch}-{_HEX}+-(?P<version>[0-9]+)$'`"
    committed = _COMMITTED.fullmatch(tag)
    if committed and is_commit(committed["commit"]):
        digits = len(committed["commit"])
        return f"write `order: created, match: '^{_escaped(committed['branch'])}{_HEX}{{{digits}}}$'`"
    named = _WORDS.fullmatch(tag)
    if named and TagVersion.parse(named["version"]):
        return f"write `match: '^{_escaped(named['words'])}(?P<version>.+)$'`"
    counted = _COUNTED.fullmatch(tag)
    if counted:
        return f"write `order: numerical, match: '^{_escaped(counted['words'])}(?P<version>[0-9]+)$'`"
    return ""


def for_commit(version: TagVersion) -> str:
    """What to write where a commit stands behind the deployed version, and in no other tag; else empty."""
    commit = commit_in(version.family)
    if not commit:
        return ""
    before, _, behind = version.text.rpartition(commit)
    pattern = f"^(?P<version>.+){_escaped(before[-1])}{_HEX}{{{len(commit)}}}{_escaped(behind)}$"
    return f"{commit} looks like a commit: write `match: '{pattern}'`"


def _escaped(text: str) -> str:
    return text.replace(".", r"\.")
