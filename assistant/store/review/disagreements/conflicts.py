"""Where people's imported labels contradict other people's: found page by page, since no answer comes in that shows it.

An answer given on a page is compared when it is stored (see `disagreements`); of two answers that differ, one at least
was imported here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from assistant.domain.canonical import rater_key
from assistant.domain.consensus import Consensus, differ
from assistant.domain.disagreements import PEOPLE
from assistant.domain.label_versions import LabelVersions
from assistant.domain.labels import LabelAnswer
from assistant.domain.review_work import TaskKind
from assistant.store.counted_labels import counted
from assistant.store.database import PAGE, Row, label_versions_of, project_of
from assistant.store.project_scope import beside_index, items_within
from assistant.store.review.disagreements.found import LaterAnswer, open_disagreements
from assistant.store.review.labels.reviews import categories_meta, counting, listed, superseded
from assistant.store.tables.certification import Answer
from assistant.store.tables.content import items, reviews
from assistant.store.tables.review import adjudications, disagreements, review_details


def catch_up_people(connection: sa.Connection, after: int) -> tuple[int, int | None]:
    """Keep the conflicts of the next items that people labelled, and forget those of labels that were replaced.

    Args:
        connection: a transaction that writes.
        after: row number of the last item looked at; 0 at first.

    Returns:
        How many conflicts are new, and the last item looked at, None where there was no further one.
    """
    labelled = sa.select(reviews.c.item_id).distinct().where(reviews.c.item_id > after).order_by(reviews.c.item_id)
    labelled = labelled.where(reviews.c.item_id.in_(_own(connection)))
    page = list(connection.execute(labelled.limit(PAGE)).scalars())
    if not page:
        return 0, None
    first, last = page[0], page[-1]
    _forget_replaced(connection, first, last)
    return open_disagreements(connection, _missing(connection, first, last)), last


def _own(connection: sa.Connection) -> sa.Select[int]:
    return sa.select(items.c.id).where(items.c.project_id == project_of(connection))


def _forget_replaced(connection: sa.Connection, first: int, last: int) -> None:
    """A label that its rater has replaced since differs from nothing any more; what was adjudicated stays."""
    newer = superseded(label_versions_of(connection))
    replaced = sa.select(reviews.c.id).where(reviews.c.item_id.between(first, last), newer)
    either = sa.or_(disagreements.c.review_id.in_(replaced), disagreements.c.other_review_id.in_(replaced))
    own = beside_index(disagreements.c.project_id) == project_of(connection)
    within = sa.and_(disagreements.c.item_id.between(first, last), own)
    connection.execute(sa.delete(disagreements).where(within, disagreements.c.settled.is_(False), either))


def _missing(connection: sa.Connection, first: int, last: int) -> Iterator[Row]:
    known = _known(connection, first, last)
    answers = _answers(first, last, label_versions_of(connection)).where(items_within(project_of(connection)))
    for item_key, found in groupby(connection.execute(answers).all(), key=lambda row: row.item_id):
        for one, other in _pairs(list(found)):
            if (other.id, one.id) in known or not (one.imported or other.imported):
                continue
            clauses = tuple(other.clauses or ())
            given = LaterAnswer(
                item_key, other.language, bool(other.settled), other.id, other.rater, other.labels, clauses
            )
            yield given.against_person(one)


def _pairs(given: Sequence[sa.Row[Any]]) -> list[tuple[sa.Row[Any], sa.Row[Any]]]:
    """Pairs of an item's answers that differ, the earlier one first: each answer beside the first of every other kind.

    So every person and every two labels that contradict are there, and fifty people make no thousand pairs.
    """
    kinds: dict[tuple[LabelAnswer, LabelAnswer], sa.Row[Any]] = {}
    for row in given:
        kinds.setdefault((row.labels, listed(row.categories)), row)
    pairs = {
        (min(row.id, kind.id), max(row.id, kind.id)): (kind, row) if kind.id < row.id else (row, kind)
        for row in given
        for kind in kinds.values()
        if rater_key(row.rater) != rater_key(kind.rater) and differ(_consensus(row), _consensus(kind))
    }
    return list(pairs.values())


def _answers(first: int, last: int, versions: LabelVersions | None) -> sa.Select[Any]:
    """Newest answers of each person to those items whose answers are not all the same."""
    text = sa.type_coerce(reviews.c.labels, sa.Text)
    mixed = (
        sa.select(reviews.c.item_id)
        .where(reviews.c.item_id.between(first, last))
        .group_by(reviews.c.item_id)
        .having(sa.func.min(text) != sa.func.max(text))
    )
    adjudicated = sa.exists().where(adjudications.c.item_id == reviews.c.item_id, counted(versions, adjudications))
    return (
        sa.select(
            *(reviews.c.id, reviews.c.item_id, reviews.c.rater, items.c.language),
            sa.type_coerce(reviews.c.labels, Answer).label("labels"),
            categories_meta(),
            review_details.c.review_id.is_(None).label("imported"),
            review_details.c.clauses,
            adjudicated.label("settled"),
        )
        .select_from(
            reviews.join(items, items.c.id == reviews.c.item_id).outerjoin(
                review_details, review_details.c.review_id == reviews.c.id
            )
        )
        .where(reviews.c.item_id.in_(mixed), counting(versions), ~superseded(versions))
        .where(sa.func.coalesce(review_details.c.kind, "") != TaskKind.GOLD.value)
        .order_by(reviews.c.item_id, reviews.c.id)
    )


def _known(connection: sa.Connection, first: int, last: int) -> set[tuple[int, int]]:
    query = sa.select(disagreements.c.review_id, disagreements.c.other_review_id).where(
        *(disagreements.c.item_id.between(first, last), disagreements.c.kind == PEOPLE),
        beside_index(disagreements.c.project_id) == project_of(connection),
    )
    return {(later, earlier) for later, earlier in connection.execute(query)}


def _consensus(row: sa.Row[Any]) -> Consensus:
    return Consensus(row.labels, listed(row.categories))
