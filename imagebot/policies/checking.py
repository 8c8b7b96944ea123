"""Check a file's value against its model: every fault at once, each at its place."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from types import UnionType
from typing import Annotated, Any, Protocol, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from imagebot.policies.faults import Fault
from imagebot.policies.placed import Location, Value

Model = TypeVar("Model", bound=BaseModel)


class Places(Protocol):
    """Where the parts of a value stand."""

    @property
    def path(self) -> str:
        """The file."""
        ...

    def holds(self, location: Location) -> bool:
        """Whether there is a value at a location."""
        ...

    def text_offset(self, location: Location) -> int:
        """How far behind the start of a value its text begins."""
        ...

    def fault(
        self,
        location: Location,
        id: str,  # noqa: A002 - the word of the JSON format
        message: str,
        *,
        hint: str = "",
        key: bool = False,
        offset: int = 0,
    ) -> Fault:
        """A fault at a value or its key."""
        ...


def check(placed: Places, value: Value, at: Location, model: type[Model]) -> tuple[Model | None, list[Fault]]:
    """The value as its model, or the faults that keep it from being one.

    Args:
        placed: The file, or what was put together from several.
        value: The value, or a part of it.
        at: Where the part stands in the file.
        model: What it should be.
    """
    try:
        return model.model_validate(value), []
    except ValidationError as error:
        found = error.errors(include_url=False)
        return None, list(dict.fromkeys(_fault(placed, at, model, item) for item in found))


def _fault(placed: Places, at: Location, model: type[BaseModel], error: Any) -> Fault:  # noqa: ANN401 - pydantic's error dictionary
    context = error.get("ctx", {})
    location = _known(placed, at, (*error["loc"], *context.get("at", ())))
    if error["type"] == "extra_forbidden":
        return _unknown_key(placed, location, model, error["loc"])
    if "hint" in context:
        offset = context["offset"] + placed.text_offset(location) if context["offset"] else 0
        return placed.fault(
            location,
            error["type"],
            context["message"],
            hint=context["hint"],
            offset=offset,
            key=bool(context["at"]) and context["offset"] is None,
        )
    message, hint = _plain_words(error, _name(location))
    kind = "missing-key" if error["type"] == "missing" else "type"
    return placed.fault(location, f"{_family(placed)}-{kind}", message, hint=hint)


def _known(placed: Places, at: Location, loc: Sequence[str | int]) -> Location:
    """The place a location stands for: pydantic adds the name of the alternative of a union."""
    location = at
    for part in loc:
        if placed.holds((*location, part)):
            location = (*location, part)
    return location


def _unknown_key(
    placed: Places, location: Location, model: type[BaseModel], loc: Sequence[str | int]
) -> Fault:
    key = str(loc[-1])
    if key == "<<":
        message, hint = (
            "merge keys (`<<`) are not read",
            "share keys with `defaults` and `extends`, or write them out",
        )
        return placed.fault(location, f"{_family(placed)}-unknown-key", message, hint=hint, key=True)
    allowed = _keys(model, loc[:-1])
    close = difflib.get_close_matches(key, allowed, n=1, cutoff=0.5)
    hint = f"did you mean `{close[0]}`?" if close else f"keys here: {', '.join(allowed)}"
    return placed.fault(
        location, f"{_family(placed)}-unknown-key", f"unknown key `{key}`", hint=hint, key=True
    )


def _keys(model: type[BaseModel], loc: Sequence[str | int]) -> list[str]:
    """The keys allowed at a location of a model."""
    for part in loc:
        fields = {field.alias or name: field for name, field in model.model_fields.items()}
        if isinstance(part, str) and part in fields:
            model = next(models_in(fields[part].annotation), model)
    return [field.alias or name for name, field in model.model_fields.items()]


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401 - any type form
    """The models that a type is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in {Annotated, Union, UnionType, list, dict}:
        for argument in get_args(annotation):
            yield from models_in(argument)


def _plain_words(error: Any, name: str) -> tuple[str, str]:  # noqa: ANN401, PLR0911 - pydantic's error dictionary
    """What pydantic found, in words that need no knowledge of it, and a fix."""
    given = error["input"]
    match error["type"]:
        case "missing":
            return f"`{error['loc'][-1]}` is missing", ""
        case "string_type" if isinstance(given, int | float) and not isinstance(given, bool):
            return (
                f"`{name}` is a number, and a text is wanted",
                "put it in quotes: YAML reads 1.10 as 1.1",
            )
        case "list_type" if isinstance(given, str):
            return f"`{name}` is a text, and a list is wanted", f"write [{given!r}]"
        case "literal_error":
            return _not_a_choice(name, given, error["ctx"]["expected"])
        case "model_type" | "dict_type" | "model_attributes_type" if given is None:
            return f"`{name}` is empty, and keys are wanted below it", "write them, or leave it out"
        case "model_type" | "dict_type" | "model_attributes_type":
            return f"`{name}` should be a mapping of keys", ""
        case "too_short":
            return f"`{name}` is empty", "name at least one"
        case _:
            return f"`{name}`: {error['msg'][:1].lower()}{error['msg'][1:]}", ""


def _not_a_choice(name: str, given: object, expected: str) -> tuple[str, str]:
    choices = expected.replace(" or ", ", ").replace("'", "")
    close = difflib.get_close_matches(str(given), choices.split(", "), n=1)
    meant = f"did you mean {close[0]}?" if close else f"choose from {choices}"
    return f"`{name}` is {given!r}", meant


def _name(location: Location) -> str:
    """The nearest key of a location; an item of a list is named by its list."""
    return next((str(part) for part in reversed(location) if isinstance(part, str)), "the file")


def _family(placed: Places) -> str:
    return "settings" if placed.path.rpartition("/")[2] == "imagebot.yaml" else "policy"
