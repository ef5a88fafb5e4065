"""The sitemap source: which pages a site has, and never a page less because a part could not be had."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from syndicate.domain.errors import FetchError, FetchReason, ParseError
from syndicate.ports import Access, NotModified, Retrieved, SourceKind, Validators
from syndicate.sources.sitemap import Config, build
from tests.watching import InProcess

NOW = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
HOME = "https://kilde.example"
MAP = f"{HOME}/sitemap.xml"
LOGIN = Access(headers={"Authorization": "Bearer x"})


def sitemap(*pages: str, lastmod: str = "", tags: tuple[str, str] = ("urlset", "url")) -> bytes:
    outer, inner = tags
    stated = f"<lastmod>{lastmod}</lastmod>" if lastmod else ""
    rows = "".join(f"<{inner}><loc>{url}</loc>{stated}</{inner}>" for url in pages)
    return f'<{outer} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</{outer}>'.encode()


class Site:
    """Serves bodies by address, with validators."""

    def __init__(self, **bodies: bytes) -> None:
        self.bodies = {f"{HOME}/{name}.xml": body for name, body in bodies.items()}
        self.asked: list[tuple[str, Access]] = []

    def get(
        self, url: str, *, validators: Validators | None, access: Access, now: datetime
    ) -> Retrieved | NotModified:
        self.asked.append((url, access))
        body = self.bodies.get(url)
        if body is None:
            raise FetchError(url, FetchReason.NOT_FOUND, f"{url} is not there.")
        etag = f'"{hash(body)}"'
        if validators and validators.etag == etag:
            return NotModified(url)
        return Retrieved(url, body, "application/xml", Validators(url, etag))


def source(site: Site, **keys: object) -> SourceKind:
    return build(Config.model_validate({"url": MAP, **keys}), site, LOGIN, InProcess())


def addresses(kind: SourceKind) -> list[str]:
    return [document.address for document in kind.find(NOW)]


def test_every_listed_page_is_a_document_known_by_its_address() -> None:
    kind = source(Site(sitemap=sitemap(f"{HOME}/a", f"{HOME}/b")))
    first, second = kind.find(NOW)
    assert (first.key, first.address, first.host) == (f"{HOME}/a", f"{HOME}/a", "kilde.example")
    assert second.address == f"{HOME}/b"
    assert kind.lists_all
    assert kind.asks_network


def test_patterns_narrow_it_and_other_hosts_are_left_out() -> None:
    pages = [f"{HOME}/raad/1", f"{HOME}/raad/arkiv/2", f"{HOME}/om", "https://anden.example/raad/1"]
    kind = source(Site(sitemap=sitemap(*pages)), include=["*/raad/*"], exclude=["*/arkiv/*"])
    assert addresses(kind) == [f"{HOME}/raad/1"]


def test_a_site_is_its_own_with_www_and_by_https() -> None:
    pages = ["http://kilde.example/a", "https://www.kilde.example/b", "https://wwwkilde.example/c"]
    assert addresses(source(Site(sitemap=sitemap(*pages)))) == pages[:2]


def test_an_index_is_followed_one_level() -> None:
    index = sitemap(f"{HOME}/one.xml", f"{HOME}/two.xml", tags=("sitemapindex", "sitemap"))
    site = Site(sitemap=index, one=sitemap(f"{HOME}/a", f"{HOME}/b"), two=sitemap(f"{HOME}/b", f"{HOME}/c"))
    assert addresses(source(site)) == [f"{HOME}/a", f"{HOME}/b", f"{HOME}/c"]


def test_a_part_that_cannot_be_had_fails_the_whole() -> None:
    index = sitemap(f"{HOME}/one.xml", f"{HOME}/gone.xml", tags=("sitemapindex", "sitemap"))
    with pytest.raises(FetchError):
        source(Site(sitemap=index, one=sitemap(f"{HOME}/a"))).find(NOW)


def test_what_is_no_sitemap_is_an_error_and_not_an_empty_site() -> None:
    with pytest.raises(ParseError):
        source(Site(sitemap=b"<html><p>Siden findes ikke</p></html>")).find(NOW)


def test_not_modified_means_the_same_pages() -> None:
    site = Site(sitemap=sitemap(f"{HOME}/a"))
    kind = source(site)
    assert addresses(kind) == addresses(kind) == [f"{HOME}/a"]
    assert len(site.asked) == 2


def test_more_pages_than_wanted_are_an_error_that_says_what_to_do() -> None:
    with pytest.raises(FetchError) as caught:
        source(Site(sitemap=sitemap(f"{HOME}/a", f"{HOME}/b")), most=1).find(NOW)
    assert caught.value.reason is FetchReason.TOO_LARGE
    assert "include" in caught.value.hint


def test_an_index_may_not_lead_round_in_circles() -> None:
    index = sitemap(f"{HOME}/sitemap.xml", f"{HOME}/one.xml", tags=("sitemapindex", "sitemap"))
    site = Site(sitemap=index, one=index)
    with pytest.raises(ParseError, match="within one"):
        source(site).find(NOW)
    assert len(site.asked) <= 2


def test_parts_are_read_until_there_are_too_many_pages() -> None:
    parts = {f"part{n}": sitemap(*(f"{HOME}/{n}/{m}" for m in range(100))) for n in range(50)}
    index = sitemap(*(f"{HOME}/{name}.xml" for name in parts), tags=("sitemapindex", "sitemap"))
    site = Site(sitemap=index, **parts)
    with pytest.raises(FetchError) as caught:
        source(site, most=250).find(NOW)
    assert caught.value.reason is FetchReason.TOO_LARGE
    assert len(site.asked) == 4  # the index and three parts


def test_pages_that_nobody_wants_do_not_count_and_are_not_kept() -> None:
    pages = [f"{HOME}/arkiv/{n}" for n in range(5_000)] + [f"{HOME}/raad/1"]
    kind = source(Site(sitemap=sitemap(*pages)), include=["*/raad/*"], most=1)
    assert addresses(kind) == [f"{HOME}/raad/1"]
    assert addresses(kind) == [f"{HOME}/raad/1"]  # also when the server says that nothing changed


def test_an_index_of_inside_addresses_opens_nothing() -> None:
    inside = [
        "http://127.0.0.1/a.xml",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "https://[::1]/",
    ]
    site = Site(sitemap=sitemap(*inside, tags=("sitemapindex", "sitemap")))
    assert addresses(source(site)) == []
    assert [url for url, _ in site.asked] == [MAP]


def test_lastmod_is_a_hint_unless_every_page_was_changed_just_now() -> None:
    old = source(Site(sitemap=sitemap(f"{HOME}/a", f"{HOME}/b", lastmod="2026-02-01")))
    assert {document.stated for document in old.find(NOW)} == {datetime(2026, 2, 1, tzinfo=UTC)}
    just_now = (NOW - timedelta(seconds=5)).isoformat()
    lying = source(Site(sitemap=sitemap(*(f"{HOME}/{n}" for n in range(5)), lastmod=just_now)))
    assert {document.stated for document in lying.find(NOW)} == {None}


def test_the_login_goes_to_the_sites_own_pages_only() -> None:
    site = Site(a=b"x")
    kind = source(site)
    kind.retrieve(f"{HOME}/a.xml", None, NOW)
    with pytest.raises(FetchError):
        kind.retrieve("https://anden.example/a.pdf", None, NOW)
    assert [access.headers for _, access in site.asked] == [LOGIN.headers, {}]


@pytest.mark.parametrize("url", ["ftp://kilde.example/s.xml", "https://me:pw@kilde.example/s.xml", "s.xml"])
def test_only_plain_web_addresses_are_taken(url: str) -> None:
    with pytest.raises(ValidationError):
        Config(url=url)
