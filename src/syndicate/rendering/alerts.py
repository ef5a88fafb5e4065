"""The mail to the operator: what is wrong, and what is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path

from css_inline import CSSInliner

from syndicate.domain.model import Message, Site, Subject
from syndicate.domain.placeholders import MESSAGE_ID, TO
from syndicate.ports.alerting import Alert
from syndicate.rendering import environment
from syndicate.rendering.changes import name
from syndicate.rendering.environment import moment
from syndicate.rendering.foreign import isolated, tame
from syndicate.rendering.mail import CHANNEL, MailSettings
from syndicate.rendering.mime import Mailbox, compose, text_header
from syndicate.rendering.texts import load
from syndicate.rendering.wordings import bounded

SHOWN = 40
LONGEST_DETAIL = 1500


class AlertMails:
    """Implements `ports.alerting.AlertRenderer`, in the site's own language."""

    def __init__(self, site: Site, settings: MailSettings, templates: Sequence[Path] = ()) -> None:
        self._site = site
        self._settings = settings
        self._environment = environment.build(templates)
        self._texts = load(site.language, templates)
        self._inliner = CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)

    def alert(self, subject: str, begun: Sequence[Alert], over: Sequence[Alert], now: datetime) -> Message:
        """One mail about all that is new; the same arguments give the same bytes."""
        texts = self._texts
        title = _line(self._title(begun, over))
        values = {
            "site": self._site,
            "texts": texts,
            "language": self._site.language,
            "headline": title,
            "begun": [self._shown(alert) for alert in begun[:SHOWN]],
            "over": [self._shown(alert) for alert in over[:SHOWN]],
            "more": max(0, len(begun) - SHOWN) + max(0, len(over) - SHOWN),
            "status_url": f"{self._site.base_url}/status",
        }
        sender = Mailbox.parse(self._settings.sender, "channels.email.sender")
        headers = [
            sender.header("From"),
            f"To: {TO}",
            text_header("Subject", title),
            f"Date: {format_datetime(now)}",
            f"Message-ID: <{MESSAGE_ID}@{self._settings.sender_domain}>",
            "Auto-Submitted: auto-generated",
        ]
        text, html = (
            self._environment.get_template(f"email/alert.{form}.j2").render(values)
            for form in ("txt", "html")
        )
        payload = compose(headers, text, self._inliner.inline(html))
        return Message(Subject.ALERT, subject, CHANNEL, CHANNEL, self._site.language, payload)

    def _title(self, begun: Sequence[Alert], over: Sequence[Alert]) -> str:
        first, *others = begun or over
        key = "alert_subject" if begun else "alert_subject_over"
        title = self._texts[key].format(name=name(tame(first.name), self._texts))
        return f"{title} (+{len(others)})" if others else title

    def _shown(self, alert: Alert) -> dict[str, str]:
        since = moment(alert.since, self._site.timezone, self._texts)
        # Names are titles of sources, and a detail may quote what a server answered.
        detail = bounded(tame(alert.detail), LONGEST_DETAIL, self._texts["left_out"])
        return {"name": name(tame(alert.name), self._texts), "detail": isolated(detail), "since": since}


def _line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]
