"""The database: SQLAlchemy Core tables, the stores, Alembic migrations. SQLAlchemy is known in here only."""
