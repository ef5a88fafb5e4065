"""The stand-in for LinkedIn: headers, shapes, little text, duplicates, and the words of its refusals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from syndicate.sandbox.faults import Fault, available
from syndicate.sandbox.networks.calls import Call, Refused, Reply
from syndicate.sandbox.networks.linkedin import LinkedIn
from syndicate.sandbox.settings import Settings
from tests.sandboxes import SETTINGS, Clock, a_world, content, linkedin_body, linkedin_call

ARTICLE = {"article": {"source": "https://example.dk/1", "title": "Nyt", "description": "Mere"}}
FIND = "/rest/posts?q=author&author=urn%3Ali%3Aorganization%3A7"


class Page:
    """One organisation's page at the stand-in."""

    def __init__(self, folder: Path, settings: Settings = SETTINGS) -> None:
        self.clock = Clock()
        self._world = a_world(folder, self.clock)
        self.world = self._world.__enter__()
        self.network = LinkedIn(self.world, settings)

    def close(self) -> None:
        self._world.__exit__(None, None, None)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        return self.network.answer(linkedin_call(method, path, body, **headers))

    def post(self, commentary: str = "Nyt", **changes: Any) -> str:
        reply = self.ask("POST", "/rest/posts", linkedin_body(commentary, **changes))
        assert (reply.status, reply.body) == (201, b"")
        return reply.headers["x-restli-id"]

    def refused(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        with pytest.raises(Refused) as refusal:
            self.ask(method, path, body, **headers)
        return refusal.value.reply

    def found(self) -> list[Any]:
        return list(content(self.ask("GET", FIND, x_restli_method="FINDER"))["elements"])


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    page = Page(tmp_path)
    yield page
    page.close()


def key(urn: str) -> str:
    return "/rest/posts/" + urn.replace(":", "%3A")


def test_answers_with_an_empty_body_and_the_id_in_a_header(page: Page) -> None:
    urn = page.post("Nyt om boliger", content=ARTICLE)
    assert urn.startswith("urn:li:share:7")
    post = content(page.ask("GET", key(urn)))
    assert (post["id"], post["commentary"], post["content"]) == (urn, "Nyt om boliger", ARTICLE)
    assert post["createdAt"] == post["publishedAt"] == int(page.clock.now.timestamp() * 1000)
    assert page.found() == [post]


def test_cuts_silently_at_the_first_bare_reserved_character(page: Page) -> None:
    urn = page.post("Anbefaling 3 (ny) er skærpet")
    assert content(page.ask("GET", key(urn)))["commentary"] == "Anbefaling 3 "
    stored = page.world.post("linkedin", urn)
    assert stored and stored.text == "Anbefaling 3 "


def test_keeps_what_is_escaped(page: Page) -> None:
    urn = page.post(r"Anbefaling 3 \(ny\) {hashtag|\#|sundhed}")
    stored = page.world.post("linkedin", urn)
    assert stored and stored.text == "Anbefaling 3 (ny) #sundhed"


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"authorization": ""}, 401, "INVALID_ACCESS_TOKEN"),
        ({"authorization": "Bearer other"}, 401, "INVALID_ACCESS_TOKEN"),
        ({"linkedin_version": ""}, 400, "VERSION_MISSING"),
        ({"linkedin_version": "202411"}, 426, "NONEXISTENT_VERSION"),
        ({"linkedin_version": "2026-08"}, 426, "NONEXISTENT_VERSION"),
        ({"linkedin_version": "202613"}, 426, "NONEXISTENT_VERSION"),
        ({"x_restli_protocol_version": ""}, 400, "ILLEGAL_ARGUMENT"),
        ({"content_type": "text/plain"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    ],
)
def test_refuses_headers(page: Page, headers: dict[str, str], status: int, code: str) -> None:
    reply = page.refused("POST", "/rest/posts", linkedin_body(), **headers)
    assert (reply.status, content(reply)["status"], content(reply)["code"]) == (status, status, code)


