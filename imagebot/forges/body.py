"""Title, body and commit message of a proposal: pure functions of its updates.

No date, run number or order by chance stands in them, so that the same plan gives the same text and
an unchanged proposal is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from imagebot.forges.evidence import evidence_lines
from imagebot.plan import Pin, short_digest
from imagebot.reports.escape import code, escape
from imagebot.untrusted import clean

if TYPE_CHECKING:
    from imagebot.plan import Update

TITLE_LIMIT = 72
BODY_LIMIT = 50_000
"""Characters; GitHub takes 65,536, and the hidden marker needs room too."""

_TOO_LONG = "Why these tags: too long for one page; `imagebot explain` says it for each image."

TABLE_LIMIT = 40_000
"""Characters of the table."""

SHOWN_UPDATES = 100
"""Rows of the table; a proposal with more says how many there are."""


def title(updates: Sequence[Update]) -> str:
    """Say what moves where, in at most 72 characters.

    What does not fit drops in this order: the old version, the list of images. The environment
    stays whatever else goes.
    """
    environment = updates[0].scanned.environment
    prefix = f"{environment}: " if environment else ""
    for phrase in _phrases(updates):
        if len(prefix + phrase) <= TITLE_LIMIT:
            return prefix + phrase
    return (prefix + _phrases(updates)[-1])[: TITLE_LIMIT - 3] + "..."


def body(updates: Sequence[Update]) -> str:
    """Answer what a reviewer asks: what, where, from, to, how big, why, how to go back.

    Over the limit whole sections drop: the full digests, the reasons, the evidence; the table never.
    """
    table = [_sentence(updates), _table(updates)]
    reasons = _whys(updates)
    evidence = _evidence(updates)
    choices = (
        [*table, evidence, *reasons, _way_back(), _digests(updates)],
        [*table, evidence, *reasons, _way_back()],
        [*table, evidence, _TOO_LONG, _way_back()],
        [*table, _TOO_LONG, _way_back()],
    )
    texts = ["\n\n".join(section for section in sections if section) + "\n" for sections in choices]
    return next((text for text in texts if len(text) <= BODY_LIMIT), texts[-1])


def summary(updates: Sequence[Update]) -> str:
    """The plain-text part of the commit message: one line per image and file, then why."""
    lines = [
        f"{clean(u.reference.path)}:{u.reference.line}: {u.reference.image.name} "
        f"{written(u.source)} -> {written(u.written)}"
        for u in updates
    ]
    return "\n".join([*lines, "", *(f"Why: {why}." for why in _reasons(updates))])


def written(pin: Pin) -> str:
    """A pin as one word: ``tag``, ``@digest`` or ``tag@digest``."""
    return f"{pin.tag or ''}{'@' + pin.digest if pin.digest else ''}"


def _said(pin: Pin) -> str:
    """A pin in a sentence: its tag, or the begin of its digest where no tag is written."""
    return pin.tag or (short_digest(pin.digest) if pin.digest else "")


def _moves(updates: Sequence[Update]) -> list[tuple[str, Pin, Pin]]:
    """Distinct moves (image, from, to) in the order of the updates."""
    return list(dict.fromkeys((str(u.reference.image.name), u.source, u.to) for u in updates))


def _base_names(updates: Sequence[Update]) -> list[str]:
    return list(dict.fromkeys(u.reference.image.name.path.rpartition("/")[2] for u in updates))


def _phrases(updates: Sequence[Update]) -> list[str]:
    """Ways to say it, the fullest first."""
    names = _base_names(updates)
    moves = _moves(updates)
    if len(moves) > 1:
        images = f"{len(names)} images" if len(names) > 1 else names[0]
        return [
            f"update {images} ({', '.join(names)})" if len(names) > 1 else f"update {images}",
            f"update {images}",
        ]
    _, old, new = moves[0]
    if updates[0].pins and updates[0].step == "digest" and new.digest:
        return [
            f"pin {names[0]} {old.tag} (digest {short_digest(new.digest)})",
            f"pin {names[0]} {old.tag}",
            f"pin {names[0]}",
        ]
    if updates[0].unpins and updates[0].step == "digest":
        return [f"unpin {names[0]} {old.tag}", f"unpin {names[0]}"]
    if updates[0].step == "digest" and old.digest and new.digest:
        return [
            f"refresh {names[0]} {old.tag} (digest {short_digest(old.digest)} to {short_digest(new.digest)})",
            f"refresh {names[0]} {old.tag}",
            f"refresh {names[0]}",
        ]
    return [
        f"update {names[0]} {_said(old)} to {_said(new)}",
        f"update {names[0]} to {_said(new)}",
        f"update {names[0]}",
    ]


def _sentence(updates: Sequence[Update]) -> str:
    environment = updates[0].scanned.environment
    where = f" in {code(environment)}" if environment else ""
    files = len({u.reference.path for u in updates})
    reach = f"Merging changes {_count(len(updates), 'reference')} in {_count(files, 'file')}."
    reach += _pinned(updates)
    moves = _moves(updates)
    if len(moves) > 1:
        return f"**Updates {_count(len(_base_names(updates)), 'image')}{where}.** {reach}"
    name = code(_base_names(updates)[0])
    _, old, new = moves[0]
    if updates[0].step == "digest" and updates[0].source.digest is None:
        return f"**Pins {name} {code(old.tag or '')}{where} to what it points to now.** {reach}"
    if updates[0].step == "digest" and updates[0].unpins:
        return f"**Leaves {name} {code(old.tag or '')}{where} without its digest.** {reach}"
    if updates[0].step == "digest":
        return f"**Refreshes {name} {code(old.tag or '')}{where}: same tag, new content.** {reach}"
    step = updates[0].step
    return f"**Updates {name}{where} from {code(_said(old))} to {code(_said(new))} ({step}).** {reach}"


def _pinned(updates: Sequence[Update]) -> str:
    """What comes or goes beside what moves."""
    said = ""
    if any(update.pins and update.written.tag for update in updates):
        checked = any(update.evidence and update.evidence.signature for update in updates)
        said += f" The digest{' that was checked' if checked else ''} is written beside the tag."
    if any(update.written.tag is None for update in updates):
        said += " The digest alone is written, without a tag."
    if any(update.unpins for update in updates):
        said += " The pinned digest is taken away."
    return said


def _table(updates: Sequence[Update]) -> str:
    """A row for each update, as many as a page holds; the rest is counted."""
    head = "| Environment | File | Image | From | To | Step |\n|---|---|---|---|---|---|"
    rows: list[str] = []
    room = TABLE_LIMIT
    for update in updates[:SHOWN_UPDATES]:
        row = _row(update)
        room -= len(row)
        if room < 0:
            break
        rows.append(row)
    hidden = len(updates) - len(rows)
    note = f"\n\nand {_count(hidden, 'more reference')}: see the changed files." if hidden else ""
    return "\n".join([head, *rows]) + note


def _row(update: Update) -> str:
    place = f"{update.reference.path}:{update.reference.line}"
    environment = update.scanned.environment
    cells = (
        escape(environment) if environment else "none",
        code(place),
        code(str(update.reference.image.name)),
        _pin(update.source),
        _pin(update.to),
        update.step,
    )
    return f"| {' | '.join(cells)} |"


def _pin(pin: Pin) -> str:
    digest = code(f"sha256:{short_digest(pin.digest)}…") if pin.digest else "(no digest)"
    return f"{code(pin.tag)} {digest}" if pin.tag else digest


def _reasons(updates: Sequence[Update]) -> list[str]:
    return list(dict.fromkeys(update.why for update in updates))


def _whys(updates: Sequence[Update]) -> list[str]:
    """Why this tag, once per image: the rule, where it stands, and what was passed over."""
    seen: dict[tuple[str, str | None, str], str] = {}
    named = len(_moves(updates)) > 1
    for update in updates:
        name = str(update.reference.image.name)
        seen.setdefault((name, update.to.tag, update.why), _why(update, named=named))
    return list(seen.values())


def _why(update: Update, *, named: bool) -> str:
    policy = update.scanned.policy
    image = f"{code(str(update.reference.image.name))} {code(update.to.tag or '')}: " if named else ""
    place = f" Policy: {code(f'{policy.file}:{policy.line}')}." if policy and policy.file else ""
    text = f"**Why this tag:** {image}{escape(update.why)}.{place}"
    if not update.passed_over:
        return text
    passed = ", ".join(f"{code(v.tag)} ({escape(v.reason)})" for v in update.passed_over)
    return f"{text} Passed over: {passed}."


def _evidence(updates: Sequence[Update]) -> str:
    """What is known of the images; nothing where nothing is."""
    lines = evidence_lines(updates)
    return "\n".join(["**The images:**", "", *lines]) if lines else ""


def _way_back() -> str:
    return "**Roll back:** revert this pull request; nothing else was changed."


def _digests(updates: Sequence[Update]) -> str:
    """Full digests, folded: what a reviewer copies, not what they read."""
    lines = list(
        dict.fromkeys(
            f"- {' '.join(code(part) for part in (str(u.reference.image.name), pin.tag) if part)}: "
            f"{code(pin.digest)}"
            for u in updates
            for pin in (u.source, u.to)
            if pin.digest
        )
    )
    if not lines:
        return ""
    listed = "\n".join(lines)
    return f"<details><summary>Full digests</summary>\n\n{listed}\n\n</details>"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
