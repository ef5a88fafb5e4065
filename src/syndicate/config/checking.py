"""Values against the parts of the file, and what is wrong with them in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from syndicate.domain.errors import ConfigError

Model = TypeVar("Model")


def keys_of(model: type[Any]) -> tuple[str, ...]:
    """The keys of a table."""
    return tuple(model.__pydantic_fields__)


def checked(model: type[Model], values: Mapping[str, Any], key: str, also: tuple[str, ...] = ()) -> Model:
    try:
        checked: Model = _checker(cast(Any, model)).validate_python(values)
    except ValidationError as error:
        raise _config_error(error, model, key, also) from None
    return checked


@cache
def _checker(model: Any) -> TypeAdapter[Any]:
    return TypeAdapter(model)


def _config_error(error: ValidationError, model: type[Any], key: str, also: tuple[str, ...]) -> ConfigError:
    """The first fault in plain words. The value is not repeated: it could be a secret in the wrong place."""
    faults = error.errors(include_url=False, include_input=False)
    # a misspelt key is at once unknown and missing: the first says more
    fault = next((fault for fault in faults if fault["type"] == "extra_forbidden"), faults[0])
    path = key + "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in fault["loc"])
    if fault["type"] == "missing":
        return ConfigError(path, "this key is missing.", hint="See docs/configuration.md for what it means.")
    if fault["type"] == "extra_forbidden":
        known = [*keys_of(model), *also]
        return ConfigError(path, "there is no such key.", hint=did_you_mean(str(fault["loc"][-1]), known))
    message = fault["msg"].removeprefix("Value error, ").rstrip(".")
    return ConfigError(path, f"{message[:1].lower()}{message[1:]}.")


def did_you_mean(name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"Did you mean {close[0]}?" if close else f"There are: {', '.join(known)}."
