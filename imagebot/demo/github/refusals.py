"""What GitHub would not do, in its own words."""

from __future__ import annotations

from collections.abc import Mapping


class Refused(Exception):  # noqa: N818 - becomes a response
    """Something GitHub would not do.

    Attributes:
        status: HTTP status.
        message: GitHub's words.
        errors: Details of a 422.
    """

    def __init__(self, status: int, message: str, errors: tuple[Mapping[str, str], ...] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors


def not_found() -> Refused:
    """What is not there, or may not be seen."""
    return Refused(404, "Not Found")


def invalid(resource: str, field: str, code: str = "invalid") -> Refused:
    """A field that does not hold what it should."""
    return Refused(422, "Validation Failed", ({"resource": resource, "field": field, "code": code},))


def custom(resource: str, message: str) -> Refused:
    """A rule that has words of its own."""
    return Refused(422, "Validation Failed", ({"resource": resource, "code": "custom", "message": message},))


def too_long(resource: str, field: str, text: str, most: int) -> None:
    """Refuse a text over GitHub's limit."""
    if len(text) > most:
        raise custom(resource, f"{field} is too long (maximum is {most} characters)")
