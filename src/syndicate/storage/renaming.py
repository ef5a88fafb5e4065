"""A topic that was renamed in the configuration keeps its updates and its readers."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import Connection, Table, delete, select, update

from syndicate.storage import tables as t
from syndicate.storage.rows import add_if_absent, dumps


def rename_topics(connection: Connection, renamed: Mapping[str, str]) -> None:
    """Files under the present id (the values) what was filed under former ones; again is the same."""
    for former, present in renamed.items():
        filed = select(t.update_topic.c.update_id).where(t.update_topic.c.topic == former)
        for update_id in connection.execute(filed).scalars().all():
            _rename_in_update(connection, update_id, former, present)
        for table in (t.update_topic, t.subscription):
            _move(connection, table, former, present)


def _rename_in_update(connection: Connection, update_id: str, former: str, present: str) -> None:
    here = t.update.c.id == update_id
    topics = json.loads(connection.execute(select(t.update.c.topics).where(here)).scalar_one())
    now = list(dict.fromkeys(present if topic == former else topic for topic in topics))
    connection.execute(update(t.update).where(here).values(topics=dumps(now)))


def _move(connection: Connection, table: Table, former: str, present: str) -> None:
    """Where there is a row for the present id already, the former one only goes."""
    rows = connection.execute(select(table).where(table.c.topic == former)).mappings().all()
    add_if_absent(connection, table, [{**row, "topic": present} for row in rows])
    connection.execute(delete(table).where(table.c.topic == former))
