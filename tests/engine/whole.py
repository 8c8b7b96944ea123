"""From the text of one file and its policies to what is decided, and to the text after all edits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from imagebot.engine.configuration import read_configuration
from imagebot.engine.edit import edited_files
from imagebot.engine.planning import make_plan
from imagebot.errors import RegistryError, RegistryNotFound
from imagebot.evidence import Described, Pushed, Signature
from imagebot.plan import Plan
from imagebot.policies.policy import Verification
from imagebot.references.image import ImageName
from imagebot.registries.protocol import Listing
from imagebot.repository.folder import Folder
from tests.engine.silent import NOW, SilentRegistries


def digest(letter: str) -> str:
    """A digest that a reader can tell from others."""
    return "sha256:" + letter * 64


@dataclass
class Told(SilentRegistries):
    """Registries that say what a test tells them, and remember what they were asked.

    Attributes:
        points: What each tag points to.
        runs: The manifests behind an index, by platform, several apart by a blank; what is not named is no
            longer there.
        dates: When the registry says that tags were pushed.
        built: When images say that they were built, by digest.
    """

    points: Mapping[str, str | RegistryError]
    runs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    dates: Mapping[str, datetime] = field(default_factory=dict)
    built: Mapping[str, datetime | None] = field(default_factory=dict)
    signatures: Mapping[str, Signature] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def tags(self, name: ImageName) -> Listing:
        self.asked.append("tags")
        return Listing(tuple(self.points))

    def digest(self, name: ImageName, tag: str) -> str:
        self.asked.append(f"digest {tag}")
        found = self.points[tag]
        if isinstance(found, RegistryError):
            raise found
        return found

    def images(self, name: ImageName, digest: str) -> Mapping[str, frozenset[str]]:
        if self.runs and digest not in self.runs:
            raise RegistryNotFound(f"there is no {digest}")
        found = self.runs.get(digest, {"*": digest})
        return {platform: frozenset(child.split()) for platform, child in found.items()}

    def platforms(self, name: ImageName, digest: str) -> tuple[str, ...]:
        return ("linux/amd64", "linux/arm/v7", "linux/arm64/v8", "linux/s390x")

    def describe(self, name: ImageName, digest: str) -> Described:
        self.asked.append("description")
        return Described(digest, ("linux/amd64",), self.built.get(digest))

    def signature(self, name: ImageName, digest: str, verification: Verification | None) -> Signature:
        return self.signatures.get(digest, Signature("unsigned", "no signature found"))

    def pushed(self, name: ImageName, tags: frozenset[str]) -> Mapping[str, Pushed]:
        self.asked.append("push times")
        return {tag: Pushed(at) for tag, at in self.dates.items() if tag in tags}

    def first_seen(self, name: ImageName, digest: str) -> datetime:
        return NOW


def planned(
    folder: Path, text: str, policy: str, registries: SilentRegistries, path: str = "apps/web.yaml"
) -> tuple[Plan, str]:
    """The plan for a folder with one file, and the file's text after the edits of all updates.

    Args:
        folder: An empty folder.
        text: Of the descriptor.
        policy: Keys of the policy below ``images``, in flow style without braces.
        registries: Who is asked.
        path: Of the descriptor.
    """
    (folder / path).parent.mkdir(exist_ok=True)
    (folder / path).write_text(text)
    source = Folder(folder)
    written = f"policies: [{{name: web, images: ['*/*'], {policy}}}]\n"
    plan = make_plan(source, read_configuration(source, {"policies/web.yaml": written.encode()}), registries)
    edited = edited_files(source, plan.smallest, plan.scan.rules)
    return plan, edited.get(path, text.encode()).decode()
