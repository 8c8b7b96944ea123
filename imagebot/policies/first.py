"""The first policy file, for a repository that has none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from imagebot.descriptors.reference import Reference
from imagebot.references.image import ImageName
from imagebot.references.version import TagVersion

_NO_NAME = re.compile(r"\A[^A-Za-z0-9]+|[^A-Za-z0-9._:-]+")
"""What a name of an image may hold and that of a policy may not."""

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

    Tags that are versions move within their major version; a tag that is none and pins a digest is
    followed; what cannot be followed is said in a comment.
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
    versions = [version for tag in tags if (version := TagVersion.parse(tag))]
    if versions:
        return _semver(policy, name, versions)
    if any(r.image.tag and r.image.digest for r in references):
        return _policy(
            policy,
            name,
            f"# {_listed(tags)}: a tag that moves, followed by its pinned digest",
            "{order: digest}",
        )
    why = f"{_listed(tags)} is no version" if tags else "no tag is written"
    return (
        f"  # {name}: {why}, so there is nothing to compare.\n"
        "  # Write a version to start from, or pin a digest (tag@sha256:...) and follow it:\n"
        f'  # - name: {policy}\n  #   images: ["{name}"]\n  #   tags: {{order: digest}}\n'
    )


def _semver(policy: str, name: ImageName, versions: Sequence[TagVersion]) -> str:
    newest = max(versions)
    shown = _listed([version.text for version in sorted(versions)])
    return _policy(policy, name, f"# now at {shown}", f'{{order: semver, range: "<{newest.release[0] + 1}"}}')


def _policy(policy: str, name: ImageName, comment: str, tags: str) -> str:
    return f'  {comment}\n  - name: {policy}\n    images: ["{name}"]\n    tags: {tags}\n'


def _listed(tags: Sequence[str]) -> str:
    shown = ", ".join(tags[:5])
    return f"{shown} ..." if len(tags) > 5 else shown
