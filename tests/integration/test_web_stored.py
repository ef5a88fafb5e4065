"""The site over the real database, the real mails and the real feeds, from the form to one click."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import text

from syndicate.domain.placeholders import CONFIRM
from syndicate.storage.engine import Database
from syndicate.storage.subscribing import SubscriberRows
from tests import factories
from tests.asgi import Client
from tests.feeding import Feeding
from tests.stored_site import stored_app
from tests.web_site import NOW, TOKENS


@pytest.fixture
def feeding(tmp_path: Path) -> Feeding:
    return Feeding(tmp_path)


@pytest.fixture
def database(feeding: Feeding) -> Iterator[Database]:
    yield feeding.store.database
    feeding.store.database.close()


@pytest.fixture
def client(feeding: Feeding, database: Database) -> Client:
    return Client(stored_app(feeding))


@pytest.mark.parametrize("path", ["/", "/updates", "/feeds", "/subscribe", "/status", "/about", "/privacy"])
def test_an_empty_database_has_pages(client: Client, path: str) -> None:
    assert client.get(path).status == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/updates/none", 404),
        ("/documents/1", 404),
        (f"/documents/{2**63 - 1}", 404),
        (f"/documents/{2**63}", 404),
        (f"/updates?before={2**63 - 1}", 200),
        (f"/updates?before={2**63}", 400),
        ("/feeds/all.rss", 503),
        ("/feeds/none.rss", 404),
        ("/feeds/source/none.rss", 404),
    ],
)
def test_what_a_database_does_not_have_is_no_error(client: Client, path: str, status: int) -> None:
    assert client.get(path).status == status


def test_from_the_form_to_one_click(client: Client, database: Database) -> None:
    asked = {"email": "Reader@Rødgrød.example.org", "topic": factories.HEALTH.id}
    assert client.post("/subscribe?lang=da", asked).status == 200
    subscribers = SubscriberRows(database)
    [person] = subscribers.everyone()
    assert (person.address, person.state) == ("Reader@xn--rdgrd-vuad.example.org", "pending")

    mail = message_from_bytes(_stored_mail(database), policy=policy.default)
    plain = mail.get_body(("plain",))
    assert plain is not None
    found = re.search(rf"/confirm/{CONFIRM}", plain.get_content())
    assert found and factories.HEALTH.title in plain.get_content()
    path = found[0].replace(CONFIRM, TOKENS.confirm(f"{1:016x}"))

    assert client.get(path).status == 200
    assert [reader.state for reader in subscribers.everyone()] == ["pending"]
    assert factories.HEALTH.title in client.post(path).text
    assert [(reader.state, reader.topics) for reader in subscribers.everyone()] == [
        ("active", (factories.HEALTH.id,))
    ]
    one_click = {"List-Unsubscribe": "One-Click"}
    for _ in range(2):
        reply = client.post(f"/unsubscribe/{TOKENS.unsubscribe(person.uid, factories.HEALTH.id)}", one_click)
        assert (reply.status, reply.text) == (200, "OK\n")
    assert [(reader.state, reader.topics) for reader in subscribers.everyone()] == [("ended", ())]
    assert "er siden blevet afmeldt" in client.post(path).text


def test_a_second_wish_of_the_day_plans_no_second_mail(client: Client, database: Database) -> None:
    asked = {"email": "reader@example.org", "topic": "all"}
    answers = {client.post("/subscribe", asked).body for _ in range(3)}
    assert len(answers) == 1
    assert _count(database, "message") == _count(database, "delivery") == 1


def test_feeds_follow_what_is_published(client: Client, feeding: Feeding) -> None:
    assert client.get("/feeds/all.atom").status == 503
    feeding.publish(55)
    feeding.service().render_feeds(NOW)
    feed = client.get("/feeds/all.atom")
    archive = re.search(r'href="https://nyt.example.org(/feeds/all/archive/2.atom)"', feed.text)
    assert archive and client.get(archive[1]).body.count(b"<entry") == 20
    assert client.get("/feeds/all/archive/3.atom").status == 404
    reader = TOKENS.feed(feeding.store.reader("a@example.org", (factories.HEALTH.id,)))
    assert client.get(f"/feeds/my/{reader}.json").status == 200


def _stored_mail(database: Database) -> bytes:
    with database.read() as connection:
        return bytes(connection.execute(text("select payload from message")).scalar_one())


def _count(database: Database, table: str) -> int:
    with database.read() as connection:
        return int(connection.execute(text(f"select count(*) from {table}")).scalar_one())
