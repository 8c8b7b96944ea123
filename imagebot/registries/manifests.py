"""Find the digest that a tag points to, and tell a manifest from what is none.

Source: https://github.com/opencontainers/distribution-spec (pulling manifests).
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from imagebot.errors import RegistryProtocol
from imagebot.references.image import ImageName, is_digest
from imagebot.registries.answer import Answer
from imagebot.registries.cache import Cache
from imagebot.registries.conditional import Conditional
from imagebot.registries.hosts import Endpoint
from imagebot.registries.session import Question, Session
from imagebot.untrusted import clean

MANIFEST_BYTES = 4 * 1024 * 1024
TYPES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
ACCEPT = ", ".join(TYPES)
"""Always all four: with fewer a server converts the manifest, and its digest is another one."""


def find_digest(session: Session, endpoint: Endpoint, name: ImageName, tag: str, cache: Cache) -> str:
    """The digest that a tag points to now.

    Asked by HEAD, because a GET counts as a pull on Docker Hub; where that gives no usable digest, the
    manifest is fetched and hashed.

    Raises:
        RegistryError: If there is no such tag, or no image behind it.
    """
    question = manifest_question(endpoint, name, tag, "HEAD")
    known = Conditional(cache, f"HEAD {question.url}", _unpacked, by_date=False)
    head = session.send(replace(question, conditions=known.conditions))
    if before := known.before(head):
        return before
    if head.status == 200:
        media_type(name, tag, head)
        digest: str = head.headers.get("docker-content-digest", "")
        if is_digest(digest):
            known.keep(head, digest.encode)
            return digest
    answer = session.send(manifest_question(endpoint, name, tag, "GET"))
    if answer.status != 200:
        raise RegistryProtocol(f"{name.host} answered {answer.status} for {name}:{tag}: {answer.message()}")
    media_type(name, tag, answer)
    return f"sha256:{hashlib.sha256(answer.body).hexdigest()}"


def _unpacked(packed: bytes) -> str:
    """A digest that was kept; a ValueError if it is none: it would be pinned."""
    digest = packed.decode()
    if not is_digest(digest):
        raise ValueError
    return digest


def manifest_question(endpoint: Endpoint, name: ImageName, reference: str, method: str) -> Question:
    """The question for the manifest under a tag or digest."""
    url = f"{endpoint.base}/v2/{name.path}/manifests/{reference}"
    what = f"{name}{'@' if ':' in reference else ':'}{reference}"
    return Question(endpoint, name, method, url, {"Accept": ACCEPT}, MANIFEST_BYTES, what)


def media_type(name: ImageName, reference: str, answer: Answer) -> str:
    """The type of a manifest, in lower case, without parameters.

    Raises:
        RegistryProtocol: If it is no manifest, or one in Docker's first format.
    """
    kind: str = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in TYPES:
        return kind
    if kind.startswith("application/vnd.docker.distribution.manifest.v1"):
        raise RegistryProtocol(
            f"{name}:{reference} was pushed in the format of before 2017, which names no digest to rely on"
        )
    raise RegistryProtocol(
        f"{name}:{reference} is no image: {name.host} calls it {clean(kind, 80) or 'nothing'}"
    )
