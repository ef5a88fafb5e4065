"""The mails: one about an update, one that asks for confirmation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from css_inline import CSSInliner
from jinja2 import Environment

from syndicate.domain.errors import ConfigError
from syndicate.domain.model import Message, Site, Subject, Update
from syndicate.domain.placeholders import CONFIRM, MESSAGE_ID, PREFERENCES, TO, UNSUBSCRIBE
from syndicate.rendering.changes import name, short_list
from syndicate.rendering.environment import moment, stated_days
from syndicate.rendering.foreign import tame, web_address
from syndicate.rendering.headlines import headline
from syndicate.rendering.mime import Mailbox, compose, text_header
from syndicate.rendering.texts import Texts

CHANNEL = "email"
"""The channel of all mails, and its one account."""


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Who mails come from: `sender` and `reply_to` as "Name <name@example.org>", or "" for none.

    `sender_domain` stands in Message-ID and List-Id; it is a domain that the sender owns and keeps.
    """

    sender: str
    reply_to: str
    sender_domain: str


class Mails:
    """Composes mails as whole MIME messages with placeholders; the same arguments give the same bytes."""

    def __init__(
        self, site: Site, settings: MailSettings, environment: Environment, words: Callable[[str], Texts]
    ) -> None:
        self._site = site
        self._domain = settings.sender_domain
        self._sender = _mailbox(settings.sender, "channels.email.sender")
        self._reply_to = _mailbox(settings.reply_to, "channels.email.reply_to")
        self._environment = environment
        self._words = words
        # The media queries for dark screens cannot be inlined; nothing is ever loaded from elsewhere.
        self._inliner = CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)

    def update(self, update: Update, language: str) -> Message:
        """The mail about one update for readers of `language`. Raises ConfigError for an unfit template."""
        texts = self._words(language)
        subject = headline(update, language, texts)
        headers = [
            *self._headers(subject, update.published_at or update.detected_at),
            f"References: {self._references(update)}",
            f"List-Id: <updates.{self._domain}>",
            f"List-Unsubscribe: <{self._link('unsubscribe', UNSUBSCRIBE)}>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
            f"List-Archive: <{self._site.base_url}/updates>",
            "List-Post: NO",
            f"X-Syndicate-Id: {self._site.entry_id(update.id)}",
        ]
        values = self._update_values(tame(update), language, texts) | {"headline": subject}
        payload = self._compose("update", headers, values, UNSUBSCRIBE)
        return Message(Subject.UPDATE, update.id, CHANNEL, CHANNEL, language, payload)

    def confirmation(self, subject: str, topics: Sequence[str], language: str, now: datetime) -> Message:
        """The mail that asks an address to confirm; only topics of this site are named, by id or title."""
        texts = self._words(language)
        values = {
            "topics": [topic.title for topic in self._site.topics if {topic.id, topic.title} & set(topics)],
            "confirm_url": self._link("confirm", CONFIRM),
        }
        title = texts["confirmation_subject"].format(site=self._site.title)
        shared = {"site": self._site, "texts": texts, "language": language, "headline": title}
        payload = self._compose("confirmation", self._headers(title, now), values | shared, CONFIRM)
        return Message(Subject.CONFIRMATION, subject, CHANNEL, CHANNEL, language, payload)

    def _headers(self, subject: str, at: datetime) -> list[str]:
        if self._sender is None:
            raise ConfigError("channels.email.sender", "is missing.", hint="Set it, or leave mail out.")
        return [
            self._sender.header("From"),
            f"To: {TO}",
            *([self._reply_to.header("Reply-To")] if self._reply_to else []),
            text_header("Subject", subject),
            f"Date: {format_datetime(at)}",
            f"Message-ID: <{MESSAGE_ID}@{self._domain}>",
            "Auto-Submitted: auto-generated",
        ]

    def _references(self, update: Update) -> str:
        """A name of the update that all its mails share, whatever their Message-ID; a correction adds the
        corrected one's, so that mailboxes show both together."""
        ids = [update.corrects, update.id] if update.corrects else [update.id]
        return " ".join(f"<update.{update_id}@{self._domain}>" for update_id in ids)

    def _link(self, page: str, token: str) -> str:
        return f"{self._site.base_url}/{page}/{token}"

    def _update_values(self, update: Update, language: str, texts: Texts) -> dict[str, Any]:
        text = update.text(language)
        changes, more = short_list(update, texts)
        return {
            "site": self._site,
            "texts": texts,
            "language": language,
            "source_language": update.language,
            "document_title": name(update.document_title, texts),
            "summary": text.summary,
            "effective": stated_days(update.effective, texts),
            "changes": changes,
            "more": more,
            "at": moment(update.published_at or update.detected_at, self._site.timezone, texts),
            "update_url": self._site.update_url(update.id),
            "corrects_url": self._site.update_url(update.corrects) if update.corrects else "",
            "documents": _documents(update, texts),
            "topics": [self._site.topic(topic).title for topic in update.topics],
            "unsubscribe_url": self._link("unsubscribe", UNSUBSCRIBE),
            "preferences_url": self._link("preferences", PREFERENCES),
        }

    def _compose(self, name: str, headers: Sequence[str], values: Mapping[str, Any], needed: str) -> bytes:
        parts = [self._render(f"email/{name}.{form}.j2", values, needed) for form in ("txt", "html")]
        return compose(headers, parts[0], self._inliner.inline(parts[1]))

    def _render(self, template: str, values: Mapping[str, Any], needed: str) -> str:
        body = self._environment.get_template(template).render(values)
        if needed not in body:
            raise ConfigError(
                "",
                f"The template {template} leaves out the link that every such mail must have.",
                hint="Put unsubscribe_url (update) or confirm_url (confirmation) into it.",
            )
        return body


def _mailbox(text: str, key: str) -> Mailbox | None:
    return Mailbox.parse(text, key) if text else None


def _documents(update: Update, texts: Texts) -> list[tuple[str, str]]:
    """The page and the documents in which something changed, each once, with "" for what has no address."""
    pairs = [(update.document_title, update.document_url)]
    pairs += [(noted.resource, noted.url) for noted in update.changes]
    titles = {url: title for title, url in reversed(pairs)}
    return [(name(titles[url], texts), web_address(url)) for url in dict.fromkeys(url for _, url in pairs)]
