"""Short ways to build the values that many tests need."""

from __future__ import annotations

from imagebot.descriptors.reference import Reference, Slot, Span
from imagebot.evidence import Evidence
from imagebot.plan import Pin, Scanned, Step, Update
from imagebot.policies.policy import Policy, TagRules, Verdict
from imagebot.references.image import ImageName, ImageReference

OLD = "sha256:" + "a" * 64
NEW = "sha256:" + "b" * 64


def policy(name: str = "web", *, tags: TagRules | None = None) -> Policy:
    """A policy as loaded from a file."""
    return Policy(name, ("*",), tags or TagRules(), file="policies/web.yaml", line=3)


def reference(
    tag: str | None = "1.4.2",
    digest: str | None = None,
    *,
    path: str = "envs/staging/web.yaml",
    line: int = 14,
    image: str = "ghcr.io/acme/web",
    ignored: bool = False,
) -> Reference:
    """A reference at a place; its slots point nowhere in particular."""
    host, _, repository = image.partition("/")
    slot = Slot(Span(0, 1), Span(0, 1), whole=True)
    return Reference(
        path=path,
        line=line,
        column=9,
        descriptor="kubernetes",
        image=ImageReference(ImageName(host, repository), tag, digest),
        written=image,
        tag=slot if tag else None,
        digest=slot if digest else None,
        ignored=ignored,
    )


def scanned(
    found: Reference | None = None,
    *,
    environment: str | None = "staging",
    rules: Policy | None = None,
) -> Scanned:
    """A managed reference."""
    return Scanned(found or reference(), rules or policy(), environment, "policy web names it")


def update(
    found: Reference | None = None,
    to: str = "1.5.0",
    *,
    digest: str | None = NEW,
    environment: str | None = "staging",
    step: Step = "minor",
    passed_over: tuple[Verdict, ...] = (),
    rules: Policy | None = None,
    evidence: Evidence | None = None,
) -> Update:
    """An update of one reference."""
    item = scanned(found, environment=environment, rules=rules)
    return Update(
        scanned=item,
        to=Pin(to, digest),
        step=step,
        why="the newest tag that policy web allows (semver)",
        passed_over=passed_over,
        proposal=f"{environment or '_'}/web",
        written=Pin(to, digest if item.reference.digest else None),
        evidence=evidence,
    )
