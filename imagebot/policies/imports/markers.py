"""Flux's setter markers in the files of a repository."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from imagebot.descriptors.comments import setter
from imagebot.descriptors.names import is_yaml
from imagebot.policies.imports.imported import Origin

_SIGN = b"$imagepolicy"


@dataclass(frozen=True, slots=True)
class Marker:
    """A comment that names a policy.

    Attributes:
        namespace: Before the colon; empty where none is written.
        name: Of the ImagePolicy.
    """

    namespace: str
    name: str
    at: Origin


def markers(files: Mapping[str, bytes]) -> Iterator[Marker]:
    """Every marker of every YAML file, in the order of the files."""
    for path in sorted(files):
        if _SIGN not in files[path] or not is_yaml(path):
            continue
        for number, line in enumerate(files[path].decode("utf-8", "replace").split("\n"), 1):
            if found := setter(line):
                namespace, _, name = found[0].rpartition(":")
                yield Marker(namespace, name, Origin(path, number))
