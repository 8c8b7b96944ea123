"""What a cloud's provider of credentials is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from imagebot.registries.credential import Credential
from imagebot.registries.http import Http


class NothingLent(Exception):  # noqa: N818 - becomes a reason, not a failure
    """Why a cloud gives no credential: in words of our own, for an SDK's may quote a secret."""


@dataclass(frozen=True, slots=True)
class Loan:
    """A credential that ends.

    Attributes:
        ends: With time zone; None where the cloud does not say.
    """

    credential: Credential
    ends: datetime | None


class Provider(Protocol):
    """Gets credentials from one cloud's SDK, which is imported when it is needed and not before."""

    @property
    def extra(self) -> str:
        """The extra of this package that brings the SDK, as in ``pip install 'imagebot[aws]'``."""
        ...

    def matches(self, host: str) -> bool:
        """Whether a registry host, in lower case, is run by this cloud and by nobody else."""
        ...

    def credential(self, host: str, http: Http) -> Loan:
        """A credential for a host that matches.

        Raises:
            NothingLent: If there is none.
            ImportError: If the SDK is not installed.
            Exception: Whatever else the SDK raises; its text is never shown.
        """
        ...
