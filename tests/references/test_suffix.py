from __future__ import annotations

import pytest

from imagebot.references.suffix import commit_in, is_commit, read_suffix, without_release_word


@pytest.mark.parametrize(
    ("rest", "family", "numbers"),
    [
        ("-alpine3.19", "-alpine#.#", (3, 19)),
        ("-fpm-alpine3.20", "-fpm-alpine#.#", (3, 20)),
        ("-alpine3.20-slim", "-alpine#.#-slim", (3, 20)),
        ("-debian-12-r5", "-debian-#-r#", (12, 5)),
        ("-ubuntu22.04", "-ubuntu#.#", (22, 4)),
        ("-ubi9-minimal", "-ubi#-minimal", (9,)),
        ("-1.el9", "-#.el#", (1, 9)),
        ("-ls48", "-ls#", (48,)),
        ("-r1-ls206", "-r#-ls#", (1, 206)),
        ("_7-jre-alpine", "_#-jre-alpine", (7,)),
        ("-ce.0", "-ce.#", (0,)),
        ("-CU13-ubuntu-22.04", "-CU#-ubuntu-#.#", (13, 22, 4)),
        ("-20240612", "-#", (20240612,)),
        ("-20240612T103000Z", "-#T#Z", (20240612, 103000)),
        (".v20240208", ".v#", (20240208,)),
        ("-gke.1367000", "-gke.#", (1367000,)),
        ("-k3s1", "-k#s#", (3, 1)),
        ("-4-gabc1234", "-#-g*", (4,)),
    ],
)
def test_numbers_that_go_up_with_releases_move(rest: str, family: str, numbers: tuple[int, ...]) -> None:
    assert read_suffix(rest) == ((), family, numbers)


@pytest.mark.parametrize(
    "rest",
    [
        *(
            "-pg16",
            "-jdk17",
            "-php8.2-apache",
            "-python3.11",
            "-py3",
            "-node20",
            "-java11",
            "-cuda12.1-cudnn8",
        ),
        *("-scala_2.12-java17", "-otp-26-slim", "-eclipse-temurin-17", "-scala2.12.1", "-erlang-26.2.5"),
        *("-amd64", "-arm64", "-arm64v8", "-arm32v7", "-armv7", "-arm-v6", "-arm64-v8", "-x86_64", "-x86-64"),
        *("-i386", "-linux-386", "-s390x", "-ppc64le", "-32bit", "-64bit"),
        *("-ltsc2022", "-nanoserver-1809", "-nanoserver-20H2", "-windowsservercore-ltsc2019"),
        *(
            "-fips1402",
            "-cu121",
            "-qt5",
            "-avx512",
            "-7f3a9c1",
            "-main-7f3a9c1",
            "-e3b0c44298fc1c149afbf4c8996fb924",
        ),
    ],
)
def test_a_number_that_says_what_an_image_is_built_for_is_family(rest: str) -> None:
    assert read_suffix(rest) == ((), rest, ())


@pytest.mark.parametrize(
    ("rest", "prerelease", "family"),
    [
        (".Final", (), ""),
        (".GA", (), ""),
        (".RELEASE", (), ""),
        (".Final-jdk17", (), "-jdk17"),
        (".CR1", ("cr", "1"), ""),
        (".Beta2-jdk17", ("beta", "2"), "-jdk17"),
        (".RC1", ("rc", "1"), ""),
        ("-release", (), "-release"),
        (".Finally", (), ".Finally"),
        ("-dev", (), "-dev"),
        ("-dev-alpine", (), "-dev-alpine"),
        ("-dev.3", ("dev", "3"), ""),
        (".dev3", ("dev", "3"), ""),
        ("-dev20240612", ("dev", "20240612"), ""),
        ("-develop", (), "-develop"),
        ("-rc", ("rc",), ""),
    ],
)
def test_words_of_the_release_and_of_what_is_before_it(
    rest: str, prerelease: tuple[str, ...], family: str
) -> None:
    assert read_suffix(rest) == (prerelease, family, ())


@pytest.mark.parametrize("rest", ["jre", "u412-b08", "ubu2204-ls20", "-" + "a" * 300])
def test_what_is_no_suffix_is_none(rest: str) -> None:
    assert read_suffix(rest) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("7f3a9c1", True),
        ("4567b89", True),
        ("e3b0c44298fc1c149afbf4c8996fb92427ae41e4", True),
        ("1234567", False),
        ("deadbee", False),
        ("7f3a9c", False),
        ("7F3A9C1", False),
        ("7f3a9c1x", False),
    ],
)
def test_a_commit_has_seven_hex_digits_with_letters_and_numbers(text: str, found: bool) -> None:
    assert is_commit(text) is found
    assert commit_in(f"-main-{text}") == (text if found else "")


def test_only_the_first_word_says_that_it_is_the_release() -> None:
    assert without_release_word("-jdk17.Final") == "-jdk17.Final"
