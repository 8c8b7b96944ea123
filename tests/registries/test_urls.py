from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.registries.urls import origin, resolved

BASE = "https://r.example/v2/a/tags/list"


@pytest.mark.parametrize(
    ("target", "url"),
    [
        pytest.param("?page=2", f"{BASE}?page=2", id="query"),
        pytest.param("/x", "https://r.example/x", id="path"),
        pytest.param("//other.example/x", "https://other.example/x", id="host"),
        pytest.param("", BASE, id="nothing"),
        pytest.param("https://[", None, id="half-a-bracket"),
        pytest.param("https://r.example:99999/", None, id="port-too-high"),
        pytest.param("https://r.example:0/", None, id="port-zero"),
        pytest.param("https://r.example:x/", None, id="port-no-number"),
        pytest.param("https://user@r.example/", None, id="user-name"),
        pytest.param("ftp://r.example/", None, id="scheme"),
        pytest.param("https://fa\u00df.example/", None, id="read-in-two-ways"),
        pytest.param("https://r%2eexample/", None, id="percent"),
        pytest.param("https://r.example\\@evil.example/", None, id="backslash"),
        pytest.param("https://[fe80::1%25eth0]/", None, id="zone"),
        pytest.param("https://[2001:db8::1]:8443/", "https://[2001:db8::1]:8443/", id="ipv6"),
        pytest.param("javascript:alert(1)", None, id="no-host"),
    ],
)
def test_a_url_that_a_server_names_is_resolved_or_refused(target: str, url: str | None) -> None:
    found = resolved(BASE, target)

    assert (found and found.geturl()) == url


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://r.example/a", "https://R.EXAMPLE:443/b", True),
        ("http://r.example/a", "http://r.example:80/b", True),
        ("http://r.example/a", "https://r.example/a", False),
        ("https://r.example/a", "https://r.example:8443/a", False),
        ("https://r.example/a", "https://r.example.evil/a", False),
    ],
)
def test_an_origin_is_scheme_host_and_port(one: str, other: str, same: bool) -> None:
    assert (origin(urlsplit(one)) == origin(urlsplit(other))) is same


@given(st.text(max_size=60) | st.text(alphabet="htps:/[]@.?#0123456789 a", max_size=40))
def test_any_text_is_resolved_or_refused(target: str) -> None:
    found = resolved(BASE, target)

    assert found is None or (found.scheme in {"http", "https"} and found.hostname and "@" not in found.netloc)
