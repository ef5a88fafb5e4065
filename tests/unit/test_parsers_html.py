"""What is read from web pages: the text with its structure, and none of the furniture."""

from __future__ import annotations

from datetime import date

import pytest

from syndicate.domain.errors import ParseError, ParseReason
from syndicate.domain.model import Attachment, Block, BlockKind, DateRole, Link, StatedDate, Version
from syndicate.parsers import read
from syndicate.ports import ReadOptions

URL = "https://a.example/emner/side.html"
LONG = "Kommunen bør tilbyde alle beboere en gratis samtale om deres helbred, og den bør holdes i området."
LEAD = "Her er fem råd, som forældre og skoler kan følge, når børn sover for lidt."


def read_page(
    body: str, *, head: str = "", select: tuple[str, ...] = (), ignore: tuple[str, ...] = (), url: str = URL
) -> Version:
    page = f'<!doctype html><html lang="da"><head>{head}</head><body>{body}</body></html>'
    return read(page.encode(), media_type="text/html", url=url, options=ReadOptions(select, ignore))


def blocks(inner: str) -> list[Block]:
    """The blocks of a main part that has one sentence before what is looked at."""
    return list(read_page(f"<main><p>{LONG}</p>{inner}</main>").blocks[1:])


def told(inner: str) -> list[tuple[BlockKind, str, str]]:
    return [(block.kind, block.number, block.text) for block in blocks(inner)]


HEADING, PARAGRAPH, ITEM, ROW = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.ROW


# --- structure ----------------------------------------------------------------------------------


def test_headings_make_sections() -> None:
    version = read_page(
        f"<main><h1>Søvn</h1><p>{LONG}</p><h2>2.1 Børn</h2><h3>Skole</h3><p>{LEAD}</p></main>"
    )
    assert version.blocks == (
        Block(HEADING, "Søvn", level=1),
        Block(PARAGRAPH, LONG, ("Søvn",)),
        Block(HEADING, "Børn", ("Søvn",), number="2.1", level=2),
        Block(HEADING, "Skole", ("Søvn", "Børn"), level=3),
        Block(PARAGRAPH, LEAD, ("Søvn", "Børn", "Skole")),
    )


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<ol><li>Et<li>To</ol>", [(ITEM, "1", "Et"), (ITEM, "2", "To")]),
        (
            '<ol start="4"><li>Et<li value="9">To<li>Tre</ol>',
            [(ITEM, "4", "Et"), (ITEM, "9", "To"), (ITEM, "10", "Tre")],
        ),
        ('<ol type="a"><li>Et<li>To</ol>', [(ITEM, "a", "Et"), (ITEM, "b", "To")]),
        ('<ol type="I"><li>Et<li>To</ol>', [(ITEM, "I", "Et"), (ITEM, "II", "To")]),
        ("<ol reversed><li>Et<li>To</ol>", [(ITEM, "2", "Et"), (ITEM, "1", "To")]),
        ('<ol style="list-style: none"><li>Et</ol>', [(ITEM, "", "Et")]),
        ('<ol start="x"><li value="">Et</ol>', [(ITEM, "1", "Et")]),
        (
            "<ul><li>3.2 Et<li>a) To<li>• Tre</ul>",
            [(ITEM, "3.2", "Et"), (ITEM, "a", "To"), (ITEM, "", "Tre")],
        ),
        (
            "<ol><li><p>Et</p><p>Mere om et</p><li>To</ol>",
            [(ITEM, "1", "Et"), (PARAGRAPH, "", "Mere om et"), (ITEM, "2", "To")],
        ),
        (
            "<p>3. Tilbyd samtale</p><p>3. oktober begynder det</p>",
            [(ITEM, "3", "Tilbyd samtale"), (PARAGRAPH, "", "3. oktober begynder det")],
        ),
        (
            "<dl><dt>Bør</dt><dd>De fleste vil ønske det</dd></dl>",
            [(PARAGRAPH, "", "Bør"), (ITEM, "", "De fleste vil ønske det")],
        ),
    ],
)
def test_lists(inner: str, expected: list[tuple[BlockKind, str, str]]) -> None:
    assert told(inner) == expected


