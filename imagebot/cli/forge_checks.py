"""What the forge says of imagebot's token and of the repository: every finding is a line."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from imagebot.cli.access import access, remote_parts
from imagebot.cli.adapters import hosted_forge, kind_of_forge
from imagebot.cli.source import is_url
from imagebot.cli.tokens import NAMES, Token, app_key, forge_token
from imagebot.diagnosis import Check
from imagebot.errors import ForgeDenied, ForgeError, ImagebotError
from imagebot.untrusted import clean

if TYPE_CHECKING:
    from imagebot.cli.source import Source
    from imagebot.forges.values import RepositoryFacts
    from imagebot.policies.policy import ForgeKind

TOKEN, REPOSITORY, RIGHTS, DASHBOARD = "forge token", "forge", "forge rights", "dashboard"

_NEEDED: Mapping[str, str] = {
    "github": "of a fine-grained token: Contents and Pull requests, read and write; of a classic one: repo",
    "gitlab": "the scope api, and the role Developer in the project",
    "gitea": "the scopes write:repository, write:issue and read:user, of a user who may write",
}
"""Rights that imagebot needs, in the words of each kind of forge."""

_APP_NEEDS: Mapping[str, str] = {"contents": "write", "pull_requests": "write"}
_APP_DASHBOARD_NEEDS: Mapping[str, str] = {"issues": "write"}


def forge_checks(source: Source, arguments: Namespace, environ: Mapping[str, str]) -> Iterator[Check]:
    """Whether there is a token, and what the forge says of it and of the repository.

    Args:
        source: What was read; its settings name the forge.
        arguments: ``path``, ``forge``, ``forge_api`` and ``forge_repository``.
        environ: Where tokens are.
    """
    settings = source.configuration.settings.forge
    url = _remote(arguments.path)
    if url is None:
        yield _untried(arguments.forge or settings.kind or "github", environ)
        return
    kind = kind_of_forge(url, settings, arguments, environ)
    if kind == "git":
        yield Check(TOKEN, f"not needed: {_why_git(url, settings.kind or arguments.forge)}")
        return
    try:
        token = access(url, kind, arguments, environ)
    except ImagebotError as error:
        yield Check(TOKEN, "cannot be had", error=error)
        return
    if not token.value:
        yield _none(token, kind)
        return
    yield from _asked(url, kind, token, source, arguments)


def _asked(url: str, kind: ForgeKind, token: Token, source: Source, arguments: Namespace) -> Iterator[Check]:
    """What the forge answers."""
    try:
        facts = hosted_forge(kind, url, source.configuration.settings.forge, token, arguments).facts()
    except ImagebotError as error:
        yield Check(TOKEN, f"from {token.source}")
        yield Check(REPOSITORY, "does not answer as it should", error=error)
        return
    whose = f", as {clean(facts.login, 100)}" if facts.login else ""
    yield Check(TOKEN, f"from {token.source}{whose}")
    yield _repository(facts, kind)
    dashboard = source.configuration.settings.pull_requests.dashboard
    yield _rights(facts, kind, token, dashboard=dashboard)
    if dashboard:
        yield _dashboard(facts)


def _remote(path: str) -> str | None:
    """The remote's address; None for a folder that has none."""
    from imagebot.repository.clone import local_git

    if is_url(path):
        return path
    try:
        origin = local_git(Path(path)).attempt("config", "--get", "remote.origin.url")
    except ImagebotError:
        return None
    return origin.text if origin.code == 0 else None


def _untried(kind: str, environ: Mapping[str, str]) -> Check:
    """Of a folder without a remote: there is nobody to ask."""
    if kind == "git":
        return Check(TOKEN, "not needed: forge.kind is git")
    try:
        app = app_key(environ) if kind == "github" else None
        token = forge_token(environ, kind)
    except ForgeDenied as error:
        return Check(TOKEN, "cannot be read", error=error)
    if app:
        return Check(TOKEN, f"a GitHub App's key from {app.source}, not tried: there is no remote `origin`")
    if not token.value:
        return _none(token, kind)
    return Check(TOKEN, f"from {token.source}, not tried: there is no remote `origin`")


def _none(token: Token, kind: str) -> Check:
    name = NAMES[kind][0]
    where = f": {token.source}" if token.value is None else f", for {token.source} is empty"
    app = ", or GITHUB_APP_ID and its key" if kind == "github" else ""
    hint = f"apply and run need one for pull requests: set {name}, or {name}_FILE for a file{app}"
    return Check(TOKEN, f"none{where}", hint)


def _why_git(url: str, said: str | None) -> str:
    host = remote_parts(url)[0]
    if said == "git" or not host:
        return "the forge is plain Git"
    return f"nothing says what kind of forge {host} is, so it is plain Git (forge.kind, or --forge)"


def _repository(facts: RepositoryFacts, kind: str) -> Check:
    name = clean(facts.name, 200)
    if not facts.archived:
        return Check(REPOSITORY, f"{name} on {kind}, default branch {clean(facts.default_branch, 100)}")
    error = ForgeError(f"{name} is archived, so nothing can be proposed", hint="take it out of the archive")
    return Check(REPOSITORY, "is read-only", error=error)


def _rights(facts: RepositoryFacts, kind: str, token: Token, *, dashboard: bool) -> Check:
    """What an App lacks is told by name; a token tells no more than whether it may push."""
    if token.rights is not None:
        wanted = {**_APP_NEEDS, **(_APP_DASHBOARD_NEEDS if dashboard else {})}
        missing = [f"{right}: {level}" for right, level in wanted.items() if token.rights.get(right) != level]
        if not missing:
            return Check(RIGHTS, ", ".join(f"{right}: {level}" for right, level in wanted.items()))
        lacks = f"{token.source} has not the right {' and '.join(missing)}"
        hint = "add it in the App's settings, and let the owner accept it for the installation"
        return Check(RIGHTS, "are missing", error=ForgeDenied(lacks, hint=hint))
    if facts.may_write is None:
        return Check(RIGHTS, f"are not told by the forge; needed are: {_NEEDED[kind]}")
    if facts.may_write:
        return Check(RIGHTS, "may push; the first pull request shows whether it may open one")
    lacks = f"the token from {token.source} may not push to {clean(facts.name, 200)}"
    return Check(RIGHTS, "are missing", error=ForgeDenied(lacks, hint=f"it needs {_NEEDED[kind]}"))


def _dashboard(facts: RepositoryFacts) -> Check:
    if facts.issues:
        return Check(DASHBOARD, "is on, and so are issues")
    hint = "switch issues on, or set `pull-requests: {dashboard: false}`"
    return Check(DASHBOARD, "is on, but the repository has no issues, so there is none", hint)
