"""What the image that runs now says of itself is asked where there is something to compare, and never needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from imagebot.errors import RegistryError, RegistryNotFound, RegistryUnreachable
from imagebot.evidence import Described
from imagebot.plan import Update
from imagebot.references.image import ImageName
from tests.engine.whole import Told, digest, planned

A, B = digest("a"), digest("b")
POD = "kind: Pod\nspec:\n  containers:\n  - image: {}\n"
LABELS = {
    "org.opencontainers.image.source": "https://github.com/acme/web",
    "org.opencontainers.image.revision": "f" * 40,
}
BOTH = ("linux/amd64", "linux/arm64")


@dataclass
class Saying(Told):
    """Registries whose images say what a test lets them say, by digest."""

    says: Mapping[str, Described | RegistryError] = field(default_factory=dict)

    def describe(self, name: ImageName, digest: str) -> Described:
        self.asked.append(f"description {digest[7]}")
        found = self.says[digest]
        if isinstance(found, RegistryError):
            raise found
        return found


def moved(folder: Path, image: str, registries: Saying, policy: str = "pin: keep") -> Update:
    plan, _ = planned(folder, POD.format(image), policy, registries)
    (update,) = plan.updates
    assert plan.failures == ()
    return update


@pytest.mark.parametrize(
    ("new", "asked"),
    [
        pytest.param(Described(B, ("linux/amd64",)), False, id="nothing-to-compare"),
        pytest.param(Described(B, BOTH), True, id="several-platforms"),
        pytest.param(Described(B, ("linux/amd64",), None, LABELS), True, id="source-and-revision"),
        pytest.param(
            Described(B, (), None, {"org.opencontainers.image.source": "https://github.com/acme/web"}),
            False,
            id="source-alone",
        ),
    ],
)
def test_the_image_that_runs_is_asked_only_where_it_can_be_compared(
    tmp_path: Path, new: Described, asked: bool
) -> None:
    old = Described(A, ("linux/amd64",))
    registries = Saying({"1.4.2": A, "1.5.0": B}, says={A: old, B: new})

    update = moved(tmp_path, "ghcr.io/acme/web:1.4.2", registries)

    assert update.before == (old if asked else None)
    assert ("digest 1.4.2" in registries.asked) == asked


@pytest.mark.parametrize(
    ("image", "policy"),
    [
        pytest.param(f"ghcr.io/acme/web:1.4.2@{A}", "pin: keep", id="newer-tag"),
        pytest.param(f"ghcr.io/acme/web:1.5.0@{A}", "refresh: true", id="tag-that-moved"),
        pytest.param(f"ghcr.io/acme/web:1.5.0@{A}", "tags: {order: digest}", id="followed-digest"),
    ],
)
def test_what_is_pinned_is_what_ran(tmp_path: Path, image: str, policy: str) -> None:
    old = Described(A, BOTH)
    registries = Saying({"1.4.2": A, "1.5.0": B}, says={A: old, B: Described(B, BOTH)})

    assert moved(tmp_path, image, registries, policy).before == old
    assert "digest 1.4.2" not in registries.asked


def test_what_already_runs_is_not_compared_with_itself(tmp_path: Path) -> None:
    registries = Saying({"1.5.0": B}, says={B: Described(B, BOTH)})

    assert moved(tmp_path, "ghcr.io/acme/web:1.5.0", registries, "pin: tag+digest").before is None
    assert registries.asked.count("description b") == 1


@pytest.mark.parametrize("error", [RegistryNotFound("gone"), RegistryUnreachable("down")])
@pytest.mark.parametrize("where", ["tag", "image"])
def test_a_failure_there_fails_no_update(tmp_path: Path, error: RegistryError, where: str) -> None:
    points: dict[str, str | RegistryError] = {"1.4.2": error if where == "tag" else A, "1.5.0": B}
    registries = Saying(points, says={A: error, B: Described(B, BOTH)})

    assert moved(tmp_path, "ghcr.io/acme/web:1.4.2", registries).before is None
