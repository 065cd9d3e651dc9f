"""Every label that was given to an item, by whom it was given: decides how severe its content may be."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import sqlalchemy as sa

from assistant.domain.labels import LabelAnswer
from assistant.store.database import LOOKUP, parts, project_of
from assistant.store.project_scope import runs_of
from assistant.store.review.labels.reviews import given, superseded
from assistant.store.runs.prelabels import newest
from assistant.store.tables.certification import Answer, fits, scores
from assistant.store.tables.content import prelabels, reviews
from assistant.store.tables.review import adjudications, gold_items

_Which = Callable[[sa.ColumnElement[Any]], sa.ColumnElement[bool]]


def labels_said(connection: sa.Connection, keys: Collection[int]) -> dict[int, frozenset[str]]:
    """All labels given to some items, by row number; an item nothing was said about is left out.

    They are the newest answers of every run's model and of its newest classifier, of every person, what the items were
    adjudicated as, and their known answers as gold. Who said it, and under which policy version, doesn't matter: the
    worst of them counts.
    """
    found: dict[int, set[str]] = {}
    for part in parts(sorted(set(keys)), LOOKUP):
        _collect(connection, found, lambda column, part=part: column.in_(part))  # type: ignore[misc]
    return {key: frozenset(labels) for key, labels in found.items()}


def labels_said_between(connection: sa.Connection, first: int, last: int) -> dict[int, frozenset[str]]:
    """The same of all items between two row numbers, both included."""
    found: dict[int, set[str]] = {}
    _collect(connection, found, lambda column: column.between(first, last))
    return {key: frozenset(labels) for key, labels in found.items()}


def _collect(connection: sa.Connection, found: dict[int, set[str]], which: _Which) -> None:
    for query in _sources(project_of(connection), which):
        for key, labels in connection.execute(query):
            answer: LabelAnswer = labels or ()
            found.setdefault(key, set()).update(answer)


def _sources(project: int, which: _Which) -> tuple[sa.Select[Any], ...]:
    """Item and labels of each kind of answer; runs and fits are named, so that each is a look-up in the key's index."""
    every_run = runs_of(project)
    newest_fits = sa.select(sa.func.max(fits.c.id)).where(fits.c.run_id.in_(every_run)).group_by(fits.c.run_id)
    return (
        sa.select(prelabels.c.item_id, sa.type_coerce(prelabels.c.labels, Answer)).where(
            prelabels.c.run_id.in_(every_run), which(prelabels.c.item_id), newest(prelabels)
        ),
        sa.select(scores.c.item_id, scores.c.labels).where(scores.c.fit_id.in_(newest_fits), which(scores.c.item_id)),
        sa.select(reviews.c.item_id, sa.type_coerce(reviews.c.labels, Answer)).where(
            which(reviews.c.item_id), given(), ~superseded(None)
        ),
        sa.select(adjudications.c.item_id, adjudications.c.labels).where(which(adjudications.c.item_id)),
        sa.select(gold_items.c.item_id, gold_items.c.labels).where(
            which(gold_items.c.item_id), gold_items.c.active.is_(True), gold_items.c.project_id == project
        ),
    )
