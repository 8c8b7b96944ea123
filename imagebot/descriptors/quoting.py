"""Whether a text may stand plain in YAML and stay a string."""

from __future__ import annotations

import re

_NOT_STRINGS = re.compile(
    r"""
      [-+]?[0-9][0-9_]*                                      # integers, and octal 017 in YAML 1.1
    | [-+]?0[bBoOxX][-+]?[0-9a-fA-F_]+                       # binary, octal, hexadecimal; Go takes a sign
    | [-+]?(?:[0-9][0-9_]*)?\.?[0-9_]*(?:[eE][-+]?[0-9]+)?   # floats
    | [-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?       # sexagesimal in YAML 1.1
    | [-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)
    | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?             # dates and times
    | ~|null|Null|NULL|true|True|TRUE|false|False|FALSE
    | yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF|y|Y|n|N      # booleans in YAML 1.1
    | =|<<|
    """,
    re.VERBOSE,
)
_INTEGER = re.compile(r"0|[1-9][0-9]{0,17}")
_SAFE_DIGITS = 6
"""Digits of a number that Helm writes out in full: with a seventh, 1000000 may become 1e+06."""
_FLOAT = re.compile(r"(?:0|[1-9][0-9]{0,5})\.[0-9]{0,6}[1-9]")


def is_string(text: str) -> bool:
    """Whether a plain text is a string for readers of YAML 1.1 and of YAML 1.2."""
    return _NOT_STRINGS.fullmatch(text) is None


def needs_quotes(old: str, new: str) -> bool:
    """Whether a plain ``new`` in the place of a plain ``old`` would be read as something else.

    A number in the place of a number stays as it is, if it is one whose digits survive reading:
    ``1.9`` moves to ``2.1``, but ``1.10`` would be read as 1.1, and Go writes 1.0 as ``1``.
    """
    if is_string(new):
        return False
    if _INTEGER.fullmatch(old) and _INTEGER.fullmatch(new):
        return len(new) > _SAFE_DIGITS >= len(old)
    return not (_FLOAT.fullmatch(old) and _survives(new))


def _survives(text: str) -> bool:
    return _FLOAT.fullmatch(text) is not None and repr(float(text)) == text


def needs_quotes_in_json(new: str) -> bool:
    """Whether a text in the place of a number of JSON has to become a string: all but numbers do."""
    return not _INTEGER.fullmatch(new) and not _survives(new)
