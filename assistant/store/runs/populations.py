"""The populations of runs: which items of a project each is about, kept as a definition and as a list of items."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import orjson
import sqlalchemy as sa

from assistant.domain.populations import Condition, ItemList, ItemPopulation, meets
from assistant.domain.runs import Run
from assistant.errors import InvalidValueError, NotFoundError
from assistant.store.content.batches import BatchStore
from assistant.store.database import LOOKUP, PAGE, Database, now, parts, project_of
from assistant.store.tables.batches import batch_items, batches, population_items, populations
from assistant.store.tables.content import items, runs

NOT_KEPT = 0
"""Number of a population that is only planned: no row has it."""


class PopulationStore:
    """Reads and writes populations."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, batch: str, conditions: Sequence[Condition], listed: ItemList | None) -> ItemPopulation | None:
        """The population of that definition; None where no run was ever about it.

        Raises:
            NotFoundError: there is no such batch.
        """
        definition = self._definition(batch, conditions, listed)
        with self._database.read() as connection:
            return _of_digest(connection, _digest(definition))

    def open(
        self, batch: str, conditions: Sequence[Condition], listed: ItemList | None, keys: Sequence[int] = ()
    ) -> ItemPopulation:
        """The population of that definition, made where it is not there, with what came since it was last looked at.

        Args:
            batch: name of the batch the items are in; empty for any.
            conditions: on their columns.
            listed: which file named them; None where none did.
            keys: row numbers of the items it named.

        Raises:
            NotFoundError: there is no such batch.
            InvalidValueError: it has no item; nothing is kept then.
        """
        definition = self._definition(batch, conditions, listed)
        digest = _digest(definition)
        with self._database.write(alone=True) as connection:
            found = _of_digest(connection, digest)
            if found is None:
                row = {"project_id": project_of(connection), "digest": digest, "definition": definition}
                row |= {"batch_id": definition["batch"], "seen_item": 0, "created_at": now()}
                connection.execute(sa.insert(populations), [row])
                found = _of_digest(connection, digest)
                assert found is not None  # noqa: S101 - it was written in this very transaction
                if listed is not None:
                    self._list(connection, found, definition, keys)
            if listed is None and conditions:
                self._look(connection, found, definition)
            if not _count(connection, found):
                raise InvalidValueError("population_empty", population=found.name)
        return found

    def planned(self, batch: str) -> ItemPopulation:
        """The population of a batch as `open` would give it. Writes nothing: a dry run looks at it.

        Raises:
            NotFoundError: there is no such batch.
            InvalidValueError: it has no item.
        """
        definition = self._definition(batch, (), None)
        digest = _digest(definition)
        with self._database.read() as connection:
            found = _of_digest(connection, digest) or _population(NOT_KEPT, digest, definition, batch)
            if not _count(connection, found):
                raise InvalidValueError("population_empty", population=found.name)
        return found

    def get(self, digest: str) -> ItemPopulation:
        """The population of that digest. Raises NotFoundError where there is none."""
        with self._database.read() as connection:
            found = _of_digest(connection, digest)
        if found is None:
            raise NotFoundError("population_not_found", population=digest)
        return found

    def refresh(self, population: ItemPopulation) -> ItemPopulation:
        """The population with what came since it was last looked at; a list of ids stays as it was."""
        if population.conditions and population.listed is None:
            definition = self._definition(population.batch, population.conditions, None)
            with self._database.write(alone=True) as connection:
                self._look(connection, population, definition)
        return population

    def count(self, population: ItemPopulation) -> int:
        """Its items."""
        with self._database.read() as connection:
            return _count(connection, population)

    def keys(self, population: ItemPopulation) -> frozenset[int]:
        """Row numbers of its items."""
        member = _members(population)
        query = sa.select(member.c.item_id).where(*_of(member, population))
        with self._database.read() as connection:
            return frozenset(connection.execute(query).scalars())

    def ids(self, run: Run) -> frozenset[str] | None:
        """External ids of the items a run is about; None for all of its project."""
        if run.population is None:
            return None
        query = sa.select(items.c.external_id).where(*within(run.population))
        with self._database.read() as connection:
            return frozenset(connection.execute(query).scalars())

    def _definition(self, batch: str, conditions: Sequence[Condition], listed: ItemList | None) -> dict[str, Any]:
        return {
            "batch": BatchStore(self._database).get(batch).id if batch else None,
            "where": [[one.field, one.value] for one in conditions],
            "ids": None if listed is None else {"file": listed.file, "digest": listed.digest, "count": listed.count},
        }

    def _list(
        self, connection: sa.Connection, found: ItemPopulation, definition: dict[str, Any], keys: Sequence[int]
    ) -> None:
        """Keep the items that a file named; those of them that the rest of the definition leaves."""
        for part in parts(keys, LOOKUP):
            query = _candidates(connection, found, definition).where(items.c.id.in_(part))
            self._keep(connection, found, connection.execute(query).all())

    def _look(self, connection: sa.Connection, found: ItemPopulation, definition: dict[str, Any]) -> None:
        """Hold what came since against the definition; of a batch all, since what joins it may have come before."""
        last = connection.execute(sa.select(sa.func.coalesce(sa.func.max(items.c.id), 0))).scalar_one()
        row = sa.select(populations.c.seen_item).where(populations.c.id == found.id)
        after = connection.execute(row).scalar_one() if definition["batch"] is None else 0
        query = _candidates(connection, found, definition).order_by(items.c.id).limit(PAGE)
        while rows := connection.execute(query.where(items.c.id > after)).all():
            self._keep(connection, found, rows)
            after = rows[-1].id
        connection.execute(sa.update(populations).where(populations.c.id == found.id).values(seen_item=last))

    def _keep(self, connection: sa.Connection, found: ItemPopulation, rows: Sequence[sa.Row[Any]]) -> None:
        wanted = [one for one in found.conditions if one.meta]
        kept = [row.id for row in rows if all(meets(one, row.meta) for one in wanted)]
        new = [{"population_id": found.id, "item_id": key} for key in kept]
        self._database.insert_new(connection, population_items, new)


