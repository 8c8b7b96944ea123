"""What the models of settings and policy files share: their base, and how one value is refused.

Keys that are understood but not carried out yet parse by their type and are refused at their place, so that a
file written for a later version says so instead of being half obeyed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, NoReturn

from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic_core import PydanticCustomError

from imagebot.policies.globs import path_fault


def fault(
    id: str,  # noqa: A002 - the word of the JSON format
    message: str,
    *,
    hint: str = "",
    offset: int | None = None,
    at: str | tuple[str, ...] = (),
) -> NoReturn:
    """Refuse a value.

    Args:
        id: Stable id.
        message: What is wrong.
        hint: How to fix it.
        offset: Characters into the value where it is wrong.
        at: Key below the value where it is wrong, or keys that lead there; without an offset the key
            itself is.
    """
    raise PydanticCustomError(
        id,
        "{message}",
        {"message": message, "hint": hint, "offset": offset, "at": (at,) if isinstance(at, str) else at},
    )


def not_yet(name: str, family: str = "policy") -> Any:  # noqa: ANN401 - a validator takes and gives what the field holds
    """A validator that refuses a key which is understood and not carried out yet."""

    def refuse(value: Any) -> Any:  # noqa: ANN401
        if value not in (None, {}, []):
            fault(
                f"{family}-not-supported",
                f"`{name}` is not supported yet",
                hint="leave it out for now",
            )
        return value

    return AfterValidator(refuse)


def only(supported: Sequence[str], name: str, family: str = "policy") -> Any:  # noqa: ANN401 - a validator
    """A validator that takes some values of a key, and says that the others are not supported yet."""

    def refuse(value: str) -> str:
        if value not in supported:
            hint = f"use {' or '.join(supported)}"
            fault(f"{family}-not-supported", f"{name} {value!r} is not supported yet", hint=hint)
        return value

    return AfterValidator(refuse)


class Model(BaseModel):
    """A part of a file: unknown keys and values of other types are faults."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=False)


def _path(glob: str) -> str:
    if reason := path_fault(glob):
        fault("policy-path", f"{glob!r}: {reason}")
    return glob


PathGlob = Annotated[str, AfterValidator(_path)]
