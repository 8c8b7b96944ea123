from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from imagebot.errors import ForgeError
from imagebot.evidence import Comparison, Described, Release
from imagebot.forges.sources import IMAGES, release_tags, source_changes
from tests.builders import NEW, reference, update
from tests.forges.text.proposals import described, gathered, known

WEB = "https://github.com/acme/web"
KEY = ("ghcr.io/acme/web", "1.5.0")
LINK = f"{WEB}/compare/{'a' * 40}...{'b' * 40}"


@dataclass
class Host:
    """A forge that knows the source of one image, and remembers what it was asked."""

    down: bool = False
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def release(self, source: str, tags: Sequence[str]) -> Release | None:
        self.asked.append((source, *tags))
        if self.down:
            raise ForgeError("down")
        return Release(source, tags[-1], f"{source}/releases", "notes") if source == WEB else None

    def comparison(self, source: str, old: str, new: str) -> Comparison | None:
        self.asked.append((source, old, new))
        if self.down:
            raise ForgeError("down")
        return Comparison(LINK, 3) if source == WEB else None


def test_a_forge_is_asked_for_release_and_comparison() -> None:
    host = Host()

    found = source_changes(host, [known()])

    assert found[KEY].release == Release(WEB, "v1.5.0", f"{WEB}/releases", "notes")
    assert found[KEY].comparison == Comparison(LINK, 3)
    assert host.asked == [(WEB, "1.5.0", "v1.5.0"), (WEB, "a" * 40, "b" * 40)]


@pytest.mark.parametrize("down", [True, False])
def test_where_a_forge_does_not_tell_a_link_is_left(down: bool) -> None:
    other = "https://github.com/acme/other" if not down else WEB
    one = known(evidence=gathered(described(source=other)), before=described(NEW, "a" * 40, source=other))

    found = source_changes(Host(down=down), [one])[KEY]

    assert found.release is None
    assert found.comparison == Comparison(f"{other}/compare/{'a' * 40}...{'b' * 40}")


def test_images_that_do_not_say_where_they_come_from_cost_no_request() -> None:
    host = Host()

    assert source_changes(host, [update(), known(evidence=gathered(described(source="")))]) == {}
    assert host.asked == []


def test_what_was_built_again_from_one_commit_is_not_compared() -> None:
    found = source_changes(Host(), [known(before=described(NEW, "b" * 40))])

    assert found[KEY].comparison is None


def test_at_most_thirty_images_are_asked_for() -> None:
    updates = [known(update(reference(image=f"ghcr.io/acme/{n}"))) for n in range(40)]

    assert len(source_changes(Host(), updates)) == IMAGES


@pytest.mark.parametrize(
    ("tag", "labels", "expected"),
    [
        pytest.param("1.9.0", {}, ("1.9.0", "v1.9.0"), id="bare"),
        pytest.param("v1.9.0", {}, ("v1.9.0", "1.9.0"), id="with-v"),
        pytest.param(
            "1.9.0-alpine",
            {"org.opencontainers.image.version": "1.9.0"},
            ("1.9.0-alpine", "v1.9.0-alpine", "1.9.0", "v1.9.0"),
            id="as-the-image-says",
        ),
        pytest.param("stable", {}, ("stable",), id="no-version"),
        pytest.param("1", {"org.opencontainers.image.version": "x" * 1000}, ("1", "v1"), id="too-long"),
        pytest.param("1", {"org.opencontainers.image.version": "1\n2"}, ("1", "v1"), id="no-tag"),
        pytest.param("", {}, (), id="no-tag-at-all"),
    ],
)
def test_releases_are_looked_for_under_the_names_they_may_have(
    tag: str, labels: dict[str, str], expected: tuple[str, ...]
) -> None:
    assert release_tags(tag, Described(NEW, (), None, labels)) == expected
