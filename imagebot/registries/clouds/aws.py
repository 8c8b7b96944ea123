"""Amazon ECR, private and public, by boto3's default chain of credentials.

Sources: https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html,
https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-requests.html (dual-stack hosts), and
https://docs.aws.amazon.com/AmazonECR/latest/public/public-registry-auth.html.
"""

from __future__ import annotations

import re
from typing import Any

from imagebot.registries.clouds.protocol import Loan, NothingLent
from imagebot.registries.credential import Credential
from imagebot.registries.credential_entries import user_and_password
from imagebot.registries.http import Http
from imagebot.untrusted import clean

PUBLIC_HOSTS = {"public.ecr.aws", "ecr-public.aws.com"}
PUBLIC_REGION = "us-east-1"
CALL_S = 5

_PRIVATE = re.compile(
    r"[0-9]{12}\.dkr[.-]ecr(?P<fips>-fips)?\.(?P<region>[a-z]{2,}(?:-[a-z]+)+-[0-9]+)\."
    r"(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|(?P<dual>on\.aws|on\.amazonwebservices\.com\.cn))"
)


class Aws:
    """Passwords of 12 hours, one for each region."""

    extra = "aws"

    def matches(self, host: str) -> bool:
        """Whether a host is a registry of ECR."""
        return host in PUBLIC_HOSTS or _PRIVATE.fullmatch(host) is not None

    def credential(self, host: str, http: Http) -> Loan:  # noqa: ARG002 - boto3 brings its own client
        """The password of user ``AWS``; needs ``ecr:GetAuthorizationToken``.

        Raises:
            NothingLent: If boto3 finds no credentials, or AWS refuses them.
        """
        from botocore.exceptions import ClientError, NoCredentialsError

        try:
            answer = client(host).get_authorization_token()["authorizationData"]
        except NoCredentialsError:
            raise NothingLent("boto3 finds no AWS credentials") from None
        except ClientError as error:  # its message may quote the request, which is signed and holds a token
            code = clean(str(error.response.get("Error", {}).get("Code", "")), 60)
            raise NothingLent(f"AWS refuses a password for ECR ({code})") from None
        found = answer if host in PUBLIC_HOSTS else answer[0]
        username, password = user_and_password(found["authorizationToken"])
        credential = Credential("AWS, by boto3", username, password, rotating=f"aws:{host}")
        return Loan(credential, found.get("expiresAt"))


def client(host: str) -> Any:  # noqa: ANN401 - boto3 makes its classes when it runs
    """The client of the API that knows a registry's password: of its region, and as strict or wide as it."""
    from boto3.session import Session
    from botocore.config import Config

    host_parts = _PRIVATE.fullmatch(host)
    config = Config(
        connect_timeout=CALL_S,
        read_timeout=CALL_S,
        retries={"mode": "standard", "total_max_attempts": 2},
        use_fips_endpoint=True if host_parts and host_parts["fips"] else None,
        use_dualstack_endpoint=True if host_parts and host_parts["dual"] else None,
    )
    # boto3's own default session must not be shared by threads
    if host_parts is None:
        return Session().client("ecr-public", region_name=PUBLIC_REGION, config=config)
    return Session().client("ecr", region_name=host_parts["region"], config=config)
