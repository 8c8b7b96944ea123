"""A policy file out of what was imported, which people read and go on writing."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from imagebot.policies.faults import Fault, InvalidConfiguration, render_fault
from imagebot.policies.imports.imported import BY_HAND, GONE, Draft, Imported, Leftover
from imagebot.policies.loading import load
from imagebot.policies.placed import SIZE_LIMIT
from imagebot.untrusted import clean

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9._/-]*")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_WIDTH = 108
_PLACES = 20


def written(imported: Imported) -> str:
    """The text of a policy file; every policy has a comment that says where it comes from."""
    blocks = [_block(draft, _of(imported.leftovers, draft.name)) for draft in imported.policies]
    names = {draft.name for draft in imported.policies}
    missing = [left for left in imported.leftovers if left.policy and left.policy not in names]
    head = [*_comment("Imported policies of imagebot: read them, then run `imagebot plan`.", ""), "#"]
    head += [line for text in imported.differences for line in _comment(f"- {text}", "")]
    tail = [line for left in missing for line in _comment(f"! {_place(left)}: {_said(left)}", "")]
    parts = ["\n".join(head), *(["policies:\n" + "\n\n".join(blocks)] if blocks else ["policies: []"])]
    return "\n\n".join([*parts, *(["\n".join(tail)] if tail else [])]) + "\n"


def checked(imported: Imported) -> Imported:
    """The import without the policies that would not load, which become leftovers; in order of place."""
    kept: list[Draft] = []
    leftovers = list(imported.leftovers)
    for draft in imported.policies:
        fault = _fault(draft)
        if fault is None:
            kept.append(draft)
            continue
        why = fault.message + (f" ({fault.hint})" if fault.hint else "")
        whose = sum(one.at == draft.at for one in imported.policies) > 1
        image = f"{clean(', '.join(draft.images[:3]), 120)} of " if whose else ""
        what = f"{image}{draft.at.what or draft.name} is not imported"
        leftovers.append(Leftover(draft.at, GONE, what, why, BY_HAND, draft.name))
    names = {draft.name for draft in kept}
    leftovers = [left for left in leftovers if not left.policy or left.policy in names or left.id == GONE]
    leftovers.sort(key=lambda left: (left.at.path, left.at.line))
    return Imported(tuple(kept), tuple(_joined(leftovers)), imported.differences)


def _joined(leftovers: Iterable[Leftover]) -> Iterator[Leftover]:
    """What is said of many objects alike, once, with their places; what concerns a policy stays beside it."""
    alike: dict[object, list[Leftover]] = {}
    for left in leftovers:
        same = (left.id, left.what, left.why, left.instead, left.policy)
        alike.setdefault(same if not left.policy else (same, left.at), []).append(left)
    for first, *rest in alike.values():
        places = dict.fromkeys(_place(left) for left in rest if left.at != first.at)
        shown = ", ".join(list(places)[:_PLACES]) + (", ..." if len(places) > _PLACES else "")
        yield replace(first, what=f"{first.what} (also {shown})") if places else first


def warnings(imported: Imported) -> list[str]:
    """Every leftover as it is shown, each once: without its line, which may hold what nobody should see."""
    faults = [
        Fault(left.at.path, left.at.line, 1, left.id, _said(left), left.instead, severity="warning")
        for left in imported.leftovers
    ]
    return [render_fault(fault) for fault in dict.fromkeys(faults)]


def _fault(draft: Draft) -> Fault | None:
    text = "policies:\n" + _block(draft, ()) + "\n"
    try:
        load({"policies/imported.yaml": text.encode("utf-8", "backslashreplace")})
    except InvalidConfiguration as error:
        return error.faults[0]
    if len(text) > SIZE_LIMIT // 16:
        return Fault("", 1, 1, "", "the policy is too long")
    return None


def _of(leftovers: Iterable[Leftover], name: str) -> list[Leftover]:
    return [leftover for leftover in leftovers if leftover.policy == name]


def _said(leftover: Leftover) -> str:
    return f"{leftover.what}: {leftover.why}"


def _place(leftover: Leftover) -> str:
    return f"{clean(leftover.at.path)}:{leftover.at.line}"


def _block(draft: Draft, leftovers: Iterable[Leftover]) -> str:
    lines = _comment(f"{draft.at.what} ({clean(draft.at.path)}:{draft.at.line})", "  ")
    for leftover in leftovers:
        lines += _comment(f"! {_said(leftover)}. Instead: {leftover.instead}.", "  ")
    lines += [f"  - name: {_text(draft.name)}", *_list("images", draft.images, "    ")]
    lines += _list("paths", draft.paths, "    ")
    lines += ["    tags:", *(f"      {line}" for line in _tags(draft.tags))] if draft.tags else []
    lines += [f"    min-age: {draft.min_age}"] if draft.min_age else []
    lines += [f"    platforms: {_listed(draft.platforms)}"] if draft.platforms else []
    lines += [f"    pin: {draft.pin}"] if draft.pin != "keep" else []
    lines += ["    refresh: true"] if draft.refresh else []
    return "\n".join(lines)


def _tags(tags: Mapping[str, Any]) -> Iterator[str]:
    for key, value in tags.items():
        match value:
            case bool():
                yield f"{key}: {str(value).lower()}"
            case str():
                yield f"{key}: {_text(value)}"
            case _:
                yield f"{key}: {_listed(value)}"


def _list(key: str, values: Iterable[str], indent: str) -> list[str]:
    """On one line where there is room, else a line for each."""
    line = f"{indent}{key}: {_listed(values)}"
    if not values:
        return []
    return (
        [line] if len(line) <= _WIDTH else [f"{indent}{key}:", *(f"{indent}  - {_text(v)}" for v in values)]
    )


def _listed(values: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, values))}]"


def _text(value: str) -> str:
    """A scalar: plain where nobody could take it for anything else, expressions in single quotes."""
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    if not value.isprintable():
        return json.dumps(value)
    if "\\" in value or '"' in value:
        return "'" + value.replace("'", "''") + "'"
    return f'"{value}"'


def _comment(text: str, indent: str) -> list[str]:
    """A comment, in lines of bounded length; whatever stands in it, it ends no line by itself."""
    shown = clean(text, 900)
    lines = textwrap.wrap(shown, _WIDTH - len(indent) - 2, break_long_words=True, break_on_hyphens=False)
    return [f"{indent}# {line}" for line in lines] or [f"{indent}#"]
