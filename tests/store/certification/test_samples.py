"""Samples: kept as drawn, with the chance of every item."""

import pytest

from assistant.domain.certificates import Purpose, Sample, SampledItem
from assistant.domain.runs import Run
from assistant.errors import InputError
from assistant.store.certification.fits import FitStore
from assistant.store.certification.samples import SampleStore
from assistant.store.database import Database

DRAWN = [SampledItem("i4", 0.5), SampledItem("i1", 0.1 + 0.2)]


def add(store: SampleStore, run: Run, purpose: Purpose, items: list[SampledItem]) -> Sample:
    return store.add(run.id, fit_id=None, purpose=purpose, population=6, seed=7, detail={}, items=items)


def test_a_sample_comes_back_as_it_was_drawn(database: Database, run: Run) -> None:
    store = SampleStore(database)
    fit = FitStore(database).add(run.id, seed=1, labels_used=0, report={}, scores=[])
    detail = {"method": "poisson", "strata": {"en": 3}}
    kept = store.add(
        run.id, fit_id=fit.id, purpose=Purpose.AUDIT, population=6, seed=7, detail=detail, items=iter(DRAWN)
    )
    assert (kept.run_id, kept.fit_id, kept.purpose) == (run.id, fit.id, Purpose.AUDIT)
    assert (kept.population, kept.size, kept.seed, kept.detail) == (6, 2, 7, detail)
    assert store.of_run(run.id) == [kept]
    assert store.items(kept.id) == [DRAWN[1], DRAWN[0]]  # in order of arrival


def test_samples_are_told_apart_by_run_and_purpose(database: Database, run: Run, other_run: Run) -> None:
    store = SampleStore(database)
    learn = add(store, run, Purpose.LEARN, DRAWN)
    audit = add(store, run, Purpose.AUDIT, [SampledItem("i1", 1.0)])
    add(store, other_run, Purpose.AUDIT, [SampledItem("i5", 1.0)])
    assert store.of_run(run.id) == [learn, audit]
    assert store.of_run(run.id, Purpose.AUDIT) == [audit]
    assert store.of_run(run.id, Purpose.MONITOR) == []


def test_an_empty_sample_is_a_sample(database: Database, run: Run) -> None:
    store = SampleStore(database)
    kept = add(store, run, Purpose.MONITOR, [])
    assert kept.size == 0
    assert store.items(kept.id) == []


def test_a_draw_that_can_not_have_been_is_refused(database: Database, run: Run) -> None:
    store = SampleStore(database)
    with pytest.raises(ValueError, match="twice"):
        add(store, run, Purpose.AUDIT, [DRAWN[0], DRAWN[0]])
    with pytest.raises(ValueError, match="2 items can't have been drawn from 1"):
        store.add(run.id, fit_id=None, purpose=Purpose.AUDIT, population=1, seed=7, detail={}, items=DRAWN)
    with pytest.raises(InputError, match=r"items_not_imported .*ghost"):
        add(store, run, Purpose.AUDIT, [DRAWN[0], SampledItem("ghost", 0.5)])
    assert store.of_run(run.id) == []
