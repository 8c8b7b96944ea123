from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.errors import InvalidReference
from imagebot.references.image import ImageName, ImageReference, is_digest, is_tag, is_version, parts

A = "a" * 64
D = f"sha256:{A}"


@pytest.mark.parametrize(
    ("written", "normalised"),
    [
        ("nginx", "docker.io/library/nginx"),
        ("nginx:1.27", "docker.io/library/nginx:1.27"),
        ("library/nginx", "docker.io/library/nginx"),
        ("acme/web", "docker.io/acme/web"),
        ("docker.io/nginx", "docker.io/library/nginx"),
        ("docker.io/acme/web", "docker.io/acme/web"),
        ("index.docker.io/nginx", "docker.io/library/nginx"),
        ("index.docker.io/acme/web:1", "docker.io/acme/web:1"),
        ("ghcr.io/acme/web", "ghcr.io/acme/web"),
        ("ghcr.io/acme/team/web:1.2.3", "ghcr.io/acme/team/web:1.2.3"),
        ("localhost", "docker.io/library/localhost"),
        ("localhost/web", "localhost/web"),
        ("localhost:5000/web", "localhost:5000/web"),
        ("test.com:5000", "docker.io/library/test.com:5000"),
        ("test:5000/web", "test:5000/web"),
        ("test.com/web", "test.com/web"),
        ("Foo/bar", "Foo/bar"),
        ("HOST.com/bar:Tag", "HOST.com/bar:Tag"),
        ("127.0.0.1:5000/a/b", "127.0.0.1:5000/a/b"),
        ("[::1]/a", "[::1]/a"),
        ("[::1]:5000/a/b:c", "[::1]:5000/a/b:c"),
        ("[2001:db8::1]:443/a@" + D, "[2001:db8::1]:443/a@" + D),
        ("nginx:1.27@" + D, "docker.io/library/nginx:1.27@" + D),
        ("nginx@" + D, "docker.io/library/nginx@" + D),
        ("nginx@sha512:" + "b" * 128, "docker.io/library/nginx@sha512:" + "b" * 128),
        ("a.b/c:5000", "a.b/c:5000"),
        ("a_b", "docker.io/library/a_b"),
        ("a__b", "docker.io/library/a__b"),
        ("a-b", "docker.io/library/a-b"),
        ("a---b", "docker.io/library/a---b"),
        ("a.b", "docker.io/library/a.b"),
        ("x/a.b_c-d", "docker.io/x/a.b_c-d"),
        ("a/b/c/d/e/f", "docker.io/a/b/c/d/e/f"),
        ("nginx:" + "t" * 128, "docker.io/library/nginx:" + "t" * 128),
        ("nginx:_x", "docker.io/library/nginx:_x"),
        ("nginx:1.10", "docker.io/library/nginx:1.10"),
        ("nginx:v1-RC.2_x", "docker.io/library/nginx:v1-RC.2_x"),
        ("xn--n3h.com/myimage", "xn--n3h.com/myimage"),
        ("b" * 63, "docker.io/library/" + "b" * 63),
        ("0/a", "docker.io/0/a"),
        ("h.io:1/a", "h.io:1/a"),
        ("example.com/" + "a" * 255, "example.com/" + "a" * 255),
        ("https://charts.example.com/stable/web", "https://charts.example.com/stable/web"),
        ("https://Charts.Example.com/Stable/web:1.2.3", "https://charts.example.com/Stable/web:1.2.3"),
        (
            "https://charts.example.com/web:v1.2.3-rc.1+build.5",
            "https://charts.example.com/web:v1.2.3-rc.1+build.5",
        ),
        ("http://localhost:8080/web:1.2.3", "http://localhost:8080/web:1.2.3"),
        ("https://[::1]:8443/~me/a..b/web_x:1", "https://[::1]:8443/~me/a..b/web_x:1"),
    ],
)
def test_a_reference_is_normalised(written: str, normalised: str) -> None:
    assert str(ImageReference.parse(written)) == normalised


@pytest.mark.parametrize(
    "written",
    [
        "", " ", ":", "@", ":tag", "@" + D, "a:", "a@", "a:b:c", "a b", "a\n", "nginx\n", "a:1\n", "a:é", "é",
        A, f"{A}:latest", "Nginx", "acme/Web", "ghcr.io/Acme/web", "a..b", "a._b", "a_.b", "a___b", "-a", "a-", "_a", "a_",
        ".a", "a.", "a//b", "/a", "a/", "//a", "host.com/", "host.com//a", "a:-x", "a:.x", "a:" + "t" * 129, "a@sha256:abc",
        "a@" + D.upper(), "a@md5:" + "a" * 32, "a@sha256:" + "g" * 64, f"a@{D}a", f"a@{D}@{D}", f"a@{D}:1",
        "[fe80::1%eth0]/a", "[::1/a", "::1/a", "[::1]a/b", "[xyz]/a", "host.com:port/a", "host.com:/a", "-host.com/a",
        "docker://nginx", "https://", "https:///web", "https://nginx", "https://h:80", "https://h/", "https://h/a/", "https://h//a",
        "https://h/../a", "https://h/a/.", "https://h/a b", "https://h/a%20b", "https://h/a?b", "https://h/a#b", "https://h/a\n",
        "https://h/é", "https://é/a", "https://h:x/a", "https://me@h/a", "https://me:word@h/a:1.2.3", "https://h/a:1@" + D,
        "https://h/a:+1", "https://h/a:1+" + "b" * 127, "https://h/" + "a" * 256, "HTTPS://h/a", "ftp://h/a", "s3://bucket/a:1.2.3",
        "oci://ghcr.io/acme/web", "ghcr.io/acme/web:1.2.3+build", "example.com/" + "a" * 256, "a\x00b", "a:1 ", " a:1", "${IMAGE}",
        "{{ .Values.image }}", "a:$TAG", "*", "ghcr.io/*",
    ],
)  # fmt: skip
def test_what_is_no_reference_is_refused_with_a_reason(written: str) -> None:
    with pytest.raises(InvalidReference, match="is not an image reference: .+") as refused:
        ImageReference.parse(written)

    assert refused.value.hint


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("https://me:hunter2@charts.example.com/web:1.2.3", id="password"),
        pytest.param("https://hunter2@charts.example.com/web", id="user"),
        pytest.param("https://me:a/hunter2@charts.example.com/web", id="slash"),
        pytest.param("https://charts.example.com/web?token=hunter2", id="query"),
        pytest.param("https://charts.example.com/web#hunter2", id="fragment"),
    ],
)
def test_a_refusal_shows_no_credentials(written: str) -> None:
    with pytest.raises(InvalidReference) as refused:
        ImageReference.parse(written)

    assert "hunter2" not in str(refused.value)
    assert "//" in str(refused.value)