def test_lists_inside_lists_know_their_depth() -> None:
    inner = blocks("<ol><li>Et<ul><li>Under et<ol type=a><li>Dybt</ol></ul>Efter<li>To</ol>")
    assert [(block.text, block.level, block.number) for block in inner] == [
        ("Et", 1, "1"), ("Under et", 2, ""), ("Dybt", 3, "a"), ("Efter", 0, ""), ("To", 1, "2"),
    ]  # fmt: skip


def test_rows_join_their_cells() -> None:
    inner = (
        "<table><tr><th>Alder<th>Dosis<tr><td>5 år<td>10 <b>mg</b><br>dagligt<tr><td><p>6 år</p><td></table>"
    )
    assert told(inner) == [(ROW, "", "Alder | Dosis"), (ROW, "", "5 år | 10 mg dagligt"), (ROW, "", "6 år")]


def test_a_table_that_does_layout_is_no_table() -> None:
    inner = f"<table><tr><td><h2>Afsnit</h2><p>{LONG}</p></td><td><p>{LEAD}</p></td></tr></table>"
    assert told(inner) == [(HEADING, "", "Afsnit"), (PARAGRAPH, "", LONG), (PARAGRAPH, "", LEAD)]


@pytest.mark.parametrize(
    ("inner", "texts"),
    [
        (
            "Tekst lige i delen<p>Et afsnit</p>og tekst efter",
            ["Tekst lige i delen", "Et afsnit", "og tekst efter"],
        ),
        ("<p>Et<br>to<br><br>tre<br/>\n<br/>fire</p>", ["Et to", "tre", "fire"]),
        ("<div>Et<div>to</div>tre</div>", ["Et", "to", "tre"]),
        ("<blockquote>Et citat<p>i to dele</p></blockquote>", ["Et citat", "i to dele"]),
        ("<details><summary>Mere</summary>Foldet tekst</details>", ["Mere", "Foldet tekst"]),
        ("<p>Ord<b>deling</b>, m<sup>2</sup> og <em>vægt</em>.</p>", ["Orddeling, m² og vægt."]),
        ("<p>Bør&shy;ne&nbsp;havn&#8203;en</p>", ["Børne havnen"]),
        ("<h2><button>Fold ud</button></h2><p>Tekst</p>", ["Fold ud", "Tekst"]),
        ('<div role="heading" aria-level="2">Et afsnit</div><p>Tekst</p>', ["Et afsnit", "Tekst"]),
        ("<pre>fast\n  tekst</pre>", ["fast tekst"]),
        ("<figure><img alt='x'><figcaption>Figur 1: Søvn</figcaption></figure>", ["Figur 1: Søvn"]),
    ],
)
def test_text_in_any_markup_is_found(inner: str, texts: list[str]) -> None:
    assert [block.text for block in blocks(inner)] == texts


# --- links --------------------------------------------------------------------------------------


def test_links_of_a_block_are_absolute_and_lead_somewhere() -> None:
    (block,) = blocks(
        '<p>Se <a href="../andet.html?utm_source=mail&amp;id=3">siden</a>, <a href="#note">noten</a>, '
        '<a href="javascript:x()">knappen</a>, <a href="mailto:a@b.example">skriv</a> og '
        '<a href="https://www.facebook.com/sharer/sharer.php?u=x">del</a>.</p>'
    )
    assert block.text == "Se siden, noten, knappen, skriv og del."
    assert block.links == (
        Link("siden", "https://a.example/andet.html?id=3"),
        Link("skriv", "mailto:a@b.example"),
    )


def test_a_base_element_moves_relative_links() -> None:
    version = read_page(f'<main><p>{LONG} <a href="x.html">x</a></p></main>', head='<base href="/nyt/">')
    assert version.blocks[0].links == (Link("x", "https://a.example/nyt/x.html"),)


def test_references_in_the_text_stay() -> None:
    link = '<a href="https://b.example/1">En rapport om søvn</a>'
    inner = f"<h2>Litteratur</h2><ul><li>{link}, 2016</ul><p>{LEAD}</p>"
    assert (ITEM, "", "En rapport om søvn, 2016") in told(inner)


# --- furniture ----------------------------------------------------------------------------------

