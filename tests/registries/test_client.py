"""One client is one cycle: every question is asked once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from imagebot.demo.registry import EmbeddedRegistry
from imagebot.errors import RegistryNotFound
from imagebot.references.image import ImageName
from tests.registries.quirk_server import ask


def test_a_digest_is_asked_for_once_however_many_want_it(registry: EmbeddedRegistry) -> None:
    digest = registry.push("a/b", "1.0")
    name = ImageName(registry.host, "a/b")
    with ask(registry.host) as client, ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(client.digest, name, "1.0") for _ in range(20)]
        assert {answer.result() for answer in answers} == {digest}

    assert len(registry.requests) == 1


def test_each_tag_is_a_question_of_its_own(registry: EmbeddedRegistry) -> None:
    name = ImageName(registry.host, "a/b")
    pushed = [registry.push("a/b", tag) for tag in ("1.0", "1.1")]
    with ask(registry.host) as client:
        assert [client.digest(name, tag) for tag in ("1.0", "1.1", "1.0")] == [*pushed, pushed[0]]

    assert len(registry.requests) == 2


def test_a_failure_is_kept_as_an_answer_too(registry: EmbeddedRegistry) -> None:
    with ask(registry.host) as client:
        for _ in range(2):
            with pytest.raises(RegistryNotFound):
                client.digest(ImageName(registry.host, "none"), "1.0")

    assert [seen.method for seen in registry.requests] == ["HEAD", "GET"]


def test_the_next_client_asks_again(registry: EmbeddedRegistry) -> None:
    name = ImageName(registry.host, "a/b")
    for tag in ("1.0", "1.1"):
        registry.push("a/b", tag)
        with ask(registry.host) as client:
            found = client.tags(name).tags

    assert found == ("1.0", "1.1")
