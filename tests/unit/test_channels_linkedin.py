"""LinkedIn: little text, a card of our own, duplicates that name the first post."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from syndicate.channels import linkedin
from syndicate.channels.linkedin.little_text import escape, visible
from syndicate.domain.errors import DeliveryError, DeliveryReason, Permanent, Uncertain
from syndicate.domain.model import Account, Action, HealthState, Prepared, Presence, Target
from syndicate.ports import ApiResponse, Channel, Outcome
from tests.fakes_api import Answer, ScriptedApi, answer, lost, post_message, told, unreachable

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LINK = "https://example.org/updates/1?utm_source=li"
TEXT = "Anbefaling 3 (ny): »bør« er »skal« #sundhed"
URN = "urn:li:share:7141138937766391808"
AUTHOR = "urn:li:organization:42"
CONFIG = linkedin.Config(token_env="LINKEDIN_TOKEN", author=AUTHOR)
POSTS = "https://api.linkedin.com/rest/posts"
DUPLICATE = {
    "message": f"Content is a duplicate of {URN}",
    "errorDetails": {"inputErrors": [{"code": "DUPLICATE_POST"}]},
    "status": 422,
}


def channel(api: ScriptedApi, **settings: Any) -> Channel:
    config = CONFIG.model_copy(update=settings)
    return linkedin.build(config, Account("li", "linkedin"), api, {"token": "tok/en"}, clock=lambda: NOW)


def prepared(**fields: str) -> Prepared:
    message = post_message("linkedin", **({"text": TEXT, "link": LINK, "title": "Titel"} | fields))
    return channel(ScriptedApi()).prepare(message, Target("li"), "b" * 32, NOW)


def send(*answers: Answer) -> tuple[Outcome, ScriptedApi]:
    api = ScriptedApi(*answers)
    (outcome,) = channel(api).send([prepared()], api.commit)
    return outcome, api


def error(*answers: Answer) -> DeliveryError:
    found = send(*answers)[0].error
    assert found is not None
    return found


def element(at: datetime = NOW, commentary: str = "", source: str = LINK) -> dict[str, Any]:
    """A post as LinkedIn gives it back."""
    return {
        "id": URN,
        "author": AUTHOR,
        "commentary": commentary or escape(TEXT),
        "content": {"article": {"source": source}},
        "createdAt": int(at.timestamp() * 1000),
    }


# --- little text ------------------------------------------------------------------------------------


class LittleText:
    """The published grammar read literally: an oracle that shares nothing with the adapter's expressions."""

    RESERVED = "\\|{}@[]()<>#*_~"

    def __init__(self, source: str) -> None:
        self.rest = source

    def read(self) -> str:
        """What a reader sees. An unescaped reserved character outside of an element is an error."""
        seen = ""
        while self.rest:
            if self.rest.startswith("{hashtag|\\#|"):
                self.rest = self.rest[len("{hashtag|\\#|") :]
                seen += "#" + self.plain(until="}")
            else:
                seen += self.character()
        return seen

    def plain(self, until: str) -> str:
        seen = ""
        while not self.rest.startswith(until):
            seen += self.character()
        self.rest = self.rest[len(until) :]
        return seen

    def character(self) -> str:
        char, self.rest = self.rest[0], self.rest[1:]
        if char == "\\":
            char, self.rest = self.rest[0], self.rest[1:]
            assert char in self.RESERVED
        else:
            assert char not in self.RESERVED, f"{char} is not escaped"
        return char


TRICKY = st.text(alphabet=st.sampled_from("\\|{}@[]()<>#*_~ aæ1\n:/.h")) | st.text()


@given(TRICKY)
def test_little_text_reads_as_the_plain_text_that_it_came_from(text: str) -> None:
    escaped = escape(text)
    assert LittleText(escaped).read() == text
    assert visible(escaped) == text


@given(
    st.lists(
        st.sampled_from(["#sundhed", "https://a.dk/x_y(z)#w", "(5 mg)", "#3", "a#b", "\\", " ", "{", "_"])
    )
)
def test_little_text_holds_with_links_and_hashtags_in_any_order(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert LittleText(escape(text)).read() == text
    assert visible(escape(text, urls=False)) == text


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("(ny) 5 mg", "\\(ny\\) 5 mg"),
        ("#sundhed og #Åben", "{hashtag|\\#|sundhed} og {hashtag|\\#|Åben}"),
        ("nr. #3, a#b, #x_y, &#38;", "nr. \\#3, a\\#b, \\#x\\_y, &\\#38;"),
        ("https://a.dk/x_y#z", "https://a.dk/x\\_y\\#z"),
    ],
)
def test_only_our_hashtags_become_elements(text: str, escaped: str) -> None:
    assert escape(text) == escaped


