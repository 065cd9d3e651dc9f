"""Settlements: the newest counts, nothing is overwritten, nothing is written twice."""

from dataclasses import replace

import pytest

from assistant.domain.certificates import Origin, Purpose, Settlement
from assistant.domain.runs import Run
from assistant.errors import InputError
from assistant.store.certification.certificates import CertificateStore
from assistant.store.certification.samples import SampleStore
from assistant.store.certification.settlements import SettlementStore
from assistant.store.database import Database
from tests.statements import made_up_statement
from tests.stored import settlements_of

PERSON = Settlement("i3", ("hate", "spam"), Origin.PERSON, None, None, 2)


def certified(database: Database, run: Run) -> int:
    sample = SampleStore(database).add(
        run.id, fit_id=None, purpose=Purpose.AUDIT, population=6, seed=7, detail={}, items=[]
    )
    return CertificateStore(database).issue(run.id, None, sample.id, made_up_statement()).id


def machine(item_id: str, certificate: int, confidence: float = 0.97) -> Settlement:
    return Settlement(item_id, ("safe",), Origin.MODEL, certificate, confidence, 0, 1)


def test_final_labels_come_back_with_their_provenance_in_order_of_arrival(database: Database, run: Run) -> None:
    store, certificate = SettlementStore(database), certified(database, run)
    given = [PERSON, machine("i5", certificate), machine("i0", certificate, 0.1 + 0.2)]
    assert store.add(run.id, certificate, "lead", iter(given)) == {"written": 3, "unchanged": 0}
    assert list(store.newest(run.id)) == [given[2], PERSON, given[1]]


def test_settling_again_writes_only_what_is_new(database: Database, run: Run) -> None:
    store, certificate = SettlementStore(database), certified(database, run)
    kept, changed = machine("i0", certificate), machine("i1", certificate)
    store.add(run.id, certificate, "lead", [kept, changed, PERSON])
    surer = replace(changed, confidence=0.99)
    assert store.add(run.id, certificate, "someone else", [kept, surer, PERSON]) == {"written": 1, "unchanged": 2}
    assert list(store.newest(run.id)) == [kept, surer, PERSON]
    assert settlements_of(database, "i1") == [changed, surer]
    assert settlements_of(database, "i3") == [PERSON]
    assert settlements_of(database, "i4") == []


@pytest.mark.parametrize(
    "change",
    [{"labels": ("hate",)}, {"origin": Origin.CLASSIFIER}, {"confidence": 0.5}, {"raters": 3}, {"fit_id": 2}],
    ids=lambda change: next(iter(change)),
)
def test_any_difference_is_a_new_settlement(database: Database, run: Run, change: dict[str, object]) -> None:
    store = SettlementStore(database)
    store.add(run.id, None, "lead", [PERSON])
    other = replace(PERSON, **change)
    assert store.add(run.id, None, "lead", [other])["written"] == 1
    assert store.add(run.id, None, "lead", [PERSON])["written"] == 1
    assert settlements_of(database, "i3") == [PERSON, other, PERSON]


def test_a_new_certificate_settles_anew_what_it_covers(database: Database, run: Run) -> None:
    store, first, second = SettlementStore(database), certified(database, run), certified(database, run)
    store.add(run.id, first, "lead", [machine("i0", first), PERSON])
    assert store.add(run.id, second, "lead", [machine("i0", second), PERSON]) == {"written": 1, "unchanged": 1}
    assert [one.certificate_id for one in settlements_of(database, "i0")] == [first, second]


def test_each_run_has_its_final_labels_and_an_items_last_one_counts(
    database: Database, run: Run, other_run: Run
) -> None:
    store = SettlementStore(database)
    late = replace(PERSON, labels=("safe",))
    store.add(run.id, None, "lead", [PERSON])
    assert store.add(other_run.id, None, "lead", [PERSON])["written"] == 1  # the same answer, in another run
    store.add(other_run.id, None, "lead", [late])
    assert list(store.newest(run.id)) == [PERSON]
    assert list(store.newest(other_run.id)) == [late]
    assert settlements_of(database, "i3") == [PERSON, PERSON, late]


def test_a_settlement_under_another_certificate_of_an_unknown_item_or_twice_is_refused_and_nothing_is_written(
    database: Database, run: Run
) -> None:
    store, certificate = SettlementStore(database), certified(database, run)
    with pytest.raises(ValueError, match=r"item i1 is settled under certificate 99, not 1"):
        store.add(run.id, certificate, "lead", [PERSON, machine("i1", 99)])
    with pytest.raises(InputError, match=r"items_not_imported .*ghost"):
        store.add(run.id, certificate, "lead", [PERSON, machine("ghost", certificate)])
    with pytest.raises(ValueError, match="item i3 is given twice"):
        store.add(run.id, certificate, "lead", [PERSON, machine("i3", certificate)])
    assert list(store.newest(run.id)) == []


def test_who_settles_may_have_any_name(database: Database, run: Run) -> None:
    assert SettlementStore(database).add(run.id, None, "l\0ead" * 100, [PERSON])["written"] == 1
