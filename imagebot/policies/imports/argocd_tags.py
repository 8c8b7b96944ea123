"""What Argo CD Image Updater does with one image, as a policy.

Source: https://argocd-image-updater.readthedocs.io/en/stable/basics/update-strategies/ and
https://argocd-image-updater.readthedocs.io/en/stable/configuration/images/
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from imagebot.errors import InvalidReference
from imagebot.policies.imports.extract import NotExpressible
from imagebot.policies.imports.imported import Draft, Ledger, Origin
from imagebot.policies.imports.ranges import Constraint, constraint
from imagebot.policies.imports.regex import renamed, whole
from imagebot.references.image import ImageName
from imagebot.references.ranges import InvalidRange
from imagebot.untrusted import clean

_NUMBERS = r"\d+(?:\.\d+){0,2}"
RELEASES = rf"v?(?P<version>{_NUMBERS})"
"""It reads one to three numbers, and the prefix plays no part."""
VERSIONS = rf"v?(?P<version>{_NUMBERS}(?:-[0-9A-Za-z.-]+)?)"
"""The same with pre-releases."""
STRATEGIES = {
    "semver": "semver",
    "latest": "created",
    "newest-build": "created",
    "name": "alphabetical",
    "alphabetical": "alphabetical",
    "digest": "digest",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """One image of one application, or of several alike.

    Attributes:
        at: Where it is asked for.
        image: Name, perhaps with a constraint behind a colon.
        strategy: As written; empty for none.
        allow: ``regexp:...`` or ``any``; empty for none.
        ignore: Globs on tags.
        paths: Where it stands; empty for everywhere, None for another repository.
    """

    name: str
    at: Origin
    image: str
    strategy: str = ""
    allow: str = ""
    ignore: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    paths: tuple[str, ...] | None = ()


def draft(wanted: Wanted, ledger: Ledger) -> Draft | None:
    """The policy of an image; None, with a leftover, if a policy cannot say it."""
    name, written = split(wanted.image)
    order = STRATEGIES.get(wanted.strategy, "semver")
    if wanted.paths is None:
        ledger.not_imported(
            wanted.at,
            f"{clean(wanted.image, 120)} of {wanted.at.what}",
            "`repoURL` names another repository than this one",
            wanted.name,
            instead="import it in the repository that holds its files",
        )
        return None
    try:
        image = str(ImageName.parse(name))
        tags = _tags(order, written, wanted)
    except (NotExpressible, InvalidReference) as problem:
        ledger.not_imported(
            wanted.at, f"{clean(wanted.image, 120)} of {wanted.at.what}", str(problem), wanted.name
        )
        return None
    _leave(wanted, order, written, ledger)
    pin: Any = "tag+digest" if order == "digest" else "keep"
    platforms = wanted.platforms if order in {"created", "digest"} else ()
    return Draft(wanted.name, wanted.at, (image,), tags, wanted.paths, pin=pin, platforms=platforms)


def split(image: str) -> tuple[str, str]:
    """Name and constraint: ``host:5000/web:~1.2``."""
    slash = image.rfind("/")
    name, _, written = image[slash + 1 :].partition(":")
    return image[: slash + 1] + name, written.strip()


def _tags(order: str, written: str, wanted: Wanted) -> dict[str, Any]:
    if order == "digest":
        if wanted.allow not in {"", "any"} or wanted.ignore:
            raise NotExpressible("the strategy digest follows one tag, and its tags are filtered besides")
        return {"order": order}
    tags: dict[str, Any] = {"order": order}
    match = _match(wanted.allow)
    if match:
        tags["match"] = match
    if order == "semver":
        tags |= _versions(written, filtered=bool(match))
    elif order == "created":
        tags["dated-by"] = "image"
    if wanted.ignore:
        tags["ignore"] = [glob.replace("[^", "[!") for glob in wanted.ignore]
    return tags


def _match(allow: str) -> str:
    if allow in {"", "any"}:
        return ""
    kind, _, pattern = allow.partition(":")
    if kind != "regexp" or not pattern:
        raise NotExpressible(f"`allow-tags: {allow}` is neither `regexp:...` nor `any`, and so allows no tag")
    return whole(renamed(pattern, {}))


def _versions(written: str, *, filtered: bool) -> dict[str, Any]:
    try:
        found = constraint(written) if written else Constraint("", prereleases=False)
    except InvalidRange as error:
        raise NotExpressible(f"the constraint {written!r}: {error.message}") from error
    tags: dict[str, Any] = {} if filtered else {"match": VERSIONS if found.prereleases else RELEASES}
    if found.range:
        tags["range"] = found.range
    tags["precision"] = "any"
    if found.prereleases:
        return tags | {"prereleases": True}
    return tags | ({"variant": ""} if filtered else {})


def _leave(wanted: Wanted, order: str, written: str, ledger: Ledger) -> None:
    def leave(id: str, what: str, why: str, instead: str) -> None:  # noqa: A002 - the word of the JSON format
        ledger.leave(wanted.at, id, what, why=why, instead=instead, policy=wanted.name)

    if wanted.strategy and wanted.strategy not in STRATEGIES:
        shown = clean(repr(wanted.strategy), 60)
        leave(
            "strategy",
            f"the strategy {shown}",
            "it is none, and semver counts in its place",
            "see that it is meant",
        )
    if order == "digest" and written:
        what = f"the tag {clean(repr(written), 60)} that the strategy digest follows"
        leave(
            "digest",
            what,
            "imagebot follows the tag that is written in the file",
            f"write `:{written}` there",
        )
    elif order != "semver" and written:
        what = f"the constraint {clean(repr(written), 60)}"
        leave("constraint", what, f"it has no effect with the strategy {wanted.strategy}", "nothing to do")
    if order == "semver" and _names_prerelease(written):
        leave(
            "suffix",
            "suffixes of versions are read in another way",
            "to Argo CD Image Updater 1.2.3-alpine is a pre-release of 1.2.3; imagebot knows words such as "
            "rc and beta, keeps every other suffix as it is, and leaves pre-releases of an upper bound out",
            "write a suffix that should change in the file once, or name it in `variant`",
        )
    if wanted.platforms and order not in {"created", "digest"}:
        what = f"`platforms: {clean(', '.join(wanted.platforms), 80)}`"
        why = "it has no effect with this strategy; in imagebot it would hold images back that lack one"
        leave("platforms", what, why, "write `platforms` if that is wanted")
    elif len(wanted.platforms) > 1:
        why = "Argo CD Image Updater is content with one of them, imagebot wants all"
        leave("platforms", "several `platforms`", why, "name the one that you run on")


def _names_prerelease(written: str) -> bool:
    try:
        return bool(written) and constraint(written).prereleases
    except InvalidRange:
        return False