def test_addresses_can_be_left_alone_but_never_their_brackets() -> None:
    assert escape("_ https://a.dk/x_y(z)~", urls=False) == "\\_ https://a.dk/x_y\\(z\\)~"


# --- the request ------------------------------------------------------------------------------------


def test_the_request_is_as_the_network_documents_it() -> None:
    made = prepared(description="Resumé (kort)")
    assert (made.method, made.url) == ("POST", POSTS)
    assert made.headers == {
        "content-type": "application/json",
        "linkedin-version": "202608",
        "x-restli-protocol-version": "2.0.0",
    }
    assert json.loads(made.body) == {
        "author": AUTHOR,
        "commentary": "Anbefaling 3 \\(ny\\): »bør« er »skal« {hashtag|\\#|sundhed}",
        "visibility": "PUBLIC",
        "distribution": {
            "feedDistribution": "MAIN_FEED",
            "targetEntities": [],
            "thirdPartyDistributionChannels": [],
        },
        "content": {"article": {"source": LINK, "title": "Titel", "description": "Resumé (kort)"}},
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": False,
    }


def test_a_post_without_a_link_has_no_card_and_a_card_has_always_a_title() -> None:
    assert "content" not in json.loads(prepared(link="").body)
    assert json.loads(prepared(title="").body)["content"]["article"] == {"source": LINK, "title": LINK}


def test_the_limit_is_for_what_readers_see() -> None:
    assert prepared(text="(" * 3000)
    with pytest.raises(Permanent) as caught:
        prepared(text="x" * 3001)
    assert caught.value.reason is DeliveryReason.CONTENT


def test_a_reply_is_refused() -> None:
    with pytest.raises(Permanent):
        prepared(reply_to=URN)


# --- outcomes ---------------------------------------------------------------------------------------


def test_the_receipt_comes_from_the_header() -> None:
    outcome, api = send(answer(201, None, x_restli_id=URN))
    assert outcome.receipt is not None
    assert outcome.receipt.id == URN
    assert outcome.receipt.permalink == f"https://www.linkedin.com/feed/update/{URN}"
    assert api.headers()["authorization"] == "Bearer tok/en"
    assert api.log == ["commit " + "b" * 32, "POST"]


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        (answer(201), "Uncertain unknown message"),
        (answer(400, {"message": "bad"}), "Permanent content message"),
        (answer(401), "Permanent auth destination"),
        (answer(403, {"message": "Not enough permissions"}), "Permanent permission destination"),
        (answer(409), "Transient server message"),
        (answer(422, {"message": "too long"}), "Permanent content message"),
        (answer(426, {"code": "NONEXISTENT_VERSION"}), "Permanent version destination"),
        (answer(429), "Transient rate destination"),
        (answer(500), "Uncertain unknown message"),
        (answer(502, b"<html>"), "Uncertain unknown message"),
        (unreachable(), "Transient not-sent message"),
        (lost(), "Uncertain unknown message"),
    ],
)
def test_refusals_are_told_apart(given_: Answer, expected: str) -> None:
    assert told(error(given_)) == expected


def test_a_rate_limit_ends_at_midnight_utc() -> None:
    assert error(answer(429)).retry_after == datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize("seen", [answer(200, element()), answer(403)])
def test_a_duplicate_that_is_named_is_looked_at_and_adopted(seen: ApiResponse) -> None:
    outcome, api = send(answer(422, DUPLICATE), seen)
    assert outcome.receipt is not None and outcome.receipt.id == URN
    assert api.requests[1].url == f"{POSTS}/urn%3Ali%3Ashare%3A7141138937766391808"


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (answer(404), "Permanent content message"),
        (answer(200, element(NOW - timedelta(days=2))), "Permanent duplicate message"),
        (answer(200, element(commentary="something else")), "Permanent duplicate message"),
        (answer(200, {}), "Permanent duplicate message"),
        (answer(500), "Uncertain unknown message"),
        (lost(), "Uncertain unknown message"),
    ],
)
def test_a_duplicate_that_cannot_be_ours_or_seen_is_not_adopted(seen: Answer, expected: str) -> None:
    assert told(error(answer(422, DUPLICATE), seen)) == expected


def test_a_ghost_is_named() -> None:
    assert URN in str(error(answer(422, DUPLICATE), answer(404)))


