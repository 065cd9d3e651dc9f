"""Labels people gave, in the tool or elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from assistant.domain.canonical import rater_key
from assistant.domain.consensus import Consensus
from assistant.domain.label_versions import LabelVersions
from assistant.domain.labels import LabelAnswer
from assistant.domain.reviews import Review
from assistant.store.audit import log as audit
from assistant.store.audit.binding import REVIEW, Digest, ranges, selected
from assistant.store.counted_labels import counted, given_now
from assistant.store.database import PAGE, Database, now, parts, person_of
from assistant.store.project_scope import given_within
from assistant.store.tables.content import Json, items, reviews
from assistant.store.tables.people import users
from assistant.store.tables.review import review_details, withdrawals

UNKNOWN, DENIED = "unknown", "denied"
# In the meta of imported labels, which the log binds; without `given_at`, `created_at` is when they were imported.
GIVEN_AT, GIVEN_SECONDS, GIVEN_TEAM = "given_at", "given_seconds", "given_team"
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


def given() -> sa.ColumnElement[bool]:
    """Rows of `reviews` that were not taken back, whatever they were given for."""
    return ~sa.exists().where(withdrawals.c.review_id == reviews.c.id)


def counting(versions: LabelVersions | None) -> sa.ColumnElement[bool]:
    """Rows of `reviews` that count: not taken back, and given under a policy version that counts.

    Every reader of the table asks for it, with `label_versions_of` its connection.
    """
    return sa.and_(given(), counted(versions, reviews))


def superseded(versions: LabelVersions | None = None) -> sa.ColumnElement[bool]:
    """Rows of `reviews` whose rater has answered the same item again, by an answer that counts."""
    later, back = reviews.alias("later"), withdrawals.alias("later_withdrawals")
    return sa.exists().where(
        later.c.item_id == reviews.c.item_id,
        person_of(later.c.rater) == person_of(reviews.c.rater),
        later.c.id > reviews.c.id,
        ~sa.exists().where(back.c.review_id == later.c.id),
        counted(versions, later),
    )


class ReviewStore:
    """Reads and writes reviews."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        batch: Sequence[tuple[int, Review]],
        held_back: list[tuple[int, Review]] | None = None,
        *,
        version: str | None = None,
    ) -> Counter[str]:
        """Append reviews given as (item row number, review); counts `added` and `unchanged`.

        What is a person's newest answer from the same source already is kept once; a different one is a new event.

        Args:
            batch: the reviews, in order.
            held_back: where given, takes answers that the person gave from the same source and has replaced since,
                instead of the table: a file that holds both is being read again, or an earlier version of one.
            version: the policy version they were given under, where it is stated: the same answer under another one
                is a new event then. Else it is the one in use.
        """
        counts: Counter[str] = Counter(added=0, unchanged=0)
        with self._database.write(alone=True) as connection:
            known = self._given(connection, sorted({key for key, _ in batch}), version)
            under = given_now(connection)
            if version is not None:
                under["policy_version"] = version
            rows: list[dict[str, object]] = []
            for key, review in batch:
                before = known.setdefault((key, rater_key(review.rater), review.source), [])
                answer = Consensus(review.labels, review.unknown)
                if before and before[-1] == answer:
                    counts["unchanged"] += 1
                elif held_back is not None and answer in before:
                    held_back.append((key, review))
                else:
                    before.append(answer)
                    rows.append(_row(key, review) | under | {"project_id": self._database.project_id})
            if rows:
                last = connection.execute(sa.select(sa.func.coalesce(sa.func.max(reviews.c.id), 0))).scalar_one()
                connection.execute(sa.insert(reviews), rows)
                _log_import(connection, last, sorted({str(row["source"]) for row in rows}), self._database.operator)
        counts["added"] = len(rows)
        return counts

    def people(self) -> list[str]:
        """Every name that the project's answers stand under, and every user's, as they are spelled; users last."""
        with self._database.read() as connection:
            raters = connection.execute(self._own(reviews.c.rater).distinct().order_by(reviews.c.rater)).scalars()
            return [*raters, *connection.execute(sa.select(users.c.name).order_by(users.c.id)).scalars()]

    def count(self) -> dict[str, int]:
        """How many labels, on how many items, by how many people."""
        counts = counting(self._database.label_versions)
        query = self._own(sa.func.count(), sa.func.count(sa.distinct(reviews.c.item_id))).where(counts)
        with self._database.read() as connection:
            labels, labelled = connection.execute(query).one()
            raters = connection.execute(self._own(reviews.c.rater).where(counts).distinct()).scalars()
            return {"labels": labels, "items": labelled, "raters": len({rater_key(name) for name in raters})}

    def by_item(self) -> Iterator[tuple[int, str, str, dict[str, Consensus]]]:
        """All items with labels: (row number, external id, content digest, newest answer by person)."""
        given = (reviews.c.rater, reviews.c.labels, categories_meta())
        query = (
            self._own(reviews.c.item_id, items.c.external_id, items.c.content_digest, *given)
            .join(items, items.c.id == reviews.c.item_id)
            .where(counting(self._database.label_versions))
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
                current[3][rater_key(rater)] = Consensus(tuple(labels), listed(categories))
        if current is not None:
            yield current

    def _own(self, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
        """Columns of the project's reviews."""
        return sa.select(*columns).select_from(reviews).where(given_within(self._database.project_id))

    @staticmethod
    def _given(
        connection: sa.Connection, keys: Sequence[int], version: str | None
    ) -> dict[tuple[int, str, str], list[Consensus]]:
        """The answers of each person from each source to these items, under any version or one, oldest first."""
        under = sa.true() if version is None else reviews.c.policy_version == version
        found: dict[tuple[int, str, str], list[Consensus]] = {}
        for part in parts(keys):
            columns = (reviews.c.item_id, reviews.c.rater, reviews.c.labels, categories_meta(), reviews.c.source)
            query = sa.select(*columns).where(reviews.c.item_id.in_(part), given(), under).order_by(reviews.c.id)
            for key, rater, labels, categories, source in connection.execute(query):
                answer = Consensus(tuple(labels), listed(categories))
                found.setdefault((key, rater_key(rater), source), []).append(answer)
        return found


def _row(key: int, review: Review) -> dict[str, object]:
    """The lists of categories are ours: a column of the file that happens to be called like one doesn't pass for it."""
    ours: dict[str, object] = {UNKNOWN: list(review.unknown), DENIED: list(review.denied)}
    given = review.given
    ours |= {GIVEN_AT: given.at or None, GIVEN_SECONDS: given.seconds, GIVEN_TEAM: given.team or None}
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
        "meta": meta | {name: value for name, value in ours.items() if value not in ([], None)},
        "created_at": review.given.at or now(),
    }


def _log_import(connection: sa.Connection, last: int, sources: Sequence[str], actor: str) -> None:
    """Log the reviews above row `last` that are of these sources; no other import writes at the same time."""
    joined = reviews.outerjoin(review_details, review_details.c.review_id == reviews.c.id)
    query = sa.select(reviews.c.id, *selected(REVIEW)).select_from(joined)
    taken, ids = Digest(), []
    for row in connection.execute(
        query.where(reviews.c.id > last, reviews.c.source.in_(sources)).order_by(reviews.c.id)
    ):
        ids.append(row[0])
        taken.take(row[1:])
    detail = {"ids": ranges(ids), "rows": taken.rows, "digest": str(taken)}
    audit.append(connection, actor, "labels.import", f"file:{', '.join(sources)}", detail)
