"""What ``imagebot doctor`` found out: plain values from which its outputs are rendered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from imagebot.errors import ImagebotError
    from imagebot.references.image import ImageName

CredentialKind = Literal["password", "identity token", "registry token", "cloud", "helper"]


@dataclass(frozen=True, slots=True)
class Advice:
    """Something that works and may not stay so, and what to do about it.

    Attributes:
        hint: How to fix it; empty where the message says it all.
    """

    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """Something about this machine.

    Attributes:
        message: What was found.
        hint: How to make it better, where something is left to wish for.
        error: What is broken.
    """

    name: str
    message: str
    hint: str = ""
    error: ImagebotError | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """A host that is to be examined.

    Attributes:
        host: As references name it.
        name: A repository of it that is deployed; None where nothing but the host was named.
        tag: The tag that is deployed of it.
    """

    host: str
    name: ImageName | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """How a host is asked.

    Attributes:
        api: Where; empty if that could not be found out.
        mirror: ``host[:port][/path]`` that stands in for it.
        ca: File of the certificate authority that is trusted beside the public ones.
        tls_verify: Whether its certificate must be one that is trusted.
        proxy: Host and port of the proxy between.
    """

    api: str = ""
    mirror: str | None = None
    ca: str | None = None
    tls_verify: bool = True
    proxy: str | None = None


@dataclass(frozen=True, slots=True)
class KnownCredential:
    """The credential that a host is shown if it asks for one: everything but the secret.

    Attributes:
        source: Where it came from.
        user: None where it has no user name, or one that is the secret too.
        used: Whether the host asked for it and got it.
    """

    source: str
    user: str | None
    kind: CredentialKind
    used: bool


@dataclass(frozen=True, slots=True)
class Budget:
    """A rate limit: requests of one window, those that are left, and its length in seconds."""

    limit: int | None
    remaining: int
    window_s: int | None


@dataclass(frozen=True, slots=True)
class Examined:
    """What became of one host.

    Attributes:
        answer: What it answered, in words.
        reason: Where its credential comes from, or why there is none.
        error: Why it does not work; None if it does.
    """

    need: Need
    access: Access = Access()
    answer: str = ""
    credential: KnownCredential | None = None
    reason: str = ""
    error: ImagebotError | None = None
    rate_limit: Budget | None = None
    warnings: tuple[Advice, ...] = ()

    @property
    def works(self) -> bool:
        """Whether it answered as it should."""
        return self.error is None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Checks of this machine, and the hosts, sorted."""

    checks: tuple[Check, ...]
    hosts: tuple[Examined, ...]
