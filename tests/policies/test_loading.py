from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.policies.faults import InvalidConfiguration, render_fault
from imagebot.policies.loading import load
from imagebot.policies.policy import (
    Configuration,
    ForgeSettings,
    Gates,
    Keyless,
    RegistrySettings,
    Verification,
)

GOOD = "policies:\n  - name: web\n    images: [ghcr.io/acme/web]\n"


def loaded(policies: str = GOOD, settings: str = "") -> Configuration:
    files = {"imagebot.yaml": settings.encode(), "policies/a.yaml": policies.encode()}
    return load(files, paths=frozenset({*files, "keys/acme.pub"}))


def faults(policies: str = GOOD, settings: str = "") -> list[tuple[str, str, int, int]]:
    with pytest.raises(InvalidConfiguration) as refused:
        loaded(policies, settings)
    return [(fault.id, fault.path, fault.line, fault.column) for fault in refused.value.faults]


def test_a_whole_policy_is_understood() -> None:
    text = """\
policies:
  - name: web
    images: ["ghcr.io/acme/*", nginx]
    environments: [staging]
    paths: ["apps/**"]
    tags:
      order: semver
      range: ">=1.4 <2"
      match: '^v(?P<version>\\d+\\.\\d+\\.\\d+)$'
      by: version
      variant: same
      precision: any
      prereleases: [RC, beta]
      max-step: minor
      ignore: ["*-debug"]
    pin: keep
"""
    (policy,) = loaded(text, "environments: {staging: {paths: [envs/staging/**]}}").policies

    assert policy.images == ("ghcr.io/acme/*", "docker.io/library/nginx")
    assert (policy.file, policy.line) == ("policies/a.yaml", 2)
    assert policy.tags.range is not None
    assert policy.tags.range.text == ">=1.4 <2"
    assert policy.tags.prereleases == ("rc", "beta")
    assert policy.tags.max_step == "minor"


def test_all_settings_are_understood() -> None:
    settings = loaded(
        settings="""\
environments:
  staging: {paths: ["envs/staging/**"]}
forge: {kind: github, api: "https://ghe.example.com/api/v3", repository: acme/config}
base: trunk
registries:
  "registry.internal:5000": {plain-http: true, ca: certs/internal.pem}
"""
    ).settings

    assert settings.forge == ForgeSettings("github", "https://ghe.example.com/api/v3", "acme/config")
    assert settings.base == "trunk"
    assert dict(settings.registries) == {
        "registry.internal:5000": RegistrySettings(plain_http=True, ca="certs/internal.pem")
    }
    assert settings.environments[0].paths == ("envs/staging/**",)


def test_policies_govern_in_the_order_of_files_and_then_of_their_lines() -> None:
    files = {
        "policies/b.yaml": b"policies: [{name: c, images: [x]}, {name: a, images: [x]}]",
        "policies/a.yaml": b"policies: [{name: z, images: [x]}]",
    }

    assert [policy.name for policy in load(files).policies] == ["z", "c", "a"]


@pytest.mark.parametrize("text", ["", "# only a comment\n", "policies: []\n", "policies:\n"])
def test_an_empty_file_has_no_policies(text: str) -> None:
    assert loaded(text).policies == ()


def test_what_must_be_shown_of_an_image_is_understood() -> None:
    text = f"""{GOOD}    min-age: 1d12h
    platforms: [linux/amd64, linux/arm64/v8]
    verify:
      cosign:
        keys: [keys/acme.pub]
        keyless: [{{identity: a@acme.example, issuer: https://issuer.example}}]
"""

    (policy,) = loaded(text).policies

    assert policy.gates == Gates(
        min_age=timedelta(hours=36),
        platforms=("linux/amd64", "linux/arm64/v8"),
        verification=Verification(("keys/acme.pub",), (Keyless("a@acme.example", "https://issuer.example"),)),
    )


