"""Forms that were missed, misread or invented once: one row each, and nothing said twice."""

from __future__ import annotations

import pytest

from imagebot.descriptors.across import across
from imagebot.descriptors.find import Found, find
from imagebot.descriptors.rules import Rule, parse_path

SHA = "sha256:" + "0" * 64
POD = "apiVersion: v1\nkind: Pod\nspec: {{containers: [{{name: a, image: 'a/b:1', {}}}]}}\n"
APP = "apiVersion: argoproj.io/v1alpha1\nkind: {}\nspec:\n"
KUSTOMIZATION = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec:\n  path: {}\n  postBuild: {{substitute: {}}}\n"

HELM_REPOSITORY = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {{name: p, namespace: f}}\nspec: {{url: '{}'}}\n"
HELM_RELEASE = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: x, namespace: f}}\nspec: {{chart: {{spec: {{chart: web, version: {}, sourceRef: {{kind: HelmRepository, name: p}}}}}}}}\n"
CHART_YAML = "name: x\ndependencies: [{{name: {}, version: {}, repository: '{}'}}]\n"


def look(files: dict[str, str]) -> Found:
    return across(find(path, text.encode()) for path, text in files.items())


def named(found: Found) -> list[str]:
    return sorted(
        f"{r.path.rpartition('/')[2]}:{r.line} {r.image}".replace("docker.io/library/", "")
        for r in found.references
    )


VALUES = {
    "registry-before-image": ('{registry: ghcr.io, image: "acme/m:1.0"}', ["ghcr.io/acme/m:1.0"]),
    "image-registry": ("{imageRegistry: ghcr.io, imageRepository: acme/app, imageTag: 1.0}", ["ghcr.io/acme/app:1.0"]),
    "sidecar-registry": ("{sidecarRegistry: ghcr.io, sidecarImage: acme/l, sidecarTag: '1'}", ["ghcr.io/acme/l:1"]),
    "organisation": ("{image: {registry: ghcr.io, organization: acme, repository: web, tag: 1.2}}", ["ghcr.io/acme/web:1.2"]),
    "repo-and-name": ("{image: {repo: ghcr.io/acme, name: app, tag: 1.0}}", ["ghcr.io/acme/app:1.0"]),
    "hub": ("{image: pilot, tag: 1.20.0, hub: gcr.io/istio}", ["gcr.io/istio/pilot:1.20.0"]),
    "image-and-digest": (f"{{image: acme/h, digest: '{SHA}'}}", [f"docker.io/acme/h@{SHA}"]),
    "digest-called-sha256": (f"{{image: {{repository: acme/f, sha256: {'0' * 64}, tag: v1}}}}", [f"docker.io/acme/f:v1@{SHA}"]),
    "image-version": ("{image: acme/ff, imageVersion: '1.0'}", ["docker.io/acme/ff:1.0"]),
    "version-in-image": ("{image: {name: acme/w4, version: 1.2.3}}", ["docker.io/acme/w4:1.2.3"]),
    "container-image": ("{containerImage: acme/ii, tag: '1.0'}", ["docker.io/acme/ii:1.0"]),
    "image-ref": ("{image: {ref: 'acme/xx:1'}}", ["docker.io/acme/xx:1"]),
    "image-override": ("{image: {override: 'acme/ovr:1', repository: '', tag: ''}}", ["docker.io/acme/ovr:1"]),
    "image-list": ("{image: ['acme/aaa:1']}", ["docker.io/acme/aaa:1"]),
    "image-by-platform": ("{image: {amd64: 'acme/ab:1', arm64: 'acme/ab:2'}}", ["docker.io/acme/ab:1", "docker.io/acme/ab:2"]),
    "repository-and-digest": (f"{{imageRepository: acme/i, imageDigest: '{SHA}'}}", [f"docker.io/acme/i@{SHA}"]),
    "image-lists": ("{imageList: ['nginx:1.25'], sandboxImages: ['a/b:1']}", ["docker.io/a/b:1", "nginx:1.25"]),
    "environment": ("{env: [{name: MY_IMAGE, value: 'acme/env:1'}]}", ["docker.io/acme/env:1"]),
    "arguments": ("{extraArgs: ['--sidecar-image=acme/args:1']}", ["docker.io/acme/args:1"]),
    "global-registry-in-image": ("{global: {image: {registry: my.reg}}, image: {registry: docker.io, repository: a/w, tag: '1'}}", ["my.reg/a/w:1"]),
    "repository-image-and-version": ("{driver: {repository: nvcr.io/nvidia, image: driver, version: 550.90.07}}", ["nvcr.io/nvidia/driver:550.90.07"]),
    "registry-image-and-version": ("{image: tigera/operator, version: v1.34.3, registry: quay.io}", ["quay.io/tigera/operator:v1.34.3"]),
    "numbered-images": ("{global: {imageK8S: 'a/k:1', imageDataplane: 'a/d:1', imageBusybox: 'busybox:1.36', imageRegistry: 'r:5000'}}", ["busybox:1.36", "docker.io/a/d:1", "docker.io/a/k:1"]),
    "global-registry-of-some-images": ("{global: {image: {registry: my.reg}}, image: {repository: memcached, tag: '1.6'}}", ["memcached:1.6"]),
    "git-by-its-branch": ("{source: {repository: org/repo, tag: v1.0, branch: main}}", []),
    "name-of-something-else": ("{name: web, tag: '1.0', app: {name: api, tag: '2.0'}}", []),
    "git-repository": ("{dags: {repository: github.com/acme/dags, tag: v1.2.3}}", []),
    "host-without-path": ("{etcd: {imageRepository: registry.k8s.io, imageTag: 3.5.9-0}}", []),
    "port-no-tag": ("{args: ['--image-service=images:8080', '--image-pull-timeout=x:9']}", []),
    "picture": ("{logoImage: assets/logo.png, backgroundImage: 'img/a.jpg?v=1'}", []),
    "bare-in-a-list-entry": ("{env: [{name: UPLOAD_IMAGE_ADDR, value: 'images:8080'}]}", []),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), VALUES.values(), ids=VALUES)
