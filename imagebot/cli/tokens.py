"""The forges' tokens: from the environment only, each for its own kind of forge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from imagebot.errors import ForgeDenied

NAMES: Mapping[str, tuple[str, ...]] = {
    "github": ("GITHUB_TOKEN", "GH_TOKEN"),
    "gitlab": ("GITLAB_TOKEN",),
    "gitea": ("GITEA_TOKEN", "FORGEJO_TOKEN"),
}
"""Variables by kind of forge; each may have ``_FILE`` behind its name, and then names a file."""

_APP = "GITHUB_APP_ID"
_KEY = "GITHUB_APP_PRIVATE_KEY"
_INSTALLATION = "GITHUB_APP_INSTALLATION_ID"


@dataclass(frozen=True, slots=True)
class Token:
    """A token and where it came from; the value never shows in a repr.

    Attributes:
        kind: Of forge; it goes to no other.
        login: Whose it is, where the token cannot tell.
        rights: Of a GitHub App, such as ``contents: write``; None where the token does not tell.
    """

    value: str | None = field(repr=False)
    source: str
    kind: str | None = None
    login: str = ""
    rights: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class AppKey:
    """The key of a GitHub App, and where it came from.

    Attributes:
        key: PEM; it never shows in a repr.
        installation: None to look for the one on the repository.
    """

    app: str
    key: str = field(repr=False)
    installation: int | None
    source: str


def forge_token(environ: Mapping[str, str], kind: str = "github") -> Token:
    """The first token for a kind of forge that the environment holds, or a file that it names.

    Raises:
        ForgeDenied: If a file that is named cannot be read.
    """
    names = NAMES[kind]
    for name in names:
        value, source = _value(environ, name)
        if source:
            return Token(value, source, kind)
    missing = f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} not set"
    return Token(None, f"the environment ({missing})", kind)


def app_key(environ: Mapping[str, str]) -> AppKey | None:
    """The GitHub App that the environment names: ``GITHUB_APP_ID`` and its private key.

    Raises:
        ForgeDenied: If half of it is missing, or cannot be read.
    """
    app = environ.get(_APP, "").strip()
    if not app:
        return None
    key, source = _value(environ, _KEY)
    if not key:
        raise ForgeDenied(
            f"{_APP} is set, but no key", hint=f"set {_KEY}_FILE to the file of its private key"
        )
    number = environ.get(_INSTALLATION, "").strip()
    if number and not number.isdecimal():
        raise ForgeDenied(
            f"{_INSTALLATION} is no number", hint="it stands in the address of the installation"
        )
    return AppKey(app, key.replace("\\n", "\n"), int(number) if number else None, source)


def _value(environ: Mapping[str, str], name: str) -> tuple[str, str]:
    """A value and where it stood; twice nothing if it is not set."""
    if value := environ.get(name, "").strip():
        return value, name
    if path := environ.get(f"{name}_FILE"):
        return _read(Path(path), f"{name}_FILE"), f"{name}_FILE"
    return "", ""


def _read(path: Path, name: str) -> str:
    try:
        return path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ForgeDenied(
            f"cannot read the token file that {name} names: {path}",
            hint="check that the file is mounted and readable",
        ) from error
