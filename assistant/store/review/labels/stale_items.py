"""Items whose labels a change of the policy may have made wrong: those that cite it, and what is known of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from assistant.domain.items import embedded_text
from assistant.domain.label_versions import LastRows
from assistant.store.counted_labels import counted
from assistant.store.database import PAGE, Connection, Database, parts
from assistant.store.project_scope import given_within
from assistant.store.review.labels.reviews import given
from assistant.store.runs.prelabels import newest
from assistant.store.tables.content import items, precedents, prelabels, reviews, runs
from assistant.store.tables.policy_changes import stale_items
from assistant.store.tables.review import adjudications, gold_items, review_details


class LabeledContent(NamedTuple):
    """An item with a label of a person or a model: row number, content digest, and what is embedded of it."""

    key: int
    digest: str
    text: str


class StaleLabelCounts(NamedTuple):
    """What is stale of people's labels: how many, on how many items, and the adjudications, gold and precedents."""

    labels: int
    items: int
    adjudications: int
    gold: int
    precedents: int


class StaleItem(NamedTuple):
    """A stale item: why (`StaleReason`, blanks between), and by how much another clause is nearer, None if not near."""

    key: int
    reasons: str
    margin: float | None


def labeled_keys(database: Database) -> list[int]:
    """Row numbers of the project's items with a label of a person or a model, in order of arrival."""
    query = sa.select(items.c.id).where(_labeled(database)).order_by(items.c.id)
    with database.read() as connection:
        return list(connection.execute(query).scalars())


def labeled_contents(database: Database, *, among: Collection[int] | None = None) -> Iterator[list[LabeledContent]]:
    """Every such item, or those among some of them, in pages, in order of arrival."""
    columns = (items.c.id, items.c.content_digest, items.c.kind, items.c.text, items.c.query, items.c.media)
    for part in parts(labeled_keys(database) if among is None else sorted(among), PAGE):
        query = sa.select(*columns).where(items.c.id.in_(part)).order_by(items.c.id)
        with database.read() as connection:
            rows = connection.execute(query).all()
        yield [LabeledContent(row[0], row[1], embedded_text(*row[2:])) for row in rows]


def cited_by_people(database: Database, clauses: Collection[str]) -> set[int]:
    """Items on which a person rests a label on one of these clauses."""
    query = (
        sa.select(reviews.c.item_id)
        .distinct()
        .join(review_details, review_details.c.review_id == reviews.c.id)
        .where(given_within(database.project_id), given(), _any_in(review_details.c.clauses, clauses))
    )
    return _keys(database, query) if clauses else set()


def cited_by_machine(database: Database, clauses: Collection[str]) -> set[int]:
    """Items whose newest answer in any run cites one of these clauses."""
    query = (
        sa.select(prelabels.c.item_id)
        .distinct()
        .where(prelabels.c.run_id.in_(_runs(database)), newest(prelabels), _any_in(prelabels.c.clauses, clauses))
    )
    return _keys(database, query) if clauses else set()


def labeled_as(database: Database, labels: Collection[str]) -> set[int]:
    """Items that a person, a run, an adjudication or gold gives one of these labels."""
    if not labels:
        return set()
    of_machine = sa.select(prelabels.c.item_id).where(
        prelabels.c.run_id.in_(_runs(database)), newest(prelabels), _any_in(prelabels.c.labels, labels)
    )
    found = _keys(database, of_machine)
    for table in (reviews, adjudications, gold_items):
        own = table.c.project_id == database.project_id
        found |= _keys(database, sa.select(table.c.item_id).where(own, _any_in(table.c.labels, labels)))
    return found


def labels_in_use(database: Database, labels: Collection[str]) -> Mapping[str, int]:
    """How many present labels of people and newest answers of models hold each of these; those without are left out."""
    counts: dict[str, int] = {}
    for label in labels:
        people = (
            sa.select(sa.func.count())
            .select_from(reviews)
            .where(given_within(database.project_id), given(), _any_in(reviews.c.labels, [label]))
        )
        machine = sa.select(sa.func.count()).where(
            prelabels.c.run_id.in_(_runs(database)), newest(prelabels), _any_in(prelabels.c.labels, [label])
        )
        with database.read() as connection:
            count = sum(int(connection.execute(query).scalar_one()) for query in (people, machine))
        if count:
            counts[label] = count
    return counts


def stale_of_people(database: Database, keys: Collection[int]) -> StaleLabelCounts:
    """What counts now on some items."""
    found = [0, 0, 0, 0]
    labeled = 0
    with database.read() as connection:
        for part in parts(sorted(keys)):
            for place, table in enumerate((reviews, adjudications, gold_items, precedents)):
                query = sa.select(sa.func.count(), sa.func.count(sa.distinct(table.c.item_id))).where(
                    table.c.item_id.in_(part), counted(database.label_versions, table), *_present(table)
                )
                labels, item_count = connection.execute(query).one()
                found[place] += int(labels)
                labeled += int(item_count) if table is reviews else 0
    return StaleLabelCounts(found[0], labeled, *found[1:])


