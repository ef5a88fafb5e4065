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
LOOKS: dict[str, tuple[str, str, dict[str, str]]] = {
    "Danish": ("da", "screen", {}),
    "English": ("en", "screen", {}),
    "dark": ("da", "screen", {"prefers_color_scheme": "dark"}),
    "print": ("en", "print", {}),
}
"""A language, a medium and what the reader prefers. Colours do not depend on the language."""
PAGES = full_site.pages()

UNFOLD = "document.querySelectorAll('details').forEach(fold => fold.open = true)"

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


def violations(page: browser.Page, *, pointed_at: bool = True) -> dict[str, list[str]]:
    """What axe-core finds on the page that is open: a rule and where it is broken."""
    options = json.dumps(
        {
            "runOnly": {"type": "tag", "values": RULES},
            "rules": {"target-size": {"enabled": pointed_at}},
            "resultTypes": ["violations"],
        }
    )
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
    """All rules with every fold open, in both languages, in dark and on paper."""
    found: dict[str, Any] = {}
    for look, (language, media, features) in LOOKS.items():
        page.emulate(media, **features)
        page.goto(base + in_language(PAGES[name], language))
        page.evaluate(UNFOLD)
        found[look] = violations(page, pointed_at=media != "print")  # nobody taps on paper
    assert found == {look: {} for look in LOOKS}


@pytest.mark.parametrize("look", LOOKS)
def test_a_bad_page_is_seen_in_every_look(page: browser.Page, tmp_path: Path, look: str) -> None:
    _, media, features = LOOKS[look]
    bad = tmp_path / "bad.html"
    bad.write_text(BAD_PAGE, "utf-8")
    page.emulate(media, **features)
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
DATE = 'type="date"'
CAN_FOCUS = """[...document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]')]
  .filter(e => e.tabIndex >= 0 && e.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true})
          && e.type !== 'date').length"""


@pytest.mark.parametrize("name", PAGES)
def test_the_keyboard_reaches_everything_and_is_seen(page: browser.Page, base: str, name: str) -> None:
    page.emulate(prefers_reduced_motion="reduce")
    page.goto(base + PAGES[name])
    expected = page.evaluate(CAN_FOCUS)
    seen = walk(page, "Tab", expected + 10)
    assert "skip" in seen[0]
    assert len([html for html in seen if DATE not in html]) == expected


def walk(page: browser.Page, key: str, at_most: int) -> list[str]:
    """What has the focus, one after another, each with an outline and in sight; ends where the page does."""
    seen: list[str] = []
    for _ in range(at_most):
        page.press(key)
        here = page.evaluate(FOCUSED)
        if here is None or here[0] in seen[:1]:  # out of the page, or around
            break
        html, outlined, visible = here
        if DATE not in html:  # the browser's own control has several stops
            assert outlined, f"no outline on {html}"
            assert visible, f"out of sight: {html}"
        seen.append(html)
    return seen


def test_the_keyboard_unfolds_and_sends(page: browser.Page, base: str) -> None:
    page.goto(base + PAGES["update"])
    is_open = "document.querySelector('main details').open"
    for key, open_then in (("Enter", True), (" ", False)):
        page.evaluate("document.querySelector('main details summary').focus()")
        page.press(key)
        assert page.evaluate(is_open) is open_then

    page.goto(base + PAGES["archive"])
    page.evaluate("document.querySelector('#q').value = 'findesikke'; document.querySelector('#q').focus()")
    page.follow("Enter")
    assert "q=findesikke" in page.evaluate("location.search")
    assert page.evaluate("document.querySelector('.empty') !== null")


def test_the_skip_link_leads_to_the_content(page: browser.Page, base: str) -> None:
    page.goto(base + "/updates")
    page.press("Tab")
    page.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


# --- narrow, large, forced colours, without script ------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_nothing_runs_out_of_the_screen(page: browser.Page, base: str, name: str) -> None:
    """320 pixels, 640 with letters of twice the size (what 200 % text makes of it), and very wide."""
    page.goto(base + PAGES[name])
    page.evaluate(UNFOLD)
    too_wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    for width, size in ((320, ""), (640, "200%"), (2560, "")):
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


