from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from markdown_it import MarkdownIt

from imagebot.forges.marker import find_marker, marker
from imagebot.forges.text import MARKER_ROOM, body, staying, title
from imagebot.forges.values import Abilities
from imagebot.plan import Asked, Pin, Update
from imagebot.policies.policy import Policy, TagRules, Verdict
from tests.builders import NEW, OLD, reference, scanned, update
from tests.forges.text.proposals import CASES, HOSTILE, changes, known

FORGE = MarkdownIt("gfm-like", {"linkify": False})
KEY = ("ghcr.io/acme/web", "1.5.0")


def many(number: int, depth: int) -> list[Update]:
    rejected = tuple(Verdict(f"{n}.0.0", False, "outside >=1.4 <2") for n in range(10))
    return [
        known(
            update(
                reference(path=f"{'deep/' * depth}{n}.yaml", image=f"ghcr.io/acme/service-{n}"),
                passed_over=rejected,
            )
        )
        for n in range(number)
    ]


def test_a_body_answers_what_a_reviewer_asks() -> None:
    text = body([update(passed_over=(Verdict("2.0.0", False, "outside <2"),))])

    assert "| staging | `envs/staging/web.yaml:14` | `ghcr.io/acme/web` |" in text
    assert "`1.4.2` (no digest) | `1.5.0` (now `sha256:bbbbbbb…`) | minor |" in text
    assert "the newest tag that policy web allows (semver). Policy: `policies/web.yaml:3`." in text
    assert "`2.0.0` (outside \\<2)" in text
    assert "**Roll back:** revert this pull request" in text
    assert NEW in text


@pytest.mark.parametrize("name", CASES)
def test_a_body_is_a_pure_function(name: str) -> None:
    case = CASES[name]

    assert body(case.updates, asked=case.asked, **case.more) == body(
        case.updates, asked=case.asked, **case.more
    )


@pytest.mark.parametrize(
    ("updates", "expected"),
    [
        pytest.param([update()], "**Updates `web` in `staging` from `1.4.2` to `1.5.0` (minor).**", id="one"),
        pytest.param(
            [update(environment=None)], "**Updates `web` from `1.4.2` to `1.5.0` (minor).**", id="nowhere"
        ),
        pytest.param(
            [update(), update(reference(image="ghcr.io/acme/api"), step="major")],
            "**Updates 2 images in `staging` (1 major, 1 minor).**",
            id="group",
        ),
        pytest.param(
            [update(), update(reference(path="p.yaml"), environment="prod")],
            "**Updates `web` in `staging` and `prod` from `1.4.2` to `1.5.0` (minor).**",
            id="environments",
        ),
        pytest.param(
            [update(reference("8", OLD), "8", step="digest")],
            "**Refreshes `web` `8` in `staging`: same tag, new content.**",
            id="refresh",
        ),
        pytest.param(
            [replace(update(reference("8"), "8", step="digest"), written=Pin("8", NEW))],
            "**Pins `web` `8` in `staging` to what it points to now.** Merging changes 1 reference in 1 file. "
            "The digest is written beside the tag.",
            id="pin",
        ),
        pytest.param(
            [replace(update(reference("8", OLD), "8", step="digest"), written=Pin("8", None))],
            "**Leaves `web` `8` in `staging` without its digest.**",
            id="unpin",
        ),
    ],
)
def test_the_first_sentence_says_what_runs_where_afterwards(updates: list[Update], expected: str) -> None:
    assert body(updates).startswith(expected)


def test_a_rollback_says_who_asked_why_and_what_is_held_afterwards() -> None:
    text = body([update(reference("1.9.0"), "1.8.2")], asked=Asked("rollback", "@alice", 12, "see #3"))

    assert text.startswith("**Rolls back `web` in `staging` from `1.9.0` to `1.8.2`.**")
    assert "**Asked for** by `@alice`, to take back pull request 12: see `#3`\n" in text
    assert "**Afterwards:** imagebot does not propose `1.9.0` here again; newer versions it does." in text


def test_a_draft_says_why_above_everything_else() -> None:
    text = body([known(pending="min-age"), known(pending="min-age")])

    assert text.startswith("**Draft, not to be merged yet:** min-age.\n")


def test_the_way_back_tells_one_digest_of_a_tag_from_the_other() -> None:
    text = body([known(update(reference("8", OLD), "8", step="digest"))])

    assert "`aaaaaaa` is still in the registry. imagebot does not propose `bbbbbbb` again" in text


