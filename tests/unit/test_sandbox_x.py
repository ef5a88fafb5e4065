"""The stand-in for X: what it takes, what it refuses and in which words."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from syndicate.sandbox.faults import Fault, available
from syndicate.sandbox.networks.calls import Call, Refused, Reply
from syndicate.sandbox.networks.oauth1 import Secrets
from syndicate.sandbox.networks.x import X
from syndicate.sandbox.settings import Settings
from tests.sandboxes import NOON, SETTINGS, Clock, XSigner, a_world, content

ME = SETTINGS.x_user_id
TIMELINE = f"/2/users/{ME}/tweets"


class Account:
    """One account at the stand-in, with a clock of its own."""

    def __init__(self, folder: Path, settings: Settings = SETTINGS) -> None:
        self.clock, self.sign = Clock(), XSigner()
        self._world = a_world(folder, self.clock)
        self.world = self._world.__enter__()
        self.x = X(self.world, settings)

    def close(self) -> None:
        self._world.__exit__(None, None, None)

    def ask(self, method: str, path: str, body: Any = None, **query: str) -> Reply:
        return self.x.answer(self.sign.call(method, path, body, now=self.clock.now, query=query))

    def post(self, text: str, **more: Any) -> str:
        reply = self.ask("POST", "/2/tweets", {"text": text} | more)
        assert reply.status == 201
        return str(content(reply)["data"]["id"])

    def refused(self, method: str, path: str, body: Any = None, **query: str) -> Reply:
        with pytest.raises(Refused) as refusal:
            self.ask(method, path, body, **query)
        return refusal.value.reply


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    account = Account(tmp_path)
    yield account
    account.close()


def test_answers_as_recorded(account: Account) -> None:
    reply = account.ask("POST", "/2/tweets", {"text": "Anbefaling 3 er ny"})
    data = content(reply)["data"]
    assert reply.status == 201 and reply.taken == data["id"]
    assert data["text"] == "Anbefaling 3 er ny" and data["edit_history_post_ids"] == [data["id"]]
    assert reply.headers["x-rate-limit-limit"] == "100" and reply.headers["x-rate-limit-remaining"] == "99"
    assert int(reply.headers["x-rate-limit-reset"]) == int(NOON.timestamp()) + 900
    assert reply.headers["location"].endswith("/2/tweets/" + data["id"])


def test_ids_grow_within_one_millisecond_too(account: Account) -> None:
    first, second = account.post("en"), account.post("to")
    assert int(second) > int(first) and len(first) <= 19


def test_shortens_links_and_escapes(account: Account) -> None:
    account.post("A & B <c> https://example.dk/en/meget/lang/side og who.int/news")
    post = content(account.ask("GET", TIMELINE, **{"tweet.fields": "entities,created_at"}))["data"][0]
    urls = post["entities"]["urls"]
    assert post["text"].startswith("A &amp; B &lt;c&gt; https://t.co/")
    assert [url["expanded_url"] for url in urls] == [
        "https://example.dk/en/meget/lang/side",
        "http://who.int/news",
    ]
    assert [post["text"][url["start"] : url["end"]] for url in urls] == [url["url"] for url in urls]
    assert post["created_at"] == "2026-11-23T12:00:00.000Z"


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"text": "a", "link": "x"}, 400, "$.link: is not defined in the schema"),
        ({"text": 5}, 400, "$.text"),
        ({"text": "a", "reply_settings": "none"}, 400, "$.reply_settings"),
        ({"text": "a", "reply": {"in_reply_to_tweet_id": 1}}, 400, "$.reply"),
        ({"text": "a", "media": {"media_ids": ["1"]}}, 400, "$.media"),
        ({"text": ""}, 400, "must not be blank"),
        ({}, 400, "must not be blank"),
        ({"text": "a\x00b"}, 400, "invalid characters"),
        ({"text": "a" * 281}, 400, "too long"),
        ({"text": "漢" * 141}, 400, "too long"),
        ([], 400, "Invalid JSON"),
        (b'{"text": "a", "text": "b"}', 400, "Invalid JSON"),
        (b"\xff", 400, "Invalid JSON"),
        (b"[" * 100_000, 400, "Invalid JSON"),
    ],
)
def test_refuses_bodies(account: Account, body: Any, status: int, words: str) -> None:
    reply = account.refused("POST", "/2/tweets", body)
    problem = content(reply)
    assert reply.status == status and reply.headers["content-type"] == "application/problem+json"
    assert problem["type"].endswith("/invalid-request") and words in problem["errors"][0]["message"]


def test_takes_exactly_280(account: Account) -> None:
    account.post("漢" * 140)
    account.post("a" * 256 + " https://example.dk/" + "b" * 100)


def test_refuses_other_media_types(account: Account) -> None:
    call = account.sign.call("POST", "/2/tweets", {"text": "a"})
    call = Call(call.method, call.url, call.path, headers=dict(call.headers) | {"content-type": "text/plain"})
    with pytest.raises(Refused) as refusal:
        account.x.answer(call)
    assert refusal.value.reply.status == 415


def test_refuses_what_is_not_signed(account: Account) -> None:
    stranger = XSigner(secrets=Secrets("sandbox-x-key", "wrong", "sandbox-x-token", "wrong"))
    for call in (
        stranger.call("POST", "/2/tweets", {"text": "a"}),
        Call("GET", "http://127.0.0.1/x/2/users/me", "/2/users/me"),
    ):
        with pytest.raises(Refused) as refusal:
            account.x.answer(call)
        assert refusal.value.reply.status == 401
        assert content(refusal.value.reply) == {
            "title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"
        }  # fmt: skip


def test_refuses_the_same_request_twice(account: Account) -> None:
    call = account.sign.call("GET", "/2/users/me")
    assert content(account.x.answer(call))["data"]["id"] == ME
    with pytest.raises(Refused, match="nonce"):
        account.x.answer(call)


def test_refuses_duplicates_in_the_real_words(account: Account) -> None:
    account.post("Nyt e\u0301n gang")
    reply = account.refused("POST", "/2/tweets", {"text": "Nyt \u00e9n gang"})
    assert content(reply) == {
        "detail": "You are not allowed to create a Tweet with duplicate content.",
        "type": "about:blank",
        "title": "Forbidden",
        "status": 403,
    }
    assert reply.status == 403


def test_takes_a_text_again_after_deletion_or_a_day(account: Account) -> None:
    first = account.post("Nyt")
    assert content(account.ask("DELETE", f"/2/tweets/{first}")) == {"data": {"deleted": True}}
    account.post("Nyt")
    account.clock.forward(hours=24, seconds=1)
    account.post("Nyt")


def test_limits_posts_per_window(tmp_path: Path) -> None:
    account = Account(tmp_path, Settings(x_posts_per_window=2))
    account.post("en")
    account.clock.forward(minutes=5)
    account.post("to")
    reply = account.refused("POST", "/2/tweets", {"text": "tre"})
    assert reply.status == 429 and reply.headers["x-rate-limit-remaining"] == "0"
    assert int(reply.headers["x-rate-limit-reset"]) == int(NOON.timestamp()) + 900
    account.clock.forward(minutes=10, seconds=1)
    account.post("tre")
    account.close()


def test_remembers_the_rate_after_a_restart(tmp_path: Path) -> None:
    first = Account(tmp_path, Settings(x_posts_per_window=1))
    first.post("en")
    import asyncio

    asyncio.run(first.world.ledger.sync())
    first.close()
    second = Account(tmp_path, Settings(x_posts_per_window=1))
    assert second.refused("POST", "/2/tweets", {"text": "to"}).status == 429
    second.close()


def test_edits_make_new_ids(account: Account) -> None:
    first = account.post("Anbefaling 3")
    second = account.post("Anbefaling 4", edit_options={"previous_post_id": first})
    old = account.world.post("x", first)
    assert old and old.state == "superseded"
    post = content(account.ask("GET", f"/2/tweets/{second}"))["data"]
    assert post["edit_history_post_ids"] == [first, second]
    assert "errors" in content(account.ask("GET", f"/2/tweets/{first}"))


def test_edits_end_after_five_or_after_thirty_minutes(account: Account) -> None:
    id = account.post("nr. 0")
    for number in range(1, 6):
        id = account.post(f"nr. {number}", edit_options={"previous_post_id": id})
    body = {"text": "nr. 6", "edit_options": {"previous_post_id": id}}
    assert account.refused("POST", "/2/tweets", body).status == 400
    other = account.post("andet")
    account.clock.forward(minutes=31)
    body = {"text": "andet 2", "edit_options": {"previous_post_id": other}}
    assert account.refused("POST", "/2/tweets", body).status == 400


def test_replies_to_own_posts_only(account: Account) -> None:
    first = account.post("Nyt")
    second = account.post("Rettelse", reply={"in_reply_to_tweet_id": first})
    reply = account.refused("POST", "/2/tweets", {"text": "Hej", "reply": {"in_reply_to_tweet_id": "1"}})
    assert reply.status == 403
    assert content(reply)["detail"].startswith("You can only reply to or quote posts")
    shown = content(account.ask("GET", TIMELINE, exclude="replies"))["data"]
    assert [post["id"] for post in shown] == [first] and second != first


def test_timeline_by_time_id_and_page(account: Account) -> None:
    ids = []
    for number in range(7):
        ids.append(account.post(f"nr. {number}"))
        account.clock.forward(minutes=1)
    answer = content(account.ask("GET", TIMELINE, max_results="5"))
    assert [post["id"] for post in answer["data"]] == ids[:1:-1]
    assert answer["meta"] == {
        "result_count": 5, "newest_id": ids[6], "oldest_id": ids[2], "next_token": "s5"
    }  # fmt: skip
    rest = content(account.ask("GET", TIMELINE, max_results="5", pagination_token="s5"))
    assert [post["id"] for post in rest["data"]] == [ids[1], ids[0]]
    since = content(account.ask("GET", TIMELINE, start_time="2026-11-23T12:05:00Z"))
    assert [post["id"] for post in since["data"]] == [ids[6], ids[5]]
    newer = content(account.ask("GET", TIMELINE, since_id=ids[5]))
    assert [post["id"] for post in newer["data"]] == [ids[6]]


def test_an_empty_timeline_has_no_data(account: Account) -> None:
    assert content(account.ask("GET", TIMELINE)) == {"meta": {"result_count": 0}}


def test_a_lagging_timeline_hides_what_is_new(account: Account) -> None:
    old = account.post("gammel")
    hidden = account.world.n
    account.post("ny")
    call = account.sign.call("GET", TIMELINE, now=account.clock.now)
    answer = content(account.x.answer(replace(call, newer_hidden=hidden)))
    assert [post["id"] for post in answer["data"]] == [old]


@pytest.mark.parametrize(
    "query",
    [
        {"max_results": "4"},
        {"max_results": "101"},
        {"max_results": "many"},
        {"start_time": "yesterday"},
        {"start_time": "2026-11-23T12:00:00"},
        {"since_id": "x"},
        {"limit": "5"},
    ],
)
def test_refuses_timeline_queries(account: Account, query: dict[str, str]) -> None:
    assert account.refused("GET", TIMELINE, **query).status == 400


def test_does_not_know_strangers_nor_other_paths(account: Account) -> None:
    assert "errors" in content(account.ask("GET", "/2/users/1/tweets"))
    assert account.refused("GET", "/2/users/me!/tweets").status == 400
    assert account.refused("GET", "/1.1/statuses").status == 404
    assert account.refused("DELETE", "/2/tweets/12").status == 404
    assert account.refused("POST", "/2/tweets", {"text": "a"}, dry_run="1").status == 400


@pytest.mark.parametrize(
    ("name", "status", "type"),
    [
        ("429", 429, "about:blank"),
        ("500", 500, "about:blank"),
        ("expired_token", 401, "about:blank"),
        ("permission", 403, "client-forbidden"),
        ("duplicate", 403, "about:blank"),
        ("usage_capped", 429, "usage-capped"),
    ],
)
def test_misbehaves_in_its_own_words(account: Account, name: str, status: int, type: str) -> None:
    assert name in available("x")
    reply = account.x.misbehave(Fault(1, "x", name, ""), account.sign.call("POST", "/2/tweets", {}))
    assert reply.status == status and content(reply)["type"].endswith(type)


def _schema(name: str) -> Any:
    import jsonschema

    spec = json.loads(Path(os.environ["SYNDICATE_DATA"], "social/x/openapi.json").read_text("utf-8"))
    schema = {"$ref": f"#/components/schemas/{name}", "components": spec["components"]}
    return jsonschema.Draft4Validator(schema)


@pytest.mark.shared_data
@pytest.mark.parametrize(
    "body",
    [
        {"text": "a"},
        {"text": 5},
        {"text": "a", "link": "b"},
        {"text": "a", "reply_settings": "none"},
        {"text": "a", "reply_settings": "following"},
        {"text": "a", "made_with_ai": True},
        {"text": "a", "made_with_ai": "yes"},
        {"text": "a", "edit_options": {}},
        {"text": "a", "edit_options": {"previous_post_id": "12", "x": 1}},
        {"text": "a", "reply": {"exclude_reply_user_ids": []}},
        {"text": "a", "quote_tweet_id": "x"},
    ],
)
def test_refuses_every_body_that_the_specification_refuses(account: Account, body: Any) -> None:
    if not _schema("CreatePostsRequest").is_valid(body):
        assert account.refused("POST", "/2/tweets", body).status == 400
    else:
        assert account.ask("POST", "/2/tweets", body).status == 201


@pytest.mark.shared_data
def test_its_answers_fit_the_specification(account: Account) -> None:
    reply = account.ask("POST", "/2/tweets", {"text": "Se https://example.dk"})
    _schema("CreatePostsResponse").validate(content(reply))
    timeline = account.ask(
        "GET", TIMELINE, **{"post.fields": "created_at,entities", "expansions": "author_id"}
    )
    _schema("GetUsersPostsResponse").validate(content(timeline))
