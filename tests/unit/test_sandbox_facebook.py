"""The stand-in for Facebook Pages: parameters, tokens, codes, consecutive duplicates, cards."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicate.sandbox.faults import Fault, available
from syndicate.sandbox.networks.calls import Call, Refused, Reply
from syndicate.sandbox.networks.facebook import Facebook
from tests.sandboxes import SETTINGS, Clock, a_world, content, facebook_call

FEED = "/v26.0/12/feed"
POSTS = "/v26.0/12/published_posts"


class Page:
    """One page at the stand-in."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self._world = a_world(folder, self.clock)
        self.world = self._world.__enter__()
        self.network = Facebook(self.world, SETTINGS)

    def close(self) -> None:
        self._world.__exit__(None, None, None)

    def ask(self, method: str, path: str, token: str | None = None, **form: str) -> Reply:
        return self.network.answer(facebook_call(method, path, token=token, **form))

    def post(self, message: str, **form: str) -> str:
        return str(content(self.ask("POST", FEED, message=message, **form))["id"])

    def refused(self, method: str, path: str, token: str | None = None, **form: str) -> Reply:
        with pytest.raises(Refused) as refusal:
            self.ask(method, path, token, **form)
        return refusal.value.reply


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    page = Page(tmp_path)
    yield page
    page.close()


def code(reply: Reply) -> int:
    return int(content(reply)["error"]["code"])


def test_answers_with_page_and_post(page: Page) -> None:
    reply = page.ask("POST", FEED, message="Nyt", link="https://example.dk/1", published="true")
    id = content(reply)["id"]
    assert reply.status == 200 and id.startswith("12_") and reply.taken == id
    assert reply.link == "https://example.dk/1"
    assert json.loads(reply.headers["x-app-usage"])["call_count"] == 0
    listed = content(page.ask("GET", POSTS, fields="id,message,created_time,permalink_url", limit="5"))
    assert listed["data"] == [
        {
            "id": id,
            "message": "Nyt",
            "created_time": "2026-11-23T12:00:00+0000",
            "permalink_url": f"http://127.0.0.1:8025/posts/facebook/{id}",
        }
    ]


def test_takes_json_and_a_bearer_token_too(page: Page) -> None:
    headers = {"content-type": "application/json", "authorization": f"Bearer {SETTINGS.facebook_token}"}
    call = Call(
        "POST", "http://127.0.0.1/facebook" + FEED, FEED, (), headers, b'{"message":"Nyt","published":true}'
    )
    assert page.network.answer(call).status == 200


@pytest.mark.parametrize(
    ("token", "status", "number"),
    [("", 400, 104), ("other", 401, 190), (SETTINGS.facebook_user_token, 403, 200)],
)
def test_refuses_tokens(page: Page, token: str, status: int, number: int) -> None:
    reply = page.refused("POST", FEED, token, message="Nyt")
    assert (reply.status, code(reply)) == (status, number)
    assert {"message", "type", "code", "fbtrace_id"} <= content(reply)["error"].keys()


def test_checks_the_app_secret_proof(page: Page) -> None:
    proof = hmac.new(
        SETTINGS.facebook_app_secret.encode(), SETTINGS.facebook_token.encode(), hashlib.sha256
    ).hexdigest()
    page.ask("POST", FEED, message="Nyt", appsecret_proof=proof)
    assert code(page.refused("POST", FEED, message="Nyt 2", appsecret_proof="0" * 64)) == 100


@pytest.mark.parametrize(
    ("form", "number"),
    [
        ({}, 197),
        ({"message": "  "}, 197),
        ({"message": "a", "link": "example.dk"}, 100),
        ({"message": "a", "link": "javascript:1"}, 100),
        ({"message": "a", "foo": "b"}, 100),
        ({"message": "a", "published": "false"}, 100),
    ],
)
def test_refuses_posts(page: Page, form: dict[str, str], number: int) -> None:
    reply = page.refused("POST", FEED, **form)
    assert (reply.status, code(reply)) == (400, number)


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("text/plain", b"message=a"),
        ("application/json", b"[]"),
        ("application/json", b"{"),
        ("application/x-www-form-urlencoded", b"message"),
        ("application/x-www-form-urlencoded", b"message=\xff"),
        ("application/x-www-form-urlencoded", b"message=a&message=b"),
    ],
)
def test_refuses_bodies(page: Page, media_type: str, body: bytes) -> None:
    call = Call("POST", "http://127.0.0.1" + FEED, FEED, (), {"content-type": media_type}, body)
    with pytest.raises(Refused) as refusal:
        page.network.answer(call)
    assert code(refusal.value.reply) == 100


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("/v20.0/12/feed", 2500),
        ("/v99.0/12/feed", 2500),
        ("/v26.0/my-page/feed", 2500),
        ("/v26.0/12/photos", 2500),
    ],
)
def test_refuses_paths(page: Page, path: str, number: int) -> None:
    assert code(page.refused("POST", path, message="a")) == number


def test_refuses_the_same_twice_in_a_row_only(page: Page) -> None:
    first = page.post("Nyt")
    reply = page.refused("POST", FEED, message="Nyt")
    assert (reply.status, code(reply), content(reply)["error"]["error_subcode"]) == (400, 506, 1455006)
    assert first not in reply.body.decode()
    page.post("Andet")
    page.post("Nyt")
    page.post("Nyt", link="https://example.dk")


