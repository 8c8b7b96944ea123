"""``imagebot presets``."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from imagebot.policies import presets
from tests.processes import Outcome

Run = Callable[..., Outcome]


def test_presets_are_listed_with_a_line_each(imagebot: Run) -> None:
    shown, document = imagebot("presets"), imagebot("presets", "-o", "json").json

    assert [line.split()[0] for line in shown.out.splitlines()] == [
        f"imagebot:{name}" for name in presets.names()
    ]
    assert [each["name"] for each in document["presets"]] == list(presets.names())
    assert all(each["summary"] in shown.out for each in document["presets"])


@pytest.mark.parametrize("name", ["stable", "imagebot:stable"])
def test_a_preset_is_shown_as_its_file(imagebot: Run, name: str) -> None:
    shown, document = imagebot("presets", name), imagebot("presets", name, "-o", "json").json

    assert shown.out == document["content"] == presets.content("stable").decode()
    assert document["extends"] == "imagebot:stable"


def test_a_preset_that_is_none_is_named(imagebot: Run) -> None:
    outcome = imagebot("presets", "stabel")

    assert outcome.code == 2
    assert "there is no preset 'stabel'" in outcome.err
    assert "did you mean stable?" in outcome.err
