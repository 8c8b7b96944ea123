"""The last guard: whatever an edit did, only the intended may differ."""

from __future__ import annotations

import pytest

from imagebot.descriptors.reference import Span
from imagebot.descriptors.source import Source
from imagebot.descriptors.verify import Replacement, verify_characters, verify_yaml
from imagebot.errors import EditError

TEXT = "a: &x 1\ntag: v1\nb: *x\nc: [v1, v1]\n"
AT = TEXT.index("v1")


def check(edited: str, *replacements: Replacement) -> None:
    source = Source.decode("f.yaml", TEXT.encode())
    verify_characters(source, edited, replacements)
    verify_yaml(source, edited, replacements)


def to(text: str) -> Replacement:
    return Replacement(Span(AT, AT + 2), text)


@pytest.mark.parametrize("text", ["v2", '"v2"'], ids=["plain", "with-quotes"])
def test_the_intended_change_passes(text: str) -> None:
    check(TEXT.replace("v1", text, 1), to(text))


@pytest.mark.parametrize(
    ("edited", "text", "reason"),
    [
        pytest.param(TEXT.replace("v1", "v2"), "v2", "other characters", id="more-than-the-span"),
        pytest.param(TEXT.replace("v1", "v2", 1) + "# x", "v2", "other characters", id="after-the-span"),
        pytest.param("# x\n" + TEXT, "v1", "other characters", id="before-the-span"),
        pytest.param(TEXT.replace("v1", "v2\nd: 1", 1), "v2\nd: 1", "structure", id="a-new-key"),
        pytest.param(TEXT.replace("v1", "[v2]", 1), "[v2]", "structure", id="another-kind"),
        pytest.param(TEXT.replace("v1", "'v2", 1), "'v2", "would break it", id="broken"),
        pytest.param(TEXT.replace("v1", "v2 # x", 1), "v2 # x", "read differently", id="comment"),
        pytest.param(TEXT.replace("v1", "&y v2", 1), "&y v2", "read differently", id="an-anchor"),
        pytest.param(TEXT.replace("v1", "!t v2", 1), "!t v2", "read differently", id="a-tag"),
        pytest.param(TEXT.replace("v1", "'v2'", 1), "'v2'", "read differently", id="other-quotes"),
    ],
)
def test_everything_else_is_refused(edited: str, text: str, reason: str) -> None:
    with pytest.raises(EditError, match=f"f.yaml.*{reason}"):
        check(edited, to(text))


def test_a_scalar_that_is_not_where_it_was_found_is_refused() -> None:
    at = TEXT.index("&x")
    wrong = Replacement(Span(at, at + 2), "&y")

    with pytest.raises(EditError, match="another value|not where it was found"):
        check(TEXT.replace("&x", "&y", 1), wrong)
