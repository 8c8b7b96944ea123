"""Defaults, and what files and policies extend."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.policies.agreement import meaningful
from imagebot.policies.faults import NOWHERE, InvalidConfiguration
from imagebot.policies.loading import load
from imagebot.policies.policy import Policy

BASE = "defaults:\n  min-age: 72h\n  tags: {max-step: minor, ignore: [a]}\n"


def loaded(others: dict[str, str] | None = None, **files: str) -> dict[str, Policy]:
    """Policies by name; files are named without their folder and ending."""
    given = {f"policies/{name}.yaml": text.encode() for name, text in files.items()}
    found = load(given, others={path: text.encode() for path, text in (others or {}).items()})
    return {policy.name: policy for policy in found.policies}


def faults(others: dict[str, str] | None = None, **files: str) -> list[str]:
    """``path:line:column id: message; hint``."""
    with pytest.raises(InvalidConfiguration) as refused:
        loaded(others, **files)
    return [f"{f.path}:{f.line}:{f.column} {f.id}: {f.message}; {f.hint}" for f in refused.value.faults]


def policy(*lines: str, name: str = "web", head: str = "") -> str:
    return f"{head}policies:\n  - name: {name}\n    images: [x]\n" + "".join(
        f"    {line}\n" for line in lines
    )


def test_defaults_lie_beneath_every_policy_of_their_file() -> None:
    text = BASE + policy("tags: {max-step: patch}") + "  - {name: api, images: [y], min-age: 1h}\n"
    found = loaded(a=text, b=policy(name="other"))

    assert (found["web"].tags.max_step, found["web"].tags.ignore) == ("patch", ("a",))
    assert (found["api"].tags.max_step, str(found["api"].gates.min_age)) == ("minor", "1:00:00")
    assert found["other"].tags.max_step == "major"


def test_a_value_of_null_takes_a_default_away() -> None:
    found = loaded(a=BASE + policy("min-age: null"))

    assert found["web"].gates.min_age is None


@pytest.mark.parametrize("key", ["environments", "paths", "platforms", "pin", "refresh", "verify", "min-age"])
def test_null_stands_for_the_default_of_any_key(key: str) -> None:
    head = """defaults:
  environments: [prod]
  paths: [a/**]
  platforms: [linux/amd64]
  pin: tag+digest
  refresh: true
  min-age: 1h
  verify: {cosign: {keyless: [{identity: a, issuer: b}]}}
"""
    text = policy(f"{key}: null", head=head).encode()
    (found,) = load({"a.yaml": text}, any_environment=True).policies
    (bare,) = load({"a.yaml": policy().encode()}).policies

    def of(policy: Policy) -> object:
        name = {"verify": "verification"}.get(key, key.replace("-", "_"))
        return getattr(policy if hasattr(policy, name) else policy.gates, name)

    assert of(found) == of(bare)


def test_a_followed_tag_leaves_a_refresh_from_below_alone() -> None:
    found = loaded(a="defaults: {refresh: true}\n" + policy("tags: {order: digest}"))["web"]

    assert (found.tags.order, found.refresh) == ("digest", False)


def test_null_takes_a_key_of_the_tags_away() -> None:
    found = loaded(a=BASE + policy("tags: {max-step: null, ignore: null}"))["web"].tags

    assert (found.max_step, found.ignore) == ("major", ())


def test_layers_lie_on_one_another_from_the_files_to_the_policy() -> None:
    """Each key is set by the layer that is named in its value, and by all below it."""
    keys = ["one", "two", "defaults", "three", "four", "policy"]

    def tags(last: int) -> str:
        return f"tags: {{ignore: [{keys[last]}], match: '{keys[last]}'}}"

    others = {f"shared/{keys[place]}.yaml": f"defaults: {{{tags(place)}}}" for place in (0, 1, 3, 4)}
    head = f"extends: [shared/one.yaml, shared/two.yaml]\ndefaults: {{{tags(2)}}}\n"
    extends = "extends: [shared/three.yaml, shared/four.yaml]"

    def ignored(text: str) -> tuple[str, ...]:
        return loaded(others, a=text)["web"].tags.ignore

    assert ignored(policy(extends, tags(5), head=head)) == ("policy",)
    assert ignored(policy(extends, head=head)) == ("four",)
    assert ignored(policy("extends: shared/three.yaml", head=head)) == ("three",)
    assert ignored(policy(head=head)) == ("defaults",)
    assert ignored(policy(head="extends: [shared/one.yaml, shared/two.yaml]\n")) == ("two",)
    assert ignored(policy(head="extends: shared/one.yaml\n")) == ("one",)


def test_a_file_brings_what_it_extends() -> None:
    others = {
        "a.yaml": "extends: b.yaml\ndefaults: {pin: tag+digest}",
        "b.yaml": "defaults: {pin: keep, refresh: true}",
    }

    found = loaded(others, a=policy("extends: a.yaml"))["web"]

    assert (found.pin, found.refresh) == ("tag+digest", True)


def test_only_the_defaults_of_a_file_are_taken() -> None:
    others = {"shared/a.yaml": BASE + policy(name="theirs")}

    assert list(loaded(others, a=policy("extends: shared/a.yaml"))) == ["web"]


def test_a_policy_file_can_be_extended_and_hold_defaults_alone() -> None:
    found = loaded(a=BASE, b=policy("extends: policies/a.yaml"))

    assert found["web"].tags.max_step == "minor"


def test_a_preset_is_extended_by_its_name() -> None:
    assert loaded(a=policy("extends: imagebot:stable"))["web"].tags.max_step == "minor"


@pytest.mark.parametrize("name", ["base.yaml", "policies/base.yaml", "given/base.yaml"])
def test_policy_files_from_elsewhere_extend_one_another(name: str) -> None:
    files = {"given/base.yaml": BASE.encode(), "given/web.yaml": policy(f"extends: {name}").encode()}
    (web,) = load(
        files, folder="given", others={"policies/base.yaml": b"defaults: {tags: {max-step: patch}}"}
    ).policies

    assert web.tags.max_step == "minor"


@pytest.mark.parametrize(
    ("below", "above", "kept"),
    [
        pytest.param("{max-step: minor, ignore: [a]}", "{order: numerical}", {"ignore"}, id="no-version-rules"),
        pytest.param("{order: semver, max-step: minor}", "{order: calver}", {"max-step"}, id="versions-again"),
        pytest.param("{order: created, dated-by: push, ignore: [a]}", "{order: semver}", {"ignore"}, id="no-dates"),
        pytest.param("{max-step: minor, ignore: [a]}", "{order: digest}", set(), id="followed"),
    ],
)  # fmt: skip
def test_another_order_drops_keys_from_below_that_mean_nothing_to_it(
    below: str, above: str, kept: set[str]
) -> None:
    found = loaded(a=f"defaults: {{tags: {below}}}\n" + policy(f"tags: {above}"))["web"].tags
    given = {
        "max-step": found.max_step != "major",
        "ignore": bool(found.ignore),
        "dated-by": found.dated_by is not None,
    }

    assert {key for key, there in given.items() if there} == kept


@pytest.mark.parametrize(
    ("files", "others", "expected"),
    [
        pytest.param(
            {"a": policy("extends: shared/bsae.yaml")},
            {"shared/base.yaml": BASE},
            ["policies/a.yaml:4:14 policy-extends: there is no file 'shared/bsae.yaml'; did you mean shared/base.yaml?"],
            id="no-file",
        ),
        pytest.param(
            {"a": policy("extends: [imagebot:stabel]")},
            {},
            ["policies/a.yaml:4:15 policy-extends: there is no preset 'imagebot:stabel'; did you mean imagebot:stable?"],
            id="no-preset",
        ),
        pytest.param(
            {"a": policy("extends: stable")},
            {},
            ["policies/a.yaml:4:14 policy-extends: there is no file 'stable'; did you mean imagebot:stable?"],
            id="preset-without-its-prefix",
        ),
        pytest.param(
            {"a": policy("extends: ../base.yaml")},
            {},
            ["policies/a.yaml:4:14 policy-extends: '../base.yaml': paths stay inside the repository: no ..; name a file of the repository"],
            id="outside",
        ),
        pytest.param(
            {"a": policy("extends: /etc/base.yaml")},
            {},
            ["policies/a.yaml:4:14 policy-extends: '/etc/base.yaml': paths are relative to the root of the repository: no leading /; name a file of the repository"],
            id="absolute",
        ),
        pytest.param(
            {"a": policy("extends: policies/b.yaml"), "b": policy(name="other")},
            {},
            ["policies/a.yaml:4:14 policy-extends: policies/b.yaml has no `defaults`; write them there, or name another file"],
            id="no-defaults",
        ),
        pytest.param(
            {"a": policy(head="extends: x.yaml\n")},
            {"x.yaml": "extends: y.yaml", "y.yaml": "extends: [x.yaml]"},
            ["y.yaml:1:11 policy-extends: files extend one another: x.yaml -> y.yaml -> x.yaml; take one `extends` out"],
            id="cycle",
        ),
        pytest.param(
            {"a": policy(head="extends: policies/a.yaml\n")},
            {},
            ["policies/a.yaml:1:10 policy-extends: files extend one another: policies/a.yaml -> policies/a.yaml; take one `extends` out"],
            id="itself",
        ),
        pytest.param(
            {"a": policy(head="extends: x.yaml\n"), "b": policy("extends: x.yaml", name="other")},
            {"x.yaml": "defaults: {min-age: soon, tags: {rnage: x}}"},
            [
                "x.yaml:1:21 policy-min-age: 'soon' is no length of time between 1m and 10 years; write a number and a unit, such as 90m, 72h, 3d or 2w",
                "x.yaml:1:34 policy-unknown-key: unknown key `rnage`; did you mean `range`?",
            ],
            id="faults-of-defaults-once",
        ),
        pytest.param(
            {"a": policy(head="defaults:\n  tags: {range: '<'}\n")},
            {},
            ["policies/a.yaml:2:17 policy-range: range '<': '<' is not followed by a version; "],
            id="range-that-no-order-reads",
        ),
        pytest.param(
            {"a": "defaults: {name: x, images: [y]}\n"},
            {},
            [
                "policies/a.yaml:1:12 policy-default: `name` is no default: each policy has its own; take it out",
                "policies/a.yaml:1:21 policy-default: `images` is no default: each policy has its own; take it out",
            ],
            id="what-is-no-default",
        ),
        pytest.param(
            {"a": policy("tags: {by: b}", head="defaults:\n  tags: {match: '(?P<a>.)'}\n")},
            {},
            ["policies/a.yaml:6:16 policy-group: `by` names the group 'b', which `match` does not have (with defaults from policies/a.yaml:1); groups of `match`: a"],
            id="only-together-in-the-policy",
        ),
        pytest.param(
            {"a": policy("tags: {order: semver}", head="extends: x.yaml\n")},
            {"x.yaml": "\ndefaults: {tags: {dated-by: push}}"},
            ["policies/a.yaml:3:5 policy-order: `dated-by` has no meaning with `order: semver` (with defaults from x.yaml:2); keys for semver: by, ignore, match, max-step, newest-of-each, precision, prereleases, range, variant"],
            id="only-together-in-the-defaults",
        ),
        pytest.param(
            {"a": policy("pin: tag", "mim-age: 1h", head="defaults: {verify: {cosign: {keyless: [{identity: a, issuer: b}]}}}\n")},
            {},
            [
                "policies/a.yaml:5:5 policy-pin: `verify` checks a digest, and `pin: tag` would not write it (with defaults from policies/a.yaml:1); ",
                "policies/a.yaml:6:5 policy-unknown-key: unknown key `mim-age`; did you mean `min-age`?",
            ],
            id="faults-of-the-policy-itself",
        ),
        pytest.param(
            {"a": policy("pin: tag", head="defaults: {verify: {cosign: {keyless: [{identity: a, issuer: b}]}}}\n")},
            {},
            ["policies/a.yaml:5:5 policy-pin: `verify` checks a digest, and `pin: tag` would not write it (with defaults from policies/a.yaml:1); write `pin: tag+digest`, or leave `pin` out"],
            id="two-keys-together",
        ),
        pytest.param(
            {"a": policy("tags: {dated-by: push}", head="defaults: {min-age: 1h}\n")},
            {},
            ["policies/a.yaml:5:12 policy-order: `dated-by` has no meaning with `order: semver`; "],
            id="defaults-that-have-nothing-to-do-with-it",
        ),
        pytest.param(
            {"a": policy("extends: 5", head="extends: [1]\ndefaults: x\n")},
            {},
            [
                "policies/a.yaml:1:11 policy-type: `extends` is a number, and a text is wanted; put it in quotes: YAML reads 1.10 as 1.1",
                "policies/a.yaml:2:11 policy-type: `defaults` should be a mapping of keys; ",
                "policies/a.yaml:6:14 policy-type: `extends` is a number, and a text is wanted; put it in quotes: YAML reads 1.10 as 1.1",
            ],
            id="types",
        ),
        pytest.param(
            {"a": policy("extends: x.yaml"), "b": policy("extends: x.yaml", name="other")},
            {"x.yaml": "defaults: ["},
            ["x.yaml:1:1 yaml-invalid: "],
            id="unreadable-once",
        ),
        pytest.param(
            {"a": policy("extends: policies/b.yaml"), "b": "defaults: ["},
            {},
            ["policies/b.yaml:1:1 yaml-invalid: "],
            id="unreadable-policy-file-once",
        ),
        pytest.param(
            {"a": policy("extends: [imagebot:none]", "tags: {range: 2024-01-15, dated-by: push, rnage: x}")},
            {},
            [
                "policies/a.yaml:4:15 policy-extends: there is no preset 'imagebot:none'; ",
                "policies/a.yaml:5:47 policy-unknown-key: unknown key `rnage`; did you mean `range`?",
            ],
            id="nothing-is-guessed-where-a-layer-is-missing",
        ),
        pytest.param(
            {"a": policy(head="defaults: {environments: [prod]}\n") + "  - {name: b, images: [x]}\n"},
            {},
            ["policies/a.yaml:1:27 policy-unknown-environment: there is no environment 'prod'; imagebot.yaml names: none"],
            id="environment-of-defaults-once",
        ),
        pytest.param(
            {"a": policy("extends: imagebot:none", head="defaults: {colour: red}\nextends: none.yaml\n")},
            {},
            [
                "policies/a.yaml:1:12 policy-unknown-key: unknown key `colour`",
                "policies/a.yaml:2:10 policy-extends: there is no file",
                "policies/a.yaml:6:14 policy-extends: there is no preset",
            ],
            id="defaults-on-what-is-not-there",
        ),
        pytest.param(
            {"a": policy("tests: [{tags: [a], selected: null}]", head="defaults: {tags: {order: created}}\n")},
            {},
            ["policies/a.yaml:5:14 policy-test: with `order: created` each tag has its date; write `tags: {1.4.2: 2024-06-12}`; null is a date that is not known"],
            id="tests-by-the-order-from-below",
        ),
    ],
)  # fmt: skip
def test_faults_are_reported_once_and_where_they_can_be_mended(
    files: dict[str, str], others: dict[str, str], expected: list[str]
) -> None:
    found = faults(others, **files)

    assert len(found) == len(expected), found
    for fault, beginning in zip(found, expected, strict=True):
        assert fault.startswith(beginning)


def test_a_long_row_of_files_is_refused() -> None:
    others = {f"{n}.yaml": f"extends: {n + 1}.yaml" for n in range(200)} | {"200.yaml": BASE}

    (found,) = faults(others, a=policy("extends: 0.yaml"))

    assert "more than 20 files extend one another" in found


def test_many_ways_to_one_file_cost_no_more_than_one() -> None:
    """Each of 20 files extends the next one twice: a million ways, and each file is a layer once."""
    others = {
        f"{n}.yaml": f"extends: [{n + 1}.yaml, {n + 1}.yaml]\ndefaults: {{refresh: true}}" for n in range(19)
    }

    assert loaded(others | {"19.yaml": BASE}, a=policy("extends: 0.yaml"))["web"].refresh


ORDERS = st.sampled_from(["semver", "calver", "pep440", "numerical", "alphabetical", "created", "digest"])
TAGS = st.fixed_dictionaries(
    {},
    optional={
        "order": ORDERS,
        "ignore": st.lists(st.sampled_from(["a", "b"]), max_size=1),
        "max-step": st.sampled_from(["minor", "patch"]),
        "variant": st.sampled_from(["any", "-slim"]),
        "dated-by": st.just("push"),
        "match": st.sampled_from([None, "x", "(?P<version>.*)"]),
        "range": st.just("2024.1"),
    },
)
LAYER = st.fixed_dictionaries(
    {},
    optional={
        "tags": TAGS,
        "min-age": st.sampled_from(["1h", None]),
        "platforms": st.lists(st.just("linux/amd64"), max_size=1),
        "pin": st.sampled_from(["tag", "digest"]),
        "refresh": st.booleans(),
        "verify": st.just({"cosign": {"keyless": [{"identity": "a", "issuer": "b"}]}}),
    },
)


def by_hand(layers: list[dict[str, Any]]) -> dict[str, Any]:
    """The rules of the page, once more: mappings by key, the rest replaced, another order drops what it cannot use."""
    merged: dict[str, Any] = {}
    for layer in layers:
        if layer.get("tags", {}).get("order") == "digest":
            merged.pop("refresh", None)
        for key, value in layer.items():
            if key not in {"tags", "verify"} or not isinstance(merged.get(key), dict):
                merged[key] = value
                continue
            kept = merged[key]
            if key == "tags" and value.get("order", kept.get("order", "semver")) != kept.get(
                "order", "semver"
            ):
                kept = {
                    name: kept[name] for name in kept if name in meaningful(value["order"]) or name == "order"
                }
            merged[key] = {**kept, **value}
    return merged


@given(st.lists(LAYER, min_size=6, max_size=6))
def test_a_policy_on_layers_is_the_policy_written_out(layers: list[dict[str, Any]]) -> None:
    one, two, defaults, three, four, own = layers
    others = {
        f"{name}.yaml": json.dumps({"defaults": layer}).encode()
        for name, layer in (("one", one), ("two", two), ("three", three), ("four", four))
    }
    head = {"name": "web", "images": ["x"]}
    whole = {
        "extends": ["one.yaml", "two.yaml"],
        "defaults": defaults,
        "policies": [head | {"extends": ["three.yaml", "four.yaml"]} | own],
    }
    plain = {"policies": [head | by_hand(layers)]}

    def outcome(file: Any) -> Policy | None:
        try:
            (found,) = load({"a.yaml": json.dumps(file).encode()}, others=others).policies
        except InvalidConfiguration:
            return None
        return replace(found, file="", line=0, mark=NOWHERE)

    composed, written = outcome(whole), outcome(plain)

    assert composed == written or (composed is None and not sound(whole, others))


def sound(whole: dict[str, Any], others: dict[str, bytes]) -> bool:
    """Whether the layers beneath the policy have no faults of their own that it covers up."""
    beneath = [
        {key: whole[key] for key in ("extends", "defaults")},
        {"extends": ["three.yaml"]},
        {"extends": ["four.yaml"]},
    ]
    try:
        for file in beneath:
            load({"a.yaml": json.dumps(file).encode()}, others=others)
    except InvalidConfiguration:
        return False
    return True
