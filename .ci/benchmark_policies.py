"""CPU time of deciding: 100,000 tags under one policy, and many references to one image against one.

Best of five. Not a test: seconds differ between machines, ratios of one run mean something.
"""

from __future__ import annotations

import gc
import random
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from imagebot.descriptors.reference import Reference, Slot, Span
from imagebot.engine.decide import Decision, decide
from imagebot.engine.questions import converse
from imagebot.plan import Scanned
from imagebot.policies.pattern import Pattern
from imagebot.policies.policy import Policy, TagRules
from imagebot.policies.selection import rank, select
from imagebot.references.image import ImageName, ImageReference
from imagebot.references.orders import ORDERS
from imagebot.registries.protocol import Listing
from tests.engine.silent import SilentRegistries

TAGS = 100_000
REFERENCES = 1_000
NAME = ImageName("registry.example.com", "acme/web")
SLOT = Slot(Span(0, 1), Span(0, 1), whole=True)
POLICIES: Mapping[str, tuple[TagRules, str]] = {
    "semver": (TagRules(), "1.5.0"),
    "semver, range and match": (
        TagRules(
            range=ORDERS["semver"].range(">=1 <5"), match=Pattern.parse(r"\d+\.\d+\.\d+(-alpine[0-9.]+)?")
        ),
        "1.5.0",
    ),
    "calver": (TagRules(order="calver"), "2024.1.1"),
    "pep440": (TagRules(order="pep440"), "1.5.0"),
    "numerical, by a group": (
        TagRules(order="numerical", match=Pattern.parse(r"main-[0-9a-f]+-(?P<time>\d+)"), by=("time",)),
        "main-0000009-1700000009",
    ),
    "alphabetical": (TagRules(order="alphabetical"), "1.5.0"),
}


def mixed_tags(count: int) -> list[str]:
    """Tags as a large repository has them: versions, families, pre-releases, dates, commits, branches."""
    chance = random.Random(1)  # noqa: S311 - the same tags in every run
    tags: dict[str, None] = {}
    while len(tags) < count:
        number = len(tags)
        version = f"{chance.randrange(9)}.{chance.randrange(100)}.{chance.randrange(400)}"
        forms = (
            *(version,) * 4,
            *(f"{version}-alpine3.{number % 20}",) * 2,
            f"{version}-rc.{number % 9}",
            f"v{version}",
            f"{2015 + number % 10}.{1 + number % 12}.{number}",
            f"main-{number:07x}-{1700000000 + number}",
        )
        tags[chance.choice(forms)] = None
    return list(tags)


def cpu_s(act: Callable[[], object], times: int = 5) -> float:
    """CPU seconds of the quickest run."""
    best = float("inf")
    for _ in range(times):
        gc.collect()
        start = time.process_time()
        act()
        best = min(best, time.process_time() - start)
    return best


class Offered(SilentRegistries):
    """Registries with the same tags everywhere."""

    def __init__(self, tags: Sequence[str]) -> None:
        self._tags = tuple(tags)

    def tags(self, name: ImageName) -> Listing:  # noqa: ARG002 - the same for all
        return Listing(self._tags)

    def digest(self, name: ImageName, tag: str) -> str:  # noqa: ARG002 - the same for all
        return "sha256:" + "a" * 64


def references(count: int, deployed: Sequence[str]) -> list[Scanned]:
    """References to one image, in as many files, at one of the tags in turn."""
    policy = Policy("web", ("*",), TagRules())
    return [
        Scanned(
            Reference(
                f"apps/{number}.yaml", 1, 1, "kubernetes", ImageReference(NAME, deployed[number % len(deployed)], None),
                "", SLOT, None,
            ),
            policy, None, "",
        )
        for number in range(count)
    ]  # fmt: skip


def decided(items: Sequence[Scanned], registries: Offered) -> Decision:
    """One cycle's decision about one image."""
    return converse(decide(items), NAME, registries)


def main() -> None:
    """Print what was measured."""
    tags = mixed_tags(TAGS)
    plain = cpu_s(lambda: sorted(tags))
    print(f"{TAGS:,} tags, CPU seconds (and as a multiple of sorting them as texts, {plain:.3f} s)")
    for name, (rules, current) in POLICIES.items():
        chosen = cpu_s(lambda r=rules, c=current: rank(r, tags).choose(c).decided())  # type: ignore[misc]
        every = cpu_s(lambda r=rules, c=current: select(r, tags, c))  # type: ignore[misc]
        print(f"  {name:<24} decided {chosen:.2f} ({chosen / plain:.0f}x)   a verdict for each {every:.2f}")
    for count in (1_000, 10_000):
        some = mixed_tags(count)
        offered = Offered(some)
        versions = [tag for tag in some if tag.count(".") == 2 and tag.replace(".", "").isdecimal()]
        one = cpu_s(lambda o=offered, v=versions: decided(references(1, v), o), 9)  # type: ignore[misc]
        print(f"{REFERENCES:,} references to one image of {count:,} tags against one ({one * 1000:.1f} ms)")
        for kinds in (1, 20, 100):
            items = references(REFERENCES, versions[:kinds])
            many = cpu_s(lambda i=items, o=offered: decided(i, o), 9)  # type: ignore[misc]
            print(f"  at {kinds:>3} different tags: {many / one:.2f}")


main()
