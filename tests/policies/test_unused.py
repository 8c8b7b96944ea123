from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from imagebot.descriptors.reference import Reference
from imagebot.policies.faults import Fault
from imagebot.policies.loading import load
from imagebot.policies.unused import unused
from tests.builders import reference

SETTINGS = """\
environments:
  staging: {paths: ["envs/staging/**"]}
  production: {paths: ["envs/production/**"]}
"""
STAGING, PRODUCTION = "envs/staging/web.yaml", "envs/production/web.yaml"
HERE = (reference(path=STAGING, line=4), reference(path=PRODUCTION, line=8))


def warnings(
    policies: Sequence[str],
    references: Sequence[Reference] = HERE,
    *,
    settings: str = SETTINGS,
    paths: Sequence[str] = (STAGING, PRODUCTION),
) -> list[Fault]:
    text = "policies:\n" + "".join(f"  - {{{policy}}}\n" for policy in policies)
    files = {"imagebot.yaml": settings.encode(), "policies/a.yaml": text.encode()}
    return unused(load(files), references, paths)


def test_policies_and_environments_that_are_used_are_no_matter() -> None:
    everywhere = [
        "name: web, images: [ghcr.io/acme/web], environments: [staging]",
        "name: rest, images: ['*']",
    ]

    assert warnings(everywhere) == []


@pytest.mark.parametrize(
    ("policy", "message", "hint"),
    [
        pytest.param(
            "name: web, images: [ghcr.io/acme/wbe]",
            "policy web matches nothing: no reference has the image ghcr.io/acme/wbe",
            "did you mean ghcr.io/acme/web, as in envs/staging/web.yaml:4?",
            id="misspelt",
        ),
        pytest.param(
            "name: web, images: ['ghcr.io/acne/*']",
            "policy web matches nothing: no reference has the image ghcr.io/acne/*",
            "did you mean ghcr.io/acme/web, as in envs/staging/web.yaml:4?",
            id="misspelt-folder",
        ),
        pytest.param(
            "name: web, images: [quay.io/acme/web]",
            "policy web matches nothing: no reference has the image quay.io/acme/web",
            "did you mean ghcr.io/acme/web, as in envs/staging/web.yaml:4?",
            id="other-registry",
        ),
        pytest.param(
            "name: db, images: [postgres, mysql, mariadb, mongo]",
            "policy db matches nothing: no reference has the image docker.io/library/postgres, "
            "docker.io/library/mysql, docker.io/library/mariadb and 1 more",
            "`imagebot scan` lists the images that are here: mend `images`, or take the policy out",
            id="nothing-like-it",
        ),
        pytest.param(
            "name: web, images: [ghcr.io/acme/web], environments: [edge]",
            "policy web matches nothing: its images stand outside of its environments (edge): "
            "envs/staging/web.yaml:4, envs/production/web.yaml:8",
            "add production, staging to `environments`, or take the policy out",
            id="other-environments",
        ),
        pytest.param(
            "name: web, images: [ghcr.io/acme/web], environments: [staging], paths: ['apps/**']",
            "policy web matches nothing: its images stand outside of its paths (apps/**): envs/staging/web.yaml:4",
            "mend `paths`, or take the policy out",
            id="other-paths",
        ),
        pytest.param(
            "name: web, images: [ghcr.io/acme/web], paths: [envs/staging]",
            "policy web matches nothing: its images stand outside of its paths (envs/staging): "
            "envs/staging/web.yaml:4, envs/production/web.yaml:8",
            "write `envs/staging/**` for all below that folder, or take the policy out",
            id="folder-alone",
        ),
    ],
)
def test_a_policy_that_matches_nothing_says_what_is_missing(policy: str, message: str, hint: str) -> None:
    settings = SETTINGS + "  edge: {paths: [envs/edge/**]}\n"
    paths = (STAGING, PRODUCTION, "envs/edge/a.yaml")

    (warning,) = warnings([policy], settings=settings, paths=paths)

    assert (warning.id, warning.message, warning.hint) == ("policy-matches-nothing", message, hint)
    assert warning.severity == "warning"


def test_only_some_of_many_places_are_named() -> None:
    many = [reference(path=PRODUCTION, line=line) for line in range(1, 6)]

    (warning,) = warnings(["name: web, images: ['*'], environments: [staging]"], many)

    assert (
        "envs/production/web.yaml:1, envs/production/web.yaml:2, envs/production/web.yaml:3 and 2 more"
        in warning.message
    )


def test_files_in_no_environment_cannot_be_added_to_one() -> None:
    outside = [reference(path="web.yaml")]

    (warning,) = warnings(["name: web, images: ['*'], environments: [staging]"], outside)

    assert warning.hint == "mend `environments`, or take the policy out"


