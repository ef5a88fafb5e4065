"""Pages that a browser prints: a PDF that nobody here wrote, on several papers, tells what the page tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from syndicate.domain.diffing import compare
from syndicate.domain.model import BlockKind, Change, Version
from tests.browser import CHROMIUM, Page, opened
from tests.edition_texts import EDITS, PAIRS, Text
from tests.editions import as_html, read_html, read_pdf

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")

TABLE = "table { border-collapse: collapse; width: 100% } td { border: 1px solid; padding: 3px 8px }"
PAPERS = {
    "serif on A4": "@page { size: A4; margin: 25mm } body { font: 11pt/1.35 serif }",
    "sans on A5": "@page { size: A5; margin: 14mm } body { font: 9pt/1.4 sans-serif; hyphens: auto }",
    "justified": "@page { size: letter; margin: 20mm } body { font: 10pt/1.5 serif; text-align: justify }",
}
SAID = (
    "strength",
    "negation",
    "number in a long paragraph",
    "table cell",
    "removed",
    "note",
    "time en",
    "table en",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Page]:
    with opened() as page:
        yield page


def printed(browser: Page, text: Text, language: str, paper: str, *, furniture: bool = False) -> Version:
    html = as_html(text, language=language).decode()
    browser.show(html.replace("<body>", f"<head><style>{TABLE} {PAPERS[paper]}</style></head><body>"))
    return read_pdf(browser.printed(furniture=furniture))


def told(before: Version, after: Version) -> list[Change]:
    """A bullet that the browser draws is no letter: an item without a number may be a paragraph."""
    return [
        replace(change, section=change.section[-1:], block=BlockKind.PARAGRAPH)
        for change in compare(before, after).changes
    ]


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("name", SAID)
def test_what_a_browser_prints_tells_what_the_page_tells(browser: Page, name: str, paper: str) -> None:
    language, edit = EDITS[name]
    before, after = PAIRS[language], edit(PAIRS[language])
    old, new = (read_html(as_html(text, language=language)) for text in (before, after))

    changes = told(printed(browser, before, language, paper), printed(browser, after, language, paper))

    assert changes == told(old, new)


@pytest.mark.parametrize("language", PAIRS)
def test_other_paper_and_what_the_browser_writes_at_its_edges_is_no_change(
    browser: Page, language: str
) -> None:
    first, *others = (
        printed(browser, PAIRS[language], language, paper, furniture=furniture)
        for paper in PAPERS
        for furniture in (False, True)
    )

    assert [told(first, other) for other in others] == [[]] * 5
