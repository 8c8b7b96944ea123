from __future__ import annotations

import pytest

from imagebot.untrusted import without_secrets


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("https://charts.example.com/a", "https://charts.example.com/a", id="none"),
        pytest.param("https://me:word@example.com/a", "https://…@example.com/a", id="password"),
        pytest.param("https://token@example.com/a", "https://…@example.com/a", id="user"),
        pytest.param("https://me:a@b/c@example.com/a", "https://…@example.com/a", id="signs-in-the-password"),
        pytest.param("https://example.com/a?token=x b", "https://example.com/a… b", id="query"),
        pytest.param("https://example.com#x", "https://example.com…", id="fragment"),
        pytest.param("git+ssh://me:word@example.com", "git+ssh://…@example.com", id="other-scheme"),
        pytest.param("ghcr.io/acme/web@sha256:ab", "ghcr.io/acme/web@sha256:ab", id="image"),
        pytest.param("@acme", "@acme", id="alias"),
        pytest.param("a*?b", "a*?b", id="glob"),
    ],
)
def test_addresses_keep_their_secrets(text: str, shown: str) -> None:
    assert without_secrets(text) == shown
