"""The mails that readers get."""

from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from syndicate.channels.email.patching import personalise
from syndicate.domain.errors import ConfigError
from syndicate.domain.model import Message, Subject, UpdateKind, UpdateText
from syndicate.domain.placeholders import CONFIRM, MESSAGE_ID, PREFERENCES, TO, TOKEN_LENGTH, UNSUBSCRIBE
from syndicate.rendering import MailSettings, Renderer
from tests.factories import HEALTH, NOON, SOURCE_URL, added, noted, removed, reworded, site, update

SETTINGS = MailSettings(
    "Foreningen for Åben Rådgivning <nyt@example.org>", "redaktion@example.org", "example.org"
)

TOKENS = (TO, MESSAGE_ID, UNSUBSCRIBE, PREFERENCES, CONFIRM)


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(site(), SETTINGS)


def read(message: Message) -> EmailMessage:
    mail = message_from_bytes(message.payload, policy=default)
    assert [part.defects for part in mail.walk()] == [[], [], []]
    return mail


def bodies(message: Message) -> tuple[str, str]:
    text, html = (part.get_content().replace("\r\n", "\n") for part in read(message).iter_parts())
    return text, html


class Page(HTMLParser):
    """Tags, addresses, languages and visible text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: dict[str, list[str]] = {}
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, []).append(value or "")

    def handle_data(self, data: str) -> None:
        self.text += data


class TestEnvelope:
    def test_the_message_says_what_it_is(self, renderer: Renderer) -> None:
        message = renderer.mail(update(), "da")

        assert (message.kind, message.subject, message.channel) == (Subject.UPDATE, update().id, "email")
        assert (message.language, message.account) == ("da", "email")

    def test_the_headers_are_those_of_a_list_for_announcements(self, renderer: Renderer) -> None:
        mail = read(renderer.mail(update(), "da"))

        assert mail["From"] == "Foreningen for Åben Rådgivning <nyt@example.org>"
        assert mail["Reply-To"] == "redaktion@example.org"
        assert mail["To"] == TO
        assert mail["Subject"] == "Anbefaling 3 er skærpet: »bør« er blevet til »skal«"
        assert mail["Message-ID"] == f"<{MESSAGE_ID}@example.org>"
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["List-Id"] == "<updates.example.org>"
        assert mail["List-Archive"] == "<https://nyt.example.org/updates>"
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert mail["X-Syndicate-Id"] == "tag:example.org,2026:update/0f1e2d3c4b5a"

    @pytest.mark.parametrize("name", ["List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "To"])
    def test_what_a_signature_covers_is_on_one_line(self, renderer: Renderer, name: str) -> None:
        head = renderer.mail(update(), "da").payload.split(b"\r\n\r\n")[0].decode()

        assert re.search(rf"^{name}: \S+\r\n(?! )", head, re.MULTILINE)
        assert f"\r\nList-Unsubscribe: <https://nyt.example.org/unsubscribe/{UNSUBSCRIBE}>\r\n" in head

    def test_the_date_is_that_of_the_update(self, renderer: Renderer) -> None:
        held = update(published_at=None, detected_at=NOON - timedelta(days=1))

        assert read(renderer.mail(update(), "da"))["Date"].datetime == NOON
        assert read(renderer.mail(held, "da"))["Date"].datetime == NOON - timedelta(days=1)

    def test_without_an_address_for_replies_there_is_no_such_header(self) -> None:
        renderer = Renderer(site(), MailSettings("nyt@example.org", "", "example.org"))

        assert "Reply-To" not in read(renderer.mail(update(), "da"))

    def test_a_correction_stands_under_what_it_corrects(self, renderer: Renderer) -> None:
        first = read(renderer.mail(update(), "da"))
        correction = update(id="f00d", kind=UpdateKind.CORRECTION, corrects=update().id)
        second = read(renderer.mail(correction, "da"))

        assert first["References"] in second["References"]
        assert second["Subject"].startswith("Rettelse: Anbefaling 3")
        assert f"/updates/{update().id}" in bodies(renderer.mail(correction, "da"))[0]

    def test_a_withdrawal_says_so_first(self, renderer: Renderer) -> None:
        withdrawal = update(kind=UpdateKind.WITHDRAWAL, corrects="f00d")

        assert read(renderer.mail(withdrawal, "en"))["Subject"].startswith("Withdrawn: Recommendation 3")


class TestBytes:
    def test_the_same_update_gives_the_same_bytes(self) -> None:
        one, other = (Renderer(site(), SETTINGS).mail(update(), "da") for _ in range(2))

        assert one == other
        assert one.sha256 == other.sha256

    def test_another_update_gives_others(self, renderer: Renderer) -> None:
        assert renderer.mail(update(), "da") != renderer.mail(update(removed()), "da")

    @pytest.mark.parametrize(
        "base", ["https://a.dk", "https://nyheder." + "lang-" * 9 + "adresse.example.org/nyt"]
    )
    def test_each_placeholder_stands_where_it_must_and_nowhere_else(self, base: str) -> None:
        payload = Renderer(site(base_url=base), SETTINGS).mail(update(), "da").payload.decode("ascii")

        counts = {
            token: payload.count(token) for token in (TO, MESSAGE_ID, UNSUBSCRIBE, PREFERENCES, CONFIRM)
        }
        assert counts == {TO: 1, MESSAGE_ID: 1, UNSUBSCRIBE: 3, PREFERENCES: 2, CONFIRM: 0}

    def test_tokens_of_readers_do_not_change_the_lines(self, renderer: Renderer) -> None:
        payload = renderer.mail(update(), "da").payload
        filled = payload.replace(UNSUBSCRIBE.encode(), b"f" * len(UNSUBSCRIBE))

        assert max(map(len, filled.split(b"\r\n\r\n", 1)[1].split(b"\r\n"))) <= 76

    def test_every_line_is_ascii_and_short_enough(self, renderer: Renderer) -> None:
        text = UpdateText("da", "Ærø " * 300, "Summarisk.")
        payload = renderer.mail(update(texts={"da": text}), "da").payload

        assert payload.isascii()
        assert max(map(len, payload.split(b"\r\n"))) <= 998

    def test_a_page_that_quotes_a_placeholder_is_told_nothing(self, renderer: Renderer) -> None:
        evil = f"https://evil.example/{UNSUBSCRIBE}"
        hostile = update(
            changes=(noted(added(evil), url=evil, resource=TO),),
            document_url=evil,
            document_title=PREFERENCES,
            texts={"da": UpdateText("da", MESSAGE_ID, CONFIRM)},
        )

        payload = renderer.mail(hostile, "da").payload.decode("ascii")
        assert [payload.count(token) for token in TOKENS] == [1, 1, 3, 2, 0]

    def test_it_stays_small_whatever_the_change(self, renderer: Renderer) -> None:
        huge = update(*(added("ord " * 250_000, number_after=str(n)) for n in range(30)))

        message = renderer.mail(huge, "da")
        assert len(message.payload) < 200_000
        assert "10 ændringer mere står på siden." in bodies(message)[1]


class TestContent:
    @pytest.mark.parametrize("form", [0, 1], ids=["text", "html"])
    def test_it_says_what_changed_from_where_and_why(self, renderer: Renderer, form: int) -> None:
        attached = noted(
            removed(),
            resource="Download fakta",
            role="attachment",
            url="https://source.example.org/fakta.pdf",
        )
        body = bodies(renderer.mail(update(changes=(noted(), attached)), "da"))[form]
        seen = " ".join((Page(body).text if form else body).split())

        for expected in (
            "Anbefaling 3 er skærpet: »bør« er blevet til »skal«",
            "Foreningen for Åben Rådgivning",
            "2. marts 2026 kl. 13.00",
            "Anbefalinger › Sundhed › Punkt 3",
            "Kommunen bør tilbyde et helbredstjek i opgangen.",
            "Kommunen skal tilbyde et helbredstjek i opgangen.",
            "Styrke: »bør« er blevet til »skal« (skærpet)",
            "I dokumentet Download fakta",
            "Der holdes et årligt møde.",
            "fordi du har tilmeldt dig nyt fra Anbefalinger.",
            "Den handler om: Sundhed i boligområder.",
            "Afmeld",
            "redaktion@example.org",
        ):
            assert expected in seen
        for address in (
            "https://nyt.example.org/updates/0f1e2d3c4b5a",
            SOURCE_URL,
            "https://source.example.org/fakta.pdf",
            f"https://nyt.example.org/unsubscribe/{UNSUBSCRIBE}",
            f"https://nyt.example.org/preferences/{PREFERENCES}",
        ):
            assert address in body

    def test_differences_are_marked_without_colour(self, renderer: Renderer) -> None:
        html = bodies(renderer.mail(update(), "da"))[1]

        assert re.search(r"<del style=\"[^\"]*line-through[^\"]*\">bør</del>", html)
        assert re.search(r"<ins style=\"[^\"]*underline[^\"]*\">skal</ins>", html)
        assert "Gennemstreget tekst er slettet" in html

    def test_an_english_reader_reads_english_and_the_quotes_stay_danish(self, renderer: Renderer) -> None:
        html = bodies(renderer.mail(update(), "en"))[1]
        page = Page(html)

        assert page.attributes["lang"][0] == "en"
        assert page.attributes["lang"].count("da") >= 3
        assert "2 March 2026 at 13:00" in page.text
        assert "Struck-through text was deleted." in page.text

    def test_nothing_is_loaded_and_nobody_is_tracked(self, renderer: Renderer) -> None:
        page = Page(bodies(renderer.mail(update(), "da"))[1])

        assert not {"img", "script", "link", "iframe", "object", "video"} & set(page.tags)
        assert "src" not in page.attributes
        assert not [address for address in page.attributes["href"] if "?" in address]

    def test_styles_are_in_the_elements_and_dark_screens_have_theirs(self, renderer: Renderer) -> None:
        html = bodies(renderer.mail(update(), "da"))[1]

        assert html.count("style=") > 20
        assert "prefers-color-scheme: dark" in html

    def test_without_topics_the_site_is_the_reason(self, renderer: Renderer) -> None:
        assert "tilmeldt dig nyt fra Anbefalinger" in bodies(renderer.mail(update(topics=()), "da"))[0]

    def test_a_document_without_an_address_is_named_without_a_link(self, renderer: Renderer) -> None:
        local = update(document_url="file:///srv/anbefalinger.pdf", changes=(noted(url=""),))

        body = bodies(renderer.mail(local, "da"))[1]
        assert "file:" not in body
        assert "Fælles anbefalinger om sundhed og beskæftigelse" in body


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></style><svg onload=alert(1)>",
    "{{ site }}{% endblock %}",
    "a\u202eb\u2066c\x00d\x0be\x85f\ud800",
    "\r\nBcc: x@example.org\r\n\r\n",
    "\n.\n--=_0\nContent-Type: text/html\n",
    "👩‍⚕️ \u05e9\u05dc\u05d5\u05dd æøå",
    "javascript:alert(1)",
    "a" * 1_000_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:20])
def test_hostile_text_in_every_place_is_only_text(renderer: Renderer, text: str) -> None:
    words: dict[str, Any] = {"section": (text,), "number_before": text, "number_after": text}
    changes = (noted(added(text, **words), resource=text, url=text, also_in=(text,), role="attachment"),)
    hostile = update(
        changes=changes,
        document_title=text,
        document_url=text,
        texts={"da": UpdateText("da", text[:5000], text[:5000])},
    )

    mail = read(renderer.mail(hostile, "da"))
    page = Page(bodies(renderer.mail(hostile, "da"))[1])

    assert "Bcc" not in mail
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert not {"script", "img", "svg"} & set(page.tags)
    assert all(
        address.startswith(("https://nyt.example.org/", "mailto:")) for address in page.attributes["href"]
    )


@pytest.mark.parametrize("text", ["Kort.", *HOSTILE], ids=lambda text: ascii(text)[:20])
def test_the_channel_can_make_it_a_readers_mail(renderer: Renderer, text: str) -> None:
    """What is composed here passes the checks of the room that fills it in and sends it."""
    made = renderer.mail(update(added(text), document_title=text, document_url=text), "da")
    tokens = {"unsubscribe": "a" * TOKEN_LENGTH, "preferences": "b" * TOKEN_LENGTH}

    mail = personalise(made.payload, "laeser@example.org", "0123456789abcdef" * 2, tokens)

    sent = message_from_bytes(mail, policy=default)
    assert sent["To"] == "laeser@example.org"
    assert sent["List-Unsubscribe"] == f"<https://nyt.example.org/unsubscribe/{'a' * TOKEN_LENGTH}>"
    assert "syndicate-" not in mail.decode("ascii").split("\r\n\r\n", 1)[1]


class TestConfirmation:
    def test_it_asks_with_one_link(self, renderer: Renderer) -> None:
        message = renderer.confirmation("wish-1", [HEALTH.id], "da", NOON)
        mail, (text, html) = read(message), bodies(message)

        assert (message.kind, message.subject) == (Subject.CONFIRMATION, "wish-1")
        assert mail["Subject"] == "Bekræft din tilmelding til Anbefalinger"
        assert mail["Date"].datetime == NOON
        assert "List-Unsubscribe" not in mail
        for body in (text, html):
            assert body.count(f"https://nyt.example.org/confirm/{CONFIRM}") == 1
            assert "Sundhed i boligområder" in body

    def test_topics_may_be_named_by_their_titles(self, renderer: Renderer) -> None:
        assert HEALTH.title in bodies(renderer.confirmation("w", [HEALTH.title], "en", NOON))[0]

    @pytest.mark.parametrize("topics", [[], [""]])
    def test_all_topics_are_called_so(self, renderer: Renderer, topics: list[str]) -> None:
        assert "* alle emner" in bodies(renderer.confirmation("w", topics, "da", NOON))[0]

    def test_no_word_of_the_asker_is_mailed(self, renderer: Renderer) -> None:
        message = renderer.confirmation("w", ["Køb billigt på https://spam.example"], "da", NOON)

        assert "spam" not in "".join(bodies(message))


class TestOperatorsTemplates:
    def test_a_file_of_their_own_takes_the_place_of_ours(self, tmp_path: Path) -> None:
        (tmp_path / "email").mkdir()
        (tmp_path / "email" / "update.txt.j2").write_text(
            "Kort: {{ headline }} {{ unsubscribe_url }}\n", "utf-8"
        )

        text, html = bodies(Renderer(site(), SETTINGS, [tmp_path]).mail(update(), "da"))

        assert text.startswith("Kort: Anbefaling 3")
        assert "<h1" in html

    def test_the_link_to_unsubscribe_cannot_be_left_out(self, tmp_path: Path) -> None:
        (tmp_path / "email").mkdir()
        (tmp_path / "email" / "update.txt.j2").write_text("{{ headline }}", "utf-8")

        with pytest.raises(ConfigError, match=r"email/update\.txt\.j2 leaves out the link"):
            Renderer(site(), SETTINGS, [tmp_path]).mail(update(), "da")

    def test_a_word_of_their_own_too(self, tmp_path: Path) -> None:
        (tmp_path / "locale").mkdir()
        (tmp_path / "locale" / "da.po").write_text('msgid "unsubscribe"\nmsgstr "Stop"\n', "utf-8")

        text, _ = bodies(Renderer(site(), SETTINGS, [tmp_path]).mail(update(reworded()), "da"))

        assert "Stop:\n" in text
