from __future__ import annotations

import re

import pytest

from imagebot.descriptors.find import find
from imagebot.descriptors.rules import InvalidPath, Rule, Step, parse_path

OBJECT = b"""\
apiVersion: acme.dev/v1
kind: Thing
spec:
  main: ghcr.io/acme/main:1.0.0
  "dotted.key": ghcr.io/acme/dotted:1.0.0
  many: [{image: 'ghcr.io/acme/a:1.0.0'}, {image: 'ghcr.io/acme/b:1.0.0'}]
  env:
    - {name: RUNNER, value: 'ghcr.io/acme/runner:1.0.0'}
    - {name: OTHER, value: x}
  literals: [LEVEL=info, 'RUNNER=ghcr.io/acme/literal:1.0.0']
  args: ["--image=ghcr.io/acme/arg:1.0.0"]
  engine: {repo: ghcr.io/acme/engine, version: 1.0.0, sha: 'sha256:%s'}
  version: 1.2.3
  empty:
""" % (b"0" * 64)


def found(rule: Rule, path: str = "thing.yaml") -> list[tuple[str, int]]:
    items = find(path, OBJECT, (rule,)).references
    return [(item.written, item.line) for item in items if item.descriptor == "rule"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("spec.main", [("ghcr.io/acme/main:1.0.0", 4)]),
        ('spec["dotted.key"]', [("ghcr.io/acme/dotted:1.0.0", 5)]),
        ("spec.many[*].image", [("ghcr.io/acme/a:1.0.0", 6), ("ghcr.io/acme/b:1.0.0", 6)]),
        ("spec.many[1].image", [("ghcr.io/acme/b:1.0.0", 6)]),
        ('spec.env["RUNNER"].value', [("ghcr.io/acme/runner:1.0.0", 8)]),
        ('spec.literals["RUNNER"]', [("ghcr.io/acme/literal:1.0.0", 10)]),
        ('spec.args["--image"]', [("ghcr.io/acme/arg:1.0.0", 11)]),
        ("*.main", [("ghcr.io/acme/main:1.0.0", 4)]),
        ("spec.nothing", []),
        ("spec.many", []),
        ("spec.empty", []),
    ],
)
def test_a_path_leads_to_its_values(path: str, expected: list[tuple[str, int]]) -> None:
    assert found(Rule(kind="Thing", reference=parse_path(path))) == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param(
            Rule(
                kind="Thing",
                repository=parse_path("spec.engine.repo"),
                tag=parse_path("spec.engine.version"),
                digest=parse_path("spec.engine.sha"),
            ),
            [("ghcr.io/acme/engine:1.0.0@sha256:" + "0" * 64, 12)],
            id="name-tag-and-digest",
        ),
        pytest.param(
            Rule(kind="Thing", image="ghcr.io/acme/x", tag=parse_path("spec.version")),
            [("ghcr.io/acme/x:1.2.3", 13)],
            id="name-from-the-rule",
        ),
        pytest.param(
            Rule(kind="Thing", image="ghcr.io/acme/x", digest=parse_path("spec.engine.sha")),
            [("ghcr.io/acme/x@sha256:" + "0" * 64, 12)],
            id="digest-alone",
        ),
    ],
)
def test_parts_are_joined(rule: Rule, expected: list[tuple[str, int]]) -> None:
    assert found(rule) == expected


@pytest.mark.parametrize(
    ("rule", "matches"),
    [
        (Rule(kind="Thing", reference=(Step("spec"), Step("main"))), True),
        (Rule(kind="acme.dev/Thing", reference=(Step("spec"), Step("main"))), True),
        (Rule(kind="other.dev/Thing", reference=(Step("spec"), Step("main"))), False),
        (Rule(kind="Other", reference=(Step("spec"), Step("main"))), False),
        (Rule(files=(re.compile("thing.*"),), reference=(Step("spec"), Step("main"))), True),
        (Rule(files=(re.compile("other.*"),), reference=(Step("spec"), Step("main"))), False),
    ],
)
def test_a_rule_holds_for_its_files_and_kinds(rule: Rule, matches: bool) -> None:
    assert bool(found(rule)) is matches


def test_a_rule_says_better_what_a_kind_found_too() -> None:
    text = b"image: {repository: wrong/name, tag: 1.0.0}\n"
    rule = Rule(files=(re.compile(".*"),), image="ghcr.io/acme/right", tag=parse_path("image.tag"))

    assert [r.written for r in find("values.yaml", text, (rule,)).references] == ["ghcr.io/acme/right:1.0.0"]


def test_an_empty_tag_is_said() -> None:
    rule = Rule(kind="Thing", image="a/b", tag=parse_path("spec.empty"))

    assert ("the tag is empty", 14) in [(s.reason, s.line) for s in find("a.yaml", OBJECT, (rule,)).skipped]


@pytest.mark.parametrize(
    ("path", "offset"), [("", 0), ("a..b", 1), ("a[", 1), ("a[x]", 1), ("a b]", 3), ('a["x]', 1), ("[*]b", 3)]
)
def test_what_is_no_path_is_refused_at_its_place(path: str, offset: int) -> None:
    with pytest.raises(InvalidPath) as caught:
        parse_path(path)
    assert caught.value.offset == offset