FURNITURE = [
    '<nav><a href="/">Forside</a> <a href="/om">Om os</a></nav>',
    '<header class="site-header"><a href="/">Foreningen</a></header>',
    "<footer><p>Foreningen, Eksempelvej 1, 9999 Eksempelby. Skriv til os, hvis noget mangler.</p></footer>",
    '<div class="banner"><a href="/bolig">Søger du bolig? Klik her</a></div>',
    '<div id="cookie-consent"><p>Vi bruger cookies til at huske dine valg og måle brugen af siden.</p></div>',
    '<div class="modal"><p>Tilmeld dig vores nyhedsbrev og få besked om alt, som vi skriver om.</p></div>',
    '<ol class="breadcrumb"><li><a href="/">Forside</a></li><li>Søvn</li></ol>',
    '<ul class="share"><li><a href="javascript:print()">Print</a><li><a href="mailto:?x">Tip en ven</a></ul>',
    '<div class="related-articles"><h2>Læs også</h2><ul><li><a href="/1">Om skærme</a></ul></div>',
    '<div class="ad"><span>Annonce</span> <a href="/r">Få tjekket ejendommens varmeanlæg i tide</a></div>',
    '<p class="counter">Siden er vist 18.402 gange</p>',
    '<div class="sidebar"><h3>Kontakt</h3><p>Ring til os på hverdage mellem klokken ti og femten.</p></div>',
    '<form class="search"><label>Søg</label><input name="q" value="x"><button>Søg</button></form>',
    '<script>var a = "x";</script><style>p { color: red }</style><noscript>Slå JavaScript til.</noscript>',
    "<template><p>Skjult skabelon</p></template><textarea>Skriv her</textarea><select><option>Vælg</select>",
    '<p hidden>Skjult afsnit</p><p style="display: none">Skjult</p><p aria-hidden="true">Skjult</p>',
    '<a class="skip-link" href="#main">Spring til indholdet</a><span class="sr-only">Skærmlæser</span>',
]


@pytest.mark.parametrize("furniture", FURNITURE)
@pytest.mark.parametrize("place", ["before", "after", "inside"])
def test_furniture_is_no_text(furniture: str, place: str) -> None:
    main = f"<h1>Søvn</h1><p>{LONG}</p><p>{LEAD}</p><p>{LONG.upper()}</p>"
    page = {
        "before": f"{furniture}<div class=content>{main}</div>",
        "after": f"<div class=content>{main}</div>{furniture}",
        "inside": f"<div class=content>{main}{furniture}</div>",
    }[place]
    version = read_page(page, head="<title>Søvn | Foreningen</title>")
    assert version.text.split("\n") == ["Søvn", LONG, LEAD, LONG.upper()]


def test_a_counter_an_advert_and_the_menu_change_nothing() -> None:
    def page(number: str, order: str) -> Version:
        return read_page(
            f'<nav><a href="/{number}">Menu {number}</a></nav><main><h1>Søvn</h1><p>{LONG}</p></main>'
            f'<div class="ad"><a href="/{number}">Annonce nummer {number}</a></div>'
            f"<p class=counter>{number} gange</p>"
            f'<ul class="share">{order}</ul>'
        )

    share = ['<li><a href="https://x.com/intent/post?url=x">X</a>', '<li><a href="/rss">RSS</a>']
    assert page("1", "".join(share)) == page("2", "".join(reversed(share)))


def test_a_lead_between_the_heading_and_the_text_stays() -> None:
    version = read_page(
        f"<div class=page><header><h1>Søvn</h1><p class=teaser>{LEAD}</p></header>"
        f"<div class=body>{''.join(f'<p>{LONG} {n}</p>' for n in range(9))}</div></div>"
    )
    assert version.text.split("\n")[:3] == ["Søvn", LEAD, f"{LONG} 0"]


def test_sentences_that_stand_in_no_block_of_their_own_are_text() -> None:
    loose = f"<span>Undtagelser.</span><span>{LEAD} {LEAD} {LEAD} {LEAD}</span>"
    version = read_page(f"<main><h1>Søvn</h1><div><div>{f'<p>{LONG}</p>' * 40}</div>{loose}</div></main>")
    assert version.blocks[-1].text.endswith(LEAD)


