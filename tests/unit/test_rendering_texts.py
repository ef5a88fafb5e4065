"""The house's own words: complete in each language, all of them used, and an operator's to change."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

import syndicate
from syndicate import assets
from syndicate.domain.errors import ConfigError
from syndicate.domain.model import ChangeKind, FacetKind, UpdateKind
from syndicate.rendering.texts import load

TEMPLATES = assets.folder("templates")
SHIPPED = sorted((TEMPLATES / "locale").glob("*.po"))
ENGLISH = TEMPLATES / "locale" / "en.po"
HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'

COMPOSED = (
    *("problem.", "error.", "nav.", "update.kind.", "update.significance.", "update.corrects."),
    *("update.corrected_by.", "subscribe.error_", "feed.lead.", "kind_", "facet_", "trend_", "headline_"),
)
"""How the names begin that the program puts together."""


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


def entries(path: Path) -> dict[str, tuple[str, ...]]:
    """The forms of each entry by its name."""
    return {_several(message.id)[0]: _several(message.string) for message in read(path) if message.id}


def _several(text: str | Sequence[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


def fields(words: str) -> set[str]:
    return set(re.findall(r"{\w*}", words))


class TestShipped:
    def test_danish_and_english_are_there(self) -> None:
        assert {"da", "en"} <= {path.stem for path in SHIPPED}

    @pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
    def test_each_language_has_every_entry_with_its_fields(self, path: Path) -> None:
        english = entries(ENGLISH)

        assert entries(path).keys() == english.keys()
        for name, forms in entries(path).items():
            expected = set().union(*map(fields, english[name]))
            assert all(forms), name
            assert set().union(*map(fields, forms)) == expected, name

    @pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
    def test_a_catalogue_is_what_it_says(self, path: Path) -> None:
        catalogue = read(path)

        assert catalogue.locale_identifier == path.stem
        assert "Plural-Forms" in path.read_text("utf-8")
        assert [message for message in catalogue if message.fuzzy] == []
        assert [(message.id, error) for message, error in catalogue.check()] == []
        assert len(re.findall(r"^msgid ", path.read_text("utf-8"), re.MULTILINE)) == len(catalogue) + 1

    @pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
    def test_the_tools_of_translators_take_it(self, path: Path) -> None:
        if not shutil.which("msgfmt"):
            pytest.skip("msgfmt is not installed")
        names = [str(path), str(ENGLISH)]
        for command in (["msgfmt", "--check", "-o", "/dev/null", names[0]], ["msgcmp", *names]):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr

    def test_every_entry_is_used(self) -> None:
        code = Path(syndicate.__file__).parent
        files = [*TEMPLATES.rglob("*.j2"), *(code / "web").glob("*.py"), *(code / "rendering").glob("*.py")]
        sources = "".join(path.read_text("utf-8") for path in files)
        used = set(re.findall(r"texts\.(\w+)|[\"']([\w.-]+)[\"']", sources))
        names = {name for pair in used for name in pair}

        assert [
            name for name in entries(ENGLISH) if not name.startswith(COMPOSED) and name not in names
        ] == []

    @pytest.mark.parametrize("language", ["da", "en"])
    def test_every_kind_has_a_word(self, language: str) -> None:
        texts = load(language)

        assert all(texts[f"kind_{kind}"] for kind in ChangeKind)
        assert all(texts[f"facet_{kind}"] for kind in FacetKind)
        assert all("{title}" in texts[f"headline_{kind}"] for kind in UpdateKind)


class TestCounting:
    @pytest.mark.parametrize(
        ("language", "number", "shown", "words"),
        [
            ("da", 1, "", "En ændring mere står på siden."),
            ("da", 0, "", "0 ændringer mere står på siden."),
            ("en", 1200, "1,200", "1,200 more changes are on the page."),
        ],
    )
    def test_the_number_picks_the_form(self, language: str, number: int, shown: str, words: str) -> None:
        assert load(language).count("more_changes", number, shown) == words

    def test_a_language_brings_its_own_rule(self, tmp_path: Path) -> None:
        write(
            tmp_path / "locale" / "pl.po",
            'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'
            '"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) '
            '? 1 : 2);\\n"\n\n'
            'msgid "update.changes"\nmsgid_plural "update.changes"\nmsgstr[0] "{number} zmiana"\n'
            'msgstr[1] "{number} zmiany"\nmsgstr[2] "{number} zmian"\n',
        )
        texts = load("pl", [tmp_path])

        shown = [texts.count("update.changes", number) for number in (1, 3, 5, 12, 22)]

        assert shown == ["1 zmiana", "3 zmiany", "5 zmian", "12 zmian", "22 zmiany"]

    def test_where_it_is_silent_the_rule_is_the_one_that_is_known_of_it(self, tmp_path: Path) -> None:
        write(
            tmp_path / "locale" / "pl.po",
            f'{HEADER}msgid "update.changes"\nmsgid_plural "update.changes"\nmsgstr[0] "{{number}} zmiana"\n'
            'msgstr[1] "{number} zmiany"\nmsgstr[2] "{number} zmian"\n',
        )

        assert load("pl", [tmp_path]).count("update.changes", 5) == "5 zmian"

    def test_what_nobody_wrote_is_an_error(self) -> None:
        texts = load("en")

        with pytest.raises(KeyError):
            texts["nav.nowhere"]
        with pytest.raises(KeyError):
            texts.count("before", 2)
        assert "more_changes" not in texts and "before" in texts


class TestOperators:
    def test_a_language_that_nobody_wrote_is_english(self) -> None:
        assert dict(load("kl")) == dict(load("en"))
        assert load("kl").count("update.changes", 2) == "2 changes"

    def test_they_change_single_entries_and_the_first_folder_wins(self, tmp_path: Path) -> None:
        first = folder(tmp_path / "first", before="Tidligere")
        second = folder(tmp_path / "second", before="Forrige", now="Herefter")

        texts = load("da", [first, second])

        assert (texts["before"], texts["now"], texts["deleted"]) == ("Tidligere", "Herefter", "slettet:")

    def test_their_english_does_not_hide_another_language(self, tmp_path: Path) -> None:
        write(tmp_path / "locale" / "en.po", HEADER + entry("before", "Formerly"))

        assert load("da", [tmp_path])["before"] == "Før"
        assert load("kl", [tmp_path])["before"] == "Formerly"

    def test_what_is_fuzzy_or_empty_is_said_in_english(self, tmp_path: Path) -> None:
        write(
            tmp_path / "locale" / "nb.po",
            f"{HEADER}#, fuzzy\n{entry('before', 'Kanskje')}{entry('now', '')}{entry('deleted', 'slettet:')}"
            'msgid "update.changes"\nmsgid_plural "update.changes"\n'
            'msgstr[0] "{number} endring"\nmsgstr[1] ""\n',
        )
        texts = load("nb", [tmp_path])

        assert (texts["before"], texts["now"], texts["deleted"]) == ("Before", "Now", "slettet:")
        assert texts.count("update.changes", 1) == "1 change"

    @pytest.mark.parametrize(
        "content",
        [b"before = ", b'msgid "before', b'msgid "before"\nmsgstr "\xff"', b'msgid "a" "b', b'[newest]\n"x"'],
    )
    def test_a_broken_catalogue_is_named(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "locale" / "da.po"
        write(path, "")
        path.write_bytes(content)

        with pytest.raises(ConfigError, match=re.escape(str(path))):
            load("da", [tmp_path])

    @pytest.mark.parametrize("words", ["Hentet: {nmae}", "Hentet {0}", "Hentet {", "Hentet {}"])
    def test_a_field_that_nobody_fills_in_is_told_at_once(self, tmp_path: Path, words: str) -> None:
        with pytest.raises(ConfigError, match=r"da\.po has .*'proof'"):
            load("da", [folder(tmp_path, proof=words)])

    def test_entries_for_their_own_templates_may_have_any_field(self, tmp_path: Path) -> None:
        assert load("da", [folder(tmp_path, ours="Hej {whom}")])["ours"] == "Hej {whom}"


def entry(name: str, words: str) -> str:
    return f'msgid "{name}"\nmsgstr "{words}"\n\n'


def folder(path: Path, **words: str) -> Path:
    write(path / "locale" / "da.po", HEADER + "".join(entry(*item) for item in words.items()))
    return path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