def test_how_to_speak_to_a_registry_is_understood() -> None:
    text = """registries:
  docker.io:
    mirror: mirror.internal:5000/hub
    token-servers: [login.acme.example]
    tls-verify: false
    parallel: 2
    requests-per-second: 0.5
"""

    assert loaded(settings=text).settings.registries == (
        (
            "docker.io",
            RegistrySettings(
                mirror="mirror.internal:5000/hub",
                token_servers=("login.acme.example",),
                tls_verify=False,
                parallel=2,
                per_second=0.5,
            ),
        ),
    )


def policy_with(line: str) -> str:
    return f"{GOOD}    {line}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(policy_with("colour: red"), [("policy-unknown-key", 4, 5)], id="unknown-key"),
        pytest.param(policy_with("tags: {rnage: x}"), [("policy-unknown-key", 4, 12)], id="unknown-nested-key"),
        pytest.param("polices: []", [("policy-unknown-key", 1, 1)], id="unknown-top-key"),
        pytest.param(policy_with('tags: {range: ">=1.4 <"}'), [("policy-range", 4, 26)], id="range"),
        pytest.param(policy_with("tags: {range: 1.10}"), [("policy-type", 4, 19)], id="range-is-a-number"),
        pytest.param(policy_with("tags: {match: 'a('}"), [("policy-regex", 4, 21)], id="regex"),
        pytest.param(policy_with("tags: {match: 'a', by: x}"), [("policy-group", 4, 28)], id="group"),
        pytest.param(policy_with("tags: {order: semvr}"), [("policy-type", 4, 19)], id="order"),
        pytest.param(policy_with("tags: {order: created, range: 1.x}"), [("policy-order", 4, 28)], id="range-without-versions"),
        pytest.param(policy_with("tags: {order: digest, range: '1'}"), [("policy-digest-order", 4, 27)], id="digest-and-range"),
        pytest.param(policy_with("min-age: 72"), [("policy-type", 4, 14)], id="min-age-is-a-number"),
        pytest.param(policy_with("min-age: 3 days"), [("policy-min-age", 4, 14)], id="min-age-in-words"),
        pytest.param(policy_with("min-age: 0h"), [("policy-min-age", 4, 14)], id="min-age-of-nothing"),
        pytest.param(policy_with("pin: hash"), [("policy-type", 4, 10)], id="pin"),
        pytest.param(policy_with("platforms: [linux/amd64, arm64]"), [("policy-platform", 4, 30)], id="platforms"),
        pytest.param(policy_with("verify: {cosign: {}}"), [("policy-verify", 4, 14)], id="verify-nothing"),
        pytest.param(policy_with("verify: {notation: {}}"), [("policy-missing-key", 4, 5), ("policy-unknown-key", 4, 14)], id="verify-otherwise"),
        pytest.param(policy_with("verify: {cosign: {keys: [keys/none.pub]}}"), [("policy-verify-key", 4, 30)], id="verify-by-no-key"),
        pytest.param(policy_with("verify: {cosign: {keyless: [{identity: a}]}}"), [("policy-missing-key", 4, 33)], id="verify-by-anybody"),
        pytest.param(policy_with("tags: {match: '(?P<a>.)(?P<b>.)', by: [a, c]}"), [("policy-group", 4, 39)], id="several-groups"),
        pytest.param(policy_with("environments: [prod]"), [("policy-unknown-environment", 4, 20)], id="environment"),
        pytest.param(policy_with("paths: [/apps/**]"), [("policy-path", 4, 13)], id="absolute-path"),
        pytest.param(policy_with("paths: [../apps]"), [("policy-path", 4, 13)], id="path-outside"),
        pytest.param(policy_with("paths: apps"), [("policy-type", 4, 12)], id="text-for-a-list"),
        pytest.param("policies: [{name: web}]", [("policy-missing-key", 1, 12)], id="images-missing"),
        pytest.param("policies: [{name: web, images: []}]", [("policy-type", 1, 24)], id="images-empty"),
        pytest.param("policies: [{name: web, images: ['a:1']}]", [("policy-image", 1, 33)], id="image-with-tag"),
        pytest.param("policies: [{name: web, images: ['Acme/*:1']}]", [("policy-image", 1, 33)], id="glob-with-tag"),
        pytest.param("policies: [{name: 'a b', images: [x]}]", [("policy-name", 1, 19)], id="name"),
        pytest.param("policies: web", [("policy-type", 1, 11)], id="no-list"),
        pytest.param("- name: web", [("policy-type", 1, 1)], id="list-at-top"),
        pytest.param("policies: [web]", [("policy-type", 1, 12)], id="text-for-a-policy"),
        pytest.param(GOOD + "  - name: web\n    images: [x]\n", [("policy-duplicate-name", 4, 11)], id="name-twice"),
        pytest.param(GOOD + "    name: two\n", [("yaml-duplicate-key", 4, 5)], id="key-twice"),
        pytest.param("a: &x 1\npolicies: *x", [("policy-unknown-key", 1, 1), ("yaml-alias", 2, 11)], id="alias"),
        pytest.param("policies: [{name: &n web, images: *n}]", [("yaml-alias", 1, 35)], id="alias-for-a-list"),
        pytest.param("policies: [{name: web, images: [x], tags: }]", [("policy-type", 1, 43)], id="tags-of-nothing"),
        pytest.param("policies: [a", [("yaml-invalid", 1, 1)], id="no-yaml"),
        pytest.param("policies:\n\t- name: a", [("yaml-invalid", 2, 2)], id="tab"),
        pytest.param(GOOD + "---\n" + GOOD, [("yaml-invalid", 1, 1)], id="several-documents"),
    ],
)  # fmt: skip
def test_a_fault_is_reported_at_its_place(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert [(i, line, column) for i, _, line, column in faults(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("bass: main", ("settings-unknown-key", 1, 1), id="unknown-key"),
        pytest.param("forge: {kind: bitbucket}", ("settings-type", 1, 15), id="other-forge"),
        pytest.param(
            "forge: {kind: gitea, repository: a/b/c}",
            ("settings-forge-repository", 1, 34),
            id="groups-of-gitlab",
        ),
        pytest.param("forge: {api: ghe.example.com}", ("settings-forge-api", 1, 14), id="api"),
        pytest.param("forge: {api: 'https://u:p@h/'}", ("settings-forge-api", 1, 14), id="api-with-password"),
        pytest.param("forge: {repository: config}", ("settings-forge-repository", 1, 21), id="repository"),
        pytest.param(
            "environments: {Prod!: {paths: [a]}}", ("settings-environment-name", 1, 16), id="environment"
        ),
        pytest.param(
            "environments: {prod: {path: [a]}}", ("settings-missing-key", 1, 16), id="paths-missing"
        ),
        pytest.param("registries: {r: {plain-http: yes please}}", ("settings-type", 1, 30), id="boolean"),
        pytest.param("registries: {r.io: {mirror: m}}", ("settings-registry-mirror", 1, 29), id="mirror"),
        pytest.param(
            "registries: {r.io: {mirror: 'https://m.io'}}",
            ("settings-registry-mirror", 1, 29),
            id="mirror-is-a-url",
        ),
        pytest.param(
            "registries: {r.io: {mirror: 'm.io/Hub'}}",
            ("settings-registry-mirror", 1, 29),
            id="mirror-in-capitals",
        ),
        pytest.param(
            "registries: {r.io/acme: {plain-http: true}}",
            ("settings-registry-host", 1, 14),
            id="host-with-a-path",
        ),
        pytest.param(
            "registries: {r.io: {token-servers: ['https://t.io/']}}",
            ("settings-registry-host", 1, 37),
            id="token-server-is-a-url",
        ),
        pytest.param("registries: {r.io: {parallel: 0}}", ("settings-type", 1, 31), id="nothing-at-once"),
        pytest.param("[]", ("settings-type", 1, 1), id="list"),
    ],
)
def test_settings_have_faults_too(text: str, expected: tuple[str, int, int]) -> None:
    found = faults(settings=text)

    assert expected in [(i, line, column) for i, _, line, column in found]
    assert {path for _, path, _, _ in found} == {"imagebot.yaml"}


def test_every_fault_of_every_file_is_reported_at_once() -> None:
    with pytest.raises(InvalidConfiguration) as refused:
        load(
            {
                "imagebot.yaml": b"bass: main\nforge: {kind: gitea}\n",
                "policies/a.yaml": b"policies:\n  - nam: web\n    images: nginx\n    tags: {range: '<', order: semvr}\n",
                "policies/b.yaml": b"policies: [\n",
                "policies/c.yaml": b"\xff\xfe",
            }
        )

    found = [(fault.path, fault.id) for fault in refused.value.faults]
    assert found == sorted(found, key=lambda pair: pair[0])
    assert {path for path, _ in found} == {
        "imagebot.yaml",
        "policies/a.yaml",
        "policies/b.yaml",
        "policies/c.yaml",
    }
    assert len([1 for path, _ in found if path == "policies/a.yaml"]) == 5


def test_a_fault_is_shown_with_its_line_a_caret_and_a_fix() -> None:
    with pytest.raises(InvalidConfiguration) as refused:
        loaded(policy_with("colour: red"))

    assert render_fault(refused.value.faults[0]) == (
        "error[policy-unknown-key]: unknown key `colour`\n"
        " --> policies/a.yaml:4:5\n"
        "  |\n"
        "4 |     colour: red\n"
        "  |     ^^^^^^\n"
        "  = help: keys here: name, images, extends, environments, paths, tags, min-age, platforms, verify, pin, refresh, pull-request, tests\n"
    )


def test_a_typing_mistake_is_recognised() -> None:
    with pytest.raises(InvalidConfiguration) as refused:
        loaded(policy_with("enviroments: [staging]"))

    assert "did you mean `environments`?" in render_fault(refused.value.faults[0])


def test_where_only_tags_matter_environments_need_not_be_known() -> None:
    text = policy_with("environments: [prod]").encode()

    assert load({"a.yaml": text}, any_environment=True).policies[0].environments == ("prod",)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(
            b"a: &a [x]\n" + b"".join(b"b%d: &b%d [*a,*a]\n" % (n, n) for n in range(50)), id="many-aliases"
        ),
        pytest.param(b"[" * 5000, id="deep"),
        pytest.param(b"x" * (2 * 1024 * 1024), id="large"),
        pytest.param(b"\x00", id="control"),
    ],
)
def test_hostile_files_are_faults(content: bytes) -> None:
    with pytest.raises(InvalidConfiguration):
        load({"policies/a.yaml": content})


