from __future__ import annotations

import subprocess

from imagebot.engine.planning import group
from imagebot.forges.message import commit_message, edit_hash, recorded_edit
from tests.builders import NEW, reference, update

FILES = {"envs/staging/web.yaml": b"image: web:1.5.0\n"}


def message(text: str | None = None) -> str:
    (proposal,) = group([update(), update(reference(path="b.yaml"))])
    return commit_message(proposal, FILES, text=text)


def test_trailers_are_those_that_git_reads() -> None:
    trailers = subprocess.run(
        ["git", "interpret-trailers", "--parse"],
        input=message(),
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert trailers.splitlines() == [
        "Imagebot-Proposal: staging/web",
        "Imagebot-Policy: policies/web.yaml",
        "Imagebot-Environment: staging",
        "Imagebot-Image: ghcr.io/acme/web",
        "Imagebot-From: 1.4.2",
        f"Imagebot-To: 1.5.0@{NEW}",
        f"Imagebot-Edit: {edit_hash(FILES)}",
    ]


def test_subject_stands_alone_on_the_first_line() -> None:
    assert message().splitlines()[:2] == ["staging: update web 1.4.2 to 1.5.0", ""]


def test_the_body_can_stand_in_the_message() -> None:
    assert "\n\n**Updates web**\n\nImagebot-Proposal:" in message("**Updates web**\n")


def test_the_edit_hash_is_read_back() -> None:
    assert recorded_edit(message()) == edit_hash(FILES)


def test_a_message_of_somebody_else_records_nothing() -> None:
    assert recorded_edit("Fix the web\n\nSigned-off-by: A Person <a@example.com>\n") is None


def test_the_edit_hash_changes_with_path_and_content() -> None:
    assert edit_hash(FILES) != edit_hash({"other.yaml": FILES["envs/staging/web.yaml"]})
    assert edit_hash(FILES) != edit_hash({"envs/staging/web.yaml": b""})
