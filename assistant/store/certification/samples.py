"""Samples: which items were drawn for people, when, how, and with what chance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from assistant.domain.certificates import Purpose, Sample, SampledItem
from assistant.store.audit import log as audit
from assistant.store.database import Database, now
from assistant.store.project_scope import runs_of
from assistant.store.staging import staged, take_over
from assistant.store.tables.certification import sample_items, samples
from assistant.store.tables.content import items, prelabels


class SampleStore:
    """Reads and writes samples; what was drawn is never changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        run_id: int,
        *,
        fit_id: int | None,
        purpose: Purpose,
        population: int,
        seed: int,
        detail: Mapping[str, object],
        items: Iterable[SampledItem],
    ) -> Sample:
        """Keep a sample with all its items, or nothing of it.

        Args:
            run_id: the run it was drawn from.
            fit_id: the fit whose scores the design used, None for none.
            purpose: what it was drawn for.
            population: items it was drawn from.
            seed: of the draw.
            detail: the design; JSON values only.
            items: the items drawn.

        Raises:
            InputError: an item that is not in this workspace.
            ValueError: an item drawn twice, or more items than there were to draw from.
        """
        drawn = [(one.item_id, float(one.inclusion_probability)) for one in items]
        if len(dict(drawn)) < len(drawn):
            raise ValueError("an item is in the sample twice: draws are without replacement")
        if len(drawn) > population:
            raise ValueError(f"{len(drawn)} items can't have been drawn from {population}")
        row = {
            "run_id": run_id,
            "fit_id": fit_id,
            "purpose": purpose.value,
            "population": population,
            "size": len(drawn),
            "seed": seed,
            "detail": dict(detail),
            "created_at": now(),
        }
        with self._database.write() as connection:
            sample = _sample(connection.execute(sa.insert(samples).values(row).returning(samples)).one())
            for page in staged(connection, [sample_items.c.inclusion_probability], drawn):
                columns = sa.literal(sample.id).label("sample_id"), page.c.item_id, page.c.inclusion_probability
                take_over(connection, sample_items, sa.select(*columns))
            told = {"purpose": purpose.value, "population": population, "size": len(drawn), "sample": sample.id}
            audit.append(connection, self._database.operator, "sample.draw", f"run:r{run_id}", told)
        return sample

    def of_run(self, run_id: int, purpose: Purpose | None = None) -> list[Sample]:
        """The samples of a run, or those of one purpose, oldest first."""
        query = sa.select(samples).where(samples.c.run_id == run_id).order_by(samples.c.id)
        if purpose is not None:
            query = query.where(samples.c.purpose == purpose.value)
        with self._database.read() as connection:
            return [_sample(row) for row in connection.execute(query)]

    def items(self, sample_id: int) -> list[SampledItem]:
        """The items of a sample, in order of arrival."""
        query = (
            sa.select(items.c.external_id, sample_items.c.inclusion_probability)
            .join(items, items.c.id == sample_items.c.item_id)
            .where(sample_items.c.sample_id == sample_id)
            .order_by(sample_items.c.item_id)
        )
        with self._database.read() as connection:
            return [SampledItem(name, probability) for name, probability in connection.execute(query)]

    def audited_before(self, audit: Sample) -> bool:
        """Whether an earlier audit in another run drew from the same seed, and the runs share an item.

        Before there were nonces such an audit looked at fewer items than it states.
        """
        earlier, ours, theirs = samples.alias("earlier"), prelabels.alias("ours"), prelabels.alias("theirs")
        shared = sa.exists().where(
            ours.c.item_id == theirs.c.item_id, ours.c.run_id == audit.run_id, theirs.c.run_id == earlier.c.run_id
        )
        query = sa.select(earlier.c.id).where(
            earlier.c.run_id.in_(runs_of(self._database.project_id)),
            earlier.c.purpose == Purpose.AUDIT.value,
            earlier.c.seed == audit.seed,
            earlier.c.run_id != audit.run_id,
            earlier.c.id < audit.id,
            shared,
        )
        with self._database.read() as connection:
            return connection.execute(query.limit(1)).first() is not None


def _sample(row: sa.Row[Any]) -> Sample:
    return Sample(
        id=row.id,
        run_id=row.run_id,
        fit_id=row.fit_id,
        purpose=Purpose(row.purpose),
        population=row.population,
        size=row.size,
        seed=row.seed,
        detail=row.detail,
        created_at=row.created_at,
    )
