"""Globs on image names and on paths."""

from __future__ import annotations

import re
from fnmatch import translate
from functools import lru_cache

from imagebot.errors import InvalidReference
from imagebot.references.image import CHART_SCHEMES, DOCKER_HUB, ImageName
from imagebot.untrusted import without_secrets

_ADDRESS = re.compile(r"(?:https?://)?\[[0-9A-Fa-f:]+\]")
"""A bracketed address at the beginning of a name; its brackets are no character class."""

_WILD = re.compile(r"[*?\[]")
_TAG = re.compile(r":[^/\]]*$|@")


def normalised_image_glob(glob: str) -> str:
    """The glob as it is compared with normalised names: ``nginx`` is ``docker.io/library/nginx``.

    Charts of chart repositories are named by address: ``https://charts.example.com/*``.
    ``*`` matches across ``/``.

    Raises:
        InvalidReference: If it is no name, or carries a tag or digest.
    """
    if not _WILD.search(_ADDRESS.sub("", glob, count=1)):
        return str(ImageName.parse(glob))
    host, slash, rest = glob.partition("/")
    if _TAG.search(rest if slash else ""):
        raise InvalidReference(
            f"{without_secrets(glob)!r} names a tag or digest",
            hint="which tags are allowed stands under `tags`",
        )
    if glob.startswith(CHART_SCHEMES):
        return _lower_host(glob)
    if glob.startswith("*"):
        return glob
    if not slash:
        return f"{DOCKER_HUB}/library/{glob}"
    if "." in host or ":" in host or host == "localhost" or _WILD.search(host):
        return glob
    return f"{DOCKER_HUB}/{glob}"


def _lower_host(address: str) -> str:
    scheme, _, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.lower()}{slash}{path}"


@lru_cache(maxsize=4096)
def image_matcher(glob: str) -> re.Pattern[str]:
    """A compiled image glob."""
    address = _ADDRESS.match(glob)
    begin = address.end() if address else 0
    return re.compile(re.escape(glob[:begin]) + translate(glob[begin:]))


def path_fault(glob: str) -> str:
    """Why a path glob is none, or nothing if it is one."""
    if not glob.strip():
        return "a path glob is empty"
    if glob.startswith("/"):
        return "paths are relative to the root of the repository: no leading /"
    if ".." in glob.split("/"):
        return "paths stay inside the repository: no .."
    if "\\" in glob:
        return "paths are written with /"
    return ""


@lru_cache(maxsize=4096)
def path_matcher(glob: str) -> re.Pattern[str]:
    """A compiled path glob: ``**`` crosses folders, ``*`` and ``?`` do not.

    ``envs/**`` is everything below ``envs``; ``**/values.yaml`` is that name at any depth, the root
    included; a glob that ends in ``/`` means everything below.
    """
    pieces = (glob + "**" if glob.endswith("/") else glob).removeprefix("./").split("/")
    regex = ""
    for place, piece in enumerate(pieces):
        last = place == len(pieces) - 1
        if piece == "**":
            regex += ".+" if last else "(?:[^/]+/)*"
        else:
            regex += _piece(piece) + ("" if last else "/")
    return re.compile(regex)


def _piece(piece: str) -> str:
    """One path component as a regular expression that cannot match a slash."""
    return "".join(
        "[^/]*" if char == "*" else "[^/]" if char == "?" else re.escape(char)
        for char in re.sub(r"\*+", "*", piece)
    )
