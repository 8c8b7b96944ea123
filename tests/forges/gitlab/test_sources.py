"""Which addresses are projects on this GitLab, and what is asked of them."""

from __future__ import annotations

import pytest

from imagebot.demo.http_server import Request, Response
from imagebot.forges.gitlab import GitLabForge
from tests.registries.quirk_server import quirky


@pytest.mark.parametrize(
    ("root", "source", "asked"),
    [
        pytest.param("", "/acme/web", "acme%2Fweb", id="group"),
        pytest.param("", "/acme/team/sub/web", "acme%2Fteam%2Fsub%2Fweb", id="subgroups"),
        pytest.param("", "/acme/web.git", "acme%2Fweb", id="as-git-clones-it"),
        pytest.param("/gitlab", "/gitlab/acme/web", "acme%2Fweb", id="gitlab-below-a-path"),
        pytest.param("/gitlab", "/acme/web", None, id="beside-that-path"),
        pytest.param("", "/web", None, id="no-group"),
        pytest.param("", "/acme/../web", None, id="dots"),
        pytest.param("", "/acme/web?private_token=x", None, id="query"),
        pytest.param("", ".example.com/acme/web", None, id="another-host-that-begins-alike"),
    ],
)
def test_addresses(root: str, source: str, asked: str | None) -> None:
    paths: list[str] = []

    def answer(request: Request) -> Response:
        paths.append(request.raw_path)
        content = b'{"tag_name": "v1", "description": null}'
        return Response(200, content, {"Content-Type": "application/json"})

    with quirky(answer) as host:
        forge = GitLabForge("a/b", "glpat-x", api=f"http://{host}{root}/api/v4", polite=False)
        found = forge.release(f"http://{host}{source}", ("v1",))
        address = f"http://{host}{source.removesuffix('.git')}/-/releases/v1"

    assert paths == ([f"{root}/api/v4/projects/{asked}/releases/v1"] if asked else [])
    assert (found.url if found else None) == (address if asked else None)


@pytest.mark.parametrize("tag", ["..", ".", "", "a/../b", "v1?x=1#y", "é"])
def test_tags_stay_within_their_place_in_the_path(tag: str) -> None:
    paths: list[str] = []

    def answer(request: Request) -> Response:
        paths.append(request.raw_path + request.raw_query)
        return Response(404, b"{}", {"Content-Type": "application/json"})

    with quirky(answer) as host:
        forge = GitLabForge("a/b", "glpat-x", api=f"http://{host}", polite=False)
        assert forge.release(f"http://{host}/acme/web", (tag,)) is None

    prefix = "/api/v4/projects/acme%2Fweb/releases/"
    assert all(path.startswith(prefix) and "/" not in path.removeprefix(prefix) for path in paths)
    assert len(paths) == (0 if not tag.strip(".") else 1)
