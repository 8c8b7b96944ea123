"""Read ``Link`` headers (RFC 8288)."""

from __future__ import annotations

import re

from imagebot.registries.answer import Answer

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_LINK = re.compile(rf'<(?P<url>[^<>]*)>(?P<parameters>(?:\s*;\s*[^,;="]+(?:=\s*{_QUOTED}|=[^,;"]*)?)*)')
_NEXT = re.compile(r';\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next)\s*(?:;|$)', re.IGNORECASE)


def next_link(answer: Answer) -> str:
    """Where the next page is, as written: never to be followed unchecked. Empty on the last page."""
    for header in answer.headers.get_list("link"):
        for link in _LINK.finditer(header):
            if _NEXT.search(link["parameters"]):
                return link["url"]
    return ""