@pytest.mark.parametrize(
    ("policies", "why"),
    [
        pytest.param(
            ["name: all, images: ['ghcr.io/*']", "name: web, images: [ghcr.io/acme/web]"],
            "all it matches (envs/staging/web.yaml:4, envs/production/web.yaml:8) is governed by "
            "policy all (policies/a.yaml:2) before",
            id="by-references",
        ),
        pytest.param(
            [
                "name: s, images: ['*'], environments: [staging]",
                "name: p, images: ['*'], environments: [production]",
                "name: web, images: [ghcr.io/acme/web]",
            ],
            "is governed by policy s (policies/a.yaml:2), policy p (policies/a.yaml:3) before",
            id="by-several",
        ),
        pytest.param(
            [
                "name: web, images: ['*']",
                "name: a, images: [x.io/y/*, z.io/a]",
                "name: b, images: [x.io/y/z]",
            ],
            "policy web (policies/a.yaml:2) comes first, and names the same images in the same places",
            id="by-what-they-say",
        ),
    ],
)
def test_a_policy_that_leaves_nothing_to_another_shadows_it(policies: list[str], why: str) -> None:
    found = warnings(policies)

    assert {warning.id for warning in found} == {"policy-shadowed"}
    assert why in found[-1].message
    assert found[-1].hint.startswith("put it before ")


def test_a_shadow_is_seen_without_any_image() -> None:
    (warning,) = warnings(
        ["name: a, images: [nginx]", "name: b, images: [nginx], paths: ['x/**']"], references=()
    )

    assert warning.message == (
        "policy b governs nothing: policy a (policies/a.yaml:2) comes first, and names the same images in the same places"
    )


@pytest.mark.parametrize("bound", ["web", "flux-system:web"])
def test_a_policy_that_a_comment_names_is_used(bound: str) -> None:
    references = (*HERE, replace(reference(image="quay.io/other/thing"), bound=bound))

    assert warnings(["name: all, images: ['*']", "name: web, images: [ghcr.io/acme/web]"], references) == []


def test_a_policy_whose_references_are_all_bound_to_others_governs_nothing() -> None:
    references = [replace(reference(line=3), bound="b")]

    (warning,) = warnings(["name: a, images: [ghcr.io/acme/web]", "name: b, images: [nginx]"], references)

    assert warning.message == (
        "policy a governs nothing: comments bind all it matches (envs/staging/web.yaml:3) to others"
    )


def test_without_references_nothing_could_be_matched() -> None:
    assert warnings(["name: web, images: [nginx]"], references=(), paths=()) == []


@pytest.mark.parametrize(
    ("glob", "hint"),
    [
        pytest.param("envs/edeg/**", "did you mean envs/edge/**?", id="misspelt"),
        pytest.param("envs/edge", "did you mean envs/edge/**?", id="folder-alone"),
        pytest.param("clusters/**", "mend `paths`, or take the environment out", id="nothing-like-it"),
    ],
)
def test_an_environment_without_files_is_told_where_it_is_named(glob: str, hint: str) -> None:
    settings = f'{SETTINGS}  edge: {{paths: ["{glob}"]}}\n'
    paths = (STAGING, PRODUCTION, "envs/edge/a.yaml")

    (warning,) = warnings(["name: web, images: ['*']"], settings=settings, paths=paths)

    assert (warning.id, warning.place) == ("environment-matches-nothing", "imagebot.yaml:4:3")
    assert (warning.excerpt[2:6], warning.width) == ("edge", 4)
    assert warning.message == f"environment edge holds nothing: no file is in {glob}"
    assert warning.hint == hint


def test_a_warning_points_at_the_name_of_the_policy() -> None:
    (warning,) = warnings(["images: [nginx], name: web"])

    assert (warning.place, warning.width) == ("policies/a.yaml:2:29", 3)
    assert warning.excerpt[28:31] == "web"


def test_hostile_paths_stay_on_their_line() -> None:
    hostile = reference(path="envs/\n::error::x\x1b[31m/a.yaml", image="ghcr.io/acme/web")

    (warning,) = warnings(["name: web, images: ['*'], environments: [staging]"], [hostile])

    assert "\n" not in warning.message
    assert "\x1b" not in warning.message


@pytest.mark.parametrize(
    ("bound", "ignored", "hint"),
    [
        pytest.param("wbe", False, "did you mean web?", id="misspelt"),
        pytest.param("flux-system:wbe", False, "did you mean web?", id="marker"),
        pytest.param("nothing", False, "policies: web", id="nothing-like-it"),
        pytest.param("flux-system:web", False, None, id="defined"),
        pytest.param("wbe", True, None, id="ignored"),
    ],
)
def test_a_line_bound_to_no_policy_is_told(bound: str, ignored: bool, hint: str | None) -> None:
    line = replace(reference(path="a.yaml", line=7), bound=bound, ignored=ignored)

    found = [w for w in warnings(["name: web, images: ['*']"], (*HERE, line)) if w.id == "policy-not-defined"]

    assert [(warning.place, warning.hint) for warning in found] == (
        [(f"a.yaml:7:{line.column}", hint)] if hint else []
    )


def test_a_policy_whose_paths_match_nothing_is_not_told_to_come_first() -> None:
    (warning,) = warnings(
        ["name: all, images: ['*']", "name: web, images: [ghcr.io/acme/web], paths: ['apps/**']"]
    )

    assert (warning.id, warning.hint) == ("policy-matches-nothing", "mend `paths`, or take the policy out")
