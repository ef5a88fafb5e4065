"""Every failure class of page watchers, under its name, as scripted days.

F: an alarm about nothing. M: a change that is missed. D: a change that is lost or told twice on its way.
What is tested in depth elsewhere is asserted here all the same: the list is to be whole.
"""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from pathlib import Path

import pytest

from syndicate.domain import composing
from syndicate.domain.errors import FetchReason, SyndicateError
from syndicate.domain.model import Account, ChangeKind, DeliveryState, EditOp, Update
from syndicate.domain.scheduling import FULL_EVERY
from syndicate.fetching.client import GuardedFetcher
from syndicate.parsers import html
from syndicate.parsers.html import VERSION
from syndicate.parsers.html.edges import join_numbers
from syndicate.ports import Access, ReadOptions, Retrieved
from syndicate.services.deliver import DeliverService
from syndicate.services.expand import Destination
from syndicate.sources.page import Config as PageConfig
from syndicate.sources.page import Page
from tests.data.sample.docx import docx_from_markdown
from tests.fakes import DOWN, FakeChannel
from tests.integration.test_services_alerts import LOGIN, WALL, Alerted, text
from tests.pdf_writer import set_lines, write_pdf
from tests.servers import ScriptedServer
from tests.servers import page as answer
from tests.storing import planned
from tests.watching import BASE, DOCX, HTML, PAGE, SHARPENED, Watcher, page

PDF = "application/pdf"


@pytest.fixture
def watcher(tmp_path: Path) -> Watcher:
    """After the first reading of the page."""
    watcher = Watcher(tmp_path)
    watcher.day()
    return watcher


def one(watcher: Watcher) -> Update:
    (update,) = watcher.updates()
    return update


def quiet_days(watcher: Watcher, *bodies: bytes) -> None:
    """A day for each body, and nothing to tell on any."""
    for body in bodies:
        watcher.serve(body)
        watcher.day()
        assert watcher.updates() == []
        assert watcher.store.archive.waiting() == []


def around(before: str = "", after: str = "", *texts: str) -> bytes:
    """The page with something of its frame before and after the text."""
    body = page(*(texts or BASE)).decode()
    return body.replace("<main>", f"{before}<main>").replace("</main>", f"</main>{after}").encode()


# --- F: alarms about nothing --------------------------------------------------------------------------


def test_F1_a_timestamp_or_a_nonce_in_each_response(watcher: Watcher) -> None:
    quiet_days(
        watcher,
        *(
            around(
                f'<form><input type="hidden" name="nonce" value="{n * 7919:x}"></form>',
                f"<footer>Vist {n} gange. Siden er dannet kl. 12.0{n}.</footer>",
            )
            for n in range(6)
        ),
    )


def test_F1_the_same_in_the_midst_of_the_text(watcher: Watcher) -> None:
    for n in range(6):
        stamps = f"""<p>Siden er vist {n * 17} gange</p><p>Opdateret for {n + 2} timer siden</p>
        <p>Senest opdateret: {n + 1}. maj 2018 kl. 12.0{n}</p><p>Udskrevet {n + 1}. maj 2018</p>"""
        quiet_days(watcher, page(*BASE).replace(b"<h2>", f"{stamps}<h2>".encode()))
    watcher.serve(page(*BASE).replace(b"<h2>", "<p>Gælder fra 1. maj 2018</p><h2>".encode()))
    watcher.day()
    assert [noted.change.after for noted in one(watcher).changes] == ["Gælder fra 1. maj 2018"]


def test_F1_a_date_that_a_text_gives_is_no_stamp(watcher: Watcher) -> None:
    for day in (1, 8):
        frist = f"<p>Sidste dato: {day}. maj 2018</p><h2>"
        watcher.serve(page(*BASE).replace(b"<h2>", frist.encode()))
        watcher.day()
    moved, added = watcher.updates()
    assert [noted.change.kind for noted in added.changes] == [ChangeKind.ADDED]
    assert [(noted.change.before, noted.change.after) for noted in moved.changes] == [
        ("Sidste dato: 1. maj 2018", "Sidste dato: 8. maj 2018")
    ]


