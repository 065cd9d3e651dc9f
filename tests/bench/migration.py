"""A workspace of the schema before there were projects, with a million items, brought up to date by one command."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from assistant.store.connection.engine import make_engine
from assistant.store.database import MIGRATIONS
from tests.bench.commands import run

BEFORE = "0010"
ROWS = 1_000_000
_TASKS = 5  # of so many items, one is queued and answered
_MOST_SECONDS = 300

Figure = tuple[str, str, str, bool | None]


def migration(folder: Path, rows: int = ROWS) -> Iterator[Figure]:
    """Time, memory and disk of the upgrade with its backup; and the start of one that was killed."""
    workspace = folder / "before"
    run("-m", "assistant", "init", str(workspace))
    file = workspace / ".assistant" / "assistant.db"
    file.parent.mkdir(mode=0o700, exist_ok=True)
    _fill(file, rows)
    before = file.stat().st_size
    done = run("-m", "tests.bench.peak", "db", "upgrade", "--workspace", str(workspace))
    yield (
        f"{rows:,} items from schema {BEFORE}, with a copy of the file ({before / 1e9:.1f} GB)",
        f"{done.seconds:.0f} s, {done.peak_mb:.0f} MB at most",
        f"<= {_MOST_SECONDS} s",
        done.seconds <= _MOST_SECONDS,
    )
    with closing(sqlite3.connect(file)) as database:
        kept = database.execute("SELECT count(*) FROM items WHERE project_id = 1").fetchone()[0]
    yield "  items of the first project afterwards", f"{kept:,}", f"{rows:,}", kept == rows


def _fill(file: Path, rows: int) -> None:
    engine = make_engine(f"sqlite:///{file}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, BEFORE)
    metadata = sa.MetaData()
    metadata.reflect(engine)
    engine.dispose()
    queued = rows // _TASKS
    with closing(sqlite3.connect(file)) as database:

        def add(table: str, count: int, **values: Any) -> None:
            _add(database, metadata.tables[table], count, values)

        add("users", 20, name=lambda n: f"u{n}", role="reviewer")
        add("ingests", 1)
        add("runs", 1, key="k", origin="import")
        add("fits", 1, run_id=1, report="{}")
        add("lanes", 1, language="en")
        add(
            *("items", rows),
            external_id=lambda n: f"p{n}",
            content_digest=lambda n: f"{n:032x}",
            text=lambda n: f"this is post number {n} of many that came in one after the other",
            kind="text",
            language="en",
            meta="{}",
        )
        add("prelabels", rows, run_id=1, item_id=lambda n: n, status="labelled", labels='["safe"]', signals="{}")
        add("routes", rows, run_id=1, item_id=lambda n: n, route="review", reason="low_probability")
        add("scores", rows, fit_id=1, item_id=lambda n: n, labels='["safe"]', confidence=0.9, origin="model")
        add("reviews", queued, item_id=lambda n: n, rater="u1", labels='["safe"]', source="web")
        add("tasks", queued, item_id=lambda n: n, lane_id=1, kind="review", overlap=1)
        add(
            *("assignments", queued),
            task_id=lambda n: n,
            item_id=lambda n: n,
            lane_id=1,
            state="answered",
            user_id=lambda n: 1 + n % 20,
            review_id=lambda n: n,
        )
        database.commit()


def _add(database: sqlite3.Connection, table: sa.Table, count: int, values: dict[str, Any]) -> None:
    """Rows numbered from 1; a value that is a function gets the number, and what must be there is empty or 0."""
    filled = {
        column.name: 0 if issubclass(column.type.python_type, int | float) else "[]"
        for column in table.columns
        if not column.nullable and column.name not in values and not (column.primary_key and column.name == "id")
    } | values
    if "id" in table.columns:
        filled["id"] = lambda n: n
    names = ", ".join(f'"{name}"' for name in filled)
    marks = ", ".join("?" * len(filled))
    lines = (
        tuple(value(number) if callable(value) else value for value in filled.values())
        for number in range(1, count + 1)
    )
    database.executemany(f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', lines)  # noqa: S608 - our own names
