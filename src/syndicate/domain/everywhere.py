"""One change to every text in a thing, so that none is forgotten."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import cache
from typing import Any, TypeVar

Thing = TypeVar("Thing")
Change = Callable[[str], str]


def everywhere(thing: Thing, change: Change) -> Thing:
    """The same text, dataclass, sequence or mapping, with `change` made to each text in it.

    Members of enumerations, keys of mappings and what is no text stay as they are. What holds no text that
    changed is given back itself, which is most of what there is.
    """
    kind: Any = type(thing)
    if kind is str:  # most things are texts, and there are thousands in a feed
        return change(thing)  # type: ignore[return-value, arg-type]
    return _way(kind)(thing, change)  # type: ignore[no-any-return]


@cache
def _way(kind: type) -> Callable[[Any, Change], Any]:
    """How a thing of this type is changed: asked once per type, as a feed has thousands of things."""
    if issubclass(kind, Enum):
        return _as_it_is
    if issubclass(kind, str):
        return _text
    if issubclass(kind, tuple | list):
        return _sequence
    if issubclass(kind, Mapping):
        return _mapping
    return _record(tuple(field.name for field in fields(kind))) if is_dataclass(kind) else _as_it_is


def _as_it_is(thing: Any, _: Change) -> Any:
    return thing


def _text(thing: str, change: Change) -> str:
    return change(thing)


def _sequence(thing: Any, change: Change) -> Any:
    items = [everywhere(item, change) for item in thing]
    same = all(new is old for new, old in zip(items, thing, strict=True))
    return thing if same else type(thing)(items)


def _mapping(thing: Mapping[Any, Any], change: Change) -> Any:
    values = {key: everywhere(value, change) for key, value in thing.items()}
    return thing if all(value is thing[key] for key, value in values.items()) else values


def _record(names: tuple[str, ...]) -> Callable[[Any, Change], Any]:
    def change_record(thing: Any, change: Change) -> Any:
        changed = {}
        for name in names:
            old = getattr(thing, name)
            new = everywhere(old, change)
            if new is not old:
                changed[name] = new
        return replace(thing, **changed) if changed else thing

    return change_record
