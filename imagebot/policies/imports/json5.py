"""JSON, JSON with comments and JSON5, as the project's own reader of YAML takes them.

Source: https://spec.json5.org. Comments go, names without quotes and texts in single quotes get double ones;
every value stays on its line.
"""

from __future__ import annotations

import re

from imagebot.descriptors.nodes import Mapping
from imagebot.descriptors.parsing import parse
from imagebot.descriptors.source import NotUnderstood, Source

_TOKEN = re.compile(
    r"""
      (?P<double>"(?:[^"\\]|\\.)*")
    | (?P<single>'(?:[^'\\]|\\.)*')
    | (?P<comment>//[^\n]*|/\*.*?\*/)
    | (?P<colon>:)
    | (?P<word>[^\s{}\[\],:"'/]+)(?P<key>(?=\s*:))?
    """,
    re.VERBOSE | re.DOTALL,
)


def read_json5(path: str, content: bytes) -> tuple[Source, Mapping]:
    """The object of a file.

    Raises:
        NotUnderstood: If it holds none.
    """
    text = Source.decode(path, content).text
    source = Source.decode(path, _TOKEN.sub(_as_yaml, text).encode("utf-8", "surrogatepass"))
    documents = parse(source)
    if len(documents) != 1 or not isinstance(documents[0], Mapping):
        raise NotUnderstood("not one JSON object")
    return source, documents[0]


def _as_yaml(found: re.Match[str]) -> str:
    if found["double"]:
        return _escapes(found["double"])
    if found["single"]:
        inner = found["single"][1:-1]
        return _escapes('"' + re.sub(r'(\\.)|"', lambda m: m[1] or '\\"', inner, flags=re.DOTALL) + '"')
    if found["comment"]:
        return " " + "\n" * found["comment"].count("\n")
    if found["colon"]:
        return ": "
    return f'"{found["word"]}"' if found["key"] is not None else found["word"]


def _escapes(text: str) -> str:
    r"""YAML knows the escapes of JSON5 but for ``\'``."""
    return re.sub(r"\\(.)", lambda m: "'" if m[1] == "'" else m[0], text, flags=re.DOTALL)
