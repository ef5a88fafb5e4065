"""Updates as mails, posts, feeds and pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

from syndicate.domain.model import Account, FeedView, Message, Site, Update
from syndicate.ports import Channel, FeedRecord
from syndicate.rendering import environment, pings
from syndicate.rendering.changes import ChangeView, change_views
from syndicate.rendering.feedviews import FeedViews
from syndicate.rendering.mail import Mails, MailSettings
from syndicate.rendering.posts import Posts
from syndicate.rendering.texts import Texts, load


class Renderer:
    """Makes messages and feeds from updates; pure: the same update gives the same bytes.

    `templates` are an operator's own folders, which override the shipped one file by file; the first that
    has a file wins. `hubs` are told of by feeds (WebSub). Raises ConfigError where the mail settings or a
    catalogue of words cannot be used.
    """

    def __init__(
        self, site: Site, mail: MailSettings, templates: Sequence[Path] = (), hubs: Sequence[str] = ()
    ) -> None:
        jinja = environment.build(templates)
        self._site = site
        self._words = cache(lambda language: load(language, templates))
        self._mails = Mails(site, mail, jinja, self._texts)
        self._posts = Posts(site, jinja)
        self._feeds = FeedViews(site, jinja, self._texts, hubs)
        self._texts(site.language)

    def messages(self, update: Update, account: Account, channel: Channel) -> list[Message]:
        """One post per language of the account, or one in the site's where it names none; a hub's one ping.

        Raises Permanent(CONTENT) where a text cannot be made to fit.
        """
        if account.channel == pings.CHANNEL:
            return [pings.ping(update, account, self._site)]
        languages = account.languages or (self._site.language,)
        return [
            self._posts.message(update, account, channel, language, self._texts(language))
            for language in languages
        ]

    def mail(self, update: Update, language: str) -> Message:
        """The mail for readers of `language`: complete MIME bytes with placeholders."""
        return self._mails.update(update, language)

    def confirmation(self, subject: str, topics: Sequence[str], language: str, now: datetime) -> Message:
        """The one mail that asks an address to confirm. Holds no text of the asker's."""
        return self._mails.confirmation(subject, topics, language, now)

    def feed_view(self, feed: FeedRecord, updates: Sequence[Update], editorial: bool) -> FeedView:
        """The feed in the site's language, its entries in their sources' own.

        `updates` are published ones, newest first; `editorial` says that they hold editorial ones too.
        """
        return self._feeds.view(feed, updates, editorial)

    def page_changes(self, update: Update, language: str) -> tuple[ChangeView, ...]:
        """Every change of the update in full, for the site's own page in `language`."""
        return change_views(update, self._texts(language))

    def _texts(self, language: str) -> Texts:
        return self._words(language)
