"""Rules of which later ones are stronger, as policies of which the first one counts."""

from __future__ import annotations

import json
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.policies.governing import govern
from imagebot.policies.imports.imported import Imported
from imagebot.policies.imports.json5 import read_json5
from imagebot.policies.imports.renovate import import_renovate
from imagebot.policies.imports.renovate_tags import min_age
from imagebot.policies.imports.writer import checked, written
from imagebot.policies.loading import load
from tests.builders import reference

NAMES = ["**", "ghcr.io/a/**", "ghcr.io/a/x", "ghcr.io/a/y", "ghcr.io/b/x", "ghcr.io/b/**"]
PATHS = [[], ["p/**"], ["q/**"], ["p/deep/**"]]
RULES = st.lists(
    st.tuples(st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True), st.sampled_from(PATHS)),
    max_size=5,
)


def imported(configuration: dict[str, Any]) -> Imported:
    return checked(import_renovate({"renovate.json": json.dumps(configuration).encode()}))


@given(
    RULES,
    st.sampled_from(["ghcr.io/a/x", "ghcr.io/a/y", "ghcr.io/a/z", "ghcr.io/b/x", "ghcr.io/c/x"]),
    st.sampled_from(["p/a.yaml", "p/deep/a.yaml", "q/a.yaml", "a.yaml"]),
)
def test_the_first_policy_says_what_the_last_rule_says(
    rules: list[tuple[list[str], list[str]]], image: str, path: str
) -> None:
    found = imported(
        {
            "packageRules": [
                {"matchPackageNames": names, "matchFileNames": files, "minimumReleaseAge": f"{number} days"}
                for number, (names, files) in enumerate(rules, 1)
            ]
        }
    )
    matching = [
        number
        for number, (names, files) in enumerate(rules, 1)
        if any(fnmatchcase(image, name) for name in names)
        and (not files or any(fnmatchcase(path, file) for file in files))
    ]

    governed = govern(reference(image=image, path=path), load({"policies/a.yaml": written(found).encode()}))

    assert not any(left.id == "import-overlap" for left in found.leftovers)
    assert governed.policy is not None
    assert governed.policy.gates.min_age == (timedelta(days=matching[-1]) if matching else None)


@pytest.mark.parametrize(
    ("rule", "tags"),
    [
        pytest.param({}, {"order": "semver", "newest-of-each": "major"}, id="nothing said"),
        pytest.param({"matchUpdateTypes": ["major"], "enabled": False}, {"order": "semver", "max-step": "minor"}, id="no major"),
        pytest.param({"major": {"enabled": False}, "minor": {"enabled": False}}, {"order": "semver", "max-step": "patch"}, id="patches only"),
        pytest.param({"enabled": False}, {"ignore": ["*"]}, id="switched off"),
        pytest.param({"versioning": "pep440", "separateMajorMinor": False}, {"order": "pep440"}, id="pep440"),
        pytest.param({"allowedVersions": "< 2"}, {"order": "semver", "range": "< 2", "newest-of-each": "major"}, id="a range"),
        pytest.param({"allowedVersions": "/^1\\./"}, {"order": "semver", "match": "^1\\..*", "newest-of-each": "major"}, id="an expression"),
        pytest.param({"allowedVersions": "/x/i"}, {"order": "semver", "match": ".*?(?i)x.*", "newest-of-each": "major"}, id="an expression without case"),
        pytest.param({"allowedVersions": "!/^2024/"}, {"order": "semver", "ignore": ["2024*"], "newest-of-each": "major"}, id="not an expression"),
        pytest.param({"versioning": "docker", "allowedVersions": "{{x}}"}, {"ignore": ["*"]}, id="a template"),
    ],
)  # fmt: skip
def test_tags(rule: dict[str, Any], tags: dict[str, Any]) -> None:
    found = imported({"enabled": True, "packageRules": [{"matchPackageNames": ["ghcr.io/acme/web"], **rule}]})

    assert dict(found.policies[0].tags) == tags


@pytest.mark.parametrize(
    ("text", "age"),
    [("3 days", "3d"), ("14d", "14d"), ("36 hours", "36h"), ("1 week", "7d"), ("90m", "90m"), ("1 month", "30d"), ("", "")],
)  # fmt: skip
def test_ages(text: str, age: str) -> None:
    assert min_age(text) == age


def test_nothing_is_proposed_where_a_rule_cannot_be_carried_over() -> None:
    found = imported(
        {"packageRules": [{"matchPackageNames": ["ghcr.io/acme/web"], "versioning": "aws-machine-image"}]}
    )

    assert dict(found.policies[0].tags) == {"ignore": ["*"]}
    assert any(left.policy == found.policies[0].name for left in found.leftovers)


def test_nothing_is_imported_where_renovate_looks_at_no_images() -> None:
    assert imported({"enabledManagers": ["npm"]}).policies == ()
    assert imported({"extends": ["docker:disable"]}).policies == ()


def test_json5_is_read_with_its_lines() -> None:
    text = """// first
{ /* a
comment */ key:1, 'o"ther': 'it\\'s', "url": "https://x//y", list: [1, 2,], nested: {a: null,}, }"""

    source, root = read_json5("a.json5", text.encode())

    assert (root.text("key"), root.text('o"ther'), root.text("url")) == ("1", "it's", "https://x//y")
    assert [source.position(value.start)[0] for value in root.values if hasattr(value, "value")] == [3, 3, 3]
