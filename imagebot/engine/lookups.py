"""Ask registries many questions at once, politely: one bounded pool of threads per host."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING, TypeVar

from imagebot.errors import RegistryError

if TYPE_CHECKING:
    from imagebot.references.image import ImageName
    from imagebot.registries.protocol import Registries

Key = TypeVar("Key", bound=Hashable)
Answer = TypeVar("Answer")

PER_HOST = 8
"""Questions under way at one host; Docker Hub and GHCR are known to limit bursts above this."""


def list_tags(
    registries: Registries, names: Iterable[ImageName]
) -> Mapping[ImageName, tuple[str, ...] | RegistryError]:
    """The tags of every repository, or why they could not be had; each is asked for once."""
    return _ask_all({name: name.host for name in names}, registries.tags)


def find_digests(
    registries: Registries, tags: Iterable[tuple[ImageName, str]]
) -> Mapping[tuple[ImageName, str], str | RegistryError]:
    """The digest of every tag, or why it could not be had; each is asked for once."""
    return _ask_all(
        {(name, tag): name.host for name, tag in tags},
        lambda question: registries.digest(*question),
    )


def _ask_all(hosts: Mapping[Key, str], ask: Callable[[Key], Answer]) -> dict[Key, Answer | RegistryError]:
    """Ask every question in its host's own pool, so that a slow host delays only itself."""
    by_host: defaultdict[str, list[Key]] = defaultdict(list)
    for question, host in hosts.items():
        by_host[host].append(question)
    futures: dict[Key, Future[Answer | RegistryError]] = {}
    with ExitStack() as pools:
        for host, questions in by_host.items():
            workers = min(PER_HOST, len(questions))
            pool = pools.enter_context(ThreadPoolExecutor(workers, f"registry-{host}"))
            futures.update((question, pool.submit(_answer, ask, question)) for question in questions)
        return {question: future.result() for question, future in futures.items()}


def _answer(ask: Callable[[Key], Answer], question: Key) -> Answer | RegistryError:
    try:
        return ask(question)
    except RegistryError as error:
        return error
