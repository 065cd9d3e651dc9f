"""What a whole run answered, counted: how often each answer was given, and how sure the model was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from assistant.domain.labels import LabelAnswer
from assistant.store.database import Database
from assistant.store.runs.prelabels import ranked
from assistant.store.tables.certification import Answer
from assistant.store.tables.content import prelabels


class AnswerCount(NamedTuple):
    """Items whose newest answer is the same.

    Args:
        labels: the answer; None for all without a usable one.
        items: how many.
        scored: how many of them have a score.
        score_sum, score_squares: sums of these scores and of their squares.
        least, most: smallest and largest of them; None where none has one.
    """

    labels: LabelAnswer | None
    items: int
    scored: int
    score_sum: float
    score_squares: float
    least: float | None
    most: float | None


class AnswerCountStore:
    """Counts a run's newest answers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_run(self, run_id: int, signals: Sequence[str] = (), *, last_key: int | None = None) -> list[AnswerCount]:
        """One for each different answer, most items first.

        Args:
            run_id: the run.
            signals: raw numbers that say how sure the model was, the first that an answer has is its score.
            last_key: items beyond this row number don't count; None counts all.
        """
        with self._database.read() as connection:
            score = _score(connection, signals)
            columns = (prelabels.c.status, prelabels.c.labels, prelabels.c.item_id)
            answered = ranked(prelabels, run_id, *columns, score.label("score"))
            usable = answered.c.status == "labelled"
            labels = sa.case((usable, sa.type_coerce(answered.c.labels, sa.Text)), else_=None)
            query = (
                sa.select(
                    sa.type_coerce(labels, Answer),
                    sa.func.count().label("items"),
                    sa.func.count(answered.c.score),
                    sa.func.coalesce(sa.func.sum(answered.c.score), 0.0),
                    sa.func.coalesce(sa.func.sum(answered.c.score * answered.c.score), 0.0),
                    sa.func.min(answered.c.score),
                    sa.func.max(answered.c.score),
                )
                .where(answered.c.rank == 1)
                .group_by(labels)
                .order_by(sa.text("items DESC"), labels)
            )
            if last_key is not None:
                query = query.where(answered.c.item_id <= last_key)
            return [AnswerCount._make(row) for row in connection.execute(query)]


def _score(connection: sa.Connection, signals: Sequence[str]) -> sa.ColumnElement[float]:
    """The first of these numbers that the signals hold, NULL without any."""
    if not signals:
        return sa.cast(sa.null(), sa.Float)
    text = sa.type_coerce(prelabels.c.signals, sa.Text)
    if connection.dialect.name == "sqlite":
        return sa.func.coalesce(*(sa.func.json_extract(text, f"$.{name}") for name in signals), sa.null())
    document = sa.cast(text, sa.JSON)
    return sa.func.coalesce(*(sa.cast(document[name].as_string(), sa.Float) for name in signals))
