"""Pictures and parts of a page whose words are not of its text, and those that look alike and are."""

from __future__ import annotations

import pytest

from syndicate.parsers import read
from syndicate.ports import ReadOptions

LONG = "Kommunen bør tilbyde alle beboere en gratis samtale om deres helbred, og den bør holdes i området."
LAST = "Samtalen varer en time, og den kan gentages efter et år, hvis beboeren ønsker det."
PICTURE = '<img src="p.jpg" alt="">'


def texts(body: str, title: str = "") -> list[str]:
    page = f'<!doctype html><html lang="da"><head><title>{title}</title></head><body>{body}</body></html>'
    version = read(page.encode(), media_type="text/html", url="https://a.example/x", options=ReadOptions())
    return version.text.split("\n")


def between(inner: str) -> list[str]:
    """What is read of something that stands between two paragraphs of a text."""
    found = texts(f"<main><p>{LONG}</p>{inner}<p>{LAST}</p></main>")
    assert (found[0], found[-1]) == (LONG, LAST)
    return found[1:-1]


# --- pictures -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "picture",
    [
        f"<figure>{PICTURE}<figcaption>En beboer i samtale. Foto: Nina Nord</figcaption></figure>",
        f'<div class="wp-caption">{PICTURE}<p>A nurse at the harbour</p></div>',
        f'{PICTURE}<span class="image__caption">Die Klinik am Hafen</span>',
        f'{PICTURE}<div class="photo-credit">Nina Nord / Agence</div>',
        f"{PICTURE}<p>Foto: Nina Nord</p>",
        f"{PICTURE}<p>Photo credit: Nina Nord</p>",
    ],
)
def test_what_is_said_under_a_picture_is_no_text(picture: str) -> None:
    assert between(picture) == []


@pytest.mark.parametrize(
    "text",
    [
        "Figur 2. Udbredelsen i fire regioner",
        "Table 3: Doses by age",
        "Abb. 4 Verlauf der Behandlung",
        "Tableau 1 – Doses par âge",
        "Gravide bør undgå lakrids",
        "Children under five must not use it",
        "Kinder dürfen es nicht nehmen",
        "Il faut consulter un médecin",
    ],
)
def test_a_numbered_figure_and_a_demand_are_text_wherever_they_stand(text: str) -> None:
    assert between(f"<figure>{PICTURE}<figcaption>{text}</figcaption></figure>") == [text]
    assert between(f'<div class="caption">{text}</div>') == [text]


def test_the_caption_of_a_table_is_text() -> None:
    row = "<tr><th>Alder<th>Dosis<tr><td>5 år<td>10 mg"
    assert between(f"<table><caption>Doser</caption>{row}</table>") == [
        "Doser",
        "Alder | Dosis",
        "5 år | 10 mg",
    ]
    framed = f"<figure><table>{row}</table><figcaption>Doser</figcaption></figure>"
    assert between(framed) == ["Alder | Dosis", "5 år | 10 mg", "Doser"]


@pytest.mark.parametrize("name", ["caption", "legend", "chart-legend", "media-text", "donation-rules"])
def test_a_card_or_a_legend_is_no_caption(name: str) -> None:
    card = f'<div class="{name}"><h3>Doser</h3><p>* Ved nedsat nyrefunktion.</p></div>'
    assert between(card) == ["Doser", "* Ved nedsat nyrefunktion."]


def test_a_long_text_in_a_part_called_caption_is_text() -> None:
    assert between(f'<div class="caption-text"><p>{LAST * 7}</p></div>') == [LAST * 7]


# --- parts of the page --------------------------------------------------------------------------


@pytest.mark.parametrize("tag", ["footer", "nav", "aside"])
def test_what_stands_beside_the_main_part_is_no_text_however_long(tag: str) -> None:
    beside = "".join(f"<p>{LAST} Nummer {n}.</p>" for n in range(20))
    page = f"<div><main><h1>Søvn</h1><p>{LONG}</p><p>{LAST}</p></main><{tag}>{beside}</{tag}></div>"
    assert texts(page) == ["Søvn", LONG, LAST]


@pytest.mark.parametrize("tag", ["footer", "aside"])
def test_what_stands_in_the_main_part_stays_when_it_is_most_of_it(tag: str) -> None:
    notes = "".join(f"<p>{LAST} Nummer {n}.</p>" for n in range(20))
    assert len(texts(f"<main><h1>Søvn</h1><p>{LONG}</p><{tag}>{notes}</{tag}></main>")) == 22


def test_an_empty_main_part_hides_no_text() -> None:
    rows = "".join(f"<p>{LAST} Nummer {n}.</p>" for n in range(20))
    assert len(texts(f"<div><main><h1>Søvn</h1></main><aside>{rows}</aside></div>")) == 21


@pytest.mark.parametrize(
    "name",
    [
        "content-recirculation",
        "breaking-news",
        "next-prev",
        "post-meta",
        "tag-list",
        "author-about",
        "entry__meta",
    ],
)
def test_boxes_called_by_their_part_are_no_text(name: str) -> None:
    assert between(f'<div class="{name}"><a href="/1">En anden side</a> <span>i dag</span></div>') == []