@pytest.mark.parametrize(
    ("abilities", "named"),
    [
        pytest.param(Abilities(comments=True, permissions=True), True, id="obeyed"),
        pytest.param(Abilities(comments=True), False, id="nobody-knows-who-may"),
        pytest.param(Abilities(permissions=True), False, id="no-comments"),
    ],
)
def test_commands_are_named_only_where_they_are_obeyed(abilities: Abilities, named: bool) -> None:
    text = body([update()], abilities=abilities)

    assert ("/imagebot" in text) == named
    assert "Editing this branch stops imagebot from touching it." in text


def test_an_age_that_grows_is_no_reason_to_write_another_body() -> None:
    young = Verdict("1.6.0", False, "out for 71 h of 72 h (first seen by imagebot ...)", "min-age")

    assert "`1.6.0` (younger than `min-age`)" in body([update(passed_over=(young,))])


def test_environments_that_stay_are_named() -> None:
    others = [
        scanned(reference("1.3.0", path="p.yaml"), environment="prod"),
        scanned(reference("9", path="a.yaml", image="ghcr.io/acme/api"), environment="prod"),
        scanned(reference("1.4.2", path="b.yaml")),
    ]

    assert staying(others, [update()]) == {"ghcr.io/acme/web": (("prod", "1.3.0"),)}
    assert "; `prod` stays at `1.3.0` |" in body([update()], elsewhere=staying(others, [update()]))


def test_release_notes_are_quoted_with_where_they_stand() -> None:
    text = body([known()], changes={KEY: changes("# Big news\n\nby @bob")})

    assert "<summary>Release notes v1.5.0 (quoted from acme/web)</summary>\n\n> #### Big news" in text
    assert "[Where they stand](https://github.com/acme/web/releases/tag/v1.5.0)" in text


def test_a_forge_without_folds_gets_no_html() -> None:
    case = CASES["one-image"]
    text = body(case.updates, abilities=Abilities(folds=False), **case.more)

    assert "<details>" not in text
    assert "**Full digests**\n" in text


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param("@everyone fixes #12", id="mention-and-reference"),
        pytest.param("<img src=x onerror=alert(1)>", id="html"),
        pytest.param("a | b\n| c |", id="table-break"),
        pytest.param("`code` <!-- imagebot:v1 e30= -->", id="marker"),
        pytest.param("\u202eevil\u202c", id="bidi"),
        pytest.param(HOSTILE, id="everything"),
    ],
)
def test_text_from_outside_stays_text(hostile: str) -> None:
    rules = Policy("web", ("*",), TagRules(), file=hostile, line=1)
    one = update(reference(path=hostile), rules=rules, passed_over=(Verdict("9", False, hostile),))
    text = body([replace(one, why=hostile, pending=hostile)], asked=Asked("set", hostile, 0, hostile))

    tokens = FORGE.parse(text)
    html = [token.content for token in tokens if token.type == "html_block"]
    assert {line for block in html for line in block.splitlines()} <= {
        "<details><summary>Full digests</summary>",
        "</details>",
    }
    assert [
        token.type for block in tokens for token in block.children or () if token.type == "html_inline"
    ] == []
    assert len([line for line in text.splitlines() if line.startswith("| staging")]) == 1
    assert find_marker(text) is None
    assert "\u202e" not in text


def test_large_proposals_say_how_many_rows_are_not_shown() -> None:
    text = body([update(reference(path=f"{n:03}.yaml")) for n in range(130)])

    assert text.count("| staging |") == 100
    assert "and 30 more references" in text


@pytest.mark.parametrize(
    ("number", "depth", "limit"),
    [(60, 20, 60_000), (150, 20, 16_000), (900, 20, 60_000), (200, 700, 60_000), (30, 700, 1_000_000)],
)
def test_whatever_its_size_a_proposal_fits_a_pull_request(number: int, depth: int, limit: int) -> None:
    updates = many(number, depth)

    text = body(updates, abilities=Abilities(body=limit))

    assert len(f"{text}{marker('staging/web', title(updates), updates)}") <= limit
    assert 0 < text.count("| staging |") <= min(number, 100)
    assert "| Image |" in text or "**Signature** (all images):" in text
    assert "**Roll back:**" in text
    assert len(str(marker("a", "b", updates))) < MARKER_ROOM


def test_what_does_not_fit_is_left_out_in_order_and_said() -> None:
    case = CASES["one-image"]
    whole = body(case.updates, **case.more)
    gone = []
    for size in range(len(whole) - 1, 2_000, -100):
        text = body(case.updates, abilities=Abilities(body=size), room=0, **case.more)
        said = text.partition("**Left out, for the page would be too long:** ")[2]
        gone.append(
            [name for name in ("newer tags passed over", "release notes", "full digests") if name in said]
        )

    assert gone[0] == ["newer tags passed over"]
    assert all(set(before) <= set(after) for before, after in pairwise(gone))
    assert "release notes" in gone[-1]
