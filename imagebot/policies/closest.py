"""What a name or glob that matches nothing may have been meant to be."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from itertools import islice

_MOST = 1000
"""Names that are compared: enough for a hint, and no reason to wait for it."""


def closest(glob: str, found: Collection[str]) -> str | None:
    """The name whose last component is like that of a glob; of several, the one most like it as a whole.

    Names of one registry are all alike in front, so that a comparison of whole names would suggest any of
    them. Where the last component is a wildcard, the one before it counts.

    >>> closest("docker.io/library/ngnix", ["docker.io/library/redis", "docker.io/library/nginx"])
    'docker.io/library/nginx'
    """
    depth = 2 if glob.rpartition("/")[2].strip("*") == "" else 1
    by_tail: dict[str, list[str]] = {}
    for name in islice(found, _MOST):
        by_tail.setdefault(_component(name, depth), []).append(name)
    tail = _component(glob, depth)
    near = difflib.get_close_matches(tail, by_tail, n=1, cutoff=0.6) if tail else []
    return difflib.get_close_matches(glob, by_tail[near[0]], n=1, cutoff=0.0)[0] if near else None


def _component(name: str, depth: int) -> str:
    return next(iter(name.split("/")[-depth:]), "")
