"""What every channel promises, asked of each in the same way.

A new network joins by an entry in CONFIGS and FINE. The other side is scripted: an API client for networks,
a mail server on loopback for e-mail.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from syndicate import channels
from syndicate.channels import email, facebook, linkedin, twitter, websub
from syndicate.domain.errors import DeliveryError, Permanent, StorageError, Transient
from syndicate.domain.model import (
    Account,
    Action,
    HealthState,
    Message,
    Prepared,
    Presence,
    Receipt,
    Subject,
    Target,
)
from syndicate.domain.placeholders import MESSAGE_ID, TO
from syndicate.ports import ApiResponse, Channel, Outcome
from tests.fakes_api import ScriptedApi, answer, post_message, told
from tests.servers_smtp import SmtpServer

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DOCS = Path(__file__).parents[2] / "docs" / "channels"
SECRETS = {
    name: f"hemmelig/{name}="
    for name in ("api_key", "api_secret", "token", "token_secret", "app_secret", "user", "password")
}
SPELLED = ("hemmelig", "aGVtbWVsaWc")
ACCOUNT = Account("a", "any")
NO_TEXT = b'{"text":5,"link":"","title":"","description":"","language":"da","reply_to":""}'
MAIL = f"From: a@example.org\r\nTo: {TO}\r\nMessage-ID: <{MESSAGE_ID}@example.org>\r\n\r\nHej\r\n".encode()

CONFIGS: dict[str, Any] = {
    "facebook": facebook.Config(page_id="7", token_env="T", app_secret_env="S"),
    "linkedin": linkedin.Config(author="urn:li:organization:7", token_env="T"),
    "twitter": twitter.Config(
        api_key_env="A", api_secret_env="B", token_env="C", token_secret_env="D", user_id="7"
    ),
}

"""Networks that people read, which can be asked what they have."""

HUB = websub.Config(base_url="https://hub.example.org/")
PING = b"hub.mode=publish&hub.url=https%3A%2F%2Fnyt.example.org%2Ffeeds%2Fall.rss"


def social(name: str, api: ScriptedApi, secrets: Mapping[str, str] = SECRETS) -> Channel:
    """The channel of a network; its post has no link, so that Facebook reads no card."""
    channel: Channel = import_module(f"syndicate.channels.{name}").build(
        CONFIGS.get(name, HUB), ACCOUNT, api, secrets
    )
    return channel


def mail(port: int = 1, secrets: Mapping[str, str] = SECRETS) -> Channel:
    config = email.Config(
        smtp=f"smtp://127.0.0.1:{port}",
        sender="Nyt <nyt@example.org>",
        user_env="U",
        password_env="P",
        timeout=5,
    )
    return email.build(config, secrets)


FINE: dict[str, Callable[[int], ApiResponse]] = {
    "facebook": lambda n: answer(200, {"id": f"7_{n}"}),
    "linkedin": lambda n: answer(201, None, x_restli_id=f"urn:li:share:{n}"),
    "twitter": lambda n: answer(201, {"data": {"id": str(n)}}),
    "websub": lambda n: answer(204),
}
AUTH_REFUSED = answer(401, {"error": {"code": 190, "message": f"bad token {SECRETS['token']}"}})


@dataclass
class Other:
    """The other side of one channel: what it took, in order, and whether a commit came before each."""

    channel: Channel
    taken: Callable[[], int]


@contextmanager
def social_side(name: str, *answers: ApiResponse) -> Iterator[Other]:
    api = ScriptedApi(*answers)
    yield Other(social(name, api), lambda: len(api.requests))


@contextmanager
def mail_side(script: Mapping[str, list[str]]) -> Iterator[Other]:
    with SmtpServer(script, extensions=["8BITMIME", "AUTH PLAIN"]) as server:
        yield Other(mail(server.port), lambda: len(server.mails))


@contextmanager
def taking(name: str, count: int) -> Iterator[Other]:
    """An other side that takes `count` messages."""
    side = mail_side({}) if name == "email" else social_side(name, *(FINE[name](n) for n in range(count)))
    with side as other:
        yield other


@contextmanager
def locked(name: str) -> Iterator[Other]:
    """An other side that does not accept our login, and repeats it aloud."""
    refused = {"AUTH": [f"535 5.7.8 wrong password {SECRETS['password']}"]}
    side = mail_side(refused) if name == "email" else social_side(name, AUTH_REFUSED)
    with side as other:
        yield other


NAMES = sorted(module.name for module in pkgutil.iter_modules(channels.__path__) if module.name[0] != "_")
every_channel = pytest.mark.parametrize("name", NAMES)
every_login = pytest.mark.parametrize("name", [name for name in NAMES if name != "websub"])
every_network = pytest.mark.parametrize("name", sorted(CONFIGS))


def idle(name: str, secrets: Mapping[str, str] = SECRETS) -> Channel:
    return mail(secrets=secrets) if name == "email" else social(name, ScriptedApi(), secrets)


def message(name: str, payload: bytes | None = None) -> Message:
    if name == "email" or payload is not None:
        return Message(Subject.UPDATE, "u1", name, "a", "da", MAIL if payload is None else payload)
    return Message(Subject.PING, "u1", name, "a", "", PING) if name == "websub" else post_message(name)


def prepared(name: str, number: int = 1) -> Prepared:
    target = Target(f"t{number}", f"laeser{number}@example.net" if name == "email" else "")
    return idle(name).prepare(message(name), target, f"{number:032x}", NOW)


def batch(name: str, count: int = 3) -> list[Prepared]:
    return [prepared(name, number) for number in range(count)]


def words(thing: object) -> str:
    """Everything that could be read of it."""
    if isinstance(thing, DeliveryError):
        return f"{thing} {thing.answer} {thing.hint} {thing!r} {thing.__cause__} {vars(thing)}"
    return repr(thing)


# --- the module -------------------------------------------------------------------------------------


@every_channel
def test_a_channel_is_a_module_with_a_config_and_a_build(name: str) -> None:
    module = import_module(f"syndicate.channels.{name}")
    assert module.__doc__ and callable(module.build)
    assert module.Config.model_config["frozen"] and module.Config.model_config["extra"] == "forbid"
    assert all(
        field.annotation is str for key, field in module.Config.model_fields.items() if key.endswith("_env")
    )
    with pytest.raises(ValidationError):
        module.Config(surprise=1)


@every_channel
def test_a_channel_knows_its_name_and_is_documented(name: str) -> None:
    channel = idle(name)
    assert channel.name == name and channel.limit >= 0 and isinstance(channel.link_in_text, bool)
    page = (DOCS / f"{name}.md").read_text(encoding="utf-8")
    missing = [
        key
        for key in import_module(f"syndicate.channels.{name}").Config.model_fields
        if f"`{key}`" not in page
    ]
    assert not missing, f"docs/channels/{name}.md does not explain {missing}"


@every_channel
def test_a_longer_text_does_not_measure_less(name: str) -> None:
    channel = idle(name)
    assert channel.measure("") == 0
    assert 0 < channel.measure("Hej") <= channel.measure("Hej verden")


# --- prepare ----------------------------------------------------------------------------------------


@every_channel
def test_preparing_twice_gives_the_same_bytes(name: str) -> None:
    first = prepared(name)
    assert first == prepared(name) and isinstance(first.body, bytes)
    assert (first.key, first.target, first.planned_at) == ("1".rjust(32, "0"), "t1", NOW)


@every_channel
def test_what_is_prepared_and_stored_holds_no_secret(name: str) -> None:
    text = words(prepared(name)) + prepared(name).body.decode()
    assert not any(secret in text for secret in SPELLED)
    assert "authorization" not in {header.lower() for header in prepared(name).headers}


@every_channel
def test_preparing_needs_neither_secrets_nor_the_other_side(name: str) -> None:
    target = Target("t1", "laeser1@example.net")
    made = idle(name, secrets={}).prepare(message(name), target, f"{1:032x}", NOW)
    assert made.body == prepared(name).body


@every_channel
@pytest.mark.parametrize("payload", [b"", b"{}", b"[]", b"\xff\xfe", b'{"text": 5}', NO_TEXT])
def test_a_payload_that_is_none_is_permanent(name: str, payload: bytes) -> None:
    with pytest.raises(Permanent):
        idle(name).prepare(message(name, payload), Target("t1", "laeser@example.net"), f"{1:032x}", NOW)


# --- send -------------------------------------------------------------------------------------------


@every_channel
def test_each_message_has_one_outcome_in_order(name: str) -> None:
    committed: list[str] = []
    with taking(name, 3) as other:
        out = list(other.channel.send(batch(name), committed.append))
        assert other.taken() == 3
    assert [one.key for one in out] == committed == [f"{n:032x}" for n in range(3)]
    assert all(one.receipt is not None and one.receipt.id and one.error is None for one in out)
    assert all(one.receipt.at.tzinfo is not None for one in out if one.receipt)


@every_channel
def test_a_message_is_committed_before_the_other_side_can_take_it(name: str) -> None:
    with taking(name, 1) as other:
        taken_at_commit: list[int] = []
        list(other.channel.send(batch(name, 1), lambda key: taken_at_commit.append(other.taken())))
        assert taken_at_commit == [0] and other.taken() == 1


@every_channel
def test_nothing_is_sent_before_it_is_asked_for(name: str) -> None:
    with taking(name, 3) as other:
        out = other.channel.send(batch(name), lambda key: None)
        assert other.taken() == 0
        next(out)
        assert other.taken() == 1


@every_channel
def test_what_cannot_be_committed_is_not_sent(name: str) -> None:
    def full(key: str) -> None:
        raise StorageError("The disk is full.")

    with taking(name, 1) as other:
        with pytest.raises(StorageError):
            list(other.channel.send(batch(name), full))
        assert other.taken() == 0


@every_channel
def test_an_empty_batch_is_nothing(name: str) -> None:
    assert list(idle(name).send([], lambda key: None)) == []


@every_channel
def test_what_concerns_the_destination_leaves_the_rest_untried(name: str) -> None:
    committed: list[str] = []
    with locked(name) as other:
        out = list(other.channel.send(batch(name), committed.append))
    assert [told(one.error) for one in out] == ["Permanent auth destination"] + [
        "Transient not-sent destination"
    ] * 2
    assert len(committed) <= 1


@every_login
def test_no_secret_is_in_any_outcome(name: str) -> None:
    with locked(name) as other:
        out = list(other.channel.send(batch(name), lambda key: None))
    assert "***" in words(out[0].error)
    for one in out:
        assert not any(secret in words(one.error) + words(one) for secret in SPELLED)


@every_login
def test_without_secrets_nothing_is_tried_and_the_variable_is_named(name: str) -> None:
    poor = idle(name, secrets={})
    assert poor.health(NOW).state is HealthState.BROKEN
    committed: list[str] = []
    out = list(poor.send(batch(name), committed.append))
    assert told(out[0].error) == "Permanent auth destination" and isinstance(out[1].error, Transient)
    assert "environment variable" in str(out[0].error) and not committed
    assert idle(name).health(NOW).state is HealthState.OK


@every_channel
def test_a_channel_may_be_used_from_several_threads(name: str) -> None:
    with taking(name, 8) as other, ThreadPoolExecutor(4) as pool:
        batches = [[prepared(name, number), prepared(name, number + 4)] for number in range(4)]
        out = list(pool.map(lambda part: list(other.channel.send(part, lambda key: None)), batches))
        assert other.taken() == 8
    assert [[one.key for one in part] for part in out] == [[one.key for one in part] for part in batches]


# --- afterwards -------------------------------------------------------------------------------------


@every_channel
def test_reconciling_and_amending_without_a_network_say_so(name: str) -> None:
    poor = idle(name, secrets={})
    assert poor.reconcile(prepared(name)).presence is Presence.UNKNOWN
    receipt = Receipt("1", "", NOW, 200)
    for action in Action:
        outcome = poor.amend(receipt, action, message(name))
        assert outcome.key == "1" and isinstance(outcome.error, Permanent)


@every_network
def test_reconciling_only_reads(name: str) -> None:
    api = ScriptedApi(answer(200, {"data": [], "elements": [], "meta": {"result_count": 0}}))
    assert social(name, api).reconcile(prepared(name)).presence is Presence.ABSENT
    assert api.log == ["GET"]


WORDS = """data id error code error_subcode errors detail type meta result_count elements message errorDetails
    inputErrors success entities urls url text created_at created_time createdAt commentary content"""
KEYS = st.sampled_from(sorted(set(WORDS.split())))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
STATUSES = st.sampled_from([200, 201, 204, 301, 400, 401, 403, 404, 409, 422, 426, 429, 500, 503])


@every_network
@given(st.lists(st.tuples(STATUSES, JSON), min_size=1, max_size=1))
def test_no_answer_is_too_strange(name: str, answers: list[tuple[int, Any]]) -> None:
    def api() -> ScriptedApi:
        strange = [
            answer(status, body, x_business_use_case_usage='{"7":[{}, 5]}') for status, body in answers
        ]
        return ScriptedApi(*strange, *[answer(500)] * 2)

    sent: list[Outcome] = list(social(name, api()).send(batch(name, 1), lambda key: None))
    assert (sent[0].receipt is None) != (sent[0].error is None)
    found = social(name, api()).reconcile(prepared(name))
    assert (found.receipt is not None) == (found.presence is Presence.FOUND)
    for action in (Action.EDIT, Action.DELETE):
        changed = social(name, api()).amend(Receipt("1", "", NOW, 200), action, message(name))
        assert (changed.receipt is None) != (changed.error is None)
