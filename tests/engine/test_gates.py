"""What must be shown of an image before its tag is proposed, and what that costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from imagebot.descriptors.reference import Span
from imagebot.engine.decide import Decision, decide
from imagebot.engine.explain import explain
from imagebot.engine.gates import span
from imagebot.engine.questions import converse
from imagebot.errors import RegistryError, RegistryUnreachable
from imagebot.evidence import Described, Pushed, Signature
from imagebot.plan import Subject
from imagebot.policies.policy import Gates, Policy, TagRules, Verification
from imagebot.references.image import ImageName
from imagebot.registries.protocol import Listing
from tests.builders import OLD, policy, reference, scanned
from tests.engine.silent import NOW, SilentRegistries

WEB = ImageName("ghcr.io", "acme/web")
KEY = Verification(("keys/acme.pub",))
VERIFIED = Signature("verified", "cosign simple signing by key keys/acme.pub")
TAGS = ("1.4.2", "1.5.0", "1.6.0", "1.7.0")


def digest_of(tag: str) -> str:
    return f"sha256:{tag.replace('.', ''):0>64}"


class Shown(SilentRegistries):
    """Registries that show of each tag what a test says, and remember what they were asked."""

    def __init__(
        self,
        tags: Sequence[str] = TAGS,
        *,
        platforms: Mapping[str, Sequence[str]] | None = None,
        signatures: Mapping[str, Signature | RegistryError] | None = None,
        seen: Mapping[str, datetime] | None = None,
        pushed: Mapping[str, Pushed] | None = None,
    ) -> None:
        self._tags = tuple(tags)
        self._platforms = {digest_of(tag): tuple(found) for tag, found in (platforms or {}).items()}
        self._signatures = {digest_of(tag): found for tag, found in (signatures or {}).items()}
        self._seen = {digest_of(tag): when for tag, when in (seen or {}).items()}
        self._pushed = pushed or {}
        self.asked: list[str] = []

    def tags(self, name: ImageName) -> Listing:
        self.asked.append("tags")
        return Listing(self._tags)

    def digest(self, name: ImageName, tag: str) -> str:
        self.asked.append(f"digest {tag}")
        return digest_of(tag)

    def platforms(self, name: ImageName, digest: str) -> tuple[str, ...]:
        self.asked.append("platforms")
        return self._platforms.get(digest, ("linux/amd64", "linux/arm64"))

    def signature(self, name: ImageName, digest: str, verification: Verification | None) -> Signature:
        assert verification == KEY
        self.asked.append("signature")
        found = self._signatures.get(digest, Signature("unsigned", "no signature found"))
        if isinstance(found, RegistryError):
            raise found
        return found

    def pushed(self, name: ImageName, tags: frozenset[str]) -> Mapping[str, Pushed]:
        self.asked.append(f"push times of {len(tags)}")
        return self._pushed

    def first_seen(self, name: ImageName, digest: str) -> datetime:
        return self._seen.get(digest, NOW)

    def describe(self, name: ImageName, digest: str) -> Described:
        self.asked.append("description")
        return Described(digest, ("linux/amd64",))


def wants(gates: Gates, order: str = "semver") -> Policy:
    rules = TagRules(order="digest") if order == "digest" else TagRules()
    return replace(policy(tags=rules), gates=gates)


def decided(gates: Gates, registries: Shown, digest: str | None = OLD) -> Decision:
    return converse(decide([scanned(reference(digest=digest), rules=wants(gates))]), WEB, registries)


def ago(**length: float) -> datetime:
    return NOW - timedelta(**length)


def test_without_gates_one_digest_is_asked_for_and_nothing_else_needed() -> None:
    registries = Shown()

    (update,) = decided(Gates(), registries).updates

    assert (update.to.tag, registries.asked) == ("1.7.0", ["tags", "digest 1.7.0", "description"])


def test_a_candidate_that_does_not_pass_gives_way_to_the_next() -> None:
    registries = Shown(platforms={"1.7.0": ["linux/amd64"]})

    (update,) = decided(Gates(platforms=("linux/amd64", "linux/arm64")), registries).updates

    assert update.to.tag == "1.6.0"
    assert [(v.tag, v.rule, v.reason) for v in update.passed_over] == [
        ("1.7.0", "platforms", "not built for linux/arm64; it has linux/amd64")
    ]
    assert registries.asked == [
        "tags",
        "digest 1.7.0",
        "platforms",
        "digest 1.6.0",
        "platforms",
        "description",
    ]


@pytest.mark.parametrize(
    ("wanted", "found", "passes"),
    [
        ("linux/arm64", "linux/arm64/v8", True),
        ("linux/arm64/v8", "linux/arm64", True),
        ("linux/arm/v7", "linux/arm/v7", True),
        ("linux/arm/v8", "linux/arm", False),
        ("linux/arm/v7", "linux/arm/v6", False),
        ("linux/arm", "linux/arm64", False),
        ("linux/amd64", "windows/amd64", False),
        ("linux/amd64", "linux/amd64/v2", True),
    ],
)
def test_a_variant_counts_only_where_one_is_asked_for(wanted: str, found: str, passes: bool) -> None:
    registries = Shown(["1.4.2", "1.5.0"], platforms={"1.5.0": [found]})

    assert bool(decided(Gates(platforms=(wanted,)), registries).updates) == passes


@pytest.mark.parametrize(
    ("seen", "pushed", "tag"),
    [
        pytest.param({"1.7.0": ago(hours=73)}, {}, "1.7.0", id="seen-long-ago"),
        pytest.param({"1.6.0": ago(hours=73)}, {}, "1.6.0", id="an-older-one-was-seen-long-ago"),
        pytest.param({}, {"1.7.0": Pushed(ago(hours=73))}, "1.7.0", id="pushed-long-ago"),
        pytest.param(
            {"1.7.0": ago(hours=99)}, {"1.7.0": Pushed(ago(hours=1))}, None, id="pushed-again-just-now"
        ),
        pytest.param(
            {"1.7.0": ago(hours=1)},
            {"1.7.0": Pushed(ago(hours=99), OLD)},
            None,
            id="pushed-as-something-else",
        ),
        pytest.param({"1.7.0": ago(hours=72)}, {}, "1.7.0", id="to-the-minute"),
        pytest.param({"1.7.0": ago(hours=71, minutes=59)}, {}, None, id="a-minute-early"),
    ],
)
def test_age_is_the_word_of_the_registry_or_our_own_never_the_images(
    seen: dict[str, datetime], pushed: dict[str, Pushed], tag: str | None
) -> None:
    decision = decided(Gates(min_age=timedelta(hours=72)), Shown(seen=seen, pushed=pushed))

    assert [update.to.tag for update in decision.updates] == ([tag] if tag else [])
    assert all("of 3 d" in held.reason for held in decision.held)


def test_what_waits_is_held_and_says_for_what() -> None:
    seen = {"1.7.0": ago(hours=5), "1.6.0": ago(days=2)}

    (held,) = decided(Gates(min_age=timedelta(days=3)), Shown(seen=seen)).held

    assert held.reason == (
        "1.7.0: out for 5 h of 3 d (first seen by imagebot 2026-03-01 07:00 UTC); "
        "2 older candidates did not pass either"
    )


def test_a_signature_must_be_good() -> None:
    registries = Shown(
        signatures={"1.7.0": Signature("refused", "no good signature: another key"), "1.5.0": VERIFIED}
    )

    (update,) = decided(Gates(verification=KEY), registries).updates

    assert update.to.tag == "1.5.0"
    assert [v.reason for v in update.passed_over] == [
        "signature refused: no good signature: another key",
        "signature unsigned: no signature found",
    ]
    assert update.evidence
    assert update.evidence.signature == VERIFIED


def test_what_cannot_be_checked_is_a_failure_and_no_verdict() -> None:
    """An outage must not make an older image look like the newest good one."""
    registries = Shown(signatures={"1.7.0": RegistryUnreachable("hangs"), "1.6.0": VERIFIED})

    decision = decided(Gates(verification=KEY), registries)

    assert (decision.updates, len(decision.failures)) == ([], 1)


def test_a_tag_that_stands_alone_cannot_be_held_to_what_was_checked() -> None:
    decision = decided(Gates(verification=KEY), Shown(signatures={"1.7.0": VERIFIED}), digest=None)

    assert decision.updates == []
    assert "write the digest of the current image beside it once" in decision.held[0].reason


def test_a_whole_reference_gets_the_digest_behind_its_tag() -> None:
    whole = reference()
    assert whole.tag
    behind_name = replace(whole.tag, span=Span(17, 22), scalar=Span(0, 22), whole=False)
    item = scanned(replace(whole, tag=behind_name), rules=wants(Gates(verification=KEY)))

    (update,) = converse(decide([item]), WEB, Shown(signatures={"1.7.0": VERIFIED})).updates

    assert update.pins
    assert update.written.digest == digest_of("1.7.0")


def test_a_followed_tag_passes_the_same_gates() -> None:
    item = scanned(reference("8", OLD), rules=wants(Gates(verification=KEY), "digest"))

    (held,) = converse(decide([item]), WEB, Shown(["8"])).held
    assert held.reason == "8: signature unsigned: no signature found"

    (update,) = converse(decide([item]), WEB, Shown(["8"], signatures={"8": VERIFIED})).updates
    assert update.to.digest == digest_of("8")


def test_only_so_many_candidates_are_looked_into() -> None:
    registries = Shown(["1.0.0", "1.4.2", *(f"1.{n}.0" for n in range(100, 200))])

    (held,) = decided(Gates(verification=KEY), registries).held

    assert held.reason.startswith("1.199.0: signature unsigned")
    assert registries.asked.count("signature") == 20


def test_the_cheapest_gate_is_asked_first() -> None:
    registries = Shown(["1.4.2", "1.5.0"], platforms={"1.5.0": []})

    decided(Gates(timedelta(0), ("linux/amd64",), KEY), registries)

    assert registries.asked == ["tags", "digest 1.5.0", "push times of 1", "platforms"]


def test_an_explanation_shows_the_evidence_and_asks_no_more_than_the_verdict_needs() -> None:
    gates = Gates(platforms=("linux/arm64",))
    registries = Shown(platforms={"1.7.0": ["linux/amd64"]})
    subjects = [Subject(WEB, wants(gates), tag, "") for tag in ("1.4.2", "1.6.0")]

    first, second = explain(subjects, registries)

    assert [(c.tag, c.accepted) for c in first.selection.candidates] == [
        ("1.6.0", True),
        ("1.5.0", True),
        ("1.4.2", True),
        ("1.7.0", False),
    ]
    assert {tag: found.platforms for tag, found in first.evidence.items()} == {
        "1.7.0": ("linux/amd64",),
        "1.6.0": ("linux/amd64", "linux/arm64"),
    }
    assert second.doubt == "1.7.0: not built for linux/arm64; it has linux/amd64"
    assert registries.asked.count("tags") == 1
    assert "description" not in registries.asked
    assert "signature" not in registries.asked


def test_versions_of_a_chart_without_digests_are_told_apart() -> None:
    """Else the first one that was seen would make every later one old."""

    class Chart(Shown):
        def digest(self, name: ImageName, tag: str) -> str:
            return ""

        def first_seen(self, name: ImageName, digest: str) -> datetime:
            return {"1.6.0": ago(days=4)}.get(digest, NOW)

    (update,) = decided(Gates(min_age=timedelta(days=3)), Chart(), digest=None).updates

    assert (update.to.tag, update.to.digest) == ("1.6.0", None)


def test_what_was_not_looked_into_is_not_selected() -> None:
    registries = Shown(["1.0.0", "1.4.2", *(f"1.{n}.0" for n in range(100, 200))])

    (found,) = explain([Subject(WEB, wants(Gates(verification=KEY)), "1.4.2", "")], registries)

    assert found.selection.selected == "1.4.2"
    reasons = {candidate.tag: candidate.reason for candidate in found.selection.candidates}
    assert reasons["1.100.0"] == "not looked into: 20 newer candidates did not pass"


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(), "0 min"),
        (timedelta(seconds=-5), "0 min"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(minutes=60), "1 h"),
        (timedelta(minutes=90), "90 min"),
        (timedelta(hours=47), "47 h"),
        (timedelta(hours=24), "1 d"),
        (timedelta(hours=71), "71 h"),
        (timedelta(hours=71, minutes=59), "71 h"),
        (timedelta(days=3), "3 d"),
        (timedelta(days=20, hours=5), "20 d"),
    ],
)
def test_a_length_of_time_is_short(length: timedelta, text: str) -> None:
    assert span(length) == text
