"""The form and the links in mails: what acts, what does not, and who may."""

from __future__ import annotations

import copy
import re
from datetime import timedelta

import pytest

from syndicate.web.limits import HourlyLimit
from tests import factories
from tests.asgi import FORM, Client, Reply
from tests.web_site import NOW, OPTIN, READER, TOKENS, WebSite, filled, routes

HEALTH, WORK = factories.HEALTH.id, factories.WORK.id
UNSUBSCRIBE = f"/unsubscribe/{TOKENS.unsubscribe(READER, HEALTH)}"
PREFERENCES = f"/preferences/{TOKENS.preferences(READER)}"
WISH = {"email": "new@example.org", "topic": HEALTH}


@pytest.fixture
def web() -> WebSite:
    return filled()


def confirm_path(web: WebSite) -> str:
    """Asks by the form and takes the path out of what would be mailed."""
    assert web.client().post("/subscribe", WISH).status == 200
    [wish] = web.subscribers.wishes.values()
    return f"/confirm/{wish.target.values['confirm']}"


def topics(web: WebSite) -> tuple[str, ...]:
    return web.subscribers.people[READER].topics


# --- the form -------------------------------------------------------------------------------------


def test_the_form_asks_for_nothing_that_is_not_needed(web: WebSite) -> None:
    text = web.client().get("/subscribe").text
    form = text.partition("<form")[2].partition("</form>")[0]
    assert sorted(set(re.findall(r'name="([^"]+)"', form))) == ["email", "topic", "website"]
    assert 'type="email"' in form and 'autocomplete="email"' in form
    assert "checked" not in form
    assert "<legend>" in form and '<label for="email">' in form


def test_without_topics_there_is_nothing_to_choose() -> None:
    web = WebSite(site=factories.site(topics=()))
    form = web.client().get("/subscribe").text.partition("<form")[2].partition("</form>")[0]
    assert '<input type="hidden" name="topic" value="all">' in form and "checkbox" not in form
    assert "Vælg de emner" not in web.client().get("/").text


def test_a_wish_is_kept_with_its_proof(web: WebSite) -> None:
    shown = web.client().get("/subscribe").text
    web.client().post("/subscribe?lang=da", WISH)
    [wish] = web.subscribers.wishes.values()
    assert wish.topics == (HEALTH,)
    assert wish.target.address == "new@example.org"
    assert wish.consent.text in shown
    assert re.fullmatch("[0-9a-f]{12}", wish.consent.version)
    assert wish.consent.form_url == "https://nyt.example.org/subscribe"
    assert wish.consent.ip == "192.0.2.7"


def test_the_mail_is_in_the_language_of_the_page(web: WebSite) -> None:
    web.client().post("/subscribe?lang=en", WISH)
    [wish] = web.subscribers.wishes.values()
    assert wish.message.language == "en"
    assert web.subscribers.people[wish.uid].language == "en"
    assert wish.consent.text.startswith("By confirming")


def test_all_topics_and_several(web: WebSite) -> None:
    client = web.client()
    client.post("/subscribe", [("email", "a@example.org"), ("topic", HEALTH), ("topic", WORK)])
    client.post("/subscribe", [("email", "b@example.org"), ("topic", "all"), ("topic", WORK)])
    assert [wish.topics for wish in web.subscribers.wishes.values()] == [(HEALTH, WORK), ("",)]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"email": "nonsense", "topic": HEALTH}, "email"),
        ({"topic": HEALTH}, "email"),
        ({"email": "a@example.org\r\nBcc: b@example.org", "topic": HEALTH}, "email"),
        ({"email": "a@example.org"}, "topic"),
        ({"email": "a@example.org", "topic": "weather"}, "topic"),
        ({}, "email"),
    ],
)
def test_what_is_missing_is_said_at_the_field(web: WebSite, fields: dict[str, str], field: str) -> None:
    reply = web.client().post("/subscribe", fields)
    assert reply.status == 400
    assert f'<a href="#{field}">' in reply.text and f'id="{field}-error"' in reply.text
    assert 'role="alert"' in reply.text
    assert not web.subscribers.wishes


def test_what_was_typed_stays_and_is_harmless(web: WebSite) -> None:
    typed = '"><script>alert(1)</script>'
    reply = web.client().post("/subscribe", {"email": typed, "topic": WORK})
    assert "<script>" not in reply.text
    assert 'value="&#34;&gt;&lt;script&gt;' in reply.text
    assert re.search(rf'value="{WORK}" checked', reply.text)


