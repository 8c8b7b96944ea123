"""Build the adapters that a command needs: registries, forge, bot."""

from __future__ import annotations

import os
import re
from argparse import Namespace
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from imagebot.cli.access import (
    LOOPBACK,
    check_api,
    check_kind,
    default_api,
    files_url,
    kind_of_host,
    remote_parts,
)
from imagebot.cli.output import note
from imagebot.cli.tokens import NAMES, Token, forge_token
from imagebot.errors import ForgeDenied, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from imagebot.cli.source import Source, Target
    from imagebot.engine.world import Bot
    from imagebot.forges.protocol import Forge
    from imagebot.policies.policy import ForgeKind, ForgeSettings
    from imagebot.registries.client import RegistryClient

_AUTHOR = re.compile(r"(?P<name>[^<>\r\n]+?) <(?P<email>[^<>\s]+)>")


@contextmanager
def open_registries(source: Source, arguments: Namespace) -> Iterator[RegistryClient]:
    """The registry client with the operator's credentials and the repository's settings."""
    from imagebot.registries.cache import Cache
    from imagebot.registries.client import RegistryClient
    from imagebot.registries.credentials import Credentials

    credentials = Credentials.load(
        Path(arguments.docker_config) if arguments.docker_config else None,
        environ=os.environ,
        home=Path.home(),
    )
    settings = dict(source.configuration.settings.registries)
    cache = Cache(source.cache / "registries")
    with RegistryClient(settings, credentials, read=source.snapshot.read, cache=cache) as client:
        yield client
        for host, texts in sorted(client.http.warnings().items()):
            for text in sorted(texts):
                note(f"{host} warns: {text}", quiet=arguments.quiet)


def open_bot(target: Target, arguments: Namespace) -> Bot:
    """Who writes, and where to."""
    from imagebot.engine.world import Bot

    author = _AUTHOR.fullmatch(arguments.author)
    if author is None:
        raise UsageError(f"--author {arguments.author!r} is not of the form 'Name <email>'")
    _sign(target, arguments)
    kind, forge = _forge(target, arguments)
    own_policies = getattr(arguments, "policies", None)  # their files stand elsewhere
    host, path = remote_parts(target.repository.remote_url)
    return Bot(
        repository=target.repository,
        forge=forge,
        base=target.base,
        commit=target.commit,
        name=author["name"],
        email=author["email"],
        now=lambda: datetime.now(UTC).replace(microsecond=0),
        settings=target.source.configuration.settings,
        kind=kind,
        files_url="" if own_policies else files_url(kind, host, path, target.base),
        urgent=getattr(arguments, "urgent", False),
    )


def _sign(target: Target, arguments: Namespace) -> None:
    """Let commits be signed if the operator says so: no file says it, for a pull request may change files."""
    by, key = getattr(arguments, "sign", None), getattr(arguments, "signing_key", None)
    if not by and not key:
        return
    if not by or not key:
        raise UsageError(
            "--sign and --signing-key go together", hint="imagebot apply --sign ssh --signing-key FILE"
        )
    if target.source.configuration.settings.commits.through == "api":
        raise UsageError(
            "--sign signs what Git pushes, and imagebot.yaml lets the forge make the commits",
            hint="leave out --sign: the forge signs by itself; or set `commits: {through: git}`",
        )
    from imagebot.repository.signing import Signer

    signer = Signer(by, key)
    signer.check()
    target.repository.sign_by(signer)


def _forge(target: Target, arguments: Namespace) -> tuple[ForgeKind, Forge]:
    settings, url = target.source.configuration.settings.forge, target.repository.remote_url
    kind = kind_of_forge(url, settings, arguments, os.environ)
    if kind == "git":
        from imagebot.forges.git import GitForge

        return kind, GitForge(target.repository, target.base)
    token = target.token if target.token.kind == kind else forge_token(os.environ, kind)
    return kind, hosted_forge(kind, url, settings, token, arguments)


def kind_of_forge(
    url: str, settings: ForgeSettings, arguments: Namespace, environ: Mapping[str, str]
) -> ForgeKind:
    """The kind of forge that pull requests go to: the operator says, or imagebot.yaml, or the host's name."""
    kind: ForgeKind | None = arguments.forge or settings.kind
    return kind or kind_of_host(remote_parts(url)[0], environ) or "git"


def hosted_forge(
    kind: ForgeKind, url: str, settings: ForgeSettings, token: Token, arguments: Namespace
) -> Forge:
    """The forge behind a remote.

    Args:
        kind: Of forge, and not plain Git.
        url: The remote.
        settings: Those of imagebot.yaml.
        token: For this kind of forge.
        arguments: ``forge_api`` and ``forge_repository``.

    Raises:
        ForgeDenied: There is no token.
        UsageError: The token would go where it must not, or the repository cannot be told.
    """
    host, path = remote_parts(url)
    api = arguments.forge_api or settings.api or default_api(kind, host)
    check_api(api, host, by_operator=bool(arguments.forge_api))
    check_kind(kind, api, os.environ)
    if not token.value:
        name = NAMES[kind][0]
        raise ForgeDenied(
            f"no token for {urlsplit(api).hostname}: it was looked for in {token.source}",
            hint=f"set {name}, or {name}_FILE for a mounted secret",
        )
    repository = arguments.forge_repository or settings.repository or path
    if not _NAMES[kind].fullmatch(repository):
        raise UsageError(
            f"cannot tell the repository on the forge from {repository!r}",
            hint="set forge.repository in imagebot.yaml, or --forge-repository OWNER/NAME",
        )
    polite = urlsplit(api).hostname not in LOOPBACK
    return _FORGES[kind](repository, token, api, polite)


def _github(repository: str, token: Token, api: str, polite: bool) -> Forge:  # noqa: FBT001 - one shape for all
    from imagebot.forges.github import GitHubForge

    return GitHubForge(
        repository,
        token.value or "",
        api=api,
        token_source=token.source,
        polite=polite,
        login=token.login,
    )


def _gitlab(repository: str, token: Token, api: str, polite: bool) -> Forge:  # noqa: FBT001 - one shape for all
    from imagebot.forges.gitlab import GitLabForge

    return GitLabForge(repository, token.value or "", api=api, token_source=token.source, polite=polite)


def _gitea(repository: str, token: Token, api: str, polite: bool) -> Forge:  # noqa: FBT001 - one shape for all
    from imagebot.forges.gitea.forge import GiteaForge

    return GiteaForge(repository, token.value or "", api=api, token_source=token.source, polite=polite)


_FORGES: Mapping[str, Callable[[str, Token, str, bool], Forge]] = {
    "github": _github,
    "gitlab": _gitlab,
    "gitea": _gitea,
}
"""By kind: from repository, token, base URL of the API, and whether to pause between requests."""

_OWNER_AND_NAME = re.compile(r"[\w.-]+/[\w.-]+")
_NAMES: Mapping[str, re.Pattern[str]] = {
    "github": _OWNER_AND_NAME,
    "gitlab": re.compile(r"[\w.-]+(?:/[\w.-]+)+"),  # groups have groups
    "gitea": _OWNER_AND_NAME,
}
"""How repositories are called, by kind."""
