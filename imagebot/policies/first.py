"""The first policy file, for a repository that has none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from imagebot.descriptors.reference import Reference
from imagebot.references.image import ImageName
from imagebot.references.orders import calver
from imagebot.references.version import TagVersion

_NO_NAME = re.compile(r"\A[^A-Za-z0-9]+|[^A-Za-z0-9._:-]+")
"""What a name of an image may hold and that of a policy may not."""

_PRESETS = {
    "java-8": re.compile(r"8u[0-9]+-b[0-9]+.*"),
    "branch-sha-timestamp": re.compile(r".+-[0-9a-f]{7,40}-[0-9]+"),
    "build-number": re.compile(r"(?:[A-Za-z][A-Za-z0-9]*[-._])+[0-9]+|[0-9]{4,}"),
}
"""Presets by the form of their tags, the narrowest first; a number of four digits is no major version."""

HEAD = """\
# Policies of imagebot: which images may move, and how far.
#
# The first policy that matches a reference governs it; images that no policy names are never changed.
#   imagebot validate    checks this file
#   imagebot plan        shows what it would change, and changes nothing
#   imagebot explain     shows each tag of an image and the rule that kept or dropped it
"""

EMPTY = """\
# No image with a tag was found. A policy looks like this:
#
#  - name: web
#    images: ["ghcr.io/acme/web"]
#    tags: {order: semver, range: ">=1.4 <2"}
"""


def first_policy(references: Iterable[Reference]) -> str:
    """The text of a first policy file: one policy for each image found, in order of name.

    Tags that are versions move within their major version, dates and builds to later ones; a tag that is
    none of these and pins a digest is followed; what cannot be followed is said in a comment.
    """
    by_name: dict[ImageName, list[Reference]] = {}
    for reference in references:
        if not reference.ignored:
            by_name.setdefault(reference.image.name, []).append(reference)
    names = _unique_names(sorted(by_name))
    blocks = [_block(names[name], name, by_name[name]) for name in sorted(by_name)]
    active = any("\n  - name: " in block for block in blocks)
    return "\n".join([HEAD, "policies:" if active else "policies: []", *(blocks or [EMPTY])])


def _unique_names(names: Sequence[ImageName]) -> dict[ImageName, str]:
    """The last part of the path as the policy's name, more of it where two would be called alike."""
    given: dict[ImageName, str] = {}
    for name in names:
        parts = f"{name.host}/{name.path}".split("/")
        choices = [_NO_NAME.sub("", "-".join(parts[-depth:]))[:63] for depth in range(1, len(parts) + 1)]
        free = [choice for choice in choices if choice and choice not in given.values()]
        given[name] = free[0] if free else f"image-{len(given) + 1}"
    return given


def _block(policy: str, name: ImageName, references: Sequence[Reference]) -> str:
    tags = sorted({r.image.tag for r in references if r.image.tag})
    habits = {tag: habit for tag in tags if (habit := _habit(tag))}
    versions = [version for tag in tags if tag not in habits and (version := TagVersion.parse(tag))]
    if versions:
        return _semver(policy, name, versions)
    if habits:
        return _by_habit(policy, name, habits)
    if any(r.image.tag and r.image.digest for r in references):
        return _policy(
            policy,
            name,
            f"# {_listed(tags)}: a tag that moves, followed by its pinned digest",
            "tags: {order: digest}",
        )
    why = f"{_listed(tags)} is no version" if tags else "no tag is written"
    return (
        f"  # {name}: {why}, so there is nothing to compare.\n"
        "  # Write a version to start from, or pin a digest (tag@sha256:...) and follow it:\n"
        f'  # - name: {policy}\n  #   images: ["{name}"]\n  #   tags: {{order: digest}}\n'
    )


def _habit(tag: str) -> str:
    """What to write for a tag that is ordered by something else than a version; empty for all others."""
    dated = calver.read(tag)
    if dated and dated.version and dated.version.layout.startswith("YYYY"):
        return "tags: {order: calver}"
    return next(
        (f"extends: imagebot:{preset}" for preset, form in _PRESETS.items() if form.fullmatch(tag)), ""
    )


def _by_habit(policy: str, name: ImageName, habits: Mapping[str, str]) -> str:
    """The habit of most tags, as an image has one policy here."""
    habit = max(sorted(set(habits.values())), key=list(habits.values()).count)
    return _policy(policy, name, f"# now at {_listed(list(habits))}", habit)


def _semver(policy: str, name: ImageName, versions: Sequence[TagVersion]) -> str:
    newest = max(versions)
    shown = _listed([version.text for version in sorted(versions)])
    return _policy(
        policy, name, f"# now at {shown}", f'tags: {{order: semver, range: "<{newest.release[0] + 1}"}}'
    )


def _policy(policy: str, name: ImageName, comment: str, rules: str) -> str:
    return f'  {comment}\n  - name: {policy}\n    images: ["{name}"]\n    {rules}\n'


def _listed(tags: Sequence[str]) -> str:
    shown = ", ".join(tags[:5])
    return f"{shown} ..." if len(tags) > 5 else shown
