"""Two texts and what is done to them, for tests that hold three editions of one text against each other."""

from __future__ import annotations

from collections.abc import Callable

Text = tuple[str, ...]

DANISH: Text = (
    "# Råd om indeklima i skoler",
    "Rådene er skrevet til skoleledere og til dem, der driver skolernes bygninger. De gælder for alle "
    "lokaler, hvor der undervises, også for skolefritidsordningens lokaler om eftermiddagen.",
    "## Udluftning",
    "1. Klasselokaler skal luftes ud i mindst 10 minutter hver time.[^1]",
    "2. Vinduer bør kunne åbnes uden nøgle, også når skolen er lukket om aftenen.",
    "  a. Nøglen hænger på lærerværelset.",
    "  b. Pedellen har en kopi af nøglen.",
    "3. Lærere kan måle luftens indhold af kuldioxid, se [vejledningen om måling](https://viden.example.org/maaling).",
    "4. Udluftningsanlægget må ikke slukkes, mens der er børn under 7 i lokalet.",
    "## Temperatur",
    "Temperaturen bør holdes mellem 20 og 22 grader, når der undervises i lokalet, og må "
    "aldrig falde under 18 grader. Hvis temperaturen falder, skal klassen flyttes til et "
    "varmere lokale inden for 30 minutter.",
    "Lokale | Om vinteren | Om sommeren",
    "Klasselokale | 21 °C | 24 °C",
    "Gymnastiksal | 18 °C | 22 °C",
    "Værksted med store maskiner | 19 °C | 23 °C",
    "## Rengøring",
    "- Gulve skal vaskes hver dag.",
    "- Tæpper anbefales ikke i klasselokaler.",
    "- Støv aftørres med en fugtig klud mindst to gange om ugen.[^2]",
    "Rådene gælder fra 1. august 2027.",
    "^1 Målt i 12 skoler i vinteren 2025.",
    "^2 Kluden vaskes ved 60 °C.",
)

ENGLISH: Text = (
    "# Advice on quiet in hospitals",
    "This advice is for everyone who plans the work of a ward. It applies to all rooms in which patients "
    "sleep, and to the corridors that lead to them.",
    "## At night",
    "1. Doors must be closed between 10 pm and 6 am unless a patient asks otherwise.",
    "2. Alarms should not be louder than 45 dB in a room where someone sleeps.[^1]",
    "3. Staff may use soft shoes.",
    "  a. The ward pays for them.",
    "  b. They are changed every 2 years.",
    "## By day",
    "Visits are welcome. No more than three visitors should be in a room at the same time, and children "
    "under 5 must be with an adult.",
    "Room | Limit | Measured",
    "Single room | 35 dB | every 6 months",
    "Shared room | 40 dB | every 12 months",
    "- Trolleys need rubber wheels, as the [list of equipment](https://advice.example.org/equipment) says.",
    "- Radios are used with headphones.",
    "The advice applies from 1 March 2027.",
    "^1 The level is the mean over 8 hours.",
)

PAIRS = {"da": DANISH, "en": ENGLISH}


def swap(*pairs: tuple[str, str]) -> Callable[[Text], Text]:
    """Other words in the lines that have them."""

    def edit(text: Text) -> Text:
        for old, new in pairs:
            assert any(old in line for line in text), old
            text = tuple(line.replace(old, new) for line in text)
        return text

    return edit


def drop(beginning: str) -> Callable[[Text], Text]:
    return lambda text: tuple(line for line in text if not line.startswith(beginning))


def put(line: str, before: str) -> Callable[[Text], Text]:
    """A new line before the one that begins so."""

    def edit(text: Text) -> Text:
        at = next(place for place, each in enumerate(text) if each.startswith(before))
        return (*text[:at], line, *text[at:])

    return edit


def chain(*edits: Callable[[Text], Text]) -> Callable[[Text], Text]:
    def edit(text: Text) -> Text:
        for each in edits:
            text = each(text)
        return text

    return edit


def carry(heading: str, before: str) -> Callable[[Text], Text]:
    """A heading with all that stands under it, before another heading."""

    def edit(text: Text) -> Text:
        start = text.index(heading)
        stop = next(at for at in range(start + 1, len(text)) if text[at].startswith(("## ", "^")))
        rest = (*text[:start], *text[stop:])
        at = rest.index(before)
        return (*rest[:at], *text[start:stop], *rest[at:])

    return edit