def test_a_mail_address_hidden_from_robots_is_shown() -> None:
    code = "2a" + "".join(f"{ord(letter) ^ 0x2A:02x}" for letter in "hus@by.example")
    hidden = f'<span class="__cf_email__" data-cfemail="{code}">[email&#160;protected]</span>'
    linked = f'<a href="/cdn-cgi/l/email-protection#{code}">os</a>'
    (block,) = blocks(f"<p>Skriv til {hidden} eller {linked}.</p>")
    assert block.text == "Skriv til hus@by.example eller os."
    broken = hidden.replace(code, "2a2")
    assert "protected" in blocks(f"<p>Skriv til {broken}.</p>")[0].text


def test_short_chapters_before_a_long_one_are_text() -> None:
    short = "<h1>Tilmelding</h1>Det sker <a href='/ind'>her</a>.<h1>Støtte</h1><p>Vi tager imod.</p>"
    long = f"<div><p>{LONG * 3}</p></div>"
    expected = ["Tilmelding", "Det sker her.", "Støtte", "Vi tager imod.", LONG * 3]
    assert [block.text for block in read_page(f"<section>{short}{long}</section>").blocks] == expected


def test_headings_of_menus_before_the_text_are_no_chapters() -> None:
    menus = (
        "<h2>Menu</h2><ul><li><a href='/a'>Om os</a></ul><h2>Sprog</h2><ul><li><a href='/e'>English</a></ul>"
    )
    assert read_page(f"{menus}<div><p>{LONG * 3}</p></div>").text == LONG * 3


def test_a_text_in_many_parts_is_read_whole() -> None:
    parts = "".join(f"<section><h2>Del {n}</h2><p>{LONG} Del {n}.</p></section>" for n in range(6))
    version = read_page(f"<div><h1>Søvn</h1>{parts}</div>")
    assert len(version.blocks) == 13


def test_a_chapter_whose_name_sounds_like_furniture_is_text() -> None:
    chapters = "".join(
        f'<div id="{name}" class="{name}"><h2>{name}</h2><p>{LONG} {LEAD}</p><p>{LONG}</p></div>'
        for name in ("social-care", "related-conditions", "rating", "sharing-data")
    )
    assert read_page(f"<main><h1>Søvn</h1><p>{LONG}</p>{chapters}</main>").text.count(LEAD) == 4


@pytest.mark.parametrize(
    "heading",
    [
        '<h2 id="share-my-info">Afsnit</h2>',
        '<h2 id="what-is-a-cookie">Afsnit</h2>',
        '<h4 id="cookie-policy" class="scroll-mt-20">Afsnit</h4>',
        '<p id="newsletter"><strong id="CookieNotice">Afsnit</strong></p>',
        '<ul><li id="related">Afsnit</li></ul>',
        '<h2><a class="toc-backref" href="#id1">Afsnit</a></h2>',
        '<h2 class="inadvertently">Afsnit</h2>',
        '<h2><span class="node-6703cbfe-04c2-ae94-ad18-ad627f5b5d31">Afsnit</span></h2>',
        '<div class="x-6703cbfe-04c2-4e0d-ad57-ba3c5c901e3c"><h2>Afsnit</h2></div>',
        "<button><h2>Afsnit</h2></button>",
        "<section><header><h2>Afsnit</h2></header></section>",
    ],
)
def test_no_name_takes_a_heading_out_of_the_text(heading: str) -> None:
    assert [text for _, _, text in told(f"{heading}<p>{LEAD}</p>")] == ["Afsnit", LEAD]


@pytest.mark.parametrize("name", ["cookie-policy", "sharing", "newsletter", "comments", "copyright"])
def test_no_address_takes_a_short_chapter_out_of_the_text(name: str) -> None:
    chapters = "".join(
        f'<section id="{id_}"><h2>Afsnit</h2><p>{LEAD}</p></section>' for id_ in ("begin", name, "c3")
    )
    assert [text for _, _, text in told(chapters)] == ["Afsnit", LEAD] * 3


