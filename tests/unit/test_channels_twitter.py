"""X: weighted length, OAuth 1.0a, duplicates without a name, the timeline as proof."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syndicate.channels import twitter
from syndicate.domain.errors import DeliveryError, DeliveryReason, Permanent, Uncertain
from syndicate.domain.model import Account, Action, HealthState, Message, Prepared, Presence, Target
from syndicate.ports import ApiResponse, Channel
from tests.fakes_api import Answer, ScriptedApi, answer, lost, post_message, told, unreachable

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LINK = "https://example.org/updates/1"
TEXT = f"Anbefaling 3 er skærpet: »bør« er blevet til »skal«\n\n{LINK}"
SECRETS = {"api_key": "k-1", "api_secret": "k-2", "token": "t-1", "token_secret": "t-2"}
CONFIG = twitter.Config(
    api_key_env="X_KEY",
    api_secret_env="X_SECRET",
    token_env="X_TOKEN",
    token_secret_env="X_TOKEN_SECRET",
    user_id="7",
)
DUPLICATE = {
    "detail": "You are not allowed to create a Tweet with duplicate content.",
    "type": "about:blank",
    "title": "Forbidden",
    "status": 403,
}


def message(text: str = TEXT, reply_to: str = "") -> Message:
    return post_message("twitter", text=text, link=LINK, reply_to=reply_to)


def channel(api: ScriptedApi, config: twitter.Config = CONFIG, secrets: dict[str, str] = SECRETS) -> Channel:
    return twitter.build(config, Account("x", "twitter"), api, secrets, clock=lambda: NOW)


def prepared(text: str = TEXT, reply_to: str = "") -> Prepared:
    return channel(ScriptedApi()).prepare(message(text, reply_to), Target("x"), "a" * 32, NOW)


def send(*answers: Answer, config: twitter.Config = CONFIG) -> tuple[Any, ScriptedApi]:
    api = ScriptedApi(*answers)
    (outcome,) = channel(api, config).send([prepared()], api.commit)
    return outcome, api


def error(*answers: Answer) -> DeliveryError:
    outcome, _ = send(*answers)
    assert isinstance(outcome.error, DeliveryError)
    return outcome.error


def timeline(*posts: dict[str, Any], **meta: Any) -> ApiResponse:
    return answer(200, {"data": list(posts), "meta": {"result_count": len(posts), **meta}})


def shown(text: str = TEXT, at: datetime = NOW, post_id: str = "99") -> dict[str, Any]:
    """A post as the timeline shows it: link shortened, &, < and > escaped."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {
        "id": post_id,
        "text": escaped.replace(LINK, "https://t.co/abc"),
        "created_at": at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "entities": {"urls": [{"url": "https://t.co/abc", "expanded_url": LINK}]},
    }


@pytest.mark.parametrize(
    ("text", "weight"),
    [("Hello, world! 👋", 16), ("x.health", 23), ("foo.museum bar.online", 47), ("å" * 280, 280), ("語", 2)],
)
def test_a_text_is_measured_as_x_counts(text: str, weight: int) -> None:
    assert channel(ScriptedApi()).measure(text) == weight


MEASURE_WITHOUT_SETUPTOOLS = """
import sys
from syndicate.channels import twitter
from syndicate.domain.model import Account
from tests.fakes_api import ScriptedApi
theirs = sys.modules["pkg_resources"] = None if sys.argv[1] == "absent" else object()
config = twitter.Config(api_key_env="K", api_secret_env="S", token_env="T", token_secret_env="U")
length = twitter.build(config, Account("x", "twitter"), ScriptedApi(), {}).measure("god nat")
print(length, sys.modules.get("pkg_resources") is theirs)
"""


@pytest.mark.parametrize("setuptools", ["absent", "present"])
def test_measuring_needs_nothing_of_setuptools_and_leaves_it_alone(setuptools: str) -> None:
    command = [sys.executable, "-c", MEASURE_WITHOUT_SETUPTOOLS, setuptools]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "7 True\n"


def test_the_request_is_the_text_and_nothing_else() -> None:
    made = prepared()
    assert (made.method, made.url) == ("POST", "https://api.x.com/2/tweets")
    assert json.loads(made.body) == {"text": TEXT}
    assert made.headers == {"content-type": "application/json"}


def test_a_reply_names_the_post_it_answers() -> None:
    assert json.loads(prepared(reply_to="42").body)["reply"] == {"in_reply_to_tweet_id": "42"}


