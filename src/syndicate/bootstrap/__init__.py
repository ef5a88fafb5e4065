"""Puts the house together: the one place that knows every room.

`App` builds each part when it is first asked for, so that `syndicate status` needs no token of any network
and `syndicate diff` no database.
"""

from __future__ import annotations

import hmac
import os
import random
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from syndicate import __version__, registry
from syndicate import config as configuration
from syndicate.bootstrap.keys import beside, read_key
from syndicate.bootstrap.sharing import shared_access, shared_options
from syndicate.bootstrap.surroundings import login_headers, random_hex, stamp_of
from syndicate.config import AccountConfig, Config, SourceConfig
from syndicate.domain.model import Account, Significance, Site, Topic
from syndicate.ports import (
    Access,
    Archive,
    FeedRecord,
    FeedStore,
    Outbox,
    Reader,
    SourceRecord,
    Subscribers,
    UpdateStore,
)

if TYPE_CHECKING:
    from syndicate.fetching.client import GuardedFetcher
    from syndicate.isolation.pool import ReaderPool
    from syndicate.rendering import MailSettings, Renderer
    from syndicate.services.alerts import AlertService
    from syndicate.services.amend import AmendService
    from syndicate.services.check import CheckService
    from syndicate.services.deliver import DeliverService
    from syndicate.services.expand import Destination, ExpandService
    from syndicate.services.housekeeping import HousekeepingService
    from syndicate.services.making_feeds import FeedMaker
    from syndicate.services.moderate import ModerateService
    from syndicate.services.render_feeds import FeedService
    from syndicate.services.serve_feeds import FeedShelf
    from syndicate.services.subscribe import SubscribeService
    from syndicate.services.tokens import Tokens
    from syndicate.services.watched import WatchedSource
    from syndicate.storage.engine import Database

DEFAULT_CONFIG = Path("config/syndicate.toml")
EMAIL = "email"
WEBSUB = "websub"
FEED_FORMATS = ("rss", "atom", "json")


def utc_now() -> datetime:
    return datetime.now(UTC)


def section(room: str, name: str) -> type[BaseModel]:
    """The Config class of an adapter, for `config.load`. Raises UnknownAdapter."""
    model: type[BaseModel] = registry.load(room, name).Config
    return model


def load_config(path: Path) -> Config:
    return configuration.load(path, section)


