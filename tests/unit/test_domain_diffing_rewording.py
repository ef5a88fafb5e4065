"""One text before, one after: what kind of change, how much it matters, which facets, which words."""

from __future__ import annotations

import pytest

from syndicate.domain.diffing import compare
from syndicate.domain.model import Change, ChangeKind, EditOp, FacetKind, Significance
from tests.factories import version_of

S, N, D, X = FacetKind.STRENGTH, FacetKind.NUMBER, FacetKind.DATE, FacetKind.NEGATION
T = FacetKind.STATUS


def only_change(before: str, after: str, language: str) -> Change:
    (change,) = compare(version_of(before, language=language), version_of(after, language=language)).changes
    return change


def redline(change: Change) -> str:
    marks = {EditOp.EQUAL: "{}", EditOp.DELETE: "[-{}-]", EditOp.INSERT: "{{+{}+}}"}
    return "".join(marks[edit.op].format(edit.text) for edit in change.edits)


DANISH = [
    ("Kommunen bør tilbyde hjælp.", "Kommunen skal tilbyde hjælp.", [(S, "bør", "skal", "stronger")]),
    ("Kommunen skal tilbyde hjælp.", "Kommunen kan tilbyde hjælp.", [(S, "skal", "kan", "weaker")]),
    ("Det anbefales at gå.", "Det frarådes at gå.", [(S, "anbefales", "frarådes", "")]),
    ("Børn må få mælk.", "Børn må ikke få mælk.", [(S, "må", "må ikke", ""), (X, "", "ikke", "")]),
    ("Børn kan ikke få mælk.", "Børn kan få mælk.", [(S, "kan ikke", "kan", ""), (X, "ikke", "", "")]),
    ("Børn bør ikke få mælk.", "Børn skal ikke få mælk.", [(S, "bør ikke", "skal ikke", "stronger")]),
    ("Børn må ikke få mælk.", "Børn bør ikke få mælk.", [(S, "må ikke", "bør ikke", "weaker")]),
    ("Børn bør få mælk.", "Børn bør kun få mælk.", [(S, "bør", "bør kun", "")]),
    ("Det bør overvejes.", "Det kan overvejes.", [(S, "bør", "kan overvejes", "weaker")]),
    ("Det bør normalt ikke ske.", "Det må ikke ske.", [(S, "bør normalt ikke", "må ikke", "stronger")]),
    ('Ordet "bør" bruges om råd.', 'Ordet "skal" bruges om råd.', []),
    ("Ordet »bør ikke« bruges her.", "Ordet »bør« bruges her.", []),
    ("Det er ikke farligt uden mad.", "Det er farligt uden mad.", [(X, "ikke", "", "")]),
    ("Det er ikke uden risiko.", "Det er med risiko.", [(X, "ikke", "", ""), (X, "uden", "", "")]),
    ("Ingen rygning.", "Aldrig rygning.", []),
    ("Svar inden den 1. april.", "Svar inden den 1. marts.", [(D, "1. april", "1. marts", "")]),
    ("Svar inden den 1. apr.", "Svar inden den 1. sept.", [(D, "1. apr.", "1. sept.", "")]),
    ("Giv .5 ml dagligt.", "Giv 5 ml dagligt.", [(N, ".5 ml", "5 ml", "")]),
    ("Tilbyd alle et kursus.", "(Udgået) Tilbyd alle et kursus.", [(T, "", "Udgået", "")]),
    ("Tilbyd alle et kursus.", "Tilbyd alle et kursus. Anbefalingen er ophævet.", [(T, "", "ophævet", "")]),
    (
        "Råd 4: Erstattet af anbefaling 12.",
        "Råd 4: Erstattet af anbefaling 13.",
        [(T, "Erstattet af anbefaling 12", "Erstattet af anbefaling 13", "")],
    ),
    ("En tilbagetrukket dør er god.", "En tilbagetrukket, bred dør er god.", []),
    ("Giv 10 mg dagligt.", "Giv 50 mg dagligt.", [(N, "10 mg", "50 mg", "")]),
    ("Giv 10 mg dagligt.", "Giv 10 µg dagligt.", [(N, "10 mg", "10 µg", "")]),
    ("Giv 10 mg dagligt.", "Giv 10 mg/kg dagligt.", [(N, "10 mg", "10 mg/kg", "")]),
    ("Giv 1,5 mg dagligt.", "Giv 15 mg dagligt.", [(N, "1,5 mg", "15 mg", "")]),
    ("Giv 10-50 mg dagligt.", "Giv 10-60 mg dagligt.", [(N, "10-50 mg", "10-60 mg", "")]),
    ("Giv 10-50 mg dagligt.", "Giv 50 mg dagligt.", [(N, "10-50 mg", "50 mg", "")]),
    ("Fra 18 år gives hjælp.", "Fra ≥ 18 år gives hjælp.", [(N, "18 år", "≥ 18 år", "")]),
    ("Opbevares ved -5 °C altid.", "Opbevares ved 5 °C altid.", [(N, "-5 °C", "5 °C", "")]),
    ("Gives af 18-årige hver dag.", "Gives af 16-årige hver dag.", [(N, "18-årige", "16-årige", "")]),
    ("Dyrk motion to gange om ugen.", "Dyrk motion tre gange om ugen.", [(N, "to gange", "tre gange", "")]),
    ("Vaccinen gives til børn.", "Vaccinen gives til børn over 2 år.", [(N, "", "2 år", "")]),
    (
        "Frist 1. jan. 2017 for alle.",
        "Frist 1. feb. 2017 for alle.",
        [(D, "1. jan. 2017", "1. feb. 2017", "")],
    ),
    ("Frist 1. maj 2017 for alle.", "Frist 01-04-2017 for alle.", [(D, "1. maj 2017", "01-04-2017", "")]),
    ("Frist i maj for alle her.", "Frist i juni for alle her.", []),
    ("Aspirin | 10 mg | 2 gange", "Aspirin | 20 mg | 2 gange", [(N, "10 mg", "20 mg", "")]),
    ("Kommunen inddrager naboer i arbejdet.", "Kommunen inddrager beboere i arbejdet.", []),
    ("Svar gives inden 10 dage nu.", "Svar gives inden 10 hverdage nu.", [(N, "10 dage", "10 hverdage", "")]),
    ("Betal 40 kr. for prøven.", "Betal 50 kr. for prøven.", [(N, "40 kr.", "50 kr.", "")]),
    ("Højst 300 Bq/m³ i rummet.", "Højst 100 Bq/m³ i rummet.", [(N, "300 Bq/m³", "100 Bq/m³", "")]),
    ("Følg § 8, stk. 2, i loven.", "Følg § 9, stk. 3, i loven.", []),
    ("Følg §§ 8 og 9 i loven.", "Følg §§ 8 og 10 i loven.", []),
    ("Gælder type 1-diabetes her.", "Gælder type 2-diabetes her.", []),
    ("Hjelmen følger EN 1078 altid.", "Hjelmen følger EN 1080 altid.", []),
    ("Mandler med skal kan spises.", "Mandler uden hinde kan spises.", [(X, "", "uden", "")]),
    ("Der står ”Du skal vaske dig nu”.", "Der står ”Du bør vaske dig nu”.", []),
    ("Mad anbefales ikke 2 dage før.", "Mad frarådes 3 dage før.", [(N, "2 dage", "3 dage", "")]),
]

