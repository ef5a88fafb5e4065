"""`kill -9` at random points: nothing is lost, and nothing repeated but what nobody can know."""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.processes import NETWORKS, Installation, SamplePage, Sandbox, copied_config, sandbox, until

READERS = [f"laeser{n}@example.org" for n in range(497)]
DELIVERIES = len(READERS) + len(NETWORKS)
KILLS = 20
EARLY = 0.2
"""The share of kills that fall into the start, when what the dead process left is taken up."""
QUICK = 0.005


@pytest.fixture(name="chance")
def a_chance_whose_seed_is_printed() -> random.Random:
    seed = random.randrange(10**6)
    print(f"seed {seed}")  # noqa: T201 - pytest shows it when the test fails
    return random.Random(seed)


@pytest.mark.slow
def test_500_deliveries_survive_20_kills(tmp_path: Path, chance: random.Random) -> None:
    page = SamplePage(copied_config(tmp_path) / "sample-site")
    with sandbox(tmp_path, page.folder) as box:
        house = Installation(tmp_path, box)
        with house.run() as service:
            until("the first reading", service.has_read)
        house.import_readers(READERS)
        page.edit("Jobcentret bør tilbyde", "Jobcentret skal tilbyde")

        for left in range(KILLS, 0, -1):
            _kill_while_sending(house, box, chance, left)
            assert box.entries("mail") < len(READERS), f"all was sent {left} kills too early"
        with house.run() as service:
            until("the rest to be sent", lambda: _settled(house) == DELIVERIES, poll=1.0)
            (entry,) = service.entries()

        mails = box.mails(about=entry["url"])
        copies = Counter(mail["envelope"]["to"][0] for mail in mails)
        uncertain = house.destinations()["email"]["uncertain"]
        assert len(copies) + uncertain >= len(READERS), "a mail is lost"
        assert set(copies) <= set(READERS)
        assert max(copies.values()) <= 2
        assert copies.total() - len(copies) <= KILLS, "more copies than dots without an answer"
        assert len({_identity(mail) for mail in mails}) == len(copies), "a copy is another mail"
        posts = {network: len(box.posts(network)) for network in NETWORKS}
        assert posts == dict.fromkeys(NETWORKS, 1)


def _kill_while_sending(house: Installation, box: Sandbox, chance: random.Random, left: int) -> None:
    """Kills the service while it starts, or some mails and a moment later; `left` kills are to come."""
    sent = box.entries("mail")
    wanted = sent + chance.randrange(1, max(2, (len(READERS) - sent) // (left + 1)))
    with house.start() as service:
        if chance.random() < EARLY:
            time.sleep(chance.uniform(0.3, 1.5))
        else:
            until("some more mails", lambda: box.entries("mail") >= wanted, poll=QUICK)
            time.sleep(chance.uniform(0, 0.01))
        assert not service.has_ended()
        service.kill()


def _settled(house: Installation) -> int:
    """How many deliveries have come to an end, as the operator sees it."""
    return sum(one["sent"] + one["uncertain"] + one["dead"] for one in house.destinations().values())


def _identity(mail: dict[str, Any]) -> tuple[str, str]:
    headers = {name.lower(): value for name, value in mail["headers"]}
    return mail["envelope"]["to"][0], headers["message-id"]


# --- killed with a word outstanding -------------------------------------------------------------------


def test_posts_and_mails_without_an_answer_at_the_kill(tmp_path: Path) -> None:
    """All four took the message and have not said so yet: the posts are found, the mail is sent once more."""
    page = SamplePage(copied_config(tmp_path) / "sample-site")
    with sandbox(tmp_path, page.folder) as box:
        house = Installation(tmp_path, box)
        house.import_readers(READERS[:1])
        with house.run() as service:
            until("the first reading", service.has_read)
            for network in NETWORKS:
                box.order(network, "timeout_after_success")
            box.order("smtp", "hang_after_dot")
            page.edit("Jobcentret bør tilbyde", "Jobcentret skal tilbyde")
            until("all to be taken", lambda: (box.entries("post"), box.entries("mail")) == (3, 1), poll=QUICK)
            service.kill()
        with house.run():
            until("all to be settled", lambda: _settled(house) == len(NETWORKS) + 1, poll=1.0)
        assert all(one["uncertain"] == one["dead"] == 0 for one in house.destinations().values())
        assert {network: len(box.posts(network)) for network in NETWORKS} == dict.fromkeys(NETWORKS, 1)
        assert [_identity(mail) for mail in box.mails()] == [_identity(box.mails()[0])] * 2


# --- killed while it looks ----------------------------------------------------------------------------

EDITS = 6


@pytest.mark.slow
def test_edits_survive_kills_during_visits(tmp_path: Path, chance: random.Random) -> None:
    """At each kill the page was just changed and is being visited: every edit is told, and none twice."""
    page = SamplePage(copied_config(tmp_path) / "sample-site")
    with sandbox(tmp_path, page.folder) as box:
        house = Installation(tmp_path, box)
        house.import_readers(READERS[:1])
        with house.run() as service:
            until("the first reading", service.has_read)
        for number in range(EDITS):
            page.edit("        </ol>", f"<li>{_recommendation(number)}</li>\n        </ol>")
            _kill_while_visiting(house, box, chance)
        page.edit("        </ol>", f"<li>{_recommendation(EDITS)}</li>\n        </ol>")
        with house.run() as service:
            until("the last edit", lambda: _told(service.entries(), EDITS))
            entries = service.entries()
            expected = len(entries) * (len(NETWORKS) + 1)
            until("all to be settled", lambda: _settled(house) == expected, poll=1.0)
            assert len(service.entries()) == len(entries)

        assert [_told(entries, number) for number in range(EDITS + 1)] == [1] * (EDITS + 1)
        for entry in entries:
            posts = {network: len(box.posts(network, about=entry["url"])) for network in NETWORKS}
            assert posts == dict.fromkeys(NETWORKS, 1)
            assert 1 <= len(box.mails(about=entry["url"])) <= 2
        assert len(box.mails()) - len(entries) <= EDITS


def _kill_while_visiting(house: Installation, box: Sandbox, chance: random.Random) -> None:
    visits = box.asked()
    with house.start() as service:
        until("a visit", lambda: box.asked() > visits, poll=QUICK)
        time.sleep(chance.uniform(0, 0.4))
        service.kill()


def _recommendation(number: int) -> str:
    return (
        f"Kommunen bør holde et møde om emne {number} fra katalog {chr(65 + number)} for beboerne hvert år."
    )


def _told(entries: list[dict[str, Any]], number: int) -> int:
    """How many entries have this recommendation as new."""
    return sum(f"fra katalog {chr(65 + number)} for" in entry["content_html"] for entry in entries)
