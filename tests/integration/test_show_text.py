"""`show_text`: what a source does not want to be told on is on no way out, from a visit to the last byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicate.domain.model import Account, ShowText
from syndicate.feeds import atom, json, rss
from syndicate.ports import FeedRecord, Selection
from syndicate.rendering import MailSettings, Renderer
from tests.factories import site
from tests.fakes import FakeChannel
from tests.watching import BASE, SHARPENED, Watcher, page

CANARY = "kanariefugl"
LONG = " ".join(f"{CANARY}{number}" for number in range(40))


@pytest.fixture
def watcher(tmp_path: Path) -> Watcher:
    return Watcher(tmp_path)


def told(watcher: Watcher, show_text: ShowText) -> str:
    """Everything that goes out about one edit: mail, post, feeds, lists, the texts of the document."""
    watcher.show_text = show_text
    watcher.serve(page(*BASE, f"{LONG} begynder."))
    watcher.visit()
    watcher.serve(page(*SHARPENED, f"{LONG} ender."))
    watcher.visit()
    (update,) = watcher.updates()
    renderer = Renderer(site(), MailSettings("nyt@example.org", "", "example.org"))
    view = renderer.feed_view(FeedRecord("all", "Alle"), [update], True)
    archive = watcher.store.archive
    return "\n".join(
        [
            *(renderer.mail(update, language).payload.decode() for language in ("da", "en")),
            *(m.payload.decode() for m in renderer.messages(update, Account("x", "twitter"), FakeChannel())),
            *(feed_format.render(view).decode() for feed_format in (rss, atom, json)),
            repr(archive.update(update.id)),
            repr(archive.select(Selection(editorial=True))),
            repr(archive.document(1)),
            repr(archive.edition(1, 1)),
            repr(archive.steps(update.id)),
        ]
    )


def test_without_a_word_of_the_text(watcher: Watcher) -> None:
    assert CANARY not in told(watcher, ShowText.NONE)
    (update,) = watcher.updates()
    assert update.text("da").title and len(update.changes) == 2
    assert update.proofs[0].sha256_before != update.proofs[0].sha256_after


def test_with_a_few_words_around_what_changed(watcher: Watcher) -> None:
    out = told(watcher, ShowText.CHANGES)
    assert f"{CANARY}39" in out and f"{CANARY}20" not in out


def test_with_all_of_it(watcher: Watcher) -> None:
    assert f"{CANARY}20" in told(watcher, ShowText.FULL)


def test_a_source_may_change_its_mind_about_its_documents(watcher: Watcher) -> None:
    assert CANARY in told(watcher, ShowText.FULL)
    watcher.show_text = ShowText.NONE
    watcher.visit()
    document = watcher.store.archive.document(1)
    assert document is not None and document.resources[0].version is None
