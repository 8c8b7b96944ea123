"""An answer of the server's, read whole within its bound, and turned into values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from imagebot.errors import ForgeError
from imagebot.untrusted import clean

if TYPE_CHECKING:
    import httpx

ERROR_LIMIT = 64 * 1024

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, read whole."""

    status: int
    headers: httpx.Headers
    body: bytes

    def message(self) -> str:
        """What the server says went wrong, made safe to show."""
        try:
            content = from_json(self.body[:ERROR_LIMIT])
        except ValueError:
            content = None
        said = content.get("message") if isinstance(content, dict) else None
        return clean(str(said or "")) or "no reason given"

    def one(self, model: type[M]) -> M:
        """The one thing it holds. Raises ForgeError for anything else."""
        try:
            return model.model_validate_json(self.body)
        except ValidationError as error:
            raise _strange(error) from None  # the cause would quote the answer

    def many(self, model: type[M]) -> list[M]:
        """The things it lists; one that cannot be read costs only itself."""
        content = self._json()
        if content is None:  # Go writes an empty list so
            return []
        if not isinstance(content, list):
            raise ForgeError("the forge answered with something else than a list", id="forge-protocol")
        return [read for item in content if (read := _read(model, item)) is not None]

    def total(self) -> int | None:
        """How many there are on all pages (``X-Total-Count``), if it says so."""
        text = self.headers.get("x-total-count", "")
        return int(text[:9]) if text.isascii() and text.isdecimal() else None

    def _json(self) -> Any:  # noqa: ANN401 - whatever was sent
        try:
            return from_json(self.body)
        except ValueError:
            raise ForgeError(
                "the forge answered with something else than JSON",
                hint="check that the address in the `forge` settings ends with /api/v1",
                id="forge-protocol",
            ) from None


def _read(model: type[M], item: object) -> M | None:
    try:
        return model.model_validate(item)
    except ValidationError:
        return None


def _strange(error: ValidationError) -> ForgeError:
    places = ", ".join(".".join(map(str, each["loc"])) for each in error.errors()[:3])
    return ForgeError(
        f"the forge answered with something that cannot be read ({clean(places, 100) or 'no JSON'})",
        hint="check that the address in the `forge` settings is the API of Gitea or Forgejo",
        id="forge-protocol",
    )
