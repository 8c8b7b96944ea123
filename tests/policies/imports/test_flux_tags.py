"""What Flux would select, imagebot selects: with the policy that an import writes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from imagebot.policies.imports.flux import import_flux
from imagebot.policies.imports.imported import Imported
from imagebot.policies.imports.writer import checked, written
from imagebot.policies.loading import load
from imagebot.policies.selection import select

REPOSITORY = {
    "apiVersion": "image.toolkit.fluxcd.io/v1",
    "kind": "ImageRepository",
    "metadata": {"name": "web"},
    "spec": {"image": "ghcr.io/acme/web"},
}


def imported(spec: dict[str, Any], repository: dict[str, Any] | None = None) -> Imported:
    policy = {
        "apiVersion": "image.toolkit.fluxcd.io/v1",
        "kind": "ImagePolicy",
        "metadata": {"name": "web"},
        "spec": {"imageRepositoryRef": {"name": "web"}, **spec},
    }
    source = REPOSITORY | {"spec": {**REPOSITORY["spec"], **(repository or {})}}  # type: ignore[dict-item] # a table of plain values
    return checked(
        import_flux({"a.json": json.dumps(source).encode(), "b.json": json.dumps(policy).encode()})
    )


def semver(text: str, pattern: str = "", extract: str = "") -> dict[str, Any]:
    return {"policy": {"semver": {"range": text}}, **filtered(pattern, extract)}


def filtered(pattern: str, extract: str = "") -> dict[str, Any]:
    if not pattern:
        return {}
    return {"filterTags": {"pattern": pattern, **({"extract": extract} if extract else {})}}


ROWS = [
    pytest.param(
        semver("5.1.x"),
        "5.1.0",
        ["5.1.4", "5.2.0", "5.1.9-alpine"],
        "5.1.4",
        id="releases of a minor version",
    ),
    pytest.param(
        semver(">=1.0.0"), "1.0.0", ["1.2", "2", "20240101", "1.1.0"], "1.1.0", id="three numbers or none"
    ),
    pytest.param(semver(">=1.0.0"), "v1.0.0", ["1.1.0", "v1.0.5"], "1.1.0", id="the prefix plays no part"),
    pytest.param(semver(">=1.0.0"), "1.0.0", ["1.1.0-rc.1"], "1.0.0", id="no pre-release without -0"),
    pytest.param(
        semver(">=1.0.0-0"), "1.0.0", ["1.1.0-rc.1", "1.1.0-rc.2"], "1.1.0-rc.2", id="pre-releases with -0"
    ),
    pytest.param(
        semver("^1.x-0", ".*-rc.*"),
        "1.0.0-rc.1",
        ["1.1.0-rc.1", "2.0.0-rc.1", "1.2.0"],
        "1.1.0-rc.1",
        id="a filter and -0",
    ),
    pytest.param(
        semver("1.x", "^v(?P<v>.*)-debian$", "$v"),
        "v1.0.0-debian",
        ["v1.1.0-debian", "v1.2.0", "v1.3.0-rc1-debian"],
        "v1.1.0-debian",
        id="a named group",
    ),
    pytest.param(
        semver("1.x", r"(\d+)\.(\d+)\.(\d+)", "$1.$2.$3"),
        "a1.0.0b",
        ["a1.1.0b", "2.0.0", "c1.9.0"],
        "c1.9.0",
        id="numbered groups in a row, found anywhere",
    ),
    pytest.param(
        semver("*", r"^r(\d+)_(\d+)_(\d+)$", "$1.$2.$3"),
        "r1_9_0",
        ["r1_10_0", "r1_9_9"],
        "r1_10_0",
        id="groups put together",
    ),
    pytest.param(
        {"policy": {"numerical": {}}, **filtered(r"^main-\w+-(?P<ts>\d+)", "$ts")},
        "main-abc-9",
        ["main-abc-10", "main-def-11-x", "pr-1-99"],
        "main-def-11-x",
        id="numbers",
    ),
    pytest.param(
        {"policy": {"numerical": {"order": "asc"}}, **filtered(r"^(\d{2})(\d{2})(\d{4})$", "$3$2$1")},
        "31122023",
        ["01012024", "02012024", "99991999"],
        "02012024",
        id="a date turned round",
    ),
    pytest.param(
        {"policy": {"alphabetical": {"order": "asc"}}, **filtered("^RELEASE.(?P<t>.*)Z$", "${t}")},
        "RELEASE.2023-01Z",
        ["RELEASE.2024-01Z", "RELEASE.2025-01Z.fips"],
        "RELEASE.2024-01Z",
        id="texts",
    ),
    pytest.param(
        {"policy": {"alphabetical": {}}},
        "a",
        ["b", "sha256-ff.sig"],
        "b",
        id="signatures are left out by themselves",
    ),
    pytest.param(
        semver("1.x", "^(?P<variant>[0-9.]+)$", "$variant"),
        "1.0.0",
        ["1.1.0"],
        "1.1.0",
        id="a group with a name that means something here",
    ),
    pytest.param(
        semver("1.x", "^(?P<version>[0-9]+)[.][0-9]+[.][0-9]+$"),
        "1.0.0",
        ["1.1.0"],
        "1.1.0",
        id="a group called version that is not extracted",
    ),
    pytest.param(semver("1.x", "a|1(.*)"), "1.0.0", ["1.1.0", "b1.2.0"], "1.1.0", id="alternatives"),
]


@pytest.mark.parametrize(("spec", "current", "tags", "selected"), ROWS)
def test_the_imported_policy_selects_as_flux_does(
    spec: dict[str, Any], current: str, tags: list[str], selected: str
) -> None:
    found = imported(spec)

    (policy,) = load({"policies/a.yaml": written(found).encode()}).policies

    assert select(policy.tags, [current, *tags], current).selected == selected


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        pytest.param({"policy": {"numerical": {"order": "desc"}}}, "only goes forward", id="descending"),
        pytest.param({"policy": {}}, "no order", id="no order"),
        pytest.param(semver("1.x", "x(y)", "$2"), "names no group", id="a group that is not there"),
        pytest.param(semver("1.x", "(y)", "$1$"), "a $", id="a lone dollar"),
        pytest.param(semver("1.x", r"r(\d+)_(\d+)_(\d+)", "$1.$2.$3"), "several groups", id="a range over groups"),
        pytest.param(semver("*", r"(\d+)_(\d+)", "$1.$2"), "three numbers", id="two numbers"),
        pytest.param({"policy": {"alphabetical": {}}, **filtered(r"(\w+)-(\w+)", "$2$1")}, "differ in length", id="parts of any length"),
        pytest.param({"suspend": True, **semver("1.x")}, "suspended", id="suspended"),
    ],
)  # fmt: skip
def test_what_cannot_be_said_is_named_and_not_guessed(spec: dict[str, Any], why: str) -> None:
    found = imported(spec)

    assert found.policies == ()
    assert [left.id for left in found.leftovers] == ["import-policy"]
    assert why in found.leftovers[0].why


def test_the_pinning_of_digests_is_kept() -> None:
    pins = {
        policy: (draft.pin, draft.refresh)
        for policy in ("Never", "IfNotPresent", "Always")
        for draft in imported({"digestReflectionPolicy": policy, **semver("1.x")}).policies
    }

    assert pins == {
        "Never": ("keep", False),
        "IfNotPresent": ("tag+digest", False),
        "Always": ("tag+digest", True),
    }


def test_credentials_are_named_with_the_place_that_imagebot_has_them_in() -> None:
    found = imported(semver("1.x"), {"secretRef": {"name": "regcred"}})

    assert any(
        left.id == "import-secret-ref" and "--docker-config" in left.instead for left in found.leftovers
    )
