"""What to do about what was found of a host."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from imagebot.diagnosis import Advice
from imagebot.errors import RegistryDenied, RegistryError
from imagebot.registries.accounts import cloud_of, right, way_in
from imagebot.registries.credential import Found
from imagebot.registries.hosts import Endpoint
from imagebot.registries.rate_limit import RateLimit

CLOCKS_APART_S = 60.0
SLOW_S = 5.0


@dataclass(frozen=True, slots=True)
class Findings:
    """What is known of a host after it was asked.

    Attributes:
        there: Where it was asked.
        path: The repository that it was asked about; empty if about none.
        found: Who asks, or why nobody is known.
        wanted: Whether it asked who asks.
        works: Whether it answered as it should.
        strange_realm: Its token server, if that gets no credentials because it is on another domain.
        bad_realm: Whether it named a token server that is never asked.
        ahead_s: Seconds that its clock is ahead; None if unknown.
        limit: Its rate limit, if it told.
        took_s: Seconds until it had answered.
    """

    there: Endpoint
    path: str
    found: Found
    wanted: bool
    works: bool = True
    strange_realm: str = ""
    bad_realm: bool = False
    ahead_s: float | None = None
    limit: RateLimit | None = None
    took_s: float = 0.0


def advised(error: RegistryError, findings: Findings) -> RegistryError:
    """A failure that says what to do next, as far as that depends on who asked."""
    if not isinstance(error, RegistryDenied):
        return error
    return RegistryDenied(error.message, hint=_to_get_in(findings), id=error.id)


def _to_get_in(findings: Findings) -> str:
    host, found = findings.there.host, findings.found
    if findings.bad_realm:
        return f"whoever runs {host} must set up its token server; no credentials help here"
    if findings.strange_realm:
        return _trust(findings)
    if found.credential is None:
        first = f"solve this first: {'; '.join(found.problems)}; or else " if found.problems else ""
        return f"{first}{way_in(host)}"
    if found.credential.kind == "cloud":
        return f"give the identity that imagebot runs as {right(host)}"
    pull = f"may not pull {findings.path}" if findings.path else "may do nothing here"
    if not findings.wanted:
        return f"{host} asks for no credentials and lets nobody in: a firewall or an allow-list may be why"
    return f"the {_secret(findings)} is wrong or too old, or {pull}; {way_in(host)}"


def _secret(findings: Findings) -> str:
    credential = findings.found.credential
    return "password" if credential is None or credential.kind == "helper" else credential.kind


def _trust(findings: Findings) -> str:
    host, realm = findings.there.host, findings.strange_realm
    setting = f'registries: {{"{host}": {{token-servers: ["{realm}"]}}}}'
    return f"if {realm} may see the credentials for {host}, set {setting} in imagebot.yaml"


def warnings(findings: Findings) -> Iterator[Advice]:
    """What may go wrong although a host works, or beside what went wrong."""
    there, found = findings.there, findings.found
    if findings.strange_realm:
        told = f"its token server {findings.strange_realm} is on another domain, so it gets no credentials"
        yield Advice(told, _trust(findings))
    if found.credential:
        yield from (Advice(f"{problem}, so {found.reason} are used") for problem in found.problems)
    elif found.problems and findings.wanted and findings.works and not cloud_of(there.host):
        # what a cloud runs is often public, and nobody who is in no cloud misses its credentials
        told = f"it takes imagebot for a stranger: {'; '.join(found.problems)}"
        yield Advice(told, "what is public can be read so; for the rest, and for a higher limit, solve that")
    if not there.tls_verify:
        setting = f'registries: {{"{there.host}": {{ca: FILE}}}}'
        told = "its certificate is not checked, so anybody between can read what it is sent"
        yield Advice(told, f"name the authority that made it instead: set {setting} in imagebot.yaml")
    if findings.ahead_s is not None and abs(findings.ahead_s) > CLOCKS_APART_S:
        direction = "behind" if findings.ahead_s > 0 else "ahead of"
        told = f"the clock of this machine is {_span(abs(findings.ahead_s))} {direction} its own"
        yield Advice(told, "set it, best by NTP: clouds refuse requests, and ages of tags come out wrong")
    if findings.limit and findings.limit.nearly_used:
        hint = "" if found.credential else f"for more, {way_in(there.host)}"
        yield Advice("a tenth or less of the rate limit is left", hint)
    if findings.took_s > SLOW_S:
        yield Advice(f"that took {_span(findings.took_s)}")


def _span(seconds: float) -> str:
    for unit, size in (("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} seconds"
