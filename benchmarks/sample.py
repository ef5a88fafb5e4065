"""The sample page and its documents, as files and as an editor changes them."""

from __future__ import annotations

from pathlib import Path

from syndicate import assets

FOLDER = assets.folder("config") / "sample-site"
ADDRESS = "http://127.0.0.1:8025/site/"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FILES = {
    "page": ("index.html", "text/html"),
    "recommendations (PDF)": ("media/1041/anbefalinger.pdf", "application/pdf"),
    "facts (PDF)": ("media/1042/fakta.pdf", "application/pdf"),
    "report (DOCX)": ("media/1043/rapport.docx", DOCX),
}
END_OF_LIST = "        </ol>"


def content(name: str) -> bytes:
    return (FOLDER / FILES[name][0]).read_bytes()


def sharpened(page: str) -> str:
    """One recommendation says "skal" where it said "bør"."""
    return page.replace("Boligorganisationen bør stille", "Boligorganisationen skal stille")


def add_recommendation(path: Path, number: int) -> None:
    """One more recommendation at the end of the list, unlike all others."""
    page = path.read_text(encoding="utf-8")
    text = f"Kommunen bør holde mindst {number} åbne møder om året med afdeling {number * 37} i området."
    assert END_OF_LIST in page
    path.write_text(page.replace(END_OF_LIST, f"          <li>{text}</li>\n{END_OF_LIST}"), encoding="utf-8")
