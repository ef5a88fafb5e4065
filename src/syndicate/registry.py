"""Names of adapters come from their file names; an adapter is imported when it is configured, not before."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from syndicate.domain.errors import SyndicateError

ROOMS = ("channels", "feeds", "parsers", "sources")
PACKAGE = Path(__file__).resolve().parent


class UnknownAdapter(SyndicateError):
    """No adapter of that name. `names` are those that exist."""

    def __init__(self, room: str, name: str) -> None:
        self.names = names(room)
        close = get_close_matches(name, self.names, n=1)
        hint = f"Did you mean {close[0]!r}?" if close else f"There are: {', '.join(self.names)}."
        super().__init__(f"There is no {room.removesuffix('s')} named {name!r}.", hint=hint)


def names(room: str) -> list[str]:
    """The adapters of a room, in alphabetical order; what begins with an underscore is none."""
    folder = PACKAGE / room
    files = {path.stem for path in folder.glob("[!_]*.py")}
    folders = {path.parent.name for path in folder.glob("[!_]*/__init__.py")}
    return sorted(files | folders)


@cache
def load(room: str, name: str) -> ModuleType:
    """The adapter's module. Raises UnknownAdapter."""
    path = f"syndicate.{room}.{name}"
    if not name.isidentifier() or name.startswith("_") or find_spec(path) is None:
        raise UnknownAdapter(room, name)
    return import_module(path)


def summary(room: str, name: str) -> str:
    """The first line of the adapter's docstring: its row in lists."""
    return (load(room, name).__doc__ or "").strip().splitlines()[0]