def test_names_the_sunset_version(page: Page) -> None:
    reply = page.refused("POST", "/rest/posts", linkedin_body(), linkedin_version="202411")
    assert content(reply)["message"] == "Requested version 20241101 is not active"


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"foo": 1}, "/foo"),
        ({"author": None}, "/author"),
        ({"visibility": "ALL"}, "/visibility"),
        ({"distribution": None}, "/distribution"),
        ({"distribution": {"feedDistribution": "MAIN_FEED", "x": []}}, "/distribution"),
        ({"distribution": {"feedDistribution": "SIDE"}}, "/distribution"),
        ({"lifecycleState": "DRAFT"}, "/lifecycleState"),
        ({"isReshareDisabledByAuthor": "no"}, "/isReshareDisabledByAuthor"),
        ({"content": {"article": {"source": "https://example.dk"}}}, "/content"),
        ({"content": {"article": {"source": "example.dk", "title": "T"}}}, "/content"),
        ({"content": {"article": {"source": "https://example.dk", "title": "T" * 401}}}, "/content"),
        ({"content": {"article": ARTICLE["article"] | {"link": "x"}}}, "/content"),
        ({"content": {"media": {}}}, "/content"),
        ({"commentary": "a" * 3001}, "/commentary"),
        ({"commentary": 5}, "/commentary"),
    ],
)
def test_refuses_shapes(page: Page, changes: dict[str, Any], where: str) -> None:
    reply = page.refused(
        "POST",
        "/rest/posts",
        linkedin_body() | changes if None not in changes.values() else linkedin_body(**changes),
    )
    assert reply.status == 422 and where in content(reply)["message"]


def test_counts_the_visible_text(page: Page) -> None:
    page.post(r"\(" * 3000)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"author":1,"author":2}'])
def test_refuses_what_is_no_object(page: Page, body: bytes) -> None:
    call = linkedin_call("POST", "/rest/posts")
    with pytest.raises(Refused) as refusal:
        page.network.answer(Call(call.method, call.url, call.path, headers=call.headers, body=body))
    assert refusal.value.reply.status == 400


def test_refuses_to_post_as_a_person(page: Page) -> None:
    reply = page.refused("POST", "/rest/posts", linkedin_body(author="urn:li:person:abc"))
    assert (reply.status, content(reply)["code"]) == (403, "ACCESS_DENIED")


def test_names_the_post_that_a_duplicate_repeats(page: Page) -> None:
    urn = page.post("Nyt", content=ARTICLE)
    reply = page.refused("POST", "/rest/posts", linkedin_body("Nyt", content=ARTICLE))
    answer = content(reply)
    assert reply.status == 422 and answer["message"] == f"Content is a duplicate of {urn}"
    assert answer["errorDetails"]["inputErrors"][0]["code"] == "DUPLICATE_POST"


def test_other_links_authors_and_days_are_no_duplicates(page: Page) -> None:
    page.post("Nyt", content=ARTICLE)
    page.post("Nyt")
    page.post("Nyt", author="urn:li:organization:8")
    page.clock.forward(hours=25)
    page.post("Nyt")


def test_a_deleted_post_blocks_its_repetition_for_a_day(page: Page) -> None:
    urn = page.post("Nyt")
    assert page.ask("DELETE", key(urn)).status == 204
    reply = page.refused("POST", "/rest/posts", linkedin_body("Nyt"))
    assert urn in content(reply)["message"]
    assert page.refused("GET", key(urn)).status == 404


def test_limits_posts_per_day_without_telling_when_it_ends(tmp_path: Path) -> None:
    page = Page(tmp_path, Settings(linkedin_posts_per_day=1))
    page.post("en")
    reply = page.refused("POST", "/rest/posts", linkedin_body("to"))
    assert reply.status == 429 and set(reply.headers) == {"content-type"}
    page.clock.forward(days=1, seconds=1)
    page.post("to")
    page.close()


def test_edits(page: Page) -> None:
    urn = page.post("Nyt")
    page.clock.forward(minutes=1)
    patch = {"patch": {"$set": {"commentary": r"Rettet \(1\)"}}}
    assert page.ask("POST", key(urn), patch, x_restli_method="PARTIAL_UPDATE").status == 204
    post = content(page.ask("GET", key(urn)))
    assert post["commentary"] == r"Rettet \(1\)" and post["lifecycleStateInfo"]["isEditedByAuthor"] is True
    assert post["lastModifiedAt"] == post["createdAt"] + 60_000


