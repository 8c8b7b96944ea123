"""Values that name a variable: what is set elsewhere, and where.

A compose file says ``image: acme/web:${TAG}`` and the ``.env`` beside it says ``TAG=1.4.2``; a Flux
Kustomization sets ``postBuild.substitute`` for everything below its path. The reference then stands in
the place where its tag is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from imagebot.descriptors.piece import NotEditable, Piece
from imagebot.descriptors.reference import Place

SYNTAX = {
    "compose": re.compile(
        r"(?<!\$)\$\{(?P<name>[A-Za-z_]\w*)(?::?-(?P<default>[^${}]*)|:?\?[^}]*)?\}|(?<!\$)\$(?P<bare>[A-Za-z_]\w*)"
    ),
    "flux": re.compile(r"\$\{(?P<name>[A-Za-z_]\w*)(?::?[-=](?P<default>[^${}]*))?\}(?P<bare>(?!))?"),
    "shell": re.compile(r"\$\{(?P<name>[A-Za-z_]\w*)(?::?-(?P<default>[^${}]*))?\}|\$(?P<bare>[A-Za-z_]\w*)"),
    "go": re.compile(r"\{\{-?\s*\.?(?P<name>[A-Za-z_][\w.]*)\s*-?\}\}(?P<default>(?!))?(?P<bare>(?!))?"),
    "hcl": re.compile(r"\$\{var\.(?P<name>\w+)\}(?P<default>(?!))?|(?:\A)var\.(?P<bare>\w+)\Z"),
    "tekton": re.compile(
        r"\$\((?:inputs\.)?params\.(?P<name>[A-Za-z_][\w-]*)\)(?P<default>(?!))?(?P<bare>(?!))?"
    ),
}
"""How each tool writes a variable: compose-spec/13-interpolation, drone/envsubst as Flux uses it, shells
(Dockerfile, GitLab CI), Go's templates in an ApplicationSet, Tekton's parameters."""

NO_NAME = "a tag without a name beside it: a rule in imagebot.yaml can say of which image"

SET_BY = {
    "compose": "a `.env` file beside it",
    "flux": "`postBuild.substitute` of a Flux Kustomization that applies it",
    "shell": "this file",
    "go": "a list generator of this file",
    "tekton": "a default in this file",
    "hcl": "a default in this file",
    "helm-repository": "a HelmRepository of this repository",
}


Value = Piece | tuple[Piece | str, ...]
"""What a variable stands for: a text, or one put together from others."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A variable in a text, with its default if it has one."""

    name: str
    default: Piece | None


@dataclass(frozen=True, slots=True)
class Pending:
    """A reference that waits for the values of its variables.

    Attributes:
        group: Whose variables they are: a key of ``SYNTAX``.
        descriptor: Kind of descriptor.
        parts: What it is put together from.
        place: Where it is written.
        chart: Whether it is a Helm chart.
    """

    group: str
    descriptor: str
    parts: tuple[Piece | Hole | str, ...]
    place: Place
    chart: bool = False

    def pieces(self) -> Iterator[Piece]:
        """Its texts that stand in the file, the defaults of its variables among them."""
        for part in self.parts:
            found = part.default if isinstance(part, Hole) else part
            if isinstance(found, Piece):
                yield found


@dataclass(frozen=True, slots=True)
class Variable:
    """A value with a name.

    Attributes:
        group: Whose variable it is.
        folder: The folder that may use it; for ``flux`` with everything below it.
        name: Its name.
        value: Its text, and where that stands.
        owner: Where the object begins that sets it, if several may set the same name.
        before: What is put before the value: the registry of a name.
    """

    group: str
    folder: str
    name: str
    value: Piece
    owner: Place | None = None
    before: tuple[Piece | str, ...] = ()

    def pieces(self) -> list[Piece]:
        """Its texts that stand in the file."""
        return [*(part for part in self.before if isinstance(part, Piece)), self.value]


def with_holes(written: Iterable[Piece | str], group: str) -> tuple[Piece | Hole | str, ...]:
    """Split pieces of text at their variables."""
    found: list[Piece | Hole | str] = []
    for part in written:
        found += [part] if isinstance(part, str) else _split(part, SYNTAX[group])
    return tuple(found)


def filled(parts: Iterable[Piece | Hole | str], values: Mapping[str, Value], group: str) -> list[Piece | str]:
    """Put values, or else defaults, into the place of variables.

    Raises:
        NotEditable: With the name of a variable that has no value.
    """
    found: list[Piece | str] = []
    for part in parts:
        if not isinstance(part, Hole):
            found.append(part)
        elif (value := values.get(part.name) or part.default) is not None:
            found += [value] if isinstance(value, Piece) else value
        else:
            raise NotEditable(
                NO_NAME
                if group == "helm-values"
                else f"the variable {part.name} is not set by {SET_BY[group]}"
            )
    return found


def and_above(folder: str) -> Iterator[str]:
    """A folder and those around it, the root last."""
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
    yield ""


def _split(part: Piece, syntax: re.Pattern[str]) -> Iterator[Piece | Hole]:
    at = 0
    for found in syntax.finditer(part.text):
        if found.start() > at:
            yield part.part(at, found.start())
        default = None
        if found["default"] is not None:
            default = replace(part.part(*found.span("default")), quotable=False)
        yield Hole(found["name"] or found["bare"], default)
        at = found.end()
    if at < len(part.text):
        yield part.part(at)
