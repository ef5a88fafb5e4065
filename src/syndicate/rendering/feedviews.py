"""Published updates as a feed before it has a format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import quote, urlencode

import nh3
from jinja2 import Environment
from markupsafe import Markup

from syndicate.domain.model import FeedEntry, FeedView, Proof, Significance, Site, Update
from syndicate.ports import FeedRecord
from syndicate.rendering.changes import change_data, fitting_length, name, short_list
from syndicate.rendering.environment import moment, stated_days
from syndicate.rendering.foreign import tame, web_address
from syndicate.rendering.headlines import headline
from syndicate.rendering.remembering import Remembered
from syndicate.rendering.texts import Texts

ROOM = 8000
"""What the wordings in one entry may come to, in characters: one long change, or many short ones."""

MOST_PROOFS = 10

REMEMBERED = 500
"""How many entries are kept in memory, some 30 kB each."""

TAGS = {"a", "bdi", "blockquote", "br", "del", "em", "h3", "h4", "ins", "li", "p", "small", "strong", "ul"}
ATTRIBUTES = {"*": {"lang", "dir"}, "a": {"href"}}
CLEANER = nh3.Cleaner(tags=TAGS, attributes=ATTRIBUTES, url_schemes={"http", "https"}, link_rel=None)


class FeedViews:
    """Makes feeds from updates; the same updates give the same feed."""

    def __init__(
        self, site: Site, environment: Environment, words: Callable[[str], Texts], hubs: Sequence[str] = ()
    ) -> None:
        self._site = site
        self._words = words
        self._environment = environment
        self._hubs = tuple(hubs)
        self._entries: Remembered[FeedEntry] = Remembered(REMEMBERED)

    def view(self, feed: FeedRecord, updates: Sequence[Update], editorial: bool) -> FeedView:
        """The feed of these updates, newest first as given; one that has ended says so before all of them.

        The feed speaks of itself in the site's language, each entry in its source's where it is told in that.
        """
        site, texts = self._site, self._words(self._site.language)
        subtitle = texts["feed_subtitle_editorial" if editorial else "feed_subtitle"]
        entries = [self._known_entry(update) for update in updates]
        if feed.ended_at:
            entries.insert(0, self._ending(feed, feed.ended_at, texts))
        return FeedView(
            id=f"{site.feed_id}feed/{_identity(feed.name)}" + ("?all=1" if editorial else ""),
            title=feed.title or texts["feed_personal"].format(site=site.title),
            subtitle=subtitle.format(publisher=site.publisher),
            base_url=site.base_url,
            path=f"/feeds/{quote(feed.name)}",
            home_url=self._home_url(feed, editorial),
            language=site.language,
            publisher=site.publisher,
            topic_scheme=f"{site.feed_id}topics",
            entries=tuple(entries),
            query="?all=1" if editorial else "",
            hubs=() if _is_personal(feed.name) else self._hubs,
        )

    def _home_url(self, feed: FeedRecord, editorial: bool) -> str:
        """The page of the archive that shows people what the feed shows programs."""
        chosen = {"source": feed.source} if feed.source else {}
        if feed.topics and not _is_personal(feed.name):
            chosen = {"topic": feed.topics[0]}
        query = urlencode(chosen | ({"all": "1"} if editorial else {}))
        return f"{self._site.base_url}/updates" + (f"?{query}" if query else "")

    def _ending(self, feed: FeedRecord, at: datetime, texts: Texts) -> FeedEntry:
        """The last entry of a feed, with the way to those that go on."""
        feeds_url = f"{self._site.base_url}/feeds"
        summary = texts["feed_ended_summary"].format(title=feed.title)
        link = Markup('<p>{}</p><p><a href="{}">{}</a></p>')
        return FeedEntry(
            id=f"{self._site.feed_id}feed/{feed.name}/ended/{at:%Y%m%dT%H%M%SZ}",
            url=feeds_url,
            title=texts["feed_ended"].format(title=feed.title),
            summary=summary,
            html=str(link.format(summary, feeds_url, texts["feed_others"])),
            published=at,
            updated=at,
            sequence=0,
            language=self._site.language,
            significance=Significance.SUBSTANTIVE,
        )

    def _known_entry(self, update: Update) -> FeedEntry:
        """An update is in several feeds, and in each again whenever there is news: it is made once."""
        return self._entries.of(update.id, update, lambda: self._entry(update))

    def _entry(self, update: Update) -> FeedEntry:
        site, update = self._site, tame(update)
        at = update.published_at or update.detected_at
        language = self._language(update)
        text, texts = update.text(language), self._words(language)
        previous = update.corrects or update.previous
        shown = fitting_length(update, ROOM)
        return FeedEntry(
            id=site.entry_id(update.id),
            url=site.update_url(update.id),
            title=headline(update, language, texts),
            summary=text.summary,
            html=self._html(update, language),
            published=at,
            updated=at,
            sequence=update.sequence,
            language=text.language,
            significance=update.significance,
            topics=tuple(map(site.topic, update.topics)),
            source_url=web_address(update.document_url),
            source_title=name(update.document_title, texts),
            previous_url=site.update_url(previous) if previous else "",
            changes=tuple(change_data(noted, texts) for noted in update.changes[:shown]),
            archived_url=self._archived_url(update),
            proofs=tuple(_proof_data(proof) for proof in update.proofs),
            effective=update.effective,
        )

    def _language(self, update: Update) -> str:
        """The source's own, where the update is told in it; else the site's."""
        own = update.language.replace("_", "-").partition("-")[0].lower()
        return own if own in update.texts else self._site.language

    def _proof(self, update: Update, proof: Proof, texts: Texts) -> str:
        """What the update rests on, in a sentence: who doubts it can hash the files."""
        return texts["proof"].format(
            name=name(proof.resource or update.document_title, texts),
            at=moment(proof.retrieved_at, self._site.timezone, texts),
            before=proof.sha256_before or "–",
            after=proof.sha256_after or "–",
        )

    def _archived_url(self, update: Update) -> str:
        """The document's own page, as it read right after this update; "" before it is published."""
        if update.published_at is None:
            return ""
        at = update.published_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        return f"{self._site.base_url}/documents/{update.document_id}?at={at}"

    def _html(self, update: Update, language: str) -> str:
        texts = self._words(language)
        changes, more = short_list(update, texts, fitting_length(update, ROOM))
        body = self._environment.get_template("feeds/entry.html.j2").render(
            site=self._site,
            texts=texts,
            language=language,
            document_title=name(update.document_title, texts),
            summary=update.text(language).summary,
            effective=stated_days(update.effective, texts),
            changes=changes,
            more=more,
            update_url=self._site.update_url(update.id),
            source_url=web_address(update.document_url),
            archived_url=self._archived_url(update),
            corrects_url=self._site.update_url(update.corrects) if update.corrects else "",
            proofs=[self._proof(update, proof, texts) for proof in update.proofs[:MOST_PROOFS]],
        )
        # Readers show it among their own pages: whatever a template holds, only these tags leave the house.
        return CLEANER.clean(body)


def _proof_data(proof: Proof) -> dict[str, str]:
    return {
        "resource": proof.resource,
        "url": web_address(proof.url),
        "sha256_before": proof.sha256_before,
        "sha256_after": proof.sha256_after,
        "retrieved_at": proof.retrieved_at.astimezone(UTC).isoformat(),
    }


def _is_personal(name: str) -> bool:
    return name.startswith("my/")


def _identity(name: str) -> str:
    """The name as it stands in the feed's id: of a personal feed's address only a hash, as ids get about."""
    return f"my/{sha256(name.encode()).hexdigest()[:20]}" if _is_personal(name) else name
