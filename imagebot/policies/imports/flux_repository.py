"""Flux's ImageRepository: which image, and how its registry is asked.

Source: https://fluxcd.io/flux/components/image/imagerepositories/
"""

from __future__ import annotations

from dataclasses import dataclass

from imagebot.policies.imports.documents import Object, has_value, is_true, others, texts
from imagebot.policies.imports.globs import tag_globs
from imagebot.policies.imports.imported import Ledger

_DOCKER_CONFIG = (
    "imagebot has credentials from the docker configuration",
    "docker login, or mount the secret and name it with --docker-config: docs/registries.md",
)
_ELSEWHERE = {
    "secretRef": ("credentials", *_DOCKER_CONFIG),
    "serviceAccountName": ("credentials of a service account", *_DOCKER_CONFIG),
    "certSecretRef": (
        "a certificate authority",
        "it stands in the settings of imagebot",
        "registries: {HOST: {ca: FILE}} in imagebot.yaml; a client certificate is not supported",
    ),
    "proxySecretRef": ("a proxy", "imagebot takes it from the environment", "set HTTPS_PROXY and NO_PROXY"),
    "provider": (
        "the cloud's own credentials",
        "imagebot finds them by itself with the extra of the cloud",
        "pip install 'imagebot[aws]', [azure] or [gcp]: docs/registries.md",
    ),
    "insecure": (
        "plain HTTP",
        "it stands in the settings of imagebot",
        "registries: {HOST: {plain-http: true}} in imagebot.yaml",
    ),
    "interval": (
        "the interval of scans",
        "imagebot asks registries whenever it runs",
        "imagebot run --every",
    ),
    "timeout": ("the time-out of scans", "imagebot has its own", "nothing to do"),
    "accessFrom": (
        "who may use the repository",
        "a policy file has no such rights",
        "protect the policy files by code owners",
    ),
}
_KNOWN = frozenset({"image", "exclusionList", "suspend", *_ELSEWHERE})
_UNSET = {"provider": "generic", "insecure": "false"}


@dataclass(frozen=True, slots=True)
class Repository:
    """An image whose tags policies choose from.

    Attributes:
        excluded: Globs on tags that are left out; None where the list is Flux's own.
        not_excluded: Expressions of that list that no glob can say.
    """

    name: str
    namespace: str
    image: str
    excluded: tuple[str, ...] | None
    not_excluded: tuple[str, ...]
    suspended: bool


def repository(thing: Object, ledger: Ledger) -> Repository | None:
    """Read an ImageRepository; what is not carried over is left."""
    spec = thing.spec
    if spec is None:
        return None
    for key, (what, why, instead) in _ELSEWHERE.items():
        if has_value(spec, key) and spec.text(key) != _UNSET.get(key):
            at = thing.at_key(spec, key)
            ledger.leave(at, key, f"{what} (`{key}`)", why=why, instead=instead)
    for key in others(spec, _KNOWN):
        ledger.unknown(thing.at_key(spec, key), key)
    translated = {pattern: tag_globs(pattern) for pattern in texts(spec, "exclusionList")}
    globs = tuple(dict.fromkeys(glob for found in translated.values() for glob in found or ()))
    return Repository(
        thing.name,
        thing.namespace,
        spec.text("image"),
        globs if "exclusionList" in spec.last else None,
        tuple(pattern for pattern, found in translated.items() if found is None),
        is_true(spec, "suspend"),
    )
