"""Full-text search over published updates: SQLite's FTS5, where the row number is the update's sequence.

The index holds no text of its own (`content=''`), so that it stays small; nothing published is ever taken
out of it again. On other databases nothing is indexed yet, and a search finds nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from unicodedata import normalize

from sqlalchemy import Connection, TextClause, select, text

from syndicate.storage import tables as t

MAX_WORDS = 12
_WORD = re.compile(r"[^\W_]+")


def index_update(connection: Connection, update_id: str) -> None:
    """Makes a published update findable; once, in the transaction that publishes it."""
    if connection.dialect.name != "sqlite":
        return
    row = connection.execute(select(t.update).where(t.update.c.id == update_id)).one()
    texts = connection.execute(
        select(t.update_text.c.title, t.update_text.c.summary).where(t.update_text.c.update_id == update_id)
    )
    words = [row.document_title, *(part for pair in texts for part in pair), *_of_changes(row.changes)]
    connection.execute(
        text("INSERT INTO update_search (rowid, words) VALUES (:sequence, :words)"),
        {"sequence": row.sequence, "words": "\n".join(words)},
    )


def matching(connection: Connection, words: str) -> TextClause:
    """The condition that an update has all these words, each also as the beginning of a longer one."""
    if connection.dialect.name != "sqlite":
        return text("1 = 0")
    found = text("update_.sequence IN (SELECT rowid FROM update_search WHERE update_search MATCH :words)")
    return found.bindparams(words=match_expression(words))


def match_expression(words: str) -> str:
    """What FTS5 is asked: every word quoted, so that nothing in it is an operator."""
    found = _WORD.findall(normalize("NFC", words))[:MAX_WORDS]
    return " ".join(f'"{word}"*' for word in found) or '""'


def _of_changes(changes: str) -> Iterator[str]:
    for noted in json.loads(changes):
        yield from _of_change(noted["change"])


def _of_change(change: Mapping[str, Any]) -> Iterable[str]:
    return [*change["section"], change["before"] or "", change["after"] or ""]
