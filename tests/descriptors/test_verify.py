"""The last guard: whatever an edit did, only the intended may differ."""

from __future__ import annotations

import pytest

from imagebot.descriptors.reference import Span
from imagebot.descriptors.source import Source
from imagebot.descriptors.verify import Replacement, verify
from imagebot.errors import EditError

TEXT = "a: &x 1\ntag: v1\nb: *x\nc: [v1, v1]\n"
AT = TEXT.index("v1")


def replacement(text: str, value: str | None = None) -> Replacement:
    return Replacement(Span(AT, AT + 2), text, AT, value if value is not None else text)


def check(edited: str, *replacements: Replacement) -> None:
    verify(Source.decode("f.yaml", TEXT.encode()), edited, replacements)


@pytest.mark.parametrize("text", ["v2", '"v2"'], ids=["plain", "with-quotes"])
def test_the_intended_change_passes(text: str) -> None:
    check(TEXT.replace("v1", text, 1), replacement(text, "v2"))


@pytest.mark.parametrize(
    ("edited", "text", "value", "reason"),
    [
        pytest.param(TEXT.replace("v1", "v2"), "v2", "v2", "other characters", id="more-than-the-span"),
        pytest.param(
            TEXT.replace("v1", "v2", 1) + "# x", "v2", "v2", "other characters", id="after-the-span"
        ),
        pytest.param("# x\n" + TEXT, "v1", "v1", "other characters", id="before-the-span"),
        pytest.param(TEXT.replace("v1", "v2\nd: 1", 1), "v2\nd: 1", "v2", "structure", id="a-new-key"),
        pytest.param(TEXT.replace("v1", "[v2]", 1), "[v2]", "v2", "structure", id="another-kind"),
        pytest.param(TEXT.replace("v1", "'v2", 1), "'v2", "v2", "would break it", id="broken"),
        pytest.param(TEXT.replace("v1", "v2 # x", 1), "v2 # x", "v2 # x", "read differently", id="comment"),
        pytest.param(TEXT.replace("v1", "v3", 1), "v3", "v2", "read differently", id="another-value"),
        pytest.param(
            TEXT.replace("v1", "&y v2", 1), "&y v2", "v2", "how the value is written", id="an-anchor"
        ),
        pytest.param(TEXT.replace("v1", "!t v2", 1), "!t v2", "v2", "how the value is written", id="a-tag"),
        pytest.param(
            TEXT.replace("v1", "'v2'", 1), "'v2'", "v2", "how the value is written", id="other-quotes"
        ),
    ],
)
def test_everything_else_is_refused(edited: str, text: str, value: str, reason: str) -> None:
    with pytest.raises(EditError, match=f"f.yaml.*{reason}"):
        check(edited, replacement(text, value))


def test_a_scalar_that_is_not_where_it_was_found_is_refused() -> None:
    wrong = Replacement(Span(AT, AT + 2), "v2", AT - 1, "v2")

    with pytest.raises(EditError, match="another value|not where it was found"):
        check(TEXT.replace("v1", "v2", 1), wrong)
