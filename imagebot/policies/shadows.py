"""Whether one policy leaves nothing to another, whatever the repository holds."""

from __future__ import annotations

import re

from imagebot.policies.globs import image_matcher
from imagebot.policies.policy import Policy

_WILD = re.compile(r"[*?\[]")
_BEYOND_STARS = re.compile(r"[?\[]")


def is_shadowed(later: Policy, earlier: Policy) -> bool:
    """Whether the earlier policy names all images of the later one, in all places where that governs.

    It says yes only where that is plain; what would need the regular expressions compared is not found.
    """
    return (
        all(any(covers(wide, glob) for wide in earlier.images) for glob in later.images)
        and _holds(earlier.environments, later.environments)
        and _holds(earlier.paths, later.paths)
    )


def covers(wide: str, narrow: str) -> bool:
    """Whether a normalised image glob matches all that another one matches, where that is plain.

    >>> covers("ghcr.io/acme/*", "ghcr.io/acme/web-*")
    True
    >>> covers("ghcr.io/acme/web-?", "ghcr.io/acme/web-*")
    False
    """
    if wide == narrow:
        return True
    # read as a text, the stars of the narrow glob can only be taken up by stars of the wide one
    plain = not _WILD.search(narrow) or not _BEYOND_STARS.search(wide + narrow)
    return plain and image_matcher(wide).match(narrow) is not None


def _holds(wide: tuple[str, ...], narrow: tuple[str, ...]) -> bool:
    """Whether a scope holds another one; an empty scope is everywhere."""
    return not wide or (bool(narrow) and set(narrow) <= set(wide))