CLIPPED = """[...document.querySelectorAll('body *')].filter(e => {
  const style = getComputedStyle(e), cut = style.overflowX !== 'visible' || style.overflowY !== 'visible';
  return cut && e.checkVisibility({contentVisibilityAuto: true})
    && e.clientWidth > 1 && !e.closest('.visually-hidden, .scroll, svg, select, input, textarea')
    && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1);
}).map(e => e.outerHTML.slice(0, 80))"""
SPACED = """(() => { const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important } p { margin-block-end: 2em !important }`);
  document.adoptedStyleSheets = [sheet]; })()"""


@pytest.mark.parametrize("name", PAGES)
def test_no_text_is_cut_off_however_large_or_wide_it_is_set(page: browser.Page, base: str, name: str) -> None:
    """Text of 200 % (WCAG 1.4.4), and the spacing of 1.4.12."""
    page.goto(base + PAGES[name])
    page.evaluate(UNFOLD)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate(CLIPPED) == []
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.resize(320)
    page.evaluate(SPACED)
    assert page.evaluate(CLIPPED) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("name", PAGES)
def test_forced_colours_leave_every_boundary(page: browser.Page, base: str, name: str) -> None:
    """What has an edge by its colour alone has a line there; words that went or came keep theirs; the focus
    is seen."""
    page.emulate(forced_colors="active", prefers_reduced_motion="reduce")
    page.goto(base + PAGES[name])
    page.evaluate(UNFOLD)
    assert page.evaluate(WITHOUT_EDGE) == []
    assert page.evaluate(WITHOUT_LINE) == []
    assert page.evaluate(UNSEEN_LINES) == []
    walk(page, "Tab", 12)


WITHOUT_EDGE = """[...document.querySelectorAll('.button, button, select, input, .label, .tags a')]
  .filter(e => e.checkVisibility() && !['checkbox', 'hidden'].includes(e.type))
  .filter(e => parseFloat(getComputedStyle(e).borderTopWidth) < 1).map(e => e.outerHTML.slice(0, 80))"""
WITHOUT_LINE = """[['del', 'line-through'], ['ins', 'underline']].flatMap(([name, line]) =>
  [...document.querySelectorAll(name)]
  .filter(e => !getComputedStyle(e).textDecorationLine.includes(line)).map(e => e.outerHTML.slice(0, 80)))"""
UNSEEN_LINES = """[...document.querySelectorAll('.timeline-picture :is(line, rect, circle, text)')]
  .filter(e => {
  const style = getComputedStyle(e), paper = getComputedStyle(document.body).backgroundColor;
  return [style.stroke, style.fill].every(colour => ['none', paper].includes(colour));
}).map(e => e.outerHTML.slice(0, 80))"""


UGLY_PAGE = """<html><body><style>body { background: Canvas } * { outline: none !important }</style>
<p style="height: 1em; overflow: hidden">Mange ord, der ikke kan være her.<br>Og en linje til.</p>
<button style="border: 0">Send</button> <del style="text-decoration: none">bør</del> <a href="/">Hjem</a>
<svg class="timeline-picture"><rect width="9" height="9" style="fill: Canvas; stroke: none"/></svg>"""


def test_an_ugly_page_is_seen(page: browser.Page, tmp_path: Path) -> None:
    ugly = tmp_path / "ugly.html"
    ugly.write_text(UGLY_PAGE, "utf-8")
    page.emulate(forced_colors="active")
    page.goto(ugly.as_uri())
    for look_for in (CLIPPED, WITHOUT_EDGE, WITHOUT_LINE, UNSEEN_LINES):
        assert len(page.evaluate(look_for)) == 1, look_for
    with pytest.raises(AssertionError, match="no outline on <button"):
        walk(page, "Tab", 1)


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
