"""All tables of a database as rows of plain values, out of one moment and into an empty database of either kind."""

from __future__ import annotations

import math
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa

from assistant.errors import StorageError
from assistant.store.connection import schema
from assistant.store.database import HEAD, PAGE, Database, parts

Column = tuple[str, str]  # its name, and its kind: plain, float, bool or bytes
_KINDS: tuple[tuple[type[sa.types.TypeEngine[Any]], str], ...] = (
    (sa.LargeBinary, "bytes"),
    (sa.Boolean, "bool"),
    (sa.Float, "float"),
)


@dataclass(frozen=True, slots=True)
class TableShape:
    """A table: its name and its columns in the order of a row's values."""

    name: str
    columns: tuple[Column, ...]


class DatabaseSnapshot:
    """A database as it was at one moment, while others write.

    Args:
        connection: of a transaction that sees one moment.
    """

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._tables = _reflected(connection)
        self.schema = schema.version_of(connection) or ""
        self.tables = tuple(_shape(table) for table in self._tables.values())

    def lines(self, shape: TableShape) -> Iterator[bytes]:
        """A table's rows by its key, each a JSON list and a line end."""
        table = self._tables[shape.name]
        query = sa.select(*(table.c[name] for name, _ in shape.columns)).order_by(*table.primary_key.columns)
        floats = [place for place, (_, kind) in enumerate(shape.columns) if kind == "float"]
        for row in self._connection.execution_options(yield_per=PAGE).execute(query):
            values = list(row)
            for place in floats:
                if values[place] is not None and not math.isfinite(values[place]):
                    values[place] = str(values[place])  # JSON has no such number
            yield orjson.dumps(values, default=_as_text, option=orjson.OPT_APPEND_NEWLINE)

    def head_of_log(self) -> tuple[int, str]:
        """How many changes are logged, and the hash of the last one; empty for none."""
        log = self._tables.get("audit_log")
        if log is None:
            return 0, ""
        newest = sa.select(log.c.hash).order_by(log.c.id.desc()).limit(1)
        count = self._connection.execute(sa.select(sa.func.count()).select_from(log)).scalar_one()
        return int(count), self._connection.execute(newest).scalar() or ""


@contextmanager
def snapshot(database: Database) -> Iterator[DatabaseSnapshot]:
    """The database at this moment, until the end of the block."""
    with database.read() as connection:
        yield DatabaseSnapshot(connection)


@contextmanager
def empty(database: Database, version: str) -> Iterator[sa.Connection]:
    """A transaction in which an empty database gets the tables of a version; `fill` and `finish` belong in it.

    Raises:
        StorageError: it is not empty, or this program knows no such version.
    """
    with database.write(alone=True, looked_up=False, guarded=False) as connection:
        if there := sa.inspect(connection).get_table_names():
            raise StorageError("restore_database_not_empty", tables=len(there))
        if not (version.isdecimal() and version <= HEAD):
            raise StorageError("backup_newer", found=version, known=HEAD)
        if version == HEAD:
            schema.create(connection, version)
        else:
            schema.upgrade(connection, version)
        for table in reversed(_reflected(connection).values()):
            connection.execute(sa.delete(table))  # what migrations write by themselves comes with the rows
        yield connection


def fill(connection: sa.Connection, shapes: Sequence[TableShape], rows: Callable[[str], Iterable[bytes]]) -> None:
    """Write the rows of all tables.

    Args:
        connection: of `empty`.
        shapes: the tables, in any order.
        rows: the lines of a table, as `Snapshot.lines` gives them.

    Raises:
        StorageError: other tables or columns than this schema has, or a line that is no row of its table.
    """
    tables = _reflected(connection)
    given = {shape.name: shape for shape in shapes}
    for name, table in tables.items():
        shape = given.pop(name, None)
        if shape is None or sorted(shape.columns) != sorted(_shape(table).columns):
            raise StorageError("backup_table_unknown", table=name)
        try:
            _insert(connection, shape, _rows(shape, rows(name)))
        except (sa.exc.IntegrityError, sa.exc.DataError, sa.exc.InterfaceError, sa.exc.ProgrammingError, OverflowError):
            raise StorageError("backup_rows_unfit", table=name) from None
        _count_on(connection, table)
    if given:
        raise StorageError("backup_table_unknown", table=min(given))


def finish(connection: sa.Connection) -> None:
    """Bring the schema up to date, and see that every row number that refers to another table is there."""
    schema.upgrade(connection, "head")
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise StorageError("backup_row_missing", table=broken[0], other=broken[2])


def _reflected(connection: sa.Connection) -> dict[str, sa.Table]:
    """The tables there are, those that others refer to first."""
    metadata = sa.MetaData()
    metadata.reflect(connection)
    return {str(table.name): table for table in metadata.sorted_tables if table.name != schema.VERSION_TABLE}


def _shape(table: sa.Table) -> TableShape:
    return TableShape(str(table.name), tuple((str(column.name), _kind(column)) for column in table.columns))


def _kind(column: sa.Column[Any]) -> str:
    return next((kind for of, kind in _KINDS if isinstance(column.type, of)), "plain")


def _as_text(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        return b64encode(value).decode()
    raise TypeError(type(value).__name__)


def _rows(shape: TableShape, lines: Iterable[bytes]) -> Iterator[list[Any]]:
    turns = [(place, _BACK[kind]) for place, (_, kind) in enumerate(shape.columns) if kind in _BACK]
    width = len(shape.columns)
    for number, line in enumerate(lines, 1):
        try:
            row: list[Any] = orjson.loads(line)
            if not isinstance(row, list) or len(row) != width:
                raise StorageError("backup_row_unfit", row=number, table=shape.name)
            for place, turn in turns:
                if row[place] is not None:
                    row[place] = turn(row[place])
        except (ValueError, TypeError, AttributeError):
            raise StorageError("backup_row_unfit", row=number, table=shape.name) from None
        yield row


_BACK: dict[str, Callable[[Any], object]] = {
    "bytes": lambda text: b64decode(text, validate=True),
    "bool": bool,
    "float": float,
}


def _insert(connection: sa.Connection, shape: TableShape, rows: Iterator[list[Any]]) -> None:
    names = ", ".join(f'"{name}"' for name, _ in shape.columns)
    if connection.dialect.name == "sqlite":
        statement = f'INSERT INTO "{shape.name}" ({names}) VALUES ({", ".join("?" * len(shape.columns))})'  # noqa: S608
        for part in parts(map(tuple, rows), PAGE):
            connection.exec_driver_sql(statement, list(part))
        return
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(f'COPY "{shape.name}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
    except connection.dialect.loaded_dbapi.Error as error:  # the driver's own, which SQLAlchemy has not seen
        raise StorageError("table_unfillable", table=shape.name, said=str(error).partition("\n")[0]) from None


def _count_on(connection: sa.Connection, table: sa.Table) -> None:
    """PostgreSQL's own counters know nothing of rows that came with their numbers."""
    if connection.dialect.name == "sqlite" or "id" not in table.c or not isinstance(table.c.id.type, sa.Integer):
        return
    highest = sa.func.max(table.c.id)
    counter = sa.func.pg_get_serial_sequence(f'"{table.name}"', "id")
    if connection.execute(sa.select(counter)).scalar() is not None:
        connection.execute(sa.select(sa.func.setval(counter, sa.func.coalesce(highest, 1), highest.is_not(None))))
