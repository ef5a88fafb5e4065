"""Makes the linked documents of the sample site from the sources beside this file (`make sample`).

The recommendations are printed from the page's own article, so that page and PDF are two editions of one
text. Needs Chromium; the results are committed, and nobody else has to run this. The same sources and the
same Chromium give the same bytes.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from pathlib import Path

from tests.data.sample.docx import docx_from_markdown

HERE = Path(__file__).parent
SITE = HERE.parents[2] / "config" / "sample-site"
CHROMIUM = os.environ.get("CHROMIUM", "chromium")
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-pdf-header-footer",
]
OTHER_LOOK = "@page { size: letter; margin: 30mm 18mm; } body { font: 12pt/1.6 'DejaVu Serif', serif; }"
# Chromium stamps the moment of printing; a fixed moment of the same length keeps the bytes reproducible.
STAMP = re.compile(rb"\((D:\d{14})([^)]*)\)")
MOMENT = b"D:20170109090000"


def article_of(page: str) -> str:
    """The inner HTML of the page's only <article>."""
    _, _, rest = page.partition('<article class="article">')
    article, end, _ = rest.partition("</article>")
    if not end:
        raise SystemExit('The sample page has no <article class="article">: there is nothing to print.')
    return article


def printed(title: str, body: str, more_style: str = "") -> bytes:
    """A PDF of this HTML, set by print.css and `more_style`."""
    style = (HERE / "print.css").read_text() + more_style
    head = f'<meta charset="utf-8"><title>{title}</title><style>{style}</style>'
    html = f'<!DOCTYPE html><html lang="da">{head}{body}'
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "in.html"), Path(folder, "out.pdf")
        source.write_text(html)
        command = [
            CHROMIUM,
            *QUIET,
            f"--user-data-dir={folder}/profile",
            f"--print-to-pdf={target}",
            source.as_uri(),
        ]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL, timeout=120)
        return STAMP.sub(rb"(" + MOMENT + rb"\2)", target.read_bytes())


def main() -> None:
    article = article_of((SITE / "index.html").read_text())
    stricter = article.replace(
        "Boligorganisationen bør stille lokaler", "Boligorganisationen skal stille lokaler"
    )
    files = {
        SITE / "media/1041/anbefalinger.pdf": printed("Anbefalinger", article),
        SITE / "media/1042/fakta.pdf": printed("Fakta", (HERE / "fakta.html").read_text()),
        SITE / "media/1043/rapport.docx": docx_from_markdown((HERE / "rapport.md").read_text()),
        # For tests: the first one exported again in another look, and with one word changed.
        HERE / "anbefalinger-again.pdf": printed("Anbefalinger (web)", article, OTHER_LOOK),
        HERE / "anbefalinger-skal.pdf": printed("Anbefalinger", stricter),
    }
    for path, data in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        print(f"{path.relative_to(HERE.parents[2])}: {len(data) // 1024 + 1} kB")  # noqa: T201 - a tool's answer


if __name__ == "__main__":
    main()
