from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.errors import RegistryProtocol
from imagebot.references.image import ImageName
from imagebot.registries.charts import (
    chart_name,
    index_url,
    read_index,
)

HEX = "0123456789abcdef" * 4
PUBLIC = f"""\
apiVersion: v1
entries:
  other:
  - {{version: 9.9.9, urls: [other-9.9.9.tgz]}}
  web:
  - annotations:
      category: Database
      images: |
        - name: web
          image: docker.io/bitnami/web:1.2.0
          version: 7.7.7
    apiVersion: v2
    appVersion: 1.2.0
    created: "2024-08-09T09:53:17.123456789Z"
    dependencies:
    - name: common
      repository: oci://registry-1.docker.io/bitnamicharts
      version: 2.x.x
    description: "Says: so"
    digest: {HEX}
    keywords: [web]
    maintainers:
    - name: Acme, Inc.
      url: https://acme.example
    name: web
    urls:
    - https://charts.example.com/web-2.0.0.tgz
    version: 2.0.0
  - version: 1.10.0
    digest: sha256:{HEX.upper()}
  - version: 1.9.0
    deprecated: true
  zoo:
  - version: 8.8.8
generated: "2024-08-09T09:53:17Z"
"""
ENTRY = "entries: {{web: [{}]}}"
BOMB = (
    "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    + "".join(
        f"{after}: &{after} [{', '.join([f'*{before}'] * 10)}]\n"
        for before, after in zip("abcd", "bcde", strict=True)
    )
    + "entries: {web: [{version: 1.2.3, keywords: *e}]}\n"
)


@pytest.mark.parametrize(
    ("index", "versions"),
    [
        pytest.param(PUBLIC, ["2.0.0", "1.10.0"], id="public"),
        pytest.param(PUBLIC.replace("apiVersion: v1\n", ""), ["2.0.0", "1.10.0"], id="no-api-version"),
        pytest.param(PUBLIC.replace("\n", "\r\n"), ["2.0.0", "1.10.0"], id="crlf"),
        pytest.param("\ufeff" + PUBLIC, ["2.0.0", "1.10.0"], id="byte-order-mark"),
        pytest.param("---\n" + PUBLIC + "---\nentries: {web: [{version: 3.0.0}]}\n", ["2.0.0", "1.10.0"], id="one-document"),
        pytest.param(
            json.dumps({"apiVersion": "v1", "entries": {"web": [{"version": "1.2.3", "urls": ['\\"/é']}]}}, indent="\t"),
            ["1.2.3"],
            id="json-with-tabs",
        ),
        pytest.param('{"entries":{"web":[{"version":1.10},{"version":null},{"version":"1.10.0"}]}}', ["1.10.0"], id="json-numbers"),
        pytest.param(ENTRY.format("{version: 1.0.0}, {version: 2.0.0}, {version: 1.5.0}"), ["1.0.0", "2.0.0", "1.5.0"], id="unordered"),
        pytest.param(ENTRY.format("{version: 1.0.0}, {version: '1.0.0'}, {version: v1.0.0}"), ["1.0.0", "v1.0.0"], id="duplicates"),
        pytest.param(ENTRY.format("{version: 1.10}, {version: 1}, {version: 1.2.3}"), ["1.2.3"], id="numbers-are-no-versions"),
        pytest.param(ENTRY.format("{version: latest}, {version: 1.2.3.4}, {version: 01.2.3}, {version: 1.2.3-01}, {version: 1.2.3_b}"), [], id="no-semver"),
        pytest.param(ENTRY.format("{version: 1.2.3+build.5}, {version: v1.2.3-rc.1+b}"), ["1.2.3+build.5", "v1.2.3-rc.1+b"], id="builds"),
        pytest.param(ENTRY.format("{version: 1.2.3+" + "b" * 128 + "}, {version: 1.2.4}"), ["1.2.4"], id="too-long"),
        pytest.param(ENTRY.format('{version: "1.2.3\\n"}, {version: "1.2.3 "}, {version: ١.2.3}'), [], id="hostile-versions"),
        pytest.param(ENTRY.format("null, 1, [version, 1.2.3], {}, {version: [1.2.3]}, {version: {a: b}}, {version: 1.2.4}"), ["1.2.4"], id="entries-that-are-none"),
        pytest.param(ENTRY.format("{? [a, b] : c, version: 1.2.3}, {? {version: 9.9.9} : {version: 9.9.9}, version: 1.2.4}"), ["1.2.3", "1.2.4"], id="odd-keys"),
        pytest.param(ENTRY.format("{version: 1.0.0, deprecated: true}, {version: 1.1.0, deprecated: false}, {version: 1.2.0, deprecated: True}"), ["1.1.0"], id="deprecated"),
        pytest.param(ENTRY.format("{version: 1.0.0, removed: yes}, {version: 1.1.0, removed: }, {removed: true, version: 1.2.0}"), ["1.1.0"], id="removed"),
        pytest.param("entries: {web: }", [], id="no-versions"),
        pytest.param("entries: {web: {version: 1.2.3}}", [], id="versions-in-no-list"),
        pytest.param("entries: {web: [{version: 1.0.0}], web: [{version: 1.1.0}]}", ["1.0.0", "1.1.0"], id="chart-twice"),
        pytest.param("x: {entries: {web: [{version: 9.9.9}]}}\nentries:\n  web:\n  - version: 1.2.3\n", ["1.2.3"], id="decoy"),
    ],
)  # fmt: skip
def test_the_versions_of_a_chart_are_read(index: str, versions: list[str]) -> None:
    assert list(read_index(index.encode())["web"]) == versions


