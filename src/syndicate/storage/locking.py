"""Locks on rows, for transactions that write beside each other. SQLite, where only one writes, needs none.

They let others refer to the row all the while (FOR NO KEY UPDATE). Whoever locks several rows one after the
other does so in the order of their ids: two that wait for each other wait in vain.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table


def held(query: Any, table: Table) -> Any:
    """The rows of this table that the query finds, as they are once nobody else changes them, held to the end
    of the transaction. A row that by then is not what was asked for is left out."""
    return query.with_for_update(key_share=True, of=table)


def unclaimed(query: Any, table: Table) -> Any:
    """As `held`, but rows that somebody else holds are passed over, not waited for."""
    return query.with_for_update(key_share=True, of=table, skip_locked=True)
