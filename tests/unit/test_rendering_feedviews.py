"""Updates as a feed, up to the bytes that a reader parses."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import feedparser
import pytest

from syndicate.domain.model import EPOCH, FeedEntry, FeedView, Proof, UpdateKind
from syndicate.feeds import atom, rss
from syndicate.feeds import json as json_feed
from syndicate.ports import FeedRecord
from syndicate.rendering import MailSettings, Renderer
from tests.factories import HEALTH, NOON, SOURCE_URL, added, noted, reworded, site, update

ALL = FeedRecord("all", "Alle")
SETTINGS = MailSettings("nyt@example.org", "", "example.org")


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(site(), SETTINGS)


def entry(renderer: Renderer, **other: Any) -> FeedEntry:
    (made,) = renderer.feed_view(ALL, [update(**other)], False).entries
    return made


class TestFeed:
    @pytest.mark.parametrize(
        ("name", "editorial", "path", "query", "home"),
        [
            ("all", False, "/feeds/all", "", "/updates"),
            ("all", True, "/feeds/all", "?all=1", "/updates?all=1"),
            ("sundhed", False, "/feeds/sundhed", "", "/updates?topic=sundhed"),
            ("source/side-1", True, "/feeds/source/side-1", "?all=1", "/updates?source=side-1&all=1"),
        ],
    )
    def test_each_has_its_address_and_its_page(
        self, renderer: Renderer, name: str, editorial: bool, path: str, query: str, home: str
    ) -> None:
        topics = (name,) if name == "sundhed" else ()
        feed = FeedRecord(name, "Titel", topics, name.removeprefix("source/") if "/" in name else "")

        view = renderer.feed_view(feed, [], editorial)

        assert (view.path, view.query) == (path, query)
        assert view.home_url == f"https://nyt.example.org{home}"
        assert view.self_url(".rss") == f"https://nyt.example.org{path}.rss{query}"

    def test_ids_tell_feeds_apart_and_outlive_a_move(self) -> None:
        moved = Renderer(site(base_url="http://ny.example.net"), SETTINGS)

        ids = {
            moved.feed_view(FeedRecord(name, ""), [], all_).id
            for name in ("all", "a")
            for all_ in (False, True)
        }
        assert len(ids) == 4
        assert all(feed_id.startswith("tag:example.org,2026:feed/") for feed_id in ids)

    def test_it_says_who_publishes_what_in_which_language(self, renderer: Renderer) -> None:
        view = renderer.feed_view(FeedRecord("sundhed", HEALTH.title), [], False)

        assert (view.title, view.language) == (HEALTH.title, "da")
        assert view.publisher == "Foreningen for Åben Rådgivning"
        assert view.subtitle == "Ændringer i de anbefalinger, som Foreningen for Åben Rådgivning følger."

    def test_without_updates_it_is_from_the_epoch(self, renderer: Renderer) -> None:
        assert renderer.feed_view(ALL, [], False).updated == EPOCH

    def test_the_order_is_kept(self, renderer: Renderer) -> None:
        updates = [update(id=f"u{number}", sequence=number) for number in (3, 2, 1)]

        view = renderer.feed_view(ALL, updates, False)
        assert [made.sequence for made in view.entries] == [3, 2, 1]

    def test_the_same_updates_give_the_same_feed(self, renderer: Renderer) -> None:
        views = [made.feed_view(ALL, [update()], False) for made in (renderer, Renderer(site(), SETTINGS))]

        assert views[0] == views[1]


class TestEntry:
    def test_it_carries_the_one_id_and_the_permalink(self, renderer: Renderer) -> None:
        made = entry(renderer)

        assert made.id == "tag:example.org,2026:update/0f1e2d3c4b5a"
        assert made.url == "https://nyt.example.org/updates/0f1e2d3c4b5a"
        assert (made.source_url, made.previous_url) == (SOURCE_URL, "")
        assert made.topics == (HEALTH,)

    def test_it_speaks_the_language_of_its_source(self, renderer: Renderer) -> None:
        english = entry(renderer, language="en-GB", changes=(noted(reworded()),))

        assert english.language == "en"
        assert english.title.startswith("Recommendation 3 is stronger")
        assert "Before: “bør tilbyde”." in english.summary and english.summary in english.html
        assert "<strong>Before:</strong>" in english.html and "Før" not in english.html

    def test_where_it_is_not_told_in_that_it_is_in_the_site_s(self, renderer: Renderer) -> None:
        swedish = entry(renderer, language="sv")

        assert swedish.language == "da" and "<strong>Før:</strong>" in swedish.html

    def test_its_times_are_those_of_publication(self, renderer: Renderer) -> None:
        held = entry(renderer, published_at=None, detected_at=NOON - timedelta(hours=1))

        assert entry(renderer).published == entry(renderer).updated == NOON
        assert held.published == NOON - timedelta(hours=1)

    def test_it_points_to_what_went_before(self, renderer: Renderer) -> None:
        corrects = entry(renderer, previous="f00d", corrects="beef", kind=UpdateKind.CORRECTION)

        assert entry(renderer, previous="f00d").previous_url.endswith("/updates/f00d")
        assert corrects.previous_url.endswith("/updates/beef")
        assert corrects.title.startswith("Rettelse: ")

    def test_its_body_has_both_wordings_with_their_differences(self, renderer: Renderer) -> None:
        html = entry(renderer).html

        assert "<strong>Før:</strong>" in html
        assert '<blockquote lang="da" dir="auto">Kommunen <del>bør</del> tilbyde' in html
        assert "Kommunen <ins>skal</ins> tilbyde" in html
        assert '<a href="https://nyt.example.org/updates/0f1e2d3c4b5a">Se hele ændringen</a>' in html
        assert f'<a href="{SOURCE_URL}">' in html

    def test_a_source_that_is_no_address_is_not_linked(self, renderer: Renderer) -> None:
        made = entry(renderer, document_url="javascript:alert(1)")

        assert made.source_url == ""
        assert "javascript:" not in made.html

    def test_programs_get_each_change(self, renderer: Renderer) -> None:
        made = entry(renderer, changes=(noted(), noted(added())))

        assert [change["kind"] for change in made.changes] == ["reworded", "added"]
        assert made.changes[0]["facets"] == [
            {"kind": "strength", "before": "bør", "after": "skal", "trend": "stronger"}
        ]

    def test_it_stays_small(self, renderer: Renderer) -> None:
        huge = entry(renderer, changes=tuple(noted(added("ord " * 50_000)) for _ in range(25)))

        assert len(huge.html) < 10_000
        assert len(huge.changes) == 2
        assert "23 ændringer mere står på siden." in huge.html

    def test_only_plain_markup_leaves_the_house(self, tmp_path: Path) -> None:
        (tmp_path / "feeds").mkdir()
        own = "<p onclick=x>{{ summary }}<script>x</script><img src=x><b>b</b><a href='javascript:x'>a</a>"
        (tmp_path / "feeds" / "entry.html.j2").write_text(own, "utf-8")

        html = entry(Renderer(site(), SETTINGS, [tmp_path])).html

        assert html.endswith("b<a>a</a></p>")
        assert not [bad for bad in ("onclick", "script", "img", "<b>") if bad in html]


XSS = "</p><script>alert(1)</script><img src=x onerror=alert(1)>]]>\x0b\ud800\u202e"


@pytest.fixture(scope="module")
def hostile(renderer: Renderer) -> FeedView:
    change = reworded(before=XSS, after=f"ny {XSS}", edits=(), section=(XSS,), number_after=XSS)
    changes = (noted(change, resource=XSS, url=XSS, also_in=(XSS,), role="attachment"),)
    made = update(changes=changes, document_title=XSS, document_url=XSS, topics=(XSS,))
    return renderer.feed_view(FeedRecord("all", XSS), [made], False)


class TestHostile:
    def test_text_stays_text_in_the_body(self, hostile: FeedView) -> None:
        html = hostile.entries[0].html

        assert "<script" not in html
        assert "<img" not in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
        assert "\u202e" not in html

    @pytest.mark.parametrize("feed_format", [rss, atom])
    def test_readers_parse_it(self, hostile: FeedView, feed_format: ModuleType) -> None:
        parsed = feedparser.parse(feed_format.render(hostile), sanitize_html=False)

        assert not parsed.bozo
        assert "<script" not in parsed.entries[0].content[0].value

    def test_programs_too(self, hostile: FeedView) -> None:
        (item,) = json.loads(json_feed.render(hostile))["items"]

        assert item["_syndicate"]["changes"][0]["after"].startswith("ny </p>")


class TestProof:
    PROOF = Proof("Anbefalinger", SOURCE_URL, "a" * 64, "b" * 64, NOON)

    def test_the_body_tells_what_it_rests_on(self, renderer: Renderer) -> None:
        made = entry(renderer, proofs=(self.PROOF,))

        assert (
            f"Anbefalinger: hentet 2. marts 2026 kl. 13.00. SHA-256 før: {'a' * 64}. SHA-256 nu: {'b' * 64}."
            in made.html
        )
        assert made.proofs[0]["retrieved_at"] == "2026-03-02T12:00:00+00:00"

    def test_a_page_without_a_label_is_called_by_its_title(self, renderer: Renderer) -> None:
        made = entry(renderer, proofs=(replace(self.PROOF, resource=""),), document_title="Fælles råd")

        assert "<small>Fælles råd: hentet 2. marts 2026" in made.html

    def test_it_leads_to_the_document_as_it_read_then(self, renderer: Renderer) -> None:
        at = NOON.replace(microsecond=123456)
        made = entry(renderer, published_at=at, document_id=7)

        url = "https://nyt.example.org/documents/7?at=2026-03-02T12:00:00.123456Z"
        assert made.archived_url == url and f'href="{url}"' in made.html

    def test_a_new_file_has_no_hash_before(self, renderer: Renderer) -> None:
        proof = replace(self.PROOF, sha256_before="", resource="<b>fil</b>")
        html = entry(renderer, proofs=(proof,)).html

        assert "SHA-256 før: –." in html and "<b>" not in html

    def test_programs_get_it_too(self, renderer: Renderer) -> None:
        view = renderer.feed_view(ALL, [update(proofs=(self.PROOF,))], False)
        (item,) = json.loads(json_feed.render(view))["items"]

        assert item["_syndicate"]["proofs"][0]["sha256_after"] == "b" * 64
        assert item["_syndicate"]["archived_url"].startswith("https://nyt.example.org/documents/1?at=")

    def test_a_correction_leads_to_what_it_corrects(self, renderer: Renderer) -> None:
        html = entry(renderer, corrects="beef", kind=UpdateKind.CORRECTION, changes=()).html

        assert '<a href="https://nyt.example.org/updates/beef">Den tidligere opdatering</a>' in html


class TestMemory:
    def test_an_update_that_is_the_same_is_made_once(self) -> None:
        renderer = Renderer(site(), SETTINGS)

        assert entry(renderer) is entry(renderer)

    def test_one_that_differs_is_made_anew(self) -> None:
        renderer = Renderer(site(), SETTINGS)
        first = entry(renderer)

        assert entry(renderer, topics=("beskaeftigelse",)).topics != first.topics
        assert entry(renderer, document_title="Nyt navn").source_title == "Nyt navn"

    def test_memory_has_an_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("syndicate.rendering.feedviews.REMEMBERED", 2)
        renderer = Renderer(site(), SETTINGS)
        first = entry(renderer, id="a")
        for name in ("b", "c"):
            entry(renderer, id=name)

        assert entry(renderer, id="a") is not first and entry(renderer, id="a") == first