@pytest.mark.parametrize("text", ["x" * 281, "語" * 141, "half a pair \ufffe", "   "])
def test_a_text_that_x_would_refuse_is_not_prepared(text: str) -> None:
    with pytest.raises(Permanent) as caught:
        prepared(text)
    assert caught.value.reason is DeliveryReason.CONTENT


def test_a_post_is_signed_and_gives_a_receipt() -> None:
    outcome, api = send(answer(201, {"data": {"id": "1456", "text": "…"}}))
    assert (outcome.receipt.id, outcome.receipt.status, outcome.receipt.at) == ("1456", 201, NOW)
    assert outcome.receipt.permalink == "https://x.com/i/web/status/1456"
    assert api.headers()["authorization"].startswith("OAuth ")
    assert api.requests[0].body == prepared().body
    assert api.log == ["commit " + "a" * 32, "POST"]


def test_a_success_that_also_lists_errors_is_a_success() -> None:
    outcome, _ = send(answer(201, {"data": {"id": "1"}, "errors": [{"code": 88}]}))
    assert outcome.receipt.id == "1"


@pytest.mark.parametrize(
    "given",
    [
        answer(201, {"data": {}}),
        answer(201, b'{"data":{"id"'),
        answer(500),
        answer(502, b"<html>"),
        answer(302),
    ],
)
def test_an_answer_that_names_no_post_leaves_it_uncertain(given: ApiResponse) -> None:
    assert isinstance(error(given), Uncertain)


PROBLEM = "https://api.x.com/2/problems/"
OLD_PROBLEM = "https://api.twitter.com/2/problems/"
STRANGER = "You can only reply to or quote posts where you are mentioned or are the author."


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (answer(400, {"type": PROBLEM + "invalid-request"}), "Permanent content message"),
        (answer(401, {"title": "Unauthorized"}), "Permanent auth destination"),
        (answer(402, {"title": "CreditsDepleted"}), "Permanent paid-cap destination"),
        (answer(403, {"detail": "You are not permitted."}), "Permanent permission destination"),
        (answer(403, {"type": OLD_PROBLEM + "client-forbidden"}), "Permanent permission destination"),
        (answer(403, {"type": OLD_PROBLEM + "unsupported-authentication"}), "Permanent auth destination"),
        (answer(403, {"detail": STRANGER}), "Permanent content message"),
        (answer(403, {"errors": [{"code": 88}]}), "Transient rate destination"),
        (answer(404), "Permanent version destination"),
        (answer(409), "Transient server message"),
        (answer(429, {"title": "Too Many Requests"}), "Transient rate destination"),
        (answer(429, {"type": PROBLEM + "usage-capped"}), "Permanent paid-cap destination"),
        (answer(500, {"type": PROBLEM + "usage-capped"}), "Uncertain unknown message"),
        (unreachable(), "Transient not-sent message"),
        (lost(), "Uncertain unknown message"),
    ],
)
def test_refusals_are_told_apart(given: Answer, expected: str) -> None:
    assert told(error(given)) == expected


@pytest.mark.parametrize(
    ("reset", "waits"),
    [(str(int(NOW.timestamp()) + 900), NOW + timedelta(minutes=15)), ("1", None), ("", None), ("soon", None)],
)
def test_a_rate_limit_ends_when_the_header_says_unless_that_is_over(
    reset: str, waits: datetime | None
) -> None:
    assert error(answer(429, {}, x_rate_limit_reset=reset)).retry_after == waits


def test_a_duplicate_is_looked_up_in_the_timeline_and_adopted() -> None:
    outcome, api = send(answer(403, DUPLICATE), timeline(shown("another text"), shown()))
    assert outcome.receipt.id == "99"
    assert json.loads(outcome.receipt.answer) == shown()
    assert api.requests[1].url.startswith(
        "https://api.x.com/2/users/7/tweets?max_results=100&start_time=2026-11-23T11"
    )


def test_a_duplicate_of_an_older_post_is_not_ours() -> None:
    found = error(answer(403, DUPLICATE), timeline(shown(at=NOW - timedelta(days=1))))
    assert (type(found), found.reason) == (Permanent, DeliveryReason.DUPLICATE)
    assert "duplicate content" in found.answer


def test_a_duplicate_stays_uncertain_while_the_timeline_cannot_be_read() -> None:
    assert isinstance(error(answer(403, DUPLICATE), lost()), Uncertain)


def reconcile(
    *answers: Answer, text: str = TEXT, config: twitter.Config = CONFIG
) -> tuple[Presence, ScriptedApi]:
    api = ScriptedApi(*answers)
    return channel(api, config).reconcile(prepared(text)).presence, api


