"""Find the digest that a tag points to.

Source: https://github.com/opencontainers/distribution-spec (pulling manifests).
"""

from __future__ import annotations

import hashlib

from imagebot.errors import RegistryProtocol
from imagebot.references.image import ImageName, is_digest
from imagebot.registries.hosts import Endpoint
from imagebot.registries.http import Answer
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


def find_digest(session: Session, endpoint: Endpoint, name: ImageName, tag: str) -> str:
    """The digest that a tag points to now.

    Asked by HEAD, because a GET counts as a pull on Docker Hub; where that gives no usable digest, the
    manifest is fetched and hashed.

    Raises:
        RegistryError: If there is no such tag, or no image behind it.
    """
    head = session.send(_question(endpoint, name, tag, "HEAD"))
    if head.status == 200:
        _check_type(name, tag, head)
        digest: str = head.headers.get("docker-content-digest", "")
        if is_digest(digest):
            return digest
    answer = session.send(_question(endpoint, name, tag, "GET"))
    if answer.status != 200:
        raise RegistryProtocol(f"{name.host} answered {answer.status} for {name}:{tag}: {answer.message()}")
    _check_type(name, tag, answer)
    return f"sha256:{hashlib.sha256(answer.body).hexdigest()}"


def _question(endpoint: Endpoint, name: ImageName, tag: str, method: str) -> Question:
    url = f"{endpoint.base}/v2/{name.path}/manifests/{tag}"
    return Question(endpoint, name, method, url, {"Accept": ACCEPT}, MANIFEST_BYTES, f"{name}:{tag}")


def _check_type(name: ImageName, tag: str, answer: Answer) -> None:
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in TYPES:
        return
    if kind.startswith("application/vnd.docker.distribution.manifest.v1"):
        raise RegistryProtocol(
            f"{name}:{tag} was pushed in the format of before 2017, which names no digest to rely on"
        )
    raise RegistryProtocol(f"{name}:{tag} is no image: {name.host} calls it {clean(kind, 80) or 'nothing'}")
