"""The one line that stands for an update everywhere: subject, feed title, post."""

from __future__ import annotations

from syndicate.domain.model import Update
from syndicate.rendering.foreign import one_line, tame
from syndicate.rendering.texts import Texts


def headline(update: Update, language: str, texts: Texts) -> str:
    """The title in `language`, with a word before it where the update corrects or withdraws another."""
    title = one_line(tame(update.text(language).title))
    return texts[f"headline_{update.kind}"].format(title=title)