def test_every_address_gets_the_same_answer(web: WebSite) -> None:
    web.subscribers.suppressions.add(TOKENS.address_hash("never@example.org"))
    client = web.client()
    answers = [
        client.post("/subscribe", {"email": address, "topic": HEALTH})
        for address in ("new@example.org", "new@example.org", "reader@example.org", "never@example.org")
    ]
    answers.append(client.post("/subscribe", {**WISH, "website": "https://spam.example"}))
    assert len({(reply.status, reply.body, tuple(reply.headers.items())) for reply in answers}) == 1
    assert len(web.subscribers.wishes) == 2


def test_a_program_that_fills_in_everything_gets_nowhere(web: WebSite) -> None:
    reply = web.client().post("/subscribe", {**WISH, "website": "x"})
    assert reply.status == 200
    assert not web.subscribers.wishes


def test_the_form_is_limited_per_client_and_in_all(web: WebSite) -> None:
    web.limit = HourlyLimit(per_client=2, overall=3)
    app = web.app()
    one, other, third = (Client(app, client=ip) for ip in ("192.0.2.1", "192.0.2.2", "192.0.2.3"))

    def status(client: Client) -> int:
        return client.post("/subscribe", WISH).status

    assert [status(one), status(one), status(one)] == [200, 200, 429]
    assert [status(other), status(third)] == [200, 429]
    assert one.post("/subscribe", WISH).headers["retry-after"] == "3600"
    web.now = NOW + timedelta(hours=1)
    assert status(one) == 200


# --- the links ------------------------------------------------------------------------------------


def test_confirming_takes_a_button(web: WebSite) -> None:
    path = confirm_path(web)
    shown = web.client().get(path)
    assert 'method="post"' in shown.text
    [new] = [person for person in web.subscribers.people.values() if person.address == "new@example.org"]
    assert new.state == "pending"
    done = web.client().post(path)
    assert done.status == 200 and factories.HEALTH.title in done.text
    assert "n…@example.org" in done.text and "new@example.org" not in done.text
    assert web.subscribers.people[new.uid].state == "active"
    assert web.client().post(path).status == 200


def test_an_old_confirmation_does_not_undo_an_unsubscription(web: WebSite) -> None:
    path = confirm_path(web)
    web.client().post(path)
    [new] = [person for person in web.subscribers.people.values() if person.address == "new@example.org"]
    web.client().post(f"/unsubscribe/{TOKENS.unsubscribe(new.uid, HEALTH)}")
    again = web.client().post(path)
    assert again.status == 200 and "er siden blevet afmeldt" in again.text
    assert web.subscribers.people[new.uid].state == "ended"


def test_a_late_confirmation_is_gone_and_a_forged_one_unknown(web: WebSite) -> None:
    path = confirm_path(web)
    web.now = NOW + timedelta(days=30)
    late = web.client().post(path)
    assert late.status == 410 and "tilmeld dig igen" in late.text
    assert web.client().post(f"/confirm/{TOKENS.confirm(OPTIN)}").status == 410
    for forged in ("0" * 48, TOKENS.preferences(READER), "x", "%00"):
        assert web.client().get(f"/confirm/{forged}").status == 404
        assert web.client().post(f"/confirm/{forged}").status == 404


def test_unsubscribing_takes_a_button_and_may_be_repeated(web: WebSite) -> None:
    assert factories.HEALTH.title in web.client().get(UNSUBSCRIBE).text
    assert topics(web) == (HEALTH, WORK)
    for _ in range(2):
        reply = web.client().post(UNSUBSCRIBE)
        assert reply.status == 200 and "Du er afmeldt" in reply.text
    assert topics(web) == (WORK,)
    assert "ikke mere at gøre" in web.client().get(UNSUBSCRIBE).text


def test_the_page_offers_to_end_everything(web: WebSite) -> None:
    assert 'name="all"' in web.client().get(UNSUBSCRIBE).text
    web.client().post(UNSUBSCRIBE, {"all": "1"})
    assert topics(web) == ()


