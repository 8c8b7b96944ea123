"""Lists of tags as the registries in use page them: had whole, in no more questions than pages."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import pytest

from imagebot.demo.http_server import Request, Response
from tests.registries.quirk_server import tags_of


class Registry:
    """Gives everything at once, sorted, and counts how often it is asked."""

    headers: ClassVar[Mapping[str, str]] = {"Content-Type": "application/json; charset=utf-8"}

    def __init__(self, tags: Sequence[str]) -> None:
        self.tags = self.ordered(tags)
        self.asked = 0

    def __call__(self, request: Request) -> Response:
        self.asked += 1
        return self.answer(request) if request.raw_path == "/v2/a/b/tags/list" else Response(404)

    def answer(self, request: Request) -> Response:
        return self.page(self.tags)

    def page(self, tags: Sequence[str | None], link: str = "") -> Response:
        content = json.dumps(self.content(tags)).encode()
        return Response(200, content, {**self.headers, **({"Link": f'{link}; rel="next"'} if link else {})})

    def ordered(self, tags: Sequence[str]) -> list[str]:
        return sorted(tags)

    def content(self, tags: Sequence[str | None]) -> dict[str, Any]:
        return {"name": "a/b", "tags": tags}


class OldestFirst(Registry):
    def ordered(self, tags: Sequence[str]) -> list[str]:
        return list(tags)


class Unsorted(Registry):
    def ordered(self, tags: Sequence[str]) -> list[str]:
        return random.Random(0).sample(tags, len(tags))  # noqa: S311 - any order


class Paging(Registry):
    """Gives a page, and a relative link from its last tag on.

    Attributes:
        largest: Most tags of a page, whatever is asked for.
        unasked: Tags of a page if no size is asked for.
        link: Where the next page is said to be.
    """

    largest: ClassVar[int] = 1000
    unasked: ClassVar[int] = 100
    link: ClassVar[str] = "</v2/a/b/tags/list?n={size}&last={last}>"

    def answer(self, request: Request) -> Response:
        begin, size = self.begin(request), min(int(request.one("n") or self.unasked), self.largest)
        end = begin + size
        if end >= len(self.tags):
            return self.page(self.tags[begin:])
        link = self.link.format(last=self.last(end), size=size, host=request.headers["host"])
        return self.page(self.tags[begin:end], link)

    def begin(self, request: Request) -> int:
        last = request.one("last")
        return self.tags.index(last) + 1 if last else 0

    def last(self, end: int) -> str:
        return self.tags[end - 1]


class Opaque(Paging):
    """What leads to the next page says nothing of tags."""

    cursor: ClassVar[str] = "last"

    def begin(self, request: Request) -> int:
        return int(request.one(self.cursor, "0").removeprefix("gAAAA+/"))

    def last(self, end: int) -> str:
        return f"gAAAA%2B%2F{end}"


class Distribution28(Unsorted):
    """Ignores sizes, and lists as the file system does."""

    def content(self, tags: Sequence[str | None]) -> dict[str, Any]:
        return {"name": "a/b", "tags": tags or None}


class Distribution30(Paging):
    link = "</v2/a/b/tags/list?last={last}&n={size}>"


class Distribution31(Distribution30):
    """A full page has a next one, which may be null."""

    largest = 100

    def answer(self, request: Request) -> Response:
        begin = self.begin(request)
        found = self.tags[begin : begin + self.largest]
        if not found:
            return Response(200, b'{"name":"a/b","tags":null}', self.headers)
        link = self.link.format(last=found[-1], size=self.largest)
        return self.page(found, link if len(found) == self.largest else "")


class DockerHub(Paging):
    """The newest may stand on the last page: 1.10 comes before 1.9."""


class DockerHubAbsolute(DockerHub):
    link = "<http://{host}/v2/a/b/tags/list?n={size}&last={last}>"


class Ghcr(Paging, OldestFirst):
    """The newest stand on the last page."""


class GhcrSmall(Ghcr):
    largest = 100


class Quay(Paging):
    largest = 100


class QuayEncrypted(Opaque):
    largest = 100
    link = "</v2/a/b/tags/list?next_page={last}&n={size}>"
    cursor = "next_page"


class QuayStrict(Quay):
    """For a while it refused sizes that it now clamps."""

    def answer(self, request: Request) -> Response:
        if int(request.one("n", "0")) > self.largest:
            return Response(400, b'{"errors":[{"code":"UNSUPPORTED","message":"n must be at most 100"}]}')
        return super().answer(request)


class Ecr(Opaque, Unsorted):
    headers: ClassVar[Mapping[str, str]] = {"Content-Type": "text/plain; charset=utf-8"}
    link = "<http://{host}/v2/a/b/tags/list?n={size}&last={last}>"

    def answer(self, request: Request) -> Response:
        if int(request.one("n", "0")) > self.largest:
            why = "Member must have value less than or equal to 1000"
            return Response(405, json.dumps({"errors": [{"code": "UNSUPPORTED", "message": why}]}).encode())
        return super().answer(request)


class Acr(Paging):
    link = "</v2/a/b/tags/list?last={last}&n={size}&orderby=>"


class GoogleArtifacts(Registry):
    """Tells of every digest, tagged or not, beside the tags."""

    def content(self, tags: Sequence[str | None]) -> dict[str, Any]:
        manifest = {f"sha256:{n:064x}": {"tag": [tag], "timeUploadedMs": "1"} for n, tag in enumerate(tags)}
        return {"child": [], "manifest": manifest, "name": "a/b", "tags": tags}


class Harbor(Paging):
    link = "</v2/a/b/tags/list?last={last}&n={size}>"


class Artifactory(Opaque):
    """Leaves the virtual repository ``a`` out of its links, and counts where others name a tag."""

    headers: ClassVar[Mapping[str, str]] = {"X-JFrog-Version": "Artifactory/7.46.11 74611900"}
    link = "</v2/b/tags/list?last={last}&n={size}>"

    def last(self, end: int) -> str:
        return str(end)

    def content(self, tags: Sequence[str | None]) -> dict[str, Any]:
        return {"name": "b", "tags": [*tags, "sha256:" + "0" * 64]}


class ArtifactoryBehindProxy(Artifactory):
    """Knows neither its own address nor, to the client, its version."""

    headers: ClassVar[Mapping[str, str]] = {"X-Artifactory-Id": "0123456789abcdef"}
    link = "<http://artifactory.internal:8081/v2/b/tags/list?last={last}&n={size}>"


class Nexus(Registry):
    """Before about 3.64: no pages, and holes where a tag was deleted."""

    def content(self, tags: Sequence[str | None]) -> dict[str, Any]:
        return {"name": "a/b", "tags": [None, *tags, None]}


class NexusProxy(Paging):
    """Its links lead through the repository's own path, which this port does not serve."""

    link = "<http://{host}/repository/docker-hub/v2/a/b/tags/list?n={size}&last={last}>"