def test_a_box_among_chapters_is_none_of_them() -> None:
    chapter = f"<section id=c1><h2>Afsnit</h2><p>{LEAD}</p></section>"
    box = '<section id="newsletter"><p>Få vores nyhedsbrev.</p></section>'
    named = '<section class="newsletter"><h2>Nyhedsbrev</h2><p>Få det hver uge.</p></section>'
    assert [text for _, _, text in told(chapter + chapter + box + named)] == ["Afsnit", LEAD] * 2


def test_what_stands_beside_the_text_of_a_heading_is_furniture() -> None:
    heading = '<h2 id="sharing">Deling af oplysninger <a class="share-link" href="/del">Del</a></h2>'
    assert told(f"{heading}<p>{LEAD}</p>")[0] == (HEADING, "", "Deling af oplysninger")


def test_a_folded_panel_is_text_and_a_leftover_is_not() -> None:
    panel = f"<div id=p1 hidden><p>{LONG} {LEAD} {LONG}</p></div>"
    panel = f"<h2><button aria-controls=p1>Mere</button></h2>{panel}"
    assert told(panel + f"<div hidden>{LEAD}</div>") == [
        (HEADING, "", "Mere"),
        (PARAGRAPH, "", f"{LONG} {LEAD} {LONG}"),
    ]


def test_a_page_that_hides_its_text_until_a_script_shows_it_is_read() -> None:
    assert LONG in read_page(f'<div style="visibility:hidden"><p>{LONG}</p><p>{LEAD}</p></div>').text


@pytest.mark.parametrize(
    "names", ["box CookieBanner", "COOKIE-NOTICE tag-rss", "nav\nmodal", "promo cc-window"]
)
def test_a_layer_is_one_whatever_else_it_is_called(names: str) -> None:
    page = read_page(f'<main><p>{LEAD}</p></main><div class="{names}"><p>{LONG} {LONG} {LONG}</p></div>')
    assert page.text == LEAD


def test_comments_longer_than_the_text_are_comments() -> None:
    comments = "".join(f"<li><p>{LONG} Det mener jeg, og jeg siger det {n} gange.</p>" for n in range(30))
    version = read_page(
        f"<h1>Søvn</h1><div><p>{LONG}</p><p>{LEAD}</p></div><ol class=commentlist>{comments}</ol>"
    )
    assert version.text.split("\n") == ["Søvn", LONG, LEAD]


def test_teasers_of_other_pages_are_no_text() -> None:
    teasers = "".join(
        f'<div><a href="/{n}"><h3>En anden side</h3></a><p><a href="/{n}">{LEAD}</a></p></div>'
        for n in range(20)
    )
    version = read_page(f"<div><h1>Søvn</h1><p>{LONG}</p><p>{LEAD}</p></div><div>{teasers}</div>")
    assert version.text.split("\n") == ["Søvn", LONG, LEAD]


def test_links_that_only_do_something_with_the_page_are_no_text() -> None:
    inner = (
        '<p><a href="javascript:print()">Print</a> <a href="mailto:?subject=x">Tip en ven</a></p>'
        '<div><a href="https://www.linkedin.com/sharing/share-offsite/?url=x">LinkedIn</a></div>'
        '<p>Spørgsmål? <a href="mailto:post@a.example">Skriv</a></p>'
    )
    assert [block.text for block in blocks(inner)] == ["Spørgsmål? Skriv"]


def test_a_list_of_links_is_text_unless_its_heading_leads_away() -> None:
    links = '<ul><li><a href="/1">Anbefaling om søvn</a><li><a href="/2">Anbefaling om kost</a></ul>'
    assert len(told(f"<h2>Anbefalinger</h2>{links}")) == 3
    assert told(f"<h2>Læs også</h2>{links}") == []


def test_a_menu_that_nothing_names_is_no_text() -> None:
    menu = f"<div>{''.join(f'<div><a href=/{n}>Punkt {n}</a></div>' for n in range(5))}</div>"
    version = read_page(f"<div>{menu}<div><p>{LONG}</p></div><div><p>{LEAD}</p></div>{menu}</div>")
    assert version.text.split("\n") == [LONG, LEAD]


