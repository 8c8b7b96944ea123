"""Flux: ImageRepository, ImagePolicy and ImageUpdateAutomation.

Source: https://fluxcd.io/flux/components/image/ (v1, v1beta2 and v1beta1 have the same meaning here).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from imagebot.errors import InvalidReference
from imagebot.policies.globs import path_matcher
from imagebot.policies.imports.documents import Object, has_value, is_true, objects, others
from imagebot.policies.imports.extract import NotExpressible
from imagebot.policies.imports.flux_automation import Automation, automations
from imagebot.policies.imports.flux_repository import Repository, repository
from imagebot.policies.imports.flux_tags import SIGNATURES, FluxTags, flux_tags
from imagebot.policies.imports.governed import leave_placeless
from imagebot.policies.imports.imported import Draft, Imported, Ledger, unique
from imagebot.policies.imports.markers import Marker, markers
from imagebot.policies.imports.unmarked import leave_unmarked
from imagebot.references.image import ImageName
from imagebot.untrusted import clean

API = "image.toolkit.fluxcd.io/"
_KNOWN = frozenset(
    {"imageRepositoryRef", "policy", "filterTags", "digestReflectionPolicy", "interval", "suspend"}
)
DIFFERENCES = (
    "Beside an expression of your own, imagebot keeps the prefix `v` of the current tag.",
    "imagebot only goes forward from the tag that is deployed; Flux also goes back to an older one.",
    "Markers bind by themselves: a line keeps its policy wherever the file is moved.",
    "Flux writes on; imagebot proposes, and somebody merges.",
)


@dataclass(frozen=True, slots=True)
class _SetUp:
    """Everything of Flux in a repository."""

    files: Mapping[str, bytes]
    repositories: list[Repository]
    automations: list[Automation]
    markers: list[Marker]
    ledger: Ledger
    taken: set[str] = field(default_factory=set)


class _Idle(Exception):  # noqa: N818 - becomes a leftover
    """A policy by which Flux does nothing."""


def import_flux(files: Mapping[str, bytes]) -> Imported:
    """Policies for the ImagePolicies of a repository."""
    ledger = Ledger()
    found = [thing for thing in objects(files, API.encode(), ledger) if thing.api.startswith(API)]
    kinds = {
        kind: [thing for thing in found if thing.kind == kind] for kind in ("ImageRepository", "ImagePolicy")
    }
    setup = _SetUp(
        files,
        [one for thing in kinds["ImageRepository"] if (one := repository(thing, ledger))],
        automations(found, ledger),
        list(markers(files)),
        ledger,
    )
    drafts = [draft for thing in kinds["ImagePolicy"] if (draft := _policy(setup, thing)) is not None]
    _unknown_markers(setup, kinds["ImagePolicy"])
    return Imported(tuple(drafts), tuple(ledger.leftovers), DIFFERENCES)


def _policy(setup: _SetUp, thing: Object) -> Draft | None:
    marked = [marker for marker in setup.markers if _names(marker, thing)]
    bound = next((f"{m.namespace}:{m.name}" for m in marked if m.namespace), thing.name)
    name = unique(bound, setup.taken)
    try:
        source = _source(setup, thing)
        found = _rules(thing, source)
        image = str(ImageName.parse(source.image))
        paths = _paths(setup, thing)
    except _Idle as reason:
        instead = "nothing to do; import again once Flux acts on it"
        setup.ledger.not_imported(thing.at(), thing.label, str(reason), name, instead=instead)
        return None
    except (NotExpressible, InvalidReference) as problem:
        setup.ledger.not_imported(thing.at(), thing.label, str(problem), name)
        return None
    tags = _with_exclusions(found.tags, source)
    draft = Draft(name, thing.at(), (image,), tags, paths, *_pinning(thing))
    for pattern in source.not_excluded:
        _leave_exclusion(setup.ledger, thing, pattern, name)
    _leave(setup, thing, draft, marked, suffixes=found.suffixes)
    leave_placeless(setup.files, draft, setup.ledger)
    return draft


def _leave_exclusion(ledger: Ledger, thing: Object, pattern: str, name: str) -> None:
    ledger.leave(
        thing.at(),
        "exclusion",
        f"the ImageRepository of {thing.label} excludes `{clean(pattern, 80)}`",
        why="`ignore` takes globs, and no glob says the same",
        instead="write the wanted form out in `match`, or globs in `ignore`",
        policy=name,
    )


def _rules(thing: Object, source: Repository) -> FluxTags:
    if thing.spec is None:
        raise NotExpressible("it has no `spec`")
    if source.suspended or is_true(thing.spec, "suspend"):
        raise _Idle("it is suspended, or its ImageRepository is")
    return flux_tags(thing.spec)


def _names(marker: Marker, thing: Object) -> bool:
    """Whether a marker means a policy; one of them may get its namespace only when it is applied."""
    return marker.name == thing.name and (not thing.namespace or marker.namespace in {"", thing.namespace})


def _source(setup: _SetUp, thing: Object) -> Repository:
    reference = thing.spec.mapping("imageRepositoryRef") if thing.spec else None
    name = reference.text("name") if reference else ""
    namespace = (reference.text("namespace") if reference else "") or thing.namespace
    named = [one for one in setup.repositories if one.name == name]
    same = [one for one in named if one.namespace == namespace] or (named if len(named) == 1 else [])
    if not same:
        raise NotExpressible(
            f"its ImageRepository {name!r} is not among the files, or is there several times"
        )
    return same[0]


def _with_exclusions(tags: dict[str, Any], source: Repository) -> dict[str, Any]:
    """A version never looks like a signature; a text may."""
    own = (
        source.excluded
        if source.excluded is not None
        else ((SIGNATURES,) if tags["order"] != "semver" else ())
    )
    return tags | ({"ignore": list(own)} if own else {})


def _pinning(thing: Object) -> tuple[Any, bool]:
    match thing.spec.text("digestReflectionPolicy") if thing.spec else "":
        case "Always":
            return "tag+digest", True
        case "IfNotPresent":
            return "tag+digest", False
        case _:
            return "keep", False


def _paths(setup: _SetUp, thing: Object) -> tuple[str, ...]:
    """Where the automations that take this policy edit; empty for everywhere."""
    if not setup.automations:
        return ()
    mine = [one for one in setup.automations if one.takes(thing)]
    if not mine:
        raise _Idle("Flux changes nothing by it: no ImageUpdateAutomation takes it that is not suspended")
    globs = dict.fromkeys(one.glob for one in mine)
    return () if "" in globs else tuple(globs)


def _leave(setup: _SetUp, thing: Object, draft: Draft, marked: list[Marker], *, suffixes: bool) -> None:
    spec, ledger = thing.spec, setup.ledger
    assert spec is not None  # noqa: S101 - a policy without one is not imported
    if suffixes:
        ledger.leave(
            thing.at_key(spec, "policy"),
            "suffix",
            "suffixes of versions are read in another way",
            why="to Flux 1.2.3-alpine and 1.2.3-main.5 are pre-releases of 1.2.3; imagebot knows words like "
            "rc and beta, keeps every other suffix as it is, and leaves pre-releases of an upper bound out",
            instead="write a suffix that should change in the file once, or name it in `variant`",
            policy=draft.name,
        )
    if has_value(spec, "interval"):
        ledger.leave(
            thing.at_key(spec, "interval"),
            "interval",
            "the interval at which digests are asked for",
            why="imagebot asks whenever it runs",
            instead="imagebot run --every",
        )
    for key in others(spec, _KNOWN):
        ledger.unknown(thing.at_key(spec, key), key, draft.name)
    _leave_markers(setup, thing, draft, marked)


def _leave_markers(setup: _SetUp, thing: Object, draft: Draft, marked: list[Marker]) -> None:
    if not marked:
        setup.ledger.leave(
            thing.at(),
            "marker",
            f"no marker names {thing.label}",
            why="Flux changes nothing by it in these files; the policy governs every reference to its image",
            instead="remove the policy if it should not act here either",
            policy=draft.name,
        )
    for marker in marked if draft.paths else ():
        if not any(path_matcher(glob).fullmatch(marker.at.path) for glob in draft.paths):
            setup.ledger.leave(
                marker.at,
                "outside",
                "a marker stands outside of every `update.path`",
                why="Flux does not edit this file; in imagebot the marker binds all the same",
                instead="remove the marker, or write `# imagebot: ignore` in its place",
                policy=draft.name,
            )
    if marked:
        leave_unmarked(setup.files, draft, {(m.at.path, m.at.line) for m in setup.markers}, setup.ledger)


def _unknown_markers(setup: _SetUp, policies: list[Object]) -> None:
    for marker in setup.markers:
        if not any(_names(marker, thing) for thing in policies):
            setup.ledger.leave(
                marker.at,
                "marker",
                f"a marker names the ImagePolicy {marker.namespace}:{marker.name}",
                why="there is none among the files, so that no policy governs this line",
                instead="import the folder that holds it too, or write a policy of this name",
            )