def test_a_deleted_post_is_no_duplicate(page: Page) -> None:
    id = page.post("Nyt")
    assert content(page.ask("DELETE", f"/v26.0/{id}")) == {"success": True}
    assert page.post("Nyt") != id


def test_edits_reads_and_deletes_one_post(page: Page) -> None:
    id = page.post("Nyt")
    assert content(page.ask("POST", f"/v26.0/{id}", message="Rettet")) == {"success": True}
    assert content(page.ask("GET", f"/v26.0/{id}", fields="message"))["message"] == "Rettet"
    page.ask("DELETE", f"/v26.0/{id}")
    for method in ("GET", "DELETE"):
        error = content(page.refused(method, f"/v26.0/{id}"))["error"]
        assert (error["code"], error["error_subcode"]) == (100, 33)
    assert content(page.ask("GET", POSTS)) == {"data": []}


@pytest.mark.parametrize("form", [{}, {"message": ""}, {"message": "a", "link": "https://example.dk"}])
def test_refuses_edits(page: Page, form: dict[str, str]) -> None:
    id = page.post("Nyt")
    assert code(page.refused("POST", f"/v26.0/{id}", **form)) == 100


@pytest.mark.parametrize(
    "query",
    [{"limit": "0"}, {"limit": "101"}, {"limit": "x"}, {"since": "x"}, {"foo": "1"}, {"fields": "id,secret"}],
)
def test_refuses_list_queries(page: Page, query: dict[str, str]) -> None:
    assert code(page.refused("GET", POSTS, **query)) == 100


def test_lists_newest_first_since_a_time(page: Page) -> None:
    page.post("en")
    page.clock.forward(minutes=5)
    second = page.post("to")
    since = str(int(page.clock.now.timestamp()) - 60)
    assert [post["id"] for post in content(page.ask("GET", POSTS, since=since))["data"]] == [second]
    assert content(page.ask("GET", POSTS, limit="1"))["data"][0]["id"] == second


def test_a_refresh_of_the_card_is_no_post(page: Page) -> None:
    call = facebook_call("POST", "/v26.0/", id="https://example.dk/1", scrape="true")
    assert page.network.scrapes(call) == "https://example.dk/1" and not page.network.writes(call)
    page.world.record("card", "facebook", "https://example.dk/1", title="Nyt", description="Mere")
    answer = content(page.network.answer(call))
    assert (answer["title"], answer["description"]) == ("Nyt", "Mere")
    assert code(page.refused("POST", "/v26.0/", id="no address", scrape="true")) == 100
    assert page.network.writes(facebook_call("POST", FEED))


def test_tells_about_tokens_and_pages(page: Page) -> None:
    data = content(page.ask("GET", "/debug_token", input_token=SETTINGS.facebook_token))["data"]
    assert (data["type"], data["is_valid"]) == ("PAGE", True)
    data = content(page.ask("GET", "/debug_token", input_token=SETTINGS.facebook_user_token))["data"]
    assert data["type"] == "USER"
    assert content(page.ask("GET", "/debug_token", input_token="x"))["data"]["is_valid"] is False
    assert content(page.ask("GET", "/v26.0/12"))["id"] == "12"


def test_no_token_reaches_the_ledger(page: Page) -> None:
    page.post("Nyt")
    body = json.dumps({"message": "To", "access_token": SETTINGS.facebook_token}).encode()
    page.network.answer(Call("POST", "", FEED, (), {"content-type": "application/json"}, body))
    import asyncio

    asyncio.run(page.world.ledger.sync())
    assert SETTINGS.facebook_token not in page.world.ledger.path.read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "status", "number"),
    [
        ("429", 403, 4),
        ("500", 500, 1),
        ("expired_token", 400, 190),
        ("permission", 403, 200),
        ("duplicate", 400, 506),
        ("sunset_version", 400, 2635),
        ("policy_block", 400, 368),
        ("scrape_failed", 400, 1609005),
    ],
)
def test_misbehaves_in_its_own_words(page: Page, name: str, status: int, number: int) -> None:
    assert name in available("facebook")
    reply = page.network.misbehave(Fault(1, "facebook", name, ""), facebook_call("POST", FEED))
    assert (reply.status, code(reply)) == (status, number)


def test_a_rate_limit_tells_when_it_ends(page: Page) -> None:
    reply = page.network.misbehave(Fault(1, "facebook", "429", ""), facebook_call("POST", FEED))
    usage = json.loads(reply.headers["x-business-use-case-usage"])
    assert usage["1"][0]["estimated_time_to_regain_access"] == 7
    assert json.loads(reply.headers["x-app-usage"])["call_count"] == 100


def test_an_expired_token_has_the_subcode_that_was_ordered(page: Page) -> None:
    fault = Fault(1, "facebook", "expired_token", "", subcode=460)
    error = content(page.network.misbehave(fault, facebook_call("POST", FEED)))["error"]
    assert error["error_subcode"] == 460 and "changed their password" in error["message"]


def test_forgets_the_id_on_order(page: Page) -> None:
    reply = page.ask("POST", FEED, message="Nyt")
    assert content(page.network.without_id(reply)) == {}
