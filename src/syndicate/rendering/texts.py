"""The house's own words: a gettext catalogue per language, of which an operator may replace single entries.

`templates/locale/<language>.po` has the name of each entry ("nav.feeds") as its msgid. Catalogues are read
as they are written, when words are first needed; nothing is compiled beforehand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from syndicate import assets
from syndicate.domain.errors import ConfigError

FOLDER = "locale"
FALLBACK = "en"


class Texts(Mapping[str, str]):
    """The words of one language by the names of their entries, `{fields}` not filled in.

    An entry that counts things has words for a number only (`count`). What is unknown is a KeyError.
    """

    def __init__(self, translations: GNUTranslations, plural: Mapping[str, bool]) -> None:
        self._translations = translations
        self._words = {name: translations.gettext(name) for name in plural if not plural[name]}
        self._counting = {name for name in plural if plural[name]}

    def __getitem__(self, name: str) -> str:
        return self._words[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)

    def count(self, name: str, number: int, shown: str = "") -> str:
        """The words for so many things, in the form that the catalogue's own rule (Plural-Forms) picks.

        `shown` is the number as people write it, for the field {number}.
        """
        if name not in self._counting:
            raise KeyError(name)
        return self._translations.ngettext(name, name, number).format(number=shown or number)


def load(language: str, folders: Iterable[Path] = ()) -> Texts:
    """The words of `language`, and in English what it lacks or what is marked as fuzzy.

    An entry in an earlier folder hides the one in a later; the shipped catalogue is always the last. Raises
    ConfigError for a catalogue that cannot be read, and for an entry with a field that nobody fills in.
    """
    places = [folder / FOLDER for folder in (*folders, assets.folder("templates"))]
    wanted = [place / f"{name}.po" for name in dict.fromkeys((language, FALLBACK)) for place in places]
    paths = [path for path in wanted if path.is_file()]
    catalogues = [_read(path, path.stem) for path in paths]
    english = {_name(message): _fields(message) for message in catalogues[-1]}
    for path, catalogue in zip(paths, catalogues, strict=True):
        _check(path, catalogue, english)
    messages = [message for catalogue in catalogues for message in catalogue if message.id]
    plural = {_name(message): bool(message.pluralizable) for message in reversed(messages)}
    return Texts(_chain(catalogues), plural)


def _read(path: Path, language: str) -> Catalog:
    try:
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language, ignore_obsolete=True, abort_invalid=True)
    except (PoFileError, ValueError, LookupError) as error:
        raise _unfit(path, f"is not readable: {error}.") from error
    for message in list(catalogue):
        if not all(_forms(message)):  # a form that is not there yet would be shown as the entry's name
            catalogue.delete(message.id)
    return catalogue


def _check(path: Path, catalogue: Catalog, known: Mapping[str, set[str]]) -> None:
    for message in catalogue:
        name = _name(message)
        try:
            strange = _fields(message) - known.get(name, _fields(message))
        except ValueError as error:
            raise _unfit(path, f"has an entry that cannot be filled in, {name!r}: {error}.") from error
        if strange:
            raise _unfit(path, f"has a field in the entry {name!r} that nobody fills in: {sorted(strange)}.")


def _unfit(path: Path, what: str) -> ConfigError:
    return ConfigError("", f"{path} {what}", hint="Mend or remove the file.")


def _chain(catalogues: Sequence[Catalog]) -> GNUTranslations:
    """Each catalogue asks the next one for what it does not have."""
    first, *others = map(_translations, catalogues)
    for other in others:
        first.add_fallback(other)
    return first


def _translations(catalogue: Catalog) -> GNUTranslations:
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def _name(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def _fields(message: Message) -> set[str]:
    """The names in braces, in any of the entry's forms. Raises ValueError for a brace without its other."""
    parts = [part for form in _forms(message) for part in Formatter().parse(form)]
    return {field for _, field, _, _ in parts if field is not None}