def test_settings_name_their_images_by_many_keys(text: str, expected: list[str]) -> None:
    found = look({"some.yaml": text})

    assert named(found) == [f"some.yaml:1 {reference}" for reference in expected]


FOUND = {
    "argo-parameter-name": (
        {"a.yaml": APP.format("Application") + "  source: {helm: {parameters: [{name: app.name, value: api}, {name: app.tag, value: '2.0'}]}}\n"},
        [],
    ),
    "argo-chart-of-an-element": (
        {"a.yaml": APP.format("ApplicationSet") + "  generators: [{list: {elements: [{version: 1.0.0}]}}]\n  template: {spec: {source: {repoURL: ghcr.io/acme/charts, chart: web, targetRevision: '{{version}}'}}}\n"},
        ["a.yaml:4 ghcr.io/acme/charts/web:1.0.0"],
    ),
    "dockerfile-argument-of-a-stage": (
        {"Dockerfile": "ARG V=1.0\nFROM acme/base:${V} AS base\nARG V=2.0\nFROM acme/run:${V}\n"},
        ["Dockerfile:1 docker.io/acme/base:1.0", "Dockerfile:1 docker.io/acme/run:1.0"],
    ),
    "dockerfile-stage-by-variable": ({"Dockerfile": "ARG M=prod\nFROM alpine:3 AS stage-prod\nFROM stage-${M}\n"}, ["Dockerfile:2 alpine:3"]),
    "dockerfile-options-of-a-command": ({"Dockerfile": "FROM a:1\nRUN tool --from=alpine:3.1 x\n"}, ["Dockerfile:1 a:1"]),
    "dockerfile-heredoc": ({"Dockerfile": "FROM a:1\nRUN <<EOF\ncat <<X\n  EOF\nFROM evil:1\nEOF\nFROM b:1\n"}, ["Dockerfile:1 a:1", "Dockerfile:7 b:1"]),
    "dockerfile-here-string": ({"Dockerfile": "FROM a:1\nRUN cat <<<x && echo $((1<<a))\nFROM b:1\n"}, ["Dockerfile:1 a:1", "Dockerfile:3 b:1"]),
    "dockerfile-onbuild": ({"Dockerfile": "FROM a:1\nONBUILD COPY --from=acme/onb:1.0 /a /b\n"}, ["Dockerfile:1 a:1", "Dockerfile:2 docker.io/acme/onb:1.0"]),
    "flux-two-owners-of-one-path": (
        {
            "dev.yaml": KUSTOMIZATION.format("./apps", "{TAG: '1.0'}"),
            "prod.yaml": KUSTOMIZATION.format("./apps", "{TAG: '2.0', REG: eu.gcr.io}"),
            "apps/pod.yaml": "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: '${REG:-ghcr.io}/acme/a:${TAG}'}]}\n",
        },
        ["dev.yaml:5 ghcr.io/acme/a:1.0", "prod.yaml:5 eu.gcr.io/acme/a:2.0"],
    ),
    "flux-through-kustomizations": (
        {
            "clusters/staging/apps.yaml": KUSTOMIZATION.format("./apps/staging", "{TAG: '1.0'}"),
            "clusters/production/apps.yaml": KUSTOMIZATION.format("apps/production/", "{TAG: '2.0'}"),
            "clusters/other/apps.yaml": KUSTOMIZATION.format("./elsewhere", "{TAG: '3.0'}"),
            "apps/staging/kustomization.yaml": "resources: ['../base/web']\n",
            "apps/production/kustomization.yaml": "resources:\n- ../base\n",
            "apps/base/kustomization.yaml": "resources: [web, https://example.com/x]\n",
            "apps/base/web/kustomization.yaml": "resources: [deploy.yaml, ../../staging]\n",
            "apps/base/web/deploy.yaml": "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: 'ghcr.io/acme/a:${TAG}'}]}\n",
        },
        ["apps.yaml:5 ghcr.io/acme/a:1.0", "apps.yaml:5 ghcr.io/acme/a:2.0"],
    ),
    "flux-nearest-helm-repository": (
        {
            f"{c}/{kind}.yaml": text
            for c in ("c1", "c2")
            for kind, text in (
                ("repo", f"apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {{name: p, namespace: f}}\nspec: {{url: 'oci://ghcr.io/{c}'}}\n"),
                ("release", "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: x, namespace: f}\nspec: {chart: {spec: {chart: pod, version: 1.0.0, sourceRef: {kind: HelmRepository, name: p}}}}\n"),
            )
        },
        ["release.yaml:4 ghcr.io/c1/pod:1.0.0", "release.yaml:4 ghcr.io/c2/pod:1.0.0"],
    ),
    "gitlab-variable-of-another-job": ({".gitlab-ci.yml": "a: {variables: {TAG: '1.0'}, image: 'acme/a:$TAG'}\nb: {image: 'acme/b:$TAG'}\n"}, [".gitlab-ci.yml:1 docker.io/acme/a:1.0"]),
    "gitlab-extended-job": ({".gitlab-ci.yml": ".base: {variables: {TAG: '1.0'}}\na:\n  extends: .base\n  image: acme/a:$TAG\n"}, [".gitlab-ci.yml:1 docker.io/acme/a:1.0"]),
    "gitlab-included-file": ({"ci/build.yml": "build: {stage: b, script: [make], services: ['postgres:16'], image: alpine}\n"}, ["build.yml:1 alpine", "build.yml:1 postgres:16"]),
    "systemd-other-verbs": ({"a.service": "[Service]\nExecStartPre=-/usr/bin/docker network create web\nExecStart=podman exec web run migrations\n"}, []),
    "systemd-quotes": ({"a.service": "[Service]\nExecStart=/usr/bin/docker run -e \"A=b c d\" --name 'a b' acme/y:1 date\n"}, ["a.service:2 docker.io/acme/y:1"]),
    "systemd-before-the-runtime": ({"a.service": "[Service]\nExecStart=/usr/bin/env docker container run --rm acme/y:1\n"}, ["a.service:2 docker.io/acme/y:1"]),
    "env-image-key": ({"a.yaml": POD.format("env: [{name: UPLOAD_IMAGE_ADDR, value: 'images:8080'}]")}, ["a.yaml:3 docker.io/a/b:1"]),
    "pushed-image": ({"a.yaml": "apiVersion: build.openshift.io/v1\nkind: BuildConfig\nspec: {output: {to: {kind: DockerImage, name: 'r.io/a/out:1'}}, strategy: {from: {kind: DockerImage, name: 'r.io/a/in:1'}}}\n"}, ["a.yaml:3 r.io/a/in:1"]),
    "list-of-containers": ({"patches/c.yaml": "- name: side\n  image: acme/side:1.2.3\n"}, ["c.yaml:2 docker.io/acme/side:1.2.3"]),
    "list-in-a-text": ({"values.yaml": "extraContainers: |\n  - name: side\n    image: acme/side:1.2.3\n"}, ["values.yaml:3 docker.io/acme/side:1.2.3"]),
    "json-in-quotes": (
        {"kustomization.yaml": "patches: [{patch: '[{\"op\":\"replace\",\"path\":\"/spec/template/spec/containers/0/image\",\"value\":\"acme/web:1.0\"}]'}]\n"},
        ["kustomization.yaml:1 docker.io/acme/web:1.0"],
    ),
    "image-tag-transformer": ({"t.yaml": "apiVersion: builtin\nkind: ImageTagTransformer\nmetadata: {name: x}\nimageTag: {name: a/b, newTag: '1'}\n"}, ["t.yaml:4 docker.io/a/b:1"]),
    "json-patch-of-environment": (
        {"kustomization.yaml": "patches:\n- patch: |\n    - {op: add, path: /spec/template/spec/containers/0/env/-, value: {name: SIDE_IMAGE, value: 'a/e:1'}}\n    - {op: add, path: /spec/template/spec/containers/0/args, value: ['--side-image=a/f:1']}\n"},
        ["kustomization.yaml:3 docker.io/a/e:1", "kustomization.yaml:4 docker.io/a/f:1"],
    ),
    "objects-inside-of-objects": (
        {"a.yaml": "apiVersion: fluxcd.controlplane.io/v1\nkind: ResourceSet\nspec:\n  resources:\n  - apiVersion: source.toolkit.fluxcd.io/v1\n    kind: OCIRepository\n    spec: {url: 'oci://r.io/a/m', ref: {tag: 1.0.0}}\n"},
        ["a.yaml:7 r.io/a/m:1.0.0"],
    ),
    "text-in-a-text": (
        {"a.yaml": "apiVersion: v1\nkind: ConfigMap\ndata:\n  o.yaml: |\n    apiVersion: v1\n    kind: ConfigMap\n    data:\n      i.yaml: |\n        apiVersion: v1\n        kind: Pod\n        spec: {containers: [{image: 'a/deep:1'}]}\n"},
        ["a.yaml:11 docker.io/a/deep:1"],
    ),
    "marker-inside-an-inner-text": (
        {"a.yaml": APP.format("Application") + "  source:\n    helm:\n      values: |\n        script: |\n          ---\n          image: {repository: a/no, tag: 1.9}\n        image: {repository: a/yes, tag: 1.9}\n"},
        ["a.yaml:10 docker.io/a/yes:1.9", "a.yaml:9 docker.io/a/no:1.9"],
    ),
    "crossplane-chart": ({"a.yaml": "apiVersion: helm.crossplane.io/v1beta1\nkind: Release\nspec: {forProvider: {chart: {name: web, repository: 'oci://r.io/c', version: 1.0.0}}}\n"}, ["a.yaml:3 r.io/c/web:1.0.0"]),
    "crossplane-chart-of-a-repository": (
        {"a.yaml": "apiVersion: apiextensions.crossplane.io/v1\nkind: Composition\nspec: {resources: [{base: {spec: {forProvider: {chart: {name: web, repository: 'https://c.io/s/', version: 1.0.0}}}}}]}\n"},
        ["a.yaml:3 https://c.io/s/web:1.0.0"],
    ),
    "crossplane-git-of-something-else": ({"a.yaml": "apiVersion: meta.pkg.crossplane.io/v1\nkind: Configuration\nspec: {source: {name: web, repository: 'https://github.com/a/b', version: 1.0.0}}\n"}, []),
    "argo-chart-of-a-repository": (
        {"a.yaml": APP.format("Application") + "  source: {repoURL: 'https://C.io:8443/s/', chart: web, targetRevision: 1.0.0+up2}\n"},
        ["a.yaml:4 https://c.io:8443/s/web:1.0.0+up2"],
    ),
    "argo-chart-of-an-element-and-a-repository": (
        {"a.yaml": APP.format("ApplicationSet") + "  generators: [{list: {elements: [{version: 1.0.0+b}, {version: 1.x}]}}]\n  template: {spec: {source: {repoURL: https://c.io/s, chart: web, targetRevision: '{{version}}'}}}\n"},
        ["a.yaml:4 https://c.io/s/web:1.0.0+b"],
    ),
    "argo-git": ({"a.yaml": APP.format("Application") + "  source: {repoURL: 'https://github.com/a/b', path: charts/web, targetRevision: 1.0.0}\n"}, []),
    "flux-helm-repository-by-address": (
        {"repo.yaml": HELM_REPOSITORY.format("https://c.io/s/"), "release.yaml": HELM_RELEASE.format("1.0.0+b")},
        ["release.yaml:4 https://c.io/s/web:1.0.0+b"],
    ),
    "flux-build-in-a-registry": (
        {"repo.yaml": HELM_REPOSITORY.format("oci://r.io/s"), "release.yaml": HELM_RELEASE.format("1.0.0+b")},
        ["release.yaml:4 r.io/s/web:1.0.0_b"],
    ),
    "flux-helm-chart": (
        {"repo.yaml": HELM_REPOSITORY.format("http://c.io"), "chart.yaml": "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmChart\nmetadata: {name: x, namespace: f}\nspec: {chart: web, version: 1.0.0, sourceRef: {kind: HelmRepository, name: p}}\n"},
        ["chart.yaml:4 http://c.io/web:1.0.0"],
    ),
    "flux-artifact-is-no-chart": (
        {"a.yaml": "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nspec: {url: 'oci://r.io/a/m', ref: {tag: 1.0.0_b}}\n"},
        ["a.yaml:3 r.io/a/m:1.0.0_b"],
    ),
    "requirements": ({"requirements.yaml": CHART_YAML.format("web", "1.0.0", "https://c.io/s")}, ["requirements.yaml:2 https://c.io/s/web:1.0.0"]),
    "kustomize-chart-in-a-file-of-its-own": (
        {"g.yaml": "apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: x}\nname: web\nrepo: https://c.io/s\nversion: 1.0.0\n"},
        ["g.yaml:6 https://c.io/s/web:1.0.0"],
    ),
    "kustomize-nothing-but-a-chart": ({"kustomization.yaml": "helmCharts:\n- {name: web, repo: 'https://c.io/s', version: 1.0.0}\n"}, ["kustomization.yaml:2 https://c.io/s/web:1.0.0"]),
    "helmfile-repositories": (
        {"helmfile.yaml": "repositories: [{name: a, url: 'https://c.io/s/'}, {name: b, url: r.io/s, oci: true}, {name: c, url: 'oci://r.io/t'}]\nreleases:\n- {chart: a/web, version: 1.0.0}\n- {chart: b/x/web, version: 1.0.0+b}\n- {chart: c/web, version: 1.0.0}\n- {chart: d/web, version: 1.0.0}\n"},
        ["helmfile.yaml:3 https://c.io/s/web:1.0.0", "helmfile.yaml:4 r.io/s/x/web:1.0.0_b", "helmfile.yaml:5 r.io/t/web:1.0.0"],
    ),
    "address-of-an-image": ({"a.yaml": "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: 'https://c.io/s/web:1.0.0'}]}\n"}, []),
    "helmfile-text": ({"helmfile.yaml": "releases:\n- name: a\n  chart: x/y\n  values:\n  - |\n    web: {image: 'acme/str:1'}\n"}, ["helmfile.yaml:6 docker.io/acme/str:1"]),
    "compose-around-a-service": (
        {"compose.yaml": "services:\n  a:\n    build:\n      args: {BASE_IMAGE: 'a/arg:1'}\n      additional_contexts: {b: 'docker-image://a/ctx:1'}\n      dockerfile_inline: |\n        FROM a/inl:1\n    volumes: [{type: image, source: 'a/vol:1'}]\n"},
        ["compose.yaml:4 docker.io/a/arg:1", "compose.yaml:5 docker.io/a/ctx:1", "compose.yaml:7 docker.io/a/inl:1", "compose.yaml:8 docker.io/a/vol:1"],
    ),
    "compose-dollar": ({"compose.yaml": "services: {a: {image: 'a/b:$$TAG'}, c: {image: 'c:1'}}\n", ".env": "TAG=1\n"}, ["compose.yaml:1 c:1"]),
    "dotenv-quotes": ({"compose.yaml": "services: {a: {image: 'a/b:$TAG'}}\n", ".env": 'TAG=1.0\nCERT="x\nTAG=1.2.3\ny"\nQ="1"x\n'}, [".env:1 docker.io/a/b:1.0"]),
    "nomad-variable": ({"a.nomad.hcl": 'variable "image" {\n  default = "r.io/a/d:1.0"\n}\njob x {\n  task "t" { config { image = var.image } }\n}\n'}, ["a.nomad.hcl:2 r.io/a/d:1.0"]),
    "ansible-variables": ({"play.yml": "- hosts: all\n  vars: {full_image: 'acme/full:1.0'}\n  tasks: []\n"}, ["play.yml:2 docker.io/acme/full:1.0"]),
    "action-input": ({".github/workflows/a.yml": "on: push\njobs: {a: {steps: [{uses: a/b@v1, with: {image: 'docker:27'}}]}}\n"}, ["a.yml:2 docker:27"]),
}  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), FOUND.values(), ids=FOUND)
def test_every_kind_is_read_as_its_tool_reads_it(files: dict[str, str], expected: list[str]) -> None:
    assert named(look(files)) == expected


