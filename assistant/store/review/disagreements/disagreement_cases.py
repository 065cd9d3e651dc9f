"""One disagreement and what belongs to it: the run it is about, the texts of a list, and what its item guides now."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from assistant.domain.disagreements import Disagreement, Guiding
from assistant.store.content.precedents import settled_digests
from assistant.store.database import Database
from assistant.store.review.disagreements.disagreement_list import as_disagreement
from assistant.store.review.labels.gold_list import known_as
from assistant.store.review.labels.reviews import categories_meta
from assistant.store.tables.content import items, reviews
from assistant.store.tables.review import disagreements, review_details


def find(database: Database, number: int) -> tuple[Disagreement, str, int | None] | None:
    """A disagreement with its kind, and the run whose answer stands beside it; None where there is none."""
    table = disagreements.c
    run = sa.func.coalesce(table.run_id, review_details.c.run_id)
    names = ("labels", "rater", "other_labels", "other_rater", "language", "clause", "prompt", "confidence")
    last = (table.review_id, table.other_review_id, table.settled, table.created_at)
    query = (
        sa.select(
            *(table.id, table.item_id, items.c.external_id, *(table[name] for name in names), *last),
            *(categories_meta(), table.kind, run),
        )
        .join(items, items.c.id == table.item_id)
        .join(reviews, reviews.c.id == table.review_id)
        .outerjoin(review_details, review_details.c.review_id == table.review_id)
        .where(table.id == number, table.project_id == database.project_id)
    )
    with database.read() as connection:
        row = connection.execute(query).first()
    return None if row is None else (as_disagreement(row[:-2]), row[-2], row[-1])


def of_item(database: Database, item_id: str, settled: bool | None = None) -> list[tuple[Disagreement, str]]:
    """All disagreements about an item, by its external id, newest first, each with its kind."""
    table = disagreements.c
    named = items.c.project_id == database.project_id, items.c.external_id == item_id
    key = sa.select(items.c.id).where(*named).scalar_subquery()
    query = sa.select(table.id).where(table.item_id == key).order_by(table.id.desc())
    if settled is not None:
        query = query.where(table.settled == settled)
    with database.read() as connection:
        numbers = list(connection.execute(query.limit(200)).scalars())
    found = [find(database, number) for number in numbers]
    return [(one[0], one[1]) for one in found if one is not None]


def texts(database: Database, keys: Collection[int], length: int) -> dict[int, str]:
    """The beginnings of items' texts, a pair's query before its document, by row number."""
    text = sa.func.coalesce(items.c.query + "\n", "") + sa.func.substr(items.c.text, 1, length)
    with database.read() as connection:
        rows = connection.execute(sa.select(items.c.id, text).where(items.c.id.in_(set(keys))))
        return {row[0]: row[1] for row in rows}


def guiding(database: Database, item_key: int, digest: str, policy_id: str) -> Guiding:
    """What an item is for others under a policy."""
    settled = sa.select(sa.literal(digest).in_(settled_digests(database, policy_id)))
    with database.read() as connection:
        known = known_as(connection, item_key, policy_id)
        precedent = bool(connection.execute(settled).scalar())
    return Guiding(precedent, known.labels if known else None, known.id if known else None)
