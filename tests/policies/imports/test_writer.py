"""How leftovers are shown."""

from __future__ import annotations

from imagebot.policies.imports.imported import Draft, Imported, Ledger, Leftover, Origin
from imagebot.policies.imports.writer import checked, warnings, written


def ledger(*policies: str) -> Ledger:
    found = Ledger()
    for number, policy in enumerate(policies, 1):
        at = Origin(f"{number}.yaml", number)
        found.leave(at, "interval", "the interval", why="it is an option", instead="--every", policy=policy)
    return found


def test_what_is_said_of_many_objects_is_one_leftover_with_their_places() -> None:
    found = checked(Imported((), tuple(ledger("", "", "").leftovers)))

    assert [left.what for left in found.leftovers] == ["the interval (also 2.yaml:2, 3.yaml:3)"]
    assert len(warnings(found)) == 1


def test_what_concerns_policies_stays_beside_each() -> None:
    drafts = tuple(Draft(name, Origin("1.yaml", 1), ("docker.io/library/nginx",)) for name in "ab")

    found = checked(Imported(drafts, tuple(ledger("a", "b").leftovers)))

    assert written(found).count("# ! the interval") == 2


def test_leftovers_at_the_end_of_the_file_begin_with_the_same_sign() -> None:
    found = Ledger()
    found.not_imported(Origin("a.yaml", 3), "policy x", "it cannot be", "x")

    assert "\n# ! a.yaml:3: policy x" in written(checked(Imported((), tuple(found.leftovers))))


def test_no_password_of_an_address_is_quoted() -> None:
    address = "https://user:hunter2secret@reg.example.com/x.git?token=hunter2secret"
    origin = Origin("a.yaml", 7, f"image {address}")
    left = Leftover(origin, "import-x", address, address, address)

    assert "hunter2secret" not in repr(left)
