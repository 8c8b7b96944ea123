"""Small pages to look at pull requests and to merge them."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from urllib.parse import parse_qs

from markdown_it import MarkdownIt

from imagebot.demo.github.records import Comment
from imagebot.demo.github.state import HostedRepository, PullRequest, Refused
from imagebot.demo.github.threads import comment
from imagebot.demo.http_server import Request, Response

_PULL = re.compile(r"/(?P<repo>[^/]+/[^/]+)/pulls?(?:/(?P<number>[0-9]+)(?:/(?P<act>merge|close|comment))?)?")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_DETAILS = re.compile(r"<p>&lt;details&gt;&lt;summary&gt;(?P<summary>.*?)&lt;/summary&gt;</p>")
_DETAILS_END = "<p>&lt;/details&gt;</p>"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"

STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --add: #2da44e33; --cut: #cf222e33; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 0 auto; padding: 0 1rem 4rem; }
.banner { background: #bf870022; border: 1px solid #bf8700; border-radius: .4rem; padding: .5rem .8rem; }
.state { border-radius: 1rem; padding: .1rem .7rem; color: #fff; }
.open { background: #1a7f37; } .merged { background: #8250df; } .closed { background: #cf222e; }
table { border-collapse: collapse; display: block; overflow-x: auto; font-size: .9rem; }
td, th { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left; }
code, pre { font: 13px/1.5 ui-monospace, monospace; }
code { background: var(--soft); padding: .1rem .3rem; border-radius: .3rem; }
pre { overflow-x: auto; border: 1px solid var(--line); border-radius: .4rem; padding: .5rem; }
.add { background: var(--add); } .cut { background: var(--cut); }
.add, .cut, .line { display: block; min-height: 1.5em; }
article { border: 1px solid var(--line); border-radius: .4rem; padding: 0 1rem; margin: 1rem 0; }
.label { border: 1px solid var(--line); border-radius: 1rem; padding: .1rem .6rem; font-size: .85rem; }
form { display: inline; }
input { font: inherit; padding: .3rem .6rem; border-radius: .4rem; border: 1px solid var(--line); }
button { font: inherit; padding: .3rem .9rem; border-radius: .4rem; border: 1px solid var(--line); }
"""


class Pages:
    """Pages for people; what they press goes the same way as the REST calls."""

    def __init__(self, repositories: Mapping[str, HostedRepository], base: str) -> None:
        self._repositories = repositories
        self._base = base

    def answer(self, request: Request, person: str) -> Response:
        """A page, or the way back to it after a button."""
        match = _PULL.fullmatch(request.path)
        hosted = self._repositories.get(match["repo"]) if match else None
        if match is None or hosted is None:
            return self._page("Repositories", self._repository_list(), 200 if request.path == "/" else 404)
        hosted.sync()
        pull = hosted.pulls.get(int(match["number"] or 0))
        if pull is None:
            return self._page(hosted.name, _pull_list(hosted))
        if request.method == "POST" and match["act"]:
            return self._act(request, hosted, pull, match["act"], person)
        return self._page(pull.title, _pull(hosted, pull))

    def _act(
        self, request: Request, hosted: HostedRepository, pull: PullRequest, act: str, person: str
    ) -> Response:
        if request.headers.get("origin", self._base) != self._base:
            return Response(403, b"another site sent this\n")
        try:
            if act == "merge":
                hosted.merge(pull, None, person)
            elif act == "comment":
                comment(hosted, pull, person, _said(request))
            else:
                hosted.edit_pull(pull, {"state": "closed"}, person)
        except Refused as error:
            return self._page("Not done", f"<p>{html.escape(error.message)}</p>", error.status)
        return Response(303, b"", {"Location": pull.html_url})

    def _repository_list(self) -> str:
        rows = "".join(
            f'<li><a href="/{name}/pulls">{html.escape(name)}</a></li>' for name in self._repositories
        )
        return f"<h1>Repositories</h1><ul>{rows}</ul>"

    def _page(self, title: str, content: str, status: int = 200) -> Response:
        text = (
            '<!doctype html><html lang="en"><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width">'
            f"<title>{html.escape(title)}</title><style>{STYLE}</style>"
            '<p class="banner">This is a stand-in for GitHub on your own machine, part of '
            "<code>imagebot demo</code>. Nothing here leaves it.</p>"
            f"{content}</html>"
        )
        headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": _POLICY}
        return Response(status, text.encode(), headers)


