"""One client is one cycle: every question is asked once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from imagebot.demo.registry import EmbeddedRegistry
from imagebot.errors import RegistryNotFound
from imagebot.references.image import ImageName
from tests.registries.quirk_server import ask


def test_every_question_is_asked_once_however_many_want_the_answer(registry: EmbeddedRegistry) -> None:
    registry.push("a/b", "1.0")
    name = ImageName(registry.host, "a/b")
    with ask(registry.host) as client, ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(client.tags, name) for _ in range(20)]
        assert {answer.result() for answer in answers} == {("1.0",)}

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
                client.tags(ImageName(registry.host, "none"))

    assert len(registry.requests) == 1


def test_the_next_client_asks_again(registry: EmbeddedRegistry) -> None:
    name = ImageName(registry.host, "a/b")
    for tag in ("1.0", "1.1"):
        registry.push("a/b", tag)
        with ask(registry.host) as client:
            found = client.tags(name)

    assert found == ("1.0", "1.1")
