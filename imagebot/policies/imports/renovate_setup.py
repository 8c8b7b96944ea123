"""Renovate's configuration: the file that counts, and the rules in it that change what is selected.

Source: https://docs.renovatebot.com/configuration-options/
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from imagebot.descriptors.nodes import Mapping as MappingNode
from imagebot.descriptors.source import NotUnderstood, Source
from imagebot.policies.imports.documents import Object, texts
from imagebot.policies.imports.extract import NotExpressible
from imagebot.policies.imports.imported import Ledger, Origin
from imagebot.policies.imports.json5 import read_json5
from imagebot.policies.imports.overlaps import Part, common_files
from imagebot.policies.imports.renovate_files import MANAGERS, NAMES, file_globs, manager_paths, no_files
from imagebot.policies.imports.renovate_left import leave_keys, migrated, unknown_keys
from imagebot.policies.imports.renovate_rules import (
    EVERY,
    Matched,
    applied,
    matched,
    named,
    restricts,
    says_something,
)
from imagebot.policies.imports.renovate_tags import Effective
from imagebot.untrusted import clean

_SHOWN = 10
_ALL = "docker"
"""An object with settings for all images."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that changes what is selected.

    Attributes:
        change: What it makes of the settings before it.
    """

    change: Callable[[Effective], Effective]
    found: Matched
    at: Origin

    def parts(self, number: int) -> list[Part]:
        """What it matches, under its number."""
        return [Part(image, self.found.paths, number) for image in self.found.images]

    def left_out(self, number: int) -> list[Part]:
        """What it does not match of that."""
        return [Part(image, (), number) for image in self.found.without]


@dataclass(slots=True)
class SetUp:
    """Renovate's configuration.

    Attributes:
        rules: In the order in which they count: later ones are stronger.
    """

    source: Source
    root: MappingNode
    ledger: Ledger
    rules: list[Rule] = field(default_factory=list)

    def at(self, node: MappingNode, what: str) -> Origin:
        """Where an object stands."""
        return replace(Object(self.source, node).at(), what=what)


def read_setup(files: Mapping[str, bytes], ledger: Ledger) -> SetUp | None:
    """The configuration, with the settings of managers first, then ``packageRules``, then ``ignoreDeps``."""
    found = _configuration(files, ledger)
    if found is None:
        return None
    setup = SetUp(*found, ledger)
    leave_keys(setup.source, setup.root, "renovate", ledger)
    for name in (_ALL, *MANAGERS):
        own = setup.root.mapping(name)
        if own is not None:
            _read_manager(setup, name, own)
    _read_rules(setup)
    _read_ignored(setup)
    return setup


def _configuration(files: Mapping[str, bytes], ledger: Ledger) -> tuple[Source, MappingNode] | None:
    found: tuple[Source, MappingNode] | None = None
    for name in (name for name in NAMES if name in files):
        if name == "package.json" and b'"renovate"' not in files[name]:
            continue
        if found is not None:
            why = f"Renovate reads only the first configuration, which is {found[0].path}"
            ledger.leave(Origin(name, 1), "file", "a second configuration", why=why, instead="remove it")
            continue
        try:
            source, root = read_json5(name, files[name])
        except NotUnderstood as problem:
            at = Origin(name, problem.line or 1)
            ledger.leave(at, "unreadable", "the file is not read", why=problem.reason, instead="repair it")
            continue
        own = root.mapping("renovate") if name == "package.json" else root
        found = (source, own) if own is not None else None
    return found


def _read_manager(setup: SetUp, name: str, own: MappingNode) -> None:
    at = setup.at(own, f"the settings `{name}`")
    paths = () if name == _ALL else manager_paths(name, setup.root)
    found = Matched((EVERY,), paths or (), unsure=() if paths is not None else (no_files(None),))
    if not paths and name != _ALL and paths is not None:
        if says_something(own, frozenset()):
            setup.ledger.not_imported(at, at.what, no_files(paths), name)
        _take(setup, own, None, at)
    else:
        _take(setup, own, found, at)


def _read_rules(setup: SetUp) -> None:
    elsewhere = []
    for number, node in enumerate(setup.root.mappings("packageRules")):
        at = setup.at(node, f"packageRules[{number}]")
        node = migrated(node)  # noqa: PLW2901 - the same rule in the names of today
        strange = unknown_keys(node)
        if strange:
            shown = ", ".join(f"`{clean(key, 80)}`" for key in strange)
            why = f"the import does not know {shown}, which may say what the rule matches"
            setup.ledger.not_imported(at, at.what, why, at.what)
            continue
        try:
            found = matched(node, setup.root)
        except NotExpressible as problem:
            setup.ledger.not_imported(at, at.what, str(problem), at.what)
            continue
        if found is None:
            elsewhere.append(str(at.line))
        else:
            _take(setup, node, found, at)
    if elsewhere:
        setup.ledger.leave(
            setup.at(setup.root, "packageRules"),
            "datasource",
            f"{len(elsewhere)} of the `packageRules` (line {', '.join(elsewhere[:_SHOWN])})",
            why="they are about other things than images",
            instead="keep Renovate for them",
        )


def _take(setup: SetUp, node: MappingNode, found: Matched | None, at: Origin) -> None:
    types = found.types if found else frozenset()
    leave_keys(setup.source, node, at.what, setup.ledger, types=types)
    if found is None or not says_something(node, types):
        return
    if found.unsure and not restricts(node, types):
        setup.ledger.not_imported(at, at.what, "; ".join(found.unsure), at.what)
    else:
        setup.rules.append(Rule(partial(applied, rule=node, types=types), found, at))


def _read_ignored(setup: SetUp) -> None:
    names = texts(setup.root, "ignoreDeps")
    at = replace(Object(setup.source, setup.root).at_key(setup.root, "ignoreDeps"), what="ignoreDeps")
    wanted: list[str] = []
    for name in names:
        try:
            wanted += named(name)
        except NotExpressible as problem:
            setup.ledger.not_imported(at, f"ignoreDeps: {clean(name, 80)}", str(problem), at.what)
    if wanted:
        off = Matched(tuple(dict.fromkeys(wanted)))
        setup.rules.append(Rule(lambda before: replace(before, enabled=False), off, at))


def base_paths(setup: SetUp) -> tuple[str, ...] | None:
    """Where Renovate looks at all; empty for everywhere, None if it looks at no images."""
    enabled = texts(setup.root, "enabledManagers")
    found = list(_of_managers(setup, enabled))
    if enabled and not found:
        return None
    included: list[str] = []
    for pattern in texts(setup.root, "includePaths"):
        globs = file_globs(pattern)
        if globs is None:
            _leave_included(setup, pattern, "no glob says the same")
        included += globs or ()
    if texts(setup.root, "includePaths") and not included:
        return None
    managed = tuple(dict.fromkeys(found))
    try:
        return common_files(managed, tuple(dict.fromkeys(included)))
    except NotExpressible as problem:
        _leave_included(setup, "includePaths", f"together with the managers: {problem}")
        return None


def _leave_included(setup: SetUp, pattern: str, why: str) -> None:
    at = replace(Object(setup.source, setup.root).at_key(setup.root, "includePaths"), what="includePaths")
    setup.ledger.not_imported(at, f"the files `{clean(pattern, 80)}`", why, "")


def _of_managers(setup: SetUp, names: list[str]) -> Iterator[str]:
    for name in names:
        paths = manager_paths(name, setup.root) if name in MANAGERS else ()
        if not paths and name in MANAGERS:
            at = replace(Object(setup.source, setup.root).at_key(setup.root, "enabledManagers"), what=name)
            setup.ledger.not_imported(at, f"the manager {name}", no_files(paths), "")
        yield from paths or ()
