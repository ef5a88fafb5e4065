"""The date from which a change holds, from a visited page to every way out; and none where none is stated."""

from __future__ import annotations

import json
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from syndicate.domain.model import ShowText, Update
from syndicate.feeds import atom, rss
from syndicate.feeds import json as json_feed
from syndicate.ports import FeedRecord
from syndicate.rendering import MailSettings, Renderer
from tests.factories import site
from tests.watching import BASE, Watcher, page
from tests.web_site import WebSite

pytestmark = pytest.mark.usefixtures("any_database")

BEFORE = "Kommunen bør tilbyde alle børn et gratis måltid."
AFTER = "Kommunen skal tilbyde alle børn et gratis måltid. Det gælder fra den 1. januar 2027."
ELSE = "Kommunen skal tilbyde alle børn et gratis måltid. Fristen for svar er den 1. januar 2027."


def told(folder: Path, after: str, show_text: ShowText = ShowText.FULL) -> Update:
    watcher = Watcher(folder)
    watcher.show_text = show_text
    watcher.serve(page(*BASE, BEFORE))
    watcher.visit()
    watcher.serve(page(*BASE, after))
    watcher.visit()
    (update,) = watcher.updates()
    kept = watcher.store.archive.update(update.id)
    assert kept is not None
    return kept


def outputs(update: Update) -> dict[str, str]:
    """What goes out, by the way that it takes."""
    renderer = Renderer(site(), MailSettings("nyt@example.org", "", "example.org"))
    view = renderer.feed_view(FeedRecord("all", "Alle"), [update], True)
    mail = message_from_bytes(renderer.mail(update, "da").payload, policy=policy.default)
    bodies = {kind: mail.get_body((kind,)) for kind in ("plain", "html")}
    web = WebSite()
    web.add_update(update)
    return {
        "rss": rss.render(view).decode(),
        "atom": atom.render(view).decode(),
        "json": json_feed.render(view).decode(),
        "page": web.client().get(f"/updates/{update.id}?lang=da").text,
        **{kind: body.get_content() for kind, body in bodies.items() if body is not None},
    }


@pytest.mark.parametrize("show_text", ShowText)
def test_it_goes_out_on_every_way(tmp_path: Path, show_text: ShowText) -> None:
    update = told(tmp_path, AFTER, show_text)
    assert update.effective == ("2027-01-01",)
    out = outputs(update)
    for way in ("rss", "atom", "json", "plain", "html"):
        assert "Gælder ifølge teksten fra 1. januar 2027." in out[way], way
    assert "<dt>Gælder fra</dt>" in out["page"]
    assert '<time datetime="2027-01-01">1. januar 2027</time>' in out["page"]
    (item,) = json.loads(out["json"])["items"]
    assert item["_syndicate"]["effective"] == ["2027-01-01"]
    assert item["_syndicate"]["changes"][0]["effective"] == ["2027-01-01"]


def test_a_deadline_is_shown_nowhere_as_one(tmp_path: Path) -> None:
    update = told(tmp_path, ELSE)
    assert update.effective == ()
    out = outputs(update)
    assert not [way for way, text in out.items() if "Gælder" in text]
    (item,) = json.loads(out["json"])["items"]
    assert item["_syndicate"]["effective"] == []


def test_an_english_page_says_it_in_english(tmp_path: Path) -> None:
    web = WebSite()
    web.add_update(told(tmp_path, AFTER))
    (update,) = web.archive.updates
    shown = web.client().get(f"/updates/{update.id}?lang=en").text
    assert "<dt>In force from</dt>" in shown and "1 January 2027</time>" in shown
    assert "<li>In force from 1 January 2027</li>" in shown