SAID = {
    "overlay-with-its-own-registry": ("values-prod.yaml", "db: {image: {registry: mirror.corp, tag: 1.0.1}}\n", [1]),
    "hub-and-tag": ("values.yaml", "global:\n  hub: docker.io/istio\n  tag: 1.23.0\n  proxy: {image: proxyv2}\n", [3, 4]),
    "second-digest": ("values.yaml", f"image: {{repository: quay.io/cilium/operator, tag: v1.16.1, genericDigest: '{SHA}'}}\n", [1]),
    "empty-repository": ("values.yaml", "agents: {image: {name: agent, tag: 7.56.0, repository: }}\n", [1]),
    "overlay-with-a-tag-alone": ("values-prod.yaml", "image: {tag: 1.2.3}\nside: {imageTag: '3.0'}\n", [1, 2]),
    "repository-without-a-tag": ("a.yaml", "image: {repository: acme/x}\n", [1]),
    "image-without-a-tag": ("a.yaml", "sidecarImage: acme/side\n", [1]),
    "folded-patch": ("kustomization.yaml", "patches:\n- patch: >-\n    spec:\n      containers:\n        - image: a/b:1.9\n", [2]),
    "quoted-yaml": ("a.yaml", 'apiVersion: v1\nkind: ConfigMap\ndata: {x: "apiVersion: v1\\nkind: Pod\\nspec: {containers: [{image: a:1}]}"}\n', [3]),
    "template-in-a-text": ("a.yaml", "apiVersion: v1\nkind: ConfigMap\ndata:\n  x: |\n    - name: {{ .N }}\n      image: acme/tpl:1.0\n", [4]),
    "scheme": ("a.yaml", "apiVersion: x/v1\nkind: WasmPlugin\nspec: {url: 'oci://reg:5000/openid/openid:1'}\n", [3]),
    "address": ("a.yaml", "apiVersion: x/v1\nkind: X\nspec: {k: '10.0.0.1:5000/acme/k:1.0'}\n", [3]),
    "command-line": ("a.yaml", POD.format("command: [sh, -c, 'docker pull ghcr.io/acme/cmd:1.0']"), [3]),
    "other-variables": ("prod.env", "A=1\nWEB_IMAGE=ghcr.io/acme/web:1.0\n", [2]),
    "hcl-elsewhere": ("a.nomad", 'job "x" {\n  # ghcr.io/a/no:1\n  meta { x = "ghcr.io/a/b:1" }\n}\n', [3]),
    "explicit-type": ("a.yaml", "image: {repository: a/b, tag: !!float 1.9}\n", [1]),
    "bare-registry": ("values.yaml", "etcd: {imageRepository: registry.k8s.io, imageTag: 3.5.9-0}\n", [1]),
    "prose": ("a.yaml", "apiVersion: x/v1\nkind: X\nspec: {description: 'such as ghcr.io/a/b:1'}\n", []),
    "comment": ("a.yaml", "apiVersion: x/v1\nkind: X\n# ghcr.io/a/b:1\n", []),
    "address-of-an-image": ("a.yaml", POD.format("").replace("a/b:1", "https://c.io/s/web:1.0.0"), [3]),
    "range-of-a-chart": ("Chart.yaml", CHART_YAML.format("web", "^1.2", "https://c.io/s"), [2]),
    "alias-of-a-repository": ("Chart.yaml", CHART_YAML.format("web", "1.0.0", "@acme"), [2]),
    "other-alias-of-a-repository": ("Chart.yaml", CHART_YAML.format("web", "1.0.0", "alias:acme"), [2]),
    "plugin-of-helm": ("Chart.yaml", CHART_YAML.format("web", "1.0.0", "s3://bucket/charts"), [2]),
    "credentials-of-a-repository": ("Chart.yaml", CHART_YAML.format("web", "1.0.0", "https://me:hunter2@c.io/s"), [2]),
    "credentials-of-another": ("Chart.yaml", CHART_YAML.format("web", "1.0.0", "git+https://me:hunter2@c.io/s"), [2]),
    "query-of-a-repository": ("Chart.yaml", CHART_YAML.format("web", "1.0.0", "https://c.io/s?token=hunter2"), [2]),
    "escape-of-a-repository": ("Chart.yaml", CHART_YAML.format("web", "1.0.0", "https://c.io/a%2Fb"), [2]),
    "chart-by-path": ("Chart.yaml", CHART_YAML.format("a/web", "1.0.0", "https://c.io/s"), [2]),
    "chart-without-a-name": ("Chart.yaml", CHART_YAML.format("", "1.0.0", "https://c.io/s"), [2]),
    "template-of-a-repository": ("helmfile.yaml", "repositories: [{name: a, url: '{{ .Values.url }}'}]\nreleases: [{chart: a/web, version: 1.0.0}]\n", [2]),
    "repository-of-flux-elsewhere": ("release.yaml", HELM_RELEASE.format("1.0.0"), [4]),
    "one-line-of-json": ("a.json", '{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"image":"a/{{ x }}:1"}]},"o":"' + "x" * 300 + '","b":"quay.io/a/b:2"}\n', [1, 1]),
}  # fmt: skip


