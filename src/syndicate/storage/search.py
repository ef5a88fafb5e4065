"""Full-text search over published updates: the index and what it is asked, on whatever database there is.

Nothing published is ever taken out of the index again. Results come newest first, as every list does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from unicodedata import normalize

from sqlalchemy import ColumnElement, Connection, TextClause, false, select

from syndicate.storage import tables as t
from syndicate.storage.engines import kind_of
from syndicate.storage.searching import terms


def index_update(connection: Connection, update_id: str) -> None:
    """Makes a published update findable; once, in the transaction that publishes it."""
    row = connection.execute(select(t.update).where(t.update.c.id == update_id)).one()
    texts = connection.execute(
        select(t.update_text.c.title, t.update_text.c.summary).where(t.update_text.c.update_id == update_id)
    )
    words = [row.document_title, *(part for pair in texts for part in pair), *_of_changes(row.changes)]
    kind_of(connection).index(connection, row.sequence, normalize("NFC", "\n".join(words)))


def matching(connection: Connection, typed: str) -> TextClause | ColumnElement[bool]:
    """The condition that an update has all the words that were typed, each also as the beginning of a longer
    one, and those in quotation marks as they are, one after the other. Without any word nothing is found."""
    wanted = terms(typed)
    return kind_of(connection).matching(wanted) if wanted else false()


def _of_changes(changes: str) -> Iterator[str]:
    for noted in json.loads(changes):
        yield from _of_change(noted["change"])


def _of_change(change: Mapping[str, Any]) -> Iterable[str]:
    return [*change["section"], change["before"] or "", change["after"] or ""]
