"""Load settings and policy files, or report every fault of every file."""

from __future__ import annotations

import difflib
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from imagebot.policies.case_loading import case_faults, loaded_cases
from imagebot.policies.checking import check
from imagebot.policies.composing import checked, identity
from imagebot.policies.faults import Fault, InvalidConfiguration, Mark
from imagebot.policies.file_head import head_faults
from imagebot.policies.globs import path_fault
from imagebot.policies.layers import Layers
from imagebot.policies.merging import Merged
from imagebot.policies.model import PolicyModel
from imagebot.policies.placed import Location, Placed, Unreadable, Value, read_placed
from imagebot.policies.policy import Configuration, Policy
from imagebot.policies.policy_loading import loaded_policy
from imagebot.policies.settings_loading import loaded_settings
from imagebot.policies.settings_model import SettingsModel


@dataclass(frozen=True, slots=True)
class _Entry:
    """A policy as it stands in its file; the model is None if it has faults.

    Attributes:
        merged: The policy with what lies beneath it.
    """

    placed: Placed
    place: int
    merged: Merged
    model: PolicyModel | None

    @property
    def at(self) -> Location:
        """Where it stands."""
        return ("policies", self.place)


def load(
    files: Mapping[str, bytes],
    *,
    settings_path: str = "imagebot.yaml",
    any_environment: bool = False,
    paths: Container[str] | None = None,
    others: Mapping[str, bytes] = MappingProxyType({}),
    folder: str = "",
) -> Configuration:
    """Load ``imagebot.yaml`` and policy files.

    Policies govern in sorted order of their files, and in the order they have in a file.

    Args:
        files: Content by path.
        settings_path: Which of them holds the settings; the others are policy files.
        any_environment: Take environments that the settings do not name: where only the tags of
            a policy matter, the settings may not be at hand.
        paths: Files of the config repository; None if that is not at hand. A key that a policy verifies
            signatures with must be one of them.
        others: Content of further files of the config repository, by path; only those are read that a
            policy file extends.
        folder: Folder that stands for ``policies`` where the policy files are from elsewhere.

    Raises:
        InvalidConfiguration: With every fault of every file.
    """
    faults: list[Fault] = []
    settings = SettingsModel()
    named: dict[str, Mark] = {}
    read: dict[str, Placed | Unreadable] = {}
    for path in sorted(files):
        try:
            placed, problems = read_placed(path, files[path])
        except Unreadable as error:
            faults.append(error.fault)
            read[path] = error
            any_environment |= path == settings_path
            continue
        faults += problems
        if path == settings_path:
            model, problems = check(placed, {} if placed.value is None else placed.value, (), SettingsModel)
            settings = model or settings
            named = _environments(placed)
        else:
            problems = head_faults(placed)
            read[path] = placed
        faults += problems
    entries, problems = _entries(Layers(read, others, folder))
    faults += [*problems, *_same_names(entries)]
    if not any_environment:
        faults += _unknown_environments(entries, named)
    if paths is not None:
        faults += _missing_keys(entries, paths)
    if faults:
        raise InvalidConfiguration(_without_consequences(faults), files)
    return Configuration(loaded_settings(settings, named), tuple(_policies(entries)), tuple(sorted(files)))


def _without_consequences(faults: Iterable[Fault]) -> list[Fault]:
    """Faults without those that an alias has because nothing is read in its place."""
    found = list(faults)
    aliases = {(fault.path, fault.line, fault.column) for fault in found if fault.id == "yaml-alias"}
    return [
        fault
        for fault in found
        if fault.id == "yaml-alias" or (fault.path, fault.line, fault.column) not in aliases
    ]


def _entries(layers: Layers) -> tuple[list[_Entry], list[Fault]]:
    """The policies of all files; one with faults does not hide the faults of the next."""
    files = [placed for placed in layers.files.values() if isinstance(placed, Placed)]
    for placed in files:
        layers.of_file(placed)  # also if it has no policy: its defaults are checked all the same
    laid = [
        (placed, place, layers.beneath(placed, ("policies", place)))
        for placed in files
        for place in range(len(_listed(placed)))
    ]
    faults = [*layers.faults]
    reported = {identity(fault) for fault in faults}
    entries = []
    for placed, place, below in laid:
        merged, model, problems = checked(placed, ("policies", place), below, reported)
        faults += problems
        if below.whole:
            faults += case_faults(merged.value, placed, ("policies", place))
        entries.append(_Entry(placed, place, merged, model))
    return entries, faults


def _listed(placed: Placed) -> list[Value]:
    listed = placed.value.get("policies") if isinstance(placed.value, dict) else None
    return listed if isinstance(listed, list) else []


def _same_names(entries: Iterable[_Entry]) -> Iterator[Fault]:
    first: dict[str, str] = {}
    for entry in entries:
        name = entry.merged.value.get("name")
        if not isinstance(name, str):
            continue
        where = ("policies", entry.place, "name")
        here = entry.placed.fault(where, "policy-duplicate-name", "")
        if name in first:
            message = f"there is already a policy {name!r}, at {first[name]}"
            yield entry.placed.fault(
                where, "policy-duplicate-name", message, hint="give this one another name"
            )
        else:
            first[name] = f"{here.path}:{here.line}"


def _environments(placed: Placed) -> dict[str, Mark]:
    """Where each environment is named, also if the settings have faults."""
    found = placed.value.get("environments") if isinstance(placed.value, dict) else None
    names = found if isinstance(found, dict) else {}
    return {name: placed.mark(("environments", name), key=True) for name in names}


def _unknown_environments(entries: Iterable[_Entry], known: Iterable[str]) -> Iterator[Fault]:
    names = list(known)
    for entry in entries:
        listed = entry.merged.value.get("environments")
        for place, name in enumerate(listed if isinstance(listed, list) else []):
            if not isinstance(name, str) or name in names:
                continue
            close = difflib.get_close_matches(name, names, n=1)
            hint = (
                f"did you mean {close[0]}?" if close else f"imagebot.yaml names: {', '.join(names) or 'none'}"
            )
            where = (*entry.at, "environments", place)
            yield entry.merged.fault(
                where, "policy-unknown-environment", f"there is no environment {name!r}", hint=hint
            )


def _missing_keys(entries: Iterable[_Entry], paths: Container[str]) -> Iterator[Fault]:
    for entry in entries:
        verify = entry.merged.value.get("verify")
        cosign = verify.get("cosign") if isinstance(verify, dict) else None
        keys = cosign.get("keys") if isinstance(cosign, dict) else None
        for place, key in enumerate(keys if isinstance(keys, list) else []):
            if isinstance(key, str) and not path_fault(key) and key not in paths:
                where = (*entry.at, "verify", "cosign", "keys", place)
                hint = "name a file of the config repository, relative to its root"
                yield entry.merged.fault(where, "policy-verify-key", f"there is no file {key!r}", hint=hint)


def _policies(entries: Iterable[_Entry]) -> Iterator[Policy]:
    for entry in entries:
        if entry.model is not None:
            here = entry.placed.fault(entry.at, "", "")
            cases = loaded_cases(entry.model, entry.placed, entry.at)
            mark = entry.placed.mark((*entry.at, "name"))
            yield loaded_policy(entry.model, cases, mark, here.line)
