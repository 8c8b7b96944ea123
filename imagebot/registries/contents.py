"""Content that a digest names: fetched once, and checked before anybody reads it.

Source: https://github.com/opencontainers/distribution-spec (pulling manifests and blobs, listing referrers).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from imagebot.errors import RegistryLimited, RegistryNotFound, RegistryProtocol
from imagebot.references.image import ImageName, is_digest, is_tag
from imagebot.registries.cache import Cache, is_named_by
from imagebot.registries.conditional import Conditional
from imagebot.registries.hosts import Endpoint
from imagebot.registries.links import next_link
from imagebot.registries.manifests import TYPES, find_digest, manifest_question, media_type
from imagebot.registries.protocol import Manifest
from imagebot.registries.session import Question, Session
from imagebot.registries.urls import origin, resolved

INDEX = TYPES[0]
PAGE_BYTES = 4 * 1024 * 1024
PAGES = 10
REFERRERS = 1000


class RegistryContents:
    """Implements ``Contents`` over a session.

    Args:
        session: Sends the questions.
        locate: Where a repository is asked about: endpoint, and its name there.
        cache: What was fetched before.
    """

    def __init__(
        self,
        session: Session,
        locate: Callable[[ImageName], tuple[Endpoint, ImageName]],
        cache: Cache,
    ) -> None:
        self._session = session
        self._locate = locate
        self._cache = cache

    def manifest(self, name: ImageName, reference: str) -> Manifest:
        """The manifest under a tag or digest; at most 4 MiB."""
        endpoint, there = self._locate(name)
        if not is_digest(reference):
            _check_tag(reference)
            reference = find_digest(self._session, endpoint, there, reference, self._cache)
        who = self._session.who(there)
        kept = self._cache.content(who, str(there), reference)
        if kept and kept[0] in TYPES:  # the digest says nothing of the type, and names blobs too
            return Manifest(reference, *kept)
        self._check_budget(endpoint)
        answer = self._session.send(manifest_question(endpoint, there, reference, "GET"))
        if answer.status != 200:
            raise RegistryProtocol(f"{there.host} answered {answer.status} for {there}@{reference}")
        kind = media_type(there, reference, answer)
        _check_digest(there, reference, answer.body)
        self._cache.keep_content(self._session.who(there), str(there), reference, kind, answer.body)
        return Manifest(reference, kind, answer.body)

    def _check_budget(self, endpoint: Endpoint) -> None:
        """Raise when little is left of what a registry allows: fetching a manifest counts as a pull."""
        limit = self._session.limit(endpoint)
        if limit is not None and limit.nearly_used:
            raise RegistryLimited(
                f"{endpoint.host} has {limit}, which are kept for the machines that run its images",
                hint="the next run tries again; log in for a higher limit",
            )

    def blob(self, name: ImageName, digest: str, limit: int) -> bytes:
        """A blob of at most so many bytes, from the registry or wherever it leads."""
        if not is_digest(digest):
            raise RegistryProtocol(f"{digest[:140]!r} is no digest")
        endpoint, there = self._locate(name)
        kept = self._cache.content(self._session.who(there), str(there), digest)
        if kept and len(kept[1]) <= limit:
            return kept[1]
        url = f"{endpoint.base}/v2/{there.path}/blobs/{digest}"
        what = f"{there}@{digest}"
        answer = self._session.send(Question(endpoint, there, "GET", url, {}, limit, what, abroad=True))
        if answer.status != 200:
            raise RegistryProtocol(f"{there.host} answered {answer.status} for the blob {what}")
        _check_digest(there, digest, answer.body)
        self._cache.keep_content(self._session.who(there), str(there), digest, "", answer.body)
        return answer.body

    def referrers(self, name: ImageName, digest: str) -> tuple[Mapping[str, Any], ...]:
        """Descriptors of what refers to a digest, at most 1,000."""
        if not is_digest(digest):
            raise RegistryProtocol(f"{digest[:140]!r} is no digest")
        endpoint, there = self._locate(name)
        first = f"{endpoint.base}/v2/{there.path}/referrers/{digest}"
        found: list[Mapping[str, Any]] = []
        url = first
        for _ in range(PAGES):
            page, following = self._referrers_page(endpoint, there, url)
            found += page
            if not following or len(found) >= REFERRERS:
                break
            url = _same_place(there, first, following)
        return tuple(found[:REFERRERS])

    def _referrers_page(
        self, endpoint: Endpoint, name: ImageName, url: str
    ) -> tuple[list[Mapping[str, Any]], str]:
        known = Conditional(self._cache, f"GET {url}", _unpacked)
        what = f"the referrers of {name}"
        question = Question(
            endpoint, name, "GET", url, {"Accept": INDEX}, PAGE_BYTES, what, conditions=known.conditions
        )
        answer = self._session.send(question)
        if before := known.before(answer):
            return before
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if answer.status != 200 or kind != INDEX:
            raise RegistryNotFound(f"{name.host} keeps no list of referrers")
        try:
            page = _descriptors(answer.body), next_link(answer)
            known.keep(answer, lambda: json.dumps(page).encode())
        except (ValueError, RecursionError) as error:
            raise RegistryProtocol(f"{name.host} sent no JSON for {what}") from error
        return page


def _descriptors(body: bytes) -> list[Mapping[str, Any]]:
    content = json.loads(body)
    listed = content.get("manifests") if isinstance(content, dict) else None
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []


def _unpacked(packed: bytes) -> tuple[list[Mapping[str, Any]], str]:
    """A page that was kept; a ValueError if it is none."""
    match json.loads(packed):
        case [list(descriptors), str(following)] if all(isinstance(item, dict) for item in descriptors):
            return descriptors, following
    raise ValueError


def _same_place(name: ImageName, first: str, following: str) -> str:
    """The next page, which must lie on the same host and path."""
    there = resolved(first, following)
    here = urlsplit(first)
    if there is None or origin(there) != origin(here) or there.path != here.path:
        raise RegistryProtocol(f"the referrers of {name} cannot be listed: the next page lies elsewhere")
    return there.geturl()


def _check_tag(reference: str) -> None:
    """Raise unless a text can be put into a path."""
    if not is_tag(reference):
        raise RegistryProtocol(f"{reference[:140]!r} is neither tag nor digest")


def _check_digest(name: ImageName, digest: str, body: bytes) -> None:
    """Raise unless bytes are those that a digest names."""
    if not is_named_by(digest, body):
        raise RegistryProtocol(
            f"{name.host} sent other content for {name}@{digest} than the digest names",
            hint="the registry or something between is broken, or lies: nothing of it was used",
        )
