"""The case that must work, live: the watched page is edited, and all hear of it once, or nobody does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import feedparser
import pytest

from tests.data.sample.build import HERE
from tests.data.sample.docx import docx_from_markdown
from tests.processes import (
    NETWORKS,
    Installation,
    SamplePage,
    Sandbox,
    Service,
    copied_config,
    get,
    sandbox,
    subscribe,
    until,
)

READER = "laeser@example.org"
WITHIN = 60.0
"""Seconds after which the test gives up. The service promises 15, and on a quiet machine takes about 7; how
quick it is is measured, not asserted, as a busy machine proves nothing."""
CHECKS = 3
"""Further visits that must repeat nothing."""

PDF = "media/1041/anbefalinger.pdf"
DOCX = "media/1043/rapport.docx"
REPORT = (HERE / "rapport.md").read_text(encoding="utf-8")
PAGE = (Path(__file__).parents[2] / "config/sample-site/index.html").read_text(encoding="utf-8")
NINTH = PAGE[
    PAGE.index("          <li>Beboere, der mistrives") : PAGE.index("          <li>Parterne bør hvert")
]
FACEBOOK_LINK, TWITTER_LINK = (
    next(line for line in PAGE.splitlines() if f"share__{name}" in line) for name in ("facebook", "twitter")
)

Edit = Callable[[SamplePage], None]


def edit(before: str, after: str) -> Edit:
    return lambda page: page.edit(before, after)


def put(name: str, data: bytes) -> Edit:
    return lambda page: page.put(name, data)


NEW_REPORT = REPORT.replace("møder ni ud af ti op", "møder otte ud af ti op")
NEWER_REPORT = NEW_REPORT.replace("60.000 kr.", "75.000 kr.")


def put_under_another_name(page: SamplePage) -> None:
    """As content systems do: the new file gets a new address, and the link on the page leads to it."""
    page.put("media/1190/rapport-2017.docx", docx_from_markdown(NEWER_REPORT))
    page.edit(DOCX, "media/1190/rapport-2017.docx")


NEW = "<li>Kommunen bør have en idrætsvejleder i boligområdet mindst 2 dage om ugen.</li>\n        </ol>"

REACH_EVERYBODY: dict[str, tuple[Edit, tuple[str, ...]]] = {
    "an edited sentence": (
        edit("De gælder for boligområder med", "De er skrevet til boligområder med"),
        ("er skrevet til",),
    ),
    "a number": (edit("mindst 10 timer om ugen", "mindst 15 timer om ugen"), ("15 timer",)),
    "bør became skal": (edit("Jobcentret bør tilbyde", "Jobcentret skal tilbyde"), ("bør", "skal")),
    "a new recommendation": (edit("        </ol>", NEW), ("en idrætsvejleder i boligområdet",)),
    "a withdrawn recommendation": (edit(NINTH, ""), ("der mistrives psykisk",)),
    "a document replaced in place": (put(DOCX, docx_from_markdown(NEW_REPORT)), ("otte ud af ti",)),
    "a document replaced under another name": (put_under_another_name, ("75.000",)),
}

REACH_NOBODY: dict[str, Edit] = {
    "the date line": edit("Senest opdateret: 09. jan. 2017", "Senest opdateret: 14. feb. 2017"),
    "a counter": edit("18.402", "19.977"),
    "an advert": edit("Få tjekket ejendommens varmeanlæg", "Nye vinduer til hele ejendommen"),
    "the navigation": edit("Kurser</a></li>", 'Kurser</a></li><li><a href="./?side=job">Job</a></li>'),
    "the banner": edit("Søger du bolig? Klik her", "Mangler du en bolig? Klik her"),
    "the order of the share links": edit(
        f"{FACEBOOK_LINK}\n{TWITTER_LINK}", f"{TWITTER_LINK}\n{FACEBOOK_LINK}"
    ),
    "a PDF exported again": put(PDF, (HERE / "anbefalinger-again.pdf").read_bytes()),
}


@dataclass(frozen=True)
class Live:
    """A service that watches the sample page, with one reader who came through form, mail and button."""

    page: SamplePage
    box: Sandbox
    service: Service

    @classmethod
    @contextmanager
    def start(cls, folder: Path, every: str = "0.5s") -> Iterator[Self]:
        page = SamplePage(copied_config(folder) / "sample-site")
        with sandbox(folder, page.folder) as box, Installation(folder, box, every=every).run() as service:
            until("the first reading", service.has_read)
            subscribe(service.url, READER, box)
            yield cls(page, box, service)

    def check_again(self, times: int = CHECKS) -> None:
        """Waits until the page was asked for some more times, as its own server saw it."""
        start = self.box.asked()
        until("more visits", lambda: self.box.asked() >= start + times)

    def told(self, url: str) -> dict[str, int]:
        """How often readers were told of the update at this address, way by way."""
        feeds = {f"feed {name}": len(self._entries(name, url)) for name in ("rss", "atom", "json")}
        posts = {network: len(self.box.posts(network, about=url)) for network in NETWORKS}
        path = url.removeprefix(self.service.url)
        archive = get(f"{self.service.url}/updates").text.count(f'href="{path}"')
        return {**feeds, **posts, "mail": len(self.box.mails(READER, about=url)), "archive": min(archive, 1)}

    def _entries(self, name: str, url: str) -> list[Any]:
        if name == "json":
            return [entry for entry in self.service.entries() if entry["url"] == url]
        feed = feedparser.parse(self.service.feed(f"all.{name}"))
        assert not feed.bozo, feed.bozo_exception
        return [entry for entry in feed.entries if entry.link == url]


@pytest.fixture(scope="module", name="live")
def a_live_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with Live.start(tmp_path_factory.mktemp("live")) as live:
        yield live


@pytest.mark.parametrize("what", REACH_EVERYBODY)
def test_reaches_every_channel_once(live: Live, what: str) -> None:
    change, words = REACH_EVERYBODY[what]
    _reaches_every_channel_once(live, change, words)


def test_page_and_document_together_are_one_update(tmp_path: Path) -> None:
    """Both editions say the same, so that readers are told it once. The editor is done between two visits."""
    with Live.start(tmp_path, every="2s") as live:
        visits = live.box.asked(DOCX)
        until("the end of a visit", lambda: live.box.asked(DOCX) > visits)
        _reaches_every_channel_once(live, change_page_and_document, ("skal stille lokaler",))


def test_an_edition_that_follows_its_page_is_no_news(tmp_path: Path) -> None:
    """The page first, the PDF later: in the archive, and for those who read editorial changes; in no mail."""
    with Live.start(tmp_path) as live:
        live.page.edit("Boligorganisationen bør stille lokaler", "Boligorganisationen skal stille lokaler")
        (entry,) = until("the update", live.service.entries, WITHIN)
        once = dict.fromkeys(live.told(entry["url"]), 1)
        until("everybody to be told", lambda: live.told(entry["url"]) == once, WITHIN)

        live.page.put(PDF, (HERE / "anbefalinger-skal.pdf").read_bytes())

        late = "er bragt ajour med ændringer, der er omtalt tidligere"
        until(
            "the editorial entry",
            lambda: late in get(f"{live.service.url}/feeds/all.atom?all=1").text,
            WITHIN,
        )
        live.check_again()
        assert live.service.entries() == [entry]
        assert live.told(entry["url"]) == once
        assert (len(live.box.mails(READER)), len(live.box.posts())) == (2, len(NETWORKS))


def change_page_and_document(page: SamplePage) -> None:
    page.edit("Boligorganisationen bør stille lokaler", "Boligorganisationen skal stille lokaler")
    page.put(PDF, (HERE / "anbefalinger-skal.pdf").read_bytes())


def test_reaches_nobody(tmp_path: Path) -> None:
    """These edits, one after the other; then a real one, which shows that the service was listening."""
    with Live.start(tmp_path) as live:
        for what, change in REACH_NOBODY.items():
            change(live.page)
            live.check_again(2)  # the first of them saw the edit, and has ended when the second begins
            assert not live.service.entries(), f"{what} was announced"
            assert len(live.box.mails()) == 1, f"{what} was mailed"
            assert not live.box.posts(), f"{what} was posted"
        assert live.box.asked(PDF) >= CHECKS
        live.page.edit("Jobcentret bør tilbyde", "Jobcentret skal tilbyde")
        until("a real edit", live.service.entries, WITHIN)


def _reaches_every_channel_once(live: Live, change: Edit, words: tuple[str, ...]) -> None:
    known = {entry["url"] for entry in live.service.entries()}

    def fresh() -> list[dict[str, Any]]:
        return [entry for entry in live.service.entries() if entry["url"] not in known]

    change(live.page)
    (entry,) = until("the update", fresh, WITHIN)
    once = dict.fromkeys(live.told(entry["url"]), 1)
    until("everybody to be told", lambda: live.told(entry["url"]) == once, WITHIN)
    _says_what_changed(live, entry, words)
    live.check_again()
    assert live.told(entry["url"]) == once
    assert [one["url"] for one in fresh()] == [entry["url"]]
    assert len(live.box.mails(READER)) == len(known) + 2, "one mail for each update, and the confirmation"
    assert len(live.box.posts()) == len(NETWORKS) * (len(known) + 1)


def _says_what_changed(live: Live, entry: dict[str, Any], words: tuple[str, ...]) -> None:
    (mail,) = live.box.mails(READER, about=entry["url"])
    page = get(entry["url"]).text
    for word in words:
        for place, text in (
            ("feed", entry["content_html"]),
            ("page", page),
            ("mail", mail["text"]),
            ("mail in HTML", mail["html"]),
        ):
            assert word in text, f"the {place} does not say {word!r}"
    for post in live.box.posts(about=entry["url"]):
        assert entry["title"] in post["text"], post
