"""Golden bodies: read one as a reviewer would.

``UPDATE_GOLDEN=1`` writes them; read what it wrote.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from imagebot.forges.text import body, title
from imagebot.forges.values import Abilities
from tests.forges.text.proposals import CASES

GOLDEN = Path(__file__).parent.parent / "golden"
FORGES = {
    "github": Abilities(comments=True, permissions=True),
    "plain": Abilities(folds=False),
}


@pytest.mark.parametrize("forge", FORGES)
@pytest.mark.parametrize("name", CASES)
def test_a_body_is_as_written_down(name: str, forge: str) -> None:
    case = CASES[name]
    text = body(case.updates, asked=case.asked, abilities=FORGES[forge], **case.more)
    page = f"# {title(case.updates, case.asked)}\n\n{text}"
    path = GOLDEN / f"{name}.{forge}.md"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(page)

    assert page == path.read_text()


def test_every_golden_body_is_one_that_is_tested() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {f"{n}.{f}.md" for n in CASES for f in FORGES}
