"""The clients of ``benchmark_registries.py``: each runs in a process of its own, and prints what it measured."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

USER, PASSWORD = "bot", "benchmark"
PER_HOST = 8


def bare(host: str, names: list[str], login: str) -> None:
    """Fetch the lists with aiohttp and leave them unread."""
    import aiohttp  # noqa: PLC0415 - only this client needs it

    async def fetch() -> None:
        auth = aiohttp.BasicAuth(USER, PASSWORD) if login else None
        waiting = list(names)
        connector = aiohttp.TCPConnector(limit=PER_HOST)
        async with aiohttp.ClientSession(connector=connector, auth=auth) as session:

            async def work() -> None:
                while waiting:
                    async with session.get(f"http://{host}/v2/{waiting.pop()}/tags/list") as answer:
                        assert answer.status == 200  # noqa: S101
                        await answer.read()

            await asyncio.gather(*(work() for _ in range(PER_HOST)))

    measured(lambda: asyncio.run(fetch()))


def listing(host: str, names: list[str], login: str, cache: str) -> None:
    """List as a cycle does, with all that imagebot checks and keeps; print first what a host costs once.

    That is mostly the certificate authorities, which nobody needs who speaks plain HTTP to one host.
    """
    from imagebot.engine.lookups import Lookups  # noqa: PLC0415 - nor does a bare client pay for it
    from imagebot.references.image import ImageName  # noqa: PLC0415
    from imagebot.registries.cache import Cache  # noqa: PLC0415
    from imagebot.registries.client import RegistryClient  # noqa: PLC0415
    from imagebot.registries.credentials import Credentials  # noqa: PLC0415

    entry = {"auths": {host: {"auth": base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()}}}
    environ = {"DOCKER_AUTH_CONFIG": json.dumps(entry)} if login else {}

    credentials = Credentials.load(None, environ=environ, home=Path(cache))
    client = RegistryClient({}, credentials, cache=Cache(Path(cache)))
    questions = {ImageName(host, name): host for name in names}

    def prepare() -> None:
        client.locate(next(iter(questions)))

    def ask() -> None:
        for found in Lookups(questions, lambda name: len(client.tags(name).tags)).rounds():
            assert all(found.answers.values())  # noqa: S101

    measured(prepare)
    with client:
        measured(ask)


def cycles(root: str, cache: str, count: str) -> None:
    """Plan so many times over, as ``imagebot run`` does: one process, all else made anew."""
    from imagebot.engine.configuration import read_configuration  # noqa: PLC0415
    from imagebot.engine.planning import make_plan  # noqa: PLC0415
    from imagebot.engine.scan import Known  # noqa: PLC0415
    from imagebot.registries.cache import Cache  # noqa: PLC0415
    from imagebot.registries.client import RegistryClient  # noqa: PLC0415
    from imagebot.registries.credentials import Credentials  # noqa: PLC0415
    from imagebot.repository.folder import Folder  # noqa: PLC0415

    folder, known = Folder(Path(root)), Known()

    def plan() -> None:
        configuration = read_configuration(folder, None)
        with RegistryClient({}, Credentials(), cache=Cache(Path(cache))) as client:
            found = make_plan(folder, configuration, client, known)
        assert not found.failures, found.failures[0]  # noqa: S101
        print(f"{len(found.updates)} updates", file=sys.stderr)

    for _ in range(int(count)):
        measured(plan)


def measured(act: Callable[[], None]) -> None:
    """Print seconds by the clock, seconds of this process, and the most memory it had so far in MB."""
    wall, cpu = time.perf_counter(), time.process_time()
    act()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(json.dumps([wall, cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024]), flush=True)


def main(role: str, *arguments: str) -> None:
    """Be a client."""
    if role == "cycles":
        cycles(*arguments)
        return
    host, names, *more = arguments
    known = Path(names).read_text().split()
    if role == "bare":
        bare(host, known, *more)
    else:
        listing(host, known, *more)


if __name__ == "__main__":
    main(*sys.argv[1:])
    sys.stdout.flush()
    os._exit(0)