@pytest.mark.parametrize(("path", "text", "lines"), SAID.values(), ids=SAID)
def test_what_is_not_moved_is_said(path: str, text: str, lines: list[int]) -> None:
    found = look({path: text})

    assert [item.line for item in found.skipped] == lines
    assert "hunter2" not in str(found.skipped)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param("Dockerfile", "ARG A=$B\nARG B=$A\nFROM x:$A\n", id="arguments-of-each-other"),
        pytest.param("Dockerfile", "ARG A=x$A\nFROM x:$A\n", id="argument-of-itself"),
        pytest.param("Dockerfile", "ARG A=x\n" + "".join("ARG A=$A$A\n" for _ in range(60)) + "FROM x:$A\n", id="doubling"),
        pytest.param("a.yaml", APP.format("ApplicationSet") + "  generators: [{list: {elements: [{a: b}]}}]\n  template: {spec: {source: {kustomize: {images: ['{{x}}=']}}}}\n", id="nothing-behind-the-sign"),
        pytest.param("a.yaml", APP.format("ApplicationSet") + '  generators: [{list: {elements: [{i: "a:\\x31"}]}}]\n  template: {spec: {source: {kustomize: {images: ["t={{ .i }}"]}}}}\n', id="escaped-element"),
        pytest.param("a.nomad", 'job "x" {\n' + "/* " * 20_000, id="comments-without-end"),
        pytest.param(".env", "A=x" + " " * 100_000 + "y\n", id="blanks"),
        pytest.param("a.service", "[Service]\nExecStart=docker" + " " * 100_000 + "\n", id="blanks-in-a-unit"),
        pytest.param("a.hcl", "\n" * 100_000, id="empty-lines"),
        pytest.param("a.yaml", "image: " + "a.io/" * 6_000 + "\n", id="a-path-without-end"),
        pytest.param("a.yaml", "image: a:1\n" + "---\na: 1\n" * 5_000, id="many-documents"),
        pytest.param("Dockerfile", "RUN <<A\n" * 10_000, id="here-documents"),
        pytest.param("Dockerfile", "RUN " + "a " * 100_000, id="a-long-line"),
    ],
)  # fmt: skip
def test_hostile_files_end(path: str, text: str) -> None:
    """Each of these went on for ever, or for the square of its size."""
    look({path: text})