def stale_of_machine(database: Database, keys: Collection[int]) -> Mapping[str, int]:
    """Usable newest answers to some items, by run, the oldest run first."""
    counts: dict[int, int] = {}
    with database.read() as connection:
        for part in parts(sorted(keys)):
            query = (
                sa.select(prelabels.c.run_id, sa.func.count())
                .where(prelabels.c.run_id.in_(_runs(database)), prelabels.c.item_id.in_(part), newest(prelabels))
                .where(prelabels.c.status == "labelled")
                .group_by(prelabels.c.run_id)
            )
            for run_id, count in connection.execute(query):
                counts[run_id] = counts.get(run_id, 0) + int(count)
    return {f"r{run_id}": counts[run_id] for run_id in sorted(counts)}


def count_human_labels(database: Database) -> int:
    """Labels of people that count now."""
    query = (
        sa.select(sa.func.count())
        .select_from(reviews)
        .where(given_within(database.project_id), given(), counted(database.label_versions, reviews))
    )
    with database.read() as connection:
        return int(connection.execute(query).scalar_one())


def seconds_a_label(database: Database) -> tuple[float | None, int]:
    """Mean seconds that people took for a label in the queue, and of how many; None where none was timed."""
    query = (
        sa.select(sa.func.avg(review_details.c.seconds), sa.func.count())
        .select_from(review_details.join(reviews, reviews.c.id == review_details.c.review_id))
        .where(given_within(database.project_id), given(), review_details.c.seconds > 0)
    )
    with database.read() as connection:
        mean, count = connection.execute(query).one()
    return (None if mean is None else float(mean)), int(count)


def last_rows(connection: Connection) -> LastRows:
    """The newest row of each table of labels."""
    tables = (reviews, adjudications, gold_items, precedents)
    return LastRows(*(int(connection.execute(sa.select(sa.func.max(one.c.id))).scalar() or 0) for one in tables))


def keep_stale(connection: Connection, change_id: int, found: Collection[StaleItem]) -> None:
    """Note the stale items of a change beside those that were noted before."""
    query = sa.select(stale_items.c.item_id).where(stale_items.c.change_id == change_id)
    known = set(connection.execute(query).scalars())
    rows = [
        {"change_id": change_id, "item_id": one.key, "reasons": one.reasons, "margin": one.margin}
        for one in found
        if one.key not in known
    ]
    for part in parts(rows, PAGE):
        connection.execute(sa.insert(stale_items), list(part))


def forget_stale(connection: Connection, change_id: int) -> None:
    """A change that is not in effect is assessed again."""
    connection.execute(sa.delete(stale_items).where(stale_items.c.change_id == change_id))


def stale_page(
    database: Database, change_id: int, *, after: int = 0, limit: int = 50
) -> list[tuple[int, str, str, str]]:
    """Stale items of a change beyond a row number: (row number, external id, beginning of its text, reasons)."""
    query = (
        sa.select(items.c.id, items.c.external_id, sa.func.substr(items.c.text, 1, 200), stale_items.c.reasons)
        .join(items, items.c.id == stale_items.c.item_id)
        .where(stale_items.c.change_id == change_id, stale_items.c.item_id > after)
        .order_by(stale_items.c.item_id)
        .limit(limit)
    )
    with database.read() as connection:
        return [(row[0], row[1], row[2], row[3]) for row in connection.execute(query)]


def _present(table: sa.Table) -> Iterator[sa.ColumnElement[bool]]:
    if table is reviews:
        yield given()
    elif table is gold_items:
        yield gold_items.c.active.is_(True)


def _labeled(database: Database) -> sa.ColumnElement[bool]:
    return sa.and_(
        items.c.project_id == database.project_id,
        sa.or_(
            sa.exists().where(reviews.c.item_id == items.c.id),
            sa.exists().where(prelabels.c.item_id == items.c.id, prelabels.c.run_id.in_(_runs(database))),
            sa.exists().where(adjudications.c.item_id == items.c.id),
            sa.exists().where(gold_items.c.item_id == items.c.id),
        ),
    )


def _runs(database: Database) -> sa.Select[Any]:
    return sa.select(runs.c.id).where(runs.c.project_id == database.project_id)


def _any_in(column: sa.Column[Any], names: Collection[str]) -> sa.ColumnElement[bool]:
    """Rows whose list, stored as JSON, holds one of these names."""
    text = sa.type_coerce(column, sa.Text)
    return sa.or_(sa.false(), *(text.contains(f'"{name}"', autoescape=True) for name in sorted(names)))


def _keys(database: Database, query: sa.Select[Any]) -> set[int]:
    with database.read() as connection:
        return set(connection.execute(query).scalars())
