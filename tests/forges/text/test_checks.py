from __future__ import annotations

from dataclasses import replace

import pytest

from imagebot.evidence import Comparison, Described, Evidence, Signature, SourceChanges
from imagebot.forges.text import body
from imagebot.plan import Update
from tests.builders import NEW, OLD, policy, reference, update
from tests.forges.text.proposals import (
    PLATFORMS,
    REVISION,
    SEEN,
    SOURCE,
    STRICT,
    changes,
    described,
    gathered,
    known,
)

KEY = ("ghcr.io/acme/web", "1.5.0")


def cell(one: Update, check: str, given: SourceChanges | None = None) -> str:
    """What the table says of a check."""
    text = body([one], changes={KEY: given} if given else {})
    return next(line for line in text.splitlines() if line.startswith(f"| {check} | ")).split(" | ", 1)[1][
        :-2
    ]


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        pytest.param(known(), "verified: cosign simple signing by key keys/acme.pub", id="verified"),
        pytest.param(
            known(evidence=gathered(signature=Signature("unsigned", "no signature found"))),
            "unsigned: no signature found",
            id="unsigned",
        ),
        pytest.param(update(rules=STRICT), "not gathered by this run", id="saved-plan"),
        pytest.param(update(), "not checked: the policy has no `verify`", id="not-asked"),
    ],
)
def test_signature(one: Update, expected: str) -> None:
    assert cell(one, "Signature") == expected


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        pytest.param(PLATFORMS, PLATFORMS, "`linux/amd64`, `linux/arm64` (same as before)", id="same"),
        pytest.param(
            ("linux/arm64",), ("linux/arm64/v8",), "`linux/arm64` (same as before)", id="same-by-another-name"
        ),
        pytest.param(
            PLATFORMS,
            ("linux/amd64", "linux/s390x"),
            "`linux/amd64`, `linux/arm64` (**no longer** `linux/s390x`; new: `linux/arm64`)",
            id="lost-and-new",
        ),
        pytest.param(("linux/amd64",), (), "`linux/amd64`", id="nothing-to-compare"),
        pytest.param((), PLATFORMS, "the image does not say", id="silent"),
        pytest.param(
            tuple(f"linux/p{n}" for n in range(10)),
            (),
            ", ".join(f"`linux/p{n}`" for n in range(8)) + " and 2 more",
            id="many",
        ),
    ],
)
def test_platforms(now: tuple[str, ...], before: tuple[str, ...], expected: str) -> None:
    one = known(evidence=gathered(described(platforms=now)), before=described(OLD, platforms=before))

    assert cell(one, "Platforms") == expected


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        pytest.param(
            known(),
            "2026-02-27 09:02 UTC, first seen by imagebot; the policy asks for `min-age: 72h`",
            id="first-seen",
        ),
        pytest.param(
            known(evidence=replace(gathered(), out_says="pushed, says the registry")),
            "2026-02-27 09:02 UTC, pushed, says the registry; the policy asks for `min-age: 72h`",
            id="pushed",
        ),
        pytest.param(
            known(update()),
            "not asked: the policy has no `min-age`",
            id="a-day-that-a-lost-cache-would-change",
        ),
    ],
)
def test_age_and_whose_word_it_is(one: Update, expected: str) -> None:
    assert cell(one, "Out since") == expected


def test_when_it_was_built_is_the_images_own_word() -> None:
    assert cell(known(), "Built") == "2026-02-27 08:30 UTC, says the image"
    assert cell(known(evidence=gathered(described(created=None))), "Built") == "the image does not say"


RANGE = f"[`aaaaaaa...bbbbbbb`](https://github.com/acme/web/compare/{'a' * 40}...{'b' * 40})"


@pytest.mark.parametrize(
    ("one", "given", "expected"),
    [
        pytest.param(known(), None, f"{RANGE}, say the images", id="links-only"),
        pytest.param(known(), changes(commits=1, breaking=()), f"{RANGE}, 1 commit", id="one-commit"),
        pytest.param(known(), changes(commits=None, breaking=()), RANGE, id="unknown-number"),
        pytest.param(
            known(),
            changes(breaking=("feat!: drop x", "fix!: y @bob", "z!: z")),
            f'{RANGE}, 14 commits, **3 marked breaking**: "feat\\!: drop x", "fix\\!: y `@bob`", ...',
            id="breaking",
        ),
        pytest.param(
            known(before=None),
            None,
            "built from <https://github.com/acme/web> at `bbbbbbb`, says the image",
            id="nothing-before",
        ),
        pytest.param(
            known(before=described(OLD, "b" * 40)),
            None,
            "none: built again from `bbbbbbb` of <https://github.com/acme/web>",
            id="rebuilt",
        ),
        pytest.param(
            known(evidence=gathered(described(source=""))),
            None,
            "the image does not say what it was built from",
            id="silent",
        ),
        pytest.param(
            known(),
            SourceChanges(None, Comparison("javascript:alert(1)", 3)),
            f"{RANGE}, say the images",
            id="hostile-address",
        ),
    ],
)
def test_source_changes(one: Update, given: SourceChanges | None, expected: str) -> None:
    assert cell(one, "Source changes", given) == expected


def test_every_breaking_commit_is_listed_where_the_cell_has_no_room() -> None:
    text = body([known()], changes={KEY: changes(breaking=tuple(f"feat!: drop {n}" for n in range(5)))})

    assert text.count("- `web`: feat\\!: drop") == 5


def test_what_holds_for_all_images_of_a_group_is_said_once() -> None:
    rules = policy()
    group = [
        known(update(reference(image=f"ghcr.io/acme/{name}"), rules=rules), evidence=evidence)
        for name, evidence in (("web", gathered()), ("api", gathered(described(platforms=("linux/s390x",)))))
    ]

    text = body(group)

    assert "| Image | Platforms |\n" in text
    assert "**Out since** (all images): not asked: the policy has no `min-age`." in text


@pytest.mark.parametrize(
    "said",
    [
        pytest.param("javascript:alert(1)", id="script"),
        pytest.param("https://user:secret@acme.example/", id="userinfo"),
        pytest.param("https://github.com/a/b> <img src=x onerror=alert(1)>", id="html"),
        pytest.param("@alice closes #1 <!-- imagebot:v1 e30= -->", id="mention-keyword-marker"),
        pytest.param("```\n# heading\n```", id="fence"),
        pytest.param("\u202egnp.exe\x1b[31m", id="bidi-and-escape"),
        pytest.param("x" * 1_000_000, id="a-megabyte"),
    ],
)
def test_labels_that_are_not_what_they_should_be_are_not_shown(said: str) -> None:
    labels = {SOURCE: said, REVISION: f"{said} "}
    evidence = Evidence(NEW, SEEN, "", PLATFORMS, None, Described(NEW, PLATFORMS, None, labels))

    assert cell(known(evidence=evidence), "Source changes") == "the image does not say what it was built from"
