"""Lists of tags from servers that differ, fail and attack."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest

from imagebot.demo.http_server import Request, Response
from imagebot.errors import RegistryProtocol
from tests.registries.quirk_server import Answer, page, tags_of


def pages(request: Request, link: str) -> Response:
    """Three pages, each naming the next by a link of the wanted form."""
    place = int(request.one("page", "1"))
    if place == 3:
        return page(["1.3"])
    return page([f"1.{place}"], Link=link.format(next=place + 1, host=request.headers["host"]))


@pytest.mark.parametrize(
    "link",
    [
        pytest.param('</v2/a/b/tags/list?page={next}>; rel="next"', id="path"),
        pytest.param("</v2/a/b/tags/list?page={next}>; rel=next", id="bare-rel"),
        pytest.param('<http://{host}/v2/a/b/tags/list?page={next}>; rel="next"', id="absolute"),
        pytest.param('<HTTP://{host}/v2/a/b/tags/list?page={next}>; rel="next"', id="scheme-in-upper-case"),
        pytest.param('<?page={next}>;rel="next"', id="query-alone"),
        pytest.param('</v2/a/b/tags/list?page={next}>; REL = "NEXT"', id="upper-case"),
        pytest.param('</x>; title="a \\", b"; rel="prev", <?page={next}>; title="a \\"; b"; rel="next"', id="escapes"),
        pytest.param('</x>; rel="nextish", </x>; rel="http://x.example/next", <?page={next}>; rel=next', id="rels-that-only-look-alike"),
        pytest.param(", ".join(["</x>"] * 10_000) + ', <?page={next}>; rel="next"', id="ten-thousand-others"),
        pytest.param('</x>; rel="prev", </v2/a/b/tags/list?page={next}>; title="a, b"; rel="last next"', id="several"),
    ],
)  # fmt: skip
def test_pages_are_followed_to_the_end(link: str) -> None:
    assert tags_of(lambda request: pages(request, link)) == ("1.1", "1.2", "1.3")


def test_the_link_may_stand_on_a_line_of_its_own() -> None:
    def answer(request: Request) -> Response:
        if request.one("page"):
            return page(["2"])
        return page(["1"], Link='</x>; rel="prev"', link='<?page=2>; rel="next"')

    assert tags_of(answer) == ("1", "2")


def endless(link: str, tags: str = "1") -> Answer:
    """Never a last page, each behind a link of its own."""
    served = iter(range(10_000))

    def answer(request: Request) -> Response:
        number = next(served)
        return page([tags.format(number=number)], Link=link.format(number=number))

    return answer


def two_in_turn(request: Request) -> Response:
    other = "2" if request.one("page") == "1" else "1"
    return page([], Link=f'<?page={other}>; rel="next"')


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param(lambda r: page(["1"], Link='<http://evil.example/v2/a/b/tags/list?n=1>; rel="next"'), "lies elsewhere", id="foreign-host"),
        pytest.param(lambda r: page(["1"], Link='<//evil.example/v2/a/b/tags/list?n=1>; rel="next"'), "lies elsewhere", id="foreign-host-alone"),
        pytest.param(lambda r: page(["1"], Link='</v2/a/b/tags/list/../../../c/tags/list?n=1>; rel="next"'), "lies elsewhere", id="path-with-dots"),
        pytest.param(lambda r: page(["1"], Link=f'<https://{r.headers["host"]}{r.raw_path}?n=1>; rel="next"'), "lies elsewhere", id="another-scheme"),
        pytest.param(lambda r: page(["1"], Link='</v2/other/tags/list?n=1>; rel="next"'), "lies elsewhere", id="foreign-path"),
        pytest.param(lambda r: page(["1"], Link=f'<http://127.0.0.1:1{r.raw_path}?n=1>; rel="next"'), "lies elsewhere", id="foreign-port"),
        pytest.param(lambda r: page(["1"], Link=f'<http://u:p@{r.headers["host"]}{r.raw_path}?n=1>; rel="next"'), "lies elsewhere", id="userinfo"),
        pytest.param(lambda r: page(["1"], Link='<http://[>; rel="next"'), "lies elsewhere", id="no-address"),
        pytest.param(lambda r: page(["1"], Link='</v2/a/b/tags/list?x=\x7f>; rel="next"'), "cannot be sent", id="control-character"),
        pytest.param(lambda r: page([], Link=f'<{r.raw_path}?n=1>; rel="next"'), "in circles", id="circle"),
        pytest.param(two_in_turn, "in circles", id="circle-of-two"),
        pytest.param(endless('</v2/a/b/tags/list?c={number}>; rel="next"'), "nothing new", id="standing-still"),
        pytest.param(lambda r: page({"a": 1}), "no list of tags", id="no-list"),
        pytest.param(lambda r: page("1.0"), "no list of tags", id="text"),
        pytest.param(lambda r: Response(200, b'["1.0"]'), "no list of tags", id="list-alone"),
        pytest.param(lambda r: page([f"{number}" for number in range(250_001)]), "more than 250000 tags", id="too-many-tags"),
        pytest.param(lambda r: Response(200, b"<html>"), "no JSON", id="html"),
        pytest.param(lambda r: Response(200, b"[" * 100_000), "no JSON", id="deep"),
        pytest.param(lambda r: Response(200, b'{"tags":["' + b"x" * (9 * 1024 * 1024)), "more than", id="endless"),
        pytest.param(lambda r: Response(200, gzip.compress(b"x" * 10**7), {"Content-Encoding": "gzip"}), "compressed", id="gzip-bomb"),
        pytest.param(lambda r: Response(418, b'{"errors":[{"message":"tea\\u001b[31m"}]}'), "answered 418 .*tea", id="odd-status"),
    ],
)  # fmt: skip
def test_a_list_that_cannot_be_had_whole_is_an_error(answer: Answer, reason: str) -> None:
    with pytest.raises(RegistryProtocol, match=reason):
        tags_of(answer)


def test_pages_without_end_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imagebot.registries.tags.PAGES", 5)  # there are 2,000 for those who need them
    answer = endless('<?c={number}>; rel="next"', tags="1.{number}")

    with pytest.raises(RegistryProtocol, match="more than 5 pages"):
        tags_of(answer)


def test_an_empty_page_in_the_middle_ends_nothing() -> None:
    def answer(request: Request) -> Response:
        place = int(request.one("page", "1"))
        found: dict[int, Callable[[], Response]] = {
            1: lambda: page(["1"], Link='<?page=2>; rel="next"'),
            2: lambda: page(None, Link='<?page=3>; rel="next"'),
            3: lambda: page(["2"]),
        }
        return found[place]()

    assert tags_of(answer) == ("1", "2")


def test_a_page_of_signatures_alone_ends_nothing() -> None:
    def answer(request: Request) -> Response:
        if request.one("page"):
            return page(["1.0"])
        return page(["sha256-" + "a" * 64 + ".sig"], Link='<?page=2>; rel="next"')

    assert tags_of(answer) == ("1.0",)


def test_brackets_that_never_close_do_not_hide_a_link() -> None:
    """A pattern that reads on from each of them to the end would also take ten seconds."""

    def answer(request: Request) -> Response:
        if request.one("page"):
            return page(["2"])
        return page(["1"], Link="<" * 60_000 + '?page=2>; rel="next"')

    assert tags_of(answer) == ("1", "2")


def test_what_is_no_tag_is_dropped() -> None:
    attached = "sha256-" + "a" * 64
    names: list[object] = ["1.0", None, "", 5, "1.0", "sha256:" + "a" * 64, f"{attached}.sig", attached]
    names += ["é", "-x", "a" * 129, "1.1\n", "\x1b[31m1.1", "1.1\u202e", "1.1\ud800", "1.1\x00", "../1.1"]
    names += [True, 1.1, ["1.1"], {"name": "1.1"}]

    assert tags_of(lambda r: page(names)) == ("1.0",)


@pytest.mark.parametrize("tags", [None, []])
def test_null_means_none(tags: object) -> None:
    assert tags_of(lambda r: page(tags)) == ()


@pytest.mark.parametrize("status", [400, 405])
def test_a_server_that_wants_smaller_pages_is_asked_without_a_size(status: int) -> None:
    def answer(request: Request) -> Response:
        if request.one("n"):
            return Response(status, b'{"errors":[{"code":"UNSUPPORTED","message":"at most 100"}]}')
        return page(["1.0"])

    assert tags_of(answer) == ("1.0",)
