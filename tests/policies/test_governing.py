from __future__ import annotations

from dataclasses import replace

import pytest

from imagebot.errors import InvalidReference
from imagebot.policies.globs import image_matcher, normalised_image_glob, path_matcher
from imagebot.policies.governing import govern
from imagebot.policies.loading import load
from tests.builders import reference

CONFIGURATION = load(
    {
        "imagebot.yaml": b"environments:\n  staging: {paths: ['envs/staging/**']}\n  all: {paths: ['**']}\n",
        "policies/a.yaml": b"""\
policies:
  - {name: staging-web, images: ["ghcr.io/acme/web"], environments: [staging]}
  - {name: apps, images: ["ghcr.io/acme/*"], paths: ["apps/**"]}
  - {name: "flux-system:web", images: ["quay.io/none/none"]}
""",
    }
)


@pytest.mark.parametrize(
    ("path", "image", "bound", "policy", "environment", "reason"),
    [
        pytest.param("envs/staging/a.yaml", "ghcr.io/acme/web", None, "staging-web", "staging", "policies/a.yaml:2", id="first-match"),
        pytest.param("apps/a.yaml", "ghcr.io/acme/web", None, "apps", "all", "names it", id="second-match"),
        pytest.param("other/a.yaml", "ghcr.io/acme/web", None, None, "all", "governs only in staging, and this is all; policy apps governs only apps/**", id="elsewhere"),
        pytest.param("a.yaml", "docker.io/library/redis", None, None, "all", "no policy names docker.io/library/redis", id="unnamed"),
        pytest.param("a.yaml", "docker.io/library/redis", "apps", "apps", "all", "a comment binds it", id="bound"),
        pytest.param("a.yaml", "docker.io/library/redis", "ns:apps", "apps", "all", "a comment binds it", id="flux-by-name"),
        pytest.param("a.yaml", "docker.io/library/redis", "flux-system:web", "flux-system:web", "all", "binds it", id="flux-whole"),
        pytest.param("a.yaml", "ghcr.io/acme/web", "nope", None, "all", "which no policy file defines", id="bound-to-nothing"),
    ],
)  # fmt: skip
def test_a_reference_has_a_policy_and_a_reason(
    path: str, image: str, bound: str | None, policy: str | None, environment: str, reason: str
) -> None:
    governed = govern(replace(reference(path=path, image=image), bound=bound), CONFIGURATION)

    assert (governed.policy.name if governed.policy else None) == policy
    assert governed.environment == environment
    assert reason in governed.reason


@pytest.mark.parametrize(
    ("glob", "yes", "no"),
    [
        ("envs/staging/**", "envs/staging/a envs/staging/b/c", "envs/staging envs/production/a"),
        ("**/values.yaml", "values.yaml a/values.yaml a/b/values.yaml", "a/values.yml xvalues.yaml"),
        ("apps/*/deploy.yaml", "apps/a/deploy.yaml", "apps/deploy.yaml apps/a/b/deploy.yaml"),
        ("apps/**/x.yaml", "apps/x.yaml apps/a/x.yaml apps/a/b/x.yaml", "x.yaml appsx.yaml"),
        ("*.yaml", "a.yaml", "a/b.yaml a.yml"),
        ("**", "a a/b", ""),
        ("a?c", "abc", "a/c ac"),
        ("apps/", "apps/a apps/a/b", "apps"),
        ("./a", "a", "b"),
        ("a.b", "a.b", "axb"),
    ],
)
def test_path_globs(glob: str, yes: str, no: str) -> None:
    assert [p for p in yes.split() if not path_matcher(glob).fullmatch(p)] == []
    assert [p for p in no.split() if path_matcher(glob).fullmatch(p)] == []


@pytest.mark.parametrize(
    ("glob", "yes", "no"),
    [
        ("nginx", "docker.io/library/nginx", "docker.io/acme/nginx"),
        ("acme/*", "docker.io/acme/web", "ghcr.io/acme/web"),
        ("ghcr.io/acme/*", "ghcr.io/acme/web ghcr.io/acme/team/web", "ghcr.io/acme ghcr.io/acme2/web"),
        ("ghcr.io/acme/api-?", "ghcr.io/acme/api-1", "ghcr.io/acme/api-10"),
        ("*", "docker.io/library/nginx ghcr.io/a/b", ""),
        ("ng*", "docker.io/library/nginx", "docker.io/acme/nginx"),
        ("localhost:5000/*", "localhost:5000/a", "docker.io/localhost/a"),
        (
            "https://c.io/*",
            "https://c.io/web https://c.io/a/web",
            "c.io/web http://c.io/web https://c.io.evil/web",
        ),
        ("https://C.io:8443/A/*", "https://c.io:8443/A/web", "https://c.io:8443/a/web https://c.io/A/web"),
        ("https://C.io/a/web", "https://c.io/a/web", "https://c.io/a/web2 c.io/a/web"),
        ("https://[::1]:80/*", "https://[::1]:80/web", "https://:/web"),
        ("https://*/web", "https://c.io/web https://c.io/a/web", "http://c.io/web"),
    ],
)
def test_image_globs(glob: str, yes: str, no: str) -> None:
    matcher = image_matcher(normalised_image_glob(glob))

    assert [n for n in yes.split() if not matcher.match(n)] == []
    assert [n for n in no.split() if matcher.match(n)] == []


@pytest.mark.parametrize(
    "glob", ["https://c.io/*:1.2.3", "https://c.io/web:1.2.3", "https://me:hunter2@c.io/*", "https://c.io/"]
)
def test_what_names_no_charts_is_refused(glob: str) -> None:
    with pytest.raises(InvalidReference) as refused:
        normalised_image_glob(glob)

    assert "hunter2" not in str(refused.value)
