"""The pages on which people look at pull requests and merge them."""

from __future__ import annotations

import urllib.error
import urllib.request

import pytest
from github.Repository import Repository

from imagebot.demo.github import GitHubStandIn
from imagebot.demo.github.pages import render_markdown
from imagebot.demo.github.state import HostedRepository


def page(url: str, method: str = "GET", **headers: str) -> tuple[str, str]:
    with urllib.request.urlopen(urllib.request.Request(url, method=method, headers=headers)) as answer:
        return answer.read().decode(), answer.headers["Content-Security-Policy"] or ""


def test_a_page_shows_the_pull_request_and_its_buttons_work(
    github: GitHubStandIn, repo: Repository, hosted: HostedRepository
) -> None:
    pull = repo.create_pull("main", "topic", title="Move <b>", body="| a |\n|---|\n| `b` |\n")

    text, policy = page(pull.html_url)
    page(f"{pull.html_url}/merge", "POST")

    assert "This is a stand-in for GitHub" in text
    assert "Move &lt;b&gt;" in text
    assert "<table>" in text
    assert '<span class="add">+tag: 2</span>' in text
    assert policy.startswith("default-src 'none'")
    assert hosted.pulls[pull.number].merged_at is not None
    assert "#1 Move" in page(f"{github.url}/acme/config/pulls")[0]


def test_a_person_can_say_something(
    github: GitHubStandIn, repo: Repository, hosted: HostedRepository
) -> None:
    pull = repo.create_pull("main", "topic", title="a")
    pull.add_to_labels("mine")

    request = urllib.request.Request(
        f"{pull.html_url}/comment", b"text=%2Fimagebot+hold+%3Cb%3E", method="POST"
    )
    with urllib.request.urlopen(request) as answer:
        text = answer.read().decode()

    (said,) = hosted.comments
    assert (said.author, said.body) == ("you", "/imagebot hold <b>")
    assert "/imagebot hold &lt;b&gt;" in text
    assert '<span class="label">mine</span>' in text


def test_a_button_on_another_site_does_nothing(repo: Repository, hosted: HostedRepository) -> None:
    pull = repo.create_pull("main", "topic", title="a")

    with pytest.raises(urllib.error.HTTPError, match="403") as refused:
        page(f"{pull.html_url}/merge", "POST", Origin="http://evil.example")
    refused.value.close()

    assert hosted.pulls[pull.number].open


def test_markdown_is_rendered_and_markup_stays_text() -> None:
    text = render_markdown(
        "**b** <img src=x onerror=alert(1)>\n\n<details><summary>More</summary>\n\n- x\n\n</details>\n<!-- hidden -->"
    )

    assert "<strong>b</strong>" in text
    assert "<img" not in text
    assert "<details><summary>More</summary>" in text
    assert "hidden" not in text