@given(
    st.binary(max_size=200) | st.text(alphabet="policesnamg: -[]{}'\"&*\n\t#|>", max_size=80).map(str.encode)
)
def test_any_bytes_load_or_are_faults_inside_the_file(content: bytes) -> None:
    try:
        load({"policies/a.yaml": content})
    except InvalidConfiguration as refused:
        for fault in refused.faults:
            assert 1 <= fault.line <= content.count(b"\n") + 2
            assert render_fault(fault).startswith("error[")


def test_rules_for_fields_of_ones_own_are_understood() -> None:
    text = """\
descriptors:
  - kind: acme.dev/Workspace
    reference: spec.runners[*].image
  - files: ["charts/*/Chart.yaml"]
    image: nginx
    tag: appVersion
  - {kind: Db, repository: spec.repo, tag: spec.tag, digest: spec.sha}
"""
    first, second, third = loaded(settings=text).settings.rules

    assert [step.key for step in first.reference] == ["spec", "runners", "*", "image"]
    assert (second.covers("charts/a/Chart.yaml"), second.covers("Chart.yaml")) == (True, False)
    assert (second.image, third.image) == ("docker.io/library/nginx", "")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param("{reference: a}", ("settings-rule", 1, 17), id="neither-files-nor-kind"),
        pytest.param("{kind: A}", ("settings-rule", 1, 17), id="no-place"),
        pytest.param("{kind: A, tag: b}", ("settings-rule", 1, 17), id="no-name"),
        pytest.param("{kind: A, reference: a, tag: b}", ("settings-rule", 1, 17), id="whole-and-parts"),
        pytest.param("{kind: A, tag: b, image: c, repository: d}", ("settings-rule", 1, 17), id="two-names"),
        pytest.param("{kind: A, reference: a..b}", ("settings-rule-path", 1, 39), id="no-path"),
        pytest.param("{kind: A, tag: b, image: 'c:1'}", ("settings-rule-image", 1, 42), id="name-with-a-tag"),
        pytest.param("{kind: A, files: [/a], reference: b}", ("policy-path", 1, 35), id="absolute-path"),
        pytest.param("{kind: A, refrence: b}", ("settings-unknown-key", 1, 27), id="misspelt"),
    ],
)
def test_a_wrong_rule_is_refused_at_its_place(rule: str, expected: tuple[str, int, int]) -> None:
    (found, *_) = faults(settings=f"descriptors: [  {rule}]\n")

    assert (found[0], found[2], found[3]) == expected


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param("environments: {prod: {paths: [a]}}\nbass: main\n", id="a-fault-elsewhere"),
        pytest.param("environments: {prod: {path: [a]}}\n", id="a-fault-in-the-environment"),
        pytest.param("environments: {prod: [\n", id="no-yaml"),
    ],
)
def test_faults_of_the_settings_make_no_environment_unknown(settings: str) -> None:
    found = faults(policy_with("environments: [prod]"), settings)

    assert {path for _, path, _, _ in found} == {"imagebot.yaml"}