@pytest.mark.parametrize(
    "fact",
    [
        '<p><time itemprop="datePublished">mandag den 3. maj 2026 kl. 10.13</time></p>',
        '<div itemprop="author"><a href="/nina">Nina Nord</a>, redaktør</div>',
        '<span class="av-structured-data"><span>https://a.example/p.jpg</span></span>',
    ],
)
def test_facts_of_the_page_for_machines_are_no_text(fact: str) -> None:
    assert between(fact) == []


def test_a_date_in_the_text_and_a_text_about_its_author_stay() -> None:
    assert between("<p><time>3. maj 2026</time></p>") == ["3. maj 2026"]
    assert between(f'<div itemprop="author"><p>{LAST * 2}</p></div>') == [LAST * 2]


def test_a_teaser_that_leads_to_another_page_is_no_text_and_one_that_leads_in_is() -> None:
    card = f'<div class="m-teaser"><h3><a href="/1">En helt anden side om søvn</a></h3><p>{LAST}</p></div>'
    lead = f'<p class="teaser">{LONG.upper() * 2}</p>'
    assert between(lead + card) == [LONG.upper() * 2]


def test_a_page_of_teasers_is_its_teasers() -> None:
    cards = "".join(
        f'<div class="teaser"><h3><a href="/{n}">Anbefaling {n}</a></h3><p>{LAST} Nummer {n}.</p></div>'
        for n in range(6)
    )
    assert len(texts(f"<main><h1>Anbefalinger</h1>{cards}</main>")) == 13


@pytest.mark.parametrize(
    "name",
    [
        "post-content",
        "category-news",
        "tag-share",
        "further-conditions",
        "more-doses",
        "disclaimer",
        "media-text",
    ],
)
def test_names_that_only_look_like_boxes_keep_their_text(name: str) -> None:
    assert between(f'<div class="{name}"><p>Ti milligram om dagen.</p></div>') == ["Ti milligram om dagen."]


def test_hidden_facts_for_machines_are_no_second_text() -> None:
    facts = f'<div style="display:none" itemscope><h2>Søvn</h2><p>{LONG} {LAST}</p></div>'
    paragraphs = f"<p>{LONG}</p><p>{LAST}</p><p>{LAST.upper()}</p>"
    assert texts(f"<div><h1>Søvn</h1>{paragraphs}</div>{facts}") == ["Søvn", LONG, LAST, LAST.upper()]


def test_a_hidden_text_that_readers_see_nowhere_else_is_read() -> None:
    article = f'<article itemscope style="display:none"><h1>Søvn</h1><p>{LONG}</p><p>{LAST}</p></article>'
    menu = "".join(f"<p>Et andet emne, nummer {n}</p>" for n in range(12))
    assert {LONG, LAST} <= set(texts(f"<div>{menu}</div>{article}"))


def test_a_page_inside_of_noscript_is_read() -> None:
    page = f"<noscript><div><h1>Søvn</h1><p>{LONG}</p><p>{LAST}</p><p>{LONG.upper()}</p></div></noscript>"
    assert texts(page) == ["Søvn", LONG, LAST, LONG.upper()]


def test_a_part_that_can_open_a_layer_is_no_layer() -> None:
    part = f'<div class="article modal-enabled"><h1>Søvn</h1><p>{LONG}</p></div>'
    assert texts(part + f'<div class="modal"><p>{LAST}</p></div>') == ["Søvn", LONG]


# --- where the text begins ----------------------------------------------------------------------


@pytest.mark.parametrize("box", ["<aside>{}</aside>", "<nav>{}</nav>", "<footer>{}</footer>"])
def test_a_heading_beside_the_text_is_not_the_pages(box: str) -> None:
    beside = box.format(f"<h3>Søvn hos børn</h3><p>{LAST}</p>")
    page = f"<div><h1>Søvn</h1><p>{LONG}</p><p>{LAST.upper()}</p></div>{beside}"
    assert texts(page, title="Søvn hos børn") == ["Søvn", LONG, LAST.upper()]


def test_the_heading_of_a_page_that_is_built_of_widgets_is_found() -> None:
    heading = '<div class="x-widget x-widget-heading"><h1>Søvn hos børn</h1></div>'
    page = f'<body class="right-sidebar"><div>{heading}<div><p>{LONG}</p><p>{LAST}</p></div></div>'
    assert texts(page, title="Søvn hos børn") == ["Søvn hos børn", LONG, LAST]


def test_a_lead_before_a_text_in_frames_of_its_own_stays() -> None:
    text = "".join(f"<p>{LONG} Nummer {n}.</p>" for n in range(12))
    page = f"<div><div><p>{LAST}</p></div><div><div><div>{text}</div></div></div></div>"
    assert texts(page)[:2] == [LAST, f"{LONG} Nummer 0."]