def test_one_click_is_answered_at_once_from_anywhere(web: WebSite) -> None:
    one_click = {"List-Unsubscribe": "One-Click"}
    foreign = {"origin": "https://mail.example", "sec_fetch_site": "cross-site"}
    for _ in range(2):
        reply = web.client().post(UNSUBSCRIBE, one_click, **foreign)
        assert (reply.status, reply.text) == (200, "OK\n")
        assert reply.headers["content-type"].startswith("text/plain")
        assert reply.headers["referrer-policy"] == "no-referrer"
    assert topics(web) == (WORK,)
    del web.subscribers.people[READER]
    assert web.client().post(UNSUBSCRIBE, one_click).status == 200


def test_one_click_as_a_multipart_form(web: WebSite) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'
    headers = {"content_type": "multipart/form-data; boundary=b"}
    reply = web.client().request("POST", UNSUBSCRIBE, headers, body)
    assert (reply.status, reply.text) == (200, "OK\n")
    assert topics(web) == (WORK,)


def test_a_forged_one_click_ends_nothing(web: WebSite) -> None:
    for forged in ("0" * 48, TOKENS.preferences(READER), TOKENS.confirm(READER)):
        reply = web.client().post(f"/unsubscribe/{forged}", {"List-Unsubscribe": "One-Click"})
        assert reply.status == 404
    assert topics(web) == (HEALTH, WORK)


def test_preferences_end_one_or_all(web: WebSite) -> None:
    text = web.client().get(PREFERENCES).text
    assert factories.HEALTH.title in text and factories.WORK.title in text
    assert "r…@example.org" in text and "reader@example.org" not in text
    assert factories.WORK.title in web.client().post(PREFERENCES, {"topic": HEALTH}).text
    assert topics(web) == (WORK,)
    assert "ingen mail" in web.client().post(PREFERENCES, {"all": "1"}).text
    assert topics(web) == ()


def test_preferences_lead_to_the_reader_s_own_feed(web: WebSite) -> None:
    page = web.client().get(PREFERENCES)
    for suffix in ("rss", "atom", "json"):
        assert f'href="/feeds/my/{TOKENS.feed(READER)}.{suffix}"' in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "/feeds/my/" not in web.client().post(PREFERENCES, {"all": "1"}).text


def test_an_unsubscribe_link_does_not_show_the_reader_s_own_feed(web: WebSite) -> None:
    unsubscribe = TOKENS.unsubscribe(READER, factories.HEALTH.id)
    assert "/feeds/my/" not in web.client().get(f"/unsubscribe/{unsubscribe}").text


def test_preferences_of_a_reader_of_everything(web: WebSite) -> None:
    web.add_reader("")
    assert "Alle emner" in web.client().get(PREFERENCES).text
    web.client().post(PREFERENCES, {"topic": "all"})
    assert topics(web) == ()


def test_an_empty_or_senseless_wish_changes_nothing(web: WebSite) -> None:
    for fields in ({}, {"topic": ""}, {"topic": "weather"}):
        assert web.client().post(PREFERENCES, fields).status == 200
    assert topics(web) == (HEALTH, WORK)


@pytest.mark.parametrize("path", [UNSUBSCRIBE, PREFERENCES, f"/confirm/{TOKENS.confirm(OPTIN)}"])
def test_pages_behind_a_token_tell_nobody_their_address(web: WebSite, path: str) -> None:
    reply = web.client().get(path)
    assert reply.headers["referrer-policy"] == "no-referrer"
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["x-robots-tag"] == "noindex"
    assert path not in reply.text


# --- guards ---------------------------------------------------------------------------------------


def posts(web: WebSite) -> list[str]:
    """Every address that takes a POST, with a good token in it."""
    tokens = {
        "/confirm/{token}": TOKENS.confirm(OPTIN),
        "/unsubscribe/{token}": TOKENS.unsubscribe(READER, HEALTH),
        "/preferences/{token}": TOKENS.preferences(READER),
    }
    return [
        route.path.replace("{token}", tokens.get(route.path, ""))
        for route in routes(web.app())
        if "POST" in (route.methods or ()) and not route.path.startswith("/feeds/")
    ]


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://nyt.example.org"},
        {"origin": "https://nyt.example.org.evil.example"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "cross-site", "origin": "https://nyt.example.org"},
        {"sec_fetch_site": "cross-site", "origin": "null"},
    ],
)
def test_no_other_site_posts_our_forms(web: WebSite, headers: dict[str, str]) -> None:
    paths = posts(web)
    assert len(paths) == 4
    before = copy.deepcopy(web.subscribers)
    for path in paths:
        if not path.startswith("/unsubscribe/"):  # one click comes from anywhere
            assert web.client().post(path, {**WISH, "all": "1"}, **headers).status == 403
    assert web.subscribers == before


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://nyt.example.org"},
        {"origin": "https://NYT.example.org"},
        {"sec_fetch_site": "same-origin", "origin": "https://nyt.example.org"},
        {"sec_fetch_site": "none"},
    ],
)
def test_our_own_pages_do(web: WebSite, headers: dict[str, str]) -> None:
    assert web.client().post("/subscribe", WISH, **headers).status == 200


