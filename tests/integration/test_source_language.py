"""A feed tells an update in the language of its source, also on a site that speaks another."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicate.ports import FeedRecord
from syndicate.rendering import MailSettings, Renderer
from tests.factories import site
from tests.watching import Watcher, page

pytestmark = pytest.mark.usefixtures("any_database")

TEXT = ("The municipality {} offer every child a meal.", "The rest of the page stays as it was before.")


@pytest.mark.parametrize(("language", "told"), [("en", "en"), ("en-GB", "en"), ("sv", "da")])
def test_entries_speak_as_their_source_does(tmp_path: Path, language: str, told: str) -> None:
    watcher = Watcher(tmp_path)
    watcher.language, watcher.languages = language, ("da",)
    for word in ("should", "must"):
        watcher.serve(page(*(text.format(word) for text in TEXT)))
        watcher.visit()
    (update,) = watcher.updates()
    renderer = Renderer(site(languages=("da",)), MailSettings("nyt@example.org", "", "example.org"))
    (entry,) = renderer.feed_view(FeedRecord("all", "Alle"), [update], True).entries
    assert entry.language == told
    assert entry.title == update.texts[told].title and entry.summary in entry.html
    assert ("<strong>Before:</strong>" in entry.html) is (told == "en")
    assert update.text("da").language == "da"  # pages and mails go on in the site's own
