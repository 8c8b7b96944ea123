"""What tells of a version: releases, comparisons, files."""

from __future__ import annotations

import base64

from imagebot.demo.github import bodies, commits
from imagebot.demo.github.call import Call, Routes, page_of, reply
from imagebot.demo.github.refusals import Refused, not_found
from imagebot.demo.github.schema import mould
from imagebot.demo.http_server import Response

_LARGE = 1024 * 1024


def _release(call: Call) -> Response:
    found = call.hosted.releases.get(call.parameters["tag"])
    if found is None:
        raise not_found()
    body: bodies.Body = mould("release")
    known = {
        "id": found.id,
        "tag_name": found.tag,
        "name": found.name,
        "body": found.body,
        "created_at": found.at,
        "published_at": found.at,
        "prerelease": found.prerelease,
        "html_url": f"{call.hosted.page}/releases/tag/{found.tag}",
        "author": bodies.user(call.hosted.owner),
    }
    return reply(200, body | known)


def _compare(call: Call) -> Response:
    """From where the two parted; the commits are the head's, oldest first."""
    hosted, (base, _, head) = call.hosted, call.parameters["basehead"].partition("...")
    old, new = hosted.commit_of(base), hosted.commit_of(head)
    if old is None or new is None:
        raise not_found()
    parted = hosted.git.attempt("merge-base", old, new)
    if parted.code != 0:
        raise Refused(404, f"No common ancestor between {base} and {head}.")
    ahead, behind = hosted.between(old, new), hosted.between(new, old)
    shown, headers = page_of(call, ahead)
    page = f"{hosted.page}/compare/{base}...{head}"
    body = {
        "url": f"{call.site.api}/repos/{hosted.name}/compare/{base}...{head}",
        **{f"{kind}_url": page for kind in ("html", "permalink", "diff", "patch")},
        "base_commit": commits.commit(hosted, old, call.site),
        "merge_base_commit": commits.commit(hosted, parted.text, call.site),
        "status": _relation(len(ahead), len(behind)),
        "ahead_by": len(ahead),
        "behind_by": len(behind),
        "total_commits": len(ahead),
        "commits": [commits.commit(hosted, sha, call.site) for sha in shown],
    }
    return reply(200, body, headers)


def _relation(ahead: int, behind: int) -> str:
    if ahead and behind:
        return "diverged"
    return "ahead" if ahead else "behind" if behind else "identical"


def _contents(call: Call) -> Response:
    """A file, or the names in a folder."""
    hosted, path = call.hosted, call.parameters["path"]
    ref = call.request.one("ref", hosted.default_branch)
    found = hosted.git.attempt("rev-parse", "--verify", "--quiet", f"{ref}:{path}")
    if found.code != 0:
        raise not_found()
    if hosted.git("cat-file", "-t", found.text).text == "tree":
        listed = hosted.git("ls-tree", "-z", "--name-only", found.text).out.decode().split("\0")
        return reply(200, [_entry(call, f"{path}/{name}", ref) for name in listed if name])
    body, content = _entry(call, path, ref), hosted.read(ref, path)
    if len(content) > _LARGE:  # told without its content
        return reply(200, body | {"encoding": "none", "content": ""})
    return reply(200, body | {"encoding": "base64", "content": base64.encodebytes(content).decode()})


def _entry(call: Call, path: str, ref: str) -> bodies.Body:
    git = call.hosted.git
    kind = git("cat-file", "-t", f"{ref}:{path}").text
    url = f"{call.site.api}/repos/{call.hosted.name}/contents/{path}?ref={ref}"
    return {
        "type": "dir" if kind == "tree" else "file",
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": git("rev-parse", f"{ref}:{path}").text,
        "size": 0 if kind == "tree" else int(git("cat-file", "-s", f"{ref}:{path}").text),
        "url": url,
        **dict.fromkeys(("git_url", "html_url", "download_url")),
        "_links": {"self": url, "git": None, "html": None},
    }


ROUTES: Routes = {
    "GET /repos/{owner}/{repo}/releases/tags/{tag}": _release,
    "GET /repos/{owner}/{repo}/compare/{basehead}": _compare,
    "GET /repos/{owner}/{repo}/contents/{path}": _contents,
}
