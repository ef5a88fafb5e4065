"""Facebook: a card read anew, Graph's numbers for errors, the page's posts as proof."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from syndicate.channels import facebook
from syndicate.domain.errors import DeliveryError, Permanent
from syndicate.domain.model import Account, Action, HealthState, Prepared, Presence, Target
from syndicate.ports import Channel, Outcome
from tests.fakes_api import Answer, ScriptedApi, answer, lost, post_message, told, unreachable

NOW = datetime(2026, 11, 23, 12, 0, 30, 700_000, tzinfo=UTC)
LINK = "https://example.org/updates/1"
TEXT = "Anbefaling 3 & 4:\n»bør« er blevet til »skal« +1"
CONFIG = facebook.Config(page_id="77", token_env="FACEBOOK_TOKEN")
GRAPH = "https://graph.facebook.com/v26.0"
SCRAPED = answer(200, {"id": LINK})


def channel(api: ScriptedApi, secrets: dict[str, str] | None = None, **settings: Any) -> Channel:
    config = CONFIG.model_copy(update=settings)
    account = Account("fb", "facebook")
    return facebook.build(config, account, api, secrets or {"token": "EAAB-1"}, clock=lambda: NOW)


def prepared(**fields: str) -> Prepared:
    message = post_message("facebook", **({"text": TEXT, "link": LINK} | fields))
    return channel(ScriptedApi()).prepare(message, Target("fb"), "c" * 32, NOW)


def send(*answers: Answer, scraped: Answer = SCRAPED) -> tuple[Outcome, ScriptedApi]:
    api = ScriptedApi(scraped, *answers)
    (outcome,) = channel(api).send([prepared()], api.commit)
    return outcome, api


def error(*answers: Answer) -> DeliveryError:
    found = send(*answers)[0].error
    assert found is not None
    return found


def graph(code: int, status: int = 400, **more: Any) -> Answer:
    return answer(status, {"error": {"message": "words", "type": "OAuthException", "code": code, **more}})


def listed(at: str = "2026-11-23T12:00:30+0000", message: str = TEXT) -> Answer:
    return answer(200, {"data": [{"id": "77_5", "message": message, "created_time": at}]})


def test_the_request_is_a_form_without_a_token() -> None:
    made = prepared()
    assert (made.method, made.url) == ("POST", f"{GRAPH}/77/feed")
    assert made.headers == {"content-type": "application/x-www-form-urlencoded"}
    assert parse_qs(made.body.decode(), strict_parsing=True) == {
        "message": [TEXT],
        "link": [LINK],
        "published": ["true"],
    }


def test_a_reply_is_refused() -> None:
    with pytest.raises(Permanent):
        prepared(reply_to="77_1")


def test_the_card_is_read_anew_before_the_post_is_committed() -> None:
    outcome, api = send(answer(200, {"id": "77_5"}))
    assert outcome.receipt is not None
    assert (outcome.receipt.id, outcome.receipt.permalink) == ("77_5", "https://www.facebook.com/77_5")
    assert api.log == ["POST", "commit " + "c" * 32, "POST"]
    scrape = urlsplit(api.requests[0].url)
    assert (scrape.path, parse_qs(scrape.query)) == ("/v26.0/", {"id": [LINK], "scrape": ["true"]})
    assert [request.headers["authorization"] for request in api.requests] == ["Bearer EAAB-1"] * 2


@pytest.mark.parametrize("scraped", [answer(500), answer(400), lost(), unreachable()])
def test_no_post_depends_on_the_card(scraped: Answer) -> None:
    assert send(answer(200, {"id": "77_5"}), scraped=scraped)[0].receipt is not None


def test_a_post_without_a_link_has_no_card_to_read() -> None:
    api = ScriptedApi(answer(200, {"id": "77_5"}))
    (outcome,) = channel(api).send([prepared(link="")], api.commit)
    assert outcome.receipt is not None


def test_with_the_app_secret_each_call_is_proven() -> None:
    api = ScriptedApi(SCRAPED, answer(200, {"id": "77_5"}))
    secrets = {"token": "EAAB-1", "app_secret": "s-1"}
    list(channel(api, secrets, app_secret_env="FACEBOOK_APP").send([prepared()], api.commit))
    proof = hmac.new(b"s-1", b"EAAB-1", hashlib.sha256).hexdigest()
    assert all(request.url.endswith(f"appsecret_proof={proof}") for request in api.requests)
    assert api.requests[1].body == prepared().body


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (answer(200, {}), "Uncertain unknown message"),
        (answer(200, b"half a bo"), "Uncertain unknown message"),
        (graph(1, 500), "Uncertain unknown message"),
        (graph(2), "Uncertain unknown message"),
        (graph(4), "Transient rate destination"),
        (graph(17), "Transient rate destination"),
        (graph(32), "Transient rate destination"),
        (graph(341), "Transient rate destination"),
        (graph(613), "Transient rate destination"),
        (graph(80001), "Transient rate destination"),
        (graph(10, 403), "Permanent permission destination"),
        (graph(200, 403), "Permanent permission destination"),
        (graph(299, 403), "Permanent permission destination"),
        (graph(100), "Permanent content message"),
        (graph(102, 401), "Permanent auth destination"),
        (graph(190, 401, error_subcode=463), "Permanent auth destination"),
        (graph(368), "Permanent policy destination"),
        (graph(1609005), "Permanent content message"),
        (graph(2635), "Permanent version destination"),
        (graph(999_999), "Permanent content message"),
        (answer(426), "Permanent version destination"),
        (answer(429), "Transient rate destination"),
        (answer(502, b"<html>"), "Uncertain unknown message"),
        (unreachable(), "Transient not-sent message"),
        (lost(), "Uncertain unknown message"),
    ],
)
def test_refusals_are_told_apart(given: Answer, expected: str) -> None:
    assert told(error(given)) == expected


@pytest.mark.parametrize(
    ("subcode", "why"),
    [(458, "removed"), (459, "checkpoint"), (460, "password"), (463, "expired"), (467, "no longer valid")],
)
def test_a_dead_token_says_why_it_died(subcode: int, why: str) -> None:
    assert why in str(error(graph(190, 401, error_subcode=subcode)))


@pytest.mark.parametrize(
    ("header", "waits"),
    [
        ({"77": [{"type": "pages", "estimated_time_to_regain_access": 12}]}, NOW + timedelta(minutes=12)),
        ({"77": [{"type": "pages", "estimated_time_to_regain_access": 0}]}, None),
        ({"77": "?"}, None),
        ([], None),
    ],
)
def test_a_rate_limit_ends_when_the_usage_header_says(header: Any, waits: datetime | None) -> None:
    limited = answer(400, {"error": {"code": 32}}, x_business_use_case_usage=json.dumps(header))
    assert error(limited).retry_after == waits


def test_a_duplicate_is_looked_up_among_the_posts_of_the_page() -> None:
    outcome, _ = send(graph(506), listed())
    assert outcome.receipt is not None and outcome.receipt.id == "77_5"
    assert told(error(graph(506), listed(message="another"))) == "Permanent duplicate message"
    assert told(error(graph(506), lost())) == "Uncertain unknown message"


NEW, OLD = ({"message": "x", "created_time": f"2026-11-2{day}T12:01:00+0000"} for day in (3, 1))


@pytest.mark.parametrize(
    ("given", "presence"),
    [
        (listed(), Presence.FOUND),
        (listed(message=TEXT.replace("\n", " \n")), Presence.FOUND),
        (listed(at="2026-11-23T11:50:00+0000"), Presence.ABSENT),
        (listed(at="yesterday"), Presence.ABSENT),
        (listed(message="another"), Presence.ABSENT),
        (answer(200, {"data": []}), Presence.ABSENT),
        (answer(200, {"data": [NEW] * 50}), Presence.UNKNOWN),
        (answer(200, {"data": [NEW] * 49 + [OLD]}), Presence.ABSENT),
        (answer(200, {"data": [NEW] * 49}), Presence.ABSENT),
        (answer(200, b"<html>"), Presence.UNKNOWN),
        (graph(190, 401), Presence.UNKNOWN),
        (lost(), Presence.UNKNOWN),
    ],
)
def test_the_posts_of_the_page_are_asked(given: Answer, presence: Presence) -> None:
    api = ScriptedApi(given)
    found = channel(api).reconcile(prepared())
    assert found.presence is presence
    assert (found.receipt is not None) == (presence is Presence.FOUND)
    assert api.requests[0].url.startswith(f"{GRAPH}/77/published_posts?")


def test_a_post_can_be_edited_and_deleted() -> None:
    receipt = send(answer(200, {"id": "77_5"}))[0].receipt
    assert receipt is not None
    api = ScriptedApi(answer(200, {"success": True}), answer(200, {"success": True}), answer(404), lost())
    asked = channel(api)
    assert asked.amend(receipt, Action.EDIT, post_message("facebook", text="Rettet")).receipt is not None
    assert (api.requests[0].url, api.requests[0].body) == (f"{GRAPH}/77_5", b"message=Rettet")
    assert asked.amend(receipt, Action.DELETE).receipt is not None
    assert told(asked.amend(receipt, Action.DELETE).error) == "Permanent content message"
    assert told(asked.amend(receipt, Action.DELETE).error) == "Uncertain unknown message"
    assert isinstance(asked.amend(receipt, Action.REPLY).error, Permanent)


@pytest.mark.parametrize(
    ("settings", "state"),
    [
        ({}, HealthState.OK),
        ({"version": "v20.0"}, HealthState.BROKEN),
        ({"version": "v26.0", "version_ends": date(2026, 12, 1)}, HealthState.WARNING),
        ({"token_ends": date(2026, 12, 1)}, HealthState.WARNING),
        ({"app_secret_env": "FACEBOOK_APP"}, HealthState.BROKEN),
    ],
)
def test_ends_and_missing_secrets_are_told(settings: dict[str, Any], state: HealthState) -> None:
    assert channel(ScriptedApi(), **settings).health(NOW).state is state
