"""Failures that a test orders from a stand-in, and things that happen just when a request comes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Event

from imagebot.demo.http_server import Request, Response


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that was answered.

    Attributes:
        status: 0 if the connection was broken off instead.
        write: Whether it could change something.
    """

    method: str
    path: str
    status: int
    write: bool
    actor: str


@dataclass(slots=True)
class _Fault:
    pattern: re.Pattern[str]
    response: Response
    applied: bool
    times: int


class Faults:
    """Faults in the order in which they were asked for."""

    def __init__(self) -> None:
        self._faults: list[_Fault] = []
        self._watches: list[tuple[re.Pattern[str], Callable[[], None], Event]] = []

    def fail(
        self,
        pattern: str,
        status: int,
        message: str = "",
        *,
        times: int = 1,
        applied: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Answer the next requests whose ``METHOD path`` holds a pattern with a failure.

        Args:
            pattern: Regular expression.
            status: HTTP status; 0 breaks the connection off.
            message: The forge's words.
            times: How often.
            applied: Whether the request is carried out although it is answered with a failure.
            headers: Such as ``Retry-After``.
        """
        body = json.dumps({"message": message, "documentation_url": "https://docs.github.com/rest"}).encode()
        response = Response(status, body, {"Content-Type": "application/json", **(headers or {})})
        self._faults.append(_Fault(re.compile(pattern), response, applied, times))

    def on_first(self, pattern: str, act: Callable[[], None]) -> Event:
        """Do something when a first request comes whose ``METHOD path`` holds a pattern, before the answer.

        The event says that it came.
        """
        came = Event()
        self._watches.append((re.compile(pattern), act, came))
        return came

    def forget(self) -> None:
        """Drop the faults that have not happened yet."""
        self._faults.clear()

    def described(self, request: Request) -> str:
        """What patterns are looked for in."""
        return f"{request.method} {request.path}"

    def watch(self, request: Request) -> None:
        """Do what was asked for when this request comes."""
        for pattern, act, came in self._watches:
            if not came.is_set() and pattern.search(self.described(request)):
                came.set()
                act()

    def answer(self, request: Request, carry_out: Callable[[Request], Response]) -> Response:
        """The answer to a request, or the failure that was ordered instead."""
        for fault in self._faults:
            if fault.times > 0 and fault.pattern.search(self.described(request)):
                fault.times -= 1
                if fault.applied:
                    carry_out(request)
                return fault.response
        return carry_out(request)
