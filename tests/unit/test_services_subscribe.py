"""The verbs of a reader: ask, confirm, see and end; and what a stranger cannot learn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from syndicate.domain.errors import InvalidAddress, UnknownTopic
from syndicate.domain.model import Topic
from syndicate.ports import Consent, Subscriber
from syndicate.services.subscribe import SubscribeService
from syndicate.services.tokens import Tokens
from tests.fakes_site import FakeRenderer, FakeSubscribers, counting_hex

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CONSENT = Consent("I want mail about the topics chosen.", "1", "https://updates.example.org/subscribe", "::1")
TOPICS = (Topic("housing", "Udsatte boligområder", was=("homes",)), Topic("work", "Beskæftigelse"))
TOKENS = Tokens(b"a key of the test, long enough")
READER = "00000000000000aa"


@pytest.fixture
def subscribers() -> FakeSubscribers:
    return FakeSubscribers()


@pytest.fixture
def service(subscribers: FakeSubscribers) -> SubscribeService:
    return SubscribeService(subscribers, FakeRenderer(), TOKENS, TOPICS, counting_hex())


def subscribed(subscribers: FakeSubscribers, *topics: str) -> None:
    subscribers.people[READER] = Subscriber(READER, "reader@example.org", "da", "active", topics)


def topics_of(subscribers: FakeSubscribers) -> tuple[str, ...]:
    return subscribers.people[READER].topics


# --- asking ---------------------------------------------------------------------------------------


def test_a_wish_becomes_one_mail_that_asks(service: SubscribeService, subscribers: FakeSubscribers) -> None:
    service.ask("Reader@Example.ORG", ["housing"], "da", CONSENT, NOW)
    [(optin_id, wish)] = subscribers.wishes.items()
    assert wish.topics == ("housing",)
    assert wish.consent == CONSENT
    assert wish.target.address == "Reader@example.org"
    assert wish.target.id == wish.uid
    assert wish.target.values == {"confirm": TOKENS.confirm(optin_id)}
    assert wish.message.subject == optin_id
    assert wish.message.payload.decode() == "da: Udsatte boligområder"


def test_nothing_runs_before_it_is_confirmed(service: SubscribeService, subscribers: FakeSubscribers) -> None:
    service.ask("reader@example.org", ["housing"], "da", CONSENT, NOW)
    [person] = subscribers.people.values()
    assert (person.state, person.topics) == ("pending", ())


def test_confirming_starts_it_and_may_be_repeated(
    service: SubscribeService, subscribers: FakeSubscribers
) -> None:
    service.ask("reader@example.org", ["housing", "work"], "da", CONSENT, NOW)
    [wish] = subscribers.wishes.values()
    token = wish.target.values["confirm"]
    assert service.may_confirm(token)
    first = service.confirm(token, NOW + timedelta(hours=1))
    assert first == service.confirm(token, NOW + timedelta(hours=2))
    assert first and first.state == "active" and first.topics == ("housing", "work")


def test_a_late_or_forged_link_confirms_nothing(
    service: SubscribeService, subscribers: FakeSubscribers
) -> None:
    service.ask("reader@example.org", ["housing"], "da", CONSENT, NOW)
    [wish] = subscribers.wishes.values()
    assert service.confirm(wish.target.values["confirm"], NOW + timedelta(days=30)) is None
    for forged in ("", "0" * 48, TOKENS.preferences(wish.uid), TOKENS.unsubscribe(wish.uid, "housing")):
        assert not service.may_confirm(forged)
        assert service.confirm(forged, NOW) is None


def test_all_topics_swallow_the_others(service: SubscribeService, subscribers: FakeSubscribers) -> None:
    service.ask("reader@example.org", ["housing", "", "work"], "en", CONSENT, NOW)
    [wish] = subscribers.wishes.values()
    assert wish.topics == ("",)
    assert wish.message.payload == b"en: all"


def test_a_former_topic_id_is_the_topic_of_today(
    service: SubscribeService, subscribers: FakeSubscribers
) -> None:
    service.ask("reader@example.org", ["homes", "housing"], "da", CONSENT, NOW)
    [wish] = subscribers.wishes.values()
    assert wish.topics == ("housing",)


@pytest.mark.parametrize("topics", [[], ["weather"], ["housing", "weather"]])
def test_no_topic_or_an_unknown_one_is_refused(
    service: SubscribeService, subscribers: FakeSubscribers, topics: list[str]
) -> None:
    with pytest.raises(UnknownTopic):
        service.ask("reader@example.org", topics, "da", CONSENT, NOW)
    assert not subscribers.people


def test_what_is_no_address_is_refused(service: SubscribeService, subscribers: FakeSubscribers) -> None:
    with pytest.raises(InvalidAddress):
        service.ask("reader@example.org\r\nBcc: all@example.org", ["housing"], "da", CONSENT, NOW)
    assert not subscribers.people


def test_a_second_wish_on_the_same_day_sends_nothing(
    service: SubscribeService, subscribers: FakeSubscribers
) -> None:
    for minutes in range(5):
        service.ask("reader@example.org", ["work"], "da", CONSENT, NOW + timedelta(minutes=minutes))
    assert len(subscribers.wishes) == 1


def test_a_suppressed_address_is_left_alone(service: SubscribeService, subscribers: FakeSubscribers) -> None:
    subscribers.suppressions.add(TOKENS.address_hash("reader@example.org"))
    service.ask("READER@Example.org", ["work"], "da", CONSENT, NOW)
    assert not subscribers.people
    assert not subscribers.wishes


# --- seeing and ending ----------------------------------------------------------------------------


def test_a_preferences_link_shows_everything(service: SubscribeService, subscribers: FakeSubscribers) -> None:
    subscribed(subscribers, "housing", "work")
    standing = service.view(TOKENS.preferences(READER))
    assert standing and standing.ends == ("housing", "work")
    assert standing.subscriber.address == "reader@example.org"


def test_an_unsubscribe_link_shows_what_it_would_end(
    service: SubscribeService, subscribers: FakeSubscribers
) -> None:
    subscribed(subscribers, "housing", "work")
    standing = service.view(TOKENS.unsubscribe(READER, "work"))
    assert standing and standing.ends == ("work",)


def test_unsubscribing_ends_one_and_may_be_repeated(
    service: SubscribeService, subscribers: FakeSubscribers
) -> None:
    subscribed(subscribers, "housing", "work")
    token = TOKENS.unsubscribe(READER, "work")
    assert service.unsubscribe(token, NOW)
    assert service.unsubscribe(token, NOW)
    assert topics_of(subscribers) == ("housing",)


@pytest.mark.parametrize(("subscribed_to", "mailed_for"), [("homes", "housing"), ("housing", "homes")])
def test_a_link_outlives_the_renaming_of_its_topic(
    service: SubscribeService, subscribers: FakeSubscribers, subscribed_to: str, mailed_for: str
) -> None:
    subscribed(subscribers, "work", subscribed_to)
    assert service.unsubscribe(TOKENS.unsubscribe(READER, mailed_for), NOW)
    assert topics_of(subscribers) == ("work",)


def test_a_topic_that_left_the_configuration_can_still_be_left(
    service: SubscribeService, subscribers: FakeSubscribers
) -> None:
    subscribed(subscribers, "closed")
    assert service.unsubscribe(TOKENS.unsubscribe(READER, "closed"), NOW)
    assert subscribers.people[READER].state == "ended"


def test_a_reader_of_all_topics_who_leaves_one_gets_no_more_mail(
    service: SubscribeService, subscribers: FakeSubscribers
) -> None:
    subscribed(subscribers, "")
    assert service.unsubscribe(TOKENS.unsubscribe(READER, "work"), NOW)
    assert subscribers.people[READER].state == "ended"


def test_a_link_for_what_no_longer_runs_ends_nothing_else(
    service: SubscribeService, subscribers: FakeSubscribers
) -> None:
    subscribed(subscribers, "housing")
    assert service.unsubscribe(TOKENS.unsubscribe(READER, "work"), NOW)
    assert topics_of(subscribers) == ("housing",)


def test_preferences_end_one_topic(service: SubscribeService, subscribers: FakeSubscribers) -> None:
    subscribed(subscribers, "housing", "work")
    assert service.end(TOKENS.preferences(READER), "housing", NOW)
    assert topics_of(subscribers) == ("work",)


def test_both_kinds_of_link_end_everything(service: SubscribeService, subscribers: FakeSubscribers) -> None:
    for token in (TOKENS.preferences(READER), TOKENS.unsubscribe(READER, "work")):
        subscribed(subscribers, "housing", "work")
        assert service.end_all(token, NOW)
        assert subscribers.people[READER].state == "ended"


def test_a_link_to_an_erased_reader_is_calm(service: SubscribeService) -> None:
    token = TOKENS.unsubscribe(READER, "work")
    standing = service.view(token)
    assert standing and standing.subscriber.state == "ended" and not standing.ends
    assert service.unsubscribe(token, NOW)
    assert service.end_all(TOKENS.preferences(READER), NOW)


def test_forged_links_do_nothing(service: SubscribeService, subscribers: FakeSubscribers) -> None:
    subscribed(subscribers, "housing")
    for forged in ("", "0" * 48, TOKENS.confirm(READER), "\x00", TOKENS.preferences(READER)[:-1]):
        assert service.view(forged) is None
        assert not service.unsubscribe(forged, NOW)
        assert not service.end(forged, "housing", NOW)
        assert not service.end_all(forged, NOW)
    assert not service.unsubscribe(TOKENS.preferences(READER), NOW)
    assert not service.end(TOKENS.unsubscribe(READER, "housing"), "housing", NOW)
    assert topics_of(subscribers) == ("housing",)
