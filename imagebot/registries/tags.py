"""List the tags of a repository: complete, or an error; never a prefix taken for the whole.

Source: https://github.com/opencontainers/distribution-spec (content discovery), and the ways in which
servers differ from it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from imagebot.errors import RegistryProtocol
from imagebot.references.image import ImageName, is_digest, is_tag
from imagebot.registries.hosts import Endpoint
from imagebot.registries.http import Answer
from imagebot.registries.session import Question, Session
from imagebot.registries.urls import origin, resolved

PAGE_SIZE = 1000
"""The largest that ECR takes; servers with smaller pages clamp it."""

PAGE_BYTES = 8 * 1024 * 1024
PAGES = 2000
TAGS = 250_000

_LINK = re.compile(r'<(?P<url>[^<>]*)>(?P<parameters>(?:\s*;\s*[^,;="]+(?:="[^"]*"|=[^,;"]*)?)*)')
_NEXT = re.compile(r';\s*rel\s*=\s*(?:"[^"]*\bnext\b[^"]*"|next)\s*(?:;|$)', re.IGNORECASE)
_ATTACHED = re.compile(r"sha256-[0-9a-f]{64}(?:\.(?:sig|att|sbom))?")
"""Tags under which signatures and the like are kept beside an image."""


def list_tags(session: Session, endpoint: Endpoint, name: ImageName) -> tuple[str, ...]:
    """All tags of a repository, sorted, without duplicates, signatures and digests.

    Raises:
        RegistryError: If the list cannot be had whole.
    """
    listed: set[str] = set()
    for page in _pages(session, endpoint, name):
        if page and listed.issuperset(page):
            raise _incomplete(name, "a page brings nothing new")
        listed.update(page)
        if len(listed) > TAGS:
            raise _incomplete(name, f"it has more than {TAGS} tags")
    return tuple(sorted(filter(_is_own_tag, listed)))


def _is_own_tag(text: str) -> bool:
    return is_tag(text) and not is_digest(text) and not _ATTACHED.fullmatch(text)


def _pages(session: Session, endpoint: Endpoint, name: ImageName) -> Iterator[list[str]]:
    first = f"{endpoint.base}/v2/{name.path}/tags/list"
    answer = _page(session, endpoint, name, f"{first}?n={PAGE_SIZE}")
    if answer.status in {400, 405}:  # a server that wants a smaller page, and says so in its own way
        answer = _page(session, endpoint, name, first)
    seen = {first}
    for _ in range(PAGES):
        yield _tags(name, answer)
        url = _next(name, first, answer)
        if url is None:
            return
        if url in seen:
            raise _incomplete(name, "its pages lead in circles")
        seen.add(url)
        answer = _page(session, endpoint, name, url)
    raise _incomplete(name, f"it has more than {PAGES} pages")


def _page(session: Session, endpoint: Endpoint, name: ImageName, url: str) -> Answer:
    question = Question(endpoint, name, "GET", url, {"Accept": "application/json"}, PAGE_BYTES, str(name))
    return session.send(question)


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


def _next(name: ImageName, first: str, answer: Answer) -> str | None:
    """The next page (RFC 8288), which must lie on the same host and path."""
    target = _linked(answer.headers.get_list("link"))
    if target is None:
        return None
    here, there = urlsplit(first), resolved(first, target)
    if there is None or origin(there) != origin(here) or there.path != here.path:
        raise _incomplete(name, "its next page lies elsewhere")
    return there.geturl()


def _linked(headers: Iterable[str]) -> str | None:
    for header in headers:
        for link in _LINK.finditer(header):
            if _NEXT.search(link["parameters"]):
                return link["url"]
    return None


def _incomplete(name: ImageName, why: str) -> RegistryProtocol:
    return RegistryProtocol(f"the tags of {name} cannot be listed whole: {why}")
