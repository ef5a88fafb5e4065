"""The page source: one document, and no login of ours goes where its links lead."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from syndicate.ports import Access, FoundDocument, NotModified, Retrieved, SourceKind, Validators
from syndicate.sources.page import Config, build
from tests.watching import InProcess

NOW = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
URL = "https://foreningen.example/anbefalinger"
LOGIN = Access(allow_private=True, headers={"Authorization": "Bearer x"}, obey_robots=False)


class FakeFetcher:
    """Answers everything, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Validators | None, Access, datetime]] = []

    def get(
        self, url: str, *, validators: Validators | None, access: Access, now: datetime
    ) -> Retrieved | NotModified:
        self.asked.append((url, validators, access, now))
        return NotModified(url) if validators else Retrieved(url, b"x", "text/html", None)


def page(fetcher: FakeFetcher, access: Access = LOGIN, **keys: object) -> SourceKind:
    return build(Config.model_validate({"url": URL, **keys}), fetcher, access, InProcess())


def test_a_page_is_one_document() -> None:
    fetcher = FakeFetcher()
    assert page(fetcher).find(NOW) == [FoundDocument(URL, "", URL, "foreningen.example")]
    assert fetcher.asked == []


def test_attachments_are_followed_unless_told_otherwise() -> None:
    assert page(FakeFetcher()).follows_attachments
    assert not page(FakeFetcher(), attachments=False).follows_attachments


def test_the_page_is_retrieved_with_all_that_the_source_may_do() -> None:
    fetcher = FakeFetcher()
    validators = Validators(URL, '"1"')
    assert page(fetcher).retrieve(URL, validators, NOW) == NotModified(URL)
    assert fetcher.asked == [(URL, validators, LOGIN, NOW)]


@pytest.mark.parametrize(
    "url", [f"{URL}.pdf", "https://foreningen.example/fakta.docx?v=2", "HTTPS://Foreningen.Example/x"]
)
def test_an_attachment_on_the_same_site_gets_the_login(url: str) -> None:
    fetcher = FakeFetcher()
    page(fetcher).retrieve(url, None, NOW)
    assert fetcher.asked[0][2] == LOGIN


@pytest.mark.parametrize(
    "url",
    [
        "https://andre.example/fakta.pdf",
        "https://foreningen.example.andre.example/fakta.pdf",
        "https://foreningen.example:8443/fakta.pdf",
        "http://foreningen.example/fakta.pdf",
        "https://foreningen.example@andre.example/fakta.pdf",
        "https://[broken/fakta.pdf",
        "https://foreningen.example:99999/fakta.pdf",
    ],
)
def test_an_attachment_elsewhere_does_not(url: str) -> None:
    """Nor may it be in our own network: the page that links to it is not ours."""
    fetcher = FakeFetcher()
    page(fetcher).retrieve(url, None, NOW)
    assert fetcher.asked[0][2] == Access(headers={}, obey_robots=False)


@pytest.mark.parametrize(
    "url",
    ["https://foreningen.example:443/fakta.pdf", "HTTPS://Foreningen.Example./fakta.pdf"],
)
def test_one_place_has_many_spellings(url: str) -> None:
    fetcher = FakeFetcher()
    page(fetcher).retrieve(url, None, NOW)
    assert fetcher.asked[0][2] == LOGIN


@pytest.mark.parametrize(
    ("keys", "word"),
    [
        ({"url": "foreningen.example"}, "http"),
        ({"url": "file:///etc/passwd"}, "http"),
        ({"url": "ftp://foreningen.example/"}, "http"),
        ({"url": "https://"}, "http"),
        ({"url": "https://bruger:kode@foreningen.example/"}, "headers_env"),
        ({"url": URL, "attachment": True}, "attachment"),
        ({"url": URL, "attachments": "perhaps"}, "attachments"),
        ({}, "url"),
    ],
)
def test_a_wrong_key_is_named(keys: dict[str, object], word: str) -> None:
    with pytest.raises(ValidationError, match=word):
        Config.model_validate(keys)
