"""From when a text says that it holds, and the many dates that say something else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syndicate.domain.composing import timely
from syndicate.domain.diffing import compare
from syndicate.domain.diffing.effect import effective_dates
from syndicate.domain.model import Block, BlockKind, Change, ChangeKind, Link, Significance
from tests.factories import NOON, added, noted, update, version_of

NEW_YEAR = ("2027-01-01",)

STATED = [
    ("da", "Anbefalingen gælder fra 1. januar 2027.", NEW_YEAR),
    ("da", "Anbefalingen gælder fra den 1. januar 2027.", NEW_YEAR),
    ("da", "Gælder fra: 01-01-2027", NEW_YEAR),
    ("da", "Gælder fra | 1.1.2027", NEW_YEAR),
    ("da", "Det gælder først fra og med fredag den 1. januar 2027.", NEW_YEAR),
    ("da", "Ændringen træder i kraft den 1. januar 2027.", NEW_YEAR),
    ("da", "De nye råd træder for alle kommuner i kraft d. 1. jan. 2027.", NEW_YEAR),
    ("da", "Rådet er vedtaget og vil træde i kraft pr. 1. januar 2027.", NEW_YEAR),
    ("da", "Kravet skærpes med virkning fra 1. januar 2027.", NEW_YEAR),
    ("da", "Ikrafttrædelse: 1. januar 2027", NEW_YEAR),
    ("da", "Vejledningen er gyldig fra 2027-01-01.", NEW_YEAR),
    ("da", "Fra 1. januar 2027 gælder det for alle.", NEW_YEAR),
    ("da", "Reglen er ny. Den 1. januar 2027 træder den i kraft.", NEW_YEAR),
    ("da", "Pr. 1. januar 2027 træder nye anbefalinger i kraft.", NEW_YEAR),
    ("da", "Alle skal tilbydes hjælp (gælder fra 1. januar 2027).", NEW_YEAR),
    ("da", "Rådet gælder fra januar 2027.", ("2027-01",)),
    ("da", "Rådet gælder fra 2027.", ("2027",)),
    ("da", "Gælder fra 1. januar 2027 til 31. december 2028.", NEW_YEAR),
    ("da", "Frist for svar er 1. maj 2026, og rådet gælder fra 1. januar 2027.", NEW_YEAR),
    (
        "da",
        "For voksne gælder fra 1. januar 2027, for børn gælder fra 1. juli 2027.",
        (*NEW_YEAR, "2027-07-01"),
    ),
    ("da", "Den nye lov træder i kraft 1. januar 2027.", NEW_YEAR),
    ("da", "Rådet gælder for alle kommuner i landet fra 1. januar 2027.", NEW_YEAR),
    ("da", "Vejledningen skal følges fra og med den 1/1-2027.", NEW_YEAR),
    ("da", "Fra den 1. januar 2027 og frem gælder det for alle.", NEW_YEAR),
    ("da", "Pr. 1. januar 2027 er de nye grænser gældende.", NEW_YEAR),
    ("da", "Bekendtgørelse nr. 12 af 5. maj 2026 træder i kraft den 1. januar 2027.", NEW_YEAR),
    ("en", "Effective date*: 1 January 2027", NEW_YEAR),
    ("en", "The limit applies to all new homes from 1 January 2027.", NEW_YEAR),
    ("en", "The advice must be followed from 1 January 2027.", NEW_YEAR),
    ("en", "The guideline is effective from 1 January 2027.", NEW_YEAR),
    ("en", "Effective date: 1 January 2027", NEW_YEAR),
    ("en", "Effective January 1, 2027, all clinics offer it.", NEW_YEAR),
    ("en", "The limits are in force as of 1 January 2027.", NEW_YEAR),
    ("en", "It was agreed. The rule comes into force on Friday, 1 January 2027.", NEW_YEAR),
    ("en", "The dose is lowered with effect from 1st January 2027.", NEW_YEAR),
    ("en", "The new advice takes effect on 1 January 2027.", NEW_YEAR),
    ("en", "This recommendation applies from 1 January 2027.", NEW_YEAR),
    ("en", "These recommendations apply from January 2027.", ("2027-01",)),
    ("en", "From 1 January 2027 the new limit applies to all.", NEW_YEAR),
    ("fr", "Effective from 1 January 2027.", NEW_YEAR),
    ("", "Anbefalingen gælder fra 1. januar 2027.", NEW_YEAR),
]

TRAPS = [
    ("da", "Offentliggjort 1. januar 2027."),
    ("da", "Senest opdateret den 1. januar 2027."),
    ("da", "Ansøgningsfristen er 1. januar 2027."),
    ("da", "Svar senest den 1. januar 2027."),
    ("da", "Ansøgningsfristen gælder fra 1. januar 2027."),
    ("da", "Rådet gælder til 1. januar 2027."),
    ("da", "Rådet gælder indtil den 1. januar 2027."),
    ("da", "Rådet gælder ikke fra 1. januar 2027."),
    ("da", "Reglen træder ikke i kraft den 1. januar 2027."),
    ("da", "Det er besluttet, at reglen ikke gælder fra 1. januar 2027."),
    ("da", "Rådet gælder ikke længere fra 1. januar 2027."),
    ("da", "Fra 1. januar 2027 gælder ikke længere særlige krav."),
    ("da", "Loven trådte i kraft den 1. januar 2015."),
    ("da", "Rådet gjaldt fra 1. januar 2015."),
    ("da", "Reglen har været gældende fra 1. januar 2015."),
    ("da", "Efter loven, der gælder fra 1. januar 2015, skal alle have hjælp."),
    ("da", "Følg serviceloven, som træder i kraft 1. januar 2015, i alle sager."),
    ("da", "Rådet gælder for personer født fra 1. januar 1990."),
    ("da", "Rådet gælder for patienter indlagt fra 1. januar 2027."),
    ("da", "Reglen forventes at træde i kraft den 1. januar 2027."),
    ("da", "Rådet skal være gennemført senest 1. januar 2027."),
    ("da", "Reglen træder i kraft senest den 1. januar 2027."),
    ("da", "Den 1. januar 2027 holdes et møde, og reglen træder i kraft senere."),
    ("da", "Ændret 1. januar 2027. Gælder fra dags dato."),
    ("da", "Rådet gælder fra 1. januar hvert år."),
    ("da", "Rådet gælder fra 18 år og højst 2000 kr."),
    ("da", "Rådet gælder fra 2000 meter."),
    ("da", "Rådet gælder fra 31. februar 2027."),
    ("da", "Ansøgninger fra 1. januar 2027 gælder i et år."),
    ("da", "Kontrollen begyndte 1. januar 2027. Rådet gælder fra fødslen."),
    ("da", "Mødet holdes 1. januar 2027."),
    ("en", "Published on 1 January 2027."),
    ("en", "The deadline is 1 January 2027."),
    ("en", "Reply by 1 January 2027."),
    ("en", "Apply from 1 January 2027 at the town hall."),
    ("en", "You can apply from 1 January 2027."),
    ("en", "Apply by 1 January 2027."),
    ("en", "The act came into force on 1 January 2015."),
    ("en", "The rule was effective from 1 January 2015."),
    ("en", "It has been in force since 1 January 2015."),
    ("en", "Follow the act, which applies from 1 January 2015, in all cases."),
    ("en", "The rule does not apply from 1 January 2027."),
    ("en", "The advice no longer applies from 1 January 2027."),
    ("en", "The rule will not take effect on 1 January 2027."),
    ("en", "The treatment is effective against influenza. Reviewed 1 January 2027."),
    ("en", "A cost-effective January 2027 offer."),
    ("en", "The advice applies to patients admitted from 1 January 2027."),
    ("en", "The rule is expected to take effect on 1 January 2027."),
    ("en", "The advice applies until 1 January 2027."),
    ("en", "The rule applies from birth. Revised 1 January 2027."),
    ("en", "From 1 January 2027 parents apply online."),
]


@pytest.mark.parametrize(("language", "text", "expected"), STATED, ids=[text for _, text, _ in STATED])
def test_it_is_found_where_it_is_stated(language: str, text: str, expected: tuple[str, ...]) -> None:
    assert effective_dates(text, language) == expected


@pytest.mark.parametrize(("language", "text"), TRAPS, ids=[text for _, text in TRAPS])
def test_other_dates_are_none(language: str, text: str) -> None:
    assert effective_dates(text, language) == ()


def only_change(before: str, after: str) -> Change:
    (change,) = compare(version_of("## Råd", before), version_of("## Råd", after)).changes
    return change


def test_a_change_carries_the_date_of_its_newer_wording() -> None:
    before, after = "Alle bør gå. Gælder fra 1. maj 2026.", "Alle skal gå. Gælder fra 1. januar 2027."
    change = only_change(before, after)
    assert change.effective == NEW_YEAR
    assert Change.from_dict(change.as_dict()) == change


def test_what_came_carries_it_and_what_went_does_not() -> None:
    text = "Bydelsmødre skal inddrages. Det gælder fra 1. januar 2027."
    (came,) = compare(version_of("Ens."), version_of("Ens.", text)).changes
    (went,) = compare(version_of("Ens.", text), version_of("Ens.")).changes
    assert (came.kind, came.effective) == (ChangeKind.ADDED, NEW_YEAR)
    assert (went.kind, went.effective) == (ChangeKind.REMOVED, ())


def test_a_mended_spelling_tells_of_no_effect() -> None:
    texts = ("Kommunen inddrager alle.", "Alle har ret til hjælp, kommunen inddrager dem.")
    mended = compare(
        version_of(*texts, "Komunen inddrager andre. Det gælder fra 1. januar 2027."),
        version_of(*texts, "Kommunen inddrager andre. Det gælder fra 1. januar 2027."),
    )
    assert [(each.significance, each.effective) for each in mended.changes] == [(Significance.EDITORIAL, ())]


def test_another_link_tells_of_no_effect() -> None:
    text = "Rådet gælder fra 1. januar 2027."
    links = [(Link("Rådet", f"https://kilde.example.org/{name}"),) for name in ("a", "b")]
    blocks = [Block(BlockKind.PARAGRAPH, text, links=each) for each in links]
    (change,) = compare(*(replace(version_of("Ens."), blocks=(each,)) for each in blocks)).changes
    assert (change.kind, change.effective) == (ChangeKind.REWORDED, ())


# --- at the time of the update ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Alle bør gå. Gælder fra 1. maj 2020.", "Alle skal gå. Gælder fra 1. maj 2020.", ()),
        ("Alle bør gå. Gælder fra 1. januar 2027.", "Alle skal gå. Gælder fra 1. januar 2027.", NEW_YEAR),
        ("Alle bør gå. Gælder fra 1. maj 2020.", "Alle bør gå. Gælder fra 1. maj 2021.", ("2021-05-01",)),
        ("Alle i byen bør gå ture.", "Alle i byen skal gå ture. Gælder fra 1. maj 2020.", ("2020-05-01",)),
        ("Alle bør gå. Gælder fra 2026.", "Alle skal gå. Gælder fra 2026.", ()),
        ("Alle bør gå. Gælder fra april 2026.", "Alle skal gå. Gælder fra april 2026.", ("2026-04",)),
    ],
)
def test_what_held_before_and_holds_already_is_no_news(
    before: str, after: str, expected: tuple[str, ...]
) -> None:
    (kept,) = timely([noted(only_change(before, after))], "da", NOON.date())
    assert kept.change.effective == expected


def test_an_update_has_the_dates_of_its_changes_once_and_in_order() -> None:
    changes = [added(effective=days) for days in (("2027-07-01",), NEW_YEAR, (), NEW_YEAR)]
    assert update(*changes).effective == (*NEW_YEAR, "2027-07-01")
    assert update().effective == ()


def test_records_from_before_have_none() -> None:
    data = only_change("Alle bør gå.", "Alle skal gå.").as_dict()
    del data["effective"]
    assert Change.from_dict(data).effective == ()
