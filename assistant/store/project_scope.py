"""Conditions that keep a statement within one project: what hangs on an item, a run or a queue partition."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from assistant.store.tables.content import items, reviews, runs
from assistant.store.tables.review import adjudications, assignments, lanes


class beside_index(sa.sql.functions.GenericFunction[int]):  # noqa: N801 - a function in SQL
    """A column's value that SQLite looks at and doesn't look up.

    Without statistics it takes any equal value of an index's first column for ten rows: it would begin with all items
    of a project to find the one whose key is given.
    """

    type = sa.BigInteger()
    inherit_cache = True


@compiles(beside_index)
def _beside_index(element: beside_index, compiler: Any, **more: Any) -> str:
    return str(compiler.process(element.clauses, **more))


@compiles(beside_index, "sqlite")
def _beside_index_sqlite(element: beside_index, compiler: Any, **more: Any) -> str:
    return f"+{compiler.process(element.clauses, **more)}"


def items_within(project: int | sa.BindParameter[int]) -> sa.ColumnElement[bool]:
    """Rows of `items` that are found another way, and count where they are the project's."""
    return beside_index(items.c.project_id) == project


def given_within(project: int) -> sa.ColumnElement[bool]:
    """Rows of `reviews`, walked along the project's own: those of other projects are not looked at."""
    return reviews.c.project_id == project


def decided_within(project: int) -> sa.ColumnElement[bool]:
    """Rows of `adjudications`, walked along the project's own."""
    return adjudications.c.project_id == project


def runs_of(project: int | sa.BindParameter[int]) -> sa.Select[int]:
    """Row numbers of a project's runs, as a subquery."""
    return sa.select(runs.c.id).where(runs.c.project_id == project)


def wanted_within(project: int | sa.BindParameter[int]) -> sa.ColumnElement[bool]:
    """Rows of `assignments` that are the project's: its queue partitions are few."""
    return assignments.c.lane_id.in_(sa.select(lanes.c.id).where(lanes.c.project_id == project))