def test_a_chart_is_another_name_than_the_image_of_the_same_path() -> None:
    chart = ImageName.parse("https://example.com/a/web")

    assert chart == ImageName("example.com", "a/web", "https")
    assert chart not in {ImageName("example.com", "a/web"), ImageName("example.com", "a/web", "http")}


def test_upper_case_is_named_as_the_reason() -> None:
    with pytest.raises(InvalidReference, match="lower-case"):
        ImageReference.parse("acme/Web")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("nginx", ("nginx", None, None), id="name"),
        pytest.param("nginx:1", ("nginx", "1", None), id="tag"),
        pytest.param("h:5/a:1@" + D, ("h:5/a", "1", D), id="all"),
        pytest.param("h:5/a", ("h:5/a", None, None), id="port-is-no-tag"),
        pytest.param("[::1]:5/a@" + D, ("[::1]:5/a", None, D), id="address"),
        pytest.param("https://h:5/a", ("https://h:5/a", None, None), id="chart"),
        pytest.param("https://h:5/a:1+b", ("https://h:5/a", "1+b", None), id="chart-with-version"),
    ],
)
def test_parts_are_found_where_they_are_written(
    written: str, expected: tuple[str, str | None, str | None]
) -> None:
    found = parts(written)

    cut = [written[slice(*place)] if place else None for place in (found.name, found.tag, found.digest)]
    assert tuple(cut) == expected


def test_a_name_has_no_tag() -> None:
    assert ImageName.parse("nginx") == ImageName("docker.io", "library/nginx")
    with pytest.raises(InvalidReference, match="without tag and digest"):
        ImageName.parse("nginx:1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1.0", True), ("latest\n", False), ("", False), ("é", False), ("-a", False), ("a" * 129, False)],
)
def test_tags_are_told_from_other_texts(text: str, expected: bool) -> None:
    assert is_tag(text) is expected


def test_versions_of_charts_may_hold_a_plus() -> None:
    assert is_version("1.2.3+build")
    assert is_version("1.2.3_build")
    assert not is_tag("1.2.3+build")
    assert not any(map(is_version, ["+1", "", "1\n", "1 2", "a" * 129]))


def test_digests_are_told_from_other_texts() -> None:
    assert is_digest(D)
    assert not is_digest(D + "\n")
    assert not is_digest(D.upper())


component = st.from_regex(r"[a-z0-9]{1,8}(?:(?:\.|_|__|-{1,3})[a-z0-9]{1,8}){0,2}", fullmatch=True)
host = st.sampled_from(
    ["docker.io/", "localhost/", "ghcr.io/", "r.example.com:5000/", "[::1]:80/", "127.0.0.1/"]
)
tag = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}", fullmatch=True)
references = st.builds(
    lambda h, p, t, d: f"{h}{'/'.join(p)}{f':{t}' if t else ''}{f'@sha256:{d}' if d else ''}",
    host,
    st.lists(component, min_size=1, max_size=4),
    st.none() | tag,
    st.none() | st.from_regex(r"[a-f0-9]{64}", fullmatch=True),
) | st.builds(
    lambda h, p, v: f"https://{h}{'/'.join(p)}{f':{v}' if v else ''}",
    host,
    st.lists(st.from_regex(r"[A-Za-z0-9_~-]{1,8}", fullmatch=True), min_size=1, max_size=4),
    st.none() | st.from_regex(r"[0-9]\.[0-9]\.[0-9](?:\+[a-z0-9.]{1,8})?", fullmatch=True),
)


@given(references)
def test_the_normalised_form_means_the_same(written: str) -> None:
    parsed = ImageReference.parse(written)

    assert ImageReference.parse(str(parsed)) == parsed


@given(references)
def test_parts_cut_out_tag_and_digest(written: str) -> None:
    parsed, found = ImageReference.parse(written), parts(written)

    assert (written[slice(*found.tag)] if found.tag else None) == parsed.tag
    assert (written[slice(*found.digest)] if found.digest else None) == parsed.digest


@given(
    st.text()
    | st.text(alphabet="abA0:/@.-_[]sh256+? \n").flatmap(
        lambda text: st.sampled_from([text, f"https://{text}", f"https://h/{text}"])
    )
)
def test_any_text_is_a_reference_or_refused(text: str) -> None:
    try:
        parsed = ImageReference.parse(text)
    except InvalidReference:
        return
    assert ImageReference.parse(str(parsed)) == parsed