EDITS: dict[str, tuple[str, Callable[[Text], Text]]] = {
    "strength": ("da", swap(("Vinduer bør", "Vinduer skal"))),
    "strength against": ("da", swap(("må ikke slukkes", "bør ikke slukkes"))),
    "negation": ("da", swap(("må ikke slukkes", "må slukkes"))),
    "number and unit": ("da", swap(("10 minutter", "15 minutter"))),
    "age": ("da", swap(("under 7", "under 8"))),
    "number in a long paragraph": ("da", swap(("under 18 grader", "under 17 grader"))),
    "date": ("da", swap(("1. august 2027", "1. januar 2028"))),
    "table cell": ("da", swap(("19 °C", "20 °C"))),
    "table head": ("da", swap(("Om sommeren", "Fra maj til august"))),
    "new row": ("da", put("Musiklokale | 20 °C | 23 °C", "Værksted")),
    "row gone": ("da", drop("Gymnastiksal")),
    "added": (
        "da",
        chain(swap(("4. Udl", "5. Udl")), put("4. Gardiner bør vaskes to gange om året.", "5. Udl")),
    ),
    "removed": (
        "da",
        chain(
            drop("2. Vinduer"), drop("  a."), drop("  b."), swap(("3. Lær", "2. Lær"), ("4. Udl", "3. Udl"))
        ),
    ),
    "renumbered and reworded": (
        "da",
        chain(
            swap(
                ("1. Klasselokaler skal luftes ud i mindst 10", "2. Klasselokaler bør luftes ud i mindst 12")
            ),
            swap(("2. Vinduer", "3. Vinduer"), ("3. Lærere", "4. Lærere"), ("4. Udl", "5. Udl")),
            put("1. Skolelederen skal udpege en ansvarlig for indeklimaet.", "2. Klasselokaler"),
        ),
    ),
    "moved to another section": (
        "da",
        chain(
            drop("4. Udl"),
            put("- Udluftningsanlægget må ikke slukkes, mens der er børn under 7 i lokalet.", "- Tæpper"),
        ),
    ),
    "moved section": ("da", carry("## Temperatur", "## Udluftning")),
    "new section": (
        "da",
        chain(
            put("Rummet bør have mindst to stole pr. bord.", "## Rengøring"), put("## Møbler", "Rummet bør")
        ),
    ),
    "heading": ("da", swap(("## Temperatur", "## Temperatur og træk"))),
    "note": ("da", swap(("12 skoler", "14 skoler"))),
    "new note": (
        "da",
        chain(
            swap(("^2 Kluden", "^3 Kluden"), ("ugen.[^2]", "ugen.[^3]")),
            swap(("på lærerværelset.", "på lærerværelset.[^2]")),
            put("^2 Også i ferierne.", "^3"),
        ),
    ),
    "nested item": ("da", swap(("  b. Pedellen har", "  b. Pedellen og viceværten har"))),
    "new nested item": ("da", chain(put("  c. Viceværten har også en kopi.", "3. Lærere"))),
    "link target": ("da", swap(("example.org/maaling", "example.org/maaling-2027"))),
    "withdrawn": (
        "da",
        swap(("2. Vinduer bør kunne åbnes uden nøgle, også når skolen er lukket om aftenen.", "2. Udgået.")),
    ),
    "several": (
        "da",
        swap(
            ("10 minutter", "15 minutter"), ("18 °C", "17 °C"), ("Tæpper anbefales ikke", "Tæpper frarådes")
        ),
    ),
    "two sentences more": (
        "da",
        swap(
            (
                "inden for 30 minutter.",
                "inden for 30 minutter. Forældrene skal have besked. Rummet luftes ud.",
            )
        ),
    ),
    "strength en": ("en", swap(("should not be louder", "must not be louder"))),
    "number en": ("en", swap(("45 dB", "40 dB"))),
    "time en": ("en", swap(("every 2 years", "every 3 years"))),
    "age en": ("en", swap(("children under 5", "children under 8"))),
    "exception en": ("en", swap((" unless a patient asks otherwise", ""))),
    "table en": ("en", swap(("every 12 months", "every 9 months"))),
    "row gone en": ("en", drop("Shared room")),
    "added en": ("en", put("4. Lights should be dimmed at 9 pm.", "## By day")),
    "removed en": ("en", drop("- Radios")),
    "split en": (
        "en",
        chain(
            swap((". No more than", ".")),
        ),
    ),
    "moved en": ("en", chain(drop("- Radios"), put("4. Radios are used with headphones.", "## By day"))),
    "date en": ("en", swap(("1 March 2027", "1 June 2027"))),
    "link en": ("en", swap(("/equipment", "/wheels"))),
    "note en": ("en", swap(("over 8 hours", "over 12 hours"))),
    "replaced en": (
        "en",
        swap(
            ("3. Staff may use soft shoes.", "3. This recommendation has been replaced by recommendation 7.")
        ),
    ),
}
"""By name: the language of the text, and what is done to it."""
