"""Alerts on a real database: each trouble is told once, and once that it is over."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from syndicate.domain.errors import FetchReason
from syndicate.domain.model import DeliveryState, Subject
from syndicate.ports import ClaimedDelivery, ReadOptions
from syndicate.rendering import MailSettings
from syndicate.rendering.alerts import AlertMails
from syndicate.services.alerts import AlertService
from syndicate.storage.alerts import AlertRows
from tests.factories import site
from tests.storing import LEASE, planned
from tests.watching import BASE, PAGE, SHARPENED, Watcher, page

pytestmark = pytest.mark.usefixtures("any_database")

SETTINGS = MailSettings("Anbefalinger <nyt@example.org>", "", "example.org")
WALL = b"<html><body><h1>Just a moment</h1><p>Checking your browser before accessing.</p></body></html>"
LOGIN = b"""<html><body><h1>Log ind</h1><form><p>Log ind for at se siden.</p>
<label>Adgangskode</label></form></body></html>"""


class Alerted(Watcher):
    """A watcher with an operator."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        numbers = itertools.count(1)
        self.store.outbox.register_destinations({"email": ("email", "1"), "li": ("linkedin", "1")})
        self.ends: dict[str, datetime] = {}
        self.alerts = AlertService(
            AlertRows(self.store.database),
            AlertMails(site(), SETTINGS),
            "drift@example.org",
            lambda: self.ends,
            lambda digits: f"{next(numbers):0{digits}x}",
        )

    def mails(self) -> list[EmailMessage]:
        """What the operator gets now."""
        self.alerts.review(self.now)
        claimed = self.store.outbox.claim("email", self.now, LEASE, limit=9, boot="b")
        assert {delivery.target.address for delivery in claimed} <= {"drift@example.org"}
        return [_parsed(delivery) for delivery in claimed if delivery.kind is Subject.ALERT]