def test_names_of_policies_and_environments_keep_their_place() -> None:
    loaded_ = loaded(
        "policies:\n  - images: [x]\n    name: 'web'\n", "base: main\nenvironments:\n  prod: {paths: [a]}\n"
    )

    (policy,), (environment,) = loaded_.policies, loaded_.settings.environments
    assert (policy.line, policy.mark.line, policy.mark.column, policy.mark.width) == (2, 3, 11, 5)
    assert (environment.mark.path, environment.mark.line, environment.mark.column) == ("imagebot.yaml", 3, 3)
    assert loaded_.files == ("imagebot.yaml", "policies/a.yaml")


def test_what_is_refused_names_every_file_that_was_read() -> None:
    with pytest.raises(InvalidConfiguration) as refused:
        load({"policies/b.yaml": GOOD.encode(), "policies/a.yaml": b"polices: []"})

    assert refused.value.files == ("policies/a.yaml", "policies/b.yaml")


def told(policies: str, settings: str = "") -> list[tuple[str, int, str, str]]:
    with pytest.raises(InvalidConfiguration) as refused:
        loaded(policies, settings)
    return [(fault.id, fault.column, fault.message, fault.fix) for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param(
            'tags: {order: numerical, range: "<2", max-step: minor, precision: any, variant: 5}',
            [("policy-order", 30), ("policy-order", 43), ("policy-order", 60), ("policy-type", 85)],
            id="each-key-of-tags",
        ),
        pytest.param("tags: {order: created, by: build}", [("policy-order", 28)], id="by-without-meaning"),
        pytest.param("tags: {order: numerical, range: '<'}", [("policy-order", 30)], id="range-without-meaning"),
        pytest.param("tags: {order: digest, match: '(', by: x}", [("policy-digest-order", 27), ("policy-regex", 34), ("policy-digest-order", 39)], id="digest"),
        pytest.param("{verify: {cosign: {keys: [none.pub]}}, pin: tag, min-age: 3, tags: {rnage: x}}", [("policy-verify-key", 31), ("policy-pin", 44), ("policy-type", 63), ("policy-unknown-key", 73)], id="keys-and-pin"),
        pytest.param("{pin: none, tests: [{tags: {a: null}, selected: b, rejected: {c: range}}]}", [("policy-type", 11), ("policy-test", 26), ("policy-test", 53), ("policy-test", 67)], id="cases"),
    ],
)  # fmt: skip
def test_no_fault_hides_another(line: str, expected: list[tuple[str, int]]) -> None:
    text = f"{GOOD}    {line}\n"
    if line.startswith("{"):
        text = f"policies:\n  - {{name: web, images: [x],\n     {line[1:]}\n"

    assert [(id_, column) for id_, column, _, _ in told(text)] == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("{tags: {order: digest}, pin: digest}", "policy-pin: tag+digest", id="followed-without-its-tag"),
        pytest.param("{tags: {order: digest}, pin: tag}", "policy-pin: tag+digest", id="followed-without-its-digest"),
        pytest.param("{tags: {order: digest}, refresh: true}", "policy-contradiction: leave it out", id="followed-twice"),
        pytest.param("{refresh: true, pin: digest}", "policy-contradiction: tag+digest", id="refresh-of-no-tag"),
        pytest.param("{refresh: true, pin: tag}", "policy-contradiction: tag+digest", id="refresh-of-no-digest"),
        pytest.param("{tags: {newest-of-each: major, max-step: minor}}", "policy-contradiction: leave one", id="majors-without-majors"),
        pytest.param("{environments: []}", "policy-empty: leave it out", id="no-environment"),
        pytest.param("{paths: []}", "policy-empty: leave it out", id="no-path"),
        pytest.param("{tags: {range: '>=2 <1'}}", "policy-range: mend its bounds", id="range-of-nothing"),
        pytest.param("{tags: {range: '>1.4.2 <=1.4.2 || ^3 <2'}}", "policy-range: mend its bounds", id="ranges-of-nothing"),
        pytest.param("{tests: [{tags: [a], selected: a, rejected: {a: range}}]}", "policy-test: expect another", id="selected-and-rejected"),
        pytest.param("{tests: [{current: a, tags: [a], selected: a}]}", "policy-test: write null", id="selected-is-current"),
        pytest.param("{tags: {prereleases: [rcc]}}", "policy-prereleases: did you mean rc?", id="word"),
        pytest.param("{tags: {prereleases: [debug]}}", "policy-prereleases: words: alpha, ", id="no-word"),
        pytest.param("{tags: {variant: Same}}", "policy-variant: did you mean same?", id="variant-in-capitals"),
        pytest.param("{tags: {variant: alpine}}", "policy-variant: write such as `-alpine`", id="variant-without-a-sign"),
        pytest.param("{tags: {variant: sme}}", "policy-variant: did you mean same?", id="variant-misspelt"),
        pytest.param("{tags: {variant: -slim, order: numerical}}", "policy-variant: (?P<variant>...)", id="variant-that-nothing-reads"),
        pytest.param("{tags: {variant: -slim, order: created}}", "policy-variant: (?P<variant>...)", id="variant-beside-dates"),
        pytest.param("{tags: {variant: -nightly}}", "policy-variant: write `prereleases: [nightly]`", id="variant-that-is-a-prerelease"),
        pytest.param("{tags: {variant: -rc1}}", "policy-variant: write `prereleases: [rc]`", id="variant-that-is-a-candidate"),
        pytest.param("{tags: {match: '(?P<a>.)', by: [a, a]}}", "policy-group: take one out", id="group-twice"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused(line: str, expected: str) -> None:
    ((id_, _, _, fix),) = told(f"policies:\n  - {{name: web, images: [x],\n     {line[1:]}\n")

    wanted, _, hint = expected.partition(": ")
    assert id_ == wanted
    assert hint in fix


@pytest.mark.parametrize(
    "tags",
    [
        "match: '(?P<variant>[a-z]+)-(?P<version>.+)', variant: amd64",
        "order: numerical, match: '(?P<version>[0-9]+)-(?P<variant>.+)', variant: slim",
        "match: '(?P<version>.+)-(?P<variant>nightly)', variant: nightly",
        "variant: ''",
        "range: '>=1.4.2 <=1.4.2'",
        "range: '>=2 <1 || >=3'",
        "order: calver, range: '>=2024-01-01 <2024-02-01'",
        "variant: -dev",
        "variant: -alpine-rc1",
        "prereleases: [RC, m, Nightly]",
        "newest-of-each: major, max-step: major",
    ],
)
def test_what_only_looks_like_it_is_not_refused(tags: str) -> None:
    assert loaded(policy_with(f"tags: {{{tags}}}")).policies


@pytest.mark.parametrize(
    ("glob", "message", "hint"),
    [
        pytest.param("!ghcr.io/acme/*", "there is no negation", "`tags: {ignore: ['*']}` before it", id="negation"),
        pytest.param("ghcr.io/acme/api:1.2", "names a tag or digest", "leave tag and digest out", id="tag"),
        pytest.param("nginx*:1.2", "names a tag or digest", "leave tag and digest out", id="tag-behind-a-glob"),
        pytest.param("ghcr.io/acme/*@sha256:a", "names a tag or digest", "leave tag and digest out", id="digest"),
        pytest.param("ghcr.io/Acme/api", "capital letters", "write ghcr.io/acme/api", id="capitals"),
        pytest.param("ghcr.io/Acme/*", "capital letters", "write ghcr.io/acme/*", id="capitals-in-a-glob"),
        pytest.param("Nginx", "capital letters", "write nginx", id="capitals-alone"),
        pytest.param("ghcr.io/acme/api web", "holds a blank", "item of its own", id="blank"),
        pytest.param("ghcr.io/acme/", "ends in /", "write ghcr.io/acme/* for all", id="slash-at-the-end"),
        pytest.param("ghcr.io/{a,b}/*", "holds `{`", "no braces", id="braces"),
        pytest.param("ghcr.io/acme/.*", "holds `/.`", "no regular expression", id="expression"),
        pytest.param("ghcr.io/acme/(a|b)*", "holds `(`", "* is any text", id="group"),
        pytest.param("ghcr.io/acme/[ab*", "holds `[`", "close it", id="open-class"),
        pytest.param("-web", "is not an image reference", "[host[:port]/]path, such", id="no-name"),
    ],
)  # fmt: skip
def test_a_glob_that_no_image_can_match_is_refused(glob: str, message: str, hint: str) -> None:
    ((id_, column, said, fix),) = told(f'policies: [{{name: web, images: ["{glob}"]}}]')

    assert (id_, column) == ("policy-image", 33)
    assert message in said
    assert hint in fix


@pytest.mark.parametrize(
    "glob",
    [
        *(
            "*",
            "nginx",
            "ghcr.io/acme/*",
            "*/acme/web-[0-9]",
            "r.io:5000/a/[!b]*",
            "[::1]:5000/*",
            "Host/web",
        ),
        *("https://charts.example.com/Stable/~a*", "gh?r.io/*", "*:5000/a"),
    ],
)
def test_a_glob_that_an_image_can_match_is_taken(glob: str) -> None:
    assert loaded(f'policies: [{{name: web, images: ["{glob}"]}}]').policies


def test_paths_have_no_negation() -> None:
    ((id_, _, message, fix),) = told(policy_with('paths: ["envs/**", "!envs/prod/**"]'))

    assert (id_, message) == ("policy-path", "'!envs/prod/**': there is no negation")
    assert "put a policy with `tags: {ignore: ['*']}` before it" in fix


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        pytest.param(policy_with("tags: null"), "`tags` is empty", "leave it out", id="tags"),
        pytest.param(policy_with("<<: {pin: tag}"), "merge keys (`<<`) are not read", "`defaults`", id="merge"),
        pytest.param("policies: [{name: &n web, images: *n}]", "an alias is not expanded", "write the value out", id="alias"),
        pytest.param(policy_with("extends: imagebot.yaml"), "imagebot.yaml holds settings", "another file", id="settings"),
        pytest.param(policy_with("extends: 'https://u:secret@h/a.yaml'"), "is a URL: nothing is fetched", "commit the file", id="url"),
        pytest.param(policy_with("extends: zzz/qqq.yaml"), "there is no file 'zzz/qqq.yaml'", "no link", id="link"),
    ],
)  # fmt: skip
def test_a_fault_says_what_to_write(text: str, said: str, hint: str) -> None:
    ((_, _, message, fix),) = told(text)

    assert said in message
    assert "secret" not in message
    assert hint in fix
