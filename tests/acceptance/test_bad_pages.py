"""Watched pages that fail, each in its own way: the operator sees it, no reader does, others go on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from tests.docx_writer import write_docx
from tests.pdf_writer import encrypted, self_reference, set_lines, write_pdf
from tests.processes import (
    Installation,
    SamplePage,
    Sandbox,
    Service,
    copied_config,
    free_port,
    get,
    sandbox,
    until,
)
from tests.servers import Script, ScriptedServer, drip, flood, head, mute, page, raw, redirect

PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.oasis.opendocument.spreadsheet"
TEXT = """Kommunen bør tilbyde alle borgere over 40 år en gratis samtale om helbred mindst hvert tredje år.
Boligorganisationen bør stille lokaler til rådighed for samtalen, så den kan holdes tæt på hjemmet. Beboere,
der ikke møder op, bør få et nyt tilbud inden for fjorten dage, og de bør ikke betale for det. Parterne bør
hvert år fortælle, hvor mange der tog imod tilbuddet, og hvad det førte til."""


def good(name: str, *, link: str = "") -> str:
    """A page with recommendations, as it is at first."""
    box = f'<aside><p><a href="{link}">Download {name}</a></p></aside>' if link else ""
    return f"""<!DOCTYPE html><html lang="da"><head><meta charset="utf-8"><title>Råd om {name}</title></head>
<body><main><h1>Råd om {name}</h1><p>{TEXT}</p></main>{box}</body></html>"""


def small(title: str, text: str) -> Script:
    """A page of another kind in the place of the one that is watched, with status 200."""
    return page(f"<!DOCTYPE html><html lang='da'><title>{title}</title><h1>{title}</h1><p>{text}</p></html>")


@cache
def docx_bomb() -> bytes:
    """A Word file whose kilobytes unpack to a hundred megabytes."""
    return write_docx("<w:p><w:r><w:t>" + "a" * 100_000_000 + "</w:t></w:r></w:p>")


@dataclass(frozen=True)
class Trouble:
    """What a server does from the second visit on, the class of the problem, and the words for the public."""

    script: Callable[[], Script]
    problem: str
    words: str = "Kan ikke læses lige nu"


PAGES = {
    "404": Trouble(lambda: page("Væk", status=404), "not-found", "Kilden findes ikke på adressen"),
    "410": Trouble(lambda: page("Væk", status=410), "gone", "Kilden er fjernet"),
    "500": Trouble(lambda: page("Fejl", status=500), "status", "Kilden melder fejl"),
    "429": Trouble(lambda: page("Vent", status=429), "rate-limited", "Kilden beder os vente"),
    "fejlside": Trouble(
        lambda: small("Siden findes ikke", "Vi kan desværre ikke finde den side, du leder efter."),
        "error-page",
        "Kilden viser en fejlside",
    ),
    "login": Trouble(
        lambda: small(
            "Log ind", "Brugernavn <input name=u> Adgangskode <input type=password> Glemt adgangskode?"
        ),
        "login",
        "Kilden kræver login",
    ),
    "mur": Trouble(
        lambda: small("Just a moment...", "Checking your browser. Verify you are human to continue."),
        "bot-wall",
        "Kilden afviser besøg",
    ),
    "tom": Trouble(
        lambda: page("<html><body></body></html>"), "no-text", "Dokumentet har ingen læsbar tekst"
    ),
    "nul": Trouble(lambda: page(""), "no-text", "Dokumentet har ingen læsbar tekst"),
    "stor": Trouble(
        lambda: flood(head(200, {"Content-Type": "text/html"}), b"<p>mere</p>" * 100_000, 50),
        "too-large",
        "Kilden er for stor",
    ),
    "ring": Trouble(lambda: redirect("/"), "too-many-redirects", "Kilden henviser i ring"),
    "fil": Trouble(lambda: redirect("file:///etc/passwd"), "bad-address"),
    "intern": Trouble(lambda: redirect("http://169.254.169.254/latest/meta-data/"), "refused-address"),
    "halv": Trouble(
        lambda: raw(head(200, {"Content-Type": "text/html", "Content-Length": "5000"}) + b"<p>Kommunen b"),
        "broken",
        "Kildens svar var ufuldstændigt",
    ),
    "stum": Trouble(lambda: mute, "timeout", "Kilden svarer for langsomt"),
    "drypper": Trouble(
        lambda: drip(head(200, {"Content-Type": "text/html"}), b"<!-- -->"),
        "timeout",
        "Kilden svarer for langsomt",
    ),
    "bombe": Trouble(lambda: page(self_reference(), media_type=PDF), "limit|damaged"),
    "laast": Trouble(
        lambda: page(encrypted(), media_type=PDF), "encrypted", "Dokumentet er låst med adgangskode"
    ),
    "pakket": Trouble(lambda: page(docx_bomb(), media_type=WORD), "too-large", "Kilden er for stor"),
}
SHRUNK = "krymper"
REENCODED = {
    "forkert-tegnsaet": page(
        good("forkert-tegnsaet").encode("cp1252"), media_type="text/html; charset=utf-8"
    ),
    "uden-tegnsaet": page(
        good("uden-tegnsaet").replace('<meta charset="utf-8">', "").encode("cp1252"), media_type="text/html"
    ),
}
ATTACHMENTS: dict[str, Callable[[], Script]] = {
    "bilag-bombe": lambda: page(self_reference(), media_type=PDF),
    "bilag-laast": lambda: page(encrypted(), media_type=PDF),
    "bilag-pakket": lambda: page(docx_bomb(), media_type=WORD),
    "bilag-ark": lambda: page(b"PK\x03\x04" + b"ark" * 500, media_type=SHEET),
}
ADDRESSES = {
    "ingen": ("http://127.0.0.1:{port}/", "unreachable"),
    "navn": ("http://findes-ikke.invalid/", "dns"),
    "privat": ("http://localhost:{port}/", "refused-address"),
    "hex": ("http://0x7f.1:{port}/", "refused-address|bad-address|dns"),
    "tal": ("http://2130706433:{port}/", "refused-address|bad-address|dns"),
    "kort": ("http://127.1:{port}/", "refused-address|bad-address|dns"),
    "ipv6": ("http://[::ffff:127.0.0.1]:{port}/", "refused-address|bad-address"),
    "cirkler": ("http://①②⑦.⓪.⓪.①:{port}/", "refused-address|bad-address|dns"),
}


@dataclass(frozen=True)
class Watch:
    """A service that watches all of these after the trouble began, and the sample page beside them."""

    sample: SamplePage
    house: Installation
    box: Sandbox
    service: Service
    problems: dict[str, str]
    held: dict[str, list[dict[str, Any]]]


def source(name: str, url: str, *, allow_private: bool = True) -> str:
    return f"""
