"""Labels people gave, in the tool or elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from assistant.domain.consensus import Consensus
from assistant.domain.labels import LabelAnswer
from assistant.domain.reviews import Review
from assistant.store.database import PAGE, Database, now, parts
from assistant.store.review_tables import withdrawals
from assistant.store.tables import Json, items, reviews

UNKNOWN, DENIED = "unknown", "denied"
"""Keys of `reviews.meta` under which categories of a multi-label answer are listed."""


INCLUSION = "inclusion_probability"
"""The key of `reviews.meta` under which an imported label states the chance its item had to be taken."""


def categories_meta(*more: str) -> sa.ColumnElement[Any]:
    """`meta` of an answer that lists categories in it, or has one of these other keys; else NULL.

    Most answers have neither, and are read without it.
    """
    text = sa.type_coerce(reviews.c.meta, sa.Text)
    wanted = [*(f'"{key}":[' for key in (UNKNOWN, DENIED)), *(f'"{key}":' for key in more)]
    lists = sa.or_(*(text.contains(part, autoescape=True) for part in wanted))
    return sa.type_coerce(sa.case((lists, text)), Json).label("categories")


def leaves_unknown() -> sa.ColumnElement[bool]:
    """Answers that leave categories unknown: they answer the item in part only."""
    return sa.type_coerce(reviews.c.meta, sa.Text).contains(f'"{UNKNOWN}":[', autoescape=True)


def listed(meta: Mapping[str, object] | None, key: str = UNKNOWN) -> LabelAnswer:
    """The categories that `categories_meta` lists under one of the two keys: of `UNKNOWN`, those left unknown."""
    found = (meta or {}).get(key)
    return tuple(found) if isinstance(found, list) and all(isinstance(name, str) for name in found) else ()


def counting() -> sa.ColumnElement[bool]:
    """Rows of `reviews` that were not taken back; every reader of the table asks for it."""
    return ~sa.exists().where(withdrawals.c.review_id == reviews.c.id)


def superseded() -> sa.ColumnElement[bool]:
    """Rows of `reviews` whose rater has answered the same item again, and not taken that back."""
    later, back = reviews.alias("later"), withdrawals.alias("later_withdrawals")
    return sa.exists().where(
        later.c.item_id == reviews.c.item_id,
        later.c.rater == reviews.c.rater,
        later.c.id > reviews.c.id,
        ~sa.exists().where(back.c.review_id == later.c.id),
    )


class ReviewStore:
    """Reads and writes reviews."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, batch: Sequence[tuple[int, Review]]) -> Counter[str]:
        """Append reviews given as (item row number, review); counts `added` and `unchanged`.

        The same person's same answer from the same source is kept once; a different answer is a new event.
        """
        with self._database.write(alone=True) as connection:
            seen = self._seen(connection, sorted({key for key, _ in batch}))
            rows: dict[tuple[object, ...], dict[str, object]] = {}
            for key, review in batch:
                identity = (key, review.rater, review.labels, review.unknown, review.source)
                if identity not in seen:
                    rows[identity] = _row(key, review)
            if rows:
                connection.execute(sa.insert(reviews), list(rows.values()))
        return Counter(added=len(rows), unchanged=len(batch) - len(rows))

    def count(self) -> dict[str, int]:
        """How many labels, on how many items, by how many people."""
        query = sa.select(
            sa.func.count(),
            sa.func.count(sa.distinct(reviews.c.item_id)),
            sa.func.count(sa.distinct(reviews.c.rater)),
        ).where(counting())
        with self._database.read() as connection:
            labels, labelled, raters = connection.execute(query).one()
        return {"labels": labels, "items": labelled, "raters": raters}

    def by_item(self) -> Iterator[tuple[int, str, str, dict[str, Consensus]]]:
        """All items with labels: (row number, external id, content digest, newest answer by rater)."""
        given = (reviews.c.rater, reviews.c.labels, categories_meta())
        query = (
            sa.select(reviews.c.item_id, items.c.external_id, items.c.content_digest, *given)
            .join(items, items.c.id == reviews.c.item_id)
            .where(counting())
            .order_by(reviews.c.item_id, reviews.c.id)
        )
        current: tuple[int, str, str, dict[str, Consensus]] | None = None
        with self._database.read() as connection:
            rows = connection.execution_options(yield_per=PAGE).execute(query)
            for key, name, digest, rater, labels, categories in rows:
                if current is None or current[0] != key:
                    if current is not None:
                        yield current
                    current = (key, name, digest, {})
                current[3][rater] = Consensus(tuple(labels), listed(categories))
        if current is not None:
            yield current

    @staticmethod
    def _seen(connection: sa.Connection, keys: Sequence[int]) -> set[tuple[object, ...]]:
        found: set[tuple[object, ...]] = set()
        for part in parts(keys):
            columns = (reviews.c.item_id, reviews.c.rater, reviews.c.labels, categories_meta(), reviews.c.source)
            query = sa.select(*columns).where(reviews.c.item_id.in_(part), counting())
            found.update(
                (key, rater, tuple(labels), listed(categories), source)
                for key, rater, labels, categories, source in connection.execute(query)
            )
        return found


def _row(key: int, review: Review) -> dict[str, object]:
    """The lists of categories are ours: a column of the file that happens to be called like one doesn't pass for it."""
    ours = {UNKNOWN: list(review.unknown), DENIED: list(review.denied)}
    meta = {
        f"{name} (column)" if name in ours and value != ours[name] else name: value
        for name, value in review.meta.items()
    }
    return {
        "item_id": key,
        "rater": review.rater,
        "labels": review.labels,
        "shown_suggestion": review.shown_suggestion,
        "source": review.source,
        "meta": meta | {name: categories for name, categories in ours.items() if categories},
        "created_at": now(),
    }
