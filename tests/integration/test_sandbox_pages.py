"""The sandbox's pages and its sample site, as a browser and a watcher meet them."""

from __future__ import annotations

import json
import os
import smtplib
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
import requests

from syndicate import sandbox
from syndicate.sandbox import Ports
from tests.sandboxes import LINKEDIN_HEADERS, SETTINGS, linkedin_body

ATTACK = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    (folder / "bilag").mkdir(parents=True)
    (folder / "index.html").write_text("<h1>Sunde boliger</h1>", "utf-8")
    (folder / "bilag" / "fakta.docx").write_bytes(b"PK")
    (folder / "bilag" / "rapport.pdf").write_bytes(b"%PDF")
    (folder / "note.txt").write_text("ø", "utf-8")
    (tmp_path / "secret.txt").write_text("secret", "utf-8")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    return folder


@pytest.fixture
def box(tmp_path: Path, site: Path) -> Iterator[Ports]:
    with sandbox.running(ledger=tmp_path / "ledger.jsonl", site=site) as ports:
        yield ports


def get(box: Ports, path: str, **headers: str) -> requests.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.get(box.url + path, headers=named, timeout=5, allow_redirects=False)


def mail(box: Ports, subject: str = "Ændret", html: str = "<p>Hej</p>") -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Nævnet <a@b.dk>", "c@d.dk", subject
    message["Date"], message["Message-ID"] = "Mon, 23 Nov 2026 12:00:00 +0000", "<1@b.dk>"
    message.set_content(f"Hej {ATTACK} https://example.dk/bekraeft")
    message.add_alternative(html, subtype="html")
    with smtplib.SMTP("127.0.0.1", box.smtp) as client:
        client.send_message(message)


def post(box: Ports, text: str) -> None:
    article = {"article": {"source": "https://example.dk/1", "title": ATTACK, "description": ATTACK}}
    body = json.dumps(linkedin_body("Nyt", content=article))
    requests.post(
        f"{box.url}/linkedin/rest/posts", body, headers=LINKEDIN_HEADERS, timeout=5
    ).raise_for_status()
    form = {"message": text, "link": "https://example.dk/1", "access_token": SETTINGS.facebook_token}
    requests.post(f"{box.url}/facebook/v26.0/12/feed", form, timeout=5).raise_for_status()


@pytest.mark.parametrize("path", ["/", "/mailbox", "/posts", "/posts?network=x", "/refusals"])
def test_pages_are_there_before_anything_was_sent(box: Ports, path: str) -> None:
    page = get(box, path)
    assert page.status_code == 200 and page.headers["content-type"].startswith("text/html")
    assert "yet" in page.text or "since the start" in page.text


@pytest.mark.parametrize(
    "path", ["/mailbox/1", "/mailbox/1/html", "/posts/x/1", "/api/mails/1.eml", "/site/none"]
)
def test_what_is_not_there_is_not_found(box: Ports, path: str) -> None:
    assert get(box, path).status_code == 404


def test_hostile_texts_stay_texts(box: Ports) -> None:
    mail(box, subject=ATTACK)
    post(box, ATTACK)
    requests.post(f"{box.url}/facebook/v26.0/12/{ATTACK}", {}, timeout=5)
    for path in ("/", "/mailbox", "/mailbox/00000001", "/posts", "/refusals"):
        page = get(box, path)
        assert "<script" not in page.text and "<img" not in page.text, path
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "script-src" not in policy and "unsafe" not in policy


def test_a_mail_is_shown_in_a_cage(box: Ports) -> None:
    mail(box, html=f"<p style='color:red'>Hej</p>{ATTACK}")
    page = get(box, "/mailbox/00000001")
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.text
    assert 'href="https://example.dk/bekraeft"' in page.text
    framed = get(box, "/mailbox/00000001/html")
    policy = framed.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "; sandbox allow-popups" in policy
    assert "allow-scripts" not in policy + page.text and "allow-same-origin" not in policy + page.text
    assert framed.headers["x-content-type-options"] == "nosniff"
    assert framed.headers["referrer-policy"] == "no-referrer"


