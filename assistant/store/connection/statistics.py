"""PostgreSQL plans by statistics, which it gathers a minute after rows were written: too late where many were."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import sqlalchemy as sa

_MANY = 5_000  # rows written to a table, from which its statistics are gathered again
_GROWN = 0.5  # ... and at least this share of what was written before, so that a long job does so a few times only


class FreshStatistics:
    """Counts the rows that are written through an engine, and has PostgreSQL look at the tables that grew.

    Whatever writes is counted, so that no bulk writer has to think of it.

    Args:
        engine: of a PostgreSQL database.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._guard = threading.Lock()
        self._written: Counter[str] = Counter()
        self._seen: Counter[str] = Counter()
        sa.event.listen(engine, "after_cursor_execute", self._count)

    def gather(self) -> None:
        """Look at the tables that have grown by much; call it outside of any transaction."""
        if not self._written:  # the usual case, without the lock
            return
        with self._guard:
            due = [name for name, rows in self._written.items() if rows >= max(_MANY, _GROWN * self._seen[name])]
            for name in due:
                self._seen[name] += self._written.pop(name)
        if due:
            with self._engine.connect() as connection:
                for name in sorted(due):
                    connection.exec_driver_sql(f'ANALYZE "{name}"')

    def _count(self, _: sa.Connection, cursor: Any, __: str, parameters: Any, context: Any, many: bool) -> None:
        if not (context.isinsert or context.isupdate):
            return
        table = getattr(getattr(context.compiled, "statement", None), "table", None)
        if not isinstance(table, sa.Table) or table._prefixes:  # noqa: SLF001 - a temporary one says so only there
            return
        rows = max(cursor.rowcount, len(parameters) if many else 0)
        if rows > 0:
            with self._guard:
                self._written[table.name] += rows
