"""Google's Artifact Registry and Container Registry, by google-auth's default credentials.

Source: https://cloud.google.com/artifact-registry/docs/docker/authentication#token.
"""

from __future__ import annotations

import re
from datetime import UTC

from imagebot.registries.clouds.protocol import Loan, NothingLent
from imagebot.registries.credential import Credential
from imagebot.registries.http import Http

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
USER = "oauth2accesstoken"

_HOST = re.compile(r"(?:[a-z0-9-]+\.)?gcr\.io|[a-z0-9-]+\.pkg\.dev")


class Gcp:
    """Access tokens of about an hour, good for every registry of Google."""

    extra = "gcp"

    def matches(self, host: str) -> bool:
        """Whether a host is a registry of Google's."""
        return _HOST.fullmatch(host) is not None

    def credential(self, host: str, http: Http) -> Loan:  # noqa: ARG002 - google-auth brings its own client
        """The access token as the password of a user that Google names for it.

        Raises:
            NothingLent: If google-auth finds no credentials, or Google refuses them.
        """
        import google.auth
        from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError
        from google.auth.transport.requests import Request
        from requests import Session

        with Session() as session:
            request = Request(session)
            try:
                lent, _ = google.auth.default(scopes=[SCOPE], request=request)
                lent.refresh(request)
            except DefaultCredentialsError:
                raise NothingLent("google-auth finds no Google credentials that it can use") from None
            except GoogleAuthError as error:
                raise NothingLent(f"Google gives no access token ({type(error).__name__})") from None
        credential = Credential("Google Cloud, by google-auth", USER, lent.token, rotating=f"gcp:{host}")
        return Loan(credential, lent.expiry.replace(tzinfo=UTC) if lent.expiry else None)