def test_F1_a_counter_that_no_word_names_is_learnt(watcher: Watcher) -> None:
    numbers = (117, 123, 131, 146, 158, 163, 171, 184)
    told = []
    for number in numbers:
        count = f"<p>Indtil nu har {number} skrevet under</p><h2>"
        watcher.serve(page(*BASE).replace(b"<h2>", count.encode()))
        watcher.day()
        told.append(len(watcher.updates()))
    assert told[-1] == told[2] == 3  # three readings show that it counts


def test_F1_what_is_not_told_is_explained_with_its_reason(watcher: Watcher) -> None:
    body = page(*BASE).replace(b"</ol>", "</ol><p>Log ind</p><p>Læsetid: 4 min.</p>".encode())
    watcher.serve(body)
    (report,) = watcher.day()
    untold = [step for step in report.steps if "not told" in step]
    assert [step.partition("not told, ")[2] for step in untold] == [
        "the caption of a button or link: 'Log ind'",
        "a counter or a time to read: 'Læsetid: 4 min.'",
    ]
    assert watcher.updates() == []


def test_F2_the_same_items_in_another_order_are_moved_at_most(watcher: Watcher) -> None:
    watcher.serve(page(BASE[2], BASE[0], BASE[1]))
    watcher.day()
    kinds = {noted.change.kind for update in watcher.updates() for noted in update.changes}
    assert kinds <= {ChangeKind.MOVED, ChangeKind.RENUMBERED}


def test_F3_content_that_goes_blank_and_comes_back(tmp_path: Path) -> None:
    watcher = Alerted(tmp_path)
    watcher.day()
    quiet_days(watcher, b"<html><body></body></html>")
    assert watcher.mails() == []
    quiet_days(watcher, b"<html><body><p> </p></body></html>")
    (mail,) = watcher.mails()  # it lasts: the operator is told
    assert "no words" in text(mail) or "no text" in text(mail)
    quiet_days(watcher, page(*BASE))
    (mail,) = watcher.mails()
    assert mail["Subject"].startswith("Virker igen")


def test_F4_ignore_comes_before_select_whatever_their_order(watcher: Watcher) -> None:
    first = ReadOptions(select=("main",), ignore=("li",))
    body = page(*BASE)
    read = watcher.reader.read(body, media_type=HTML, url=PAGE, options=first)
    assert BASE[0] not in read.text
    second = ReadOptions(select=("li",), ignore=("ol",))  # what is cut away cannot be selected any more
    with pytest.raises(SyndicateError):
        watcher.reader.read(body, media_type=HTML, url=PAGE, options=second)


def test_F5_a_bad_response_that_reverts_on_the_next_run(watcher: Watcher) -> None:
    watcher.web.once[PAGE] = page(*SHARPENED)
    (report,) = watcher.day()
    assert report.outcome == "doubt"
    quiet_days(watcher, page(*BASE), page(*BASE))
    assert watcher.store.archive.waiting() == []


def test_F5_and_a_change_that_is_confirmed_is_not_held_back(watcher: Watcher) -> None:
    watcher.serve(page(*SHARPENED))
    (report,) = watcher.day()
    assert report.outcome == "announce"
    assert watcher.web.asked[-2:] == [PAGE, PAGE]
    assert any("asked once more: the same" in step for step in report.steps)


def test_F5_what_two_answers_agree_about_only_in_part_is_not_told_in_part(watcher: Watcher) -> None:
    """Told in part, the other part would be lost, or be told as undone without ever having been told."""
    both = (SHARPENED[0], BASE[1].replace("10 timer", "12 timer"), BASE[2])
    watcher.web.once[PAGE] = page(*both)
    watcher.serve(page(*SHARPENED))
    (report,) = watcher.day()
    assert report.outcome == "doubt"
    watcher.serve(page(*both))
    (report,) = watcher.day()
    assert report.outcome == "announce"
    (update,) = watcher.updates()
    assert [noted.change.number for noted in update.changes] == ["1", "2"]