OVERLAY = {
    "charts/web/values.yaml": "image: {registry: ghcr.io, repository: acme/web, tag: ''}\nside:\n  image:\n    repository: quay.io/acme/side\n    tag: 1.0\n",
    "charts/web/values-prod.yaml": "image: {tag: 1.2.3}\nside: {image: {tag: '1.1'}}\nother: {image: {tag: 9}}\n",
    "charts/web/env/test.yaml": "image: {tag: 1.2.4}\n",
}  # fmt: skip


def test_a_tag_in_an_overlay_belongs_to_the_name_in_the_values_beside_it() -> None:
    found = look(OVERLAY)

    assert named(found) == [
        "values-prod.yaml:1 ghcr.io/acme/web:1.2.3",
        "values-prod.yaml:2 quay.io/acme/side:1.1",
        "values.yaml:5 quay.io/acme/side:1.0",
    ]
    assert sorted((s.path.rpartition("/")[2], s.line, s.reason.partition(":")[0]) for s in found.skipped) == [
        ("test.yaml", 1, "a tag without a name beside it"),
        ("values-prod.yaml", 3, "a tag without a name beside it"),
        ("values.yaml", 1, "the tag is empty"),
    ]


SHARED = {
    "compose": (
        {"compose.yaml": "services: {a: {image: 'a/b:$V'}, c: {image: '${NO}/c/d:$V'}}\n", ".env": "V=1\n"},
        (".env", 2),
    ),
    "dockerfile": ({"Dockerfile": "ARG V=1\nFROM a/b:$V\nFROM $NO:$V\n"}, ("Dockerfile", 6)),
    "argocd": (
        {
            "a.yaml": APP.format("ApplicationSet")
            + "  generators: [{list: {elements: [{tag: '1.0'}]}}]\n  template: {spec: {source: {kustomize: {images: ['a/b:{{tag}}', 'c/{{no}}:{{tag}}']}}}}\n"
        },
        ("a.yaml", 0),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "touched"), SHARED.values(), ids=SHARED)
