"""Policies that look at images, from the command line to the bytes of the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from imagebot.demo.registry import EmbeddedRegistry
from tests.cli.conftest import Team
from tests.processes import Outcome, write_files
from tests.registries.signatures.signing import beside, bundle, claim, signer, statement
from tests.registries.signatures.stores import OverHttp, attach_bundles, attach_simple, client

Run = Callable[..., Outcome]
POD = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: {image}\n"
BOTH = ("linux/amd64", "linux/arm64")


@pytest.fixture
def folder(registry: EmbeddedRegistry, tmp_path: Path) -> Path:
    """A config repository whose policy wants both platforms and a signature."""
    policy = (
        f"policies:\n- name: web\n  images: ['{registry.host}/*']\n  platforms: [linux/amd64, linux/arm64]\n"
        "  verify: {cosign: {keys: [keys/acme.pub]}}\n"
    )
    registry.push("acme/web", "1.4.2", platforms=BOTH)
    return write_files(
        tmp_path / "config",
        {
            "policies/web.yaml": policy,
            "keys/acme.pub": signer("p256").pem,
            "pod.yaml": POD.format(image=f"{registry.host}/acme/web:1.4.2"),
            "values.yaml": f"image:\n  repository: {registry.host}/acme/web\n  tag: 1.4.2\n",
        },
    )


def sign(registry: EmbeddedRegistry, digest: str, *, by: str = "p256", layout: str = "simple") -> None:
    """Sign a digest as one generation of cosign does."""
    with client(registry.host) as http:
        store, private = OverHttp(http, "acme/web"), signer(by).sign
        if layout == "simple":
            payload = claim(digest)
            attach_simple(store, (payload, beside(private, payload)), digest=digest)
        else:
            attach_bundles(store, bundle(private, statement(digest)), digest=digest)


@pytest.mark.parametrize("layout", ["simple", "bundle"])
def test_the_newest_image_that_passes_is_pinned_by_the_digest_that_was_checked(
    registry: EmbeddedRegistry, folder: Path, imagebot: Run, layout: str
) -> None:
    good = registry.push("acme/web", "1.5.0", platforms=BOTH)
    sign(registry, good, layout=layout)
    sign(registry, registry.push("acme/web", "1.6.0", platforms=BOTH), by="p256/other", layout=layout)
    registry.push("acme/web", "1.7.0")

    outcome = imagebot("apply", str(folder), "--local", "-o", "json")

    assert outcome.code == 0
    assert (folder / "pod.yaml").read_text() == POD.format(image=f"{registry.host}/acme/web:1.5.0@{good}")
    assert "tag: 1.4.2\n" in (folder / "values.yaml").read_text()
    (update,) = outcome.json["updates"]
    assert update["evidence"]["signature"]["state"] == "verified"
    assert [item["tag"] for item in update["passed_over"]] == ["1.7.0", "1.6.0"]
    (held,) = outcome.json["held"]
    assert (held["path"], "write the digest" in held["reason"]) == ("values.yaml", True)


def test_a_digest_that_is_pinned_moves_with_its_tag(
    registry: EmbeddedRegistry, folder: Path, imagebot: Run
) -> None:
    old, new = (
        registry.push("acme/web", "1.4.2", platforms=BOTH),
        registry.push("acme/web", "1.5.0", platforms=BOTH),
    )
    sign(registry, new)
    (folder / "pod.yaml").write_text(POD.format(image=f"{registry.host}/acme/web:1.4.2@{old}"))

    assert imagebot("apply", str(folder), "--local").code == 0

    assert (folder / "pod.yaml").read_text() == POD.format(image=f"{registry.host}/acme/web:1.5.0@{new}")


def test_explain_shows_what_was_found_of_each_candidate(
    registry: EmbeddedRegistry, folder: Path, imagebot: Run
) -> None:
    sign(registry, registry.push("acme/web", "1.5.0", platforms=BOTH))
    registry.push("acme/web", "1.6.0")

    outcome = imagebot("explain", f"{registry.host}/acme/web", str(folder))

    for told in (
        "platforms: linux/amd64\n",
        "platforms: linux/amd64, linux/arm64\n",
        "signature verified: cosign simple signing by key keys/acme.pub",
        "not built for linux/arm64; it has linux/amd64",
        "Selected: 1.5.0",
    ):
        assert told in outcome.out
    document = imagebot("explain", f"{registry.host}/acme/web", str(folder), "-o", "json").json
    by_tag = {candidate["tag"]: candidate for candidate in document["candidates"]}
    assert by_tag["1.5.0"]["signature"]["state"] == "verified"
    assert by_tag["1.6.0"]["platforms"] == ["linux/amd64"]
    assert by_tag["1.4.2"]["digest"] is None


def test_an_image_that_was_just_pushed_waits(registry: EmbeddedRegistry, folder: Path, imagebot: Run) -> None:
    policy = f"policies: [{{name: web, images: ['{registry.host}/*'], min-age: 72h}}]\n"
    (folder / "policies/web.yaml").write_text(policy)
    registry.push("acme/web", "1.5.0")

    outcome = imagebot("plan", str(folder), "-o", "json")

    assert outcome.json["updates"] == []
    assert {held["reason"].partition(" (")[0] for held in outcome.json["held"]} == {
        "1.5.0: out for 0 min of 3 d"
    }


def test_what_waits_again_closes_nothing(team: Team, imagebot: Run) -> None:
    """A mirror's outage, or a cache that was deleted, is no reason to take a proposal back."""
    for number in range(20):
        team.registry.push("acme/web", f"1.0.{number}")
    team.push(web="1.5.0")
    imagebot("apply", str(team.clone))
    for number in range(20):
        team.registry.delete_tag("acme/web", f"1.0.{number}")

    outcome = imagebot("apply", str(team.clone), "-o", "json")

    assert all("the list of tags shrank" in held["reason"] for held in outcome.json["held"])
    assert outcome.json["outcomes"] == []
    assert sorted(team.open_pulls) == ["imagebot/production/web", "imagebot/staging/web"]


def test_a_line_without_a_reference_is_no_image(folder: Path, imagebot: Run) -> None:
    """The path of a file is nobody's business, least of all Docker Hub's."""
    outcome = imagebot("explain", "pod.yaml:2", str(folder))

    assert outcome.code == 2
    assert "no reference stands at pod.yaml:2" in outcome.err


def test_a_cache_that_cannot_be_made_is_named(imagebot: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    outcome = imagebot("scan", f"file://{tmp_path}/none.git", "--cache", str(tmp_path / "file"))

    assert outcome.code == 1
    assert f"cannot keep a clone in {tmp_path / 'file'}" in outcome.err
    assert "--cache" in outcome.err
