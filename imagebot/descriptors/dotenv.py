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
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_NAME = re.compile(r"[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_]\w*)[ \t]*=[ \t]*")
_COMMENT = re.compile(r"[ \t]#")


def claims(source: Source) -> bool:
    """Whether a file holds variables, by its name: ``.env``, ``.env.prod``, ``stack.env``."""
    return source.name == NAME or source.name.startswith(".env.") or source.name.endswith(".env")


def find(source: Source) -> Iterator[Variable]:
    """Every variable with a value; of several with one name the last counts.

    Compose reads ``.env`` by itself; of other files it is only said what they hold.
    """
    group = "compose" if source.name == NAME else "env-file"
    found: dict[str, Variable] = {}
    for name, start, end in _assignments(source.text):
        found.pop(name, None)
        if start < end:
            found[name] = Variable(group, source.folder, name, line_piece(source, start, end))
    yield from found.values()


def _assignments(text: str) -> Iterator[tuple[str, int, int]]:
    """Name and extent of every value that stands on one line."""
    within = ""
    for line in _LINE.finditer(text):
        body = line.group().rstrip("\r\n")
        if within:
            within = "" if within in body else within
            continue
        named = _NAME.match(body)
        if named is None:
            continue
        start = named.end()
        quote = body[start : start + 1]
        if quote in {'"', "'"} and quote:
            end = body.find(quote, start + 1)
            if end < 0:
                within = quote  # a value of several lines, which is not edited
            elif not body[end + 1 :].split("#")[0].strip() and "\\" not in body[start:end]:
                yield named["name"], line.start() + start + 1, line.start() + end
            continue
        comment = _COMMENT.search(body, start)
        value = body[start : comment.start() if comment else len(body)].rstrip()
        yield named["name"], line.start() + start, line.start() + start + len(value)
