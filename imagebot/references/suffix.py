"""What stands behind the release in a tag: a pre-release, and the suffix family.

A family is what a tag is built for. Numbers that go up with releases are no part of it: the version of the
base system (``-alpine3.19``) and counters (``-r5``, ``-ls48``, ``_7``). All others are: the runtime or the
database inside (``-jdk17``, ``-pg15``), the architecture (``-arm64v8``), the Windows that the host must run
(``-ltsc2022``), a commit.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

PRERELEASE_WORDS = (
    *("alpha", "beta", "rc", "cr", "pre", "preview", "prerelease", "dev", "snapshot"),
    *("nightly", "canary", "milestone", "ea", "insiders", "unstable"),
)
"""Words that mean "before the release"; every other word names a suffix family."""

NUMBERED = ("dev",)
"""Those of them that mean it only with a number (``1.0.dev3``): a bare ``-dev`` is a variant with a shell."""

PRERELEASE_LETTERS = ("a", "b", "m")
"""Letters that mean the same with a number behind them: ``1.0b2``, ``2.0.0-M1``."""

SYSTEMS = (
    *("alpine", "debian", "deb", "ubuntu", "ubu", "ubi", "rhel", "el", "fedora", "fc", "centos"),
    *("rockylinux", "rocky", "almalinux", "alma", "oraclelinux", "ol", "amazonlinux", "amzn", "al"),
    *("azurelinux", "mariner", "photon", "sles", "bci", "leap"),
)
"""Base systems: the number right behind one is its version, and moves."""

COUNTERS = (
    *("r", "rev", "revision", "rel", "b", "build", "p", "patch", "u", "v", "n", "ls", "sp", "post"),
    *("fix", "hotfix", "hf", "k3s", "rke2r", "run", "ci", "job", "pipeline"),
)
"""Words whose number counts builds of one version."""

BUILT_FOR = (
    *("nanoserver", "windowsservercore", "servercore", "windows", "linux"),
    *("java", "jdk", "jre", "openjdk", "temurin", "corretto", "zulu", "semeru", "liberica", "graalvm"),
    *("python", "py", "php", "node", "nodejs", "ruby", "perl", "golang", "go", "rust", "scala", "dotnet"),
    *("otp", "erlang", "elixir", "swift", "gcc", "clang", "llvm", "cuda", "cudnn", "rocm", "tensorrt"),
    *("pg", "postgres", "postgresql", "mysql", "mariadb", "mongo", "hadoop", "spark", "hive", "k8s"),
)
"""What an image is built for: the number behind one is part of the family, also behind a separator."""

DIGITS = 40
"""Longest number; no version is longer, and no comparison should cost more."""

LONGEST = 256
"""Longest suffix that is read: twice a tag."""

COMMIT = r"(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{7,64}(?![0-9A-Za-z])"
"""An abbreviated or whole commit; one without a digit may be a word, one without a letter a number."""

_WORDS = "|".join(
    f"{word}(?=[-._]?[0-9])" if word in NUMBERED else word
    for word in sorted(PRERELEASE_WORDS, key=len, reverse=True)
)
_LETTERS = "|".join(PRERELEASE_LETTERS)
_PRERELEASE = re.compile(
    rf"(?:^|[-._])(?:(?P<word>{_WORDS})(?P<ids>(?:[-._]?[0-9]{{1,{DIGITS}}})?(?:\.[0-9A-Za-z]+)*)"
    rf"|(?P<letter>{_LETTERS})(?P<number>[-._]?[0-9]{{1,{DIGITS}}}))(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_SEPARATORS = "-._"
_RELEASED = re.compile(r"\.(?:final|ga|release)(?![0-9A-Za-z])", re.IGNORECASE)
_MOVES = rf"(?:(?i:{'|'.join((*SYSTEMS, *COUNTERS))})|CU)[0-9]+(?![0-9A-Za-z])"
_DOTTED = r"[0-9][0-9A-Za-z]*(?:\.[0-9]+)*"
_PART = re.compile(
    r"(?<![0-9A-Za-z])(?:(?P<described>(?<=-)g[0-9a-f]{7,40}(?![0-9A-Za-z]))"
    rf"|(?P<kept>{COMMIT}|arm(?:32|64)?[-_]v[5-9]|x86[-_]64|(?:32|64)bit|(?:{'|'.join(BUILT_FOR)})[-._]?{_DOTTED}"
    rf"|(?!{_MOVES})[A-Za-z]+{_DOTTED}))|(?P<number>[0-9]{{1,{DIGITS}}})"
)
_COMMIT = re.compile(COMMIT)
_COMMIT_IN = re.compile(rf"(?<![0-9A-Za-z]){COMMIT}")


class Suffix(NamedTuple):
    """What stands behind a release; the attributes are those of ``TagVersion``."""

    prerelease: tuple[str, ...] = ()
    family: str = ""
    numbers: tuple[int, ...] = ()


NO_SUFFIX = Suffix()


@lru_cache(maxsize=8192)  # the tags of a repository share few suffixes
def read_suffix(rest: str) -> Suffix | None:
    """What stands behind a release; None if it does not begin with a separator, and is no pre-release."""
    if len(rest) > LONGEST:
        return None
    found = _PRERELEASE.search(rest)
    # A pre-release stands right behind the version, or behind its suffix (1.2.3-alpine-rc1).
    prerelease: tuple[str, ...] = ()
    if found:
        prerelease = _identifiers(found["word"] or found["letter"], found["ids"] or found["number"] or "")
        rest = rest[: found.start()] + rest[found.end() :]
    rest = without_release_word(rest)
    if not rest:
        return Suffix(prerelease)
    if rest[0] not in _SEPARATORS:
        return None
    return Suffix(prerelease, *_family(rest))


def without_release_word(rest: str) -> str:
    """``.Final``, ``.GA`` and ``.RELEASE`` say that it is the release, which is no variant of it.

    >>> without_release_word(".Final-jdk17")
    '-jdk17'
    """
    found = _RELEASED.match(rest)
    return rest[found.end() :] if found else rest


def is_commit(text: str) -> bool:
    """Whether a text looks like a commit and nothing else."""
    return _COMMIT.fullmatch(text) is not None


def commit_in(suffix: str) -> str:
    """What looks like a commit in a suffix, or empty.

    >>> commit_in("-main-7f3a9c1")
    '7f3a9c1'
    """
    found = _COMMIT_IN.search(suffix)
    return found[0] if found else ""


def _family(rest: str) -> tuple[str, tuple[int, ...]]:
    """The suffix with ``#`` for every number that moves, and these numbers."""
    numbers: list[int] = []

    def part(match: re.Match[str]) -> str:
        if match["number"]:
            numbers.append(int(match["number"]))
            return "#"
        # a described commit stands behind the number of commits, which is what moves
        return "g*" if match["described"] else match[0]

    return _PART.sub(part, rest), tuple(numbers)


def _identifiers(word: str, ids: str) -> tuple[str, ...]:
    """``rc1``, ``rc.1`` and ``RC-1`` are one pre-release: ``("rc", "1")``."""
    return (word.lower(), *(part for part in re.split(r"[-._]", ids) if part))