ENGLISH = [
    ("Adults should take it.", "Adults must take it.", [(S, "should", "must", "stronger")]),
    ("Adults should take it.", "Adults may take it.", [(S, "should", "may", "weaker")]),
    ("Adults must take it.", "Adults must not take it.", [(S, "must", "must not", ""), (X, "", "not", "")]),
    ("It should not be used.", "It must not be used.", [(S, "should not", "must not", "stronger")]),
    ("Consider a visit.", "Never consider a visit.", [(X, "", "Never", "")]),
    ("Rest with food.", "Rest without food.", [(X, "", "without", "")]),
    ("Don’t eat it at once.", "Do eat it at once.", [(X, "Don't", "", "")]),
    ("The word “should” is used.", "The word “must” is used.", []),
    ("Take 1,000 mg daily.", "Take 1.000 mg daily.", [(N, "1,000 mg", "1.000 mg", "")]),
    ("Take 2.5 ml daily.", "Take 25 ml daily.", [(N, "2.5 ml", "25 ml", "")]),
    ("Visit in May 2017 only.", "Visit in May 2018 only.", [(D, "May 2017", "May 2018", "")]),
    ("Due January 1, 2017 at last.", "Due 2 Jan 2017 at last.", [(D, "January 1, 2017", "2 Jan 2017", "")]),
    ("For two weeks at home.", "For three weeks at home.", [(N, "two weeks", "three weeks", "")]),
    ("Rinse the can before use.", "Rinse the jar before use.", []),
    ("Pay £40 for each visit.", "Pay £50 for each visit.", [(N, "£40", "£50", "")]),
    ("Due in 10 days at last.", "Due in 10 working days at last.", [(N, "10 days", "10 working days", "")]),
    ("You may take it at home.", "You can take it at home.", [(S, "may", "can", "")]),
    ("“You must rest at home.”", "“You should rest at home.”", [(S, "must", "should", "weaker")]),
    ("See item No. 5 below.", "See item No. 6 below.", [(N, "5", "6", "")]),
]

