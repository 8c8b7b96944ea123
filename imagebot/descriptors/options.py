"""Options of a command line that name an image."""

from __future__ import annotations

import re

from imagebot.descriptors.looks import is_qualified, names_version

_OPTION = re.compile(r"--?[A-Za-z0-9._-]*image(?P<more>[A-Za-z0-9._-]*)=")


def option_value(argument: str, before: str) -> int | None:
    """Where the reference begins in an argument that holds one, or None.

    Args:
        argument: One argument.
        before: The argument before it, or an empty text.
    """
    found = _OPTION.match(argument)
    if found:
        value = argument[found.end() :]
        sure = is_qualified(value) or (not found["more"] and names_version(value))
        return found.end() if sure else None
    asked = before.startswith("-") and before.endswith("image")
    return 0 if asked and is_qualified(argument) else None