def test_a_page_without_referrer_posts_as_null_where_a_token_proves_it(web: WebSite) -> None:
    assert web.client().post(PREFERENCES, {"topic": HEALTH}, origin="null").status == 200
    assert web.client().post("/subscribe", WISH, origin="null").status == 403


def test_the_site_also_under_the_name_it_was_asked_by(web: WebSite) -> None:
    client = web.client(host="localhost:8080")
    assert client.post("/subscribe", WISH, origin="https://localhost:8080").status == 200


def test_forms_are_bounded(web: WebSite) -> None:
    big = b"email=" + b"a" * 70_000
    client = web.client()
    for path in posts(web):
        assert client.request("POST", path, {"content_type": FORM}, big).status == 413
        assert client.send("POST", path, {"content_type": FORM}, [big[:40_000], big[40_000:]]).status == 413
        assert client.request("POST", path, {"content_type": FORM, "content_length": "9999999"}).status == 413


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"--b"),
        ("multipart/form-data; boundary=b", b"garbage"),
        ("application/json", b'{"email": "a@example.org"}'),
        (FORM, b"%ff%00=%zz&&&==="),
        (FORM, b"&".join(b"x=1" for _ in range(5000))),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="email"; filename="x"\r\n\r\nx\r\n--b--\r\n',
        ),
    ],
)
def test_what_is_no_form_is_refused_and_never_a_crash(web: WebSite, content_type: str, body: bytes) -> None:
    for path in posts(web):
        reply = web.client().request("POST", path, {"content_type": content_type}, body)
        assert reply.status in (200, 400, 410)
    assert not web.subscribers.wishes


def test_a_sender_that_leaves_in_the_middle_ends_nothing(web: WebSite) -> None:
    class Leaving(Client):
        def post_half(self) -> Reply:
            return self.send("POST", PREFERENCES, {"content_type": FORM, "content_length": "500"}, [])

    assert Leaving(web.app()).post_half().status == 400
    assert topics(web) == (HEALTH, WORK)


def test_behind_a_trusted_proxy_the_reader_is_the_one_it_names(web: WebSite) -> None:
    web.trusted_proxies = ("192.0.2.0/24",)
    web.client().post("/subscribe", WISH, x_forwarded_for="198.51.100.9", x_forwarded_proto="https")
    [wish] = web.subscribers.wishes.values()
    assert wish.consent.ip == "198.51.100.9"


def test_nobody_else_may_say_who_they_are(web: WebSite) -> None:
    web.trusted_proxies = ("203.0.113.5",)
    web.client().post("/subscribe", WISH, x_forwarded_for="198.51.100.9")
    [wish] = web.subscribers.wishes.values()
    assert wish.consent.ip == "192.0.2.7"


# --- no GET acts ----------------------------------------------------------------------------------


def test_no_get_changes_anything(web: WebSite) -> None:
    """A program that looks into mails follows every link, twice."""
    pending = confirm_path(web)
    app = web.app()
    values = {
        "/confirm/{token}": pending.rpartition("/")[2],
        "/unsubscribe/{token}": TOKENS.unsubscribe(READER, HEALTH),
        "/preferences/{token}": TOKENS.preferences(READER),
    }
    paths = {re.sub(r"\{\w+(:path)?\}", values.get(route.path, "1"), route.path) for route in routes(app)}
    assert len(paths) >= 24
    before = copy.deepcopy((web.subscribers, web.archive))
    client = Client(app)
    for path in [*sorted(paths), *sorted(paths)]:
        for query in ("", "?all=1&topic=all&List-Unsubscribe=One-Click&email=x@example.org"):
            assert client.get(path + query).status < 500
            assert client.head(path + query).status < 500
    assert (web.subscribers, web.archive) == before