class Chainguard(Paging):
    """A tag for each build, and many small pages."""

    largest = 100


class Restless(Opaque):
    """Something is pushed before each page, so that tags shift onto the next."""

    def begin(self, request: Request) -> int:
        return max(super().begin(request) - 3, 0)


@pytest.mark.parametrize(
    ("registry", "tags", "pages"),
    [
        pytest.param(Distribution28, 2500, 1, id="distribution-2.8"),
        pytest.param(Distribution28, 0, 1, id="distribution-2.8-without-tags"),
        pytest.param(Distribution30, 2500, 3, id="distribution-3.0"),
        pytest.param(Distribution31, 200, 3, id="distribution-3.1-null-at-the-end"),
        pytest.param(Distribution31, 250, 3, id="distribution-3.1"),
        pytest.param(DockerHub, 2500, 3, id="docker-hub"),
        pytest.param(DockerHubAbsolute, 2500, 3, id="docker-hub-absolute"),
        pytest.param(Ghcr, 2500, 3, id="ghcr"),
        pytest.param(GhcrSmall, 250, 3, id="ghcr-100-a-page"),
        pytest.param(Quay, 250, 3, id="quay"),
        pytest.param(QuayEncrypted, 250, 3, id="quay-next-page"),
        pytest.param(QuayStrict, 250, 1 + 3, id="quay-refuses-the-size"),
        pytest.param(Ecr, 2500, 3, id="ecr"),
        pytest.param(Acr, 2500, 3, id="acr"),
        pytest.param(GoogleArtifacts, 2500, 1, id="google"),
        pytest.param(Harbor, 2500, 3, id="harbor"),
        pytest.param(Artifactory, 2500, 3, id="artifactory"),
        pytest.param(ArtifactoryBehindProxy, 2500, 3, id="artifactory-behind-a-proxy"),
        pytest.param(Nexus, 2500, 1, id="nexus"),
        pytest.param(NexusProxy, 2500, 3, id="nexus-proxy"),
        pytest.param(Chainguard, 3000, 30, id="cgr.dev"),
        pytest.param(Restless, 2500, 3, id="pushed-to-meanwhile"),
    ],
)
def test_the_list_is_had_whole(registry: type[Registry], tags: int, pages: int) -> None:
    names = [f"1.{number}" for number in range(tags)]
    server = registry(names)

    assert tags_of(server) == tuple(sorted(names))
    assert server.asked == pages
