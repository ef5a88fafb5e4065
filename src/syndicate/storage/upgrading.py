"""Migrations, run by Alembic. Imported only where there are some to run."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from syndicate.domain.errors import StorageError
from syndicate.storage.schemas import MIGRATIONS


def upgrade(connection: Connection) -> None:
    """Brings the schema to the newest, all or nothing. Raises StorageError for one that is newer still."""
    script = ScriptDirectory.from_config(configuration(connection))
    known = {revision.revision for revision in script.walk_revisions()}
    current = MigrationContext.configure(connection).get_current_revision()
    if current and current not in known:
        raise StorageError(
            f"The database has schema {current}, which this version of syndicate does not know.",
            hint="It was made by a newer version: install that one, or restore an older backup.",
        )
    connection.commit()
    with connection.begin():
        command.upgrade(configuration(connection), "head")


def configuration(connection: Connection) -> Config:
    """What Alembic's commands need to work on this connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
