"""What the models of settings and policy files share: their base, and how one value is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, NoReturn, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, ModelWrapValidatorHandler, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from imagebot.policies.globs import NO_NEGATION, path_fault


def problem(
    id: str,  # noqa: A002 - the word of the JSON format
    message: str,
    *,
    hint: str = "",
    offset: int | None = None,
    at: str | tuple[str | int, ...] = (),
) -> PydanticCustomError:
    """What is wrong with a value.

    Args:
        id: Stable id.
        message: What is wrong.
        hint: How to fix it.
        offset: Characters into the value where it is wrong.
        at: Key below the value where it is wrong, or keys that lead there; without an offset the key
            itself is.
    """
    return PydanticCustomError(
        id,
        "{message}",
        {"message": message, "hint": hint, "offset": offset, "at": (at,) if isinstance(at, str) else at},
    )


def fault(
    id: str,  # noqa: A002 - the word of the JSON format
    message: str,
    *,
    hint: str = "",
    offset: int | None = None,
    at: str | tuple[str | int, ...] = (),
) -> NoReturn:
    """Refuse a value with a ``problem``."""
    raise problem(id, message, hint=hint, offset=offset, at=at)


class Model(BaseModel):
    """A part of a file: unknown keys and values of other types are faults."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=False)

    takes_null: ClassVar[bool] = False
    """Whether null stands for the default of a key that has one; one at ``tags`` was forgotten."""

    @classmethod
    def contradictions(cls, written: Mapping[str, Any]) -> Iterator[PydanticCustomError]:  # noqa: ARG003 - for those that have some
        """What keys say against one another; a key may hold anything, as it was not checked."""
        yield from ()

    @model_validator(mode="wrap")
    @classmethod
    def _everything_at_once(cls, written: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:  # noqa: ANN401 - whatever stands there
        """Contradictions beside the faults of single keys: neither hides the other."""
        if not isinstance(written, dict):
            return handler(written)
        given = {key: value for key, value in written.items() if value is not None or not cls.drops(key)}
        found = [InitErrorDetails(type=problem, input=written) for problem in cls.contradictions(given)]
        try:
            model = handler(given)
        except ValidationError as error:
            raise ValidationError.from_exception_data(cls.__name__, [*_details(error), *found]) from error
        if found:
            raise ValidationError.from_exception_data(cls.__name__, found)
        return model

    @classmethod
    def drops(cls, key: str) -> bool:
        """Whether null at a key is as if the key were not there."""
        fields = {field.alias or name: field for name, field in cls.model_fields.items()}
        return cls.takes_null and key in fields and not fields[key].is_required() and key != "tags"


def _details(error: ValidationError) -> Iterator[InitErrorDetails]:
    """What was found, in the form that makes an error of it again."""
    for found in error.errors(include_url=False):
        context = found.get("ctx", {})
        kind = (
            PydanticCustomError(found["type"], "{message}", context) if "hint" in context else found["type"]
        )
        yield InitErrorDetails(type=kind, loc=found["loc"], input=found["input"], ctx=context)


MERGED = frozenset({"tags", "verify", "pull-request"})
"""Keys of policies whose mappings merge."""


def _path(glob: str) -> str:
    if reason := path_fault(glob):
        hint = NO_NEGATION if glob.startswith("!") else ""
        fault("policy-path", f"{glob!r}: {reason}", hint=hint)
    return glob


PathGlob = Annotated[str, AfterValidator(_path)]