class App:
    """All parts of a running syndicate. Close it when done.

    `clock` gives aware times; `environ` holds the secrets that the configuration names; `boot` is unique
    to this process, so that what a dead process left behind can be told from what is alive.
    """

    def __init__(
        self,
        config: Config,
        *,
        clock: Callable[[], datetime] = utc_now,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.config = config
        self.clock = clock
        self.boot = secrets.token_hex(8)
        self._environ = environ

    def close(self) -> None:
        """Ends children and connections."""
        for name in ("reader", "fetcher", "database"):
            part = self.__dict__.get(name)
            if part is not None:
                part.close()

    # --- the site ---------------------------------------------------------------------------------

    @cached_property
    def site(self) -> Site:
        config = self.config
        return Site(
            title=config.site.title,
            base_url=config.site.base_url,
            feed_id=config.site.feed_id,
            language=config.site.language,
            languages=config.languages,
            publisher=config.site.publisher or config.site.title,
            timezone=config.site.timezone,
            contact=self._contact,
            topics=tuple(Topic(topic.id, topic.title, topic.was) for topic in config.topics),
        )

    @property
    def _contact(self) -> str:
        """Where readers can write to: the mails' reply address. The operator's own is never shown."""
        email = self.config.channels.get(EMAIL)
        address = getattr(email.own, "reply_to", "") if email else ""
        return str(address).rpartition("<")[2].rstrip("> ")

    @cached_property
    def templates(self) -> tuple[Path, ...]:
        return (self.config.site.templates,) if self.config.site.templates else ()

    @cached_property
    def key(self) -> bytes:
        """The key of the capability links: a file beside the database, made at the first start."""
        path = self.config.site.key_file or beside(self.config)
        return read_key(path)

    @cached_property
    def tokens(self) -> Tokens:
        from syndicate.services.tokens import Tokens

        return Tokens(self.key)

    # --- storage ----------------------------------------------------------------------------------

    @cached_property
    def database(self) -> Database:
        from syndicate.storage.engine import Database

        storage = self.config.storage
        found = configuration.secrets(storage, "storage", self._environ)
        database = Database(storage.url, found.get("password", ""))
        database.upgrade()
        return database

    @cached_property
    def watch_store(self) -> Any:
        from syndicate.storage.watching import WatchRows

        return WatchRows(self.database)

    @cached_property
    def _archive_rows(self) -> Any:
        from syndicate.storage.archive import ArchiveRows

        return ArchiveRows(self.database)

    @property
    def archive(self) -> Archive:
        archive: Archive = self._archive_rows
        return archive

    @cached_property
    def feed_store(self) -> FeedStore:
        from syndicate.storage.feeds import FeedRows

        return FeedRows(self.database)

    @cached_property
    def outbox(self) -> Outbox:
        from syndicate.storage.outbox import OutboxRows

        return OutboxRows(self.database)

    @cached_property
    def subscribers(self) -> Subscribers:
        from syndicate.storage.subscribing import SubscriberRows

        return SubscriberRows(self.database)

    # --- watching ---------------------------------------------------------------------------------

    @cached_property
    def fetcher(self) -> GuardedFetcher:
        from syndicate.fetching.client import GuardedFetcher

        fetching = self.config.fetching
        return GuardedFetcher(
            fetching.contact,
            fetching.gap,
            fetching.timeout.total_seconds(),
            fetching.max_bytes,
            __version__,
            proxy=self._proxy,
        )

    @property
    def _proxy(self) -> str:
        """The proxy's address with its login, "" for none. Raises ConfigError where the login is missing."""
        fetching = self.config.fetching
        login = configuration.secrets(fetching, "fetching", self._environ).get("proxy_login")
        return fetching.proxy.replace("://", f"://{login}@", 1) if login else fetching.proxy

    @cached_property
    def reader(self) -> ReaderPool:
        from syndicate.isolation.pool import ReaderPool

        return ReaderPool()

    @cached_property
    def sources(self) -> dict[str, WatchedSource]:
        return {source.common.id: self._source(source) for source in self.config.sources}

    def _source(self, source: SourceConfig) -> WatchedSource:
        from syndicate.services.watched import WatchedSource

        common = source.common
        access = self._access(source)
        kind = registry.load("sources", common.kind).build(source.own, self.fetcher, access, self.reader)
        record = SourceRecord(
            common.id, common.title, common.kind, common.language, common.topics, common.show_text
        )
        options = shared_options(common.select, common.ignore)
        review = common.policy == "review"
        return WatchedSource(record, kind, options, common.every, review, common.at_most)

    def _access(self, source: SourceConfig) -> Access:
        common = source.common
        access = shared_access(common.allow_private, common.also_private, common.obey_robots)
        headers = login_headers(source, self._environ)
        return replace(access, headers=headers) if headers else access

    @cached_property
    def check(self) -> CheckService:
        from syndicate.services.check import CheckService

        reader: Reader = self.reader
        return CheckService(
            self.watch_store,
            reader,
            self.sources,
            self.config.languages,
            self.channels,
            random.SystemRandom().random,
        )

    # --- sending ----------------------------------------------------------------------------------

    @cached_property
    def channels(self) -> tuple[str, ...]:
        """The names of the configured channels: an update is fanned out to each."""
        configured = [account.common.channel for account in self.config.accounts]
        hubs = [WEBSUB] if self.config.feeds.hubs else []
        return tuple(dict.fromkeys([*self.config.channels, *configured, *hubs]))

    @cached_property
    def _mail_settings(self) -> MailSettings:
        from syndicate.rendering import MailSettings

        email = self.config.channels.get(EMAIL)
        sender = getattr(email.own, "sender", "") if email else ""
        reply_to = getattr(email.own, "reply_to", "") if email else ""
        domain = sender.rpartition("@")[2].rstrip("> ") or "localhost"
        return MailSettings(sender, reply_to, domain)

    @cached_property
    def renderer(self) -> Renderer:
        from syndicate.rendering import Renderer

        return Renderer(self.site, self._mail_settings, self.templates, self.config.feeds.hubs)

    @cached_property
    def alerts(self) -> AlertService:
        """What the operator must know; mailed where there is a way and an address."""
        from syndicate.rendering.alerts import AlertMails
        from syndicate.services.alerts import AlertService
        from syndicate.storage.alerts import AlertRows

        operator = self.config.operator
        mails = EMAIL in self.config.channels and bool(operator.email)
        return AlertService(
            AlertRows(self.database),
            AlertMails(self.site, self._mail_settings, self.templates) if mails else None,
            operator.email if mails else "",
            lambda: self.fetcher.certificates(),  # who only lists alerts needs no fetcher
            random_hex,
            operator.alert_after,
        )

    @cached_property
    def destinations(self) -> dict[str, Destination]:
        """All ways out, known to the database. Raises ConfigError where a secret is missing."""
        found = {account.common.id: self._account(account) for account in self.config.accounts}
        if EMAIL in self.config.channels:
            found[EMAIL] = self._email()
        found |= {hub: self._hub(hub) for hub in self.config.feeds.hubs}
        self.outbox.register_destinations(
            {name: (d.account.channel, self._fingerprint(name)) for name, d in found.items()}
        )
        return found

    def _account(self, account: AccountConfig) -> Destination:
        from syndicate.fetching.api import AllowListClient
        from syndicate.services.expand import Destination

        common = account.common
        record = Account(common.id, common.channel, common.topics, common.languages, common.significance)
        own: Any = account.own
        client = AllowListClient([own.base_url])
        found = configuration.secrets(account.own, account.key, self._environ)
        channel = registry.load("channels", common.channel).build(account.own, record, client, found)
        return Destination(record, channel)

    def _email(self) -> Destination:
        from syndicate.services.expand import Destination

        part = self.config.channels[EMAIL]
        found = configuration.secrets(part.own, part.key, self._environ)
        channel = registry.load("channels", EMAIL).build(part.own, found)
        resend = getattr(part.own, "uncertain", "") == "resend-once"
        return Destination(Account(EMAIL, EMAIL), channel, can_ask=False, resend_unknown=resend)

    def _hub(self, url: str) -> Destination:
        from syndicate.fetching.api import AllowListClient
        from syndicate.services.expand import Destination

        module = registry.load("channels", WEBSUB)
        account = Account(url, WEBSUB, significance=Significance.EDITORIAL)
        channel = module.build(module.Config(base_url=url), account, AllowListClient([url]), {})
        return Destination(account, channel, can_ask=False, resend_unknown=True)

    def _fingerprint(self, name: str) -> str:
        """Differs when an account's settings or secrets do; tells nothing of them."""
        if name in self.config.feeds.hubs:
            return ""  # there is nothing to it but its name
        parts = {account.common.id: account for account in self.config.accounts}
        part = parts.get(name) or self.config.channels[EMAIL]
        found = configuration.secrets(part.own, part.key, self._environ)
        text = f"{part.own!r}{sorted(found.items())}"
        return hmac.new(self.key, text.encode(), sha256).hexdigest()[:32]

    @cached_property
    def expand(self) -> ExpandService:
        from syndicate.services.expand import ExpandService

        return ExpandService(
            self.outbox,
            self.archive,
            self.renderer,
            self.destinations,
            self.tokens,
            self.config.languages,
            random_hex,
            self.feeds.holds,
        )

    @cached_property
    def deliver(self) -> DeliverService:
        from syndicate.services.deliver import DeliverService

        jitter = random.SystemRandom().random
        return DeliverService(self.outbox, self.destinations, self.boot, self.clock, jitter)

    @cached_property
    def updates(self) -> UpdateStore:
        from syndicate.storage.updates import UpdateRows

        return UpdateRows(self.database)

    @cached_property
    def moderate(self) -> ModerateService:
        from syndicate.services.moderate import ModerateService

        return ModerateService(self.updates, self.expand, self.channels)

    @cached_property
    def amend(self) -> AmendService:
        from syndicate.services.amend import AmendService
        from syndicate.storage.updates import UpdateRows

        return AmendService(UpdateRows(self.database), self.channels)

    # --- the public -------------------------------------------------------------------------------

    @cached_property
    def subscribe(self) -> SubscribeService:
        from syndicate.services.subscribe import SubscribeService

        return SubscribeService(self.subscribers, self.renderer, self.tokens, self.site.topics, random_hex)

    @cached_property
    def feeds(self) -> FeedService:
        from syndicate.services.render_feeds import FeedPlan, FeedService

        renamed = {former: topic.id for topic in self.site.topics for former in topic.was}
        made_with = (__version__, self.site, self.config.feeds.hubs, stamp_of(self.templates))
        plan = FeedPlan(
            self._feed_records,
            sha256(repr(made_with).encode()).hexdigest(),
            renamed,
            self.config.feeds.gone_after,
        )
        return FeedService(self.feed_store, self._feed_maker, plan)

    @cached_property
    def feed_shelf(self) -> FeedShelf:
        from syndicate.services.serve_feeds import FeedShelf

        names = [feed.name for feed in self._feed_records]
        return FeedShelf(self.feed_store, self._feed_maker, self.subscribers, self.tokens, names)

    @cached_property
    def _feed_maker(self) -> FeedMaker:
        from syndicate.services.making_feeds import FeedFormat, FeedMaker

        modules = {name: registry.load("feeds", name) for name in FEED_FORMATS}
        formats = [FeedFormat(name, m.MEDIA_TYPE, m.render) for name, m in modules.items()]
        return FeedMaker(self.renderer.feed_view, formats)

    @cached_property
    def _feed_records(self) -> list[FeedRecord]:
        """The feeds of the configuration; a renamed topic has one under each of its names."""
        feeds = [FeedRecord("all", self.site.title)]
        for topic in self.site.topics:
            feeds += [FeedRecord(name, topic.title, (topic.id,)) for name in (topic.id, *topic.was)]
        for source in self.config.sources:
            name, title = source.common.id, source.common.title or source.common.id
            feeds.append(FeedRecord(f"source/{name}", title, source=name))
        return feeds

    @cached_property
    def housekeeping(self) -> HousekeepingService:
        from syndicate.services.housekeeping import HousekeepingService

        return HousekeepingService(self.watch_store, self.config.storage.keep)
