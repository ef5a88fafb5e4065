"""Every channel against the sandbox, which shares no code with them and has the real ones' bad manners.

What counts is what the sandbox holds in the end, and that the outcome says no more than is true.
"""

from __future__ import annotations

import itertools
import json
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from syndicate.channels import email, facebook, linkedin, twitter
from syndicate.domain.errors import Uncertain
from syndicate.domain.model import Account, Action, Message, Prepared, Presence, Subject, Target
from syndicate.domain.placeholders import MESSAGE_ID, TO, TOKEN_LENGTH, UNSUBSCRIBE
from syndicate.fetching.api import AllowListClient
from syndicate.ports import ApiClient, ApiRequest, ApiResponse, Channel, Outcome
from syndicate.sandbox.server import running
from tests.fakes_api import post_message, told

_numbers = itertools.count(1)
TIMEOUT = 0.5
NETWORKS = ["facebook", "linkedin", "twitter"]
KNOWN_AS = {"twitter": "x", "linkedin": "linkedin", "facebook": "facebook", "email": "smtp"}


class Hurried:
    """The real client, for a network that never answers: it does not wait half a minute."""

    def __init__(self, client: ApiClient) -> None:
        self.client = client

    def call(self, request: ApiRequest) -> ApiResponse:
        return self.client.call(replace(request, timeout=TIMEOUT))