def test_reading_the_timeline_finds_escaped_texts() -> None:
    text = f"R&D <5 mg> &amp; e\u0301n\n{LINK}"
    assert reconcile(timeline(shown(text)), text=text)[0] is Presence.FOUND


def test_reading_the_timeline_finds_bare_domains() -> None:
    post = shown("se who.int/news")
    post["entities"] = {"urls": [{"url": "https://t.co/x", "expanded_url": "http://who.int/news"}]}
    post["text"] = "se https://t.co/x"
    assert reconcile(timeline(post), text="se who.int/news")[0] is Presence.FOUND


@pytest.mark.parametrize(
    ("given", "presence"),
    [
        (timeline(), Presence.ABSENT),
        (answer(200, {"meta": {"result_count": 0}}), Presence.ABSENT),
        (timeline(shown("x"), next_token="more"), Presence.UNKNOWN),
        (timeline(shown(at=NOW - timedelta(minutes=5))), Presence.ABSENT),
        (answer(200, b"<html>"), Presence.UNKNOWN),
        (answer(429), Presence.UNKNOWN),
        (answer(401), Presence.UNKNOWN),
        (lost(), Presence.UNKNOWN),
        (unreachable(), Presence.UNKNOWN),
    ],
)
def test_the_timeline_proves_presence_or_absence_or_nothing(given: Answer, presence: Presence) -> None:
    assert reconcile(given)[0] is presence


def test_the_own_id_is_asked_for_once_where_it_is_not_configured() -> None:
    config = CONFIG.model_copy(update={"user_id": ""})
    api = ScriptedApi(answer(200, {"data": {"id": "55"}}), timeline(), timeline())
    asked = channel(api, config)
    asked.reconcile(prepared())
    asked.reconcile(prepared())
    assert [request.url.partition("?")[0] for request in api.requests] == [
        "https://api.x.com/2/users/me",
        "https://api.x.com/2/users/55/tweets",
        "https://api.x.com/2/users/55/tweets",
    ]


def test_an_own_id_that_cannot_be_had_leaves_it_unknown() -> None:
    config = CONFIG.model_copy(update={"user_id": ""})
    assert reconcile(answer(401), config=config)[0] is Presence.UNKNOWN


def test_a_post_can_be_deleted_and_deleting_again_is_the_same() -> None:
    receipt = send(answer(201, {"data": {"id": "5"}}))[0].receipt
    for given in (answer(200, {"data": {"deleted": True}}), answer(404)):
        api = ScriptedApi(given)
        assert channel(api).amend(receipt, Action.DELETE).receipt is not None
        assert (api.requests[0].method, api.requests[0].url) == ("DELETE", "https://api.x.com/2/tweets/5")


def test_an_edit_is_a_new_post_with_a_new_id() -> None:
    receipt = send(answer(201, {"data": {"id": "5"}}))[0].receipt
    api = ScriptedApi(answer(201, {"data": {"id": "6"}}))
    outcome = channel(api).amend(receipt, Action.EDIT, message("ny tekst"))
    assert outcome.receipt is not None and outcome.receipt.id == "6"
    assert api.body() == {"text": "ny tekst", "edit_options": {"previous_post_id": "5"}}


@pytest.mark.parametrize("action", [Action.REPLY, Action.CREATE, Action.EDIT])
def test_what_is_no_amendment_is_refused_without_a_call(action: Action) -> None:
    receipt = send(answer(201, {"data": {"id": "5"}}))[0].receipt
    assert isinstance(channel(ScriptedApi()).amend(receipt, action).error, Permanent)


def test_an_edit_that_comes_too_late_is_an_error() -> None:
    receipt = send(answer(201, {"data": {"id": "5"}}))[0].receipt
    late = channel(ScriptedApi(answer(403, {"detail": "too late"}))).amend(receipt, Action.EDIT, message())
    gone = channel(ScriptedApi(answer(404))).amend(receipt, Action.EDIT, message())
    assert isinstance(late.error, Permanent) and "too late" in late.error.answer
    assert gone.error is not None and gone.error.reason is DeliveryReason.CONTENT


def test_a_missing_secret_is_named_by_its_variable() -> None:
    poor = channel(ScriptedApi(), secrets={**SECRETS, "token": ""})
    assert poor.health(NOW).state is HealthState.BROKEN and "X_TOKEN" in poor.health(NOW).detail
    (outcome,) = poor.send([prepared()], lambda key: None)
    assert outcome.error is not None and outcome.error.reason is DeliveryReason.AUTH
    assert channel(ScriptedApi()).health(NOW).state is HealthState.OK