[[sources]]
id = "{name}"
kind = "page"
url = "{url}"
title = "Råd om {name}"
topics = ["sundhed"]
every = "0.5s"
allow_private = {str(allow_private).lower()}
"""


def visits(house: Installation) -> dict[str, int]:
    """How often each source was visited, as the operator sees it."""
    return {one["source_id"]: one["checks"] for one in house.json("status")["documents"]}


def visited_again(house: Installation, before: dict[str, int], times: int) -> bool:
    now = visits(house)
    return all(now[name] >= count + times for name, count in before.items())


def make_trouble(servers: dict[str, ScriptedServer]) -> None:
    for name, trouble in PAGES.items():
        servers[name].at("/", trouble.script())
    for name, script in REENCODED.items():
        servers[name].at("/", script)
    for name, attachment in ATTACHMENTS.items():
        servers[name].at("/bilag.pdf", attachment())
    servers[SHRUNK].at("/", small("Råd om krymper", "Kommunen bør tilbyde noget."))


@pytest.fixture(scope="module", name="watch")
def a_service_that_watches_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watch]:
    folder = tmp_path_factory.mktemp("pages")
    sample = SamplePage(copied_config(folder) / "sample-site")
    servers: dict[str, ScriptedServer] = {}
    with ExitStack() as stack:
        box = stack.enter_context(sandbox(folder, sample.folder))
        house = Installation(folder, box)
        house.set('timeout = "30s"', 'timeout = "2s"')
        text = house.config.read_text()
        for number, name in enumerate((*PAGES, *REENCODED, *ATTACHMENTS, SHRUNK), start=2):
            server = servers[name] = stack.enter_context(ScriptedServer(host=f"127.0.0.{number}"))
            server.at("/", page(good(name, link="/bilag.pdf" if name in ATTACHMENTS else "")))
            server.at("/bilag.pdf", page(write_pdf([set_lines(TEXT.splitlines())]), media_type=PDF))
            text += source(name, server.url("/"))
        port = free_port()
        for name, (url, _) in ADDRESSES.items():
            text += source(name, url.format(port=port), allow_private=name == "ingen")
        house.config.write_text(text)
        service = stack.enter_context(house.run())
        first = dict.fromkeys((*servers, *ADDRESSES), 0)
        until("the first visits", lambda: visits(house).keys() >= first.keys(), poll=0.5)
        until("the first visits", lambda: visited_again(house, first, 1), poll=0.5)
        make_trouble(servers)
        after = visits(house)
        until("two more visits to each", lambda: visited_again(house, after, 2), poll=0.5)
        held: dict[str, list[dict[str, Any]]] = {name: [] for name in servers}
        for update in house.json("updates", "--held"):
            held[update["source_id"]].append(update)
        yield Watch(sample, house, box, service, house.problems(), held)


@pytest.mark.parametrize("name", PAGES)
def test_the_operator_is_told_what_is_wrong_with_a_page(watch: Watch, name: str) -> None:
    kind, _, details = watch.problems[name].partition(": ")
    assert kind in PAGES[name].problem.split("|"), watch.problems[name]
    assert len(details) > 10


@pytest.mark.parametrize("name", ADDRESSES)
def test_the_operator_is_told_what_is_wrong_with_an_address(watch: Watch, name: str) -> None:
    kind, _, details = watch.problems[name].partition(": ")
    assert kind in ADDRESSES[name][1].split("|"), watch.problems[name]
    assert len(details) > 10


@pytest.mark.parametrize("name", ATTACHMENTS)
def test_a_document_that_cannot_be_read_is_told_and_held(watch: Watch, name: str) -> None:
    label, _, reason = watch.problems[name].partition(": ")
    assert label == f"Download {name}"
    assert len(reason) > 10
    (held,) = watch.held[name]
    assert "cannot be read" in held["reason"]


@pytest.mark.parametrize("name", ["bombe", "laast", "pakket"])
def test_a_page_that_became_a_file_nobody_can_read_is_held_under_its_own_name(
    watch: Watch, name: str
) -> None:
    (held,) = watch.held[name]
    assert f'"Råd om {name}" changed and cannot be read' in held["reason"]
    assert f"»Råd om {name}«" in json.dumps(held["texts"]["da"], ensure_ascii=False)


def test_a_text_that_shrank_to_nothing_is_held_for_a_person(watch: Watch) -> None:
    assert watch.problems[SHRUNK].startswith("shrunk: ")
    (held,) = watch.held[SHRUNK]
    assert held["state"] == "held"


@pytest.mark.parametrize("name", REENCODED)
def test_a_wrong_charset_changes_no_letter(watch: Watch, name: str) -> None:
    assert watch.problems[name] == ""


def test_the_status_of_the_command_line_says_it_all_and_fails(watch: Watch) -> None:
    done = watch.house.command("status")
    assert done.returncode == 1, done.stdout
    for name in (*PAGES, *ADDRESSES, *ATTACHMENTS):
        assert watch.problems[name].splitlines()[0] in done.stdout


def test_the_public_status_says_it_in_plain_words(watch: Watch) -> None:
    answer = get(f"{watch.service.url}/status")
    assert answer.status_code == 200
    for name, trouble in PAGES.items():
        assert trouble.words in answer.text, name
    for detail in ("headers_env", "syndicate read", "Traceback", "status 500", "[[sources]]"):
        assert detail not in answer.text


def test_readers_hear_of_the_healthy_page_alone(watch: Watch) -> None:
    watch.sample.edit("Jobcentret bør tilbyde", "Jobcentret skal tilbyde")
    (entry,) = until("the healthy page's update", watch.service.entries)
    assert "skal" in entry["content_html"]
    until("the posts", lambda: len(watch.box.posts(about=entry["url"])) == 3)
    assert len(watch.box.posts()) == 3
    assert not watch.box.mails()
    for name in ("404", "tom", "bilag-bombe", SHRUNK):
        assert not watch.service.entries(f"source/{name}")
    assert get(f"{watch.service.url}/readyz").status_code == 200, "a source in trouble is no trouble of ours"
