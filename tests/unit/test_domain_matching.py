"""Which attachment is which after a page was edited."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from syndicate.domain.matching import KnownAttachment, Matching, alike, match
from syndicate.domain.model import Attachment
from tests.factories import version_of

HOST = "https://kilde.example.org"
LABELS = ("Download anbefalingerne", "Download fakta", "Download rapporten")


def known(*links: tuple[str, str]) -> list[KnownAttachment]:
    return [KnownAttachment(at + 1, label, f"{HOST}/{path}", at) for at, (label, path) in enumerate(links)]


def found(*links: tuple[str, str]) -> list[Attachment]:
    return [Attachment(label, f"{HOST}/{path}", at) for at, (label, path) in enumerate(links)]


THREE = tuple(zip(LABELS, ("a.pdf", "f.pdf", "r.docx"), strict=True))


def outcome(matching: Matching) -> tuple[dict[int, str], list[str], list[int]]:
    same = {key: link.url.removeprefix(f"{HOST}/") for key, link in matching.same.items()}
    return same, [link.label for link in matching.new], list(matching.vanished)


CASES: dict[str, tuple[Sequence[tuple[str, str]], dict[int, str], list[str], list[int]]] = {
    "nothing changed": (THREE, {1: "a.pdf", 2: "f.pdf", 3: "r.docx"}, [], []),
    "another order": (THREE[::-1], {1: "a.pdf", 2: "f.pdf", 3: "r.docx"}, [], []),
    "another label": (
        [("Hent alt", "a.pdf"), *THREE[1:]],
        {1: "a.pdf", 2: "f.pdf", 3: "r.docx"},
        [],
        [],
    ),
    "another file name": (
        [THREE[0], ("Download fakta", "f-2017.pdf"), THREE[2]],
        {1: "a.pdf", 2: "f-2017.pdf", 3: "r.docx"},
        [],
        [],
    ),
    "another name, size and date": (
        [THREE[0], ("Download fakta (pdf, 2,1 MB) 09-01-2017", "f-2017.pdf"), THREE[2]],
        {1: "a.pdf", 2: "f-2017.pdf", 3: "r.docx"},
        [],
        [],
    ),
    "a parameter that follows readers": (
        [THREE[0], ("Fakta!", "f.pdf?utm_source=x"), THREE[2]],
        {1: "a.pdf", 2: "f.pdf?utm_source=x", 3: "r.docx"},
        [],
        [],
    ),
    "between the same neighbours": (
        [THREE[0], ("Tal og viden", "tal.pdf"), THREE[2]],
        {1: "a.pdf", 2: "tal.pdf", 3: "r.docx"},
        [],
        [],
    ),
    "one more at the end": (
        [*THREE, ("Download bilag", "b.pdf")],
        {1: "a.pdf", 2: "f.pdf", 3: "r.docx"},
        ["Download bilag"],
        [],
    ),
    "one more in the middle": (
        [THREE[0], ("Download bilag", "b.pdf"), *THREE[1:]],
        {1: "a.pdf", 2: "f.pdf", 3: "r.docx"},
        ["Download bilag"],
        [],
    ),
    "one less": ([THREE[0], THREE[2]], {1: "a.pdf", 3: "r.docx"}, [], [2]),
    "all others": (
        [("Nyt", "1.pdf"), ("Andet", "2.pdf"), ("Tredje", "3.pdf")],
        {},
        ["Nyt", "Andet", "Tredje"],
        [1, 2, 3],
    ),
    "none left": ([], {}, [], [1, 2, 3]),
}


@pytest.mark.parametrize("name", CASES)
def test_three_documents(name: str) -> None:
    links, same, new, vanished = CASES[name]
    assert outcome(match(known(*THREE), found(*links))) == (same, new, vanished)


def test_the_only_one_on_both_sides_is_the_same() -> None:
    matching = match(known(("Gammel", "g.pdf")), found(("Ny", "n.pdf")))
    assert outcome(matching) == ({1: "n.pdf"}, [], [])


def test_equal_labels_tell_nothing() -> None:
    matching = match(known(("Hent", "a.pdf"), ("Hent", "b.pdf")), found(("Hent", "c.pdf"), ("Hent", "d.pdf")))
    assert outcome(matching) == ({}, ["Hent", "Hent"], [1, 2])


def test_equal_labels_do_not_hide_equal_addresses() -> None:
    matching = match(known(("Hent", "a.pdf"), ("Hent", "b.pdf")), found(("Hent", "b.pdf"), ("Hent", "a.pdf")))
    assert outcome(matching) == ({1: "a.pdf", 2: "b.pdf"}, [], [])


def test_nothing_was_known_and_all_is_new() -> None:
    assert outcome(match([], found(*THREE))) == ({}, list(LABELS), [])


def test_two_editions_of_one_text_are_alike() -> None:
    old = version_of("Kommunen bør tilbyde alle en samtale hvert år.", "Det gælder fra 2017.")
    new = version_of("Kommunen skal tilbyde alle en samtale hvert andet år.", "Det gælder fra 2018.")
    assert alike(old, new)
    assert alike(new, old)


def test_two_texts_on_the_same_matter_are_not() -> None:
    old = version_of("Kommunen bør tilbyde alle en samtale hvert år.")
    new = version_of("Boligforeningen stiller lokaler til rådighed for foreninger uden betaling.")
    assert not alike(old, new)


def test_nothing_is_like_an_empty_text() -> None:
    assert not alike(version_of(), version_of())
    assert not alike(version_of("Noget"), version_of())
