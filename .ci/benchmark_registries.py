"""What looking up costs: time against a bare HTTP client, requests, and memory, as ratios in one run.

1. 200 repositories of 50 to 1,000 tags on Debian's ``docker-registry``: imagebot's listing, with its bounds,
   checks and cache, against aiohttp that fetches the same lists with as many requests at a time.
2. The requests of a whole ``imagebot plan`` over them, by the registry's own log.
3. Memory of a whole cycle over 5,000 repositories of 400 tags.

Needs ``apt-get install docker-registry`` and, in the same environment, ``pip install aiohttp``.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from benchmark_clients import USER
from benchmark_servers import TAGS, digest_of, manifest_of

ROUNDS = 11
REPOSITORIES = 200
MANY = 5_000
DELAY_S = 0.05
HTPASSWD = f"{USER}:$2y$04$FBtu4vz6ZcJ09SCN5Ocjw.E2G5TXdhv6tapzL2z3Jj0Dw3nF4xYyK\n"
"""The hash of ``PASSWORD``, with the fewest rounds: it is the client that is measured."""

HERE = Path(__file__).parent
POLICY = "policies:\n- {name: all, images: ['*/**'], tags: {order: semver}}\n"


def fill(root: Path) -> list[str]:
    """Write repositories as the registry's filesystem driver does: pushing 58,000 tags takes half an hour."""
    pick = random.Random(7)  # noqa: S311 - the same at every run
    store = root / "docker" / "registry" / "v2"
    names = [f"team{number % 9}/app{number}" for number in range(REPOSITORIES)]
    for name in names:
        config = json.dumps({"os": "linux", "architecture": "amd64", "author": name}).encode()
        manifest = manifest_of(config)
        for content in (config, manifest):
            written(
                store / "blobs" / "sha256" / digest_of(content)[7:9] / digest_of(content)[7:] / "data",
                content,
            )
        place = store / "repositories" / name
        layer = place / "_layers" / "sha256" / digest_of(config)[7:] / "link"
        link = place / "_manifests" / "revisions" / "sha256" / digest_of(manifest)[7:] / "link"
        written(layer, digest_of(config).encode())
        written(link, digest_of(manifest).encode())
        for number in range(int(50 * 20 ** pick.random())):  # few repositories have many tags
            tag = place / "_manifests" / "tags" / f"1.{number}.{number % 7}" / "current"
            tag.mkdir(parents=True)
            (tag / "link").hardlink_to(link)
    return names


