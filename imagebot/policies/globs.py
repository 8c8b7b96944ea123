"""Globs on image names and on paths."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import translate
from functools import lru_cache
from itertools import groupby

from imagebot.errors import InvalidReference
from imagebot.references.image import CHART_SCHEMES, DOCKER_HUB, ImageName
from imagebot.untrusted import clean, without_secrets

_ADDRESS = re.compile(r"(?:https?://)?\[[0-9A-Fa-f:]+\]")
"""A bracketed address at the beginning of a name; its brackets are no character class."""

_WILD = re.compile(r"[*?\[]")
_TAG = re.compile(r":[^/\]]*$|@")
_CLASS = re.compile(r"\[!?\]?[A-Za-z0-9._-]*\]")
_STRANGE = re.compile(r"/\.|[^A-Za-z0-9._/:*?-]")
_STRANGE_IN_CHARTS = re.compile(r"[^A-Za-z0-9._/:*?~-]")
_SHOWN = 200

NO_NEGATION = "put a policy with `tags: {ignore: ['*']}` before it"
"""What to write in the place of a negated glob."""


def normalised_image_glob(glob: str) -> str:
    """The glob as it is compared with normalised names: ``nginx`` is ``docker.io/library/nginx``.

    Charts of chart repositories are named by address: ``https://charts.example.com/*``.
    ``*`` matches across ``/``.

    Raises:
        InvalidReference: If it is no name, or carries a tag or digest.
    """
    why, hint = _image_fault(glob) or ("", "")
    if why:
        raise InvalidReference(f"{clean(without_secrets(glob), _SHOWN)!r} {why}", hint=hint)
    if not _WILD.search(_ADDRESS.sub("", glob, count=1)):
        return _exact(glob)
    host, slash, _ = glob.partition("/")
    if glob.startswith(CHART_SCHEMES):
        return _lower_host(glob)
    if glob.startswith("*"):
        return glob
    if not slash:
        return f"{DOCKER_HUB}/library/{glob}"
    if "." in host or ":" in host or host == "localhost" or _WILD.search(host):
        return glob
    return f"{DOCKER_HUB}/{glob}"


def _exact(name: str) -> str:
    try:
        return str(ImageName.parse(name))
    except InvalidReference as error:
        hint = "write [host[:port]/]path, such as ghcr.io/acme/web, or a glob such as ghcr.io/acme/*"
        raise InvalidReference(error.message, hint=hint) from error


def _image_fault(glob: str) -> tuple[str, str] | None:
    """Why no image can have a name that a glob matches, and what to write; None where one may."""
    bare = _ADDRESS.sub("", glob, count=1)
    host, slash, path = bare.partition("/")
    name = path if slash else "" if _WILD.search(host) else host
    if glob.startswith("!"):
        return "begins with `!`: there is no negation", NO_NEGATION
    if re.search(r"\s", glob):
        return "holds a blank", "write each name or glob as an item of its own"
    if _TAG.search(path if slash else host):
        return "names a tag or digest", "leave tag and digest out: which tags are allowed stands under `tags`"
    if glob.endswith("/"):
        return "ends in /", f"write {glob}* for all that is below it"
    if name != name.lower() and not glob.startswith(CHART_SCHEMES):
        return "holds capital letters: names of images have none", f"write {glob.lower()}"
    return _strange(glob, bare)


def _strange(glob: str, bare: str) -> tuple[str, str] | None:
    """Signs that no name has; charts are named by their address, which may hold more of them."""
    is_chart = glob.startswith(CHART_SCHEMES)
    found = (_STRANGE_IN_CHARTS if is_chart else _STRANGE).search(_CLASS.sub("", bare))
    return (f"holds `{clean(found[0])}`, which no name has", _instead(found[0])) if found else None


def _instead(sign: str) -> str:
    return {
        "{": "there are no braces: write a glob for each name",
        "[": "close it: [0-9] is one of these signs",
        "/.": "a glob is no regular expression: write * for any text",
    }.get(sign, "write such as ghcr.io/acme/*: * is any text, ? any sign, [0-9] one of these")


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
    if glob.startswith("!"):
        return "there is no negation"
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
    first, *others = [
        list(group) for crosses, group in groupby(["", *pieces, ""], lambda p: p == "**") if not crosses
    ]
    if not others:
        return re.compile("/".join(map(_piece, first[1:-1])))
    regex = _folders(first[1:])
    for inner in others[:-1]:
        # the first place where they stand is as good as any other: what follows crosses folders again
        regex += f"(?>(?:[^/]+/)*?{_folders(inner)})"
    last = "/".join(map(_piece, others[-1][:-1]))
    return re.compile(regex + (f"(?:[^/]+/)*{last}" if last else ".+"))


def _folders(pieces: Iterable[str]) -> str:
    return "".join(f"{_piece(piece)}/" for piece in pieces)


def _piece(piece: str) -> str:
    """One path component as a regular expression that cannot match a slash, nor try a place twice."""
    first, *others = (_literal(part) for part in re.sub(r"\*+", "*", piece).split("*"))
    if not others:
        return first
    return first + "".join(f"(?>[^/]*?{part})" for part in others[:-1]) + f"[^/]*{others[-1]}"


def _literal(text: str) -> str:
    return "".join("[^/]" if char == "?" else re.escape(char) for char in text)
