from __future__ import annotations

from pathlib import Path

import pytest

from imagebot.descriptors.find import NOTHING, find
from imagebot.repository.remembered import Files, Remembered

FOUND: Files = {
    ("1", "compose.yaml"): find(
        "compose.yaml", b"services: {a: {image: 'b:${T:-1}'}, c: {image: 'd:1@sha256:%s'}}" % (b"0" * 64)
    ),
    ("2", "kustomization.yaml"): find("kustomization.yaml", b"resources: [../base]\n"),
    ("3", "broken.yaml"): find("broken.yaml", b"image: ["),
    ("4", "README"): NOTHING,
}


def test_what_was_found_is_found_again(tmp_path: Path) -> None:
    Remembered(tmp_path, "here", "").save(FOUND)

    assert Remembered(tmp_path, "here", "").load() == FOUND
    assert FOUND["1", "compose.yaml"].pending
    assert FOUND["2", "kustomization.yaml"].variables


@pytest.mark.parametrize(
    ("path", "content"),
    [
        (".env", b"TAG=1.0\nPASSWORD=hunter2\n"),
        ("prod.env", b"PASSWORD=hunter2\n"),
        (
            "flux.yaml",
            (
                b"apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
                b"spec: {postBuild: {substitute: {password: hunter2}}}\n"
            ),
        ),
    ],
)
def test_no_setting_of_an_application_is_copied_into_the_cache(
    tmp_path: Path, path: str, content: bytes
) -> None:
    found = find(path, content)
    Remembered(tmp_path, "here", "").save(FOUND | {("5", path): found})

    assert found.variables
    assert b"hunter2" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert ("5", path) not in Remembered(tmp_path, "here", "").load()


@pytest.mark.parametrize(("location", "rules"), [("there", ""), ("here", "others")], ids=["place", "rules"])
def test_what_was_found_elsewhere_or_by_other_rules_does_not_count(
    tmp_path: Path, location: str, rules: str
) -> None:
    Remembered(tmp_path, "here", "").save(FOUND)

    assert Remembered(tmp_path, location, rules).load() == {}


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b'{"made_by": 1}', b"\xff", b'{"made_by": "", "files": {"a b": {"references": 1}}}'],
)
def test_a_broken_cache_is_none(tmp_path: Path, content: bytes) -> None:
    remembered = Remembered(tmp_path, "here", "")
    remembered.save(FOUND)
    (path,) = tmp_path.iterdir()
    path.write_bytes(content)

    assert remembered.load() == {}


def test_a_cache_that_cannot_be_written_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    Remembered(tmp_path / "file" / "below", "here", "").save(FOUND)

    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_an_unchanged_cache_is_not_written_again(tmp_path: Path) -> None:
    Remembered(tmp_path, "here", "").save(FOUND)
    (path,) = tmp_path.iterdir()
    remembered = Remembered(tmp_path, "here", "")
    known = remembered.load()
    path.unlink()

    remembered.save(known)

    assert list(tmp_path.iterdir()) == []
