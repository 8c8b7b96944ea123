"""Azure Container Registry, by azure-identity's default credential.

The Entra token is exchanged at the registry for a refresh token, which the registry's token server takes.
Source: https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md.
"""

from __future__ import annotations

import base64
import json
import logging
import re
from datetime import UTC, datetime

from imagebot.registries.clouds.protocol import Loan, NothingLent
from imagebot.registries.credential import Credential
from imagebot.registries.hosts import Endpoint
from imagebot.registries.http import Http
from imagebot.registries.trust import Authorities

SCOPE = "https://containerregistry.azure.net/.default"
BODY_LIMIT = 64 * 1024

_HOST = re.compile(r"[a-z0-9][a-z0-9-]*\.azurecr\.(?:io|cn|us|de)")


class Azure:
    """Refresh tokens of some hours, one for each registry."""

    extra = "azure"

    def matches(self, host: str) -> bool:
        """Whether a host is a registry of Azure's."""
        return _HOST.fullmatch(host) is not None

    def credential(self, host: str, http: Http) -> Loan:
        """A refresh token, as an identity token.

        Raises:
            NothingLent: If azure-identity finds no credentials, or Entra or the registry refuse them.
            RegistryError: If the registry cannot be reached.
        """
        token = _exchanged(host, _entra_token(), http)
        credential = Credential("Azure, by azure-identity", identity_token=token, rotating=f"azure:{host}")
        return Loan(credential, _ends(token))


def _entra_token() -> str:
    from azure.core.exceptions import ClientAuthenticationError
    from azure.identity import DefaultAzureCredential

    logging.getLogger("azure").addHandler(logging.NullHandler())  # it would tell stderr what it tried
    with DefaultAzureCredential() as lent:
        try:
            return str(lent.get_token(SCOPE).token)
        except ClientAuthenticationError as error:
            raise NothingLent(
                f"azure-identity finds no Azure credentials that it can use ({type(error).__name__})"
            ) from None


def _exchanged(host: str, token: str, http: Http) -> str:
    endpoint = Endpoint(host, f"https://{host}")
    http.prepare(endpoint, Authorities(None).of(endpoint))
    form = {"grant_type": "access_token", "service": host, "access_token": token}
    url = f"{endpoint.base}/oauth2/exchange"
    answer = http.send(endpoint, "POST", url, headers={}, limit=BODY_LIMIT, form=form)
    if answer.status != 200:
        raise NothingLent(f"{host} refuses to exchange Azure's token ({answer.status})")
    refresh = json.loads(answer.body)["refresh_token"]
    if not isinstance(refresh, str):
        raise NothingLent(f"{host} gave no refresh token")
    return refresh


def _ends(token: str) -> datetime | None:
    """When a JSON Web Token (RFC 7519) ends, where it says so; nobody needs to believe it."""
    try:
        claims = token.split(".")[1]
        return datetime.fromtimestamp(json.loads(base64.urlsafe_b64decode(claims + "=="))["exp"], UTC)
    except (ValueError, LookupError, TypeError, OverflowError, OSError):
        return None