class Sandbox:
    """A running sandbox as tests see it: from outside."""

    def __init__(self, url: str, smtp_port: int) -> None:
        self.url = url
        self.smtp_port = smtp_port

    def ask(self, path: str, method: str = "GET", body: Any = None) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=10) as response:
            raw = response.read()
        return json.loads(raw) if raw else None

    def fault(self, channel: str, name: str, **more: Any) -> None:
        self.ask("/faults", "POST", {"network": KNOWN_AS[channel], "fault": name, **more})

    def posts(self, channel: str, text: str) -> list[dict[str, Any]]:
        """The posts whose text holds `text`, of every state."""
        found = self.ask(f"/api/posts?network={KNOWN_AS[channel]}")
        return [post for post in found if text in post["text"]]

    def mails(self, recipient: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask(f"/api/mails?to={recipient}")
        return found

    def refusals(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("/api/refusals")
        return found

    def channel(self, name: str, secrets: dict[str, str] | None = None, **settings: Any) -> Channel:
        account = Account(name, name)
        api = Hurried(AllowListClient([self.url]))
        if name == "twitter":
            keys = {"api_key_env": "A", "api_secret_env": "B", "token_env": "C", "token_secret_env": "D"}
            x = twitter.Config(base_url=f"{self.url}/x", web_url=f"{self.url}/x", **keys | settings)
            values = {
                "api_key": "sandbox-x-key",
                "api_secret": "sandbox-x-secret",
                "token": "sandbox-x-token",
                "token_secret": "sandbox-x-token-secret",
            }
            return twitter.build(x, account, api, secrets or values)
        if name == "linkedin":
            base = f"{self.url}/linkedin"
            own = {"base_url": base, "web_url": base, "author": "urn:li:organization:7", "token_env": "T"}
            li = linkedin.Config.model_validate(own | settings)
            return linkedin.build(li, account, api, secrets or {"token": "sandbox-linkedin-token"})
        base = f"{self.url}/facebook"
        own = {"base_url": base, "web_url": f"{self.url}/posts/facebook", "page_id": "7", "token_env": "T"}
        fb = facebook.Config.model_validate(own | settings)
        return facebook.build(fb, account, api, secrets or {"token": "sandbox-facebook-token"})

    def mailer(self) -> Channel:
        config = email.Config(
            smtp=f"smtp://127.0.0.1:{self.smtp_port}",
            sender="Nyt <nyt@example.org>",
            timeout=TIMEOUT * 10,
            receipt_timeout=TIMEOUT,
        )
        return email.build(config, {})


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    ledger: Path = tmp_path_factory.mktemp("sandbox") / "ledger.jsonl"
    with running(ledger=ledger) as ports:
        yield Sandbox(ports.url, ports.smtp)


@pytest.fixture
def sandbox(started: Sandbox) -> Iterator[Sandbox]:
    yield started
    started.ask("/faults", "DELETE")


def a_text() -> str:
    """One that nobody posted before, with what little text and forms stumble over."""
    return f"Anbefaling {next(_numbers)}: »bør« (5 mg/dag) er »skal« & <b>nu</b> [3.2] #sundhed 100 % {{æøå}}"


def prepared(
    channel: Channel, text: str, *, link: str = "https://example.org/updates/1?a=1&b=_2"
) -> Prepared:
    full = f"{text}\n\n{link}" if channel.link_in_text else text
    message = post_message(channel.name, text=full, link=link, title="Titel (ny)", description="Resumé")
    return channel.prepare(message, Target(channel.name), f"{next(_numbers):032x}", datetime.now(UTC))


def send(channel: Channel, *batch: Prepared) -> list[Outcome]:
    committed: list[str] = []
    out = list(channel.send(batch, committed.append))
    assert [one.key for one in out] == [one.key for one in batch]
    assert {one.key for one in out if one.receipt} <= set(committed)
    return out


every_network = pytest.mark.parametrize("name", NETWORKS)


# --- networks ---------------------------------------------------------------------------------------


@every_network
def test_a_post_arrives_as_it_was_written(sandbox: Sandbox, name: str) -> None:
    channel, text = sandbox.channel(name), a_text()
    (out,) = send(channel, prepared(channel, text))
    assert out.error is None and out.receipt is not None
    (post,) = sandbox.posts(name, text)
    assert post["id"] == out.receipt.id
    assert post["link"] == "https://example.org/updates/1?a=1&b=_2"
    with urllib.request.urlopen(out.receipt.permalink, timeout=10) as page:
        assert page.status == 200


def test_the_card_of_linkedin_is_ours(sandbox: Sandbox) -> None:
    channel, text = sandbox.channel("linkedin"), a_text()
    send(channel, prepared(channel, text))
    (post,) = sandbox.posts("linkedin", text)
    assert (post["title"], post["description"]) == ("Titel (ny)", "Resumé")


def test_a_text_of_the_very_limit_is_taken(sandbox: Sandbox) -> None:
    for name, fill in (("twitter", "æ" * 255), ("linkedin", "(" * 3000)):
        channel = sandbox.channel(name)
        text = fill if name == "linkedin" else f"{fill}"
        (out,) = send(channel, prepared(channel, text))
        assert out.receipt is not None, out.error


@every_network
def test_a_post_is_found_again_and_can_be_edited_and_deleted(sandbox: Sandbox, name: str) -> None:
    channel, text, corrected = sandbox.channel(name), a_text(), a_text()
    request = prepared(channel, text)
    assert channel.reconcile(request).presence is Presence.ABSENT
    (out,) = send(channel, request)
    assert out.receipt is not None
    found = channel.reconcile(request)
    assert found.presence is Presence.FOUND and found.receipt is not None
    assert found.receipt.id == out.receipt.id
    edited = channel.amend(out.receipt, Action.EDIT, post_message(name, text=corrected))
    assert edited.receipt is not None, edited.error
    assert sandbox.posts(name, corrected)
    assert channel.amend(edited.receipt, Action.DELETE).receipt is not None
    assert channel.reconcile(request).presence is Presence.ABSENT


@every_network
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("429", "Transient rate destination"),
        ("500", "Uncertain unknown message"),
        ("502_html", "Uncertain unknown message"),
        ("timeout_before", "Uncertain unknown message"),
        ("expired_token", "Permanent auth destination"),
        ("permission", "Permanent permission destination"),
        ("duplicate", "Permanent duplicate message"),
    ],
)
def test_what_is_not_taken_is_told_and_can_be_sent_later(
    sandbox: Sandbox, name: str, fault: str, expected: str
) -> None:
    channel, text = sandbox.channel(name), a_text()
    request = prepared(channel, text, link="" if name == "facebook" else "https://example.org/1")
    sandbox.fault(name, fault)
    (out,) = send(channel, request)
    assert told(out.error) == expected
    assert not sandbox.posts(name, text)
    assert channel.reconcile(request).presence is Presence.ABSENT
    assert send(channel, request)[0].receipt is not None
    assert len(sandbox.posts(name, text)) == 1


@pytest.mark.parametrize(
    ("name", "fault", "expected"),
    [
        ("twitter", "usage_capped", "Permanent paid-cap destination"),
        ("linkedin", "sunset_version", "Permanent version destination"),
        ("linkedin", "ghost_urn", "Permanent content message"),
        ("facebook", "sunset_version", "Permanent version destination"),
        ("facebook", "policy_block", "Permanent policy destination"),
        ("facebook", "scrape_failed", "Permanent content message"),
    ],
)
def test_each_network_has_refusals_of_its_own(sandbox: Sandbox, name: str, fault: str, expected: str) -> None:
    channel, text = sandbox.channel(name), a_text()
    sandbox.fault(name, fault)
    (out,) = send(
        channel, prepared(channel, text, link="" if name == "facebook" else "https://example.org/1")
    )
    assert told(out.error) == expected
    assert not sandbox.posts(name, text)