def test_a_page_of_nothing_but_links_is_its_links() -> None:
    links = "".join(f"<div><a href=/{n}>Anbefaling {n}</a></div>" for n in range(5))
    assert len(read_page(f"<div><h1>Anbefalinger</h1>{links}</div>").blocks) == 6


def test_a_line_that_says_read_also_is_no_text() -> None:
    inner = f'<p>Læs også: <a href="/1">Sådan falder børn i søvn</a></p><p>{LEAD}</p>'
    assert told(inner) == [(PARAGRAPH, "", LEAD)]


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("Få hjælp til spam", "Besøg vores hjælpecenter"),
        ("Get help with spam", "Visit the Help Centre"),
        ("Obtenir de l’aide sur le spam", "Consulter les Pages d’aide"),
    ],
)
def test_a_card_that_leads_to_the_help_pages_is_no_text(opening: str, closing: str) -> None:
    card = f'<a href="/help"><div>{opening}</div><div>{{}}</div><h2>{closing}</h2></a>'
    assert blocks(card.format(LEAD)) == []
    assert len(blocks(card.format("Ring 112, hvis det er alvorligt."))) == 3
    assert len(blocks(f"<p>{opening}</p><p>{LEAD}</p>")) == 2


def test_a_number_on_its_own_belongs_to_its_item() -> None:
    steps = "".join(f"<div>{number}</div><div>Trin {number}</div>" for number in (1, 2, 3))
    assert told(steps) == [(ITEM, str(number), f"Trin {number}") for number in (1, 2, 3)]


@pytest.mark.parametrize(
    "lines", [["10", "mg om dagen"], ["1", "Et", "3", "Tre"], ["1", "2", "Et"], ["1", "Et"]]
)
def test_a_number_that_counts_nothing_is_text(lines: list[str]) -> None:
    inner = "".join(f"<p>{line}</p>" for line in lines)
    assert told(inner) == [(PARAGRAPH, "", line) for line in lines]


def test_a_menu_of_older_editions_is_no_text_but_a_date_alone_is() -> None:
    days = "".join(f"<h4>{day}. maj 2021</h4>" for day in range(1, 6))
    assert told(f"<h2>Frist</h2><p>1. maj 2017</p><p>{LEAD}</p>{days}")[1:] == [
        (PARAGRAPH, "", "1. maj 2017"),
        (PARAGRAPH, "", LEAD),
    ]


def test_the_heading_of_a_layer_is_not_the_pages() -> None:
    layer = "<div class=modal><h1>Ups</h1><p>Der gik noget galt, og du må prøve igen senere.</p></div>"
    version = read_page(f"<div><h2>Søvn</h2><p>{LONG}</p></div>{layer}", head="<title>Søvn | Ups</title>")
    assert version.text.split("\n") == ["Søvn", LONG]


@pytest.mark.parametrize("body", ["<main><p>{}</p></main>", "<header>x</header><article><p>{}</p></article>"])
@pytest.mark.parametrize(
    "frame", ["<html lang=da><title>t</title>{}", "<head><title>t</title></head>{}", "{}"]
)
def test_a_page_without_a_body_element_is_read(frame: str, body: str) -> None:
    page = "<!doctype html>" + frame.format(body.format(LONG))
    assert LONG in read(page.encode(), media_type="text/html", url=URL, options=ReadOptions()).text


# --- select and ignore --------------------------------------------------------------------------


def test_select_takes_exactly_what_it_names_in_document_order() -> None:
    page = f"<div class=b><p>{LONG}</p></div><nav class=a>Menu <i class=b>i</i></nav><div class=c>Andet</div>"
    version = read_page(page, select=(".a", ".b"))
    assert version.text == f"{LONG}\nMenu i"
    assert version.recipe.select == (".a", ".b")


def test_select_that_matches_nothing_names_itself() -> None:
    with pytest.raises(ParseError, match=r"\.nowhere") as caught:
        read_page(f"<p>{LONG}</p>", select=(".nowhere",))
    assert caught.value.reason is ParseReason.NO_TEXT


def test_ignore_takes_away_text_and_attachments() -> None:
    page = f'<main><p>{LONG}</p><div class="x"><p>{LEAD}</p><a href="a.pdf">a</a></div></main>'
    version = read_page(page, ignore=("div.x",))
    assert (version.text, version.attachments) == (LONG, ())


