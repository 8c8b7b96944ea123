"""A tree that GitHub lists only in part is looked through folder by folder."""

from __future__ import annotations

import json

import pytest

from imagebot.demo.http_server import Request, Response
from imagebot.errors import ForgeError
from tests.forges.github.conftest import Serve, json_answer

REPOSITORY = "/api/v3/repos/acme/config"
FOLDERS = {
    "root": [("apps", "040000", "apps"), ("README.md", "100644", "r"), ("link", "120000", "l")],
    "apps": [("web", "040000", "web")],
    "web": [("run.sh", "100755", "x")],
}


def tree(name: str, *, truncated: bool) -> Response:
    entries = [{"path": path, "mode": mode, "sha": sha} for path, mode, sha in FOLDERS[name]]
    return json_answer(json.dumps({"tree": entries, "truncated": truncated}))


def answer(request: Request, written: list[dict[str, object]]) -> Response:
    path = request.path.removeprefix(REPOSITORY)
    if request.method == "POST":
        written.append(json.loads(request.body))
        return json_answer('{"sha": "made"}', 201)
    if path.startswith("/git/trees/"):
        return tree(path.removeprefix("/git/trees/"), truncated=bool(request.query.get("recursive")))
    if path.startswith("/git/commits/"):
        return json_answer('{"tree": {"sha": "root"}}')
    return json_answer('{"full_name": "acme/config", "default_branch": "main", "node_id": "R"}')


def test_modes_are_found_below_what_was_listed(serve: Serve) -> None:
    written: list[dict[str, object]] = []
    forge = serve(lambda request: answer(request, written))

    forge.commit(
        "imagebot/web", "parent", {"apps/web/run.sh": b"x", "README.md": b"y"}, "Move", expected=None
    )

    assert written[0] == {
        "base_tree": "root",
        "tree": [
            {"path": "README.md", "mode": "100644", "type": "blob", "content": "y"},
            {"path": "apps/web/run.sh", "mode": "100755", "type": "blob", "content": "x"},
        ],
    }


@pytest.mark.parametrize("path", ["link", "apps/web", "apps/web/gone", "gone/at/once"])
def test_what_is_no_regular_file_is_not_written(serve: Serve, path: str) -> None:
    written: list[dict[str, object]] = []
    forge = serve(lambda request: answer(request, written))

    with pytest.raises(ForgeError, match="no regular file"):
        forge.commit("imagebot/web", "parent", {path: b"x"}, "Move", expected=None)

    assert written == []
