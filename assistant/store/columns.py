"""Whole columns out of the database, each as one value: a third of the time of rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
import sqlalchemy as sa

from assistant.routing.allocation import Floats


def floats(connection: sa.Connection, query: sa.Select[Any]) -> Floats:
    """The one column of floats that a query finds, to the last bit and in the query's order, shape (n,)."""
    cursor = connection.execute(query).cursor
    rows = cursor.fetchall() if cursor else ()
    return np.fromiter((row[0] for row in rows), dtype=np.float64, count=len(rows))


def aggregated(connection: sa.Connection, query: sa.Select[Any]) -> list[list[Any]]:
    """What a query finds, one list for each of its columns, all in the same order (whichever it is).

    Values are as the database keeps them: a column's own decoding (`Json`, `ExactText`) is left to the caller. For
    integers and text; SQLite would round floats to 15 digits.
    """
    rows = query.subquery()
    if connection.dialect.name == "sqlite":
        lists = [sa.func.json_group_array(column, type_=sa.Text) for column in rows.c]
        return [orjson.loads(text) for text in connection.execute(sa.select(*lists)).one()]
    arrays = [sa.func.array_agg(column, type_=sa.types.NullType()) for column in rows.c]
    return [list(values or ()) for values in connection.execute(sa.select(*arrays)).one()]