@pytest.mark.parametrize(
    ("patch", "method", "status"),
    [
        ({"patch": {"$set": {"commentary": "x"}}}, "", 400),
        ({"patch": {"$set": {"visibility": "PUBLIC"}}}, "PARTIAL_UPDATE", 422),
        ({"patch": {"$set": {"commentary": 1}}}, "PARTIAL_UPDATE", 422),
        ({"patch": {"$delete": ["commentary"]}}, "PARTIAL_UPDATE", 422),
        ({"commentary": "x"}, "PARTIAL_UPDATE", 422),
    ],
)
def test_refuses_edits(page: Page, patch: Any, method: str, status: int) -> None:
    urn = page.post("Nyt")
    assert page.refused("POST", key(urn), patch, x_restli_method=method).status == status


def test_deletes_again_and_again(page: Page) -> None:
    urn = page.post("Nyt")
    assert [page.ask("DELETE", key(urn)).status for _ in range(2)] == [204, 204]
    assert page.ask("DELETE", key("urn:li:share:1")).status == 204
    assert page.found() == []
    assert page.world.counts["linkedin", "delete"] == 1


def test_wants_urns_encoded_in_paths(page: Page) -> None:
    urn = page.post("Nyt")
    reply = page.refused("GET", f"/rest/posts/{urn}")
    assert (reply.status, content(reply)["message"]) == (400, "Syntax exception in path variables")


@pytest.mark.parametrize(
    ("path", "method"),
    [
        (FIND, ""),
        (FIND + "&count=0", "FINDER"),
        (FIND + "&count=many", "FINDER"),
        (FIND + "&foo=1", "FINDER"),
        ("/rest/posts?q=author", "FINDER"),
        ("/rest/posts?q=other&author=x", "FINDER"),
    ],
)
def test_refuses_finder_queries(page: Page, path: str, method: str) -> None:
    assert page.refused("GET", path, x_restli_method=method).status == 400


def test_lists_newest_first_in_pages(page: Page) -> None:
    urns = [page.post(f"nr {number}") for number in range(3)]
    assert [post["id"] for post in page.found()] == urns[::-1]
    second = content(page.ask("GET", FIND + "&start=1&count=1", x_restli_method="FINDER"))
    assert [post["id"] for post in second["elements"]] == [urns[1]]


def test_does_not_know_other_paths(page: Page) -> None:
    assert page.refused("GET", "/v2/shares").status == 404
    assert page.refused("GET", key("urn:li:share:1")).status == 404


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("429", 429, "TOO_MANY_REQUESTS"),
        ("500", 500, "INTERNAL_SERVER_ERROR"),
        ("expired_token", 401, "EXPIRED_ACCESS_TOKEN"),
        ("permission", 403, "ACCESS_DENIED"),
        ("sunset_version", 426, "NONEXISTENT_VERSION"),
    ],
)
def test_misbehaves_in_its_own_words(page: Page, name: str, status: int, code: str) -> None:
    assert name in available("linkedin")
    reply = page.network.misbehave(Fault(1, "linkedin", name, ""), linkedin_call("POST", "/rest/posts"))
    assert (reply.status, content(reply)["code"]) == (status, code)


def test_a_duplicate_by_order_names_the_newest_post_and_a_ghost_nothing(page: Page) -> None:
    urn = page.post("Nyt")
    call = linkedin_call("POST", "/rest/posts", linkedin_body("Nyt 2"))
    assert urn in content(page.network.misbehave(Fault(1, "linkedin", "duplicate", ""), call))["message"]
    ghost = content(page.network.misbehave(Fault(1, "linkedin", "ghost_urn", ""), call))["message"].split()[
        -1
    ]
    assert page.refused("GET", key(ghost)).status == 404
    assert page.post("Nyt 3") not in (ghost, urn)


def test_forgets_the_id_on_order(page: Page) -> None:
    reply = page.ask("POST", "/rest/posts", linkedin_body())
    bare = page.network.without_id(reply)
    assert bare.status == 201 and "x-restli-id" not in bare.headers and "location" not in bare.headers


def test_keeps_the_request_in_the_ledger(page: Page) -> None:
    body = linkedin_body("Nyt")
    page.ask("POST", "/rest/posts", body)
    import asyncio

    asyncio.run(page.world.ledger.sync())
    entry = json.loads(page.world.ledger.path.read_text("utf-8"))
    assert json.loads(entry["raw"]) == body and entry["kind"] == "post"