@pytest.mark.parametrize("selector", ["p[", "", "::before", "a::b", "p:nth-child(x)"])
def test_a_selector_that_is_none_is_an_error(selector: str) -> None:
    with pytest.raises(ParseError):
        read_page(f"<p>{LONG}</p>", ignore=(selector,))


# --- title, language, dates ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>Søvn | Foreningen</title>", "<h1>Søvn</h1>", "Søvn"),
        (
            "<title>Søvn hos børn - Foreningen</title>",
            "<h1>Foreningen</h1><h1>Søvn hos børn</h1>",
            "Søvn hos børn",
        ),
        ("<title>Noget andet</title>", "<h1>Søvn</h1>", "Søvn"),
        ('<title>S</title><meta property="og:title" content="Søvn">', "<h1>En</h1><h1>To</h1>", "Søvn"),
        ("<title>Søvn – Foreningen</title>", "", "Søvn"),
        ("", "<h2>Søvn</h2>", "Søvn"),
        ("", "", ""),
    ],
)
def test_the_title_is_what_the_page_calls_itself(head: str, body: str, title: str) -> None:
    assert read_page(f"{body}<p>{LONG}</p>", head=head).title == title


def test_a_page_without_a_language_is_guessed() -> None:
    page = f"<main><p>{LONG} {LEAD}</p></main>".encode()
    assert read(page, media_type="text/html", url="", options=ReadOptions()).language == "da"


@pytest.mark.parametrize("tag", ["p", "div", "li", "td", "h4", "footer", "span"])
def test_the_date_line_is_no_text_wherever_it_stands(tag: str) -> None:
    line = "Oprettet: 03. okt. 2014, Senest opdateret: 09. jan. 2017"
    version = read_page(f"<main><p>{LONG}</p><p>{LEAD}</p></main><{tag}>{line}</{tag}>")
    assert version.text == f"{LONG}\n{LEAD}"
    assert version.dates == (
        StatedDate(DateRole.CREATED, date(2014, 10, 3)),
        StatedDate(DateRole.UPDATED, date(2017, 1, 9)),
    )


def test_a_date_line_in_pieces_is_understood() -> None:
    version = read_page(f"<main><p>{LONG}</p><p>Last updated <time>3 March 2024</time></p></main>")
    assert (version.text, version.dates) == (LONG, (StatedDate(DateRole.UPDATED, date(2024, 3, 3)),))


# --- attachments --------------------------------------------------------------------------------


def attachments(links: str) -> list[tuple[str, str]]:
    version = read_page(f"<main><p>{LONG}</p></main><aside>{links}</aside>")
    assert [item.place for item in version.attachments] == list(range(len(version.attachments)))
    return [(item.label, item.url) for item in version.attachments]


@pytest.mark.parametrize(
    ("link", "label", "url"),
    [
        ('<a href="/f/a.pdf">Rapport</a>', "Rapport", "https://a.example/f/a.pdf"),
        (
            '<a href="a.DOCX#side=2"> Download\n rapporten </a>',
            "Download rapporten",
            "https://a.example/emner/a.DOCX",
        ),
        ('<a href="/hent?file=a.pdf&x=1">Fil</a>', "Fil", "https://a.example/hent?file=a.pdf&x=1"),
        (
            '<a href="/media/1041/anbefalinger">Download anbefalingerne</a>',
            "Download anbefalingerne",
            "https://a.example/media/1041/anbefalinger",
        ),
        ('<a href="/media/7">Rapport (pdf, 2 MB)</a>', "Rapport (pdf, 2 MB)", "https://a.example/media/7"),
        ('<a href="/media/7" type="application/pdf">Rapport</a>', "Rapport", "https://a.example/media/7"),
        ('<a href="/media/7" download>Rapport</a>', "Rapport", "https://a.example/media/7"),
        ('<a href="/a.pdf" title="Rapport"><img alt="x"></a>', "Rapport", "https://a.example/a.pdf"),
        ('<a href="/a.pdf"><img alt="Rapport"></a>', "Rapport", "https://a.example/a.pdf"),
        ('<a href="/r%C3%A6.pdf">Rapport</a>', "Rapport", "https://a.example/r%C3%A6.pdf"),
    ],
)
def test_links_to_documents_are_attachments(link: str, label: str, url: str) -> None:
    assert attachments(link) == [(label, url)]


