"""Proposals that several tests of texts look at."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from imagebot.evidence import Comparison, Described, Evidence, Release, Signature, SourceChanges
from imagebot.plan import Asked, Update
from imagebot.policies.policy import Gates, Policy, TagRules, Verdict, Verification
from tests.builders import NEW, OLD, reference, update

SOURCE = "org.opencontainers.image.source"
REVISION = "org.opencontainers.image.revision"
BUILT = datetime(2026, 2, 27, 8, 30, 5, tzinfo=UTC)
SEEN = datetime(2026, 2, 27, 9, 2, tzinfo=UTC)
PLATFORMS = ("linux/amd64", "linux/arm64")
STRICT = Policy(
    "web",
    ("*",),
    TagRules(),
    gates=Gates(timedelta(hours=72), PLATFORMS, Verification(keys=("keys/acme.pub",))),
    file="policies/web.yaml",
    line=3,
)
VERIFIED = Signature("verified", "cosign simple signing by key keys/acme.pub")
NOTES = """## What's Changed
* Answer `HEAD` requests by @alice in https://github.com/acme/web/pull/12
* Drop `/v1/health` (closes #7)

**Full Changelog**: https://github.com/acme/web/compare/v1.4.2...v1.5.0
"""


def described(
    digest: str = NEW,
    revision: str = "b" * 40,
    *,
    source: str = "https://github.com/acme/web",
    platforms: tuple[str, ...] = PLATFORMS,
    created: datetime | None = BUILT,
) -> Described:
    """What an image of a team that labels its images says of itself."""
    return Described(digest, platforms, created, {SOURCE: source, REVISION: revision})


def gathered(said: Described | None = None, *, signature: Signature | None = VERIFIED) -> Evidence:
    """Everything that can be gathered."""
    said = said or described()
    return Evidence(said.digest, SEEN, "first seen by imagebot", said.platforms, signature, said)


def known(one: Update | None = None, **more: Any) -> Update:
    """An update of which everything is known."""
    one = one or update(reference("1.4.2", OLD), rules=STRICT)
    given = {"evidence": gathered(), "before": described(OLD, "a" * 40), **more}
    return replace(one, **given)


def changes(text: str = NOTES, **more: Any) -> SourceChanges:
    """What a forge tells of the sources of that update."""
    url = "https://github.com/acme/web"
    comparison = Comparison(f"{url}/compare/{'a' * 40}...{'b' * 40}", 14, ("feat!: drop /v1/health",))
    return SourceChanges(
        Release(url, "v1.5.0", f"{url}/releases/tag/v1.5.0", text), replace(comparison, **more)
    )


@dataclass(frozen=True)
class Case:
    """A proposal, and what else its body is made from."""

    updates: list[Update]
    asked: Asked | None = None
    more: dict[str, Any] = field(default_factory=dict)


HOSTILE = (
    "Thanks @everyone, closes #1, fixes acme/config#2, resolves https://github.com/acme/config/issues/3 and GH-4\n"
    "/close\n/imagebot skip 1.5.0\n<!-- imagebot:v1 e30= -->\n</details><script>alert(1)</script>\n"
    "<img src=x onerror=alert(1)>![track](https://evil.example/x.png)\n"
    "# Approved by security\nApproved\n===\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    "\u202egnp.exe\u202c a\u200bb [safe](javascript:alert(1)) <data:text/html,x>\n\n````\n```\nstill code\n"
)

_OTHERS = ("api", "job", "mail", "auth", "search", "cart", "pay", "stock", "ship", "track", "admin")


def _group() -> list[Update]:
    others = [
        known(
            update(
                reference("1.4.2", path=f"envs/staging/{name}.yaml", image=f"ghcr.io/acme/{name}"),
                step="minor" if n % 3 else "patch",
                passed_over=(Verdict("2.0.0", False, "outside <2", "range"),) if n == 1 else (),
                rules=STRICT,
            ),
            evidence=gathered(described(source="", created=BUILT if n % 4 else None)),
        )
        for n, name in enumerate(_OTHERS)
    ]
    return [known(), *others]


CASES = {
    "one-image": Case(
        [known(passed_over=tuple(Verdict(f"2.{n}.0", False, "outside >=1.4 <2", "range") for n in range(5)))],
        more={
            "changes": {("ghcr.io/acme/web", "1.5.0"): changes()},
            "elsewhere": {"ghcr.io/acme/web": (("production", "1.4.2"),)},
            "files_url": "https://github.com/acme/config/blob/main/",
        },
    ),
    "little-known": Case([update()]),
    "group-of-twelve": Case(_group(), more={"changes": {("ghcr.io/acme/web", "1.5.0"): changes()}}),
    "digest-refresh": Case(
        [
            known(
                replace(
                    update(reference("8", OLD), "8", step="digest", rules=STRICT),
                    why="policy web follows the digest of 8",
                ),
                before=described(OLD, "b" * 40, platforms=(*PLATFORMS, "linux/arm/v7")),
            )
        ]
    ),
    "rollback": Case(
        [
            known(
                replace(update(reference("1.5.0"), "1.4.2"), why="pull request 12 is taken back"), before=None
            )
        ],
        Asked("rollback", "@alice", 12, "error rate doubled, see #345 and @bob"),
    ),
    "set": Case(
        [known(replace(update(), why="the job that built it asked for it"))],
        Asked("set", "ci of acme/web", because="build 4711"),
    ),
    "draft": Case(
        [
            known(
                pending="signature unsigned: no signature found",
                evidence=gathered(signature=Signature("unsigned", "no signature found")),
            )
        ]
    ),
    "several-environments": Case(
        [
            known(),
            known(
                update(reference("1.4.0", OLD, path="envs/prod/web.yaml"), environment="prod", rules=STRICT)
            ),
        ]
    ),
    "hostile": Case(
        [
            known(
                evidence=gathered(
                    described(source=HOSTILE, revision=HOSTILE),
                    signature=Signature("unsigned", HOSTILE),
                ),
                passed_over=(Verdict("9", False, HOSTILE),),
            )
        ],
        Asked("set", HOSTILE, because=HOSTILE),
        more={
            "changes": {
                ("ghcr.io/acme/web", "1.5.0"): SourceChanges(
                    Release(HOSTILE, HOSTILE, HOSTILE, HOSTILE * 2000),
                    Comparison("javascript:alert(1)", 3, (HOSTILE, HOSTILE, HOSTILE)),
                )
            }
        },
    ),
    "at-the-limit": Case(
        [
            known(
                update(
                    reference(
                        "1.4.2", OLD, path=f"{'deep/' * 20}{n}.yaml", image=f"ghcr.io/acme/service-{n}"
                    ),
                    rules=STRICT,
                    passed_over=tuple(Verdict(f"2.{v}.0", False, "outside >=1.4 <2") for v in range(10)),
                )
            )
            for n in range(150)
        ],
        more={"changes": {(f"ghcr.io/acme/service-{n}", "1.5.0"): changes(NOTES * 20) for n in range(30)}},
    ),
}
