from __future__ import annotations

from imagebot.engine.planning import group
from imagebot.forges.explaining import explanation
from imagebot.plan import Held, Plan, Scan
from imagebot.policies.policy import Verdict
from tests.builders import scanned, update

HOSTILE = "closes acme/config#1 @all <b>"


def test_it_says_what_moves_what_was_passed_over_and_what_stays() -> None:
    moving = update(passed_over=(Verdict("2.0.0", accepted=False, reason="outside <2"),))
    plan = Plan(Scan(None, (), ()), proposals=group([moving]), held=(Held(scanned(), "too young"),))

    text = explanation(plan, "staging/web")

    assert "`1.4.2` to `1.5.0`" in text
    assert "`2.0.0`" in text
    assert "stays at `1.4.2`: too young." in text
    assert explanation(plan, "production/web") == "No policy wants anything here now."


def test_it_refers_to_nothing_and_notifies_nobody() -> None:
    text = explanation(Plan(Scan(None, (), ()), held=(Held(scanned(), HOSTILE),)), "staging/web")

    assert "`acme/config#1`" in text
    assert "`@all`" in text
    assert "<b>" not in text


def test_a_long_one_is_cut() -> None:
    held = tuple(Held(scanned(), f"reason {number}") for number in range(50))

    text = explanation(Plan(Scan(None, (), ()), held=held), "staging/web")

    assert len(text.splitlines()) == 21
    assert "30 more" in text
