"""List the tags of a repository: complete, or an error; never a prefix taken for the whole.

Source: https://github.com/opencontainers/distribution-spec (content discovery), and the ways in which
servers differ from it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from imagebot.errors import RegistryProtocol
from imagebot.references.image import TAG_GRAMMAR, ImageName
from imagebot.registries.answer import Answer
from imagebot.registries.cache import Cache
from imagebot.registries.conditional import Conditional
from imagebot.registries.hosts import Endpoint
from imagebot.registries.links import next_link
from imagebot.registries.session import Question, Session
from imagebot.registries.urls import origin, resolved

PAGE_SIZE = 1000
"""The largest that ECR takes; servers with smaller pages clamp it."""

PAGE_BYTES = 8 * 1024 * 1024
PAGES = 2000
TAGS = 250_000

_ARTIFACTORY = {"x-jfrog-version", "x-artifactory-id"}
_OWN_TAG = re.compile(rf"(?!sha256-[0-9a-f]{{64}}(?:\.(?:sig|att|sbom))?\Z){TAG_GRAMMAR}")
"""A tag, and none of those under which signatures and the like are kept beside an image."""


@dataclass(frozen=True, slots=True)
class _Page:
    """A page of a list.

    Attributes:
        tags: As served, without what is no text.
        next: URL of the next page, empty on the last.
    """

    tags: tuple[str, ...]
    next: str

    def packed(self) -> bytes:
        return json.dumps([self.next, *self.tags]).encode()


def _unpacked(first: str, packed: bytes) -> _Page:
    """A page that was kept; a ValueError if it is none, or leads elsewhere: credentials would go there."""
    match json.loads(packed):
        case [str(following), *tags] if all(isinstance(tag, str) for tag in tags):
            if not following or following.startswith(f"{first}?"):
                return _Page(tuple(tags), following)
    raise ValueError


def list_tags(session: Session, endpoint: Endpoint, name: ImageName, cache: Cache) -> tuple[str, ...]:
    """All tags of a repository, sorted, without duplicates, signatures and digests.

    Raises:
        RegistryError: If the list cannot be had whole.
    """
    listed: set[str] = set()
    for page in _pages(session, endpoint, name, cache):
        if page.tags and listed.issuperset(page.tags):
            raise _incomplete(name, "a page brings nothing new")
        listed.update(page.tags)
        if len(listed) > TAGS:
            raise _incomplete(name, f"it has more than {TAGS} tags")
    return tuple(sorted(filter(_OWN_TAG.fullmatch, listed)))


def _pages(session: Session, endpoint: Endpoint, name: ImageName, cache: Cache) -> Iterator[_Page]:
    ask = partial(_page, session, endpoint, name, cache)
    first = f"{endpoint.base}/v2/{name.path}/tags/list"
    # a server that wants a smaller page says so in its own way
    page = ask(f"{first}?n={PAGE_SIZE}", or_else=frozenset({400, 405})) or ask(first)
    seen = {first}
    for _ in range(PAGES):
        if page is None:
            return
        yield page
        if not page.next:
            return
        if page.next in seen:
            raise _incomplete(name, "its pages lead in circles")
        seen.add(page.next)
        page = ask(page.next)
    raise _incomplete(name, f"it has more than {PAGES} pages")


def _page(
    session: Session,
    endpoint: Endpoint,
    name: ImageName,
    cache: Cache,
    url: str,
    *,
    or_else: frozenset[int] = frozenset(),
) -> _Page | None:
    """A page, from the cache if the server says that it still holds; None for the statuses that may be."""
    first = f"{endpoint.base}/v2/{name.path}/tags/list"
    known = Conditional(cache, f"GET {url}", partial(_unpacked, first))
    accept = {"Accept": "application/json"}
    question = Question(
        endpoint, name, "GET", url, accept, PAGE_BYTES, str(name), conditions=known.conditions
    )
    answer = session.send(question)
    if answer.status in or_else:
        return None
    if before := known.before(answer):
        return before
    page = _Page(tuple(_tags(name, answer)), _next(name, first, answer))
    known.keep(answer, page.packed)
    return page


def _tags(name: ImageName, answer: Answer) -> list[str]:
    """The tags of a page; ``null`` and a missing key mean none."""
    if answer.status != 200:
        raise RegistryProtocol(
            f"{name.host} answered {answer.status} for the tags of {name}: {answer.message()}"
        )
    try:
        content = json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise RegistryProtocol(f"{name.host} sent no JSON for the tags of {name}") from error
    tags = content.get("tags") if isinstance(content, dict) else None
    if not isinstance(content, dict) or not isinstance(tags, list | None):
        raise RegistryProtocol(f"{name.host} sent no list of tags for {name}")
    return [tag for tag in tags or [] if isinstance(tag, str)]


def _next(name: ImageName, first: str, answer: Answer) -> str:
    """The next page (RFC 8288), which must lie on the same host and path; only its query is ever used.

    Nexus puts a prefix before the path (nexus-public#1011); Artifactory leaves the virtual repository out of
    it (RTFACT-18971), and what remains looks like another repository.
    """
    target = next_link(answer)
    if not target:
        return ""
    here, there = urlsplit(first), resolved(first, target)
    alike = there and origin(there) == origin(here) and there.path.endswith(here.path)
    if there is None or not (alike or _ARTIFACTORY & answer.headers.keys()):
        raise _incomplete(name, "its next page lies elsewhere")
    return here._replace(query=there.query).geturl()


def _incomplete(name: ImageName, why: str) -> RegistryProtocol:
    return RegistryProtocol(f"the tags of {name} cannot be listed whole: {why}")
