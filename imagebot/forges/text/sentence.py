"""The first lines of a body: what runs where afterwards, how big the step is, and who asked for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, get_args

from imagebot.forges.text.phrases import count, environments, listed, moves, said, short_names
from imagebot.forges.text.words import code, words
from imagebot.plan import Step

if TYPE_CHECKING:
    from imagebot.forges.text.page import Page
    from imagebot.plan import Asked, Update

_NAME_LIMIT = 100
_REASON_LIMIT = 500


def draft_note(page: Page) -> str:
    """Why it must not be merged yet; empty if it may be."""
    pending = list(dict.fromkeys(u.pending for u in page.updates if u.pending))
    if not pending:
        return ""
    return f"**Draft, not to be merged yet:** {'; '.join(words(one, _REASON_LIMIT) for one in pending)}."


def first_sentence(page: Page) -> str:
    """What merging does."""
    updates = page.updates
    files = len({u.reference.path for u in updates})
    reach = f"Merging changes {count(len(updates), 'reference')} in {count(files, 'file')}."
    return f"**{_headline(page)}.** {reach}{_shape(updates)}{_alone(page)}{_request(page.asked)}"


def _headline(page: Page) -> str:
    updates = page.updates
    places = environments(updates)
    where = f" in {listed([code(place) for place in places])}" if places else ""
    back = page.asked is not None and page.asked.kind == "rollback"
    names = list(short_names(updates).values())
    found = moves(updates)
    if len(names) > 1:
        verb = "Rolls back" if back else "Updates"
        return f"{verb} {count(len(names), 'image')}{where}{'' if back else f' ({_steps(updates)})'}"
    name = code(names[0])
    olds = listed(list(dict.fromkeys(code(said(old)) for _, old, _ in found)))
    news = listed(list(dict.fromkeys(code(said(new)) for _, _, new in found)))
    if back:
        return f"Rolls back {name}{where} from {olds} to {news}"
    if all(u.step == "digest" for u in updates):
        return _same_tag(name, olds, where, updates[0])
    return f"Updates {name}{where} from {olds} to {news} ({_steps(updates)})"


def _same_tag(name: str, tag: str, where: str, update: Update) -> str:
    if update.pins:
        return f"Pins {name} {tag}{where} to what it points to now"
    if update.unpins:
        return f"Leaves {name} {tag}{where} without its digest"
    return f"Refreshes {name} {tag}{where}: same tag, new content"


def _steps(updates: Sequence[Update]) -> str:
    """The size of the only step, or how many images take a step of which size."""
    sizes = Counter(step for _, step in {(move, u.step) for u in updates for move in moves([u])})
    if len(sizes) == 1 and len(short_names(updates)) == 1:
        return updates[0].step
    return ", ".join(f"{sizes[step]} {step}" for step in get_args(Step) if sizes[step])


def _alone(page: Page) -> str:
    """That nobody needs to merge it, where its policies say so."""
    policies = [update.scanned.policy for update in page.updates]
    allowed = all(
        policy and update.step in policy.pull_request.automerge
        for policy, update in zip(policies, page.updates, strict=True)
    )
    if page.asked or not allowed or any(update.pending for update in page.updates):
        return ""
    return " It is merged without a person when its checks have passed."


def _shape(updates: Sequence[Update]) -> str:
    """What comes or goes beside what moves."""
    text = ""
    if any(update.pins and update.written.tag for update in updates):
        checked = any(update.evidence and update.evidence.signature for update in updates)
        text += f" The digest{' that was checked' if checked else ''} is written beside the tag."
    if any(update.written.tag is None for update in updates):
        text += " The digest alone is written, without a tag."
    if any(update.unpins for update in updates):
        text += " The pinned digest is taken away."
    return text


def _request(asked: Asked | None) -> str:
    """Who asked for exactly this; what they wrote is shown and means nothing."""
    if asked is None:
        return ""
    back = f", to take back pull request {asked.number}" if asked.number else ""
    why = f": {words(asked.because.strip(), _REASON_LIMIT).strip()}" if asked.because.strip() else "."
    return f"\n\n**Asked for** by {code(asked.by[:_NAME_LIMIT]) or 'somebody without a name'}{back}{why}"
