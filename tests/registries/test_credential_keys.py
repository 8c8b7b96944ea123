from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.references.image import ImageName
from imagebot.registries.credential_keys import matching


@pytest.mark.parametrize(
    ("key", "name"),
    [
        pytest.param("ghcr.io", "ghcr.io/a/b", id="host"),
        pytest.param("https://ghcr.io", "ghcr.io/a/b", id="scheme"),
        pytest.param("http://ghcr.io/", "ghcr.io/a/b", id="slash"),
        pytest.param("https://ghcr.io/v2/", "ghcr.io/a/b", id="api"),
        pytest.param("https://ghcr.io/v1", "ghcr.io/a/b", id="api-without-slash"),
        pytest.param("ghcr.io/v2/", "ghcr.io/a/b", id="api-without-scheme"),
        pytest.param("r.io:5000", "r.io:5000/a", id="port"),
        pytest.param("[::1]:5000", "[::1]:5000/a", id="ipv6"),
        pytest.param("GHCR.io", "ghcr.io/a/b", id="upper-case-key"),
        pytest.param("ghcr.io", "GHCR.io/a/b", id="upper-case-name"),
        pytest.param("r.io/a", "r.io/a/b", id="namespace"),
        pytest.param("r.io/a/b", "r.io/a/b", id="repository"),
        pytest.param("https://r.io/a/", "r.io/a/b", id="namespace-as-url"),
        pytest.param("r.io/a/v2", "r.io/a/v2/b", id="namespace-named-like-an-api"),
        pytest.param("*.azurecr.io", "acme.azurecr.io/web", id="glob"),
        pytest.param("https://*.AzureCR.io/v2/", "acme.azurecr.io/web", id="glob-as-url"),
        pytest.param("*.dkr.ecr.*.amazonaws.com", "1.dkr.ecr.eu-west-1.amazonaws.com/web", id="globs"),
        pytest.param("registry-*.io", "registry-eu.io/web", id="part-of-a-label"),
        pytest.param("*.r.io:5000", "a.r.io:5000/web", id="glob-and-port"),
        pytest.param("*.r.io/team", "a.r.io/team/web", id="glob-and-namespace"),
        *(
            pytest.param(key, "nginx", id=f"hub-{key}")
            for key in ("https://index.docker.io/v1/", "index.docker.io", "docker.io", "registry-1.docker.io", "*.docker.io", "docker.io/library")
        ),
    ],
)  # fmt: skip
def test_a_key_speaks_of_a_repository(key: str, name: str) -> None:
    assert matching([key], ImageName.parse(name)) == [key]


@pytest.mark.parametrize(
    ("key", "name"),
    [
        pytest.param("r.io", "r.io:5000/a", id="a-port"),
        pytest.param("r.io:5000", "r.io/a", id="no-port"),
        pytest.param("r.io", "a.r.io/b", id="subdomain"),
        pytest.param("r.io", "evil-r.io/b", id="suffix"),
        pytest.param("r.io", "r.io.evil.example/b", id="prefix"),
        pytest.param("r.io/a", "r.io/b", id="another-namespace"),
        pytest.param("r.io/a", "r.io/ab", id="half-a-component"),
        pytest.param("r.io/a/b", "r.io/a", id="above"),
        pytest.param("r.io/v2", "r.io/a", id="namespace-named-like-an-api"),
        pytest.param("r.io/a/v2", "r.io/a/b", id="deeper-namespace-named-like-an-api"),
        pytest.param("*.azurecr.io", "azurecr.io/a", id="star-is-a-label"),
        pytest.param("*.azurecr.io", "a.b.azurecr.io/a", id="star-is-one-label"),
        pytest.param("*.azurecr.io", "a.azurecr.io.evil.example/a", id="glob-is-anchored"),
        pytest.param("*.azurecr.io", "a.azurecr.io:5000/a", id="star-is-no-port"),
        pytest.param("*", "r.io/a", id="star-alone"),
        pytest.param("*.r.io/team", "a.r.io/teams", id="glob-and-half-a-component"),
        pytest.param("r.io", "nginx", id="hub-has-its-own"),
        pytest.param("", "r.io/a", id="empty"),
        pytest.param("https://", "r.io/a", id="scheme-alone"),
    ],
)
def test_a_key_speaks_of_no_other(key: str, name: str) -> None:
    assert matching([key], ImageName.parse(name)) == []


@pytest.mark.parametrize(
    ("ordered", "name"),
    [
        pytest.param(["r.io/a/b", "r.io/a", "r.io"], "r.io/a/b/c", id="deeper-first"),
        pytest.param(["r.acme.io", "*.acme.io/a"], "r.acme.io/a/b", id="spelled-out-first"),
        pytest.param(["r-*.acme.io", "*.acme.io", "*.*.io"], "r-1.acme.io/a", id="more-letters-first"),
        pytest.param(["*.acme.io/a", "*.acme.io"], "r.acme.io/a/b", id="deeper-glob-first"),
        pytest.param(["docker.io/acme", "https://index.docker.io/v1/", "docker.io"], "acme/web", id="hub"),
    ],
)
def test_the_most_specific_key_comes_first(ordered: list[str], name: str) -> None:
    assert matching(ordered, ImageName.parse(name)) == ordered
    assert matching(ordered[::-1], ImageName.parse(name)) == ordered


LABELS = st.text("ab*", min_size=1, max_size=3)
HOSTS = st.lists(LABELS, min_size=2, max_size=4).map(".".join)


@given(
    HOSTS,
    st.lists(st.sampled_from("ab"), max_size=3),
    HOSTS,
    st.lists(st.sampled_from("ab"), min_size=1, max_size=3),
)
def test_a_key_never_widens(host: str, below: list[str], other: str, path: list[str]) -> None:
    """Label by label and component by component, whatever is written."""
    name = ImageName(other.replace("*", "a"), "/".join(path))
    if matching(["/".join([host, *below])], name):
        assert path[: len(below)] == below
        assert len(host.split(".")) == len(name.host.split("."))
        for written, label in zip(host.split("."), name.host.split("."), strict=True):
            assert label.startswith(written.partition("*")[0])
            assert "*" in written or written == label


@given(st.text(max_size=30))
def test_a_key_may_be_any_text(key: str) -> None:
    assert matching([key], ImageName("r.io", "a")) in ([], [key])
