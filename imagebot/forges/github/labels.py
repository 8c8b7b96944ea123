"""Labels that imagebot brings along: what they look like, and which of them are still to be made."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST = 50
"""Characters of a label's name."""

_DESCRIPTIONS = 100
"""Characters of a label's description."""

_LOOKS: tuple[tuple[str, str, str], ...] = (
    ("imagebot", "1d76db", "Opened by imagebot"),
    ("imagebot/urgent", "b60205", "Free of imagebot's schedule and freezes"),
    ("env/", "0e8a16", "Environment"),
    ("step/", "fbca04", "Size of the update"),
)
_PLAIN = "ededed"


def look(name: str) -> dict[str, str]:
    """Name, colour and description of a label to be made; what is not imagebot's own is grey."""
    for own, colour, description in _LOOKS:
        if name == own or (own.endswith("/") and name.startswith(own)):
            rest = name.removeprefix(own)
            text = f"{description} {rest}".strip()
            return {"name": name, "color": colour, "description": text[:_DESCRIPTIONS]}
    return {"name": name, "color": _PLAIN}


def changed(present: Iterable[str], wanted: Iterable[str], dropped: Iterable[str]) -> list[str] | None:
    """All labels as they must be, in the case that they have; None if they are so already.

    GitHub tells labels apart without regard to case.
    """
    before = {name.lower(): name for name in present}
    gone = {name.lower() for name in dropped}
    after = {key: name for key, name in before.items() if key not in gone}
    for name in wanted:
        after.setdefault(name.lower(), name)
    return None if after.keys() == before.keys() else list(after.values())
