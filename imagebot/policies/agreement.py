"""Which keys of a policy go together: each by itself may be right, and not beside the others."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic_core import PydanticCustomError

from imagebot.policies.base_model import problem
from imagebot.policies.pattern import InvalidPattern, Pattern
from imagebot.policies.policy import OrderName
from imagebot.references.orders import ORDERS
from imagebot.references.suffix import read_suffix

Written = Mapping[str, Any]
"""What stands in the file, whether or not it has the types that are wanted."""

Problems = Iterator[PydanticCustomError]

VERSION_RULES = frozenset({"range", "precision", "prereleases", "max-step", "newest-of-each"})
"""Keys that need a version with parts."""

_EVERY_ORDER = frozenset({"match", "variant", "ignore"})
_VARIANT = "variant"
_CHOICES = ("same", "any")


def meaningful(order: OrderName) -> frozenset[str]:
    """The keys of ``tags`` that an order looks at."""
    match order:
        case "digest":
            return frozenset()
        case "created":
            return _EVERY_ORDER | {"dated-by"}
        case _:
            return _EVERY_ORDER | {"by"} | (VERSION_RULES if ORDERS[order].versions else frozenset())


def looked_at(order: object, key: str) -> bool:
    """Whether an order looks at a key of ``tags``; of what is no order, that is not known."""
    return all(name != order or key in meaningful(name) for name in get_args(OrderName))


def tag_problems(tags: Written, known: frozenset[str]) -> Problems:
    """Keys of ``tags`` that contradict one another.

    Args:
        tags: As written.
        known: The keys there are.
    """
    order = tags.get("order", "semver")
    yield from _without_meaning(tags, order, known)
    if isinstance(tags.get("by"), list):
        yield from _groups_twice(tags["by"])
    if isinstance(tags.get(_VARIANT), str) and looked_at(order, _VARIANT):
        yield from _variant(tags, order, tags[_VARIANT])
    if tags.get("newest-of-each") == "major" and tags.get("max-step") in ("minor", "patch"):
        yield problem(
            "policy-contradiction",
            f"`newest-of-each: major` proposes other major versions, and `max-step: {tags['max-step']}` "
            "forbids them",
            hint="leave one of the two out",
            at="max-step",
        )


def _without_meaning(tags: Written, order: object, known: frozenset[str]) -> Problems:
    """Keys that the order does not look at: who wrote them expects something of them."""
    for key in (key for key in tags if key != "order" and key in known and not looked_at(order, key)):
        name = next(name for name in get_args(OrderName) if name == order)
        yield problem(
            "policy-digest-order" if name == "digest" else "policy-order",
            f"`{key}` has no meaning with `order: {name}`",
            hint="a followed tag is not chosen: leave all other keys out"
            if name == "digest"
            else f"keys for {name}: {', '.join(sorted(meaningful(name)))}",
            at=key,
        )


def _groups_twice(by: list[object]) -> Problems:
    for place, group in enumerate(by):
        if group in by[:place]:
            hint = "take one out: a group is compared once"
            yield problem(
                "policy-group", f"`by` names the group {group!r} twice", hint=hint, at=("by", place), offset=0
            )


def _variant(tags: Written, order: object, variant: str) -> Problems:
    """A literal suffix that no tag can have, or that nothing would look at."""
    if variant in _CHOICES:
        return
    message, hint = _miswritten(variant) or ("", "")
    if not message and not _keeps_variant(tags.get("match")):
        message, hint = _unlooked(order, variant) or ("", "")
    if message:
        yield problem("policy-variant", message, hint=hint, at=_VARIANT, offset=0)


def _miswritten(variant: str) -> tuple[str, str] | None:
    choice = next((choice for choice in _CHOICES if choice == variant.strip().lower()), "")
    return (f"`variant` is {variant!r}", f"did you mean {choice}?") if choice else None


def _unlooked(order: object, variant: str) -> tuple[str, str] | None:
    """What is wrong with a suffix where no group of ``match`` says what it is."""
    named = next((name for name in get_args(OrderName) if name == order), None)
    if named == "created" or (named and not ORDERS[named].versions):
        return (
            f"`order: {named}` finds no suffix in a tag: nothing would look at {variant!r}",
            "name it in `match`: '(?P<variant>...)'",
        )
    found = read_suffix(variant)
    if variant and found and found.prerelease and not found.family:
        return f"{variant!r} is a pre-release, no variant", f"write `prereleases: [{found.prerelease[0]}]`"
    if variant and variant[0] not in "-._":
        near = difflib.get_close_matches(variant.lower(), _CHOICES, n=1)
        hint = f"did you mean {near[0]}?" if near else f"write such as `-{variant}`"
        return f"{variant!r} is no suffix: one begins with `-`, `.` or `_`", hint
    return None


def _keeps_variant(match: object) -> bool:
    try:
        return isinstance(match, str) and _VARIANT in Pattern.parse(match).groups
    except InvalidPattern:
        return True  # what it is meant to hold is not known


def policy_problems(policy: Written) -> Problems:
    """Keys of a policy that contradict one another."""
    tags = policy.get("tags")
    pin, refresh = policy.get("pin"), policy.get("refresh")
    follows = isinstance(tags, dict) and tags.get("order") == "digest"
    if policy.get("verify") and pin == "tag":
        yield problem(
            "policy-pin",
            "`verify` checks a digest, and `pin: tag` would not write it",
            hint="write `pin: tag+digest`, or leave `pin` out",
            at="pin",
        )
    if follows and pin in ("tag", "digest"):
        wants = "the digest" if pin == "tag" else "the tag"
        message = f"`order: digest` follows a tag by its digest, and `pin: {pin}` would not write {wants}"
        yield problem("policy-pin", message, hint="write `pin: tag+digest`, or leave `pin` out", at="pin")
    if follows and isinstance(refresh, bool):
        message = "`refresh` has no meaning with `order: digest`, which always follows the tag"
        yield problem("policy-contradiction", message, hint="leave it out", at="refresh")
    elif refresh is True and pin in ("tag", "digest"):
        why = "writes no digest that could be behind" if pin == "tag" else "does not write which tag moved"
        message = f"`refresh` follows a tag under its pinned digest, and `pin: {pin}` {why}"
        hint = "write `pin: tag+digest`, or leave one of the two out"
        yield problem("policy-contradiction", message, hint=hint, at="refresh")
    for key in ("environments", "paths"):
        if policy.get(key) == []:
            message = f"`{key}` is empty: that would be everywhere"
            hint = "name at least one; where everywhere is meant, leave it out, or write null over a default"
            yield problem("policy-empty", message, hint=hint, at=key, offset=0)
