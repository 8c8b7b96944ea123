"""Which labels must change, and what new ones look like."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.forges.github.labels import changed, look

NAMES = st.lists(st.sampled_from(["a", "A", "b", "env/x", "Env/X", "hold"]))


@pytest.mark.parametrize(
    ("present", "wanted", "dropped", "after"),
    [
        pytest.param([], [], [], None, id="nothing"),
        pytest.param(["a"], ["a"], ["b"], None, id="as-it-is"),
        pytest.param(["Imagebot"], ["imagebot"], [], None, id="case-does-not-count"),
        pytest.param(["a"], ["b"], [], ["a", "b"], id="added"),
        pytest.param(
            ["by-hand", "step/minor"], ["step/major"], ["STEP/minor"], ["by-hand", "step/major"], id="moved"
        ),
        pytest.param(["a"], [], ["a"], [], id="last-one-dropped"),
        pytest.param(["a"], ["a"], ["a"], None, id="wanted-and-dropped"),
    ],
)
def test_changes(present: list[str], wanted: list[str], dropped: list[str], after: list[str] | None) -> None:
    assert changed(present, wanted, dropped) == after


@given(NAMES, NAMES, NAMES)
def test_a_change_settles_it(present: list[str], wanted: list[str], dropped: list[str]) -> None:
    after = changed(present, wanted, dropped)

    if after is not None:
        assert changed(after, wanted, dropped) is None
        assert {name.lower() for name in wanted} <= {name.lower() for name in after}


@pytest.mark.parametrize(
    ("name", "color", "description"),
    [
        ("imagebot", "1d76db", "Opened by imagebot"),
        ("env/staging", "0e8a16", "Environment staging"),
        ("step/minor", "fbca04", "Size of the update minor"),
        ("hold", "ededed", None),
        ("team/web", "ededed", None),
        ("environment", "ededed", None),
    ],
)
def test_looks(name: str, color: str, description: str | None) -> None:
    made = look(name)

    assert (made["name"], made["color"], made.get("description")) == (name, color, description)


def test_a_description_has_room() -> None:
    assert len(look("env/" + "x" * 200)["description"]) == 100
