"""A page for each feed: what it is, what is in it now, and the address to copy. The feed's own name without
the suffix of a format leads there: `/feeds/all`, `/feeds/{topic}`, `/feeds/source/{id}`."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from syndicate.ports import Archive, FeedRecord, Selection
from syndicate.web.feeds import FEED_NAME, REFUSAL, Feeds, refusal
from syndicate.web.pages import PageRenderer

PREVIEW = 5
"""How many entries a page shows."""


class FeedPages:
    """Everything under `/feeds/` that is no feed: the pages, and the refusals of feeds told as pages."""

    def __init__(self, archive: Archive, feeds: Feeds, pages: PageRenderer) -> None:
        self._archive = archive
        self._feeds = feeds
        self._pages = pages

    def page(self, request: Request) -> Response:
        """The page of the feed; `?all=1` shows the variant with the editorial updates. A topic's former
        address shows the feed under its present one."""
        if refused := request.scope.get(REFUSAL):
            raise refused
        feed = self._feed(request.path_params["name"])
        editorial = request.query_params.get("all") == "1"
        return self._pages.page(
            request,
            "feed",
            feed=feed,
            path=f"/feeds/{_present_name(feed)}",
            topic=_topic(feed),
            editorial=editorial,
            updates=self._archive.select(
                Selection(topic=_topic(feed), source=feed.source, editorial=editorial), limit=PREVIEW
            ),
        )

    def _feed(self, name: str) -> FeedRecord:
        if not FEED_NAME.fullmatch(name):
            raise HTTPException(404)
        feed = self._feeds.record(name)
        if feed is None or feed.gone:
            raise refusal(self._feeds.state(name))
        return feed


def _topic(feed: FeedRecord) -> str:
    return feed.topics[0] if feed.topics else ""


def _present_name(feed: FeedRecord) -> str:
    return feed.name if feed.ended_at or not feed.topics else _topic(feed)
