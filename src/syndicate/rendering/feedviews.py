"""Published updates as a feed before it has a format."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urlencode

import nh3
from jinja2 import Environment

from syndicate.domain.model import FeedEntry, FeedView, Site, Update
from syndicate.rendering.changes import change_data, name, short_list
from syndicate.rendering.foreign import tame, web_address
from syndicate.rendering.headlines import headline
from syndicate.rendering.texts import Texts

TAGS = {"a", "bdi", "blockquote", "br", "del", "em", "h3", "h4", "ins", "li", "p", "strong", "ul"}
ATTRIBUTES = {"*": {"lang", "dir"}, "a": {"href"}}


class FeedViews:
    """Makes feeds from updates; the same updates give the same feed."""

    def __init__(self, site: Site, environment: Environment) -> None:
        self._site = site
        self._environment = environment

    def view(
        self, name: str, title: str, updates: Sequence[Update], editorial: bool, texts: Texts
    ) -> FeedView:
        """The feed `name` ("all", a topic's id or "source/<id>") of these updates, newest first as given."""
        site = self._site
        subtitle = texts["feed_subtitle_editorial" if editorial else "feed_subtitle"]
        return FeedView(
            id=f"{site.feed_id}feed/{name}" + ("?all=1" if editorial else ""),
            title=title,
            subtitle=subtitle.format(publisher=site.publisher),
            base_url=site.base_url,
            path=f"/feeds/{quote(name)}",
            home_url=self._home_url(name, editorial),
            language=site.language,
            publisher=site.publisher,
            topic_scheme=f"{site.feed_id}topics",
            entries=tuple(self._entry(tame(update), texts) for update in updates),
            query="?all=1" if editorial else "",
        )

    def _home_url(self, name: str, editorial: bool) -> str:
        """The page of the archive that shows people what the feed shows programs."""
        kind, _, source = name.partition("/")
        chosen = {"source": source} if source else {} if kind == "all" else {"topic": name}
        query = urlencode(chosen | ({"all": "1"} if editorial else {}))
        return f"{self._site.base_url}/updates" + (f"?{query}" if query else "")

    def _entry(self, update: Update, texts: Texts) -> FeedEntry:
        site = self._site
        at = update.published_at or update.detected_at
        text = update.text(site.language)
        previous = update.corrects or update.previous
        return FeedEntry(
            id=site.entry_id(update.id),
            url=site.update_url(update.id),
            title=headline(update, site.language, texts),
            summary=text.summary,
            html=self._html(update, texts),
            published=at,
            updated=at,
            sequence=update.sequence,
            language=text.language,
            significance=update.significance,
            topics=tuple(map(site.topic, update.topics)),
            source_url=web_address(update.document_url),
            source_title=name(update.document_title, texts),
            previous_url=site.update_url(previous) if previous else "",
            changes=tuple(change_data(noted, texts) for noted in update.changes),
        )

    def _html(self, update: Update, texts: Texts) -> str:
        changes, more = short_list(update, texts)
        body = self._environment.get_template("feeds/entry.html.j2").render(
            site=self._site,
            texts=texts,
            language=self._site.language,
            document_title=name(update.document_title, texts),
            summary=update.text(self._site.language).summary,
            changes=changes,
            more=more,
            update_url=self._site.update_url(update.id),
            source_url=web_address(update.document_url),
        )
        # Readers show it among their own pages: whatever a template holds, only these tags leave the house.
        return nh3.clean(body, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"http", "https"}, link_rel=None)
