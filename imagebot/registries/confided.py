"""What servers were told in confidence, and answers that repeat it.

Some servers, and proxies before them, quote a request in their answer. What is quoted would stand in a
message, a cache or a pull request. Against a server that disguises what it was told nothing helps: it has it
already.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import html
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from threading import Lock
from urllib.parse import quote, quote_plus

import httpx

from imagebot.registries.answer import Answer
from imagebot.registries.hosts import Endpoint

HIDDEN = b"***"
SHORTEST = 4
"""Characters of a secret that is looked for in the text of an error, where a word too much does no harm."""

TELLING = 12
"""Characters of a secret that no honest answer holds by chance: a shorter one may be a word or a tag."""

_GIVEN = re.compile(
    rb'("\w{0,32}(?:token|password|secret)"\s{0,8}:\s{0,8}")(?:[^"\\]|\\.)*', re.IGNORECASE | re.DOTALL
)
"""A field of JSON that holds a secret, whoever told it first: token servers give them, and fail."""

_SECRET_FIELDS = ("refresh_token", "access_token", "password")


class Confided:
    """What was told on behalf of each registry; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._lasting: defaultdict[Endpoint, frozenset[str]] = defaultdict(frozenset)

    def tell(
        self, endpoint: Endpoint, authorization: str, form: Mapping[str, str] | None
    ) -> tuple[bytes, ...]:
        """Every spelling of what a request tells, and of what earlier ones told that lasts; longest first.

        Bearer tokens do not last; passwords do, and a registry can know those that its token server was sent.
        """
        passing, lasting = _secrets(authorization, form or {})
        with self._lock:
            self._lasting[endpoint] |= lasting
            known = self._lasting[endpoint] | passing
        spelled = {spelling for secret in known for spelling in _spellings(secret)}
        return tuple(sorted(spelled, key=len, reverse=True))


def without(secrets: Iterable[bytes], text: bytes) -> bytes:
    """A text that may be shown; secrets longest first."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return text


def hidden(secrets: Iterable[bytes], answer: Answer) -> Answer:
    """An error without secrets in it, also those that it gives: its text goes into messages."""
    telling = [secret for secret in secrets if len(secret) >= TELLING]
    headers = httpx.Headers([(name, without(telling, value)) for name, value in answer.headers.raw])
    body = _GIVEN.sub(rb"\1" + HIDDEN, without(secrets, answer.body))
    return Answer(answer.status, headers, body)


def repeats(secrets: Iterable[bytes], answer: Answer) -> bool:
    """Whether an answer holds a secret anywhere."""
    texts = [answer.body, *(value for _, value in answer.headers.raw)]
    return any(secret in text for secret in secrets if len(secret) >= TELLING for text in texts)


def _secrets(authorization: str, form: Mapping[str, str]) -> tuple[frozenset[str], frozenset[str]]:
    """What a request tells in confidence: for a while, and for good."""
    scheme, _, value = authorization.partition(" ")
    lasting = [form[key] for key in _SECRET_FIELDS if key in form]
    if scheme.lower() == "basic":
        with contextlib.suppress(binascii.Error):
            lasting += [value, base64.b64decode(value).decode("utf-8", "replace").partition(":")[2]]
    passing = [value] if scheme.lower() != "basic" else []
    return _long_enough(passing), _long_enough(lasting)


def _long_enough(secrets: Iterable[str]) -> frozenset[str]:
    return frozenset(secret for secret in secrets if len(secret) >= SHORTEST)


def _spellings(secret: str) -> Iterator[bytes]:
    """As it is, and as JSON, forms, addresses, HTML and the messages of Python write it."""
    for text in (
        *(secret, html.escape(secret), quote(secret), quote(secret, safe=""), quote_plus(secret)),
        *(json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]),
        repr(secret.encode())[2:-1],
    ):
        yield text.encode()
