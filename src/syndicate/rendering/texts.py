"""The house's own words, a table per language, of which an operator may replace single lines."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from syndicate import assets
from syndicate.domain.errors import ConfigError

Texts = Mapping[str, str]

FALLBACK = "en"


def load(language: str, folders: Iterable[Path] = ()) -> Texts:
    """The words of `language`, else the English ones; a line in an earlier folder hides the one in a later.

    The shipped table is always the last. Raises ConfigError for a table that cannot be read.
    """
    table: dict[str, str] = {}
    for folder in reversed([*folders, assets.folder("templates")]):
        for name in (FALLBACK, language):
            table |= _read(folder / "texts" / f"{name}.toml")
    return table


def _read(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError("", f"{path} is not readable: {error}", hint="Mend or remove the file.") from error
    for name, text in table.items():
        if not isinstance(text, str):
            raise ConfigError("", f"{path}: {name!r} is not a text.", hint="Put it in quotation marks.")
    return table