TABLE = [(*row, "da") for row in DANISH] + [(*row, "en") for row in ENGLISH]


@pytest.mark.parametrize(("before", "after", "facets", "language"), TABLE)
def test_a_rewording_tells_its_facets(
    before: str, after: str, facets: list[tuple[FacetKind, str, str, str]], language: str
) -> None:
    change = only_change(before, after, language)
    assert change.kind is ChangeKind.REWORDED
    assert change.significance is Significance.SUBSTANTIVE
    assert [(each.kind, each.before, each.after, each.trend) for each in change.facets] == facets


@pytest.mark.parametrize(("before", "after", "facets", "language"), TABLE)
def test_the_way_back_turns_every_facet_round(
    before: str, after: str, facets: list[tuple[FacetKind, str, str, str]], language: str
) -> None:
    back = {"stronger": "weaker", "weaker": "stronger", "": ""}
    turned = {(kind, new, old, back[trend]) for kind, old, new, trend in facets}
    change = only_change(after, before, language)
    assert {(each.kind, each.before, each.after, each.trend) for each in change.facets} == turned


def test_a_language_that_nobody_knows_is_read_by_all_lexicons() -> None:
    assert only_change("Det bør ske nu.", "Det skal ske nu.", "").facets[0].trend == "stronger"
    assert only_change("It should happen.", "It must happen.", "sv").facets[0].trend == "stronger"


COSMETIC = [
    ("Giv  10 mg   dagligt.", "Giv 10 mg dagligt."),
    ("Giv 10mg dagligt.", "Giv 10 mg dagligt"),
    ('Sig "ja" - straks', "Sig »ja« – straks!"),
    ("Giv 10-50 mg.", "Giv 10–50 mg."),
    ("kommunen hjælper", "Kommunen hjælper"),
    ("Frist 1. jan. 2017 for alle.", "Frist 1. januar 2017 for alle."),
    ("Frist 1. jan. 2017 for alle.", "Frist 01-01-2017 for alle."),
    ("Frist 2017-01-01 for alle.", "Frist 1/1-2017 for alle."),
    ("Der er 1.000 boliger.", "Der er 1000 boliger."),
    ("Senest opdateret: 09. jan. 2017", "Senest opdateret: 10. feb. 2018"),
    ("Oprettet: 3. okt. 2014, Opdateret: 9. jan. 2017", "Oprettet: 3. okt. 2014, Opdateret: 8. maj 2017"),
    ("Last updated on 3 March 2024 at 10:15", "Last updated on 4 March 2024 at 09:01"),
    ("Vist 1.234 gange", "Vist 1.299 gange"),
    ("1.234 visninger", "1.240 visninger"),
    ("1,234 views", "1,240 views"),
    ("© 2016 Foreningen", "© 2017 Foreningen"),
    ("Siden er vist 1.204 gange.", "Siden er vist 1.377 gange."),
    ("Antal besøg på siden: 204", "Antal besøg på siden: 205"),
    ("Opdateret for 3 dage siden", "Opdateret for 2 uger siden"),
    ("3 days ago", "an hour ago"),
    ("Læsetid: 4 min.", "Læsetid: 5 min."),
    ("4 min read", "5 min read"),
    ("Vis mere", "Vis mindre"),
    ("Se www.by.example/data eller skriv.", "Se www.by.example/data/ eller skriv."),
    ("Number of visits to this page: 204", "Number of visits to this page: 205"),
    ("204 har læst denne side.", "205 har læst denne side."),
    ("This page has been viewed 1,204 times since May.", "This page has been viewed 1,377 times since May."),
    ("Tag 5 mikrogram om dagen.", "Tag 5 µg om dagen."),
    ("Ydelsen er 40 pct. af lønnen.", "Ydelsen er 40 procent af lønnen."),
]


@pytest.mark.parametrize(("before", "after"), COSMETIC)
def test_what_no_reader_would_call_a_change(before: str, after: str) -> None:
    comparison = compare(version_of(before), version_of(after))
    assert comparison.changes == ()
    assert not comparison.is_meaningful