# --- reading back -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_", "presence"),
    [
        (answer(200, {"elements": [element()]}), Presence.FOUND),
        (answer(200, {"elements": [element(commentary=TEXT)]}), Presence.FOUND),
        (answer(200, {"elements": [element(NOW - timedelta(hours=1))]}), Presence.ABSENT),
        (answer(200, {"elements": [element(source="https://example.org/other")]}), Presence.ABSENT),
        (answer(200, {"elements": [element(commentary="something else")]}), Presence.ABSENT),
        (answer(200, {"elements": []}), Presence.ABSENT),
        (answer(403), Presence.ABSENT),
        (answer(200, b"<html>"), Presence.UNKNOWN),
        (answer(401), Presence.UNKNOWN),
        (answer(500), Presence.UNKNOWN),
        (lost(), Presence.UNKNOWN),
    ],
)
def test_the_posts_of_the_page_are_asked(given_: Answer, presence: Presence) -> None:
    api = ScriptedApi(given_)
    found = channel(api).reconcile(prepared())
    assert found.presence is presence
    assert (found.receipt is not None) == (presence is Presence.FOUND)
    assert api.headers()["x-restli-method"] == "FINDER"
    assert "author=urn%3Ali%3Aorganization%3A42" in api.requests[0].url


def test_a_post_can_be_edited_and_deleted() -> None:
    receipt = send(answer(201, None, x_restli_id=URN))[0].receipt
    assert receipt is not None
    api = ScriptedApi(answer(204), answer(204), answer(404))
    edited = channel(api).amend(receipt, Action.EDIT, post_message("linkedin", text="Rettet (ny)"))
    assert edited.receipt is not None and edited.receipt.id == URN
    assert api.body() == {"patch": {"$set": {"commentary": "Rettet \\(ny\\)"}}}
    assert api.headers()["x-restli-method"] == "PARTIAL_UPDATE"
    for _ in range(2):
        assert channel(api).amend(receipt, Action.DELETE).receipt is not None
    assert api.log == ["POST", "DELETE", "DELETE"]
    assert isinstance(channel(api).amend(receipt, Action.REPLY).error, Permanent)


def test_an_edit_of_what_is_gone_or_lost_is_an_error() -> None:
    receipt = send(answer(201, None, x_restli_id=URN))[0].receipt
    assert receipt is not None
    api = ScriptedApi(answer(404), lost())
    gone = channel(api).amend(receipt, Action.EDIT, post_message("linkedin"))
    assert told(gone.error) == "Permanent content message"
    assert isinstance(channel(api).amend(receipt, Action.DELETE).error, Uncertain)


# --- health and configuration -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "state"),
    [
        ({}, HealthState.OK),
        ({"version": "202512"}, HealthState.WARNING),
        ({"version": "202411"}, HealthState.WARNING),
        ({"version_ends": date(2026, 12, 20)}, HealthState.WARNING),
        ({"version_ends": date(2026, 11, 1)}, HealthState.BROKEN),
        ({"version": "202411", "version_ends": date(2028, 1, 1)}, HealthState.OK),
        ({"token_ends": date(2026, 12, 1)}, HealthState.WARNING),
        ({"token_ends": date(2026, 11, 23)}, HealthState.BROKEN),
        ({"token_ends": date(2027, 1, 23)}, HealthState.OK),
    ],
)
def test_ends_are_announced_thirty_days_before(settings: dict[str, Any], state: HealthState) -> None:
    assert channel(ScriptedApi(), **settings).health(NOW).state is state


def test_a_missing_token_is_named_by_its_variable() -> None:
    poor = linkedin.build(CONFIG, Account("li", "linkedin"), ScriptedApi(), {})
    assert poor.health(NOW).state is HealthState.BROKEN
    (outcome,) = poor.send([prepared()], lambda key: None)
    assert told(outcome.error) == "Permanent auth destination" and "LINKEDIN_TOKEN" in str(outcome.error)


@pytest.mark.parametrize(
    "wrong",
    [
        {"author": "42"},
        {"version": "2026-08"},
        {"base_url": "http://example.org"},
        {"base_url": "https://a:b@c"},
    ],
)
def test_a_wrong_setting_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        linkedin.Config.model_validate({"token_env": "T", "author": AUTHOR} | wrong)


def test_a_stand_in_on_this_machine_may_be_plain_http() -> None:
    config = linkedin.Config(token_env="T", author=AUTHOR, base_url="http://127.0.0.1:8025/linkedin/")
    assert config.base_url == "http://127.0.0.1:8025/linkedin"
