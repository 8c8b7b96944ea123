"""What a policy writes of a tag and its digest, and where a file has a place for it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING

from imagebot.engine.gates import is_platform
from imagebot.engine.questions import DigestOf, ImagesOf, Talk
from imagebot.errors import RegistryNotFound, RegistryProtocol
from imagebot.plan import Pin

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imagebot.descriptors.reference import Reference, Slot
    from imagebot.policies.policy import Policy

NAMED = 100
"""Most tags that are looked up to name a digest: each costs a request."""

_SHORTEST_NAME = 2
"""A letter and a colon."""


def verifies(policy: Policy) -> bool:
    """Whether signatures are checked: they say something of a digest, and nothing of a tag."""
    return policy.gates.verification is not None


def pins(policy: Policy) -> bool:
    """Whether a policy wants a digest where none is pinned yet."""
    return policy.pin in {"digest", "tag+digest"}


def named_by_digest(policy: Policy) -> bool:
    """Whether a digest that stands alone is named by a tag of the registry."""
    return policy.tags.order != "digest" and policy.pin != "keep"


def written(policy: Policy, source: Pin, to: Pin) -> Pin:
    """What will stand in the file.

    Args:
        policy: Of the reference.
        source: What stands there.
        to: Tag and digest that were chosen.
    """
    if policy.pin == "keep":
        return to if source.digest or verifies(policy) else Pin(to.tag, None)
    return Pin(
        to.tag if "tag" in policy.pin else None,
        to.digest if "digest" in policy.pin else None,
    )


def no_place(reference: Reference, policy: Policy, new: Pin) -> str:
    """Why a file has no place for what is to be written, or an empty text.

    A part can come or go where the reference is one text. Where tag and digest are values of their own, the
    keys around them would have to come or go too, and they have other readers.
    """
    if (reference.tag is None, reference.digest is None) == (new.tag is None, new.digest is None):
        return ""
    comes = [name for name, slot, text in _parts(reference, new) if text and slot is None]
    goes = [name for name, slot, text in _parts(reference, new) if slot and not text]
    if new.tag is None and new.digest is None:
        return f"policy {policy.name} wants a digest, and the repository of this chart names none"
    if _is_one_text(reference) and not reference.image.name.scheme:
        return ""
    wants = "verifies signatures, which hold for a digest" if policy.pin == "keep" else f"pins {policy.pin}"
    if comes:
        return (
            f"policy {policy.name} {wants}, and no {comes[0]} is written here: "
            f"write the {comes[0]} of the current image beside it once"
        )
    return f"policy {policy.name} {wants}, and the {goes[0]} is a value of its own: remove it once"


def _parts(reference: Reference, new: Pin) -> Iterable[tuple[str, Slot | None, str | None]]:
    return ("tag", reference.tag, new.tag), ("digest", reference.digest, new.digest)


def _is_one_text(reference: Reference) -> bool:
    """Whether tag and digest stand in one text, behind the name: a variable for the tag has other readers."""
    slots = [slot for slot in (reference.tag, reference.digest) if slot]
    behind_name = all(slot.span.start - slot.scalar.start >= _SHORTEST_NAME for slot in slots)
    apart = len(slots) > 1 and slots[0].span.end + 1 != slots[1].span.start
    return not any(slot.whole for slot in slots) and not apart and behind_name


def same_images(policy: Policy, old: str, new: str) -> Talk[bool]:
    """Whether two digests run the same images: a new index around the same manifests changes nothing.

    Where the policy names platforms, only those count. A pinned manifest that is one of those in the new
    index is still what runs. What the registry no longer has is never the same: it must be replaced.
    """
    try:
        before: Mapping[str, frozenset[str]] = yield ImagesOf(old)
    except RegistryNotFound:
        return False
    after: Mapping[str, frozenset[str]] = yield ImagesOf(new)
    if any(old in digests for digests in after.values()):
        return True
    known = _that_count(policy, before)
    return bool(known) and known == _that_count(policy, after)


def _that_count(
    policy: Policy, images: Mapping[str, frozenset[str]]
) -> frozenset[tuple[str, frozenset[str]]]:
    """The images of the platforms that the policy names, or of all; a single image is one of any."""
    wanted = policy.gates.platforms
    return frozenset(
        (f"{one}/v8" if one.endswith("/arm64") else one, digests)
        for one, digests in images.items()
        if not wanted or one == "*" or any(is_platform(platform, one) for platform in wanted)
    )


def tag_of(tags: Iterable[str], digest: str) -> Talk[str | None]:
    """The first tag that points to a digest, or None if none of the first 100 does.

    Args:
        tags: Newest first, whether or not a policy allows them: one of them is deployed.
        digest: That is pinned.
    """
    for tag in islice(tags, NAMED):
        try:
            found: str = yield DigestOf(tag)
        except (RegistryNotFound, RegistryProtocol):
            continue  # a tag that was deleted meanwhile, or whose image nobody can read, is not the one
        if found == digest:
            return tag
    return None