def written(path: Path, content: bytes) -> None:
    """Write a file and the folders it lies in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


@contextmanager
def registry(folder: Path, store: Path, *, login: bool = False) -> Iterator[tuple[str, Path]]:
    """Run ``docker-registry``; its host, and the log of requests."""
    users, log, said = folder / "htpasswd", folder / "access.log", folder / "registry.log"
    users.write_text(HTPASSWD)
    settings = {
        "version": 0.1,
        "log": {"level": "info", "accesslog": {"disabled": False}},
        "storage": {"filesystem": {"rootdirectory": str(store), "maxthreads": 100}},
        "http": {"addr": "127.0.0.1:0", "secret": "benchmark"},
        **({"auth": {"htpasswd": {"realm": "benchmark", "path": str(users)}}} if login else {}),
    }
    config = folder / "registry.yml"
    config.write_text(json.dumps(settings))
    with log.open("wb") as requests, said.open("wb") as errors:
        process = subprocess.Popen(
            ["docker-registry", "serve", str(config)], env={}, stdout=requests, stderr=errors
        )
    try:
        while not (found := re.search(r"listening on (127\.0\.0\.1:[0-9]+)", said.read_text())):
            if process.poll() is not None:
                sys.exit(said.read_text())
        yield found[1], log
    finally:
        process.terminate()
        process.wait()


@contextmanager
def server(*arguments: str) -> Iterator[str]:
    """Run a server of ``benchmark_servers.py``; its host."""
    command = [sys.executable, str(HERE / "benchmark_servers.py"), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None  # noqa: S101
        try:
            yield f"127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.kill()


def client(*arguments: str) -> list[list[float]]:
    """Run a client of ``benchmark_clients.py``; seconds by the clock, seconds of CPU and MB of each turn."""
    command = [sys.executable, str(HERE / "benchmark_clients.py"), *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, stderr=subprocess.DEVNULL)
    return [json.loads(line) for line in done.stdout.splitlines()]


def compared(title: str, host: str, names: Path, login: str, cache: Path | None) -> None:
    """Print a row: imagebot against aiohttp, one after the other, several times; None takes an empty cache each time."""
    once, ours, theirs = [], [], []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as empty:
            theirs += client("bare", host, str(names), login)
            [first, rest] = client("listing", host, str(names), login, str(cache or empty))
            once.append(first[0])
            ours.append(rest)
    best, bare = min(ours), min(theirs)
    middle = statistics.median(o[0] / t[0] for o, t in zip(ours, theirs, strict=True))
    print(f"  {title:30s}{best[0]:9.3f} s{best[1]:9.3f} s{bare[0]:9.3f} s{bare[1]:9.3f} s"
          f"{best[0] / bare[0]:9.2f}{middle:9.2f}{min(once):11.3f} s")  # fmt: skip


def listings(folder: Path, store: Path, names: list[str]) -> None:
    """How long listing takes."""
    listed, cache = folder / "names", folder / "cache-of-listings"
    listed.write_text("\n".join(names))
    print(
        f"\n{REPOSITORIES} listings, 8 at a time; imagebot and aiohttp by the clock and in CPU, and their ratio"
    )
    print(f"{'':37s}imagebot       CPU    aiohttp       CPU     best   median   once before")
    for title, login in (("open", ""), ("with a password", "login")):
        with registry(folder, store, login=bool(login)) as (host, _):
            compared(f"{title}, empty cache", host, listed, login, None)
            compared(title, host, listed, login, cache)
            with server("delay", host.partition(":")[2], str(DELAY_S)) as slow:
                compared(f"{title}, 50 ms later", slow, listed, login, cache)


def config_repository(root: Path, host: str, names: list[str]) -> Path:
    """A config repository with one image of each repository."""
    rows = "\n".join(f"  app{number}:\n    image: {host}/{name}:1.0.0" for number, name in enumerate(names))
    written(root / "compose.yaml", f"services:\n{rows}\n".encode())
    written(root / "policies" / "all.yaml", POLICY.encode())
    return root


def asked(log: Path) -> Counter[str]:
    """Requests by method, what was asked for, and status; none is told apart by its repository."""
    found = re.findall(r'"(GET|HEAD|POST) (\S+) HTTP/1\.1" (\d+)', log.read_text())
    kinds = {"tags": "list of tags", "manifests": "manifest", "blobs": "blob"}
    counted: Counter[str] = Counter()
    for method, path, status in found:
        kind, last = path.split("?")[0].split("/")[-2:]
        by = " by digest" if last.startswith("sha256:") else " by tag" * (kind == "manifests")
        counted[f"{method} {kinds.get(kind, kind)}{by}, {status}"] += 1
    log.write_text("")
    return counted


def requests(folder: Path, store: Path, names: list[str]) -> None:
    """What a whole ``imagebot plan`` asks."""
    print(f"\nrequests of `imagebot plan` over {REPOSITORIES} images, all of them with an update")
    with registry(folder, store) as (host, log):
        root = config_repository(folder / "config", host, names)
        for title in ("first", "second"):
            command = [
                sys.executable,
                "-m",
                "imagebot",
                "plan",
                str(root),
                "--cache",
                str(folder / "cache"),
                "-o",
                "json",
            ]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            for what, count in sorted(asked(log).items()):
                print(f"  {title:8s}{what:32s}{count:6d}")


def memory(folder: Path) -> None:
    """The most memory of a cycle."""
    print(f"\ncycle over {MANY:,} repositories of {TAGS} tags, all of them with an update")
    with server("listings") as host:
        names = [f"team{number % 99}/app{number}" for number in range(MANY)]
        root = str(config_repository(folder / "many", host, names))
        cache = folder / "cache-of-many"
        first, again = client("cycles", root, str(cache), "2")
        [later] = client("cycles", root, str(cache), "1")
        size = sum(path.stat().st_size for path in cache.iterdir()) / 1e6
    for title, (wall, cpu, most) in (
        ("first", first),
        ("second, same process", again),
        ("second, new process", later),
    ):
        print(f"  {title:24s}{most:6.0f} MB{wall:9.1f} s{cpu:9.1f} s CPU")
    print(f"  cache {size:.1f} MB")


def main(parts: list[str]) -> None:
    """Print tables; of ``listings``, ``requests`` and ``memory`` only those that are named, if any is."""
    if shutil.which("docker-registry") is None:
        sys.exit("needs docker-registry: apt-get install docker-registry")
    if find_spec("aiohttp") is None:
        sys.exit(f"needs aiohttp, to compare with: {sys.executable} -m pip install aiohttp")
    memory_folder = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - five times as fast to fill
    with tempfile.TemporaryDirectory() as temporary, tempfile.TemporaryDirectory(dir=memory_folder) as fast:
        folder, store = Path(temporary), Path(fast)
        names = fill(store)
        tags = sum(1 for _ in store.glob("docker/registry/v2/repositories/*/*/_manifests/tags/*"))
        print(f"{REPOSITORIES} repositories, {tags:,} tags; {len(os.sched_getaffinity(0))} cores")
        if not parts or "listings" in parts:
            listings(folder, store, names)
        if not parts or "requests" in parts:
            requests(folder, store, names)
        if not parts or "memory" in parts:
            memory(folder)


if __name__ == "__main__":
    main(sys.argv[1:])