LOST = ["timeout_after_success", "reset_after_success", "500_after_success", "half_body", "no_id"]


@every_network
@pytest.mark.parametrize("fault", LOST)
def test_a_post_whose_answer_was_lost_is_found(sandbox: Sandbox, name: str, fault: str) -> None:
    channel, text = sandbox.channel(name), a_text()
    request = prepared(channel, text, link="" if name == "facebook" else "https://example.org/1")
    sandbox.fault(name, fault)
    (out,) = send(channel, request)
    assert isinstance(out.error, Uncertain), out
    found = channel.reconcile(request)
    assert found.presence is Presence.FOUND and found.receipt is not None
    (post,) = sandbox.posts(name, text)
    assert found.receipt.id == post["id"]


@every_network
@pytest.mark.parametrize("fault", LOST)
def test_sending_again_after_a_lost_answer_makes_no_second_post(
    sandbox: Sandbox, name: str, fault: str
) -> None:
    channel, text = sandbox.channel(name), a_text()
    request = prepared(channel, text, link="" if name == "facebook" else "https://example.org/1")
    sandbox.fault(name, fault)
    send(channel, request)
    (out,) = send(channel, request)
    (post,) = sandbox.posts(name, text)
    assert out.receipt is not None and out.receipt.id == post["id"]


def test_a_lagging_timeline_leads_to_no_second_post(sandbox: Sandbox) -> None:
    channel, text = sandbox.channel("twitter"), a_text()
    request = prepared(channel, text)
    sandbox.fault("twitter", "lagging_timeline", times=2)  # the first reading is of the own id
    sandbox.fault("twitter", "timeout_after_success")
    send(channel, request)
    assert channel.reconcile(request).presence is Presence.ABSENT  # all that can be seen now
    (out,) = send(channel, request)
    assert out.receipt is not None
    assert len(sandbox.posts("twitter", text)) == 1


@every_network
def test_a_post_that_vanishes_is_not_found(sandbox: Sandbox, name: str) -> None:
    channel, text = sandbox.channel(name), a_text()
    request = prepared(channel, text, link="" if name == "facebook" else "https://example.org/1")
    sandbox.fault(name, "vanishing_post")
    assert send(channel, request)[0].receipt is not None
    assert channel.reconcile(request).presence is Presence.ABSENT


@every_network
def test_wrong_keys_stop_the_batch(sandbox: Sandbox, name: str) -> None:
    wrong = dict.fromkeys(("api_key", "api_secret", "token", "token_secret"), "wrong")
    channel, texts = sandbox.channel(name, wrong), [a_text(), a_text()]
    out = send(channel, *(prepared(channel, text) for text in texts))
    assert [told(one.error) for one in out] == [
        "Permanent auth destination",
        "Transient not-sent destination",
    ]
    assert "wrong" not in str(out[0].error) + str(out[0].error and out[0].error.answer)
    assert not any(sandbox.posts(name, text) for text in texts)


def test_a_user_token_is_no_page_token(sandbox: Sandbox) -> None:
    channel = sandbox.channel("facebook", {"token": "sandbox-facebook-user-token"})
    (out,) = send(channel, prepared(channel, a_text()))
    assert told(out.error) == "Permanent permission destination"


def test_facebook_takes_calls_that_are_proven(sandbox: Sandbox) -> None:
    secrets = {"token": "sandbox-facebook-token", "app_secret": "sandbox-facebook-app-secret"}
    channel = sandbox.channel("facebook", secrets, app_secret_env="S")
    assert send(channel, prepared(channel, a_text()))[0].receipt is not None


def test_x_is_asked_for_the_own_id_where_it_is_not_configured(sandbox: Sandbox) -> None:
    channel, text = sandbox.channel("twitter", user_id=""), a_text()
    request = prepared(channel, text)
    send(channel, request)
    assert channel.reconcile(request).presence is Presence.FOUND


