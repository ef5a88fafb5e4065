"""A visit from end to end on a real database: what becomes an update, and what never does."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from syndicate.domain.errors import FetchReason
from syndicate.domain.model import ChangeKind, FacetKind, Significance, Update, UpdateState
from syndicate.ports import ReadOptions
from tests.data.sample.docx import docx_from_markdown
from tests.editions import as_docx
from tests.paper import as_pdf
from tests.watching import BASE, DOCX, HTML, ODT, PAGE, SHARPENED, Watcher, page

pytestmark = pytest.mark.usefixtures("any_database")

FACTS = "https://kilde.example/fakta.docx"
LINK = ("Download fakta", "/fakta.docx")

Texts = tuple[str, ...]


@pytest.fixture
def watcher(tmp_path: Path) -> Watcher:
    return Watcher(tmp_path)


def known(watcher: Watcher) -> Watcher:
    """After the first reading."""
    watcher.visit()
    return watcher


def one(watcher: Watcher) -> Update:
    (update,) = watcher.updates()
    return update


# --- the plain cases ----------------------------------------------------------------------------------


def test_the_first_reading_is_no_news(watcher: Watcher) -> None:
    report = watcher.visit()
    assert report.outcome == "drop"
    assert watcher.updates() == []
    document = watcher.store.archive.document(1)
    assert document is not None
    assert document.title == "Fælles anbefalinger"


def test_an_edit_is_announced_once(watcher: Watcher) -> None:
    known(watcher).serve(page(*SHARPENED))
    assert watcher.visit().outcome == "announce"
    assert watcher.visit().outcome == watcher.visit().outcome == "drop"
    update = one(watcher)
    assert update.state is UpdateState.PUBLISHED
    assert update.text("da").title == "Anbefaling 1 er skærpet: »bør« er blevet til »skal«"
    assert update.text("en").title.startswith("Recommendation 1")
    assert update.topics == ("sundhed",)
    assert [proof.url for proof in update.proofs] == [PAGE]
    assert update.proofs[0].sha256_before != update.proofs[0].sha256_after


def test_a_visit_tells_each_change_that_it_found(watcher: Watcher) -> None:
    known(watcher).serve(page(*SHARPENED))

    steps = watcher.visit().steps

    (told,) = [step for step in steps if step.startswith("substantive reworded 1: ")]
    assert SHARPENED[0][:40] in told
    assert told.endswith("(strength: bør → skal)")


def test_a_date_line_reaches_nobody_and_hides_nothing_later(watcher: Watcher) -> None:
    known(watcher).serve(page(*BASE, date="14. feb. 2017"))
    assert watcher.visit().outcome == "drop"
    watcher.serve(page(*SHARPENED, date="15. feb. 2017"))
    assert watcher.visit().outcome == "announce"
    assert len(one(watcher).changes) == 1


def test_unchanged_pages_are_not_read(watcher: Watcher) -> None:
    known(watcher)
    watcher.reader.crash_on = b"html"
    report = watcher.visit()
    assert "not modified" in report.steps[0]


def test_there_and_back_are_two_updates_with_ids_of_their_own(watcher: Watcher) -> None:
    known(watcher)
    for text in (SHARPENED, BASE, SHARPENED):
        watcher.serve(page(*text))
        watcher.visit()
    ids = [update.id for update in watcher.updates()]
    assert len(set(ids)) == 3
    newest, middle, _first = watcher.updates()
    assert newest.previous == middle.id


def test_the_ids_are_the_same_when_everything_is_replayed(tmp_path: Path) -> None:
    ids = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        watcher = known(Watcher(tmp_path / name))
        watcher.serve(page(*SHARPENED))
        watcher.visit()
        ids.append(one(watcher).id)
    assert ids[0] == ids[1]


def test_small_steps_add_up(watcher: Watcher) -> None:
    """A typing error that is mended is editorial; what is compared is always what was told last."""
    wrong = BASE[1].replace("Boligorganisationen", "Boligorganisatoinen")
    watcher.serve(page(BASE[0], wrong, BASE[2]))
    known(watcher).serve(page(*BASE))
    watcher.visit()
    assert one(watcher).significance is Significance.EDITORIAL
    assert watcher.store.archive.published() == []


# --- a crash between the two transactions -------------------------------------------------------------


def test_a_change_survives_a_crash_and_a_server_that_then_only_says_304(watcher: Watcher) -> None:
    known(watcher).serve(page(*SHARPENED))
    watcher.reader.crash_on = b"skal"
    with pytest.raises(KeyboardInterrupt):
        watcher.visit()
    watcher.reader.crash_on = None
    watcher.web.only_304 = True
    watcher.store.watch.release_leases()
    assert watcher.visit().outcome == "announce"
    assert len(watcher.updates()) == 1


def test_what_is_unread_is_due_at_once_and_read_without_fetching(watcher: Watcher) -> None:
    known(watcher).serve(page(*SHARPENED))
    watcher.reader.crash_on = b"skal"
    with pytest.raises(KeyboardInterrupt):
        watcher.visit()
    watcher.reader.crash_on = None
    watcher.web.down[PAGE] = FetchReason.DNS
    watcher.store.watch.release_leases()
    (claim,) = watcher.check.claim(watcher.now, limit=1)  # no time has passed
    assert watcher.check.visit(claim, watcher.now).outcome == "announce"


# --- trouble outside ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reason", [FetchReason.DNS, FetchReason.NOT_FOUND, FetchReason.GONE, FetchReason.TIMEOUT]
)
def test_an_address_that_fails_is_told_to_the_operator_only(watcher: Watcher, reason: FetchReason) -> None:
    known(watcher).web.down[PAGE] = reason
    assert watcher.visit().outcome == "failed"
    assert "cannot be had" in watcher.problem
    assert watcher.updates() == []
    watcher.web.down.clear()
    assert watcher.visit().outcome == "drop"
    assert watcher.problem == ""


WALLS = {
    "a bot wall": "<h1>Just a moment</h1><p>Checking your browser before accessing kilde.example.</p>",
    "an error page": "<h1>Siden blev ikke fundet</h1><p>Fejl 404. Prøv vores forside.</p>",
    "a login": "<h1>Log ind</h1><form><p>Log ind for at se siden.</p><label>Adgangskode</label></form>",
    "nothing": "",
}


@pytest.mark.parametrize("wall", WALLS.values(), ids=WALLS.keys())
def test_what_is_not_the_document_never_reads_as_everything_removed(watcher: Watcher, wall: str) -> None:
    known(watcher).serve(f"<html><body>{wall}</body></html>".encode())
    for _ in range(3):
        assert watcher.visit().outcome == "failed"
    assert watcher.problem != ""
    assert watcher.updates() == []
    assert watcher.store.archive.waiting() == []
    watcher.serve(page(*SHARPENED))
    assert watcher.visit().outcome == "announce"
    assert watcher.problem == ""


def test_a_wall_at_the_first_reading_is_no_baseline(watcher: Watcher) -> None:
    watcher.serve(f"<html><body>{WALLS['a bot wall']}</body></html>".encode())
    assert watcher.visit().outcome == "failed"
    watcher.serve(page(*BASE))
    assert watcher.visit().outcome == "drop"
    assert watcher.updates() == []


def test_blank_and_back_is_nothing(watcher: Watcher) -> None:
    known(watcher).serve(b"<html><body></body></html>")
    watcher.visit()
    watcher.serve(page(*BASE))
    assert watcher.visit().outcome == "drop"
    assert watcher.updates() == []


def test_a_text_that_shrank_is_looked_at_again_and_then_a_person_decides(watcher: Watcher) -> None:
    known(watcher).serve("<html lang=da><body><main><p>Vi arbejder på siden lige nu.</p></main>".encode())
    outcomes = [watcher.visit().outcome for _ in range(3)]
    assert outcomes[0] == "doubt"
    assert outcomes[1] == "hold"
    assert watcher.updates() == []
    watcher.serve(page(*BASE))
    watcher.visit()
    assert watcher.store.archive.waiting() == []
    assert watcher.updates() == []


def test_a_page_that_moved_for_good_is_the_same_document(watcher: Watcher) -> None:
    new = "https://kilde.example/ny-side"
    known(watcher).web.moved[PAGE] = new
    watcher.serve(page(*SHARPENED), address=new)
    assert watcher.visit().outcome == "announce"
    watcher.visit()
    assert watcher.web.asked[-1] == new


# --- attachments --------------------------------------------------------------------------------------


def facts(*lines: str) -> bytes:
    return docx_from_markdown("# Fakta\n\n" + "\n\n".join(lines or ("I området bor 1.200 mennesker.",)))


def with_facts(watcher: Watcher) -> Watcher:
    watcher.serve(page(*BASE, links=[LINK]))
    watcher.serve(facts(), DOCX, FACTS)
    return known(watcher)


def test_attachments_of_the_first_reading_are_no_news_even_if_they_come_late(watcher: Watcher) -> None:
    watcher.web.down[FACTS] = FetchReason.TIMEOUT
    with_facts(watcher)
    assert "fakta" in watcher.problem
    watcher.web.down.clear()
    assert watcher.visit().outcome == "drop"
    assert watcher.problem == ""
    watcher.serve(facts("I området bor 1.300 mennesker."), DOCX, FACTS)
    assert watcher.visit().outcome == "announce"


def test_a_changed_attachment_is_an_update_of_the_document(watcher: Watcher) -> None:
    with_facts(watcher).serve(facts("I området bor 1.300 mennesker."), DOCX, FACTS)
    watcher.visit()
    (noted,) = one(watcher).changes
    assert (noted.resource, noted.role) == ("Download fakta", "attachment")
    assert noted.change.facets[0].kind is FacetKind.NUMBER


def test_page_and_attachment_changed_together_are_one_update(watcher: Watcher) -> None:
    with_facts(watcher).serve(page(*SHARPENED, links=[LINK]))
    watcher.serve(facts("I området bor 1.300 mennesker."), DOCX, FACTS)
    watcher.visit()
    assert len(one(watcher).changes) == 2
    assert len(one(watcher).proofs) == 2


def test_the_same_change_in_two_editions_is_told_once(watcher: Watcher) -> None:
    edition = "# Fælles anbefalinger\n\n" + "\n".join(f"{n}. {text}" for n, text in enumerate(BASE, 1))
    watcher.serve(page(*BASE, links=[LINK]))
    watcher.serve(docx_from_markdown(edition), DOCX, FACTS)
    known(watcher).serve(page(*SHARPENED, links=[LINK]))
    watcher.serve(docx_from_markdown(edition.replace(BASE[0], SHARPENED[0])), DOCX, FACTS)
    watcher.visit()
    (noted,) = one(watcher).changes
    assert noted.role == "page"
    assert noted.also_in == ("Download fakta",)


def in_editions(watcher: Watcher) -> Watcher:
    """A page and two editions of it that are known: a Word document and a PDF."""
    serve_editions(watcher, BASE, BASE, BASE)
    return known(watcher)


def serve_editions(watcher: Watcher, on_page: Texts, in_word: Texts, in_pdf: Texts) -> None:
    def lines(texts: Texts) -> list[str]:
        return ["# Fælles anbefalinger", *(f"{n}. {text}" for n, text in enumerate(texts, 1))]

    watcher.serve(page(*on_page, links=[LINK, ("Download hæfte", "/haefte.pdf")]))
    watcher.serve(as_docx(lines(in_word)), DOCX, FACTS)
    watcher.serve(as_pdf(lines(in_pdf)), "application/pdf", "https://kilde.example/haefte.pdf")


def test_the_same_change_on_the_page_in_word_and_in_pdf_is_told_once(watcher: Watcher) -> None:
    serve_editions(in_editions(watcher), SHARPENED, SHARPENED, SHARPENED)
    watcher.visit()

    update = one(watcher)

    assert [noted.also_in for noted in update.changes] == [("Download fakta", "Download hæfte")]
    assert update.texts["da"].title.count("skærpet") == 1
    assert watcher.visit().outcome == "drop"


def test_an_edition_that_follows_a_day_later_is_no_news(watcher: Watcher) -> None:
    serve_editions(in_editions(watcher), SHARPENED, BASE, SHARPENED)
    watcher.day()
    assert one(watcher).significance is Significance.SUBSTANTIVE

    serve_editions(watcher, SHARPENED, SHARPENED, SHARPENED)
    watcher.day()

    late, first = watcher.updates()
    assert late.significance is Significance.EDITORIAL
    assert [noted.told_before for noted in late.changes] == [True]
    assert late.texts["da"].title == "»Download fakta« er bragt ajour med ændringer, der er omtalt tidligere"
    assert not any(noted.told_before for noted in first.changes)


def test_what_else_is_new_in_an_edition_that_follows_is_news(watcher: Watcher) -> None:
    serve_editions(in_editions(watcher), SHARPENED, BASE, BASE)
    watcher.day()
    more = (*SHARPENED[:2], SHARPENED[2].replace("14 dage", "7 dage"))
    serve_editions(watcher, SHARPENED, more, BASE)
    watcher.day()

    update = watcher.updates()[0]

    assert update.significance is Significance.SUBSTANTIVE
    assert [noted.told_before for noted in update.changes] == [True, False]
    assert "7 dage" in update.texts["da"].title


def test_what_was_taken_back_and_comes_again_is_news(watcher: Watcher) -> None:
    serve_editions(in_editions(watcher), SHARPENED, BASE, BASE)
    watcher.day()
    serve_editions(watcher, BASE, BASE, BASE)
    watcher.day()
    serve_editions(watcher, BASE, SHARPENED, BASE)
    watcher.day()

    assert [update.significance for update in watcher.updates()] == [Significance.SUBSTANTIVE] * 3


def test_an_attachment_exported_again_under_another_name_is_nothing(watcher: Watcher) -> None:
    with_facts(watcher).serve(page(*BASE, links=[("Download fakta", "/fakta-2.docx")]))
    watcher.serve(facts() + b"", DOCX, "https://kilde.example/fakta-2.docx")
    assert watcher.visit().outcome == "drop"
    assert watcher.updates() == []


def test_a_link_in_the_text_that_follows_its_file_is_nothing_either(watcher: Watcher) -> None:
    text = 'Læs mere i <a href="{}">faktaarket om området</a>, før I går i gang.'
    watcher.serve(page(*BASE, text.format("/fakta.docx"), links=[LINK]))
    watcher.serve(facts(), DOCX, FACTS)
    known(watcher).serve(
        page(*BASE, text.format("/fakta-2.docx"), links=[("Download fakta", "/fakta-2.docx")])
    )
    watcher.serve(facts(), DOCX, "https://kilde.example/fakta-2.docx")
    assert watcher.visit().outcome == "drop"
    assert watcher.visit().outcome == "drop"


def test_an_attachment_replaced_under_another_name_is_a_change_in_it(watcher: Watcher) -> None:
    with_facts(watcher).serve(page(*BASE, links=[("Download fakta", "/fakta-2.docx")]))
    watcher.serve(facts("I området bor 1.300 mennesker."), DOCX, "https://kilde.example/fakta-2.docx")
    watcher.visit()
    (noted,) = one(watcher).changes
    assert noted.change.kind is ChangeKind.REWORDED


def test_another_name_and_another_label_are_found_by_the_text(watcher: Watcher) -> None:
    links = [LINK, ("Download rapport", "/rapport.docx")]
    report = facts("Rapporten handler om noget helt andet, nemlig trafik og støj ved skolerne.")
    watcher.serve(page(*BASE, links=links))
    watcher.serve(facts(), DOCX, FACTS)
    watcher.serve(report, DOCX, "https://kilde.example/rapport.docx")
    known(watcher)
    watcher.serve(page(*BASE, links=[("Bilag A", "/a.docx"), ("Bilag B", "/b.docx")]))
    watcher.serve(report, DOCX, "https://kilde.example/a.docx")
    watcher.serve(facts(), DOCX, "https://kilde.example/b.docx")
    assert watcher.visit().outcome == "drop"
    assert watcher.visit().outcome == "drop"


def test_a_new_attachment_of_a_known_document_is_added(watcher: Watcher) -> None:
    known(watcher).serve(page(*BASE, links=[LINK]))
    watcher.serve(facts(), DOCX, FACTS)
    watcher.visit()
    (noted,) = one(watcher).changes
    assert noted.change.kind is ChangeKind.ADDED
    assert noted.change.facets[0].kind is FacetKind.ATTACHMENT


def test_an_attachment_that_is_no_longer_linked_is_removed_and_told_once(watcher: Watcher) -> None:
    with_facts(watcher).serve(page(*BASE))
    watcher.visit()
    watcher.visit()
    (noted,) = one(watcher).changes
    assert noted.change.kind is ChangeKind.REMOVED


def test_a_new_attachment_that_cannot_be_fetched_yet_is_waited_for(watcher: Watcher) -> None:
    known(watcher).serve(page(*SHARPENED, links=[LINK]))
    watcher.serve(facts(), DOCX, FACTS)
    watcher.web.down[FACTS] = FetchReason.TIMEOUT
    assert watcher.visit().outcome == "doubt"
    assert watcher.updates() == []
    watcher.web.down.clear()
    assert watcher.visit().outcome == "announce"
    assert {noted.change.kind for noted in one(watcher).changes} == {ChangeKind.REWORDED, ChangeKind.ADDED}


def test_but_not_for_ever(watcher: Watcher) -> None:
    known(watcher).serve(page(*SHARPENED, links=[LINK]))
    watcher.web.down[FACTS] = FetchReason.TIMEOUT
    assert [watcher.visit().outcome for _ in range(2)] == ["doubt", "announce"]


def test_a_link_that_only_looks_like_a_download_is_left_alone(watcher: Watcher) -> None:
    landing = "https://kilde.example/hent"
    watcher.serve(page(*BASE, links=[("Download bilag", "/hent")]))
    watcher.serve(page("Vælg et bilag på listen."), HTML, landing)
    known(watcher)
    assert watcher.problem == ""
    watcher.serve(page("Vælg et andet bilag på listen."), HTML, landing)
    assert watcher.visit().outcome == "drop"
    watcher.serve(page(*SHARPENED, links=[("Download bilag", "/hent"), ("Download mere", "/mere")]))
    watcher.serve(page("Endnu en liste."), HTML, "https://kilde.example/mere")
    assert watcher.visit().outcome == "announce"


def test_a_login_page_in_place_of_a_file_leaves_the_file_as_it_was(watcher: Watcher) -> None:
    with_facts(watcher).serve(page("Log ind for at hente filen."), HTML, FACTS)
    assert watcher.visit().outcome == "drop"
    assert "web page" in watcher.problem
    watcher.serve(facts(), DOCX, FACTS)
    assert watcher.visit().outcome == "drop"
    assert watcher.problem == ""
    assert watcher.updates() == []


def test_an_unreadable_attachment_whose_bytes_changed_is_held(watcher: Watcher) -> None:
    odt = "https://kilde.example/bilag.odt"
    watcher.serve(page(*BASE, links=[("Download bilag", "/bilag.odt")]))
    watcher.serve(b"PK\x03\x04 old", ODT, odt)
    known(watcher)
    assert "bilag" in watcher.problem
    assert watcher.visit().outcome == "drop"
    watcher.serve(b"PK\x03\x04 new", ODT, odt)
    assert watcher.visit().outcome == "hold"
    (held,) = watcher.store.archive.waiting()
    assert held.significance is Significance.SUBSTANTIVE
    assert watcher.updates() == []
    assert watcher.store.updates.dismiss(held.id, "me", watcher.now)
    assert watcher.visit().outcome == "drop"


# --- review -------------------------------------------------------------------------------------------


@pytest.fixture
def reviewed(tmp_path: Path) -> Watcher:
    watcher = known(Watcher(tmp_path, review=True))
    watcher.serve(page(*SHARPENED))
    watcher.visit()
    return watcher


def test_a_reviewed_source_holds_and_further_visits_leave_it_alone(reviewed: Watcher) -> None:
    (held,) = reviewed.store.archive.waiting()
    assert reviewed.updates() == []
    assert reviewed.visit().outcome == "drop"
    assert reviewed.store.archive.waiting() == [held]


def test_a_further_change_is_held_with_the_first_under_the_same_id(reviewed: Watcher) -> None:
    (held,) = reviewed.store.archive.waiting()
    reviewed.serve(page(*SHARPENED[:2], BASE[2].replace("14 dage", "7 dage")))
    reviewed.visit()
    (again,) = reviewed.store.archive.waiting()
    assert again.id == held.id
    assert len(again.changes) == 2


def test_a_revert_makes_it_moot(reviewed: Watcher) -> None:
    reviewed.serve(page(*BASE))
    reviewed.visit()
    assert reviewed.store.archive.waiting() == []
    assert reviewed.updates() == []


def test_noise_around_a_held_update_does_not_void_what_was_decided(reviewed: Watcher) -> None:
    (held,) = reviewed.store.archive.waiting()
    reviewed.store.updates.approve(held.id, [], "me", reviewed.now)
    reviewed.serve(page(*SHARPENED, date="1. marts 2018"))
    reviewed.visit()
    (still,) = reviewed.store.archive.waiting()
    assert still.state is UpdateState.APPROVED


def test_after_a_dismissal_only_what_is_new_is_told(reviewed: Watcher) -> None:
    (held,) = reviewed.store.archive.waiting()
    assert reviewed.store.updates.dismiss(held.id, "me", reviewed.now)
    reviewed.serve(page(*SHARPENED[:2], BASE[2].replace("14 dage", "7 dage")))
    reviewed.visit()
    (new,) = reviewed.store.archive.waiting()
    assert new.id != held.id
    assert len(new.changes) == 1


# --- another way of reading, another kind of source ---------------------------------------------------


def test_other_options_read_the_kept_bytes_again_and_announce_nothing(watcher: Watcher) -> None:
    known(watcher)
    watcher.options = ReadOptions(ignore=("h1",))
    watcher.serve(page(*BASE, date="1. maj 2018"))
    assert watcher.visit().outcome == "drop"
    watcher.serve(page(*SHARPENED))
    assert watcher.visit().outcome == "announce"
    assert len(one(watcher).changes) == 1


def test_a_selector_that_finds_nothing_is_told_and_announces_nothing(watcher: Watcher) -> None:
    known(watcher)
    watcher.options = ReadOptions(select=("#gone",))
    watcher.serve(page(*SHARPENED))
    assert watcher.visit().outcome == "failed"
    assert "#gone" in watcher.problem
    assert watcher.updates() == []


def test_a_document_found_later_is_news(watcher: Watcher) -> None:
    known(watcher)
    second = "https://kilde.example/anden"
    watcher.web.documents.append(second)
    watcher.serve(page(*BASE), HTML, second)
    service = watcher.check
    watcher.now += timedelta(hours=7)
    service.find(watcher.now, ["kilde"])
    while claims := service.claim(watcher.now, limit=5):  # one document a host at a time
        for claim in claims:
            service.visit(claim, watcher.now)
    (update,) = watcher.updates()
    assert update.document_url == second
    assert update.changes[0].change.kind is ChangeKind.ADDED
