"""Put together what the files of a repository say: references whose tag stands in another file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from imagebot.descriptors.aliases import USES_LIMIT
from imagebot.descriptors.find import Found
from imagebot.descriptors.looks import is_qualified
from imagebot.descriptors.reference import Reference, Skipped
from imagebot.descriptors.scopes import Scopes
from imagebot.descriptors.variables import Variable
from imagebot.descriptors.written import resolve
from imagebot.untrusted import clean


def across(files: Iterable[Found]) -> Found:
    """Everything found, with every pending reference resolved, or skipped with the reason."""
    found = [one for one in files if one.references or one.skipped or one.pending or one.variables]
    variables = [variable for one in found for variable in one.variables]
    references = [reference for one in found for reference in one.references]
    skipped = [item for one in found for item in one.skipped]
    pending = [item for one in found for item in one.pending]
    if pending:
        scopes = Scopes(variables)
        for item in (item for waiting in pending for item in resolve(waiting, scopes)):
            if isinstance(item, Reference):
                references.append(item)
            else:
                skipped.append(item)
    if variables:
        skipped += _unused(variables, references)
    return Found(_merged(references), tuple(dict.fromkeys(skipped)), variables=tuple(variables))


def _merged(references: list[Reference]) -> tuple[Reference, ...]:
    """References to one image in one place are one, with the uses of all."""
    groups: defaultdict[object, list[Reference]] = defaultdict(list)
    for reference in references:
        place = (reference.path, reference.line, reference.column)
        groups[*place, reference.image, reference.tag, reference.digest].append(reference)
    return tuple(group[0] if len(group) == 1 else _one(group) for group in groups.values())


def _one(group: list[Reference]) -> Reference:
    uses = sorted({use for reference in group for use in reference.uses})
    return replace(
        group[0],
        uses=tuple(uses[:USES_LIMIT]),
        ignored=any(reference.ignored for reference in group),
        bound=next((reference.bound for reference in group if reference.bound), None),
    )


def _unused(variables: list[Variable], references: list[Reference]) -> list[Skipped]:
    """Variables of ``.env`` files that hold a whole reference and that no compose file beside them names."""
    used = {(reference.path, reference.line) for reference in references}
    return [
        Skipped(
            place.path,
            place.line,
            f"{clean(variable.value.text, 120)}: no compose file beside it uses {variable.name}",
        )
        for variable in variables
        if variable.group in {"compose", "env-file"} and is_qualified(variable.value.text)
        for place in [variable.value.place]
        if (place.path, place.line) not in used
    ]
