"""The one door to SQL: SQLite (WAL) inside the workspace, or PostgreSQL by URL."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles

from assistant.domain.label_versions import LabelVersions
from assistant.domain.projects import FIRST_PROJECT
from assistant.errors import StorageError
from assistant.steps import say
from assistant.store.connection import schema
from assistant.store.connection.engine import BUSY_SECONDS as _BUSY_SECONDS
from assistant.store.connection.engine import Link, make_engine
from assistant.store.connection.faults import told as _told
from assistant.store.connection.project_guard import ProjectGuard
from assistant.store.connection.reconnect import DatabaseReconnect
from assistant.store.connection.statistics import FreshStatistics
from assistant.store.connection.write_turns import Turns

MIGRATIONS = schema.MIGRATIONS
_engine = make_engine
HEAD = "0016"  # the newest migration; a test holds it against the folder
_WRITE_ALONE = 7461  # any number, the same for all our processes on one PostgreSQL server
LOOKUP = 2000  # keys in one IN list: under every database's limit of parameters
PAGE = 2000  # rows read or written at a time

Row = Mapping[str, Any]
Connection = sa.Connection  # for those who pass one on and are no door to SQL
Value = TypeVar("Value")


class Database:
    """Connections to one database whose schema is up to date.

    Reading and writing are separate: a writer takes SQLite's write lock at its first statement (BEGIN IMMEDIATE),
    so that it waits its turn and never fails half way.
    `project_id` is the project whose rows the stores read and write through this object: see `within`.
    `versions_in_use` says which labels count, whenever a store asks for labels; None counts every label.
    `operator` is who runs this process, for the log of changes where no one else is at work. `file` is where an SQLite
    database is, None for PostgreSQL and in memory.
    """

    def __init__(self, engine: sa.Engine, patience_seconds: float = 0) -> None:
        self._engine = engine
        self.operator = "system"
        self.project_id = FIRST_PROJECT
        self.versions_in_use: Callable[[], LabelVersions | None] = _every_version
        self._patience = DatabaseReconnect(patience_seconds)
        self.newer_schema: str | None = None
        """What `look_at_schema` found: the version of a newer program that others use already."""
        file = engine.url.database if engine.dialect.name == "sqlite" else None
        self.file = Path(file).absolute() if file and file != ":memory:" else None
        self._turns = Turns(self.file) if self.file is not None else None
        # SQLite's readers see one moment by themselves.
        self._reading = engine if self.is_sqlite else engine.execution_options(isolation_level="REPEATABLE READ")
        self._statistics = None if self.is_sqlite else FreshStatistics(engine)

    @classmethod
    def open(cls, url: str, link: Link | None = None, *, upgrades: bool | None = True) -> Database:
        """Open (and where needed create or upgrade) the database behind a SQLAlchemy URL.

        Args:
            url: where it is.
            link: how to connect.
            upgrades: see `migrate`.

        Raises:
            StorageError: unknown kind of database, driver not installed, not reachable, or newer than this program;
                older, and not to be upgraded.
        """
        database = cls.attach(url, link)
        try:
            database.migrate(upgrades)
        except BaseException:
            database.close()
            raise
        return database

    @classmethod
    def attach(cls, url: str, link: Link | None = None) -> Database:
        """The database behind a URL as it is, whatever its schema; raises StorageError as `open` does."""
        link = link or Link()
        return cls(_engine(url, link), link.patience_seconds)

    def within(self, project_id: int) -> Database:
        """The same connections, for another project; `close` of either closes both."""
        other = copy.copy(self)
        other.project_id = project_id
        return other

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite."""
        return self._engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A connection to read from; its view does not change while it is open."""
        with self._faults(), self._connected(self._reading).execution_options(**self._options) as connection:
            yield connection

    @contextmanager
    def write(self, *, alone: bool = False, looked_up: bool = True, guarded: bool = True) -> Iterator[sa.Connection]:
        """A transaction to write in; committed at the end, undone by any error.

        Rows of a closed project are not written: ConflictError.

        Args:
            alone: no other `alone` writer at the same time, for reading a maximum and counting on from it. SQLite
                has one writer anyway.
            looked_up: whether SQLite looks up each row number that refers to another table. A writer of a million rows
                that read the numbers here (rows are never deleted) spares half of its time; PostgreSQL does it anyway.
            guarded: whether the project's state counts; not where the tables are made.
        """
        with (
            self._faults(),
            self.turn(),
            self._connected(self._engine).execution_options(writing=True, **self._options) as connection,
            nullcontext() if looked_up or not self.is_sqlite else _not_looked_up(connection),
            connection.begin(),
        ):
            connection.execution_options(guard=ProjectGuard(connection, self.project_id) if guarded else None)
            if alone and not self.is_sqlite:
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITE_ALONE})
            yield connection
        if self._statistics is not None:
            with self._faults():
                self._statistics.gather()

    def lasting(self, work: Callable[[], Value]) -> Value:
        """What `work` returns; it is done again where the server went away under it and is back in time.

        Args:
            work: may be done twice, as it is where only the word that it was committed got lost.

        Raises:
            StorageError: the server stays away for longer than this database's patience.
            Whatever else `work` raises.
        """
        while True:
            try:
                return work()
            except StorageError as error:
                if not error.gone or not self._patience.seconds:
                    raise
                with self.read():  # waits, or raises
                    pass

    def insert_new(self, connection: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> None:
        """Add rows, leaving out those whose key is already there."""
        if rows:
            insert = sqlite.insert if self.is_sqlite else postgresql.insert
            connection.execute(insert(table).on_conflict_do_nothing(), rows)

    def version(self) -> str | None:
        """The schema's version; None for a database without tables of ours."""
        with self.read() as connection:
            return schema.version_of(connection)

    def look_at_schema(self) -> None:
        """See whether a newer program has upgraded the database since it was opened; `newer_schema` then says so."""
        found = self.version()
        self.newer_schema = found if found is not None and found > HEAD else None

    def migrate(self, upgrades: bool | None = True) -> None:
        """Bring the schema to `HEAD`; a look at one table when it is there already.

        Args:
            upgrades: whether a database with rows in it may be: None for SQLite's, whose file is copied first, and not
                for a server's, which others may be using with older programs.

        Raises:
            StorageError: it is newer than this program, or older and must not be upgraded.
        """
        found = self.version()
        if found == HEAD:
            return
        if found is not None and found > HEAD:
            raise StorageError("database_newer", found=found, known=HEAD)
        if found is not None and not (self.is_sqlite if upgrades is None else upgrades):
            raise StorageError("database_older", found=found, needed=HEAD)
        with self.write(alone=True, looked_up=False, guarded=False) as connection:
            # Who comes second finds everything made: a copy taken now would be one of the new schema.
            before = schema.version_of(connection)
            if before == HEAD:
                return
            copy = self._kept_copy(before) if before is not None else None
            if not self.is_sqlite:
                connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
            if before is None:
                schema.create(connection, HEAD)
            else:
                schema.upgrade(connection, "head")
        if before is not None:
            kept = f"; as it was before: {copy}" if copy else ""
            say(f"the database was upgraded from schema {before} to {HEAD}{kept}")

    def _kept_copy(self, version: str) -> Path | None:
        """A copy of SQLite's file; None where there is no file of ours. Read beside the writer: SQLite copies none."""
        if self.file is None:
            return None
        with self.read() as connection:
            return schema.kept_copy(connection, self.file, version)

    def close(self) -> None:
        """Free all connections."""
        self._engine.dispose()
        if self._turns is not None:
            self._turns.close()

    @property
    def address(self) -> sa.URL:
        """Where it is; with the password, where there is one."""
        return self._engine.url

    @property
    def connections_in_use(self) -> int:
        """Of this process's."""
        pool = self._engine.pool
        return pool.checkedout() if isinstance(pool, sa.QueuePool) else 0

    @property
    def label_versions(self) -> LabelVersions | None:
        """Which labels count now; None for all."""
        return self.versions_in_use()

    @property
    def _options(self) -> dict[str, Any]:
        return {"project_id": self.project_id, "versions_in_use": self.versions_in_use}

    def _faults(self) -> AbstractContextManager[None]:
        return _told(self._engine.url.username or "")

    def _connected(self, engine: sa.Engine) -> sa.Connection:
        """A connection; where the server is gone, it is waited for."""
        return self._patience.wait(engine.connect)

    @contextmanager
    def turn(self, seconds: float | None = None) -> Iterator[None]:
        """Wait for our turn to write, where the database has none of its own.

        Args:
            seconds: how long at the most; None as long as any writer does.

        Raises:
            StorageError: others had it for so many seconds.
        """
        if self._turns is None:
            yield
            return
        try:
            with self._turns.one(_BUSY_SECONDS if seconds is None else seconds):
                yield
        except TimeoutError:
            raise StorageError("database_locked") from None


