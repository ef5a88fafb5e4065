"""One change to every text in a thing, so that none is forgotten."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar

Thing = TypeVar("Thing")


def everywhere(thing: Thing, change: Callable[[str], str]) -> Thing:
    """The same text, dataclass, sequence or mapping, with `change` made to each text in it.

    Members of enumerations, keys of mappings and what is no text stay as they are.
    """
    result: Any = thing
    if isinstance(thing, Enum):
        return thing
    if isinstance(thing, str):
        result = change(thing)
    elif isinstance(thing, tuple | list):
        result = type(thing)(everywhere(item, change) for item in thing)
    elif isinstance(thing, Mapping):
        result = {key: everywhere(value, change) for key, value in thing.items()}
    elif is_dataclass(thing) and not isinstance(thing, type):
        values = {field.name: everywhere(getattr(thing, field.name), change) for field in fields(thing)}
        result = replace(thing, **values)
    return result  # type: ignore[no-any-return]
