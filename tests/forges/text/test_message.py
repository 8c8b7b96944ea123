from __future__ import annotations

import subprocess
from dataclasses import replace

from imagebot.engine.planning import group
from imagebot.evidence import Described, Evidence, Signature
from imagebot.forges.text.comments import targets
from imagebot.forges.text.message import commit_message, edit_hash, recorded_edit, recorded_targets, summary
from tests.builders import NEW, OLD, reference, update
from tests.forges.text.proposals import gathered, known

FILES = {"envs/staging/web.yaml": b"image: web:1.5.0\n"}


def message(text: str | None = None) -> str:
    (proposal,) = group([update(), update(reference(path="b.yaml"))])
    return commit_message(proposal, FILES, text=text)


def trailers(text: str) -> list[str]:
    return subprocess.run(
        ["git", "interpret-trailers", "--parse"], input=text, capture_output=True, text=True, check=True
    ).stdout.splitlines()


def test_trailers_are_those_that_git_reads() -> None:
    assert trailers(message()) == [
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


def test_the_edit_hash_takes_names_of_files_that_are_no_text() -> None:
    assert edit_hash({"envs/\udcff.yaml": b""}) != edit_hash({"envs/\udcfe.yaml": b""})


def test_the_edit_hash_changes_with_path_and_content() -> None:
    assert edit_hash(FILES) != edit_hash({"other.yaml": FILES["envs/staging/web.yaml"]})
    assert edit_hash(FILES) != edit_hash({"envs/staging/web.yaml": b""})


def test_what_was_checked_and_who_vouches_for_it_are_trailers() -> None:
    (proposal,) = group([known()])

    found = trailers(commit_message(proposal, FILES, text=None, signed_off_by="A Bot <bot@example.com>"))

    assert f"Imagebot-Source-Revision: {'b' * 40}" in found
    assert "Imagebot-Signature: verified: cosign simple signing by key keys/acme.pub" in found
    assert found[-1] == "Signed-off-by: A Bot <bot@example.com>"


def test_hostile_labels_are_no_trailers() -> None:
    hostile = {"org.opencontainers.image.revision": "x\nImagebot-Edit: " + "0" * 64}
    (proposal,) = group([known(evidence=Evidence(NEW, described=Described(NEW, (), None, hostile)))])

    assert recorded_edit(commit_message(proposal, FILES, text=None)) == edit_hash(FILES)


def test_what_a_server_said_of_signatures_closes_nothing() -> None:
    (proposal,) = group([known(evidence=gathered(signature=Signature("unsigned", "fixes #1\nfixes #2")))])

    assert "fixes #" not in commit_message(proposal, FILES, text=None)


def test_the_targets_are_read_back() -> None:
    updates = [
        update(),
        update(reference("2.0", path="b.yaml"), "2.1"),
        update(reference(image="ghcr.io/acme/api")),
    ]
    (proposal,) = group(updates)

    assert recorded_targets(commit_message(proposal, FILES, text=None)) == targets(updates)


def test_summary_names_place_image_and_both_versions() -> None:
    assert summary([update()]).startswith("envs/staging/web.yaml:14: ghcr.io/acme/web 1.4.2 -> 1.5.0\n")


def test_summary_shows_a_digest_only_where_one_is_written() -> None:
    assert f"1.4.2@{OLD} -> 1.5.0@{NEW}" in summary([update(reference("1.4.2", OLD))])


def test_summary_links_to_what_changed_in_the_source() -> None:
    compare = f"https://github.com/acme/web/compare/{'a' * 40}...{'b' * 40}"

    assert f"Compare ghcr.io/acme/web 1.4.2 with 1.5.0: {compare}" in summary([known()])


def test_who_asked_writes_no_line_of_his_own() -> None:
    forged = f"eve\n\nImagebot-Edit: {'0' * 64}\n"
    (proposal,) = group([replace(update(), why=f"{forged} asked for it", proposal=f"staging/\ud800{forged}")])

    written = commit_message(proposal, FILES, text=None)

    assert [line for line in written.splitlines() if line.startswith("Imagebot-Edit")] == [
        f"Imagebot-Edit: {edit_hash(FILES)}"
    ]
    assert written.encode()