def test_F5_what_never_settles_waits_for_a_person_and_is_not_lost(watcher: Watcher) -> None:
    outcomes = []
    for n in range(3):
        watcher.web.once[PAGE] = page(BASE[0].replace("3.", f"{5 + n}."), *BASE[1:])
        watcher.serve(page(BASE[0].replace("3.", f"{11 + n}."), *BASE[1:]))
        outcomes.append(watcher.visit().outcome)
    assert outcomes[0] == "doubt"
    assert "hold" in outcomes
    assert watcher.updates() == []
    assert len(watcher.store.archive.waiting()) == 1


BUSY = b"<html><body><h1>Der opstod en fejl</h1><p>Serveren er optaget.</p></body></html>"


@pytest.mark.parametrize("wall", [WALL, LOGIN, BUSY], ids=["bot wall", "login", "busy"])
def test_F6_a_wall_with_status_200(tmp_path: Path, wall: bytes) -> None:
    watcher = Alerted(tmp_path)
    watcher.day()
    quiet_days(watcher, wall, wall)
    assert len(watcher.mails()) == 1
    quiet_days(watcher, page(*BASE))
    watcher.serve(wall)
    watcher.day()
    watcher.serve(page(*SHARPENED))
    watcher.day()
    (noted,) = one(watcher).changes  # compared with the text before the wall
    assert noted.change.before == BASE[0]


def test_F7_the_same_content_is_one_event(watcher: Watcher) -> None:
    watcher.serve(page(*SHARPENED))
    watcher.day()
    for n in range(5):
        watcher.serve(page(*SHARPENED, date=f"{n + 1}. maj 2018"))
        watcher.day()
    one(watcher)


def test_F8_a_PDF_exported_anew_with_the_same_text(watcher: Watcher) -> None:
    link = [("Download rapport", "/rapport.pdf")]
    url = "https://kilde.example/rapport.pdf"
    lines = ["Rapport om boligområder", "", BASE[0], BASE[1]]
    watcher.serve(page(*BASE, links=link))
    watcher.serve(write_pdf([set_lines(lines)]), PDF, url)
    watcher.day()
    told = len(watcher.updates())
    watcher.serve(write_pdf([set_lines(lines)], stamp="20250101000000"), PDF, url)
    (report,) = watcher.day()
    assert any("new bytes" in step for step in report.steps)
    assert len(watcher.updates()) == told


def test_F9_one_digit_in_a_page_on_one_line(watcher: Watcher) -> None:
    line = page(*BASE).replace(b"\n", b" ")
    quiet_days(watcher, line)
    watcher.serve(line.replace(b"14 dage", b"7 dage"))
    watcher.day()
    (noted,) = one(watcher).changes
    edited = [edit.text.strip() for edit in noted.change.edits if edit.op is not EditOp.EQUAL]
    assert edited == ["14", "7"]


@pytest.mark.parametrize("reason", [FetchReason.NOT_FOUND, FetchReason.STATUS], ids=["404", "500"])
def test_F10_an_error_is_an_error_whatever_its_body_says(watcher: Watcher, reason: FetchReason) -> None:
    watcher.web.down[PAGE] = reason
    for _ in range(3):
        (report,) = watcher.day()
        assert report.outcome == "failed"
    assert watcher.updates() == []


@pytest.mark.parametrize("status", [404, 500, 503])
def test_F10_the_body_of_an_error_is_never_content(tmp_path: Path, status: int) -> None:
    """From a real server, by the client that fetches."""
    watcher = Watcher(tmp_path)
    with ScriptedServer() as server, _fetcher() as fetcher:
        url = server.url("/side")
        watcher.web = Page(PageConfig(url=url), fetcher, Access(allow_private=True))  # type: ignore[assignment]
        server.at("/side", answer(page(*BASE).decode()))
        watcher.day()
        server.at("/side", answer(page(*SHARPENED).decode(), status=status))
        for _ in range(3):
            assert "failed" in {report.outcome for report in watcher.day()}
        assert watcher.updates() == watcher.store.archive.waiting() == []
        server.at("/side", answer(page(*SHARPENED).decode()))
        watcher.day()
        one(watcher)


def _fetcher() -> GuardedFetcher:
    return GuardedFetcher("mailto:drift@example.org", timedelta(0), 10.0, 1 << 20, "1.0")


