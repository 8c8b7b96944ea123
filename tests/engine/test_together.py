from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from imagebot.descriptors.across import across
from imagebot.descriptors.find import find
from imagebot.descriptors.reference import Slot, Span
from imagebot.engine.together import linked, move_together
from imagebot.plan import Pin, Scanned, Update
from imagebot.policies.policy import Policy, TagRules
from imagebot.references.image import ImageName
from imagebot.registries.protocol import Listing
from tests.builders import NEW, reference
from tests.engine.silent import NOW, SilentRegistries
from tests.engine.whole import planned

TEXT = b"""\
web: {repository: r.io/web, tag: &t '1.0'}
worker: {repository: r.io/worker, tag: *t}
other: {repository: r.io/other, tag: '1.0'}
"""
POLICY = Policy("all", ("*",), TagRules())


def scanned(*, managed: bool = True) -> list[Scanned]:
    policy = POLICY if managed else None
    return [Scanned(reference, policy, "prod", "") for reference in find("values.yaml", TEXT).references]


def update(item: Scanned, tag: str, proposal: str = "prod/all") -> Update:
    return Update(item, Pin(tag, None), "minor", "", (), proposal, Pin(tag, None))


def test_images_that_share_a_tag_move_together_in_one_proposal() -> None:
    web, worker, other = scanned()
    updates = [update(web, "1.1", "prod/web"), update(worker, "1.1", "prod/all"), update(other, "1.2")]

    moved, held = move_together(updates, [web, worker, other])

    assert [(u.reference.image.name.path, u.to.tag, u.proposal) for u in moved] == [
        ("web", "1.1", "prod/all"),
        ("worker", "1.1", "prod/all"),
        ("other", "1.2", "prod/all"),
    ]
    assert held == ()


def test_a_chain_of_shared_texts_is_one_proposal() -> None:
    def sharing(line: int, *places: int) -> Scanned:
        tag, digest = (Slot(Span(at, at + 1), Span(at, at + 1), whole=True) for at in places)
        found = replace(reference("1.0", NEW, path="a.yaml", line=line), tag=tag, digest=digest)
        return Scanned(found, POLICY, "prod", "")

    first, second, third = sharing(1, 10, 20), sharing(2, 20, 30), sharing(3, 30, 40)
    updates = [
        update(first, "1.1", "prod/c"),
        update(second, "1.1", "prod/b"),
        update(third, "1.1", "prod/a"),
    ]

    moved, _ = move_together(updates, [first, second, third])

    assert {found.proposal for found in moved} == {"prod/a"}


@pytest.mark.parametrize(
    ("worker_tag", "managed", "reason"),
    [
        pytest.param("1.2", True, "which would move to 1.2", id="another-tag"),
        pytest.param(None, True, "which would not move", id="stays"),
        pytest.param(None, False, "which is not managed by a policy", id="unmanaged"),
    ],
)
def test_an_image_that_would_drag_another_along_is_held(
    worker_tag: str | None, managed: bool, reason: str
) -> None:
    web, _, other = scanned()
    _, worker, _ = scanned(managed=managed)
    updates = [update(web, "1.1"), update(other, "1.1")] + (
        [update(worker, worker_tag)] if worker_tag else []
    )

    moved, held = move_together(updates, [web, worker, other])

    assert [u.reference.image.name.path for u in moved] == ["other"]
    assert held[0].scanned is web
    assert held[0].reason == f"it shares its tag with r.io/worker, {reason}"


def test_what_is_held_back_holds_back_those_that_share_with_it() -> None:
    text = b"""\
a: {repository: r.io/a, tag: &t '1.0'}
b: {repository: r.io/b, tag: *t, digest: &d 'sha256:%s'}
c: {repository: r.io/c, tag: '3', digest: *d}
""" % (b"a" * 64)
    items = [Scanned(r, POLICY, None, "") for r in find("values.yaml", text).references]
    a, b, c = items
    new = Pin("1.1", "sha256:" + "b" * 64)

    updates = [
        Update(i, new, "minor", "", (), "_/all", new if i.reference.digest else Pin("1.1", None))
        for i in (a, b)
    ]
    moved, held = move_together(updates, items)

    assert moved == ()
    assert [h.scanned for h in held] == [b, a]
    assert c not in [h.scanned for h in held]


def test_a_tag_that_is_also_part_of_something_not_understood_stays() -> None:
    files = {
        "compose.yaml": b"services: {a: {image: 'a/b:$V'}, c: {image: '${NO}/c/d:$V'}}\n",
        ".env": b"V=1\n",
    }
    found = across(find(path, content) for path, content in files.items())
    items = [Scanned(r, POLICY, None, "") for r in found.references]

    moved, held = move_together([update(items[0], "2")], items, found.skipped)

    assert moved == ()
    assert held[0].reason.startswith("it shares its tag with compose.yaml:1, which is not understood: ")


def test_proposals_that_share_a_tag_are_open_together() -> None:
    """A pull request must not be cut because the registry of one of its images is slow or down."""
    web, worker, other = (
        replace(item, policy=replace(POLICY, name=name))
        for item, name in zip(scanned(), ("web", "worker", "other"), strict=True)
    )

    assert linked({"prod/worker"}, [web, worker, other]) == {"prod/worker", "prod/web"}
    assert linked({"prod/other"}, [web, worker, other]) == {"prod/other"}
    assert linked((), [web, worker, other]) == frozenset()


class OneIsNew(SilentRegistries):
    """1.1 of ``web`` was seen just now, that of ``worker`` long ago."""

    def tags(self, name: ImageName) -> Listing:
        return Listing(("1.0", "1.1"))

    def digest(self, name: ImageName, tag: str) -> str:
        return NEW

    def first_seen(self, name: ImageName, digest: str) -> datetime:
        return NOW if name.path == "web" else NOW - timedelta(days=30)


def test_what_shares_a_tag_with_something_that_waits_waits_as_well(tmp_path: Path) -> None:
    text = TEXT.decode().partition("other")[0]
    keys = "min-age: 3d, pull-request: {one-per: image}"

    plan, after = planned(tmp_path, text, keys, OneIsNew(), path="values.yaml")

    assert after == text
    assert [held.waits for held in plan.held] == [True, True]
    assert plan.undecided == {"_/web+r.io/web", "_/web+r.io/worker"}