def project_of(connection: sa.Connection) -> int:
    """The project whose rows this connection is for."""
    number: int = connection.get_execution_options()["project_id"]
    return number


def label_versions_of(connection: sa.Connection) -> LabelVersions | None:
    """Which labels count for this connection: by the policy version in use; None for all."""
    asked: Callable[[], LabelVersions | None] = connection.get_execution_options()["versions_in_use"]
    return asked()


def _every_version() -> None:
    return None


def now() -> str:
    """The present moment as ISO 8601 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def parts(values: Iterable[Value], size: int = LOOKUP) -> Iterator[tuple[Value, ...]]:
    """The values in tuples of at most `size`, in order."""
    rest = iter(values)
    while part := tuple(islice(rest, size)):
        yield part


class person_of(sa.sql.functions.GenericFunction[str]):  # noqa: N801 - a function in SQL
    """`rater_key` of a column in SQL: equal for two spellings of one person."""

    type = sa.Text()
    inherit_cache = True


@compiles(person_of, "postgresql")
def _person_of(element: person_of, compiler: Any, **more: Any) -> str:
    """As near as PostgreSQL comes by itself: composed letters, one case, one blank between words, `3.0` as `3`."""
    name = compiler.process(element.clauses, **more)
    plain = f"lower(btrim(regexp_replace(normalize({name}, NFC), '\\s+', ' ', 'g')))"
    return f"regexp_replace({plain}, '^\\+?(-?[0-9]+)\\.0*$', '\\1')"


@contextmanager
def _not_looked_up(connection: sa.Connection) -> Iterator[None]:
    """Foreign keys unchecked; around a transaction, since SQLite doesn't listen within one."""
    cursor = connection.connection.cursor()  # the driver's own: it begins nothing
    cursor.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()
