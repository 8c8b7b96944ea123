"""What proposing costs: 500 references under 60 policies in one repository, against the GitHub stand-in.

Four runs: everything is new, nothing changed, one image has a newer tag, everything is merged. Says for each
the requests to Git, forge and registry by kind, and the CPU of imagebot's process. Requests are exact; seconds
are those of this machine, without the pauses that GitHub asks for between writes.
"""

from __future__ import annotations

import os
import re
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from imagebot.cli.main import main as imagebot
from imagebot.demo.github import GitHubStandIn
from imagebot.demo.registry import EmbeddedRegistry

POLICIES, IMAGES, REFERENCES = 60, 120, 500


def files(host: str, api: str) -> dict[str, bytes]:
    """Policies over two images each, and manifests with four or five references to each image."""
    rules = "".join(
        f"- {{name: team-{n}, images: ['{host}/team-{n}/*'], tags: {{order: semver}}}}\n"
        for n in range(POLICIES)
    )
    settings = f"forge: {{kind: github, api: '{api}', repository: acme/config}}\npull-requests: {{limits: {{open: none}}}}\n"
    found = {"imagebot.yaml": settings, "policies/all.yaml": f"policies:\n{rules}"}
    for number in range(REFERENCES):
        image = number % IMAGES
        name = f"{host}/team-{image % POLICIES}/app-{image // POLICIES}:1.0.0"
        found[f"apps/app-{number}/deploy.yaml"] = (
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app}\nspec:\n  template:\n    spec:\n"
            f"      containers:\n      - name: app\n        image: {name}\n"
        )
    return {path: text.encode() for path, text in found.items()}


def push(registry: EmbeddedRegistry, tag: str, images: range) -> None:
    """A tag of each image."""
    for image in images:
        registry.push(f"team-{image % POLICIES}/app-{image // POLICIES}", tag)


def measured(title: str, url: str, cache: str, github: GitHubStandIn, registry: EmbeddedRegistry) -> None:
    """One run, and what it asked for."""
    github.requests.clear()
    registry.reset_requests()
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_utime, time.perf_counter()
    out = os.dup(1)
    with Path(os.devnull).open("w") as nothing:
        os.dup2(nothing.fileno(), 1)
        code = imagebot(["apply", url, "--cache", cache, "-q"])
        os.dup2(out, 1)
    took, cpu = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_utime - before
    print(
        f"{title}: exit {code}, {took:.1f} s by the clock, servers in the same process included; {cpu:.1f} s CPU"
    )
    for name, counts in (("git and forge", github.requests), ("registry", registry.requests)):
        kinds = Counter(f"{seen.method} {kind(seen.path)}" for seen in counts)
        print(f"  {name}: " + "; ".join(f"{number} x {what}" for what, number in sorted(kinds.items())))


def kind(path: str) -> str:
    """A path without what differs from one request to the next."""
    path = re.sub(r"\?.*", "", path)
    path = re.sub(r"/[0-9]+(?=/|$)", "/N", path)
    path = re.sub(r"sha256:[0-9a-f]+", "DIGEST", path)
    return re.sub(r"team-[0-9N]+/app-[0-9N]+", "IMAGE", path)


def main() -> None:
    """Build the world, and run four times."""
    with (
        tempfile.TemporaryDirectory() as folder,
        GitHubStandIn(Path(folder) / "hub") as github,
        EmbeddedRegistry() as registry,
    ):
        os.environ["GITHUB_TOKEN"] = github.token
        os.environ["IMAGEBOT_DOCKER_CONFIG"] = f"{folder}/config.json"
        Path(folder, "config.json").write_text("{}")
        hosted = github.create_repository("acme/config", files=files(registry.host, github.api))
        push(registry, "1.0.0", range(IMAGES))
        push(registry, "1.1.0", range(IMAGES))
        cache = str(Path(folder) / "cache")
        measured("everything is new", hosted.clone_url, cache, github, registry)
        print(f"  open pull requests: {sum(pull.open for pull in github.pull_requests('acme/config'))}")
        measured("nothing changed", hosted.clone_url, cache, github, registry)
        push(registry, "1.2.0", range(1))
        measured("one newer tag", hosted.clone_url, cache, github, registry)
        for pull in github.pull_requests("acme/config"):
            hosted.merge(pull, None, "A Person")
        measured("everything is merged", hosted.clone_url, cache, github, registry)


if __name__ == "__main__":
    main()