def _parsed(delivery: ClaimedDelivery) -> EmailMessage:
    mail = message_from_bytes(delivery.message.payload, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@pytest.fixture
def watcher(tmp_path: Path) -> Alerted:
    watcher = Alerted(tmp_path)
    watcher.day()
    assert watcher.mails() == []
    return watcher


def break_selector(watcher: Alerted) -> None:
    watcher.options = ReadOptions(select=("#gone",))
    watcher.serve(page(*BASE, date="1. maj 2018"))


def mend_selector(watcher: Alerted) -> None:
    watcher.options = ReadOptions()


def serving(body: bytes) -> Callable[[Alerted], None]:
    return lambda watcher: watcher.serve(body)


def failing(reason: FetchReason) -> Callable[[Alerted], None]:
    return lambda watcher: watcher.web.down.update({PAGE: reason})


TROUBLES = {
    "dead selector": (break_selector, "#gone"),
    "bot wall": (serving(WALL), "human"),
    "login page": (serving(LOGIN), "log in"),
    "empty page": (serving(b"<html><body></body></html>"), "no "),
    "shrunk text": (serving(page(BASE[0][:20])), "words are left"),
    "410": (failing(FetchReason.GONE), "cannot be had"),
    "a week without DNS": (failing(FetchReason.DNS), "cannot be had"),
}


@pytest.mark.parametrize(("begin", "words"), TROUBLES.values(), ids=TROUBLES.keys())
def test_a_trouble_is_told_once_and_its_end_once(
    watcher: Alerted, begin: Callable[[Alerted], None], words: str
) -> None:
    long = (*BASE, *(f"Trin {n}: Kommunen bør følge op på punkt {n} i planen." for n in range(20)))
    watcher.serve(page(*long))
    watcher.day()
    begin(watcher)
    watcher.day()
    assert watcher.mails() == []  # a single failed visit is nobody's business
    told = []
    for _ in range(7):
        watcher.day()
        told += watcher.mails()
    (mail,) = told
    assert mail["Subject"].startswith("Kræver et blik: kilde: ")
    assert words in " ".join(text(mail).split())
    mend_selector(watcher)
    watcher.web.down.clear()
    watcher.serve(page(*long))
    watcher.day()
    (mail,) = watcher.mails()
    assert mail["Subject"].startswith("Virker igen: kilde: ")
    watcher.day()
    assert watcher.mails() == []
    assert watcher.alerts.open() == []


def test_what_ends_within_the_grace_is_never_told(watcher: Alerted) -> None:
    watcher.web.down[PAGE] = FetchReason.TIMEOUT
    watcher.day(hours=0.5)
    watcher.mails()
    assert len(watcher.alerts.open()) == 1
    watcher.web.down.clear()
    watcher.day()
    assert watcher.mails() == []
    assert watcher.alerts.open() == []


def test_troubles_that_ripen_together_are_one_mail(watcher: Alerted) -> None:
    watcher.web.documents.append(f"{PAGE}2")
    watcher.web.down[PAGE] = FetchReason.DNS
    for _ in range(3):
        watcher.day()
    (mail,) = watcher.mails()
    assert mail["Subject"].endswith("(+1)")
    assert text(mail).count("* kilde") == 2


def test_another_charset_and_a_move_are_told_once_as_events(watcher: Alerted) -> None:
    watcher.serve(page(*SHARPENED).decode().encode("cp1252"), "text/html; charset=windows-1252")
    watcher.day()
    (mail,) = watcher.mails()
    assert "was utf-8 and is windows-1252 now" in " ".join(text(mail).split())
    watcher.serve(page(*SHARPENED), address="https://kilde.example/ny")
    watcher.web.moved[PAGE] = "https://kilde.example/ny"
    watcher.day()
    told = " ".join(text(mail) for mail in watcher.mails())
    assert "moved to https://kilde.example/ny" in " ".join(told.split())
    watcher.day()
    assert watcher.mails() == []


def test_a_certificate_is_told_two_weeks_before_its_end(watcher: Alerted) -> None:
    watcher.ends = {"kilde.example": watcher.now + timedelta(days=15)}
    assert watcher.mails() == []
    watcher.now += timedelta(days=2)
    (mail,) = watcher.mails()
    assert "kilde.example" in mail["Subject"]
    watcher.ends = {}  # a new process has seen no certificate yet
    assert watcher.mails() == []
    watcher.ends = {"kilde.example": watcher.now + timedelta(days=90)}
    (mail,) = watcher.mails()
    assert mail["Subject"] == "Virker igen: kilde.example"


def test_a_destination_that_waits_is_told_after_the_grace(watcher: Alerted) -> None:
    until = watcher.now + timedelta(hours=6)
    watcher.store.outbox.pause("li", until, "The token of li has expired.", 1)
    assert watcher.mails() == []
    watcher.now += timedelta(hours=2)
    (mail,) = watcher.mails()
    assert "token of li has expired" in text(mail)
    watcher.store.outbox.resume("li")
    (mail,) = watcher.mails()
    assert mail["Subject"] == "Virker igen: li"


def test_uncertain_deliveries_are_told(watcher: Alerted) -> None:
    watcher.serve(page(*SHARPENED))
    watcher.day()
    (update,) = watcher.updates()
    fan_out = watcher.store.fan_out("linkedin")
    watcher.store.outbox.plan(fan_out, [planned(77, update.id)], 0, True, watcher.now)
    with watcher.store.database.write() as connection:
        state = DeliveryState.UNCERTAIN.value
        connection.exec_driver_sql(f"UPDATE delivery SET state = '{state}' WHERE channel = 'linkedin'")
    watcher.mails()
    watcher.now += timedelta(hours=2)
    (mail,) = watcher.mails()
    assert "1 deliveries may have arrived" in " ".join(text(mail).split())


def test_a_source_whose_list_fails_is_told_by_its_own_name(watcher: Alerted) -> None:
    watcher.web.lost = True
    for _ in range(2):
        watcher.day()
        mails = watcher.mails()
    (mail,) = mails
    assert mail["Subject"] == "Kræver et blik: Kilden"


def test_without_an_address_nothing_is_mailed_and_everything_is_known(tmp_path: Path) -> None:
    watcher = Alerted(tmp_path)
    rows = AlertRows(watcher.store.database)
    alerts = AlertService(rows, None, "", dict, lambda digits: "0" * digits)
    watcher.web.down[PAGE] = FetchReason.GONE
    for _ in range(3):
        watcher.day()
        alerts.review(watcher.now)
    (alert,) = alerts.open()
    assert alert.kind == "gone"
    assert alert.told
    assert watcher.store.outbox.deliveries() == []


def test_a_foreign_title_cannot_add_headers(watcher: Alerted) -> None:
    hostile = page(*BASE).replace("Fælles anbefalinger".encode(), b"Nyt&#10;Bcc: all@example.org")
    watcher.serve(hostile)
    watcher.day()
    watcher.web.down[PAGE] = FetchReason.GONE
    for _ in range(3):
        watcher.day()
    (mail,) = watcher.mails()
    assert mail["Bcc"] is None
