"""Corrections and withdrawals on a real database: who is told, once, and what is sent no more."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from syndicate.domain.errors import SyndicateError
from syndicate.domain.model import DeliveryState, Update, UpdateKind, UpdateState
from syndicate.ports import DeliveryView, Settlement
from syndicate.rendering import MailSettings, Renderer
from syndicate.services import expand as expanding
from syndicate.services.amend import AmendService
from tests.factories import site
from tests.feeding import Feeding
from tests.integration.test_cli import PAPER, Desk
from tests.integration.test_services_expand import CHANNELS, Publishing
from tests.storing import LEASE, NOW

pytestmark = pytest.mark.usefixtures("any_database")

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def publishing(tmp_path: Path) -> Publishing:
    return Publishing(tmp_path)


def amending(publishing: Publishing) -> AmendService:
    return AmendService(publishing.store.updates, CHANNELS)


def deliveries(publishing: Publishing, subject: str) -> dict[str, DeliveryView]:
    return {view.target: view for view in publishing.store.outbox.deliveries() if view.subject == subject}


def settle(publishing: Publishing, destination: str, limit: int = 100) -> None:
    """Whatever is due at a destination is sent."""
    outbox = publishing.store.outbox
    for delivery in outbox.claim(destination, NOW, LEASE, limit=limit, boot="b"):
        assert outbox.record([Settlement(delivery, DeliveryState.SENT, NOW)], NOW, LEASE)


def test_a_correction_goes_to_those_who_got_what_it_corrects(publishing: Publishing) -> None:
    told = publishing.store.reader("a@example.org")
    publishing.all()
    publishing.store.reader("late@example.org")
    later = amending(publishing).correct("u1", "Der står 3, det skulle være 4.", "me", LATER)
    assert (later.kind, later.state, later.corrects) == (UpdateKind.CORRECTION, UpdateState.PUBLISHED, "u1")
    assert later.sequence == 2 and later.topics == ("sundhed",) and later.changes == ()
    publishing.all()
    assert set(deliveries(publishing, later.id)) == {told, "li"} == set(deliveries(publishing, "u1"))


def test_the_same_correction_twice_is_one(publishing: Publishing) -> None:
    publishing.all()
    first = amending(publishing).correct("u1", "Det var en fejl.", "me", LATER)
    again = amending(publishing).correct("u1", " Det var en fejl. ", "me", LATER + timedelta(days=1))
    assert again == first
    publishing.all()
    assert publishing.all() == 0
    other = amending(publishing).correct("u1", "Og en til.", "me", LATER)
    assert other.id != first.id


def test_a_correction_waits_for_what_it_corrects(
    publishing: Publishing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expanding, "CHUNK", 2)
    readers = {publishing.store.reader(f"r{n}@example.org") for n in range(5)}
    later = amending(publishing).correct("u1", "Det var en fejl.", "me", LATER)
    publishing.expand.expand(NOW)
    assert not deliveries(publishing, later.id)
    publishing.all()
    assert set(deliveries(publishing, later.id)) == readers | {"li"}


def test_what_is_withdrawn_is_sent_no_more(publishing: Publishing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expanding, "CHUNK", 3)
    readers = [publishing.store.reader(f"r{n}@example.org") for n in range(5)]
    publishing.expand.expand(NOW)  # three of five are planned
    settle(publishing, "email", limit=1)
    later = amending(publishing).withdraw("u1", "Kilden tog fejl.", "me", LATER)
    publishing.all()
    states = {target: view.state for target, view in deliveries(publishing, "u1").items()}
    assert states == {
        readers[0]: DeliveryState.SENT,
        readers[1]: DeliveryState.CANCELLED,
        readers[2]: DeliveryState.CANCELLED,
        "li": DeliveryState.CANCELLED,
    }
    assert set(deliveries(publishing, later.id)) == {readers[0]}


def test_who_has_left_is_not_written_to(publishing: Publishing) -> None:
    gone = publishing.store.reader("a@example.org")
    publishing.all()
    publishing.store.subscribers.end(gone, None, NOW)
    later = amending(publishing).correct("u1", "Det var en fejl.", "me", LATER)
    publishing.all()
    assert set(deliveries(publishing, later.id)) == {"li"}


@pytest.mark.parametrize("state", [UpdateState.HELD, UpdateState.DISMISSED])
def test_only_what_is_out_is_corrected(tmp_path: Path, state: UpdateState) -> None:
    publishing = Publishing(tmp_path, state=state)
    for verb in (amending(publishing).correct, amending(publishing).withdraw):
        with pytest.raises(SyndicateError, match=f"u1 is {state.value}"):
            verb("u1", "Det var en fejl.", "me", NOW)


def test_readers_are_told_why(publishing: Publishing) -> None:
    with pytest.raises(SyndicateError, match="Readers must be told why"):
        amending(publishing).withdraw("u1", "  ", "me", NOW)


# --- what readers see -----------------------------------------------------------------------------------


def withdrawn(feeding: Feeding) -> tuple[Update, Update]:
    (earlier,) = feeding.publish()
    later = AmendService(feeding.store.updates, ()).withdraw(earlier.id, "Kilden tog fejl.", "me", LATER)
    return earlier, later


def test_in_feeds_both_stand(tmp_path: Path) -> None:
    feeding = Feeding(tmp_path)
    feeding.publish()
    feeding.service().render_feeds(NOW)
    before = feeding.document(format_name="json").body
    earlier, later = withdrawn(feeding)
    feeding.service().render_feeds(NOW)
    body = feeding.document().body.decode()
    assert feeding.ids()[:2] == [later.id, earlier.id]
    assert "Trukket tilbage: Anbefaling 3 er skærpet" in body and "Kilden tog fejl." in body
    assert f'rel="related" href="https://nyt.example.org/updates/{earlier.id}"' in body.replace("'", '"') or (
        f'href="https://nyt.example.org/updates/{earlier.id}" rel="related"' in body
    )
    entry = before[
        before.index(b'"items": [') : before.index(b'], "_syndicate": {"id": "tag:example.org,2026:feed')
    ]
    assert entry.removeprefix(b'"items": [') in feeding.document(format_name="json").body  # untouched


def test_a_mail_stands_with_the_one_that_it_corrects(tmp_path: Path) -> None:
    earlier, later = withdrawn(Feeding(tmp_path))
    renderer = Renderer(site(), MailSettings("Nyt <nyt@example.org>", "", "example.org"))
    mail = message_from_bytes(renderer.mail(later, "da").payload, policy=policy.default)
    first = message_from_bytes(renderer.mail(earlier, "da").payload, policy=policy.default)
    assert mail["Subject"].startswith("Trukket tilbage: ")
    assert str(first["References"]) in str(mail["References"])
    plain = mail.get_body(("plain",))
    assert plain is not None and "Kilden tog fejl." in plain.get_content()
    assert f"/updates/{earlier.id}" in plain.get_content()


def test_an_operator_types_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LI_TOKEN", "s3cret-token")
    desk = Desk(tmp_path)
    desk.type("check", "--all")
    desk.paper.write_text(PAPER.replace("bør servere", "skal servere"), encoding="utf-8")
    desk.type("check", "--all")
    (published,) = desk.json("updates")
    assert f"corrects {published['id']}" in desk.type("correct", published["id"][:8], "--text", "En fejl.")
    assert f"withdraws {published['id']}" in desk.type("withdraw", published["id"], "--reason", "Trukket.")
    assert [update["kind"] for update in desk.json("updates")] == ["withdrawal", "correction", "change"]
    assert "There is no update x" in str(desk.result("withdraw", "x", "--reason", "y").exception)