NEVER_SILENCED = [
    ("Giv 10 50 mg.", "Giv 1050 mg."),
    ("Giv 10-50 mg.", "Giv 10 50 mg."),
    ("Mere end 5 %", "Mere end 5 ‰"),
    ("Senest opdateret vejledning 2017: giv 10 mg", "Senest opdateret vejledning 2018: giv 10 mg"),
    ("Vist 10 gange for børn", "Vist 20 gange for børn"),
    ("Dato: 5. maj 2017", "Dato: 6. maj 2017"),
    ("Den 5. maj 2017", "Den 6. maj 2017"),
    ("Sidste dato: 5. maj 2017", "Sidste dato: 6. maj 2017"),
    ("Last date: 5 May 2017", "Last date: 6 May 2017"),
    ("5 besøg", "3 besøg"),
    ("Smittet for 3 dage siden", "Smittet for 5 dage siden"),
    ("Ved feber for mere end 3 dage siden", "Ved feber for mere end 5 dage siden"),
    ("Antal besøg: 5", "Antal besøg: 3"),
    ("10 visits", "8 visits"),
    ("| Antal visninger | 5 |", "| Antal visninger | 3 |"),
    ("Vaccinen opdateres 1. maj 2017", "Vaccinen opdateres 2. maj 2017"),
    ("Ved tal < 5 gives hjælp", "Ved tal > 5 gives hjælp"),
    ("Brug 3 tabletter", "Brug 3,0 tabletter"),
]


@pytest.mark.parametrize(("before", "after"), NEVER_SILENCED)
def test_a_number_is_never_silenced(before: str, after: str) -> None:
    assert compare(version_of(before), version_of(after)).significance is Significance.SUBSTANTIVE


EDITORIAL = [
    ("Alle anbefalnger er gode.", "Alle anbefalinger er gode."),
    ("Alle anbefalniger er gode.", "Alle anbefalinger er gode."),
    ("Det går i gang.", "Det går igang."),
    ("Lav en hand-lings-plan.", "Lav en handlingsplan."),
    ("En VEJLEDNING til alle.", "En vejledning til alle."),
]


@pytest.mark.parametrize(("before", "after"), EDITORIAL)
def test_a_mended_typing_error_is_editorial(before: str, after: str) -> None:
    change = only_change(before, after, "da")
    assert (change.significance, change.facets) == (Significance.EDITORIAL, ())


@pytest.mark.parametrize(
    ("before", "after", "language"),
    [
        ("Brug af sæbe anbefales ikke.", "Brug af sæbe frarådes.", "da"),
        ("Vi fraråder brug af sæbe.", "Vi anbefaler ikke brug af sæbe.", "da"),
        ("Sweets are not recommended for children.", "Sweets are advised against for children.", "en"),
        ("You must wear a helmet.", "You have to wear a helmet.", "en"),
    ],
)
def test_the_same_strength_in_other_words_is_editorial(before: str, after: str, language: str) -> None:
    change = only_change(before, after, language)
    assert (change.significance, change.facets) == (Significance.EDITORIAL, ())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Prøven bør tages nu.", "Prøven bør normalt tages nu."),
        ("Brug af parfumeret sæbe anbefales ikke til børn.", "Brug af parfumeret sæbe frarådes til dyr."),
        ("Børn kan ikke få mælk.", "Børn behøver ikke få mælk."),
    ],
)
def test_a_hedge_another_word_or_another_leave_is_substantive(before: str, after: str) -> None:
    assert only_change(before, after, "da").significance is Significance.SUBSTANTIVE


OTHER_WORDS = [
    ("Metoden er egnet til det.", "Metoden er uegnet til det."),
    ("Ved hypertension ses det.", "Ved hypotension ses det."),
    ("For typical cases.", "For atypical cases."),
    ("Giv mad til hund.", "Giv mad til hest."),
    ("Prøve B12345 tages.", "Prøve B12346 tages."),
]


@pytest.mark.parametrize(("before", "after"), OTHER_WORDS)
def test_another_word_is_no_typing_error(before: str, after: str) -> None:
    assert only_change(before, after, "da").significance is Significance.SUBSTANTIVE


def test_a_word_that_is_used_elsewhere_is_no_typing_error() -> None:
    before = version_of("Hjælp patienten i dag.", "Spørg patienten først.")
    after = version_of("Hjælp patienter i dag.", "Spørg patienten først.")
    assert compare(before, after).significance is Significance.SUBSTANTIVE


REDLINES = [
    (
        "Vi bør give 10 mg i dag.",
        "Vi skal give 50 mg i dag.",
        "Vi [-bør-]{+skal+} give [-10-]{+50+} mg i dag.",
    ),
    ("Giv 1,5 mg.", "Giv 1,6 mg.", "Giv [-1,5-]{+1,6+} mg."),
    ("Børn må få det.", "Børn må ikke få det.", "Børn må{+ ikke+} få det."),
    ("Gå til den gamle by nu.", "Gå til en ny by nu.", "Gå til [-den gamle-]{+en ny+} by nu."),
]


@pytest.mark.parametrize(("before", "after", "expected"), REDLINES)
def test_a_redline_can_be_read(before: str, after: str, expected: str) -> None:
    assert redline(only_change(before, after, "da")) == expected
