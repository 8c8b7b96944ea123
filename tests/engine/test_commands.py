from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.engine.commands import MOST, Command, Misspelt, commands


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("/imagebot rebase", Command("rebase"), id="rebase"),
        pytest.param("/imagebot  recreate \t", Command("recreate"), id="blanks"),
        pytest.param("/imagebot skip 1.9.0", Command("skip", version="1.9.0"), id="skip"),
        pytest.param(
            "/imagebot skip 1.9.0 breaks us",
            Command("skip", version="1.9.0", reason="breaks us"),
            id="skip-why",
        ),
        pytest.param("/imagebot hold 14d", Command("hold", lasting=timedelta(days=14)), id="hold"),
        pytest.param(
            "/imagebot hold 1d12h waits for the audit",
            Command("hold", lasting=timedelta(hours=36), reason="waits for the audit"),
            id="hold-why",
        ),
        pytest.param("/imagebot hold", Command("hold"), id="hold-for-ever"),
        pytest.param(
            "/imagebot hold until Ann is back", Command("hold", reason="until Ann is back"), id="hold-words"
        ),
        pytest.param("/imagebot resume", Command("resume"), id="resume"),
        pytest.param("/imagebot explain", Command("explain"), id="explain"),
        pytest.param("/imagebot rollback", Command("rollback"), id="rollback"),
        pytest.param(
            "Not now.\r\n/imagebot hold 2w\r\nThanks!",
            Command("hold", lasting=timedelta(weeks=2)),
            id="among-words",
        ),
    ],
)
def test_a_line_is_a_command(body: str, expected: Command) -> None:
    assert commands(body) == (expected,)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="nothing"),
        pytest.param("please /imagebot rebase", id="in-a-sentence"),
        pytest.param(" /imagebot rebase", id="indented"),
        pytest.param("> /imagebot rebase", id="quoted"),
        pytest.param("`/imagebot rebase`", id="as-code"),
        pytest.param("```\n/imagebot rebase\n```", id="in-a-block"),
        pytest.param("~~~~\n~~~\n/imagebot rebase\n~~~~", id="in-a-longer-block"),
        pytest.param("```\n/imagebot rebase", id="in-an-open-block"),
        pytest.param("/imagebotrebase", id="glued"),
        pytest.param("/Imagebot rebase", id="capital"),
    ],
)
def test_what_is_no_command(body: str) -> None:
    assert commands(body) == ()


@pytest.mark.parametrize(
    ("body", "part"),
    [
        pytest.param("/imagebot", "commands are rebase", id="bare"),
        pytest.param("/imagebot merge", "`merge` is no command", id="unknown"),
        pytest.param("/imagebot REBASE", "is no command", id="capitals"),
        pytest.param("/imagebot rebase now", "takes nothing behind it", id="too-much"),
        pytest.param("/imagebot skip", "wants a version", id="skip-nothing"),
        pytest.param("/imagebot skip ../../x", "wants a version", id="skip-no-tag"),
        pytest.param("/imagebot hold 14x", "wants a length of time", id="hold-no-time"),
        pytest.param("/imagebot hold 99999999d", "wants a length of time", id="hold-too-long"),
        pytest.param("/imagebot ` <b>@all</b>`", "is no command", id="hostile"),
    ],
)
def test_what_is_meant_for_imagebot_and_is_wrong_is_told(body: str, part: str) -> None:
    (found,) = commands(body)

    assert isinstance(found, Misspelt)
    assert part in found.why


def test_a_block_that_is_closed_hides_nothing_behind_it() -> None:
    assert commands("```\n/imagebot rebase\n```\n/imagebot explain") == (Command("explain"),)


def test_only_the_first_commands_of_a_comment_count() -> None:
    assert len(commands("/imagebot explain\n" * 100)) == MOST


@given(st.text(), st.sampled_from(["", "/imagebot ", "/imagebot hold ", "/imagebot skip ", "```\n"]))
def test_any_text_is_read(text: str, before: str) -> None:
    for found in commands(before + text):
        shown = found.why if isinstance(found, Misspelt) else found.reason + found.version
        assert len(shown) < 500
        assert not any(ord(character) < 32 for character in shown)