def test_F11_a_DOCX_is_read_as_text_and_what_cannot_be_read_is_held(watcher: Watcher) -> None:
    url = "https://kilde.example/fakta.docx"
    watcher.serve(page(*BASE, links=[("Download fakta", "/fakta.docx")]))
    watcher.serve(docx_from_markdown("# Fakta\n\nDer bor 1.200 mennesker i området."), DOCX, url)
    watcher.day()
    told = len(watcher.updates())
    watcher.serve(docx_from_markdown("# Fakta\n\nDer bor 1.300 mennesker i området."), DOCX, url)
    watcher.day()
    newest, *_ = watcher.updates()
    assert len(watcher.updates()) == told + 1
    assert newest.changes[0].change.before == "Der bor 1.200 mennesker i området."
    watcher.serve(b"PK\x03\x04 no longer a document", DOCX, url)
    watcher.day()
    assert len(watcher.store.archive.waiting()) == 1
    assert "Download fakta" in watcher.problem


def test_F12_menu_banner_languages_and_notices_around_the_text(watcher: Watcher) -> None:
    quiet_days(
        watcher,
        around('<div class="cookie-banner" role="dialog"><p>Vi bruger cookies. Accepter alle.</p></div>'),
        around('<aside class="banner"><p>Søger du bolig? <a href="/bolig">Klik her</a></p></aside>'),
        around('<nav><ul><li><a href="/en">English</a></li><li><a href="/de">Deutsch</a></li></ul></nav>'),
        around("", '<div class="related"><h2>Læs også</h2><ul><li><a href="/x">Nyt om X</a></li></ul></div>'),
    )


def test_F12_a_line_about_new_terms_and_another_chapter_of_a_shared_page(watcher: Watcher) -> None:
    watcher.options = ReadOptions(select=("main",))
    other = "<section><h2>Om os</h2><p>Foreningen har {} medlemmer og bor i byens hus.</p></section>"
    watcher.serve(around("", other.format("1.200")))
    watcher.day()
    told = len(watcher.updates())
    for body in (
        around("", other.format("1.300")),
        around("<p>Vi har opdateret vores privatlivspolitik. Læs den her.</p>", other.format("1.300")),
    ):
        watcher.serve(body)
        watcher.day()
    assert len(watcher.updates()) == told