@pytest.mark.parametrize(
    ("index", "reason"),
    [
        pytest.param("", "ends early", id="empty"),
        pytest.param("<!doctype html><html><body>Log in</body></html>", "no `entries`", id="page"),
        pytest.param("[]", "no `entries`", id="list"),
        pytest.param("apiVersion: v1\n", "no `entries`", id="no-entries"),
        pytest.param("entries: {web: [{version: 1.2.3}", "invalid YAML", id="cut-off"),
        pytest.param("entries:\n  web:\n\t- version: 1.2.3\n", "a tab is used for indentation, .*line 3", id="tabs"),
        pytest.param("entries: {web: [{version: 1.2.3, x: \x00}]}", "invalid YAML", id="control-character"),
        pytest.param(BOMB, "aliases", id="bomb"),
        pytest.param("entries: {web: [&a {version: 1.2.3}, *a]}", "aliases", id="alias"),
        pytest.param("x: " + "[" * 100_000, "nested deeper than 48 levels", id="deep-sequence"),
        pytest.param(ENTRY.format("{a: " * 100_000), "nested deeper than 48 levels", id="deep-mapping"),
    ],
)  # fmt: skip
def test_what_is_no_index_is_refused_with_a_reason(index: str, reason: str) -> None:
    with pytest.raises(RegistryProtocol, match=f"index.yaml is no index of charts: .*{reason}"):
        read_index(index.encode())


def test_an_index_of_more_than_any_has_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imagebot.registries.charts.EVENTS", 50)

    with pytest.raises(RegistryProtocol, match="more than 50 keys and values"):
        read_index(PUBLIC.encode())


def test_bytes_that_are_no_text_cost_only_their_entry() -> None:
    index = b"entries:\n  web:\n  - {version: 1.2.\xff3}\n  - {version: 1.2.4, description: \xff}\n"

    assert list(read_index(index)["web"]) == ["1.2.4"]


def test_digests_are_those_that_are_valid() -> None:
    entries = [
        {"version": "1.0.0", "digest": HEX},
        {"version": "1.1.0", "digest": f"sha256:{HEX.upper()}"},
        {"version": "1.2.0", "digest": HEX[1:]},
        {"version": "1.3.0", "digest": f"sha512:{HEX}"},
        {"version": "1.4.0"},
        {"version": "1.5.0", "digest": "1" * 64},
        {"version": "1.6.0", "digest": HEX, "deprecated": True},
        {"version": "1.0.0", "digest": "f" * 64},
    ]
    index = json.dumps({"entries": {"web": entries}}).replace(f'"{"1" * 64}"', "1" * 64).encode()

    assert read_index(index)["web"] == {
        "1.0.0": f"sha256:{HEX}",
        "1.1.0": f"sha256:{HEX}",
        "1.2.0": None,
        "1.3.0": None,
        "1.4.0": None,
        "1.5.0": f"sha256:{'1' * 64}",
    }


def test_all_charts_are_read_at_once() -> None:
    assert read_index(PUBLIC.encode()) == {
        "other": {"9.9.9": None},
        "web": {"2.0.0": f"sha256:{HEX}", "1.10.0": f"sha256:{HEX}"},
        "zoo": {"8.8.8": None},
    }


@pytest.mark.parametrize(
    ("chart", "url", "name"),
    [
        pytest.param("https://c.io/stable/web", "https://c.io/stable/index.yaml", "web", id="path"),
        pytest.param("https://c.io/web", "https://c.io/index.yaml", "web", id="root"),
        pytest.param("http://[::1]:80/a/b/web", "http://[::1]:80/a/b/index.yaml", "web", id="port"),
    ],
)
def test_a_name_says_where_the_index_is(chart: str, url: str, name: str) -> None:
    assert index_url(ImageName.parse(chart)) == url
    assert chart_name(ImageName.parse(chart)) == name


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["1.2.3", HEX]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["entries", "web", "version", "digest", "deprecated", "x"]), inner, max_size=4
        )
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["entries", "x"]), junk), st.booleans())
def test_whatever_an_index_holds_it_is_read_or_refused(document: object, beautiful: bool) -> None:
    text = json.dumps(document, ensure_ascii=False, indent=1 if beautiful else None)
    try:
        index = read_index(text.encode("utf-8", "replace"))
    except RegistryProtocol:
        return
    assert set(index.get("web", ())) <= {"1.2.3"}


@given(st.binary(max_size=60) | st.text(alphabet="entris: {}[]-\n&*a!|", max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(text: bytes) -> None:
    try:
        read_index(text)
    except RegistryProtocol:
        return
    assert b"entries" in text
