"""A client that keeps no cookies."""

from __future__ import annotations

import httpx
import pytest

from imagebot.registries.cookieless import CookielessClient


def test_what_servers_set_is_neither_kept_nor_sent() -> None:
    sent: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.headers.get("cookie"))
        return httpx.Response(200, headers={"Set-Cookie": f"number{len(sent)}=1; Path=/"})

    with CookielessClient(transport=httpx.MockTransport(answer)) as client:
        for _ in range(3):
            assert client.get("https://registry.example.com/").cookies  # they were set
        assert list(client.cookies.jar) == []
    assert sent == [None] * 3


def test_none_can_be_given() -> None:
    with CookielessClient() as client, pytest.raises(AttributeError):
        client.cookies = httpx.Cookies({"session": "1"})
