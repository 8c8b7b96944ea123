"""The one issue: found by its mark and its author, written once, rewritten in place."""

from __future__ import annotations

from imagebot.forges.protocol import Forge
from tests.forges.contract.world import World

MARK = "<!-- imagebot:dashboard -->"
BODY = f"{MARK}\n\nEverything.\n"


def test_an_issue_is_found_by_its_mark(world: World, forge: Forge) -> None:
    if not forge.abilities.issues:
        return
    assert forge.find_issue(MARK) is None
    forge.create_issue("Something else", "no mark", ["imagebot"])

    made = forge.create_issue("imagebot: dashboard", BODY, ["imagebot"])
    found = world.forge().find_issue(MARK)

    assert found is not None
    assert (found.number, found.url, found.title, found.open) == (
        made.number,
        made.url,
        "imagebot: dashboard",
        True,
    )
    assert found.body.rstrip() == BODY.rstrip()


def test_an_issue_is_rewritten_in_one_write(world: World, forge: Forge) -> None:
    if not forge.abilities.issues:
        return
    made = forge.create_issue("imagebot: dashboard", BODY, [])
    before = world.writes

    forge.update_issue(made, f"{MARK}\n\nLess.\n")

    assert world.writes - before == 1
    found = forge.find_issue(MARK)
    assert found is not None
    assert found.body.rstrip() == f"{MARK}\n\nLess."


def test_a_pull_request_with_the_mark_is_no_issue(world: World, forge: Forge) -> None:
    if not forge.abilities.issues:
        return
    world.push("imagebot/staging/web", {"README.md": b"moved\n"}, "Move")
    forge.create("imagebot/staging/web", "main", "Move", BODY)

    assert forge.find_issue(MARK) is None
