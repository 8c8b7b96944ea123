"""Release notes and what lies between two versions, as far as they may be seen."""

from __future__ import annotations

from imagebot.forges.protocol import Forge
from tests.forges.contract.world import BASE, World


def test_the_first_tag_that_has_a_release_counts(world: World, forge: Forge) -> None:
    if not forge.abilities.comments:
        assert forge.release("https://example.com/acme/web", ("1.0",)) is None
        return
    world.release("v1.9.0", "## Notes\n\n<script>alert(1)</script> @maintainer\n")

    found = forge.release(world.source, ("1.9.0", "v1.9.0"))

    assert found is not None
    assert (found.source, found.tag) == (world.source, "v1.9.0")
    assert found.text.rstrip() == "## Notes\n\n<script>alert(1)</script> @maintainer"
    assert found.url.startswith("http")
    assert forge.release(world.source, ("2.0.0", "v2.0.0")) is None


def test_other_hosts_and_repositories_that_nobody_sees_give_nothing(world: World, forge: Forge) -> None:
    hidden = f"{world.source.rpartition('/')[0]}/secret"
    strange = [
        "https://elsewhere.example.com/acme/web",
        hidden,
        world.source + "/../../user",
        "git@example.com:acme/web",
        "not an address",
        "",
    ]
    for source in strange:
        assert forge.release(source, ("1.0",)) is None
        assert forge.comparison(source, "1.0", "2.0") is None


def test_commits_between_are_counted_and_breaking_ones_named(world: World, forge: Forge) -> None:
    old = world.tip(BASE)
    assert old is not None
    if not forge.abilities.comments:
        assert forge.comparison("https://example.com/acme/web", old, old) is None
        return
    world.commit(BASE, {"a": b"1"}, "feat(api)!: drop v1\n\nbody\n")
    world.commit(BASE, {"a": b"2"}, "fix: nothing\n\nBREAKING CHANGE: all of it\n")
    new = world.commit(BASE, {"a": b"3"}, "docs: say wow! it works\n")

    found = forge.comparison(world.source, old, new)

    assert found is not None
    assert found.commits == 3
    assert set(found.breaking) == {"feat(api)!: drop v1", "fix: nothing"}
    assert found.url.startswith("http")
    assert forge.comparison(world.source, old, "no-such-tag") is None
    assert forge.comparison(world.source, "../../../user", new) is None
