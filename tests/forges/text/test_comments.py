from __future__ import annotations

import pytest

from imagebot.forges.text import closed_note, hands_off_note, moved_comment, targets
from imagebot.forges.values import Abilities
from imagebot.plan import Update
from tests.builders import OLD, reference, update

API = update(reference(image="ghcr.io/acme/api"))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            [update()],
            [update(to="1.6.0")],
            "`ghcr.io/acme/web` is now `1.6.0` (was `1.5.0`); please review again.",
            id="tag",
        ),
        pytest.param(
            [update()],
            [update(digest=OLD)],
            "`ghcr.io/acme/web` is still `1.5.0`, but the digest moved: now `aaaaaaa` (was `bbbbbbb`); "
            "please review again.",
            id="digest",
        ),
        pytest.param(
            [update()],
            [update(), API],
            "`ghcr.io/acme/api` is a part of it now: `1.5.0`; please review again.",
            id="joined",
        ),
        pytest.param(
            [update(), API],
            [update()],
            "`ghcr.io/acme/api` is no longer part of it; please review again.",
            id="left",
        ),
        pytest.param([update()], [update(), update(reference(path="b.yaml"))], "", id="another-file"),
    ],
)
def test_a_comment_says_what_moved(old: list[Update], new: list[Update], expected: str) -> None:
    assert moved_comment(targets(old), targets(new)) == expected


def test_many_moves_are_counted() -> None:
    def images(tag: str) -> list[Update]:
        return [update(reference(image=f"ghcr.io/acme/svc-{n}"), tag) for n in range(40)]

    text = moved_comment(targets(images("1.5.0")), targets(images("1.6.0")))

    assert text.count("\n- `ghcr.io") == 30
    assert text.endswith("- and 10 more")


def test_hands_off_says_how_to_hand_it_back_by_what_the_forge_can() -> None:
    assert "`imagebot/staging/web`" in hands_off_note("imagebot/staging/web")
    assert "/imagebot" not in hands_off_note("x")
    assert "`/imagebot recreate`" in hands_off_note("x", Abilities(comments=True, permissions=True))


def test_a_closing_note_gives_its_reason_once_stopped() -> None:
    assert closed_note("nothing is left to propose.") == "**Closed by imagebot:** nothing is left to propose."
    assert "`@alice`" in closed_note("@alice did it")
