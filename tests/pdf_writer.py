"""A small writer of PDF files for tests: words at places, in Helvetica, with whatever oddity a test needs."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

A4 = (595, 842)


@dataclass(frozen=True)
class Words:
    """A piece of text with its left end and baseline, in points from the lower left corner."""

    text: str
    x: float
    y: float
    size: float = 11
    bold: bool = False


@dataclass(frozen=True)
class Area:
    """A link that is clicked inside a rectangle."""

    url: str
    left: float
    bottom: float
    right: float
    top: float


def write_pdf(
    pages: Sequence[Sequence[Words]],
    *,
    areas: Sequence[Sequence[Area]] = (),
    language: str = "",
    title: str = "",
    stamp: str = "20240101000000",
    compress: bool = False,
    size: tuple[float, float] = A4,
) -> bytes:
    """A PDF of these pages. `stamp` is what an export leaves behind: dates and the file's id."""
    objects: list[bytes] = [b""] * 4
    kids = []
    for number, page in enumerate(pages):
        links = [len(objects) + 1 + index for index, _ in enumerate(areas[number] if areas else ())]
        objects += [_annotation(area) for area in (areas[number] if areas else ())]
        objects.append(_stream("\n".join(map(_show, page)).encode("cp1252"), compress))
        annotations = " ".join(f"{link} 0 R" for link in links)
        kids.append(len(objects) + 1)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size[0]} {size[1]}] /Contents {len(objects)} 0 R "
            f"/Annots [{annotations}] /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>".encode()
        )
    declared = f"/Lang ({language}) " if language else ""
    objects[0] = f"<< /Type /Catalog /Pages 2 0 R {declared}>>".encode()
    objects[1] = (
        f"<< /Type /Pages /Kids [{' '.join(f'{kid} 0 R' for kid in kids)}] /Count {len(kids)} >>".encode()
    )
    objects[2] = _font("Helvetica")
    objects[3] = _font("Helvetica-Bold")
    objects.append(f"<< /Title ({title}) /ModDate (D:{stamp}) /Producer (tests {stamp}) >>".encode())
    return assemble(objects, f"/Info {len(objects)} 0 R /ID [<{stamp}> <{stamp}>]")


def assemble(objects: Sequence[bytes], trailer: str = "") -> bytes:
    """The file of these objects, numbered from 1; the first is the catalogue."""
    data = b"%PDF-1.7\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = f"<< /Size {len(objects) + 1} /Root 1 0 R {trailer} >>".encode()
    return (
        data
        + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
        + table
        + b"trailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (head, len(data))
    )


def set_lines(texts: Sequence[str], *, top: float = 780, left: float = 70, size: float = 11) -> list[Words]:
    """Lines below each other with the usual leading; an empty text leaves half a line free."""
    words = []
    for text in texts:
        if text:
            words.append(Words(text, left, top, size))
        top -= size * (1.3 if text else 0.8)
    return words


def self_reference() -> bytes:
    """A form that draws itself twice: PDFium eats all memory it may have and ends its process."""
    form = (
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 4 0 R >> >> "
        b"/Length 11 >>\nstream\n/X Do /X Do\nendstream"
    )
    return assemble(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 5 0 R "
            b"/Resources << /XObject << /X 4 0 R >> >> >>",
            form,
            b"<< /Length 5 >>\nstream\n/X Do\nendstream",
        ]
    )


def bomb(*, layers: int = 2, size: int = 60_000_000) -> bytes:
    """A page whose few bytes unpack, `layers` times, to `size` bytes of drawing."""
    packer = zlib.compressobj(9)
    part = b"0 0 m 1 1 l S q Q\n" * 60_000
    content = b"".join(packer.compress(part) for _ in range(size // len(part))) + packer.flush()
    for _ in range(layers - 1):
        content = zlib.compress(content, 9)
    filters = " ".join(["/FlateDecode"] * layers)
    return assemble(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << >> >>",
            b"<< /Length %d /Filter [%s] >>\nstream\n%s\nendstream"
            % (len(content), filters.encode(), content),
        ]
    )


def encrypted() -> bytes:
    """A file that asks for a password (nobody knows which: its check values are zeros)."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [] /Count 0 >>",
        b"<< /Filter /Standard /V 1 /R 2 /Length 40 /P -44 /O <%s> /U <%s> >>" % (b"00" * 32, b"00" * 32),
    ]
    return assemble(objects, "/Encrypt 3 0 R /ID [<00> <00>]")


def _font(name: str) -> bytes:
    return f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>".encode()


def _show(words: Words) -> str:
    escaped = words.text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /{'F2' if words.bold else 'F1'} {words.size} Tf {words.x} {words.y} Td ({escaped}) Tj ET"


def _stream(content: bytes, compress: bool) -> bytes:
    filters = b"/Filter /FlateDecode " if compress else b""
    content = zlib.compress(content) if compress else content
    return b"<< /Length %d %s>>\nstream\n%s\nendstream" % (len(content), filters, content)


def _annotation(area: Area) -> bytes:
    return (
        f"<< /Type /Annot /Subtype /Link /Rect [{area.left} {area.bottom} {area.right} {area.top}] "
        f"/A << /S /URI /URI ({area.url}) >> >>"
    ).encode()
