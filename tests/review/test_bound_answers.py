"""What people said is bound to the log of changes: whatever is altered beside it is found, and named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from assistant.domain.certificates import CertificateEventKind, Origin, Purpose, SampledItem, Settlement
from assistant.domain.review_work import Cause
from assistant.domain.reviews import Review
from assistant.review.adjudicate import AdjudicationDecision, settle
from assistant.store.audit import log as audit
from assistant.store.audit.bound_check import Fault
from assistant.store.certification.certificates import CertificateStore
from assistant.store.certification.samples import SampleStore
from assistant.store.certification.settlements import SettlementStore
from assistant.store.content.items import ItemStore
from assistant.store.review.labels.reviews import ReviewStore
from assistant.store.tables.certification import certificate_events, certificates, settlements
from assistant.store.tables.content import reviews
from assistant.store.tables.review import adjudications, review_details, withdrawals
from tests.review.conftest import Desk, say
from tests.statements import made_up_statement

Statement = sa.Executable


@pytest.fixture
def worked(desk: Desk) -> Desk:
    """Reviews 1 and 2 through the queue (2 taken back), 3 to 5 imported; an adjudication, a certificate, final labels.

    Names and notes hold what databases like to change: NUL, other scripts, numbers without a fraction.
    """
    keys = desk.items(3)
    run = desk.run(dict.fromkeys(keys, "spam"))
    for key in keys[:2]:
        desk.task(key, run_id=run.id)
    queue, ann = desk.queue(), desk.person("ann")
    say(queue, ann, "spam", note="a\0b 审核", seconds=3, clauses=("C1",))
    given = say(queue, ann, "hate", seconds=2.5)
    assert given.review_id == 2
    queue.undo(ann, given.review_id)
    several = [(key, Review(f"i{number}", "bo", ("safe",), source="f.csv")) for number, key in enumerate(keys, 1)]
    assert ReviewStore(desk.database).add(several)["added"] == 3
    stored = ItemStore(desk.database).get("i3")
    assert stored is not None
    with desk.database.write() as connection:
        settle(connection, stored, AdjudicationDecision(("safe",), Cause.EDGE_CASE, "n"), actor="lea")
    sample = SampleStore(desk.database).add(
        run_id=run.id,
        fit_id=None,
        purpose=Purpose.AUDIT,
        population=3,
        seed=1,
        detail={},
        items=[SampledItem("i1", 0.5)],
    )
    store = CertificateStore(desk.database)
    issued = store.issue(run.id, None, sample.id, made_up_statement())
    store.record(issued.id, CertificateEventKind.CHECKED, {"labels": 3})
    finals = [Settlement(f"i{number}", ("safe",), Origin.PERSON, None, None, 1) for number in (1, 2, 3)]
    assert SettlementStore(desk.database).add(run.id, None, "lea", finals)["written"] == 3
    return desk


def faults(desk: Desk, *statements: Statement) -> list[Fault]:
    with desk.database.write() as connection:
        for statement in statements:
            connection.execute(statement)
    found = audit.verify(desk.database)
    assert found.broken_at is None
    assert found.whole is (found.bound.count == 0)
    return found.bound.faults


def test_what_nobody_touched_is_what_the_log_says(worked: Desk) -> None:
    found = audit.verify(worked.database)
    assert found.whole, found
    # 5 reviews, 1 withdrawal, 1 adjudication, 1 certificate with 2 events, 3 final labels
    assert found.bound.rows == 13


def _change(table: sa.Table, number: int, **values: Any) -> Callable[[], Statement]:
    key = next(iter(table.primary_key))
    return lambda: sa.update(table).where(key == number).values(**values)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (_change(reviews, 1, labels=["safe"]), Fault("review:1", "changed")),
        (_change(reviews, 1, rater="eve"), Fault("review:1", "changed")),
        (_change(reviews, 1, shown_suggestion=False), Fault("review:1", "changed")),
        (_change(review_details, 1, policy_version="2"), Fault("review:1", "changed")),
        (_change(review_details, 1, note="a"), Fault("review:1", "changed")),
        (_change(review_details, 1, seconds=3.1), Fault("review:1", "changed")),
        (_change(reviews, 4, labels=["hate"]), Fault("reviews 3 to 5 of file:f.csv", "changed")),
        (_change(adjudications, 1, labels=("hate",)), Fault("adjudication:1", "changed")),
        (_change(adjudications, 1, cause="reviewer_error"), Fault("adjudication:1", "changed")),
        (_change(certificates, 1, statement={"sentence": "s", "confidence": 0.99}), Fault("certificate:1", "changed")),
        (_change(certificate_events, 2, event="broken"), Fault("certificate_event:2", "changed")),
    ],
)
def test_a_changed_row_is_named(worked: Desk, change: Callable[[], Statement], fault: Fault) -> None:
    assert faults(worked, change()) == [fault]


def test_a_changed_final_label_is_found_and_its_settling_named(worked: Desk) -> None:
    [fault] = faults(worked, sa.update(settlements).where(settlements.c.item_id == 2).values(confidence=0.5))
    assert fault.what == "changed"
    assert fault.rows.startswith("settlements of 20")


def test_missing_rows_are_named(worked: Desk) -> None:
    found = faults(
        worked,
        sa.delete(withdrawals),
        sa.delete(reviews).where(reviews.c.id == 5),
        sa.delete(adjudications),
        sa.delete(certificate_events).where(certificate_events.c.id == 2),
        sa.delete(settlements).where(settlements.c.item_id == 3),
    )
    assert found[:4] == [
        Fault("reviews 3 to 5 of file:f.csv", "2 rows instead of 3"),
        Fault("adjudication:1", "missing"),
        Fault("certificate_event:2", "missing"),
        Fault("withdrawal of review:2", "missing"),
    ]
    assert found[4].what == "2 rows instead of 3"


def test_rows_put_in_are_named(worked: Desk) -> None:
    row = worked.rows(reviews, reviews.c.id == 1)[0]._asdict() | {"id": 900}
    final = worked.rows(settlements, settlements.c.item_id == 1)[0]._asdict() | {"revision": 1, "created_at": "2020"}
    assert faults(
        worked,
        sa.insert(reviews).values(row),
        sa.insert(withdrawals).values(review_id=1, actor="eve", created_at="2026"),
        sa.insert(settlements).values(final),
    ) == [
        Fault("review:900", "extra"),
        Fault("withdrawal of review:1", "extra"),
        Fault("settlements", "1 rows instead of 0"),
    ]


def test_a_second_entry_about_a_row_does_not_replace_the_first(worked: Desk) -> None:
    with worked.database.write() as connection:
        audit.append(connection, "ann", "review.submit", "review:1", {"row": "0" * 32})
    assert faults(worked) == []


def test_rows_imported_beside_answers_are_told_apart_by_their_numbers(desk: Desk) -> None:
    keys = desk.items(4)
    desk.task(keys[0])
    queue, ann, store = desk.queue(), desk.person("ann"), ReviewStore(desk.database)
    store.add([(keys[1], Review("i2", "bo", ("safe",), source="a.csv"))])
    say(queue, ann, "spam")
    store.add([(keys[2], Review("i3", "bo", ("safe",), source="b.csv"))])
    assert [row.source for row in desk.rows(reviews)] == ["a.csv", "queue", "b.csv"]
    assert audit.verify(desk.database).whole
    change = sa.update(reviews).where(reviews.c.source == "b.csv").values(labels=["hate"])
    assert [one.rows for one in faults(desk, change)] == ["reviews 3 to 3 of file:b.csv"]
