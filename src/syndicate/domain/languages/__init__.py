"""Languages, one file each: a module of this package that is named by a language code and has `LANGUAGE`."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from syndicate.domain.languages._captions import AGES as AGES
from syndicate.domain.languages._captions import ANSWERS as ANSWERS
from syndicate.domain.languages._captions import CAPTIONS as CAPTIONS
from syndicate.domain.languages._captions import READING_TIMES as READING_TIMES
from syndicate.domain.languages._language import Direction as Direction
from syndicate.domain.languages._language import Effect as Effect
from syndicate.domain.languages._language import Language as Language
from syndicate.domain.languages._language import Sentences as Sentences
from syndicate.domain.languages._language import Strength as Strength

FALLBACK = "en"


def codes() -> tuple[str, ...]:
    """The codes of all languages that there are, sorted."""
    return tuple(_LANGUAGES)


def get(code: str) -> Language:
    """The language of that code ("da", also "da-DK"); English for a code that nobody has written."""
    return _LANGUAGES.get(_primary(code), _LANGUAGES[FALLBACK])


def readings(code: str) -> tuple[Language, ...]:
    """The languages that a text of that code may be read by: its own, or all where that is unknown."""
    known = _LANGUAGES.get(_primary(code))
    return (known,) if known else tuple(_LANGUAGES.values())


def every() -> tuple[Language, ...]:
    """All languages that there are."""
    return tuple(_LANGUAGES.values())


def _primary(code: str) -> str:
    return code.replace("_", "-").partition("-")[0].lower()


def _load() -> dict[str, Language]:
    names = sorted(module.name for module in iter_modules(__path__) if not module.name.startswith("_"))
    return {name: import_module(f"{__name__}.{name}").LANGUAGE for name in names}


_LANGUAGES = _load()
