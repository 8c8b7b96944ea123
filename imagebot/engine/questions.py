"""What a decision must know of one repository, asked piece by piece.

A decision is a generator: it yields a question, is sent the answer, and returns its outcome. It does no I/O
of its own, and asks no more than its verdict needs.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, assert_never

from imagebot.errors import ImagebotError

if TYPE_CHECKING:
    from imagebot.policies.policy import Verification
    from imagebot.references.image import ImageName
    from imagebot.registries.protocol import Registries


@dataclass(frozen=True, slots=True)
class TagsOf:
    """The list of tags: ``Listing``."""


@dataclass(frozen=True, slots=True)
class DigestOf:
    """What a tag points to: ``str``."""

    tag: str


@dataclass(frozen=True, slots=True)
class PlatformsOf:
    """What an image runs on: ``tuple[str, ...]``."""

    digest: str


@dataclass(frozen=True, slots=True)
class ImagesOf:
    """The manifests that each platform may run: ``Mapping[str, frozenset[str]]``."""

    digest: str


@dataclass(frozen=True, slots=True)
class SignatureOf:
    """What is made of the signatures: ``Signature``."""

    digest: str
    verification: Verification | None


@dataclass(frozen=True, slots=True)
class PushTimes:
    """When the registry says that tags were pushed: ``Mapping[str, Pushed]``."""

    tags: frozenset[str]


@dataclass(frozen=True, slots=True)
class FirstSeen:
    """When a digest was seen first, and what the time is: ``tuple[datetime, datetime]``."""

    digest: str


@dataclass(frozen=True, slots=True)
class DescriptionOf:
    """What an image says of itself: ``Described``."""

    digest: str


Question: TypeAlias = (
    TagsOf | DigestOf | PlatformsOf | ImagesOf | SignatureOf | PushTimes | FirstSeen | DescriptionOf
)
Outcome = TypeVar("Outcome")
Talk: TypeAlias = Generator[Question, Any, Outcome]


def converse(talk: Talk[Outcome], name: ImageName, registries: Registries) -> Outcome:
    """Answer the questions of a decision; a question that cannot be answered is raised inside it."""
    try:
        question = next(talk)
        while True:
            try:
                answer = _answer(question, name, registries)
            except ImagebotError as error:
                question = talk.throw(error)
            else:
                question = talk.send(answer)
    except StopIteration as end:
        outcome: Outcome = end.value
        return outcome


def _answer(question: Question, name: ImageName, registries: Registries) -> object:  # noqa: PLR0911 - one line a question
    match question:
        case TagsOf():
            return registries.tags(name)
        case DigestOf(tag):
            return registries.digest(name, tag)
        case PlatformsOf(digest):
            return registries.platforms(name, digest)
        case ImagesOf(digest):
            return registries.images(name, digest)
        case SignatureOf(digest, verification):
            return registries.signature(name, digest, verification)
        case PushTimes(tags):
            return registries.pushed(name, tags)
        case FirstSeen(digest):
            return registries.first_seen(name, digest), registries.now()
        case DescriptionOf(digest):
            return registries.describe(name, digest)
    assert_never(question)