def test_what_is_not_understood_says_which_texts_it_would_hold_back(
    files: dict[str, str], touched: tuple[str, int]
) -> None:
    found = look(files)

    (reference,) = found.references
    (skipped,) = found.skipped
    assert reference.tag is not None
    assert [(touch.path, touch.scalar) for touch in skipped.touches] == [(touched[0], reference.tag.scalar)]


def test_templates_of_an_application_set_are_filled_in_every_form() -> None:
    text = APP.format("ApplicationSet") + """\
  generators:
    - list:
        elements:
          - {cluster: a, tag: 1.0.0}
          - cluster: b
            tag: 1.1.0
  template:
    spec:
      sources:
        - helm:
            parameters:
              - {name: image.repository, value: ghcr.io/acme/p}
              - {name: image.tag, value: '{{ .tag }}'}
        - helm:
            valuesObject: {image: {repository: ghcr.io/acme/o, tag: '{{tag}}'}}
        - helm:
            values: |
              image:
                repository: ghcr.io/acme/v
                tag: "{{ tag }}"
"""  # fmt: skip

    assert named(look({"set.yaml": text})) == [
        f"set.yaml:{line} ghcr.io/acme/{name}:{tag}"
        for line, tag in ((7, "1.0.0"), (9, "1.1.0"))
        for name in "opv"
    ]


def test_a_rule_counts_inside_of_lists_and_texts() -> None:
    inner = "apiVersion: acme.dev/v1\nkind: Workspace\nspec: {runner: 'ghcr.io/acme/r:1.0'}\n"
    text = "apiVersion: v1\nkind: List\nitems:\n- " + inner.replace("\n", "\n  ").rstrip() + "\n"
    text += "---\napiVersion: v1\nkind: ConfigMap\ndata:\n  x.yaml: |\n    " + inner.replace("\n", "\n    ")
    rule = Rule(kind="Workspace", reference=parse_path("spec.runner"))

    found = find("a.yaml", text.encode(), (rule,))

    assert [(r.descriptor, r.line) for r in found.references] == [("rule", 6), ("rule", 14)]
    assert found.skipped == ()


def test_an_overlay_does_not_move_a_tag_that_a_digest_of_the_base_overrules() -> None:
    base = f"image: {{repository: acme/web, tag: 1.0.0, digest: '{SHA}'}}\n"

    found = look({"values.yaml": base, "values-prod.yaml": "image: {tag: 1.0.1}\n"})

    assert [r.path for r in found.references] == ["values.yaml"]
    assert [s.path for s in found.skipped] == ["values-prod.yaml"]
