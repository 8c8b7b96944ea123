"""What an import of Renovate's rules makes of them is never wider than the rules."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.policies.globs import path_matcher
from imagebot.policies.governing import govern
from imagebot.policies.imports.imported import Imported
from imagebot.policies.imports.writer import written
from imagebot.policies.loading import load
from imagebot.policies.policy import Policy
from tests.builders import reference
from tests.policies.imports.test_renovate_rules import imported

FILES = [
    "envs/production/**",
    "**/*.yaml",
    "envs/**/*.yaml",
    "envs/*/web.yaml",
    "*/production/**",
    "**/web.yaml",
]
PATHS = ["envs/production/web.yaml", "envs/staging/web.yaml", "envs/production/a/b.yml", "apps/production/web.yaml", "web.yaml"]  # fmt: skip
NAMES = ["*", "ghcr.io/a/**", "ghcr.io/*/x", "**/x", "ghcr.io/**/x-*", "ghcr.io/a/x"]
IMAGES = {
    "ghcr.io/a/x": {0, 1, 2, 3, 5},
    "ghcr.io/b/x": {0, 2, 3},
    "ghcr.io/a/x-y": {0, 1, 4},
    "docker.io/a/x": {0, 3},
}


def governing(found: Imported, image: str, path: str) -> Policy | None:
    return govern(
        reference(image=image, path=path), load({"policies/a.yaml": written(found).encode()})
    ).policy


def tags(found: Imported, name: str) -> dict[str, Any]:
    return next(dict(draft.tags) for draft in found.policies if draft.name == name)


@given(
    st.lists(
        st.tuples(st.integers(0, len(NAMES) - 1), st.sampled_from(["", *FILES]), st.booleans()), max_size=4
    ),
    st.sampled_from(sorted(IMAGES)),
    st.sampled_from(PATHS),
)
def test_what_the_last_rule_switches_off_stays_off(
    rules: list[tuple[int, str, bool]], image: str, path: str
) -> None:
    found = imported(
        {
            "packageRules": [
                {
                    "matchPackageNames": [NAMES[name]],
                    **({"matchFileNames": [files]} if files else {}),
                    "enabled": on,
                }
                for name, files, on in rules
            ]
        }
    )
    enabled = True
    for name, files, on in rules:
        if name in IMAGES[image] and (not files or path_matcher(files).fullmatch(path)):
            enabled = on

    policy = governing(found, image, path)

    assert policy is not None
    off = tags(found, policy.name) == {"ignore": ["*"]}
    assert off == (not enabled) or (off and any(left.policy == policy.name for left in found.leftovers))


def test_a_limit_on_files_counts_for_images_with_settings_of_their_own() -> None:
    found = imported(
        {
            "enabledManagers": ["kubernetes"],
            "kubernetes": {"fileMatch": [r"^envs/.+\.yaml$"]},
            "packageRules": [
                {
                    "matchFileNames": ["envs/production/**"],
                    "matchUpdateTypes": ["minor", "major"],
                    "enabled": False,
                },
                {"matchPackageNames": ["nginx"], "minimumReleaseAge": "14 days"},
            ],
        }
    )

    policy = governing(found, "docker.io/library/nginx", "envs/production/web.yaml")

    assert policy is not None
    assert tags(found, policy.name) == {"order": "semver", "max-step": "patch"}
    assert not found.leftovers


@pytest.mark.parametrize(
    ("rule", "image", "off"),
    [
        pytest.param({"packageNames": ["nginx"]}, "nginx", True, id="an old name of a selector"),
        pytest.param({"packageNames": ["nginx"]}, "redis", False, id="an old name selects nothing else"),
        pytest.param({"packagePatterns": ["^ngi"]}, "redis", False, id="old patterns"),
        pytest.param({"paths": ["apps/**"]}, "redis", False, id="old paths"),
        pytest.param({"managers": ["npm"]}, "redis", False, id="old managers"),
        pytest.param({"depNames": ["nginx"]}, "redis", False, id="no name of a selector"),
        pytest.param({"matchPackageNmaes": ["nginx"]}, "nginx", True, id="a selector that is not known"),
        pytest.param({"matchPackagePatterns": ["*"]}, "redis", True, id="a star among the patterns"),
        pytest.param({"matchPackageNames": ["*"]}, "redis", True, id="a star among the names"),
        pytest.param({"matchPackageNames": ["!nginx"]}, "nginx", False, id="an image that is left out"),
        pytest.param({"matchPackageNames": ["!nginx"]}, "redis", True, id="all others"),
        pytest.param({"matchPackageNames": ["*", "!/^docker.io/library/n/"]}, "nginx", False, id="an expression that is left out"),
        pytest.param({"excludePackageNames": ["nginx"]}, "nginx", False, id="an old way to leave out"),
        pytest.param({"matchPackageNames": ["nginx"], "matchCurrentVersion": "<1"}, "nginx", True, id="a rule that may match"),
        pytest.param({"matchPackageNames": ["nginx"], "matchCurrentVersion": "<1"}, "redis", False, id="and no further"),
        pytest.param({"matchPackageNames": ["/^ghcr.io/b/(?!x)/"]}, "ghcr.io/b/y", True, id="an expression that no glob says"),
        pytest.param({"matchPackageNames": ["/^ghcr.io/b/(?!x)/"]}, "ghcr.io/c/y", False, id="as far as it can reach"),
        pytest.param({"matchDepTypes": ["devDependencies"]}, "redis", False, id="dependencies that are no images"),
    ],
)  # fmt: skip
def test_a_rule_that_switches_off_does_so_for_what_it_selects(
    rule: dict[str, Any], image: str, *, off: bool
) -> None:
    found = imported({"packageRules": [{**rule, "enabled": False}]})

    policy = governing(found, image if "/" in image else f"docker.io/library/{image}", "a.yaml")

    assert policy is not None
    assert (tags(found, policy.name) == {"ignore": ["*"]}) == off


def test_a_rule_that_may_match_less_is_named_beside_the_policy_that_it_made_stricter() -> None:
    found = imported(
        {"packageRules": [{"matchPackageNames": ["nginx"], "matchCurrentVersion": "<1", "enabled": False}]}
    )

    (left,) = found.leftovers
    assert left.policy == found.policies[0].name
    assert "packageRules[0]" in left.what
    assert "# ! packageRules[0]" in written(found)


def test_a_manager_whose_files_no_glob_names_is_switched_off_wherever_they_may_be() -> None:
    found = imported({"kubernetes": {"fileMatch": ["^apps/"], "enabled": False}})

    assert [dict(draft.tags) for draft in found.policies] == [{"ignore": ["*"]}]
    assert [left.policy for left in found.leftovers] == [found.policies[0].name]


def test_a_rule_for_a_manager_that_reads_no_files_changes_nothing() -> None:
    found = imported({"packageRules": [{"matchManagers": ["kubernetes"], "enabled": False}]})

    assert "ignore" not in found.policies[0].tags
    assert "reads no files" in found.leftovers[0].why
