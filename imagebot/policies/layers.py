"""What lies beneath policies: the ``defaults`` of their file, and of the files and presets they extend."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePosixPath

from imagebot.policies import presets
from imagebot.policies.composing import OWN, default_faults
from imagebot.policies.faults import Fault
from imagebot.policies.file_head import head_faults
from imagebot.policies.globs import path_fault
from imagebot.policies.merging import Layer
from imagebot.policies.placed import Location, Placed, Unreadable, Value, read_placed
from imagebot.untrusted import clean, without_secrets

DEPTH = 20
"""Files that extend one another, in a row."""

_COMPARED = 1000
"""Files that are compared with a name that is unknown."""

BROKEN = Layer(whole=False)


@dataclass(slots=True)
class Layers:
    """The defaults of files, each read once.

    Attributes:
        files: Policy files, or why they could not be read.
        others: Further files of the config repository, by path.
        folder: Folder that the policy files were read from where that is not ``policies``.
        faults: What is wrong with what is extended: one for each place.
    """

    files: Mapping[str, Placed | Unreadable]
    others: Mapping[str, bytes] = field(default_factory=dict)
    folder: str = ""
    faults: list[Fault] = field(default_factory=list)
    _read: dict[str, Placed] = field(default_factory=dict)
    _done: dict[str, Layer] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)

    def of_file(self, placed: Placed) -> Layer:
        """What a file extends, and its own defaults on top."""
        if placed.path not in self._done:
            self._open.append(placed.path)
            value = placed.value if isinstance(placed.value, dict) else {}
            below = self._extended(placed, value.get("extends"), ("extends",))
            own = Layer.read(placed, ("defaults",), value.get("defaults"), without=OWN)
            self._open.pop()
            self._done[placed.path] = layer = own.over(below)
            # where something beneath is missing, what stands here is still told
            self.faults += default_faults(placed, layer if layer.whole else own)
        return self._done[placed.path]

    def beneath(self, placed: Placed, at: Location) -> Layer:
        """What lies beneath a policy of a file: the file's layer, and on it what the policy extends."""
        policy = placed.at(at)
        extends = policy.get("extends") if isinstance(policy, dict) else None
        return self._extended(placed, extends, (*at, "extends")).over(self.of_file(placed))

    def _extended(self, placed: Placed, value: Value, at: Location) -> Layer:
        """What an ``extends`` brings, the first at the bottom; each file counts as one layer."""
        found = Layer()
        for place, name in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(name, str):
                where = (*at, place) if isinstance(value, list) else at
                found = self._named(name, placed, where).over(found)
        return found

    def _named(self, name: str, placed: Placed, at: Location) -> Layer:
        """The layer of a file or preset; what cannot be one is a fault where it is named."""
        try:
            message, hint = _refusal(name)
            target = None if message else self._find(name)
        except Unreadable as error:
            self.faults.append(error.fault)
            return BROKEN
        if target is None:
            message, hint = (message, hint) if message else self._unknown(name)
        elif target.path in self._open:
            row = [*self._open[self._open.index(target.path) :], target.path]
            message, hint = f"files extend one another: {' -> '.join(row)}", "take one `extends` out"
        elif len(self._open) >= DEPTH:
            message, hint = f"more than {DEPTH} files extend one another", "name the last one here"
        elif not isinstance(target.value, dict) or not {"defaults", "extends"} & target.value.keys():
            message, hint = f"{target.path} has no `defaults`", "write them there, or name another file"
        else:
            return self.of_file(target)
        self.faults.append(placed.fault(at, "policy-extends", message, hint=hint))
        return BROKEN

    def _find(self, name: str) -> Placed | None:
        """A preset, a policy file or another file of the repository; None if there is none."""
        if name.startswith(presets.PREFIX):
            known = name.removeprefix(presets.PREFIX) in presets.names()
            return self._placed(name, presets.content(name.removeprefix(presets.PREFIX))) if known else None
        path = next((path for path in self._paths(name) if path in self.files), None)
        if path is not None:
            return _readable(self.files[path])
        content = self.others.get(name)
        return self._placed(name, content) if content is not None else None

    def _paths(self, name: str) -> Iterator[str]:
        """Where a policy file of that name may stand."""
        if self.folder:
            yield (PurePosixPath(self.folder) / name.removeprefix("policies/")).as_posix()
            yield (PurePosixPath(self.folder) / name).as_posix()
        yield name

    def _placed(self, path: str, content: bytes) -> Placed:
        if path not in self._read:
            self._read[path], problems = read_placed(path, content)
            self.faults += [*problems, *head_faults(self._read[path])]
        return self._read[path]

    def _unknown(self, name: str) -> tuple[str, str]:
        """That there is no such thing, and what may have been meant."""
        known = [f"{presets.PREFIX}{preset}" for preset in presets.names()]
        is_preset = name.startswith(presets.PREFIX)
        files = [] if is_preset else [*self.files, *islice(self.others, _COMPARED)]
        close = [
            *difflib.get_close_matches(name, [*known, *files], n=1),
            *(
                f"{presets.PREFIX}{preset}"
                for preset in difflib.get_close_matches(name, presets.names(), n=1)
            ),
        ]
        message = f"there is no {'preset' if is_preset else 'file'} {name!r}"
        if close:
            return message, f"did you mean {close[0]}?"
        if is_preset:
            return message, "`imagebot presets` lists them"
        return message, (
            "write its path from the root of the repository, with `.yaml` or `.yml`, no link; "
            "`imagebot presets` lists presets"
        )


def _readable(found: Placed | Unreadable) -> Placed:
    if isinstance(found, Unreadable):
        raise found
    return found


def _refusal(name: str) -> tuple[str, str]:
    """Why a name leads nowhere, or nothing if it may lead somewhere."""
    if "://" in name:
        return (
            f"{clean(without_secrets(name), 200)!r} is a URL: nothing is fetched",
            "commit the file, and name its path",
        )
    if name.removeprefix("./") == "imagebot.yaml":
        return (
            "imagebot.yaml holds settings, and no `defaults`",
            "name a policy file, or another file of the repository",
        )
    reason = "" if name.startswith(presets.PREFIX) else path_fault(name)
    return (f"{name!r}: {reason}", "name a file of the repository") if reason else ("", "")
