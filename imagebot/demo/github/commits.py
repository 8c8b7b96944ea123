"""Commits and references as the API shows them."""

from __future__ import annotations

from typing import Any

from imagebot.demo.github import bodies
from imagebot.demo.github.schema import mould
from imagebot.demo.github.site import Site
from imagebot.demo.github.state import HostedRepository

Body = dict[str, Any]
_FORMAT = "%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B"


def verification(hosted: HostedRepository, sha: str) -> Body:
    """Whether GitHub vouches for a commit: only for those that it made itself."""
    valid = sha in hosted.verified
    rest = dict.fromkeys(("signature", "payload", "verified_at"))
    return {"verified": valid, "reason": "valid" if valid else "unsigned", **rest}


def git_commit(hosted: HostedRepository, sha: str, site: Site) -> Body:
    """A commit as Git has it (``/git/commits``)."""
    fields = hosted.git("show", "--no-patch", f"--format={_FORMAT}", sha).text.split("\0")
    tree, parents, *people, message = fields
    author, committer = (dict(zip(("name", "email", "date"), people[i : i + 3], strict=True)) for i in (0, 3))
    url = f"{site.api}/repos/{hosted.name}/git"
    return {
        "sha": sha,
        "node_id": f"C_{sha}",
        "url": f"{url}/commits/{sha}",
        "html_url": f"{hosted.page}/commit/{sha}",
        "author": author,
        "committer": committer,
        "tree": {"sha": tree, "url": f"{url}/trees/{tree}"},
        "message": message.rstrip("\n"),
        "parents": [_parent(hosted, parent, url) for parent in parents.split()],
        "verification": verification(hosted, sha),
    }


def _parent(hosted: HostedRepository, sha: str, url: str) -> Body:
    return {"sha": sha, "url": f"{url}/commits/{sha}", "html_url": f"{hosted.page}/commit/{sha}"}


def commit(hosted: HostedRepository, sha: str, site: Site) -> Body:
    """A commit as GitHub has it (``/commits``): with the accounts behind the addresses."""
    plain = git_commit(hosted, sha, site)
    inner = {name: plain[name] for name in ("author", "committer", "tree", "message", "verification")}
    url = f"{site.api}/repos/{hosted.name}/commits/{sha}"
    body: Body = mould("commit") | {name: plain[name] for name in ("sha", "node_id", "html_url", "parents")}
    own = {"url": plain["url"], "comment_count": 0}
    return body | {
        "url": url,
        "comments_url": f"{url}/comments",
        "commit": inner | own,
        "author": bodies.nullable_user(_login(hosted, plain["author"]["email"])),
        "committer": bodies.nullable_user(_login(hosted, plain["committer"]["email"])),
        "files": [],
    }


def noreply(login: str) -> str:
    """The address that GitHub gives an account."""
    return f"{bodies.identity(login)}+{login}@users.noreply.github.com"


def _login(hosted: HostedRepository, email: str) -> str:
    """The account behind an address, as far as there is one."""
    return next((login for login in hosted.everywhere if email == noreply(login)), "")


def ref(hosted: HostedRepository, name: str, sha: str, site: Site) -> Body:
    """A reference; ``name`` is whole, such as ``refs/heads/main``."""
    url = f"{site.api}/repos/{hosted.name}/git"
    return {
        "ref": name,
        "node_id": f"REF_{hosted.id}_{name}",
        "url": f"{url}/{name}",
        "object": {"type": "commit", "sha": sha, "url": f"{url}/commits/{sha}"},
    }