def render_markdown(text: str) -> str:
    """Markdown as HTML: markup of the text's own stays text, except ``details`` around a section."""
    rendered = MarkdownIt("commonmark", {"html": False}).enable("table").render(_COMMENT.sub("", text))
    return _DETAILS.sub(r"<details><summary>\g<summary></summary>", rendered).replace(
        _DETAILS_END, "</details>"
    )


def _pull_list(hosted: HostedRepository) -> str:
    rows = "".join(
        f'<li>{_state(pull)} <a href="{html.escape(pull.html_url)}">'
        f"#{pull.number} {html.escape(pull.title)}</a></li>"
        for pull in reversed(hosted.pulls.values())
    )
    return f"<h1>Pull requests of {html.escape(hosted.name)}</h1><ul>{rows or '<li>none yet</li>'}</ul>"


def _pull(hosted: HostedRepository, pull: PullRequest) -> str:
    path = f"/{html.escape(hosted.name)}/pull/{pull.number}"
    buttons = (
        f'<form method="post" action="{path}/merge"><button>Merge</button></form> '
        f'<form method="post" action="{path}/close"><button>Close</button></form>'
        if pull.open
        else ""
    )
    message = hosted.message(pull.head_sha)
    return (
        f'<p><a href="/{html.escape(hosted.name)}/pulls">Pull requests</a></p>'
        f"<h1>{html.escape(pull.title)} <small>#{pull.number}</small></h1>"
        f"<p>{_state(pull)} {html.escape(pull.author)} wants to merge <code>{html.escape(pull.head)}</code> "
        f"into <code>{html.escape(pull.base)}</code> {_labels(pull)}</p>"
        f"<article>{render_markdown(pull.body)}</article>{_conversation(hosted, pull, path)}{buttons}"
        f"<h2>Changes</h2><pre>{_diff(hosted.diff(pull))}</pre>"
        f"<h2>Commit</h2><pre>{html.escape(message)}</pre>"
    )


def _said(request: Request) -> str:
    """The text of the form; browsers send lines as RFC 9110 does."""
    fields = parse_qs(request.body.decode("utf-8", "replace"))
    return fields.get("text", [""])[0].replace("\r\n", "\n")


def _conversation(hosted: HostedRepository, pull: PullRequest, path: str) -> str:
    """What was said, with reactions, and a form to say something."""
    said = "".join(
        f"<article><p><b>{html.escape(each.author)}</b> {_reactions(each)}</p>"
        f"{render_markdown(each.body)}</article>"
        for each in hosted.comments
        if each.number == pull.number
    )
    form = (
        f'<form method="post" action="{path}/comment"><input name="text" size="60" required '
        'placeholder="/imagebot hold 14d waits for the audit"> <button>Comment as you</button></form> '
    )
    return f"{said}<p>{form}</p>"


def _reactions(said: Comment) -> str:
    shown = {"+1": "👍", "-1": "👎"}
    return " ".join(shown.get(name, html.escape(name)) for name, logins in said.reactions.items() if logins)


def _labels(pull: PullRequest) -> str:
    return " ".join(f'<span class="label">{html.escape(name)}</span>' for name in pull.labels)


def _state(pull: PullRequest) -> str:
    state = "merged" if pull.merged_at else pull.state
    draft = ' <span class="label">draft</span>' if pull.draft else ""
    return f'<span class="state {state}">{state}</span>{draft}'


def _diff(text: str) -> str:
    return "".join(
        f'<span class="{_line_class(line)}">{html.escape(line)}</span>' for line in text.splitlines()
    )


def _line_class(line: str) -> str:
    if line.startswith("+") and not line.startswith("+++"):
        return "add"
    return "cut" if line.startswith("-") and not line.startswith("---") else "line"
