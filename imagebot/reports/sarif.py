"""Faults as SARIF 2.1.0, which code scanning services and editors read.

Sources: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html, and for what GitHub reads of it
https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from imagebot.policies.fault_kinds import KINDS
from imagebot.policies.faults import Fault
from imagebot.untrusted import clean

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_LIMIT = 2000

Object = dict[str, Any]


def sarif(faults: Iterable[Fault], *, version: str, home: str = "") -> Object:
    """A log with one run.

    Args:
        faults: Errors and warnings; what stands in no file keeps the run from being a successful one.
        version: Version of imagebot.
        home: Where people read about imagebot; an empty text leaves the links out.
    """
    ordered = sorted(faults)
    placed = [fault for fault in ordered if fault.path]
    ids = sorted({fault.id for fault in ordered})
    driver = {"name": "imagebot", "version": version, "rules": [_rule(id_, home) for id_ in ids]}
    run = {
        "tool": {"driver": driver | ({"informationUri": home} if home else {})},
        "invocations": [_invocation([fault for fault in ordered if not fault.path])],
        "columnKind": "unicodeCodePoints",
        "results": [_result(fault, ids, nth) for fault, nth in _numbered(placed)],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(id_: str, home: str) -> Object:
    kind = KINDS.get(id_)
    rule: Object = {"id": id_, "shortDescription": {"text": kind.meaning if kind else id_.replace("-", " ")}}
    if kind:
        rule["help"] = {"text": kind.fix}
    return rule | ({"helpUri": home} if home else {})


def _invocation(failures: Sequence[Fault]) -> Object:
    told = [
        {"level": "error", "descriptor": {"id": fault.id}, "message": _message(fault)} for fault in failures
    ]
    return {
        "executionSuccessful": not failures,
        **({"toolExecutionNotifications": told} if told else {}),
    }


def _result(fault: Fault, ids: Sequence[str], nth: int) -> Object:
    region = {
        "startLine": fault.line,
        "startColumn": fault.column,
        "endColumn": fault.column + fault.width,  # the column behind the last character
    }
    file = {"uri": _uri(fault.path), "uriBaseId": "%SRCROOT%"}
    return {
        "ruleId": fault.id,
        "ruleIndex": ids.index(fault.id),
        "level": fault.severity,
        "message": _message(fault),
        "locations": [{"physicalLocation": {"artifactLocation": file, "region": region}}],
        "partialFingerprints": {"faultHash/v1": _fingerprint(fault, nth)},
    }


def _message(fault: Fault) -> Object:
    text = "\n".join(clean(part, _LIMIT) for part in (fault.message, fault.fix) if part)
    return {"text": text.replace("](", "] (")}  # section 3.11.6: brackets before parentheses are a link


def _uri(path: str) -> str:
    return quote(path.encode("utf-8", "surrogateescape"))


def _numbered(faults: Iterable[Fault]) -> list[tuple[Fault, int]]:
    """Each fault with how many of its id stand before it on lines that read the same."""
    seen: Counter[tuple[str, str, str]] = Counter()
    numbered = []
    for fault in faults:
        key = (fault.path, fault.id, fault.excerpt.strip())
        numbered.append((fault, seen[key]))
        seen[key] += 1
    return numbered


def _fingerprint(fault: Fault, nth: int) -> str:
    """What stays while other lines come and go, and while messages are put in other words."""
    text = "\n".join((fault.path, fault.id, fault.excerpt.strip(), str(nth)))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]
