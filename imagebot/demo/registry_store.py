"""What the embedded registry keeps of a repository."""

from __future__ import annotations

from dataclasses import dataclass, field

from imagebot.demo.images import Image


@dataclass(slots=True)
class Repository:
    """The state of one repository.

    Attributes:
        tags: Digest by tag; None until there was a first tag: the list of such a repository is an error,
            and the list of one that lost its last tag is empty.
        manifests: Media type and content by digest.
        blobs: Content by digest.
    """

    tags: dict[str, str] | None = None
    manifests: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)

    def find(self, reference: str) -> str:
        """The digest behind a tag or digest; empty where there is none."""
        digest = (self.tags or {}).get(reference, reference)
        return digest if digest in self.manifests else ""

    def tag(self, tag: str, digest: str) -> None:
        """Let a tag name a manifest."""
        if self.tags is None:
            self.tags = {}
        self.tags[tag] = digest

    def add(self, tag: str, image: Image) -> None:
        """Take an image in, under a tag."""
        self.blobs.update(image.blobs)
        self.manifests.update(image.manifests)
        self.tag(tag, image.digest)

    def untag(self, tag: str) -> None:
        """Forget a tag, if there is one."""
        if self.tags:
            self.tags.pop(tag, None)

    def remove(self, digest: str) -> None:
        """Forget a manifest with all its tags."""
        del self.manifests[digest]
        if self.tags is not None:
            self.tags = {tag: named for tag, named in self.tags.items() if named != digest}


Repositories = dict[str, Repository]
