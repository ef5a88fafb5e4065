"""The words of the interface in one language, with dates and numbers as people there write them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal

from syndicate.domain.model import Site
from syndicate.rendering import texts as wordings
from syndicate.rendering.texts import FALLBACK


class Texts:
    """The interface in one language. Calling it with a key ("nav.feeds") gives the words.

    `words` are those of the same language that mails and feeds share.
    """

    def __init__(self, language: str, words: wordings.Texts, timezone: str) -> None:
        self.language = language
        self.words = words
        self._locale = _locale(language)
        self._timezone = ZoneInfo(timezone)

    def __call__(self, key: str, /, **values: str) -> str:
        """The words of `key` with `{name}` filled in. A key that is not in the catalogue is a KeyError."""
        text = self.words[key]
        return text.format(**values) if values else text

    def has(self, key: str) -> bool:
        return key in self.words

    @staticmethod
    def name_of(language: str) -> str:
        """What a language calls itself: "Dansk"."""
        locale = _locale(language)
        return (locale.get_display_name(locale) or language).capitalize()

    def count(self, key: str, number: int) -> str:
        """The words for so many things, in the language's own plural form, "{number}" filled in."""
        return self.words.count(key, number, self.number(number))

    def number(self, number: int) -> str:
        return _number(number, self._locale)

    def day(self, at: datetime) -> str:
        """ "23. november 2026", in the site's time zone; the pattern is the entry "format.day"."""
        return _date(at.astimezone(self._timezone).date(), self("format.day"), self._locale)

    def stated_day(self, day: str) -> str:
        """ "1. januar 2027", "januar 2027" or "2027", from "2027-01-01", "2027-01" or "2027"."""
        year, _, rest = day.partition("-")
        if not rest:
            return year
        whole = date.fromisoformat(day if "-" in rest else f"{day}-01")
        return _date(whole, self("format.day") if "-" in rest else "LLLL y", self._locale)

    def short_day(self, at: datetime) -> str:
        """ "nov. 2026", for where there is little room."""
        return _date(at.astimezone(self._timezone).date(), "MMM y", self._locale)

    def iso_day(self, at: datetime) -> str:
        """ "2026-11-23", for forms and programs, in the site's time zone."""
        return at.astimezone(self._timezone).date().isoformat()

    def month(self, at: datetime) -> str:
        """ "november 2026", in the site's time zone."""
        return _date(at.astimezone(self._timezone).date(), "LLLL y", self._locale)

    def moment(self, at: datetime) -> str:
        """ "23. november 2026 kl. 10.15", likewise; the pattern is the entry "format.moment"."""
        shown = at.astimezone(self._timezone).replace(second=0, microsecond=0)
        return _moment(shown, self("format.moment"), self._locale)

    def duration(self, span: timedelta) -> str:
        """ "4 sekunder", "3 timer": in its largest unit that it reaches once and a half."""
        return format_timedelta(max(span, timedelta(seconds=1)), threshold=1.5, locale=self._locale)

    def problem(self, problem: str) -> str:
        """A stored problem in words for the public: by its class ("dns: …"), never with its details."""
        reason = problem.partition(":")[0].strip()
        return self.words.get(f"problem.{reason}") or self("problem.other")

    def topic_title(self, site: Site, topic_id: str) -> str:
        """The title of a topic; "" is all of them."""
        return site.topic(topic_id).title if topic_id else self("topics.all")


# Pages are full of the same few days; babel takes longer over one than a template over a whole line.
@lru_cache(4096)
def _date(day: date, pattern: str, locale: Locale) -> str:
    return format_date(day, pattern, locale=locale)


@lru_cache(4096)
def _moment(at: datetime, pattern: str, locale: Locale) -> str:
    return format_datetime(at, pattern, locale=locale)


@lru_cache(4096)
def _number(number: int, locale: Locale) -> str:
    return format_decimal(number, locale=locale)


def load_texts(site: Site, folders: Iterable[Path] = ()) -> dict[str, Texts]:
    """The words of the site's languages, its main one first. Raises ConfigError as `rendering.texts.load`."""
    places = list(folders)
    languages = dict.fromkeys((site.language, *site.languages))
    return {
        language: Texts(language, wordings.load(language, places), site.timezone) for language in languages
    }


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return Locale.parse(FALLBACK)
