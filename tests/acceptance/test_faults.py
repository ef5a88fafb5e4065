"""Networks and mail server on their bad days: a message arrives once, or the operator is told why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.processes import (
    NETWORKS,
    STOP_LIMIT,
    Installation,
    SamplePage,
    Sandbox,
    Service,
    copied_config,
    get,
    sandbox,
    until,
)

READERS = [f"laeser{n}@example.org" for n in range(24)]

BEFORE = {
    "x": ("500", "502_html", "duplicate"),
    "linkedin": ("timeout_before", "500", "502_html", "ghost_urn"),
    "facebook": ("500", "502_html", "scrape_failed"),
}
"""Instead of taking a post: one post each, from the second on."""
AFTER = {
    "x": ("timeout_after_success", "reset_after_success", "500_after_success", "half_body", "no_id"),
    "linkedin": ("reset_after_success", "500_after_success", "half_body", "no_id", "vanishing_post"),
    "facebook": ("timeout_after_success", "500_after_success", "half_body", "no_id", "vanishing_post"),
}
"""Once it was taken: the first by the first post, so that the longest wait begins at once."""
FOR_A_PERSON = {"x": 1, "linkedin": 1, "facebook": 1}
"""The posts that a network refuses for what they are: nobody else can know what to do."""

SMTP = (
    ("mute", 0),
    ("421_mail", 1),
    ("452_mail", 1),
    ("451_rcpt", 1),
    ("550_rcpt", 1),
    ("drop_before_dot", 2),
    ("451_dot", 2),
    ("drop_after_dot", 2),
    ("hang_after_dot", 2),
)
"""Faults, and how many are let through before each, so that one reader does not meet two."""
REFUSED, UNANSWERED = 1, 2
"""How many of them refuse a mail for good, and take it without a word."""

LASTING = {
    "x": ("expired_token", "permission", "usage_capped", "429"),
    "linkedin": ("expired_token", "permission", "sunset_version", "429"),
    "facebook": ("policy_block", "expired_token", "permission", "sunset_version"),
}
"""What keeps an account from posting until somebody does something, or for a quarter of an hour."""


@pytest.fixture(name="page")
def a_sample_page(tmp_path: Path) -> SamplePage:
    return SamplePage(copied_config(tmp_path) / "sample-site")


@pytest.fixture(name="box")
def a_sandbox_with_a_login(tmp_path: Path, page: SamplePage) -> Iterator[Sandbox]:
    with sandbox(tmp_path, page.folder, "--smtp-user", "post", "--smtp-password", "hemmeligt") as box:
        yield box


@pytest.fixture(name="house")
def an_installation(tmp_path: Path, box: Sandbox) -> Installation:
    house = Installation(tmp_path, box)
    house.set(
        'uncertain = "resend-once"',
        'uncertain = "resend-once"\nuser = "post"\npassword_env = "SMTP_PASSWORD"\n'
        "timeout = 2.0\nreceipt_timeout = 2.0",
    )
    house.environ["SMTP_PASSWORD"] = "hemmeligt"
    return house


def add_recommendation(page: SamplePage, number: int) -> None:
    """An edit of its own, so that no two posts say the same."""
    text = f"Kommunen bør holde et møde om emne {chr(65 + number)} for beboerne {number + 2} gange om året."
    page.edit("        </ol>", f"<li>{text}</li>\n        </ol>")


def announce(page: SamplePage, service: Service, number: int) -> None:
    add_recommendation(page, number)
    until("the update", lambda: len(service.entries()) == number + 1)


@pytest.mark.slow
def test_what_passes_ends_with_one_message_each(page: SamplePage, box: Sandbox, house: Installation) -> None:
    with house.run() as service:
        until("the first reading", service.has_read)
        for network in NETWORKS:
            for fault in BEFORE[network]:
                box.order(network, fault, after=1 if fault == BEFORE[network][0] else 0)
            for fault in AFTER[network]:
                box.order(network, fault)
        updates = max(len(BEFORE[name]) + len(AFTER[name]) for name in NETWORKS)
        for number in range(updates):
            announce(page, service, number)
        house.import_readers(READERS)
        for fault, let_through in SMTP:
            box.order("smtp", fault, after=let_through)
        announce(page, service, updates)
        last = service.entries()[0]["url"]
        until("all to be settled", lambda: is_settled(house, updates + 1), patience=150.0, poll=2.0)
        assert box.open_faults() == []
        reads_like_a_good_day(service.url, house)

    deliveries = house.deliveries()
    for network in NETWORKS:
        count_posts(network, box, [one for one in deliveries if one["destination"] == network])
    count_mails(box.mails(about=last), [one for one in deliveries if one["destination"] == "email"])


def is_settled(house: Installation, updates: int) -> bool:
    found = house.destinations()
    ended = {name: one["sent"] + one["uncertain"] + one["dead"] for name, one in found.items()}
    return ended == {**dict.fromkeys(NETWORKS, updates), "email": len(READERS)}


def count_posts(network: str, box: Sandbox, deliveries: list[dict[str, Any]]) -> None:
    unsent = [one for one in deliveries if one["state"] != "sent"]
    assert len(unsent) <= FOR_A_PERSON[network], unsent
    assert all(one["error"] for one in unsent)
    posts = box.posts(network)
    for one in deliveries:
        made = sum(one["subject"] in f"{post}" for post in posts)
        assert made == 1 if one["state"] == "sent" else made == 0, one
    assert len(posts) == len(deliveries) - len(unsent)


def count_mails(mails: list[dict[str, Any]], deliveries: list[dict[str, Any]]) -> None:
    refused = [one for one in deliveries if one["state"] == "dead"]
    assert len(refused) == REFUSED
    assert all(one["error"] for one in refused)
    assert not [one for one in deliveries if one["state"] not in ("sent", "dead")]
    copies = Counter(mail["envelope"]["to"][0] for mail in mails)
    assert len(copies) == len(READERS) - REFUSED, "everybody else has it"
    assert sorted(copies.values())[-UNANSWERED - 1 :] == [1, *[2] * UNANSWERED], "only the unanswered twice"
    names = {{name.lower(): value for name, value in mail["headers"]}["message-id"] for mail in mails}
    assert len(names) == len(copies), "a copy has the Message-ID of its first"


def reads_like_a_good_day(url: str, house: Installation) -> None:
    """Nothing of the trouble is on any page that readers see."""
    words = {one["error"] for one in house.deliveries()} | {
        one["reason"] for one in house.destinations().values()
    }
    for path in ("/", "/updates", "/feeds", "/feeds/all.json", "/status"):
        answer = get(url + path)
        assert answer.status_code == 200
        for word in filter(None, words):
            assert word[:60] not in answer.text


def test_one_that_hangs_holds_up_nobody(page: SamplePage, box: Sandbox, house: Installation) -> None:
    """Neither the others nor a stop; and what it took all the same is not posted again afterwards."""
    house.import_readers(READERS[:3])
    with house.run() as service:
        until("the first reading", service.has_read)
        box.order("x", "timeout_after_success")
        add_recommendation(page, 0)
        until("the others", lambda: (len(box.mails()), len(box.posts())) == (3, len(NETWORKS)))
        until("the others' receipts", lambda: len(house.deliveries("sending", "pending")) == 1, poll=0.5)
        (waiting,) = house.deliveries("sending")
        assert waiting["destination"] == "x"
        assert get(f"{service.url}/readyz").status_code == 200
        assert service.stop(STOP_LIMIT) == 0
    with house.run():
        until("the rest", lambda: not house.deliveries("sending", "pending"), poll=1.0)
    assert {network: len(box.posts(network)) for network in NETWORKS} == dict.fromkeys(NETWORKS, 1)
    assert len(box.mails()) == 3
    assert not house.deliveries("uncertain", "dead")


def test_what_lasts_is_told_and_made_up_for(page: SamplePage, box: Sandbox, house: Installation) -> None:
    """Each round one refusal per account; what waits is posted once somebody has changed the account."""
    house.import_readers(READERS[:1])
    assert house.command("check", "--all").returncode == 0
    rounds = len(LASTING["x"])
    for number in range(rounds):
        for network in NETWORKS:
            box.order(network, LASTING[network][number])
        add_recommendation(page, number)
        assert house.command("check", "--all").returncode == 0
        sent = house.command("deliver")
        assert sent.returncode == 1
        for network in NETWORKS:
            assert f"{network} waits: " in sent.stdout
        found = house.destinations()
        assert {name: found[name]["pending"] for name in NETWORKS} == dict.fromkeys(NETWORKS, number + 1)
        assert all(len(found[name]["reason"]) > 20 for name in NETWORKS)
        assert len(box.mails()) == number + 1, "mail is another matter"
        change_accounts(house, box, number)
    assert box.open_faults() == []
    # What was blocked for its words perhaps waits a little longer than the others.
    until("the rest", lambda: house.command("deliver").returncode == 0 and not house.deliveries("pending"))
    assert {network: len(box.posts(network)) for network in NETWORKS} == dict.fromkeys(NETWORKS, rounds)
    assert not house.deliveries("pending", "sending", "uncertain", "dead")


def change_accounts(house: Installation, box: Sandbox, number: int) -> None:
    """A setting of every account is changed, as an operator does who mends it: that ends the wait."""
    names = ("127.0.0.1", "localhost")
    before, after = names if number % 2 == 0 else reversed(names)
    house.set(f'base_url = "http://{before}:{box.http}/', f'base_url = "http://{after}:{box.http}/')


def test_a_refused_login_is_told_and_made_up_for(page: SamplePage, box: Sandbox, house: Installation) -> None:
    house.import_readers(READERS[:2])
    assert house.command("check", "--all").returncode == 0
    add_recommendation(page, 0)
    assert house.command("check", "--all").returncode == 0
    house.environ["SMTP_PASSWORD"] = "forkert"
    sent = house.command("deliver")
    assert sent.returncode == 1
    assert "email waits: " in sent.stdout
    assert "forkert" not in sent.stdout + sent.stderr
    assert len(box.posts()) == len(NETWORKS)
    house.environ["SMTP_PASSWORD"] = "hemmeligt"
    assert house.command("deliver").returncode == 0
    assert Counter(mail["envelope"]["to"][0] for mail in box.mails()) == Counter(READERS[:2])


def test_a_mail_server_that_takes_us_for_spam_is_told_and_left_in_peace(
    page: SamplePage, box: Sandbox, house: Installation
) -> None:
    """One mail is refused for the sender's reputation: the others wait, instead of making it worse."""
    house.import_readers(READERS[:3])
    assert house.command("check", "--all").returncode == 0
    add_recommendation(page, 0)
    assert house.command("check", "--all").returncode == 0
    box.order("smtp", "554_dot")
    sent = house.command("deliver")
    assert sent.returncode == 1
    assert "email waits: " in sent.stdout
    assert house.destinations()["email"]["pending"] == 3
    assert len(box.mails()) < 3
