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

from imagebot.cli.output import note
from imagebot.cli.tokens import forge_token
from imagebot.errors import ForgeDenied, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imagebot.cli.source import Source, Target
    from imagebot.engine.propose import Bot
    from imagebot.forges.protocol import Forge
    from imagebot.registries.client import RegistryClient

_AUTHOR = re.compile(r"(?P<name>[^<>\r\n]+?) <(?P<email>[^<>\s]+)>")
_SCP = re.compile(r"(?:[^@/]+@)?(?P<host>[^:/]+):(?P<path>.+)")
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


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
    from imagebot.engine.propose import Bot

    author = _AUTHOR.fullmatch(arguments.author)
    if author is None:
        raise UsageError(f"--author {arguments.author!r} is not of the form 'Name <email>'")
    return Bot(
        repository=target.repository,
        forge=_forge(target, arguments),
        base=target.base,
        commit=target.commit,
        name=author["name"],
        email=author["email"],
        now=lambda: datetime.now(UTC).replace(microsecond=0),
    )


def _forge(target: Target, arguments: Namespace) -> Forge:
    settings = target.source.configuration.settings.forge
    host, path = remote_parts(target.repository.remote_url)
    kind = arguments.forge or settings.kind or ("github" if host == "github.com" else "git")
    if kind == "git":
        from imagebot.forges.git import GitForge

        return GitForge(target.repository)
    repository = arguments.forge_repository or settings.repository or path
    api = arguments.forge_api or settings.api or _default_api(host)
    _check_api(api, host, by_operator=bool(arguments.forge_api))
    return _github(repository, api)


def _github(repository: str, api: str) -> Forge:
    token = forge_token(os.environ)
    if token.value is None:
        raise ForgeDenied(
            f"no token for {urlsplit(api).hostname}: it was looked for in {token.source}",
            hint="set GITHUB_TOKEN, or GITHUB_TOKEN_FILE for a mounted secret",
        )
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
        raise UsageError(
            f"cannot tell the repository on the forge from {repository!r}",
            hint="set forge.repository in imagebot.yaml, or --forge-repository OWNER/NAME",
        )
    from imagebot.forges.github import GitHubForge

    polite = urlsplit(api).hostname not in LOOPBACK
    return GitHubForge(repository, token.value, api=api, token_source=token.source, polite=polite)


def _default_api(host: str) -> str:
    from imagebot.forges.github import GITHUB_API

    return GITHUB_API if host == "github.com" else f"https://{host}/api/v3"


def _check_api(api: str, remote_host: str, *, by_operator: bool) -> None:
    """The token goes to the remote's own host, or where the operator says, never where a file says.

    imagebot.yaml can be changed by a pull request; a token must not follow it to another host.
    """
    parts = urlsplit(api)
    host = parts.hostname or ""
    if parts.scheme != "https" and host not in LOOPBACK:
        raise UsageError(f"forge API {api} is not https", hint="the token would travel in the clear")
    same = host == remote_host or (host == "api.github.com" and remote_host == "github.com")
    if not (same or by_operator or (host in LOOPBACK and remote_host in {"", *LOOPBACK})):
        raise UsageError(
            f"imagebot.yaml names the forge API {host}, but the remote is on {remote_host or 'no host'}",
            hint=f"if that is right, say so with --forge-api {api} or IMAGEBOT_FORGE_API",
        )


def remote_parts(url: str) -> tuple[str, str]:
    """Host and repository path of a remote; the host is empty for a path."""
    if "://" in url:
        parts = urlsplit(url)
        host, path = parts.hostname or "", parts.path
    elif match := _SCP.fullmatch(url):
        host, path = match["host"], match["path"]
    else:
        host, path = "", url
    return host, path.strip("/").removesuffix(".git")
