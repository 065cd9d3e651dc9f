"""Databases of an earlier schema, to see what a migration makes of their rows."""

from __future__ import annotations

from typing import Any, Protocol

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from assistant.store.database import MIGRATIONS


class Add(Protocol):
    """Adds a row; columns that must have a value and are not given get 0, False or something empty."""

    def __call__(self, table: str, **values: Any) -> None:
        """Add it."""


def old_schema(engine: sa.Engine, version: str, empty: str = "[]") -> Add:
    """Make a database of that schema; `empty` is what JSON and text get where nothing is given."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, version)
    metadata = sa.MetaData()
    metadata.reflect(engine)

    def add(table: str, **values: Any) -> None:
        there = metadata.tables[table]
        filled = {
            column.name: False
            if isinstance(column.type, sa.Boolean)
            else 0
            if column.type.python_type in {int, float}
            else empty
            for column in there.columns
            if not column.nullable and column.name not in values and not (column.primary_key and column.name == "id")
        }
        with engine.connect().execution_options(writing=True) as connection, connection.begin():
            connection.execute(sa.insert(there), [filled | values])

    return add
