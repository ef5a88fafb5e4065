"""Requests without the wire: how bodies are read, and that no input at all breaks a network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syndicate.sandbox.networks.calls import (
    Call,
    Network,
    Refused,
    Reply,
    is_bool,
    is_text,
    json_reply,
    no_value_error,
    one_of,
)
from syndicate.sandbox.networks.facebook import Facebook
from syndicate.sandbox.networks.linkedin import LinkedIn
from syndicate.sandbox.networks.x import X
from syndicate.sandbox.world import World
from tests.sandboxes import LINKEDIN_HEADERS, NOON, SETTINGS, XSigner, a_world, linkedin_body

FOLDERS_ARE_SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)


def body(data: bytes) -> Call:
    return Call("POST", "http://127.0.0.1/", "/", body=data)


@pytest.mark.parametrize(
    ("data", "value"),
    [(b"{}", {}), (b'{"a": [1, "b"]}', {"a": [1, "b"]}), ('"ø"'.encode(), "ø"), (b" 1 ", 1)],
)
def test_reads_json(data: bytes, value: Any) -> None:
    assert body(data).json() == value


@pytest.mark.parametrize(
    "data", [b"", b"{", b"{'a': 1}", b'{"a": NaN}', b'{"a":1,"a":2}', b"\xff", b'{"a":1} x']
)
def test_refuses_what_is_no_json(data: bytes) -> None:
    with pytest.raises(ValueError):
        body(data).json()


@pytest.mark.parametrize(
    ("data", "pairs"),
    [
        (b"", []),
        (b"a=1&b=", [("a", "1"), ("b", "")]),
        (b"a=%C3%B8+%26", [("a", "ø &")]),
        (b"a=1&a=2", [("a", "1"), ("a", "2")]),
    ],
)
def test_reads_forms(data: bytes, pairs: list[tuple[str, str]]) -> None:
    assert body(data).form() == pairs


@pytest.mark.parametrize("data", [b"a", b"a=1&&b", b"\xff=1"])
def test_refuses_what_is_no_form(data: bytes) -> None:
    with pytest.raises(ValueError):
        body(data).form()


@pytest.mark.parametrize(
    ("header", "media_type"),
    [
        ("application/json", "application/json"),
        ("Application/JSON; charset=utf-8", "application/json"),
        ("", ""),
    ],
)
def test_names_the_media_type(header: str, media_type: str) -> None:
    assert Call("POST", "", "/", headers={"content-type": header}).media_type == media_type


def test_checks() -> None:
    assert one_of("a", "b")("a") and not one_of("a")("c")
    assert is_text("") and not is_text(1)
    assert is_bool(False) and not is_bool(0)


def test_answers_in_json_with_headers() -> None:
    reply = json_reply(429, {"title": "Ø"}, media_type="application/problem+json", x_rate_limit_reset="1")
    assert reply.headers == {"content-type": "application/problem+json", "x-rate-limit-reset": "1"}
    assert json.loads(reply.body) == {"title": "Ø"} and "Ø".encode() in reply.body


def test_turns_bad_values_into_the_refusal() -> None:
    refusal = Refused(Reply(400), "bad")
    with pytest.raises(Refused, match="bad"), no_value_error(refusal):
        int("x")
    with pytest.raises(KeyError), no_value_error(refusal):
        raise KeyError


# --- whatever comes ---

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
PATHS = st.sampled_from(
    [
        "/", "/2/tweets", "/2/tweets/1", "/2/users/me", f"/2/users/{SETTINGS.x_user_id}/tweets",
        "/rest/posts",
        "/rest/posts/urn%3Ali%3Ashare%3A1", "/v26.0/12/feed", "/v26.0/12_1", "/v26.0/", "/debug_token",
        "/v26.0/12/posts",
    ]
)  # fmt: skip
QUERY_NAMES = st.sampled_from(
    ["limit", "since", "fields", "max_results", "q", "count", "id", "scrape", "after", "start_time"]
)
METHODS = st.sampled_from(["GET", "POST", "DELETE", "PUT"])


def answer(network: Network, call: Call) -> Reply:
    """Any answer is fine, an accident is not."""
    try:
        network.writes(call), network.scrapes(call)
        reply = network.answer(call)
    except Refused as refused:
        assert refused.reason
        reply = refused.reply
        assert 400 <= reply.status < 500
    assert 200 <= reply.status < 500
    if reply.headers.get("content-type", "").startswith("application/"):
        json.loads(reply.body)
    return reply


@pytest.fixture
def world(tmp_path: Path) -> Any:
    with a_world(tmp_path) as world:
        yield world


@FOLDERS_ARE_SHARED
@given(METHODS, PATHS, st.binary(max_size=60) | JSON.map(json.dumps).map(str.encode))
def test_no_body_breaks_a_network(world: World, method: str, path: str, data: bytes) -> None:
    signed = XSigner().call(method, path, data)
    answer(X(world, SETTINGS), signed)
    answer(LinkedIn(world, SETTINGS), Call(method, "", path, (), LINKEDIN_HEADERS, data))
    for media_type in ("application/json", "application/x-www-form-urlencoded"):
        headers = {"authorization": f"Bearer {SETTINGS.facebook_token}", "content-type": media_type}
        answer(Facebook(world, SETTINGS), Call(method, "", path, (), headers, data))


@FOLDERS_ARE_SHARED
@given(
    st.dictionaries(
        st.sampled_from(["text", "reply", "edit_options", "made_with_ai", "quote_tweet_id"]), JSON
    )
)
def test_no_value_breaks_x(world: World, wish: dict[str, Any]) -> None:
    answer(X(world, SETTINGS), XSigner().call("POST", "/2/tweets", wish, now=NOON))


@FOLDERS_ARE_SHARED
@given(st.sampled_from(sorted(linkedin_body(content={}))), JSON)
def test_no_value_breaks_linkedin(world: World, key: str, value: Any) -> None:
    data = json.dumps(linkedin_body() | {key: value}).encode()
    answer(LinkedIn(world, SETTINGS), Call("POST", "", "/rest/posts", (), LINKEDIN_HEADERS, data))


@FOLDERS_ARE_SHARED
@given(METHODS, PATHS, st.lists(st.tuples(QUERY_NAMES, st.text(max_size=8))))
def test_no_query_breaks_a_network(
    world: World, method: str, path: str, query: list[tuple[str, str]]
) -> None:
    pairs = tuple(query)
    answer(
        LinkedIn(world, SETTINGS),
        Call(method, "", path, pairs, LINKEDIN_HEADERS | {"x-restli-method": "FINDER"}),
    )
    headers = {"authorization": f"Bearer {SETTINGS.facebook_token}"}
    answer(Facebook(world, SETTINGS), Call(method, "http://127.0.0.1/facebook/", path, pairs, headers))
    answer(X(world, SETTINGS), XSigner().call(method, path, query=dict(query)))