def test_posts_look_like_posts(box: Ports) -> None:
    post(box, "Anbefaling 3 er ny")
    page = get(box, "/posts").text
    assert "Anbefaling 3 er ny" in page and "example.dk" in page and "LinkedIn" in page
    assert "Anbefaling 3" not in get(box, "/posts?network=linkedin").text


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/x/i/web/status/12", "/posts/x/12"),
        ("/x/naevnet/status/12", "/posts/x/12"),
        ("/linkedin/feed/update/urn:li:share:1", "/posts/linkedin/urn:li:share:1"),
        ("/linkedin/feed/update/urn:li:share:1/", "/posts/linkedin/urn:li:share:1"),
    ],
)
def test_permalinks_of_the_networks_lead_to_the_post(box: Ports, path: str, target: str) -> None:
    answer = get(box, path)
    assert (answer.status_code, answer.headers["location"]) == (302, target)


# --- the sample site ---


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/site/", "text/html; charset=utf-8"),
        ("/site/index.html", "text/html; charset=utf-8"),
        ("/site/note.txt", "text/plain; charset=utf-8"),
        ("/site/bilag/rapport.pdf", "application/pdf"),
        ("/site/bilag/fakta.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ],
)
def test_serves_files_with_their_types(box: Ports, path: str, media_type: str) -> None:
    answer = get(box, path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    head = requests.head(box.url + path, timeout=5)
    assert head.status_code == 200 and head.headers["etag"] == answer.headers["etag"] and not head.content


def test_knows_what_the_watcher_has(box: Ports, site: Path) -> None:
    first = get(box, "/site/")
    etag, changed = first.headers["etag"], first.headers["last-modified"]
    for headers in (
        {"if_none_match": etag},
        {"if_none_match": f'"x", W/{etag}'},
        {"if_modified_since": changed},
    ):
        again = get(box, "/site/", **headers)
        assert again.status_code == 304 and not again.content and again.headers["etag"] == etag
    assert get(box, "/site/", if_none_match='"x"', if_modified_since=changed).status_code == 200
    assert get(box, "/site/", if_modified_since="nonsense").status_code == 200


def test_shows_an_edit_at_once(box: Ports, site: Path) -> None:
    etag = get(box, "/site/").headers["etag"]
    stat = (site / "index.html").stat()
    (site / "index.html").write_text("<h1>Sunde byer</h1>", "utf-8")
    os.utime(site / "index.html", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    answer = get(box, "/site/", if_none_match=etag)
    assert answer.status_code == 200 and "Sunde byer" in answer.text


@pytest.mark.parametrize(
    "path", ["/site/../secret.txt", "/site/%2e%2e/secret.txt", "/site/..%2fsecret.txt", "/site//etc/passwd",
             "/site/link.txt", "/site/%00", "/site/bilag"],
)  # fmt: skip
def test_stays_in_its_folder(box: Ports, path: str) -> None:
    # by hand: a client would tidy the path up first
    with socket.create_connection(("127.0.0.1", box.http), timeout=5) as raw:
        raw.sendall(f"GET {path} HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\n\r\n".encode())
        answer = raw.makefile("rb").read()
    assert b"HTTP/1.1 404" in answer and b"secret" not in answer and b"root:" not in answer


def test_counts_how_often_the_site_was_asked_for(box: Ports) -> None:
    etag = get(box, "/site/").headers["etag"]
    get(box, "/site/", if_none_match=etag)
    get(box, "/site/note.txt")
    assert get(box, "/api/site").json()["requests"] == {"": 2, "note.txt": 1}


def test_robots_are_welcome(box: Ports) -> None:
    assert get(box, "/robots.txt").text == "User-agent: *\nAllow: /\n"


def test_there_need_not_be_a_site(tmp_path: Path) -> None:
    with sandbox.running(ledger=tmp_path / "other.jsonl") as box:
        assert get(box, "/site/").status_code == 404
