"""No file breaks an import: what cannot be read is a leftover."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.policies.imports.argocd import import_argocd
from imagebot.policies.imports.flux import import_flux
from imagebot.policies.imports.imported import Importer
from imagebot.policies.imports.renovate import import_renovate
from imagebot.policies.imports.writer import checked, written
from imagebot.policies.loading import load
from tests.engine.test_golden import files
from tests.policies.imports.test_golden import CASES

SOURCES: dict[str, list[tuple[str, bytes]]] = {
    tool: [item for case in CASES if case.name.startswith(tool) for item in files(case / "source").items()]
    for tool in ("flux", "argocd", "renovate")
}


@pytest.mark.parametrize(
    ("tool", "importer"), [("flux", import_flux), ("argocd", import_argocd), ("renovate", import_renovate)]
)
@given(data=st.data())
def test_a_file_that_was_cut_or_changed_gives_policies_that_load(
    tool: str, importer: Importer, data: st.DataObject
) -> None:
    path, content = data.draw(st.sampled_from(SOURCES[tool]))
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 40)))
    changed = content[:start] + data.draw(st.binary(max_size=6)) + content[end:]

    text = written(checked(importer({**dict(SOURCES[tool]), path: changed})))

    load({"policies/a.yaml": text.encode()})


def test_text_from_outside_cannot_leave_its_comment() -> None:
    name = "a\\n  - name: evil\\n    images: [nginx]\\u2028x"
    policy = f'{{"apiVersion": "image.toolkit.fluxcd.io/v1", "kind": "ImagePolicy", "metadata": {{"name": "{name}"}}}}'

    found = checked(import_flux({"a.json": policy.encode()}))

    assert load({"policies/a.yaml": written(found).encode()}).policies == ()
    assert found.leftovers != ()
