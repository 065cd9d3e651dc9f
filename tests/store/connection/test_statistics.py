"""Right after many rows were written PostgreSQL has no statistics of them; no reader of newest revisions may crawl."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from assistant.domain.consensus import Consensus
from assistant.domain.runs import Run, RunItemFilter
from assistant.store.certification.results import ResultStore
from assistant.store.database import Database, _engine
from assistant.store.review.queue.routed_items import run_items, unqueued
from assistant.store.runs.changes import ChangeStore
from assistant.store.runs.prelabels import PrelabelStore, newest
from assistant.store.runs.run_items import RunItemStore
from assistant.store.runs.runs import RunStore
from assistant.store.tables.certification import settlements
from assistant.store.tables.content import items, prelabels, routes
from tests.postgres import PostgresServer

ITEMS = 3000
FILTER = RunItemFilter(route="review")
MOST = 100  # rows looked at for each item, over all steps of a plan; a quadratic one takes thousands


def rows(run_id: int) -> Iterator[tuple[sa.Table, list[dict[str, Any]]]]:
    """Items with two revisions each of an answer, a route and a final label."""
    every = range(1, ITEMS + 1)
    yield items, [
        {"id": n, "external_id": f"i{n}", "kind": "text", "text": "t", "content_digest": f"{n}", "language": "en",
         "meta": {}, "created_at": "t", "project_id": 1} for n in every
    ]  # fmt: skip
    for revision in (0, 1):
        yield prelabels, [
            {"run_id": run_id, "item_id": n, "revision": revision, "status": "labelled", "labels": ["a"], "signals": {},
             "clauses": [], "model": "m", "prompt_tokens": 0, "completion_tokens": 0, "cached_tokens": 0,
             "latency_ms": 0.0, "attempts": 1, "created_at": "t"} for n in every
        ]  # fmt: skip
        yield routes, [
            {"run_id": run_id, "item_id": n, "revision": revision, "route": "review", "reason": "r", "doubts": [],
             "inclusion_probability": 1.0, "seed": 1, "created_at": "t"} for n in every
        ]  # fmt: skip
        yield settlements, [
            {"run_id": run_id, "item_id": n, "revision": revision, "labels": Consensus(("a",), ()), "origin": "person",
             "raters": 1, "actor": "a", "created_at": "t"} for n in every
        ]  # fmt: skip


def written(database: Database, tables: Iterator[tuple[sa.Table, list[dict[str, Any]]]]) -> None:
    with database.write() as connection:
        for table, given in tables:
            connection.execute(sa.insert(table), given)


def looked_at(plan: dict[str, Any]) -> int:
    """Rows that went through a step of a plan and those below it, kept or thrown away."""
    loops = plan.get("Actual Loops", 1)
    removed = sum(value for name, value in plan.items() if name.startswith("Rows Removed"))
    return int((plan.get("Actual Rows", 0) + removed) * loops) + sum(looked_at(one) for one in plan.get("Plans", ()))


def to_enqueue(database: Database, run: Run) -> object:
    with database.read() as connection:
        return run_items(connection, run.id, 0, 2000)


READERS: dict[str, Callable[[Database, Run], object]] = {
    "totals": lambda database, run: ResultStore(database).totals(run),
    "first page of an export": lambda database, run: next(ResultStore(database).pages(run)),
    "what is to ask": lambda database, run: PrelabelStore(database).pending(run, "p"),
    "what is to enqueue": to_enqueue,
    "what is to queue": lambda database, run: unqueued(database, run.id, ["review"]),
    "what changed": lambda database, run: ChangeStore(database).count(run, run),
    "the page of a run": lambda database, run: RunItemStore(database).page(
        run.id, RunItemFilter(route="review"), None, 50
    ),
}


@pytest.mark.postgres
def test_no_reader_of_newest_revisions_takes_quadratic_time_while_there_are_no_statistics(
    postgres: PostgresServer,
) -> None:
    engine = _engine(postgres.migrated_url())
    database = Database(engine)
    run = RunStore(database).open_import("m")
    with engine.begin() as connection:  # as a role that may not gather statistics leaves it
        for table, given in rows(run.id):
            connection.execute(sa.insert(table), given)
    told: dict[str, int] = {}
    reading = ""

    @sa.event.listens_for(engine, "before_cursor_execute")
    def explain(
        connection: sa.Connection, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
    ) -> None:
        if statement.lstrip().startswith("SELECT") and reading:
            driver: Any = connection.connection.driver_connection
            with driver.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}", parameters)
                told[reading] = max(told.get(reading, 0), looked_at(cursor.fetchone()[0][0]["Plan"]))

    for name, read in READERS.items():
        reading = name
        read(database, run)
    reading = ""
    database.close()
    assert sorted(told) == sorted(READERS)
    assert {name: count for name, count in told.items() if count > MOST * ITEMS} == {}


def test_of_several_revisions_the_last_one_of_its_run_counts(database: Database) -> None:
    run = RunStore(database).open_import("m")
    other = RunStore(database).open_import("n")
    written(database, ((table, [row for row in given if row.get("item_id", 1) <= 2]) for table, given in rows(run.id)))
    one = next(given for table, given in rows(other.id) if table is prelabels)[0]
    written(database, iter([(prelabels, [one])]))
    with database.read() as connection:
        found = connection.execute(
            sa.select(prelabels.c.run_id, prelabels.c.item_id, prelabels.c.revision)
            .where(newest(prelabels))
            .order_by(prelabels.c.run_id, prelabels.c.item_id)
        ).all()
    assert found == [(run.id, 1, 1), (run.id, 2, 1), (other.id, 1, 0)]


@pytest.mark.postgres
def test_a_table_that_grew_by_many_rows_has_statistics_at_once_and_one_that_grew_by_few_has_none(
    postgres: PostgresServer,
) -> None:
    database = Database.open(postgres.migrated_url())
    run = RunStore(database).open_import("m")
    written(database, rows(run.id))
    known = sa.text("SELECT relname, reltuples FROM pg_class WHERE relname IN ('items', 'prelabels', 'routes')")
    with database.read() as connection:
        found = dict(connection.execute(known).all())
    assert (found["prelabels"], found["routes"]) == (2 * ITEMS, 2 * ITEMS)
    assert found["items"] == -1  # PostgreSQL's word for never
    database.close()
