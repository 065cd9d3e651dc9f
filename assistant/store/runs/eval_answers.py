"""A run's answers to a given set of items, column by column: what an evaluation reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from assistant.domain.labels import LabelAnswer
from assistant.store.database import Database, parts
from assistant.store.staging import newest_rows
from assistant.store.tables.certification import Answer
from assistant.store.tables.content import prelabels


@dataclass(slots=True)
class EvalAnswers:
    """The answers that count, one list for each column, in order of the items' row numbers.

    Args:
        keys: row numbers of the items.
        statuses: `labelled` or `failed`.
        labels: empty where it failed.
        signals: raw numbers, by name.
        clauses: ids cited.
        costs_usd: of the original call; None where no price was known.
        latencies_ms: of the original call.
        tokens: of prompts and replies.
    """

    keys: list[int]
    statuses: list[str]
    labels: list[LabelAnswer]
    signals: list[Mapping[str, float]]
    clauses: list[Sequence[str]]
    costs_usd: list[float | None]
    latencies_ms: list[float]
    tokens: list[int]

    def __len__(self) -> int:
        return len(self.keys)


class EvalAnswerStore:
    """Reads answers to given items."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def answers(self, run_id: int, keys: Sequence[int]) -> EvalAnswers:
        """What a run answered to these items; those without an answer are not there."""
        rows: list[sa.Row[tuple[object, ...]]] = []
        with self._database.read() as connection:
            for part in parts(sorted(keys)):
                query = (
                    _columns()
                    .where(prelabels.c.run_id == run_id, prelabels.c.item_id.in_(part))
                    .order_by(prelabels.c.item_id, prelabels.c.revision)
                )
                rows += newest_rows(connection.execute(query))
        columns = zip(*rows, strict=True) if rows else ([] for _ in EvalAnswers.__slots__)
        return EvalAnswers(*(list(column) for column in columns))


def _columns() -> sa.Select[tuple[object, ...]]:
    return sa.select(
        prelabels.c.item_id,
        prelabels.c.status,
        sa.type_coerce(prelabels.c.labels, Answer),
        prelabels.c.signals,
        prelabels.c.clauses,
        prelabels.c.cost_usd,
        prelabels.c.latency_ms,
        (prelabels.c.prompt_tokens + prelabels.c.completion_tokens).label("tokens"),
    )
