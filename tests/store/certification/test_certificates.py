"""Certificates: issued once, with a history that only grows."""

import pytest

from assistant.domain.certificates import (
    CertificateEventKind,
    CertificateStatus,
    IssuedCertificate,
    Purpose,
    SampledItem,
)
from assistant.domain.label_versions import LabelVersions
from assistant.domain.runs import Run
from assistant.errors import InputError
from assistant.store.certification.certificates import CertificateStore
from assistant.store.certification.fits import FitStore
from assistant.store.certification.samples import SampleStore
from assistant.store.database import Database
from tests.statements import made_up_statement

STATEMENT = made_up_statement()


def issue(database: Database, run: Run) -> IssuedCertificate:
    sample = SampleStore(database).add(
        run.id,
        fit_id=None,
        purpose=Purpose.AUDIT,
        population=6,
        seed=7,
        detail={},
        items=[SampledItem("i1", 0.5)],
    )
    return CertificateStore(database).issue(run.id, None, sample.id, STATEMENT)


def test_a_certificate_stands_as_it_was_issued(database: Database, run: Run) -> None:
    store = CertificateStore(database)
    assert store.latest(run.id) is None
    fit = FitStore(database).add(run.id, seed=1, labels_used=0, report={}, scores=[])
    first = issue(database, run)
    second = store.issue(run.id, fit.id, first.sample_id, made_up_statement(max_error=0.1))
    assert (first.run_id, first.fit_id, first.statement) == (run.id, None, STATEMENT)
    assert second.fit_id == fit.id
    assert store.get(first.id) == first
    assert store.latest(run.id) == second
    assert store.get(second.id + 1) is None
    [event] = store.events(first.id)
    assert (event.event, event.created_at) == (CertificateEventKind.ISSUED, first.created_at)
    assert store.standing(first.id) == "standing"


def test_what_happens_to_a_certificate_is_kept_in_order(database: Database, run: Run) -> None:
    store = CertificateStore(database)
    issued, other = issue(database, run), issue(database, run)
    told = store.record(issued.id, CertificateEventKind.CHECKED, {"labels": 40, "errors": 1})
    assert store.standing(issued.id) is CertificateStatus.STANDING
    store.record(issued.id, CertificateEventKind.BROKEN, {"labels": 80, "errors": 19})
    events = store.events(issued.id)
    assert [one.event for one in events] == ["issued", "checked", "broken"]
    assert events[1] == told
    assert events[2].detail == {"labels": 80, "errors": 19}
    assert store.standing(issued.id) is CertificateStatus.BROKEN
    assert store.standing(other.id) is CertificateStatus.STANDING


def test_a_broken_certificate_stays_broken_whatever_is_checked_later_and_can_be_withdrawn(
    database: Database, run: Run
) -> None:
    store = CertificateStore(database)
    issued = issue(database, run)
    store.record(issued.id, CertificateEventKind.BROKEN, {})
    store.record(issued.id, CertificateEventKind.CHECKED, {})
    assert store.standing(issued.id) is CertificateStatus.BROKEN
    store.record(issued.id, CertificateEventKind.WITHDRAWN, {"actor": "lead"})
    store.record(issued.id, CertificateEventKind.BROKEN, {})
    assert store.standing(issued.id) is CertificateStatus.WITHDRAWN
    assert store.latest(run.id) == issued


def test_a_certificate_that_was_never_issued_has_no_standing_and_no_history(database: Database) -> None:
    store = CertificateStore(database)
    assert store.events(3) == []
    with pytest.raises(InputError, match=r"certificate_not_found \(certificate=3\)"):
        store.standing(3)
    with pytest.raises(InputError, match=r"certificate_not_found \(certificate=3\)"):
        store.record(3, CertificateEventKind.CHECKED, {})


def test_a_certificate_issued_before_a_change_that_did_not_carry_all_labels_is_outdated(
    database: Database, run: Run
) -> None:
    store = CertificateStore(database)
    issued = issue(database, run)
    later = issued.created_at[:-6] + "1+00:00"  # a digit more: after that very moment

    def under(since: str) -> CertificateStatus:
        database.versions_in_use = lambda: LabelVersions("community", "2", since=since)
        return store.standing(issued.id)

    assert under("") is CertificateStatus.STANDING
    assert under(issued.created_at) is CertificateStatus.STANDING
    assert under(later) is CertificateStatus.OUTDATED
    assert store.in_force(run.id) is None
    assert not under(later).certified
