"""The site over a real database: real mails, real feeds, real subscribers."""

from __future__ import annotations

from itertools import count

from starlette.types import ASGIApp

from syndicate.rendering import MailSettings, Renderer
from syndicate.services.subscribe import SubscribeService
from syndicate.storage.archive import ArchiveRows
from syndicate.storage.subscribing import SubscriberRows
from syndicate.web.app import create_app
from syndicate.web.pages import PageRenderer
from tests import factories
from tests.feeding import Feeding
from tests.web_site import NOW, TOKENS

SITE = factories.site()


def stored_app(feeding: Feeding) -> ASGIApp:
    """The whole site; ids that are drawn count from 1."""
    numbers = count(1)
    database = feeding.store.database
    renderer = Renderer(SITE, MailSettings("Nyt <nyt@example.org>", "", "example.org"))
    subscribe = SubscribeService(
        SubscriberRows(database), renderer, TOKENS, SITE.topics, lambda digits: f"{next(numbers):0{digits}x}"
    )
    return create_app(
        site=SITE,
        archive=ArchiveRows(database),
        feeds=feeding.shelf(),
        subscribe=subscribe,
        pages=PageRenderer(SITE),
        readiness=list,
        clock=lambda: NOW,
    )
