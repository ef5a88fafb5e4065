"""What an update says on a social network."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from syndicate.domain.errors import ConfigError, Permanent
from syndicate.domain.model import Account, Message, Subject, UpdateKind, UpdateText
from syndicate.domain.posting import Post
from syndicate.ports import Channel
from syndicate.rendering import MailSettings, Renderer
from syndicate.rendering.posts import hashtag, shorter_forms, split_sentences
from tests.factories import HEALTH, WORK, site, update

URL = "https://nyt.example.org/updates/0f1e2d3c4b5a"

TITLE = "Anbefaling 3 er skærpet: »bør« er blevet til »skal«"
SUMMARY = "Anbefaling 3 om sundhed er skærpet. Før: »bør tilbyde«. Nu: »skal tilbyde«."
SOURCE = "Kilde: Fælles anbefalinger om sundhed og beskæftigelse"
HASHTAGS = "#SundhedIBoligområder"


@dataclass(frozen=True)
class Network:
    """As much of a channel as a text needs."""

    name: str = "network"
    limit: int = 3000
    link_in_text: bool = False

    def measure(self, text: str) -> int:
        return len(text)


def messages(
    network: Network | None = None,
    *,
    languages: tuple[str, ...] = (),
    templates: tuple[Path, ...] = (),
    **other: object,
) -> list[Message]:
    renderer = Renderer(site(), MailSettings("nyt@example.org", "", "example.org"), templates)
    account = Account("foreningen", "network", languages=languages)
    return renderer.messages(update(**other), account, cast(Channel, network or Network()))


def post(message: Message) -> Post:
    return Post.from_dict(json.loads(message.payload))


def text(limit: int, *, link_in_text: bool = False, **other: object) -> list[str]:
    (message,) = messages(Network(limit=limit, link_in_text=link_in_text), **other)  # type: ignore[arg-type]
    return post(message).text.split("\n\n")


def test_with_room_for_all_it_says_all_in_order() -> None:
    assert text(3000) == [TITLE, SUMMARY, SOURCE, HASHTAGS]


@pytest.mark.parametrize(
    ("summary", "told"),
    [
        (f"{TITLE}. Ny ordlyd: »Kommunen skal tilbyde«.", ["Ny ordlyd: »Kommunen skal tilbyde«."]),
        (f"{TITLE}.", []),
        ("Anbefaling 3 er skærpet. Anbefaling 4 er ny.", ["Anbefaling 4 er ny."]),
        ("Anbefaling 4 er ny. Anbefaling 3 er skærpet.", ["Anbefaling 4 er ny. Anbefaling 3 er skærpet."]),
        ("", []),
    ],
)
def test_it_does_not_say_the_title_twice(summary: str, told: list[str]) -> None:
    title = f"{TITLE} – og 1 ændring mere"
    texts = {"da": UpdateText("da", title, summary)}

    assert text(3000, texts=texts) == [title, *told, SOURCE, HASHTAGS]
    (message,) = messages(texts=texts)
    assert post(message).description == summary


def test_the_card_has_link_title_and_description() -> None:
    (message,) = messages()

    assert (message.kind, message.subject) == (Subject.UPDATE, update().id)
    assert (message.channel, message.account, message.language) == ("network", "foreningen", "da")
    assert (post(message).link, post(message).title, post(message).description) == (URL, TITLE, SUMMARY)


def test_what_gives_way_goes_in_the_declared_order() -> None:
    room = len("\n\n".join([TITLE, SUMMARY, SOURCE, HASHTAGS]))

    assert text(room) == [TITLE, SUMMARY, SOURCE, HASHTAGS]
    assert text(room - 1) == [TITLE, SUMMARY, SOURCE]
    assert text(len(f"{TITLE}\n\n{SUMMARY}\n\n{SOURCE}") - 1)[:2] == [TITLE, SUMMARY]
    assert SOURCE not in text(len(f"{TITLE}\n\n{SUMMARY}\n\n{SOURCE}") - 1)


def test_a_summary_loses_whole_sentences_from_its_end() -> None:
    shorter = "Anbefaling 3 om sundhed er skærpet. Før: »bør tilbyde«."

    assert text(len(f"{TITLE}\n\n{SUMMARY}") - 1)[1] == shorter
    assert text(len(f"{TITLE}\n\n{shorter}") - 1)[1] == "Anbefaling 3 om sundhed er skærpet."


def test_the_title_never_gives_way() -> None:
    assert text(len(TITLE)) == [TITLE]
    with pytest.raises(Permanent, match="does not fit"):
        text(len(TITLE) - 1)


@pytest.mark.parametrize("limit", [100, 120, 200, 280, 3000])
def test_where_the_text_carries_the_link_it_ends_with_it(limit: int) -> None:
    assert text(limit, link_in_text=True)[-1] == URL


def test_without_a_field_for_it_the_link_counts() -> None:
    with pytest.raises(Permanent):
        text(len(TITLE) + len(URL) + 1, link_in_text=True)


def test_each_language_has_a_message_of_its_own() -> None:
    danish, english = messages(languages=("da", "en"))

    assert (post(danish).language, post(english).language) == ("da", "en")
    assert post(english).title == "Recommendation 3 is stronger: “bør” became “skal”"
    assert "Source: Fælles anbefalinger" in post(english).text


def test_an_account_without_languages_posts_in_that_of_the_site() -> None:
    assert [message.language for message in messages()] == ["da"]


def test_a_correction_says_so_first() -> None:
    assert text(3000, kind=UpdateKind.CORRECTION)[0] == f"Rettelse: {TITLE}"


def test_the_same_update_gives_the_same_bytes() -> None:
    (one,), (other,) = messages(), messages()

    assert one == other
    assert one.payload.startswith('{"description":"Anbefaling 3 om sundhed er skærpet.'.encode())


def test_hostile_text_stays_text() -> None:
    texts = {"da": UpdateText("da", "<b>{{ site }}</b>\u202e\x00\n@alle", "a\ud800b")}
    (message,) = messages(texts=texts)

    assert post(message).text.startswith("<b>{{ site }}</b> @alle\n\nab")


def test_every_topic_has_a_hashtag() -> None:
    assert text(3000, topics=(HEALTH.id, WORK.id))[-1] == f"{HASHTAGS} #Beskæftigelse"
    assert len(text(3000, topics=())) == 3
    assert hashtag("Børn & unge (0-18 år)") == "#BørnUnge018År"


class TestOperatorsTemplates:
    def own(self, folder: Path, name: str, content: str) -> Path:
        (folder / "social").mkdir(exist_ok=True)
        (folder / "social" / name).write_text(content, "utf-8")
        return folder

    def test_a_network_may_have_its_own(self, tmp_path: Path) -> None:
        content = (
            "{% block title %}Nyt: {{ headline }}{% endblock %}\n{% block greeting %}Hilsen{% endblock %}"
        )
        templates = (self.own(tmp_path, "network.txt.j2", content),)

        assert text(3000, templates=templates) == [f"Nyt: {TITLE}", "Hilsen"]
        assert text(len(TITLE) + 6, templates=templates) == [f"Nyt: {TITLE}"]

    def test_a_template_without_a_title_is_refused(self, tmp_path: Path) -> None:
        templates = (self.own(tmp_path, "post.txt.j2", "{{ headline }}"),)

        with pytest.raises(ConfigError, match=r"social/post\.txt\.j2 has no block named 'title'"):
            text(3000, templates=templates)


class TestSentences:
    @pytest.mark.parametrize(
        ("summary", "sentences"),
        [
            ("", []),
            ("Én.", ["Én."]),
            ("Én. To! Tre? Fire", ["Én.", "To!", "Tre?", "Fire"]),
            (
                "Anbefaling nr. 3 er ny. Den gælder fra 9. jan. 2017.",
                ["Anbefaling nr. 3 er ny.", "Den gælder fra 9. jan. 2017."],
            ),
            ("Før: »Gå ikke. Bliv.« Nu: »Gå. Bliv ikke.«", ["Før: »Gå ikke. Bliv.« Nu: »Gå. Bliv ikke.«"]),
            ("Now: “Stay. Do not go.”. Then more.", ["Now: “Stay. Do not go.”.", "Then more."]),
            ("Der er nyt. »Fakta« er udskiftet.", ["Der er nyt.", "»Fakta« er udskiftet."]),
        ],
    )
    def test_they_end_where_ours_end_and_not_inside_a_quotation(
        self, summary: str, sentences: list[str]
    ) -> None:
        assert split_sentences(summary) == sentences

    def test_the_forms_grow_shorter_to_the_first(self) -> None:
        assert shorter_forms("Én. To. Tre.") == ["Én. To. Tre.", "Én. To.", "Én."]
        assert shorter_forms("") == [""]
