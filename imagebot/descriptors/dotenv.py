"""``.env`` files, in which compose projects keep the tags of their images.

Source: https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from imagebot.descriptors.piece import line_piece
from imagebot.descriptors.source import Source
from imagebot.descriptors.variables import Variable

NAME = ".env"
_ASSIGNMENT = re.compile(
    r"^[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_]\w*)[ \t]*=[ \t]*"
    r"(?:'(?P<single>[^'\r\n]*)'|\"(?P<double>[^\"\\\r\n]*)\""
    r"|(?P<plain>[^\s'\"#][^\r\n]*?)?(?=[ \t]+\#|[ \t]*\r?$))",
    re.MULTILINE,
)


def claims(source: Source) -> bool:
    """Whether a file is the one that compose reads by itself."""
    return source.name == NAME


def find(source: Source) -> Iterator[Variable]:
    """Every variable with a value; of several with one name the last counts."""
    found: dict[str, Variable] = {}
    for assignment in _ASSIGNMENT.finditer(source.text):
        group = next((name for name in ("single", "double", "plain") if assignment[name]), None)
        if group is not None:
            value = line_piece(source, *assignment.span(group))
            found[assignment["name"]] = Variable("compose", source.folder, assignment["name"], value)
    yield from found.values()