def within(
    population: ItemPopulation | None, item: sa.ColumnElement[int] | None = None
) -> list[sa.ColumnElement[bool]]:
    """Conditions that an item is one of a population; none for the whole project.

    Args:
        population: of a run.
        item: the column that holds the item's row number; None for that of `items`.
    """
    if population is None:
        return []
    key = items.c.id if item is None else item
    member = _members(population)
    mine = _of(member, population)
    # The items of a batch came one after the other: its bounds spare a look at all others.
    bounds = member.alias()
    ends = sa.select(sa.func.min(bounds.c.item_id)), sa.select(sa.func.max(bounds.c.item_id))
    first, last = (one.where(*_of(bounds, population)).scalar_subquery() for one in ends)
    return [key >= first, key <= last, sa.exists().where(*mine, member.c.item_id == key)]


def source_of_content(population: ItemPopulation | None) -> sa.ColumnElement[Any]:
    """Row number of the item that is asked for an item: the first of the population with its content.

    For the whole project null where that is the item itself, as in `items.same_as`.
    """
    if population is None:
        return items.c.same_as
    twin = items.alias("twin")
    same = (twin.c.content_digest == items.c.content_digest, twin.c.project_id == items.c.project_id)
    first = sa.select(sa.func.min(twin.c.id)).where(*same, *within(population, twin.c.id))
    return first.correlate(items).scalar_subquery()


def first_of_content(population: ItemPopulation | None) -> sa.ColumnElement[bool]:
    """Whether an item is the first of the population with its content: it is asked for all of them."""
    source = source_of_content(population)
    return source.is_(None) if population is None else items.c.id == source


def with_population() -> sa.Select[Any]:
    """All columns of `runs`, and what `population_of` reads."""
    joined = runs.outerjoin(populations, populations.c.id == runs.c.population_id)
    joined = joined.outerjoin(batches, batches.c.id == populations.c.batch_id)
    named = [column.label(f"population_{column.name}") for column in (populations.c.digest, populations.c.definition)]
    return sa.select(runs, *named, batches.c.name.label("population_batch")).select_from(joined)


def population_of(row: sa.Row[Any]) -> ItemPopulation | None:
    """The population in a row of `with_population`; None for the whole project."""
    if row.population_id is None:
        return None
    return _population(row.population_id, row.population_digest, row.population_definition, row.population_batch)


def list_of(file: str, ids: Sequence[str]) -> ItemList:
    """The ids of a file, in any order, as a definition keeps them."""
    digest = blake2b(orjson.dumps(sorted(ids)), digest_size=16).hexdigest()
    return ItemList(file, digest, len(ids))


def _members(population: ItemPopulation) -> sa.Table:
    """The table that lists a population's items."""
    return population_items if population.batch_id is None else batch_items


def _of(member: sa.FromClause, population: ItemPopulation) -> list[sa.ColumnElement[bool]]:
    """Rows of that table which are the population's."""
    if population.batch_id is None:
        return [member.c.population_id == population.id]
    return [member.c.batch_id == population.batch_id]


def _count(connection: sa.Connection, population: ItemPopulation) -> int:
    member = _members(population)
    query = sa.select(sa.func.count()).select_from(member).where(*_of(member, population))
    return int(connection.execute(query).scalar_one())


def _candidates(connection: sa.Connection, found: ItemPopulation, definition: dict[str, Any]) -> sa.Select[Any]:
    """Items that meet a definition, but for what it says of metadata."""
    query = sa.select(items.c.id, items.c.meta).where(
        items.c.project_id == project_of(connection),
        *(items.c[one.field] == one.value for one in found.conditions if not one.meta),
    )
    if definition["batch"] is None:
        return query
    inside = batch_items.c.batch_id == definition["batch"], batch_items.c.item_id == items.c.id
    return query.where(sa.exists().where(*inside))


def _of_digest(connection: sa.Connection, digest: str) -> ItemPopulation | None:
    joined = populations.outerjoin(batches, batches.c.id == populations.c.batch_id)
    mine = populations.c.project_id == project_of(connection), populations.c.digest == digest
    row = connection.execute(sa.select(populations, batches.c.name).select_from(joined).where(*mine)).one_or_none()
    return None if row is None else _population(row.id, row.digest, row.definition, row.name)


def _population(key: int, digest: str, definition: dict[str, Any], batch: str | None) -> ItemPopulation:
    conditions = tuple(Condition(field, value) for field, value in definition["where"])
    listed = None if definition["ids"] is None else ItemList(**definition["ids"])
    plain = definition["batch"] if not conditions and listed is None else None
    return ItemPopulation(key, digest, batch or "", conditions, listed, plain)


def _digest(definition: dict[str, Any]) -> str:
    alike = definition | {"ids": definition["ids"] and definition["ids"]["digest"]}
    return blake2b(orjson.dumps(alike, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()