def test_a_reply_on_x_hangs_below_the_first_post(sandbox: Sandbox) -> None:
    channel, text = sandbox.channel("twitter"), a_text()
    (first,) = send(channel, prepared(channel, a_text()))
    assert first.receipt is not None
    message = post_message("twitter", text=text, reply_to=first.receipt.id)
    reply = channel.prepare(message, Target("twitter"), f"{next(_numbers):032x}", datetime.now(UTC))
    assert send(channel, reply)[0].receipt is not None
    assert len(sandbox.posts("twitter", text)) == 1


# --- mail -------------------------------------------------------------------------------------------


def mails(channel: Channel, count: int) -> list[Prepared]:
    """Mails to `count` new readers."""
    payload = (
        f"From: Nyt <nyt@example.org>\r\nTo: {TO}\r\nSubject: =?utf-8?q?=C3=86ndret?=\r\n"
        f"Date: Mon, 23 Nov 2026 12:00:00 +0000\r\nMessage-ID: <{MESSAGE_ID}@example.org>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\n"
        f".Anbefaling 3 er skærpet\r\n.\r\nhttps://example.org/unsubscribe/{UNSUBSCRIBE}\r\n"
    ).encode()
    message = Message(Subject.UPDATE, "u1", "email", "", "da", payload)
    made = []
    for number in itertools.islice(_numbers, count):
        target = Target(str(number), f"laeser{number}@example.net", {"unsubscribe": "c" * TOKEN_LENGTH})
        made.append(channel.prepare(message, target, f"{number:032x}", datetime.now(UTC)))
    return made


def test_mails_arrive_as_they_were_prepared(sandbox: Sandbox) -> None:
    channel = sandbox.mailer()
    batch = mails(channel, 3)
    out = send(channel, *batch)
    assert all(one.receipt is not None and one.receipt.id for one in out)
    for request in batch:
        (mail,) = sandbox.mails(request.address)
        with urllib.request.urlopen(f"{sandbox.url}/api/mails/{mail['id']}.eml", timeout=10) as raw:
            assert raw.read() == request.body


def verdicts(out: Sequence[Outcome]) -> list[str]:
    return [told(one.error) if one.error else "sent" for one in out]


@pytest.mark.parametrize(
    ("fault", "first", "second", "copies"),
    [
        ("421_mail", "Transient server destination", "Transient not-sent destination", [0, 0]),
        ("452_mail", "Transient server message", "sent", [0, 1]),
        ("451_rcpt", "Transient server message", "sent", [0, 1]),
        ("550_rcpt", "Permanent address message", "sent", [0, 1]),
        ("451_dot", "Transient server message", "sent", [0, 1]),
        ("554_dot", "Permanent policy destination", "Transient not-sent destination", [0, 0]),
        ("drop_after_dot", "Uncertain unknown message", "sent", [1, 1]),
        ("hang_after_dot", "Uncertain unknown message", "sent", [1, 1]),
    ],
)
def test_a_fault_ends_as_its_phase_says(
    sandbox: Sandbox, fault: str, first: str, second: str, copies: list[int]
) -> None:
    channel = sandbox.mailer()
    batch = mails(channel, 2)
    sandbox.fault("email", fault)
    assert verdicts(send(channel, *batch)) == [first, second]
    assert [len(sandbox.mails(request.address)) for request in batch] == copies


def test_a_server_that_hangs_up_before_the_dot_took_nothing(sandbox: Sandbox) -> None:
    channel = sandbox.mailer()
    (request,) = mails(channel, 1)
    sandbox.fault("email", "drop_before_dot")
    (out,) = send(channel, request)
    assert out.error is not None and told(out.error).split()[0] in ("Transient", "Uncertain")
    assert not sandbox.mails(request.address)


def test_a_mail_that_is_sent_again_keeps_its_message_id(sandbox: Sandbox) -> None:
    channel = sandbox.mailer()
    (request,) = mails(channel, 1)
    sandbox.fault("email", "drop_after_dot")
    assert verdicts(send(channel, request)) == ["Uncertain unknown message"]
    assert verdicts(send(channel, request)) == ["sent"]
    first, second = sandbox.mails(request.address)
    assert dict(first["headers"])["Message-ID"] == dict(second["headers"])["Message-ID"]


def test_a_mute_server_took_nothing(sandbox: Sandbox) -> None:
    config = email.Config(
        smtp=f"smtp://127.0.0.1:{sandbox.smtp_port}", sender="a@example.org", timeout=TIMEOUT
    )
    channel = email.build(config, {})
    sandbox.fault("email", "mute")
    assert verdicts(send(channel, *mails(channel, 2))) == ["Transient not-sent destination"] * 2
