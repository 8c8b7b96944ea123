"""Git's objects through the API: blobs, trees and commits."""

from __future__ import annotations

import base64
import binascii
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from imagebot.demo.github import commits
from imagebot.demo.github.call import Call, Routes, reply
from imagebot.demo.github.refusals import Refused, not_found
from imagebot.demo.hosting import NOBODY
from imagebot.demo.http_server import Response


def _blob(call: Call) -> Response:
    text = str(call.content["content"])
    try:
        content = base64.b64decode(text) if call.content.get("encoding") == "base64" else text.encode()
    except (binascii.Error, ValueError) as error:
        raise Refused(422, "content is not valid Base64") from error
    sha = call.hosted.git("hash-object", "-w", "--stdin", stdin=content).text
    return reply(201, {"sha": sha, "url": f"{_url(call)}/blobs/{sha}"})


def _url(call: Call) -> str:
    return f"{call.site.api}/repos/{call.hosted.name}/git"


def _create_tree(call: Call) -> Response:
    """A tree from entries, and from ``base_tree`` for what they do not name; ``sha: null`` takes away."""
    git = call.hosted.git
    base = str(call.content.get("base_tree") or "")
    if base and git.attempt("rev-parse", "--verify", "--quiet", f"{base}^{{tree}}").code != 0:
        raise not_found()
    with tempfile.TemporaryDirectory() as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        if base:
            git("read-tree", base, extra=index)
        for entry in call.content["tree"]:
            _enter(call, entry, index)
        sha = git("write-tree", extra=index).text
    return reply(201, _tree(call, sha))


def _enter(call: Call, entry: Mapping[str, Any], index: Mapping[str, str]) -> None:
    git, path = call.hosted.git, str(entry["path"])
    if "sha" in entry and entry["sha"] is None:
        git("update-index", "--index-info", stdin=f"0 {NOBODY}\t{path}\n".encode(), extra=index)
        return
    sha = entry.get("sha") or git("hash-object", "-w", "--stdin", stdin=str(entry["content"]).encode()).text
    if git.attempt("cat-file", "-e", sha).code != 0:
        raise Refused(422, f"tree.sha {sha} is not a valid blob")
    git("update-index", "--add", "--cacheinfo", f"{entry['mode']},{sha},{path}", extra=index)


def _tree(call: Call, sha: str, *, deep: bool = False) -> dict[str, Any]:
    options = ("-r", "-t") if deep else ()
    listed = call.hosted.git("ls-tree", "-z", "-l", *options, sha).out.decode("utf-8", "replace")
    entries = []
    for line in filter(None, listed.split("\0")):
        head, _, path = line.partition("\t")
        mode, kind, entry, size = head.split()
        known = {
            "path": path,
            "mode": mode,
            "type": kind,
            "sha": entry,
            "url": f"{_url(call)}/{kind}s/{entry}",
        }
        entries.append(known | ({"size": int(size)} if size.isdecimal() else {}))
    return {"sha": sha, "url": f"{_url(call)}/trees/{sha}", "tree": entries, "truncated": False}


def _get_tree(call: Call) -> Response:
    found = call.hosted.git.attempt(
        "rev-parse", "--verify", "--quiet", f"{call.parameters['tree_sha']}^{{tree}}"
    )
    if found.code != 0:
        raise not_found()
    return reply(200, _tree(call, found.text, deep=bool(call.request.one("recursive"))))


def _create_commit(call: Call) -> Response:
    """GitHub signs what a bot's token commits without naming an author, committer or signature.

    Source: https://docs.github.com/en/authentication/managing-commit-signature-verification/about-commit-signature-verification
    """
    hosted, content = call.hosted, call.content
    tree, parents = str(content["tree"]), call.texts("parents")
    if hosted.git.attempt("cat-file", "-e", f"{tree}^{{tree}}").code != 0:
        raise Refused(422, "Tree SHA does not exist")
    if any(hosted.commit_of(parent) is None for parent in parents):
        raise Refused(422, "Parent SHA does not exist or is not a commit object")
    sha = hosted.commit_tree(tree, parents, str(content["message"]), _identity(call))
    own = any(content.get(name) for name in ("author", "committer", "signature"))
    if not own and call.actor.login.endswith("[bot]"):
        hosted.verified.add(sha)
    return reply(201, commits.git_commit(hosted, sha, call.site))


def _identity(call: Call) -> Mapping[str, str]:
    login = call.actor.login
    author = call.content.get("author") or {"name": login, "email": commits.noreply(login)}
    github = {"name": "GitHub", "email": "noreply@github.com"}
    committer = call.content.get("committer") or (author if call.content.get("author") else github)
    return {
        f"GIT_{role}_{part.upper()}": str(person[part])
        for role, person in (("AUTHOR", author), ("COMMITTER", committer))
        for part in ("name", "email", "date")
        if part in person
    }


def _git_commit(call: Call) -> Response:
    sha = call.hosted.commit_of(call.parameters["commit_sha"])
    if sha is None:
        raise not_found()
    return reply(200, commits.git_commit(call.hosted, sha, call.site))


def _commit(call: Call) -> Response:
    sha = call.hosted.commit_of(call.parameters["ref"])
    if sha is None:
        raise Refused(422, f"No commit found for SHA: {call.parameters['ref']}")
    return reply(200, commits.commit(call.hosted, sha, call.site))


ROUTES: Routes = {
    "POST /repos/{owner}/{repo}/git/blobs": _blob,
    "POST /repos/{owner}/{repo}/git/trees": _create_tree,
    "GET /repos/{owner}/{repo}/git/trees/{tree_sha}": _get_tree,
    "POST /repos/{owner}/{repo}/git/commits": _create_commit,
    "GET /repos/{owner}/{repo}/git/commits/{commit_sha}": _git_commit,
    "GET /repos/{owner}/{repo}/commits/{ref}": _commit,
}
