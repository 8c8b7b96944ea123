"""Which token goes where: to its own kind of forge, on the remote's own host, and nowhere else."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from imagebot.cli.tokens import NAMES, AppKey, Token, app_key, forge_token
from imagebot.errors import UsageError

if TYPE_CHECKING:
    from imagebot.policies.policy import ForgeKind

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_SCP = re.compile(r"(?:[^@/]+@)?(?P<host>[^:/]+):(?P<path>.+)")
_HOSTS: tuple[tuple[re.Pattern[str], ForgeKind], ...] = (
    (re.compile(r"(.+\.)?github\.com|.+\.ghe\.com|github\.(?!com\.).+"), "github"),
    (re.compile(r"gitlab\.(?!com\.).+"), "gitlab"),
    (re.compile(r"(gitea|forgejo)\..+|codeberg\.org"), "gitea"),
)
_API_PATHS = (("/api/v3", "github"), ("/api/v4", "gitlab"), ("/api/v1", "gitea"))


def forge_kind(
    url: str, arguments: Namespace, environ: Mapping[str, str], settings_kind: str | None = None
) -> str | None:
    """The kind of forge that answers at a remote, if it has tokens.

    Its host's name says, or the operator; only where neither does, imagebot.yaml.

    Args:
        url: The remote.
        arguments: ``forge``, ``forge_api`` and ``forge_repository``, where the command has them.
        environ: Where tokens are.
        settings_kind: What imagebot.yaml says, once it is read.
    """
    host = remote_parts(url)[0]
    kind = kind_of_host(host, environ) or _operator_kind(arguments, environ) or _with_tokens(settings_kind)
    if kind is None and host in LOOPBACK:
        return next((each for each in NAMES if forge_token(environ, each).value), "github")
    return kind


def access(url: str, kind: str | None, arguments: Namespace, environ: Mapping[str, str]) -> Token:
    """The token for a remote, of the kind of forge that answers there.

    Raises:
        ForgeDenied: What the environment names cannot be read, or GitHub knows no such App.
    """
    host, path = remote_parts(url)
    if kind is None:
        where = host or "this path"
        return Token(None, f"nowhere: name the kind of forge at {where} with --forge or IMAGEBOT_FORGE")
    if kind == "github" and host and (app := app_key(environ)):
        api = _option("forge_api", arguments, environ) or default_api(kind, host)
        return _installed(app, api, _option("forge_repository", arguments, environ) or path)
    return forge_token(environ, kind)


def kind_of_host(host: str, environ: Mapping[str, str]) -> ForgeKind | None:
    """The kind of forge that a host is known to be: by its name, or because this job runs for it."""
    found = next((kind for names, kind in _HOSTS if names.fullmatch(host)), None)
    if found or not host:
        return found
    if host == urlsplit(environ.get("CI_SERVER_URL", "")).hostname:
        return "gitlab"
    if (
        host == urlsplit(environ.get("GITHUB_SERVER_URL", "")).hostname
    ):  # Gitea's and Forgejo's jobs have it too
        return "gitea" if {"GITEA_ACTIONS", "FORGEJO_ACTIONS"} & environ.keys() else "github"
    return None


def default_api(kind: str, host: str) -> str:
    """Base URL of the API where nobody says another."""
    if kind == "github" and host == "github.com":
        return "https://api.github.com"
    if kind == "github" and host.endswith(".ghe.com"):
        return f"https://api.{host}"
    return f"https://{host}{next(path for path, each in _API_PATHS if each == kind)}"


_FILES: Mapping[str, str] = {"github": "blob", "gitlab": "-/blob", "gitea": "src/branch"}
"""Where a forge shows files of a branch, below the repository's own page."""


def files_url(kind: str, host: str, path: str, base: str) -> str:
    """Where a person reads the files of the base branch, up to their path; empty where nobody knows."""
    if kind not in _FILES or not host or host in LOOPBACK:
        return ""
    return f"https://{host}/{quote(path)}/{_FILES[kind]}/{quote(base)}/"


def check_api(api: str, remote_host: str, *, by_operator: bool) -> None:
    """The token goes to the remote's own host, or where the operator says, never where a file says.

    imagebot.yaml can be changed by a pull request; a token must not follow it to another host.
    """
    parts = urlsplit(api)
    host = parts.hostname or ""
    if parts.scheme != "https" and host not in LOOPBACK:
        raise UsageError(f"forge API {api} is not https", hint="the token would travel in the clear")
    hosted = remote_host == "github.com" or remote_host.endswith(".ghe.com")
    same = host == remote_host or (hosted and host == f"api.{remote_host}")
    if not (same or by_operator or (host in LOOPBACK and remote_host in {"", *LOOPBACK})):
        raise UsageError(
            f"imagebot.yaml names the forge API {host}, but the remote is on {remote_host or 'no host'}",
            hint=f"if that is right, say so with --forge-api {api} or IMAGEBOT_FORGE_API",
        )


def check_kind(kind: str, api: str, environ: Mapping[str, str]) -> None:
    """A forge's token does not go to a host that is known to be another kind of forge."""
    host = urlsplit(api).hostname or ""
    known = kind_of_host(host.removeprefix("api."), environ)
    if known not in {None, kind}:
        raise UsageError(
            f"{host} is {known}, and the forge is said to be {kind}: the token for {kind} is not sent there",
            hint="correct forge.kind in imagebot.yaml, or --forge",
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


def _operator_kind(arguments: Namespace, environ: Mapping[str, str]) -> str | None:
    """What the operator says: the kind, or an API whose path tells it."""
    path = urlsplit(_option("forge_api", arguments, environ) or "").path.rstrip("/")
    by_api = next((kind for end, kind in _API_PATHS if path.endswith(end)), None)
    return _with_tokens(_option("forge", arguments, environ)) or by_api


def _option(name: str, arguments: Namespace, environ: Mapping[str, str]) -> str | None:
    """An option of the commands that propose; those that only read have it from the environment alone."""
    value: str | None = getattr(arguments, name, None)
    return value or environ.get(f"IMAGEBOT_{name.upper()}")


def _with_tokens(kind: str | None) -> str | None:
    """A kind that has tokens: plain Git has none of its own."""
    return kind if kind in NAMES else None


def _installed(app: AppKey, api: str, repository: str) -> Token:
    from imagebot.forges.github.app import install

    check_api(api, "", by_operator=True)
    polite = urlsplit(api).hostname not in LOOPBACK
    made = install(
        repository,
        app=app.app,
        key=app.key,
        installation=app.installation,
        api=api,
        source=app.source,
        polite=polite,
    )
    source = f"the GitHub App {made.login.removesuffix('[bot]')}"
    return Token(made.token, source, "github", made.login, made.rights)
