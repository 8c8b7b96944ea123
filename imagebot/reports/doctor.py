"""A diagnosis for a person at a terminal, and for programs."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from imagebot.errors import RegistryDenied, RegistryLimited, RegistryNotFound, RegistryUnreachable
from imagebot.reports.documents import FORMAT_VERSION, Document
from imagebot.reports.table import LINE, Screen, styled
from imagebot.untrusted import clean

if TYPE_CHECKING:
    from imagebot.diagnosis import Access, Budget, Check, Diagnosis, Examined, KnownCredential
    from imagebot.errors import ImagebotError

_INDENT = 4
_LABEL = 13
_MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "failed": ("✗", "bold red")}
_NARROWEST = 60
"""Columns below which lines run on: broken into shorter ones they could not be read."""

_QUOTED = re.compile("`[^`]*`")
_UNBROKEN = "\N{NO-BREAK SPACE}"

_VERDICTS = (
    (RegistryUnreachable, "cannot be reached"),
    (RegistryNotFound, "does not show what is asked for"),
    (RegistryLimited, "limits the rate"),
)

NO_HOSTS = "Doctor: no registry to ask; --all takes every reference, --host HOST names one.\n"


def doctor_text(diagnosis: Diagnosis, screen: Screen) -> str:
    """This machine, a line a check; then every host with what is known of it, and what to do."""
    width = max((len(check.name) for check in diagnosis.checks), default=0)
    checks = "".join(_check(check, width, screen) for check in diagnosis.checks)
    hosts = "\n".join(_host(host, screen) for host in diagnosis.hosts)
    return "\n".join(part for part in (checks, hosts, _end(diagnosis)) if part)


def _end(diagnosis: Diagnosis) -> str:
    if not diagnosis.hosts:
        return NO_HOSTS
    every, working = len(diagnosis.hosts), sum(host.works for host in diagnosis.hosts)
    noun, verb = ("registry", "works") if every == 1 else ("registries", "work")
    return f"Doctor: {working} of {every} {noun} {verb}.\n"


def _check(check: Check, width: int, screen: Screen) -> str:
    state = "failed" if check.error else "warning" if check.hint else "ok"
    head = f"{_mark(state, screen)} {check.name:<{width}}  "
    message = f"{check.message}: {check.error.message}" if check.error else check.message
    hint = check.error.hint if check.error else check.hint
    indent = " " * (width + 4)
    lines = _wrapped(message, indent, screen)
    if hint:
        lines += [f"{indent}{line.strip()}" for line in _wrapped(hint, indent, screen)]
    return head + "\n".join([lines[0].strip(), *lines[1:]]) + "\n"


def _host(host: Examined, screen: Screen) -> str:
    state = "failed" if host.error else "warning" if host.warnings else "ok"
    name = host.need.name
    shown = f"{name.scheme}://{host.need.host}" if name and name.scheme else host.need.host
    lines = [f"{_mark(state, screen)} {styled(shown, 'bold', screen)}  {_verdict(host)}"]
    for label, text in _facts(host):
        first, *more = _wrapped(text, " " * (_INDENT + _LABEL), screen)
        style = {"error": "bold red", "warning": "yellow", "fix": "bold"}.get(label, "dim")
        padding = " " * (_LABEL - len(label))
        lines += [f"{' ' * _INDENT}{styled(label, style, screen)}{padding}{first.strip()}", *more]
    return "\n".join(lines) + "\n"


def _verdict(host: Examined) -> str:
    if host.error is None:
        return f"works: {host.answer}"
    if isinstance(host.error, RegistryDenied):
        if host.credential is None:
            return "wants credentials"
        return "refuses the credentials" if host.credential.used else "denies access"
    return next((words for kind, words in _VERDICTS if isinstance(host.error, kind)), "does not work")


def _facts(host: Examined) -> Iterator[tuple[str, str]]:
    """What is said of a host, each with its label."""
    if host.access.api:
        yield "asked at", _asked_at(host.access)
        yield "credentials", _credentials(host)
    if host.rate_limit:
        yield "rate limit", _budget(host.rate_limit)
    if host.error:
        yield "error", _without_reason(host.error, host.reason)
        if host.error.hint:
            yield "fix", host.error.hint
    for warning in host.warnings:
        yield "warning", warning.message
        if warning.hint and not (host.error and warning.hint == host.error.hint):
            yield "fix", warning.hint


def _asked_at(access: Access) -> str:
    parts = [
        access.api,
        "plain HTTP" if access.api.startswith("http://") else "",
        f"the mirror {access.mirror}" if access.mirror else "",
        f"with the authority {access.ca}" if access.ca else "",
        f"through the proxy {access.proxy}" if access.proxy else "",
    ]
    return ", ".join(part for part in parts if part)


def _credentials(host: Examined) -> str:
    if host.credential is None:
        nobody = re.sub(r"^no credentials for \S+", "none", host.reason)
        return "none, and none are needed" if host.works else nobody
    return f"{_owner(host.credential)}, from {host.credential.source}"


def _owner(credential: KnownCredential) -> str:
    kind = {"cloud": "a password of the cloud", "helper": "a credential helper's"}.get(
        credential.kind, credential.kind
    )
    who = f"{credential.user} ({kind})" if credential.user else kind
    return who if credential.used else f"{who}, not sent"


def _budget(budget: Budget) -> str:
    of = f" of {budget.limit}" if budget.limit is not None else ""
    hours = f" in {budget.window_s / 3600:g} h" if budget.window_s else ""
    return f"{budget.remaining}{of} requests left{hours}"


def _without_reason(error: ImagebotError, reason: str) -> str:
    """A message without what stands beside it anyway: whose credentials were sent."""
    return error.message.partition(f"; {reason}")[0] if reason else error.message


def _mark(state: str, screen: Screen) -> str:
    mark, style = _MARKS[state]
    return styled(mark, style, screen)


def _wrapped(text: str, indent: str, screen: Screen) -> list[str]:
    """Text in lines that fit: names, addresses and what stands in backticks can be copied whole."""
    width = screen.width if screen.width and screen.width >= _NARROWEST else LINE
    wrapper = textwrap.TextWrapper(
        width=width,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    whole = _QUOTED.sub(lambda quoted: quoted[0].replace(" ", _UNBROKEN), clean(text, 2000))
    return [line.replace(_UNBROKEN, " ") for line in wrapper.wrap(whole)] or [indent]


def doctor_document(diagnosis: Diagnosis) -> Document:
    """``imagebot doctor``."""
    return {
        "format_version": FORMAT_VERSION,
        "checks": [_check_document(check) for check in diagnosis.checks],
        "hosts": [_host_document(host) for host in diagnosis.hosts],
    }


def _check_document(check: Check) -> Document:
    return {
        "name": check.name,
        "message": check.message,
        "hint": check.hint,
        "error": _error(check.error),
    }


def _host_document(host: Examined) -> Document:
    known, limit, access = host.credential, host.rate_limit, host.access
    return {
        "host": host.need.host,
        "repository": str(host.need.name) if host.need.name else None,
        "api": access.api or None,
        "mirror": access.mirror,
        "ca": access.ca,
        "tls_verify": access.tls_verify,
        "proxy": access.proxy,
        "credential": known
        and {"source": known.source, "user": known.user, "kind": known.kind, "used": known.used},
        "reason": host.reason,
        "works": host.works,
        "answer": host.answer or None,
        "error": _error(host.error),
        "rate_limit": limit
        and {"limit": limit.limit, "remaining": limit.remaining, "window_s": limit.window_s},
        "warnings": [{"message": warning.message, "hint": warning.hint} for warning in host.warnings],
    }


def _error(error: ImagebotError | None) -> Document | None:
    return {"id": error.id, "message": error.message, "hint": error.hint} if error else None