@pytest.mark.parametrize(
    "link",
    [
        '<a href="/pdf-vejledning.html">Om PDF</a>',
        '<a href="/download/">Download</a>',
        '<a href="/download.php?id=3">Download appen</a>',
        '<a href="#a.pdf">Rapport (pdf)</a>',
        '<a href="mailto:a@b.example">Hent pdf</a>',
        '<a href="javascript:hent()">Download</a>',
        '<a href="/billede.png">Download billedet</a>',
        '<a href="http://[broken/a.pdf">Rapport</a>',
        "<a>Rapport.pdf</a>",
    ],
)
def test_other_links_are_not(link: str) -> None:
    assert attachments(link) == []


def test_the_same_document_is_linked_once() -> None:
    links = '<a href="/a.pdf"><img></a><a href="/a.pdf#2">Rapport</a><a href="/b.pdf">Fakta</a>'
    assert attachments(links) == [
        ("Rapport", "https://a.example/a.pdf"),
        ("Fakta", "https://a.example/b.pdf"),
    ]


def test_attachments_come_from_the_whole_page() -> None:
    version = read_page(f'<nav><a href="a.pdf">A</a></nav><main><p>{LONG}</p></main>', select=("main",))
    assert version.attachments == (Attachment("A", "https://a.example/emner/a.pdf", 0),)


# --- bytes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252", "utf-16", "utf-8-sig"])
@pytest.mark.parametrize("declared", ["", "utf-8", "iso-8859-1", "no-such"])
def test_the_charset_is_never_a_change(charset: str, declared: str) -> None:
    page = f'<html lang=da><meta charset="{charset}"><main><p>{LONG}</p></main>'
    media_type = f"text/html; charset={declared}" if declared else "text/html"
    version = read(page.encode(charset), media_type=media_type, url=URL, options=ReadOptions())
    assert version.text == LONG


@pytest.mark.parametrize(
    "page", [b"", b" \n", b"<html></html>", b"<!-- x -->", b"\0\0", b"<html><body><script>x</script>"]
)
def test_an_empty_page_holds_no_text(page: bytes) -> None:
    with pytest.raises(ParseError) as caught:
        read(page, media_type="text/html", url=URL, options=ReadOptions())
    assert caught.value.reason is ParseReason.NO_TEXT


def test_control_characters_by_reference_do_no_harm() -> None:
    page = f"<p>{LONG}&#1;<script>x</script>&#11;.<script>y</script>&#xFFFE;</p>"
    assert read_page(page).text == f"{LONG}."


def test_nul_bytes_and_broken_markup_do_no_harm() -> None:
    page = f"<p>\0{LONG[:20]}\0{LONG[20:]}</b></p></div><<p>{LEAD}<".encode()
    assert read(page, media_type="text/html", url=URL, options=ReadOptions()).text.startswith(LONG)


@pytest.mark.parametrize("tag", ["div", "ul", "b", "table", "blockquote"])
def test_absurd_nesting_is_an_error_and_not_a_cut(tag: str) -> None:
    with pytest.raises(ParseError) as caught:
        read_page(f"<{tag}>" * 100_000 + LONG)
    assert caught.value.reason is ParseReason.DAMAGED


def test_deep_nesting_is_read() -> None:
    assert read_page("<div>" * 1500 + f"<p>{LONG}</p>").text == LONG


def test_a_huge_page_is_refused() -> None:
    with pytest.raises(ParseError) as caught:
        read_page("x" * (21 * 1024 * 1024))
    assert caught.value.reason is ParseReason.TOO_LARGE


@pytest.mark.parametrize("page", [f"<p>{LONG}</p>", f"<body><p>{LONG}</p>", f"<main>{LONG}</main>", LONG])
def test_html_without_its_frame_is_read(page: str) -> None:
    assert read(page.encode(), media_type="text/html", url="", options=ReadOptions()).text == LONG
