"""What stands on the forge as Markdown: for job summaries, chat, and the dashboard.

Titles, reasons and versions come from outside: every cell is escaped and cut.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from imagebot.reports.escape import code, escape
from imagebot.reports.markdown_table import markdown_table
from imagebot.reports.status import counts, next_steps, until
from imagebot.standing import moved
from imagebot.untrusted import clean

if TYPE_CHECKING:
    from imagebot.standing import Open, Request, Standing

_PIECE = 300
"""Characters of one piece of text."""

_LONGEST_URL = 2000


def status_markdown(standing: Standing) -> str:
    """The counts, what is open, turned down and on hold, and what to do next."""
    holds = [
        (link(hold.request), text(f"@{hold.by}"), text(until(hold)), text(hold.reason))
        for hold in standing.holds
    ]
    parts = (
        "# Status",
        text(counts(standing)),
        section("Open", open_table(standing, {})),
        section("Turned down", turned_down_table(standing)),
        section("On hold", markdown_table(("Pull request", "By", "Until", "Why"), holds)),
        "\n".join(f"- {text(line)}" for line in next_steps(standing)),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def open_table(standing: Standing, reasons: Mapping[str, str], *, shown: int | None = None) -> str:
    """Open pull requests by environment.

    Args:
        standing: What is open.
        reasons: What a run said of them, by branch; it counts more than what is stored.
        shown: Rows at most.
    """
    rows = [
        (
            text(found.request.environment or "none"),
            link(found.request),
            text(found.request.title),
            text(_state(found, reasons.get(found.request.branch, ""))),
            f"{found.created:%Y-%m-%d}" if found.created else "",
        )
        for found in standing.open
    ]
    return markdown_table(("Environment", "Pull request", "Title", "State", "Since"), rows, shown=shown)


def _state(found: Open, reason: str) -> str:
    state, why = found.state.replace("-", " "), reason or found.reason
    return f"{state}: {why}" if why else state


def turned_down_table(standing: Standing, *, shown: int | None = None) -> str:
    """What people do not want, and how they get it back."""
    rows = [
        (
            link(row.request),
            text(row.request.proposal),
            text(moved(row.shifts) or row.request.title),
            text(row.reason),
        )
        for row in standing.turned_down
    ]
    return markdown_table(("Pull request", "Proposal", "Versions", "Why, and the way on"), rows, shown=shown)


def section(title: str, *parts: str) -> str:
    """A heading with what stands under it; nothing where nothing does."""
    found = [part for part in parts if part]
    return "\n\n".join([f"## {title}", *found]) if found else ""


def link(request: Request) -> str:
    """A pull request as a link; what is no plain address is none."""
    url = request.url
    plain = url.startswith(("https://", "http://")) and url == clean(url, _LONGEST_URL)
    return (
        f"[{escape(request.name)}](<{url}>)" if plain and not set(url) & set("<> |") else span(request.name)
    )


def text(found: str) -> str:
    """Escaped text of bounded length."""
    return escape(clean(found, _PIECE))


def span(found: str) -> str:
    """A code span of bounded length."""
    return code(clean(found, _PIECE))
