"""What gets one in to well-known registries: what to log in with, or which right to give.

Sources: the same table with more words in docs/registries.md, and each registry's own documentation.
"""

from __future__ import annotations

import re

from imagebot.registries.clouds.providers import PROVIDERS

_ACCOUNTS = (
    (r"docker\.io", "your user and an access token from its account settings"),
    (
        r"ghcr\.io",
        "your user and a classic personal access token with read:packages, not a fine-grained one",
    ),
    (r"registry\.gitlab\..+", "a deploy token or personal access token with read_registry"),
    (r"quay\.io", "a robot account, such as acme+ci, and its token"),
)
_CLOUDS = {
    "aws": ("AWS credentials", "ecr-login", "ecr:GetAuthorizationToken and the right to pull"),
    "gcp": ("Google credentials", "gcr", "the right to read, such as roles/artifactregistry.reader"),
    "azure": ("Azure credentials", "acr-env", "the right to pull, such as AcrPull"),
}


def way_in(host: str) -> str:
    """How to get credentials for a registry, as the end of a sentence that says what to do."""
    if names := _CLOUDS.get(cloud_of(host)):
        whose, helper, _ = names
        extra = f"`pip install 'imagebot[{cloud_of(host)}]'`"
        return f"give imagebot {whose} ({extra}), or set up docker-credential-{helper}"
    login = f"log in with `docker login {host}`"
    for pattern, account in _ACCOUNTS:
        if re.fullmatch(pattern, host):
            return f"{login}: {account}"
    return f"{login}, or mount credentials that may pull"


def right(host: str) -> str:
    """The right that an identity of a cloud needs to read its registry."""
    names = _CLOUDS.get(cloud_of(host))
    return names[2] if names else "the right to pull"


def cloud_of(host: str) -> str:
    """The extra for the cloud that runs a host; empty if none does."""
    return next((provider.extra for provider in PROVIDERS if provider.matches(host.lower())), "")
