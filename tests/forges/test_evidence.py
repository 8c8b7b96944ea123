from __future__ import annotations

from datetime import UTC, datetime

import pytest
from markdown_it import MarkdownIt

from imagebot.evidence import Described, Evidence, Signature
from imagebot.forges.body import BODY_LIMIT, body
from imagebot.forges.evidence import IMAGES, evidence_lines
from tests.builders import NEW, reference, update

SOURCE = "org.opencontainers.image.source"
REVISION = "org.opencontainers.image.revision"
BUILT = datetime(2026, 2, 27, 8, 30, 5, tzinfo=UTC)


def gathered(
    labels: dict[str, str] | None = None,
    *,
    platforms: tuple[str, ...] = ("linux/amd64", "linux/arm64"),
    created: datetime | None = BUILT,
    signature: Signature | None = None,
) -> Evidence:
    described = Described(NEW, platforms, created, labels or {})
    return Evidence(NEW, platforms=platforms, signature=signature, described=described)


def test_a_line_says_what_an_image_is() -> None:
    evidence = gathered(
        {SOURCE: "https://github.com/acme/web", REVISION: "0123456789abcdef0123456789abcdef01234567"},
        signature=Signature("verified", "cosign simple signing by key keys/acme.pub"),
    )

    assert evidence_lines([update(evidence=evidence)]) == [
        (
            "- `web:1.5.0`: runs on `linux/amd64`, `linux/arm64`; signature verified: cosign simple signing "
            "by key keys/acme.pub; says it was built 2026-02-27 08:30 UTC from <https://github.com/acme/web> "
            "at `0123456789ab`"
        )
    ]


@pytest.mark.parametrize(
    "evidence",
    [None, Evidence(NEW), gathered(platforms=(), created=None)],
    ids=["nothing-asked", "nothing-read", "nothing-said"],
)
def test_where_nothing_is_known_nothing_is_said(evidence: Evidence | None) -> None:
    assert evidence_lines([update(evidence=evidence)]) == []
    assert "The images" not in body([update(evidence=evidence)])


def test_an_image_has_one_line_however_many_references_move_to_it() -> None:
    updates = [update(reference(path=f"{n}.yaml"), evidence=gathered()) for n in range(5)]

    assert len(evidence_lines(updates)) == 1


def test_many_images_are_counted() -> None:
    updates = [
        update(reference(image=f"ghcr.io/acme/web-{n}"), evidence=gathered()) for n in range(IMAGES + 3)
    ]

    assert evidence_lines(updates)[-1] == "- and 3 more images"
    assert len(body(updates)) < BODY_LIMIT


@pytest.mark.parametrize(
    "said",
    [
        pytest.param("javascript:alert(1)", id="script"),
        pytest.param("http://acme.example/web", id="plain-http"),
        pytest.param("https://user:secret@acme.example/", id="userinfo"),
        pytest.param("https://[", id="no-address"),
        pytest.param("https://acme.example/> <img src=x onerror=alert(1)>", id="html"),
        pytest.param("https://acme.example/](https://evil.example)", id="link"),
        pytest.param("@alice closes #1 <!-- imagebot:v1 e30= -->", id="mention-keyword-marker"),
        pytest.param("```\n# heading\n```", id="fence"),
        pytest.param("\u202egnp.exe\x1b[31m", id="bidi-and-escape"),
        pytest.param("x" * 1_000_000, id="a-megabyte"),
    ],
)
def test_what_an_image_says_of_itself_stays_text(said: str) -> None:
    text = "\n".join(evidence_lines([update(evidence=gathered({SOURCE: said, REVISION: said}))]))

    html = MarkdownIt("gfm-like", {"linkify": False}).render(text)
    assert "<a " not in html
    assert "<img" not in html
    assert "<h1" not in html
    assert "<!--" not in html
    assert "\u202e" not in text
    assert "\x1b" not in text
    assert len(text) < 1000


def test_a_body_over_the_limit_drops_the_evidence_before_the_table() -> None:
    how = Signature("verified", "x" * 4000)
    updates = [
        update(reference(image=f"ghcr.io/acme/{n}-{'y' * 200}"), evidence=gathered(signature=how))
        for n in range(IMAGES)
    ]

    text = body(updates)

    assert len(text) <= BODY_LIMIT
    assert "The images" not in text
    assert "| staging |" in text
