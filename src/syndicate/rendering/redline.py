"""Two versions held against each other as one page that stands alone, for a file or a printer."""

from __future__ import annotations

from syndicate.domain.model import Comparison, NotedChange, Version
from syndicate.rendering import environment
from syndicate.rendering.changes import change_view, name
from syndicate.rendering.foreign import tame
from syndicate.rendering.texts import load


def redline_page(before: Version, after: Version, comparison: Comparison, language: str) -> str:
    """The changes of a comparison as an HTML page in `language`. Nothing in it is loaded from elsewhere."""
    texts = load(language)
    quoted = after.language or before.language or language
    title = tame(after.title or before.title)
    noted = [NotedChange(change, title, "") for change in tame(comparison.changes)]
    return (
        environment.build()
        .get_template("redline/page.html.j2")
        .render(
            texts=texts,
            language=language,
            source_language=quoted,
            title=name(title, texts),
            changes=[change_view(change, title, quoted, texts) for change in noted],
        )
    )
