"""Broken files, made from sound ones: cut, flipped, spliced, nested, swollen, and wrong in ways of their own.

    name, data = broken(Random(7))      # the same number, the same file

`ODD` are those that a person thought of; `broken` makes as many as there are numbers. A Word document is
broken inside, part by part, and packed again: what is broken outside is only ever a ZIP that does not open.
"""

# ruff: noqa: E501  (a table with a file in each line)

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from functools import cache
from random import Random

from tests.data.sample.docx import docx_from_markdown
from tests.docx_writer import (
    abstract,
    level,
    listed,
    number_list,
    paragraph,
    style,
    styled,
    table,
    write_docx,
    write_zip,
)
from tests.pdf_writer import Area, Words, assemble, set_lines, write_pdf

TEXT = """# Anbefalinger om søvn

Rådene gælder for børn og unge, som sover for lidt, og for de voksne omkring dem.

1. Børn bør sove mindst ni timer, og skolen bør ikke begynde før klokken ni.
2. Unge bør lægge skærmen fra sig en time før sengetid.
   a) Det gælder også om lørdagen.

## Baggrund

For lidt søvn gør det sværere at lære. Opdateret 9. januar 2026.

| Alder | Timer |
|---|---|
| 6 år | 10 |
"""
HTML = """<!doctype html><html lang=da><head><meta charset=utf-8><title>Søvn | Foreningen</title>
<link rel=canonical href="/sovn"><script type="application/ld+json">{"dateModified": "2026-01-09"}</script></head>
<body><nav><a href=/>Forside</a></nav><main><h1>Anbefalinger om søvn</h1><p>Rådene gælder for <b>børn</b> og unge.
<ol start=2><li>Børn bør sove mindst ni timer.<ol type=a><li>Også om lørdagen.</ol><li>Unge bør slukke.</ol>
<table><caption>Timer</caption><tr><th>Alder<th>Timer<tr><td rowspan=2>6 år<td>10<tr><td colspan=3>9</table>
<p>Hent <a href="/rapport.pdf">rapporten (PDF)</a>.<details><summary>Mere</summary><p>Sov godt.</details></main>
<footer>Senest opdateret: 9. januar 2026</footer></body></html>"""
SITEMAP = """<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc>https://kilde.example/a</loc><lastmod>2026-01-09T10:00:00+01:00</lastmod></url>
<url><loc>https://kilde.example/b</loc><lastmod>2026-01-09</lastmod></url></urlset>"""
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Nyt</title><item><title>Søvn</title>
<link>https://kilde.example/a</link><guid>1</guid><pubDate>Fri, 09 Jan 2026 10:00:00 +0100</pubDate>
<description>&lt;p&gt;Børn bør sove.&lt;/p&gt;</description></item></channel></rss>"""


@cache
def sound() -> dict[str, bytes]:
    """One small file of every kind that is read."""
    numbering = abstract(0, level(0, "decimal", "%1."), level(1, "lowerLetter", "%2)")) + number_list(1, 0)
    styles = style("H1", "heading 1") + style("Li", "List", "<w:numPr/>", based_on="H1")
    body = (
        styled("Søvn", "H1") + listed("Børn bør sove.") + listed("Også lørdag.", 1) + table([["6 år", "10"]])
    )
    page = [
        Words("Søvn", 70, 780, 20, bold=True),
        *set_lines(["Børn bør sove mindst ni timer.", "", "1"], top=740),
    ]
    area = Area("https://kilde.example/", 60, 700, 300, 760)
    return {
        "text": TEXT.encode(),
        "html": HTML.encode(),
        "docx": docx_from_markdown(TEXT),
        "docx, numbered": write_docx(
            body, styles=styles, numbering=numbering, links={"r1": "https://a.example/"}
        ),
        "pdf": write_pdf([page, page], areas=[[area], []], language="da", title="Soevn"),
        "pdf, packed": write_pdf([page], compress=True),
        "sitemap": SITEMAP.encode(),
        "feed": FEED.encode(),
        "gzip": gzip.compress(SITEMAP.encode(), mtime=0),
    }


# --- ways to break any bytes ----------------------------------------------------------------------

_PIECES = (
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"%PDF-1.7\n", b"PK\x03\x04", b"\x1f\x8b\x08\0",
    b"<!doctype html>", b"<![CDATA[", b"]]>", b"<!--", b"&#0;&#xD800;&#x110000;", b"</", b"<svg><math>",
    b"<!DOCTYPE x [<!ENTITY a '&a;&a;'>]>", b"&a;", b"99999999999999999999", b"-1", b"NaN", b"\xe2\x80\xae",
    b" 0 R ", b"endobj", b"stream\n", b"<<", b"[", b"/Kids [1 0 R]", b"<w:p>", b"<table><tr><td>", b"\n" * 50,
    b"http://[", b"1.1.1.1.1.1.", b"* ", b"| |",
)  # fmt: skip


def _cut(data: bytes, other: bytes, random: Random) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _flip(data: bytes, other: bytes, random: Random) -> bytes:
    changed = bytearray(data)
    for _ in range(random.randint(1, 20) if changed else 0):
        changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _leave_out(data: bytes, other: bytes, random: Random) -> bytes:
    start, stop = _span(data, random)
    return data[:start] + data[stop:]


def _repeat(data: bytes, other: bytes, random: Random) -> bytes:
    start, stop = _span(data, random)
    return data[:stop] + data[start:stop] * random.choice((1, 3, 200)) + data[stop:]


def _splice(data: bytes, other: bytes, random: Random) -> bytes:
    start, stop = _span(other, random)
    at = random.randrange(len(data) + 1)
    return data[:at] + other[start:stop] + data[at:]


def _insert(data: bytes, other: bytes, random: Random) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + random.choice(_PIECES) * random.choice((1, 1, 2, 1000)) + data[at:]


def _other_charset(data: bytes, other: bytes, random: Random) -> bytes:
    text = data.decode("utf-8", "replace")
    return text.encode(
        random.choice(("utf-16", "utf-16-be", "utf-32", "cp1252", "utf-7", "cp037")), "replace"
    )


def _numbers(data: bytes, other: bytes, random: Random) -> bytes:
    """Some digit becomes another number: an offset, a length, a level, a count."""
    places = [at for at, byte in enumerate(data) if 48 <= byte <= 57]
    if not places:
        return data
    at = random.choice(places)
    return (
        data[:at] + random.choice((b"0", b"-1", b"9" * 9, b"9" * 25, b"1e9", b"0.0000001")) + data[at + 1 :]
    )


def _span(data: bytes, random: Random) -> tuple[int, int]:
    start = random.randrange(len(data) + 1)
    return start, min(len(data), start + random.choice((1, 10, 100, 1000, len(data))))


WAYS = (_cut, _flip, _leave_out, _repeat, _splice, _insert, _other_charset, _numbers)
MOST = 150_000
"""Bytes that a broken file has at most: a few more than a reader has to be quick about."""


def broken(random: Random) -> tuple[str, bytes]:
    """A file and how it came about."""
    name = random.choice(list(sound()))
    data = sound()[name]
    inside = name.startswith("docx") and random.random() < 0.8
    for _ in range(random.choice((1, 1, 2, 4))):
        way, other = random.choice(WAYS), random.choice(list(sound().values()))
        name += f" {way.__name__}"
        data = _inside(data, way, other, random) if inside else way(data, other, random)
        data = data[:MOST]
    return name, data


def _inside(data: bytes, way: Callable[[bytes, bytes, Random], bytes], other: bytes, random: Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    name = random.choice(list(parts))
    old = parts[name]
    assert isinstance(old, bytes)
    parts[name] = way(old, other, random)[:MOST]
    return write_zip(parts)


# --- files that somebody thought of ---------------------------------------------------------------


def _loop_of_styles() -> bytes:
    styles = style("A", "a", based_on="B") + style("B", "b", based_on="A") + style("C", "c", based_on="C")
    return write_docx(styled("Råd", "A") + styled("Råd", "C"), styles=styles)


def _odd_numbering() -> bytes:
    levels = [
        level(n, form, "%9.%1.%0%") for n, form in enumerate(("decimal", "upperRoman", "lowerLetter", "x"))
    ]
    huge = level(0, "upperRoman", "%1.", start=99_999_999) + level(0, "lowerLetter", "%1", start=-5)
    numbering = (
        abstract(0, *levels) + abstract(1, huge) + number_list(1, 0) + number_list(2, 1) + number_list(3, 77)
    )
    bodies = [listed("Råd", depth, number) for depth in (0, 3, 8, 99, -1) for number in (1, 2, 3, 4)]
    return write_docx(
        "".join(bodies), numbering=numbering.replace('w:start w:val="1"', 'w:start w:val="x"', 1)
    )


def _broken_xref(old: bytes, new: bytes) -> bytes:
    return sound()["pdf"].replace(old, new)


def _pages_in_a_loop() -> bytes:
    return assemble(
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9999999 >>"]
    )


def _many_boxes() -> bytes:
    inner = paragraph("Råd")
    for _ in range(60):
        inner = f"<w:p><w:r><w:pict><w:txbxContent>{inner}</w:txbxContent></w:pict></w:r></w:p>"
    return write_docx(inner)


def _nested_tables(depth: int) -> bytes:
    return ("<main>" + "<table><tr><td>råd " * depth + "</table>" * depth).encode()


ODD: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "one byte": lambda: b"\0",
    "white space": lambda: b" \n\t" * 10_000,
    "html: deep divs": lambda: b"<div>" * 100_000 + b"x",
    "html: deep lists": lambda: b"<main>" + b"<ol><li>r " * 3_000,
    "html: deep tables": lambda: _nested_tables(200),
    "html: deep inline": lambda: b"<p>" + b"<b><i>x " * 20_000,
    "html: a wide table": lambda: b"<main><table><tr>" + b"<td>6" * 20_000,
    "html: a long table": lambda: b"<main><table>" + b"<tr><td>6<td>x" * 8_000,
    "html: absurd spans": lambda: b"<main><table><tr><td colspan=999999999 rowspan=999999999>x<td>y<tr><td>z",
    "html: absurd numbers": lambda: b"<main><ol start=99999999999999999999 type=I><li value=-9e9>r<li value=x>r",
    "html: one long word": lambda: b"<main><p>" + b"O" * 300_000,
    "html: many attributes": lambda: b"<main><p " + b"a=1 class='x y' " * 50_000 + b">x",
    "html: many links": lambda: b"<main>" + b"<p><a href=/x.pdf>Download rapport</a> r" * 3_000,
    "html: unclosed comment": lambda: b"<main><p>x<!--" + b"-" * 500_000,
    "html: many scripts": lambda: b"<main><p>x" + b'<script type="application/ld+json">[[[' * 10_000,
    "html: a deep script": lambda: b'<p>x<script type="application/ld+json">' + b"[" * 200_000 + b"</script>",
    "html: many headings": lambda: b"<main>" + b"<h6>x</h6><h1>y</h1>" * 3_000,
    "html: a null charset": lambda: b"<meta charset=utf-7><main><p>+ADw-script+AD4-",
    "html: an unknown charset": lambda: b"<meta charset=nosuch><main><p>r\xe5d",
    "html: half a surrogate": lambda: b"<main><p>r &#xD83D; \xed\xa0\xbd &#55357;&#56832;",
    "html: dates": lambda: b"Senest opdateret: 31. februar 99999 " * 6_000,
    "text: deep lists": lambda: "\n".join(" " * n + "- råd" for n in range(400)).encode(),
    "text: many pipes": lambda: b"|" * 300_000,
    "text: many stars": lambda: b"*" * 100_000 + b"\n" + b"*a " * 50_000,
    "text: many brackets": lambda: b"[" * 200_000 + b"](" * 100_000,
    "text: numbers": lambda: b"9" * 100_000 + b". r\n" + b"1." * 100_000,
    "text: wrong charset": lambda: "Råd".encode("utf-16") * 3 + b"\xff\0\xff",
    "docx: styles in a loop": _loop_of_styles,
    "docx: odd numbering": _odd_numbering,
    "docx: nested boxes": _many_boxes,
    "docx: nested tables": lambda: write_docx("<w:tbl><w:tr><w:tc>" * 80 + paragraph("x") + "</w:tc></w:tr></w:tbl>" * 80),
    "docx: too deep": lambda: write_docx("<w:sdt><w:sdtContent>" * 3_000),
    "docx: a huge table": lambda: write_docx(table([["6", "x"]] * 8_000)),
    "docx: no body": lambda: write_zip({"word/document.xml": b""}),
    "docx: twice the same part": lambda: write_docx(paragraph("x")) + write_docx(paragraph("y")),
    "docx: parts that are no XML": lambda: write_docx(paragraph("x"), more={"word/footnotes.xml": b"\0", "word/styles.xml": b"{}"}),
    "docx: a part outside": lambda: write_docx(paragraph("x"), more={"../../evil": b"x", "/etc/evil": b"x"}),
    "docx: foreign entities": lambda: write_zip({"word/document.xml": b'<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]><a>&f;</a>'}),
    "docx: entities that grow": lambda: write_zip({"word/document.xml": b'<!DOCTYPE a [<!ENTITY a "' + b"x" * 9999 + b'">]><a b="' + b"&a;" * 9999 + b'"/>'}),
    "pdf: a header alone": lambda: b"%PDF-1.7\n",
    "pdf: no xref": lambda: _broken_xref(b"xref", b"xrfe"),
    "pdf: xref elsewhere": lambda: _broken_xref(b"startxref\n", b"startxref\n99999999999"),
    "pdf: xref of itself": lambda: _broken_xref(b"trailer\n<<", b"trailer\n<< /Prev 9 /XRefStm 9"),
    "pdf: pages in a loop": _pages_in_a_loop,
    "pdf: a parent in a loop": lambda: assemble([b"<< /Type /Catalog /Pages 1 0 R /Kids [1 0 R] /Count 2 >>"]),
    "pdf: a deep array": lambda: assemble([b"<< /Type /Catalog /Pages " + b"[" * 200_000 + b" >>"]),
    "pdf: far away letters": lambda: write_pdf([[Words("x", 1e30, -1e30, 1e30), Words("y", 0, 0, 0)]]),
    "pdf: many pages": lambda: write_pdf([[Words("x", 9, 9)]] * 2_000),
    "pdf: many words": lambda: write_pdf([[Words("x y", n % 500, n % 800) for n in range(20_000)]]),
    "pdf: many links": lambda: write_pdf([[Words("x", 9, 9)]], areas=[[Area("https://a.example/", 0, 0, 99, 99)] * 5_000]),
    "sitemap: entities that grow": lambda: b'<!DOCTYPE u [<!ENTITY a "' + b"x" * 9999 + b'">]><urlset><url><loc b="' + b"&a;" * 9999 + b'"/></url></urlset>',
    "sitemap: deep": lambda: b"<urlset>" + b"<url>" * 30_000,
    "sitemap: many": lambda: b"<urlset>" + b"<url><loc>https://a.example/</loc></url>" * 8_000,
    "sitemap: long": lambda: b"<urlset>" + b"".join(b"<url><loc>https://a.example/%d" % n for n in range(4_000)),
    "sitemap: odd times": lambda: b"<urlset><url><loc>https://a.example/</loc><lastmod>0001-01-01T00:00:00+23:59</lastmod></url><url><loc>https://a.example/b</loc><lastmod>Fri, 31 Dec 9999 23:59:59 -9999</lastmod></url></urlset>",
    "feed: items in items": lambda: b"<rss>" + b"<item><title>x</title><link>https://a.example/</link><description>" * 200,
    "gzip: cut": lambda: gzip.compress(SITEMAP.encode() * 100)[:-40],
    "gzip: a bomb": lambda: gzip.compress(b"<urlset>" + b"\0" * 60_000_000),
    "gzip: in gzip": lambda: gzip.compress(gzip.compress(gzip.compress(SITEMAP.encode()))),
}  # fmt: skip
