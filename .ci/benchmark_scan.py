"""What a scan of a large config repository costs, as ratios in one run.

10,000 YAML files, a third of them with images: the samples of tests/descriptors, over and over, beside
services, settings and roles. Compared with composing every file with ruamel.yaml's pure-Python composer (a
sample of them, multiplied), and with one bare pass over the events of its C parser over the files with images.
"""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from imagebot.descriptors.find import NOTHING, find
from imagebot.engine.scan import Known, scan
from imagebot.policies.policy import Configuration
from imagebot.repository.folder import Folder

FILES = 10_000
EVERY = 25
"""Of so many files one is composed by the pure parser: all of them would take minutes."""
KINDS = ("kubernetes", "kustomize", "helm-values", "flux", "argocd", "compose", "openshift")
SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: {name}
  namespace: team
  labels:
    app.kubernetes.io/name: {name}
    app.kubernetes.io/part-of: shop
spec:
  type: ClusterIP
  selector:
    app.kubernetes.io/name: {name}
  ports:
{rows}
"""
SETTINGS = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n{rows}\n"
ROLE = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: {name}}}\nrules:\n{rows}\n"


def samples() -> list[tuple[str, str]]:
    """Name and text of every YAML file with images among the samples, but for the broken ones.

    One in two thousand is broken in real repositories; among the samples it would be one in fifty.
    """
    root = Path(__file__).parents[1] / "tests" / "descriptors" / "samples"
    found = [p for kind in KINDS for p in sorted((root / kind).rglob("*")) if p.suffix in {".yaml", ".yml"}]
    read = [(p.name, p.read_text("utf-8", "replace")) for p in found]
    return [
        (name, text)
        for name, text in read
        if "mage" in text and find(name, text.encode()) != NOTHING and is_sound(text)
    ]


def is_sound(text: str) -> bool:
    """Whether the C parser takes a text."""
    try:
        for _ in YAML(typ="safe", pure=False).parse(text):
            pass
    except YAMLError:
        return False
    return True


def without_images(pick: random.Random, number: int) -> str:
    """A file as they stand beside deployments."""
    name, lines = f"app-{number}", pick.randint(5, 120)
    if number % 3 == 0:
        rows = "\n".join(f"    - name: p{n}\n      port: {8000 + n}" for n in range(lines // 4))
        return SERVICE.format(name=name, rows=rows)
    if number % 3 == 1:
        rows = "\n".join(f'  SETTING_{n}: "{pick.random()}" # as agreed' for n in range(lines))
        return SETTINGS.format(name=name, rows=rows)
    rows = "\n".join(
        f'- {{apiGroups: [""], resources: [pods], verbs: [get, w{n}]}}' for n in range(lines // 3)
    )
    return ROLE.format(name=name, rows=rows)


def beside(pick: random.Random, number: int, text: str) -> str:
    """What stands in the same file as a deployment: more objects, or more settings of a chart.

    In public repositories a file with images has some 20 kB on average; here it has a tenth.
    """
    if text.startswith("{") or not text.endswith("\n"):
        return ""
    if "apiVersion:" in text:
        return "".join(f"---\n{without_images(pick, number + n)}" for n in range(pick.randint(0, 3)))
    if "services:" in text or "\nimages:" in text:
        return ""
    return "\n".join(
        [f"settings{number}:", *(f"  key{n}: {pick.random()}" for n in range(pick.randint(0, 80))), ""]
    )


def fill(root: Path) -> list[Path]:
    """Write the repository; the files with images."""
    pick, described = random.Random(7), samples()  # noqa: S311 - the same files at every run
    images = []
    for number in range(FILES):
        folder = root / f"team{number // 200}" / f"app{number // 20}"
        folder.mkdir(parents=True, exist_ok=True)
        if number % 3:
            (folder / f"other-{number}.yaml").write_text(without_images(pick, number))
        else:
            name, text = described[(number // 3) % len(described)]
            target = folder / (name if not (folder / name).exists() else f"{number}-{name}")
            more = beside(pick, number, text)
            if not is_sound(text + more):
                more = ""
            target.write_text(f"# {number}\n{text}{more}", newline="")
            images.append(target)
    git = ["git", "-C", str(root), "-c", "user.name=x", "-c", "user.email=x@example.com"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "all"]):
        subprocess.run([*git, *command], check=True)
    return images


def took(act: Callable[[], object]) -> float:
    """Seconds by the clock."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def best(times: int, act: Callable[[], object]) -> float:
    """The shortest of several."""
    return min(took(act) for _ in range(times))


def drained(texts: list[str], read: Callable[[str], Iterator[object]]) -> None:
    """Take everything a parser gives; what it refuses is refused to all."""
    for text in texts:
        try:
            for _ in read(text):
                pass
        except YAMLError:
            continue


def main() -> None:
    """Print a table."""
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        images = fill(root)
        every = sorted(root.rglob("*.yaml")) + sorted(root.rglob("*.yml"))
        read = [path.read_text("utf-8", "replace") for path in every]
        described = [path.read_text("utf-8", "replace") for path in images]
        sizes = sum(map(len, read)) / 1e6, sum(map(len, described)) / 1e6
        print(f"{len(read)} files, {sizes[0]:.1f} MB; with images {len(described)}, {sizes[1]:.1f} MB; "
              f"{len(os.sched_getaffinity(0))} cores")  # fmt: skip
        nothing, known = Configuration(), Known()
        cold = best(3, lambda: scan(Folder(root), nothing))
        found = scan(Folder(root), nothing, known)
        warm = best(5, lambda: scan(Folder(root), nothing, known))
        (root / "team0" / "one.yaml").write_text("image: {repository: a/b, tag: '1'}\n")
        one = took(lambda: scan(Folder(root), nothing, known))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        events = best(3, lambda: drained(described, lambda t: YAML(typ="safe", pure=False).parse(t)))
        some = read[::EVERY]
        composed = EVERY * took(lambda: drained(some, lambda t: YAML(typ="safe", pure=True).compose_all(t)))
        rows = [
            ("compose every file (pure Python; a sample, multiplied)", composed),
            ("bare pass over C events, files with images", events),
            ("scan, cold", cold),
            ("scan, one file changed", one),
            ("scan, nothing changed", warm),
        ]
        for name, seconds in rows:
            print(f"{name:56s}{seconds:8.3f} s{seconds / cold:9.2f} of cold")
        print(f"cold is {composed / cold:.0f} times faster than composing, {cold / events:.2f} bare passes; "
              f"warm is {cold / warm:.0f} times faster than cold")  # fmt: skip
        print(f"{len(found.references)} references, {len(found.skipped)} skipped; "
              f"memory {memory} MB, of the largest worker {children} MB")  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
