"""Rows bound to the log of changes: the log holds a digest of what a row says, so that the row can't be altered unseen.

One row is bound by the entry of the change that made it (`row` in its detail); rows written many at a time by one entry
for all of them (`digest`, over the rows in order of their keys). `assistant.store.audit.bound_check` compares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import TypeDecorator

from assistant.store.tables.certification import certificate_events, certificates, settlements
from assistant.store.tables.content import reviews
from assistant.store.tables.review import adjudications, review_details

Columns = tuple[sa.Column[Any], ...]
_DIALECT = sqlite.dialect()  # our own types write the same on every database


def _columns(table: sa.Table, *names: str) -> Columns:
    return tuple(table.c[name] for name in names)


# Written out: a digest is of these columns for good. What a later version adds to a table needs a digest beside it.
REVIEW: Columns = (
    *_columns(reviews, "item_id", "rater", "labels", "shown_suggestion", "source", "meta", "created_at"),
    *_columns(review_details, "user_id", "task_id", "assignment_id", "submit_key", "kind", "seconds", "changed"),
    *_columns(review_details, "note", "clauses", "policy_id", "policy_version", "accepted_suggestion", "ui"),
    *_columns(review_details, "run_id", "suggestion", "uncovered_ms"),
)
"""What is bound of a human label: the label and, where it came through the queue, how it was given."""

ADJUDICATION: Columns = _columns(adjudications, "item_id", "labels", "cause", "note", "actor", "created_at")
CERTIFICATE: Columns = _columns(certificates, "run_id", "fit_id", "sample_id", "statement", "created_at")
CERTIFICATE_EVENT: Columns = _columns(certificate_events, "certificate_id", "event", "detail", "created_at")
SETTLEMENT: Columns = (
    *_columns(settlements, "item_id", "revision", "run_id", "certificate_id", "labels", "origin", "confidence"),
    *_columns(settlements, "raters", "fit_id", "actor", "created_at"),
)


def row_digest(columns: Columns, *values: Mapping[str, Any]) -> str:
    """Digest of one row that is being written.

    Args:
        columns: one of the tuples above.
        values: what is written, by column name, a mapping for each table in order; tables left out are empty.
    """
    given = dict(zip(dict.fromkeys(column.table for column in columns), values, strict=False))
    stored = [_stored(column)(given[column.table].get(column.name)) if column.table in given else None
              for column in columns]  # fmt: skip
    return _short(sha256(_line(stored)))


def selected(columns: Columns) -> list[sa.ColumnElement[Any]]:
    """The columns as they lie in the database, for a query whose rows `Digest` takes."""
    return [
        sa.type_coerce(column, sa.Text).label(f"{column.table.name}_{column.name}")
        if isinstance(column.type, TypeDecorator)
        else column.label(f"{column.table.name}_{column.name}")
        for column in columns
    ]


class Digest:
    """A digest of many rows, in order of their keys, as the database gives them.

    Args:
        rows: how many were taken.
    """

    def __init__(self) -> None:
        self.rows = 0
        self._hash = sha256()

    def take(self, row: Sequence[Any]) -> None:
        """One more row: the values of `selected`."""
        self.rows += 1
        self._hash.update(_line(row))

    def __str__(self) -> str:
        """32 hexadecimal digits."""
        return _short(self._hash)


def digest_of(rows: Iterable[Sequence[Any]]) -> Digest:
    """The digest of all rows of a query for `selected`."""
    made = Digest()
    for row in rows:
        made.take(row)
    return made


def read_digest(row: Sequence[Any]) -> str:
    """What `row_digest` said of a row when it was written, from the row as it lies there now."""
    return _short(sha256(_line(row)))


def ranges(ids: Iterable[int]) -> list[list[int]]:
    """Rising numbers as [first, last] of each stretch without a gap."""
    return [list(one) for one in _stretches(ids)]


def _stretches(ids: Iterable[int]) -> Iterator[tuple[int, int]]:
    first = last = None
    for number in ids:
        if first is None or last is None or number != last + 1:
            if first is not None and last is not None:
                yield first, last
            first = number
        last = number
    if first is not None and last is not None:
        yield first, last


@cache
def _stored(column: sa.Column[Any]) -> Callable[[Any], Any]:
    """How a value of Python lies in the column."""
    kind = column.type
    if isinstance(kind, TypeDecorator):
        return lambda value: kind.process_bind_param(value, _DIALECT)
    convert: Callable[[Any], Any] = bool if isinstance(kind, sa.Boolean) else float
    if isinstance(kind, sa.Boolean | sa.Float):
        return lambda value: None if value is None else convert(value)
    return lambda value: value


def _line(stored: Sequence[Any]) -> bytes:
    return orjson.dumps(list(stored), default=repr, option=orjson.OPT_APPEND_NEWLINE)


def _short(made: Any) -> str:
    return str(made.hexdigest()[:32])
