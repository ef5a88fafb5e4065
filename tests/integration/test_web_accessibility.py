"""Every type of page in a real browser: axe-core finds nothing, the keyboard reaches everything, nothing
runs out of a narrow screen. A page that is bad on purpose shows that the checker sees."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import browser, full_site

MISSING = [
    name
    for name, there in (
        ("chromium", browser.CHROMIUM),
        ("axe-core (pip install --no-deps -r tests/browser.lock)", browser.axe_source()),
    )
    if not there
]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"missing: {', '.join(MISSING)}")

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS: dict[str, tuple[str, dict[str, str]]] = {
    "dark": ("screen", {"prefers_color_scheme": "dark"}),
    "print": ("print", {}),
}
PAGES = full_site.pages()

BAD_PAGE = """<html><head><style>p { color: #aaa; background: #bbb }</style></head><body>
<p>Hvad står der her?</p><img src="x.png"><input><div role="button"></div><h3>Uden h1</h3></body></html>"""


@pytest.fixture(scope="module")
def page() -> Iterator[browser.Page]:
    with browser.opened() as page:
        page.resize(1000)
        yield page


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with full_site.served() as base:
        yield base


@pytest.fixture(autouse=True)
def on_screen(page: browser.Page) -> Iterator[None]:
    yield
    page.emulate()
    page.resize(1000)
    page.without_script(False)


def violations(page: browser.Page, only: str = "") -> dict[str, list[str]]:
    """What axe-core finds on the page that is open: a rule and where it is broken. `only` names one rule."""
    chosen = {"type": "rule", "values": [only]} if only else {"type": "tag", "values": RULES}
    options = json.dumps({"runOnly": chosen, "resultTypes": ["violations"]})
    source = browser.axe_source()
    assert source
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(source + "; null")
    found = page.evaluate(f"axe.run(document, {options}).then(r => JSON.stringify(r.violations))")
    return {rule["id"]: [node["html"][:200] for node in rule["nodes"]] for rule in json.loads(found)}


def in_language(path: str, language: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}lang={language}"


# --- axe ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_no_page_has_a_fault_that_a_program_can_find(page: browser.Page, base: str, name: str) -> None:
    """With every fold open: all rules in Danish and English, and in every look what depends on the look."""
    found: dict[str, Any] = {}
    for language in ("en", "da"):
        page.goto(base + in_language(PAGES[name], language))
        page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        found[language] = violations(page)
    for look, (media, features) in LOOKS.items():
        page.emulate(media, **features)
        found[look] = violations(page, only="color-contrast")
    assert found == {key: {} for key in found}


def test_a_bad_page_is_seen(page: browser.Page, tmp_path: Path) -> None:
    bad = tmp_path / "bad.html"
    bad.write_text(BAD_PAGE, "utf-8")
    page.goto(bad.as_uri())
    assert set(violations(page)) >= {
        *("color-contrast", "document-title", "html-has-lang", "image-alt", "label", "aria-command-name"),
        "page-has-heading-one",
    }


# --- the keyboard ---------------------------------------------------------------------------------

FOCUSED = """(() => { const e = document.activeElement; if (!e || e === document.body) return null;
  const box = e.getBoundingClientRect(), style = getComputedStyle(e);
  return [e.outerHTML.slice(0, 80), style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
          box.width > 0 && box.bottom > 0 && box.top < innerHeight]; })()"""
CAN_FOCUS = """[...document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]')]
  .filter(e => e.tabIndex >= 0 && e.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true})
          && e.type !== 'date').length"""


@pytest.mark.parametrize(
    "name", ["archive", "correction", "document then", "compare", "feed", "subscribe", "preferences"]
)
def test_the_keyboard_reaches_everything_and_is_seen(page: browser.Page, base: str, name: str) -> None:
    page.emulate(prefers_reduced_motion="reduce")
    page.goto(base + PAGES[name])
    expected = page.evaluate(CAN_FOCUS)
    seen: list[str] = []
    for _ in range(expected + 10):
        page.press("Tab")
        here = page.evaluate(FOCUSED)
        if here is None or here[0] in seen[:1]:  # out of the page, or around
            break
        html, outlined, visible = here
        if 'type="date"' not in html:  # the browser's own control has several stops
            assert outlined, f"no outline on {html}"
            assert visible, f"out of sight: {html}"
        seen.append(html)
    assert "skip" in seen[0]
    assert len([html for html in seen if 'type="date"' not in html]) == expected


def test_the_skip_link_leads_to_the_content(page: browser.Page, base: str) -> None:
    page.goto(base + "/updates")
    page.press("Tab")
    page.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


# --- narrow, large, forced colours, without script ------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_nothing_runs_out_of_a_narrow_screen(page: browser.Page, base: str, name: str) -> None:
    """320 pixels, and 640 with letters of twice the size (which is what 200 % text makes of it)."""
    page.goto(base + PAGES[name])
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    too_wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    for width, size in ((320, ""), (640, "200%")):
        page.resize(width)
        page.evaluate(f"document.documentElement.style.fontSize = '{size}'")
        assert page.evaluate(too_wide) == 0, f"{width} pixels"


def test_what_is_touched_is_large_enough(page: browser.Page, base: str) -> None:
    """24 by 24 pixels (WCAG 2.5.8); links inside sentences are exempt."""
    page.resize(320)
    for name in ("archive", "document", "feed", "subscribe", "preferences"):
        page.goto(base + PAGES[name])
        small = page.evaluate(
            """[...document.querySelectorAll('button, .button, select, input:not([name=website]), nav a')]
            .filter(e => e.checkVisibility()).map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
            .filter(([_, box]) => box.width < 24 || box.height < 24).map(([html]) => html)"""
        )
        assert small == [], name


def test_forced_colours_leave_every_boundary(page: browser.Page, base: str) -> None:
    page.emulate(forced_colors="active")
    page.goto(base + PAGES["update"])
    for selector in (".button", "button[data-do]", ".label", ".tags a"):
        width = page.evaluate(f"getComputedStyle(document.querySelector('{selector}')).borderTopWidth")
        assert float(width.removesuffix("px")) >= 1, selector


def test_a_reader_without_scripts_misses_nothing(page: browser.Page, base: str) -> None:
    page.without_script()
    page.goto(base + PAGES["update"])
    page.without_script(False)
    hidden = page.evaluate("[...document.querySelectorAll('[data-do]')].every(e => !e.checkVisibility())")
    assert hidden and page.evaluate("document.querySelectorAll('main details').length") > 0


def test_the_script_runs_under_the_policy_and_unfolds(page: browser.Page, base: str) -> None:
    page.goto(base + PAGES["update"])
    assert page.complaints() == []
    page.evaluate("document.querySelector('[data-do=unfold]').click()")
    assert page.evaluate("[...document.querySelectorAll('main details')].every(fold => fold.open)")
    page.evaluate("document.querySelector('[data-do=unfold]').click()")
    assert page.evaluate("[...document.querySelectorAll('main details')].every(fold => !fold.open)")


def test_a_feed_s_address_can_be_copied_with_and_without_script(page: browser.Page, base: str) -> None:
    page.goto(base + PAGES["feed"])
    address = page.evaluate("document.querySelector('.address code').innerText")
    assert address == page.evaluate("document.querySelector('[data-do=copy]').dataset.text")
    assert page.evaluate("[...document.querySelectorAll('[data-do=copy]')].every(e => e.checkVisibility())")
    page.without_script()
    page.goto(base + PAGES["feed"])
    page.without_script(False)
    assert not page.evaluate(
        "[...document.querySelectorAll('[data-do=copy]')].some(e => e.checkVisibility())"
    )
    assert page.evaluate("getComputedStyle(document.querySelector('.address code')).userSelect") == "all"


def test_paper_has_the_address_and_no_menu(page: browser.Page, base: str) -> None:
    page.emulate("print")
    page.goto(base + PAGES["update"])
    gone = ".menu, .languages, .share, .source-line, [data-do]"
    assert not page.evaluate(f"[...document.querySelectorAll('{gone}')].some(e => e.checkVisibility())")
    printed = page.evaluate("document.querySelector('.print-only').innerText")
    assert f"/updates/{full_site.FULL}" in printed and "tag:example.org" in printed
