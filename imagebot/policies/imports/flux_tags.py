"""What a Flux ImagePolicy selects, as the ``tags`` of a policy.

Source: https://fluxcd.io/flux/components/image/imagepolicies/. Flux reads a version only with three numbers,
and takes every suffix for a pre-release, as SemVer does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from imagebot.descriptors.nodes import Mapping
from imagebot.policies.imports.extract import Extracted, NotExpressible, extracted
from imagebot.policies.imports.ranges import Constraint, constraint
from imagebot.references.ranges import InvalidRange

_NUMBERS = r"\d+\.\d+\.\d+"
RELEASES = rf"v?(?P<version>{_NUMBERS})"
"""Tags that Flux takes for releases; the prefix plays no part."""
VERSIONS = rf"v?(?P<version>{_NUMBERS}(?:-[0-9A-Za-z.-]+)?)"
"""The same with pre-releases."""
SIGNATURES = "*.sig"
"""What an ImageRepository leaves out by itself."""

_ORDERS = ("semver", "alphabetical", "numerical")


@dataclass(frozen=True, slots=True)
class FluxTags:
    """The rules of a policy.

    Attributes:
        tags: Keys of ``tags``.
        suffixes: Whether suffixes count that Flux and imagebot read in different ways.
    """

    tags: dict[str, Any]
    suffixes: bool = False


def flux_tags(spec: Mapping) -> FluxTags:
    """The rules of the ``spec`` of an ImagePolicy.

    Raises:
        NotExpressible: If a policy cannot say it.
    """
    policy = spec.mapping("policy")
    named = [order for order in _ORDERS if policy is not None and order in policy.last]
    if policy is None or len(named) != 1:
        raise NotExpressible("`policy` names no order that is known, or several")
    order = named[0]
    rules = policy.mapping(order)
    if order == "semver":
        return _semver(spec, rules.text("range") if rules else "")
    direction = rules.text("order") if rules else ""
    if direction not in {"", "asc"}:
        raise NotExpressible(f"`order: {direction}` selects the lowest tag, and imagebot only goes forward")
    found = _extracted(spec, order)
    return FluxTags({"order": order, **(_filter(found) if found else {})})


def _semver(spec: Mapping, text: str) -> FluxTags:
    try:
        wanted = constraint(text)
    except InvalidRange as error:
        raise NotExpressible(f"range {text!r}: {error.message}") from error
    found = _extracted(spec, "semver")
    if found is not None and found.apart:
        if wanted.range:
            raise NotExpressible(
                f"range {text!r} would have to hold a version put together from several groups"
            )
        return FluxTags({"order": "numerical", **_filter(found)})
    rules: dict[str, Any] = {"order": "semver"}
    if found is None:
        rules["match"] = VERSIONS if wanted.prereleases else RELEASES
    else:
        rules |= _filter(found)
    rules |= _versions(wanted, filtered=found is not None)
    return FluxTags(rules, wanted.prereleases)


def _versions(wanted: Constraint, *, filtered: bool) -> dict[str, Any]:
    rules: dict[str, Any] = {"range": wanted.range} if wanted.range else {}
    if wanted.prereleases:
        return rules | {"prereleases": True}
    return rules | ({"variant": ""} if filtered else {})


def _extracted(spec: Mapping, order: str) -> Extracted | None:
    tags = spec.mapping("filterTags")
    pattern = tags.text("pattern") if tags else ""
    return extracted(pattern, tags.text("extract"), order) if tags and pattern else None


def _filter(found: Extracted) -> dict[str, Any]:
    by: dict[str, Any] = {"by": found.by[0] if len(found.by) == 1 else list(found.by)} if found.by else {}
    return {"match": found.match, **by}