def test_F13_a_parser_that_reads_otherwise_is_a_new_baseline(
    watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new reader leaves out a paragraph: nobody removed it."""
    monkeypatch.setattr(html, "VERSION", VERSION + 1)
    monkeypatch.setattr(html, "join_numbers", lambda blocks: [blocks[0], *join_numbers(blocks[2:])])
    quiet_days(watcher, page(*BASE, date="1. maj 2018"))
    watcher.serve(page(*SHARPENED))
    watcher.day()
    (noted,) = one(watcher).changes
    assert (noted.change.before, noted.change.after) == (BASE[0], SHARPENED[0])


def test_F13_a_new_parser_version_is_a_new_baseline(
    watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicate.parsers.html.VERSION", VERSION + 1)
    quiet_days(watcher, page(*BASE, date="1. maj 2018"))
    watcher.serve(page(*SHARPENED))
    watcher.day()
    assert len(one(watcher).changes) == 1


def test_F14_another_charset_another_normal_form_soft_hyphens_and_white_space(watcher: Watcher) -> None:
    body = page(*BASE).decode()
    watcher.serve(body.encode("cp1252"), "text/html; charset=windows-1252")
    watcher.day()
    assert watcher.updates() == []
    quiet_days(
        watcher,
        unicodedata.normalize("NFD", body).encode(),
        body.replace("helbredssamtale", "helbreds\u00adsam\u00adtale").encode(),
        body.replace(" senest ", "\u00a0\n   senest\t").encode(),
    )


# --- M: changes that are missed -----------------------------------------------------------------------


def test_M1_a_304_that_lies_is_seen_through(watcher: Watcher) -> None:
    watcher.serve(page(*SHARPENED))
    watcher.web.only_304 = True  # the file's time is older than our last visit
    visits = 0
    while not watcher.updates() and visits <= FULL_EVERY + 1:
        watcher.day(hours=1)
        visits += 1
    one(watcher)
    assert visits > 1


def test_M1_and_after_days_however_few_the_visits(watcher: Watcher) -> None:
    watcher.serve(page(*SHARPENED))
    watcher.web.only_304 = True
    watcher.day()
    assert watcher.updates() == []
    watcher.day(hours=72)
    one(watcher)


def test_M1_the_validators_are_the_servers_own_and_only_for_the_address_that_gave_them(
    watcher: Watcher,
) -> None:
    answer = watcher.web.retrieve(PAGE, None, watcher.now)
    assert isinstance(answer, Retrieved)
    (claim,) = watcher.check.claim(watcher.now + timedelta(days=1), limit=1)
    assert claim.resources[0].validators == answer.validators


def test_M2_there_and_back_are_two_events(watcher: Watcher) -> None:
    for texts in (SHARPENED, BASE):
        watcher.serve(page(*texts))
        watcher.day()
        watcher.day()
    back, there = watcher.updates()
    assert back.previous == there.id


def test_M2_a_text_that_flickers_in_single_answers_is_no_event(watcher: Watcher) -> None:
    outcomes = []
    for first in (SHARPENED, BASE, SHARPENED, SHARPENED, BASE, BASE):
        watcher.web.once[PAGE] = page(*first)
        outcomes += [report.outcome for report in watcher.day()]
    assert outcomes == ["doubt", "drop", "doubt", "hold", "drop", "drop"]
    assert watcher.updates() == watcher.store.archive.waiting() == []


TEASER = "<p>Mød vores frivillige i byens hus og hør om deres arbejde.</p><h2>"


def days_with_and_without(watcher: Watcher, *, days: int) -> list[int]:
    """A block comes and goes, so many days apart; how many updates there are after each time."""
    with_block = page(*BASE).replace(b"<h2>", TEASER.encode())
    told = []
    for body in (with_block, page(*BASE)) * 4:
        watcher.serve(body)
        watcher.day(hours=24 * days)
        told.append(len(watcher.updates()))
    return told


def test_M2_what_comes_and_goes_day_by_day_is_soon_no_event(watcher: Watcher) -> None:
    told = days_with_and_without(watcher, days=1)
    assert told[-1] == told[2] <= 3


def test_M2_what_stayed_for_weeks_is_an_event_each_time(watcher: Watcher) -> None:
    assert days_with_and_without(watcher, days=45) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_a_drift_in_small_steps_is_held_against_what_readers_were_told(watcher: Watcher) -> None:
    """What was passed over does not move the base: the sum of the steps is seen, quoted as it was told."""
    steps = [BASE[1], BASE[1].replace("mindst", "»mindst«"), BASE[1].replace("mindst", "»mindst« –")]
    quiet_days(watcher, *(page(BASE[0], text, BASE[2]) for text in steps))
    (claim,) = watcher.check.claim(watcher.now + timedelta(days=1), limit=1)
    watcher.check.give_up(claim)
    (main,) = claim.resources
    assert main.base_version != main.head_version
    watcher.serve(page(BASE[0], steps[-1].replace("10 timer", "8 timer"), BASE[2]))
    watcher.day()
    (noted,) = one(watcher).changes
    assert noted.change.before == BASE[1]


def test_M3_a_selector_that_stops_matching(tmp_path: Path) -> None:
    watcher = Alerted(tmp_path)
    watcher.options = ReadOptions(select=("main",))
    watcher.day()
    redesigned = page(*SHARPENED).replace(b"<main>", b'<div id="indhold">').replace(b"</main>", b"</div>")
    quiet_days(watcher, redesigned, redesigned)
    (mail,) = watcher.mails()
    assert "select = main" in " ".join(text(mail).split())
    watcher.options = ReadOptions(select=("#indhold",))
    watcher.day()
    assert watcher.problem == ""


def test_M4_what_is_cut_away_is_bound_to_its_element(watcher: Watcher) -> None:
    watcher.options = ReadOptions(ignore=(".tal",))
    body = page(*BASE, 'Prisen er <span class="tal">100</span> kr. og stiger ikke.')
    watcher.serve(body)
    watcher.day()
    told = len(watcher.updates())
    watcher.serve(body.replace(b">100<", b">200<"))
    watcher.day()
    assert len(watcher.updates()) == told
    watcher.serve(body.replace(b"stiger ikke", b"stiger"))
    watcher.day()
    assert len(watcher.updates()) == told + 1


def test_M5_a_recommendation_removed_and_added_again(watcher: Watcher) -> None:
    for texts in (BASE[:2], BASE):
        watcher.serve(page(*texts))
        watcher.day()
    added, removed = watcher.updates()
    assert ChangeKind.REMOVED in {noted.change.kind for noted in removed.changes}
    assert ChangeKind.ADDED in {noted.change.kind for noted in added.changes}


def test_M6_a_page_that_moved_is_the_same_document_and_the_operator_knows(tmp_path: Path) -> None:
    watcher = Alerted(tmp_path)
    watcher.day()
    new = "https://kilde.example/ny"
    watcher.serve(page(*BASE), address=new)
    watcher.web.moved[PAGE] = new
    watcher.day()
    assert watcher.updates() == []
    (mail,) = watcher.mails()
    assert new in text(mail)
    del watcher.web.moved[PAGE]
    watcher.web.down[PAGE] = FetchReason.NOT_FOUND
    watcher.serve(page(*SHARPENED), address=new)
    watcher.day()
    assert one(watcher).document_id == 1


def test_M7_a_list_of_pages_that_shrinks_is_told_and_takes_nothing_away(tmp_path: Path) -> None:
    watcher = Alerted(tmp_path)
    watcher.web.lists_all = True
    watcher.web.documents = [f"{PAGE}{n}" for n in range(4)]
    for url in watcher.web.documents:
        watcher.serve(page(*BASE), HTML, url)
    watcher.day()
    del watcher.web.documents[1:]
    for _ in range(3):
        watcher.day()
    assert watcher.updates() == []
    assert len(watcher.store.archive.status(watcher.now).documents) == 4
    assert "leaves out 3 of 4" in " ".join(" ".join(map(text, watcher.mails())).split())


def test_M7_a_source_out_of_the_configuration_keeps_its_archive(watcher: Watcher) -> None:
    watcher.store.watch.sync_sources([], watcher.now)
    (document,) = watcher.store.archive.status(watcher.now).documents
    assert not document.active
    assert watcher.store.archive.document(document.id) is not None


def test_M8_a_summary_says_nothing_that_neither_version_holds(watcher: Watcher) -> None:
    watcher.serve(page(*SHARPENED))
    watcher.day()
    said = one(watcher).text("da")
    quoted = [part.split("«")[0] for part in f"{said.title} {said.summary}".split("»")[1:]]
    known = " ".join((*BASE, *SHARPENED))
    assert quoted
    assert all(piece.strip(" …") in known for quote in quoted for piece in quote.split("…"))
    assert composing.note([]) == ()


# --- D: changes that are lost or told twice -----------------------------------------------------------


def test_D1_a_crash_between_fetching_and_telling_loses_nothing_and_tells_once(watcher: Watcher) -> None:
    watcher.serve(page(*SHARPENED))
    watcher.reader.crash_on = b"skal"
    with pytest.raises(KeyboardInterrupt):
        watcher.day()
    watcher.reader.crash_on = None
    watcher.web.only_304 = True
    watcher.store.watch.release_leases()
    watcher.day()
    watcher.day()
    one(watcher)


def test_D2_and_D3_what_must_be_told_is_a_row_before_anything_is_sent(watcher: Watcher) -> None:
    """How a refused or interrupted one is taken up again is in test_services_deliver."""
    watcher.serve(page(*SHARPENED))
    watcher.day()
    waiting = watcher.store.outbox.fan_outs(10)
    assert {(fan_out.update_id, fan_out.channel) for fan_out in waiting} == {
        (one(watcher).id, "email"),
        (one(watcher).id, "linkedin"),
    }


class Crash(BaseException):
    """The process ends here."""


def crash() -> None:
    raise Crash


def delivering(watcher: Watcher, channel: FakeChannel, boot: str) -> DeliverService:
    """As a process would have it that has just started; what is told was planned before."""
    fan_outs = [each for each in watcher.store.outbox.fan_outs(10) if each.channel == "linkedin"]
    for fan_out in fan_outs:
        planned_one = planned(1, fan_out.update_id, due_at=watcher.now)
        watcher.store.outbox.plan(fan_out, [planned_one], 0, True, watcher.now)
    destination = Destination(Account("li", "linkedin"), channel, True, False)
    return DeliverService(watcher.store.outbox, {"li": destination}, boot, lambda: watcher.now, lambda: 0.5)


def test_D2_a_refusal_during_the_report_is_made_good_once(watcher: Watcher) -> None:
    watcher.store.outbox.register_destinations({"li": ("linkedin", "f1")})
    watcher.serve(page(*SHARPENED))
    watcher.day()
    channel = FakeChannel(troubles=[DOWN])
    delivering(watcher, channel, "b1").deliver("li", watcher.now)
    assert channel.taken == []
    for n in range(3):  # the next runs are normal, and find nothing new on the page
        watcher.day()
        delivering(watcher, channel, f"b{n + 2}").deliver("li", watcher.now)
    assert len(channel.taken) == 1
    assert [view.state for view in watcher.store.outbox.deliveries()] == [DeliveryState.SENT]


def test_D3_what_is_queued_outlives_the_process(watcher: Watcher) -> None:
    watcher.store.outbox.register_destinations({"li": ("linkedin", "f1")})
    watcher.serve(page(*SHARPENED))
    watcher.day()
    channel = FakeChannel(troubles=[crash])
    with pytest.raises(Crash):
        delivering(watcher, channel, "b1").deliver("li", watcher.now)
    for n in range(4):
        watcher.day()
        service = delivering(watcher, channel, f"b{n + 2}")
        service.reclaim(watcher.now, alone=True)
        service.deliver("li", watcher.now)
    assert len(channel.taken) == 1
    assert [view.state for view in watcher.store.outbox.deliveries()] == [DeliveryState.SENT]


def test_D4_a_dead_host_delays_only_itself(watcher: Watcher) -> None:
    dead, alive = "https://doed.example/side", "https://levende.example/side"
    watcher.web.documents += [dead, alive]
    watcher.web.down[dead] = FetchReason.TIMEOUT
    watcher.serve(page(*BASE), HTML, alive)
    reports = {report.document: report for report in watcher.day()}
    assert [r.outcome for r in reports.values()].count("failed") == 1
    before = watcher.store.archive.status(watcher.now).documents
    waits = {each.url: each.next_visit for each in before}
    late, soon = waits[dead], waits[alive]
    assert late and soon and late > soon  # the dead one backs off, the others keep their pace


def test_D5_a_source_that_fails_for_a_week_is_one_alert_and_one_recovery(tmp_path: Path) -> None:
    watcher = Alerted(tmp_path)
    watcher.day()
    watcher.web.down[PAGE] = FetchReason.UNREACHABLE
    told = []
    for _ in range(7):
        watcher.day()
        told += watcher.mails()
    assert len(told) == 1
    watcher.web.down.clear()
    watcher.serve(page(*SHARPENED))
    watcher.day()
    (mail,) = watcher.mails()
    assert mail["Subject"].startswith("Virker igen")
    one(watcher)  # and what changed in between is told


# --- said, not silently watched as nothing ------------------------------------------------------------


def test_a_page_that_is_empty_without_javascript_is_said(tmp_path: Path) -> None:
    watcher = Watcher(tmp_path)
    empty = b'<html><body><div id="root"></div><script src="/app.js"></script></body></html>'
    for body in (empty, empty.replace(b"></div>", b"><p>Henter ...</p></div>")):
        watcher.serve(body)
        (report,) = watcher.day()
        assert report.outcome == "failed"
        assert watcher.problem.startswith("needs-javascript: ")
    watcher.serve(page(*BASE))
    watcher.day()
    assert watcher.problem == ""
    assert watcher.updates() == []
