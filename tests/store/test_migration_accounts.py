"""What the migration to expiring tokens and bound labels makes of a workspace from before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from assistant.domain.reviews import Review
from assistant.store.audit import log as audit
from assistant.store.audit.bound_check import Fault
from assistant.store.database import Database, _engine
from assistant.store.people.api_tokens import ApiTokenStore
from assistant.store.people.sessions import SessionStore
from assistant.store.review.labels.reviews import ReviewStore
from assistant.store.tables.certification import settlements
from assistant.store.tables.content import reviews
from tests.store.old_schema import old_schema
from tests.store.test_migration_nonces import url  # noqa: F401 - the fixture: one database of each kind

BEFORE = "0006"
AT = "2026-11-30T08:00:00.000+00:00"
TABLES = ("reviews", "adjudications", "certificates", "certificate_events", "settlements")


def old(engine: sa.Engine) -> None:
    """A database of the schema before: a token, a session, labels of both kinds, one of each other bound row."""
    add = old_schema(engine, BEFORE, empty="{}")

    add("users", id=1, name="ana", role="lead", languages="[]", skills="[]", opt_outs="[]", queues="[]", created_at=AT)
    seen = datetime.now(UTC).isoformat(timespec="milliseconds")
    add("api_tokens", id=1, user_id=1, scopes='["read"]', digest="d", created_at="2020")
    add("sessions", id_digest="s" * 64, user_id=1, created_at=seen, last_seen_at=seen, expires_at="2999")
    add("items", id=1, external_id="i1", content_digest="d1")
    add("reviews", item_id=1, rater="审 ana", labels='["spam"]', shown_suggestion=True, source="queue", created_at=AT)
    add("reviews", item_id=1, rater="bo", labels='["spam"]', source="f.csv", created_at=AT)
    add("review_details", review_id=1, user_id=1, seconds=2.5, changed=True, clauses='["C1"]', suggestion='["spam"]')
    add("adjudications", item_id=1, labels='["spam"]', created_at=AT)
    add("runs", id=1, key="k", origin="import", model="m", created_at=AT)
    add("samples", id=1, run_id=1, created_at=AT)
    add("certificates", id=1, run_id=1, sample_id=1, statement='{"confidence":0.95}', created_at=AT)
    add("certificate_events", certificate_id=1, event="issued", created_at=AT)
    add("settlements", item_id=1, revision=0, run_id=1, labels='["spam"]', confidence=0.9, created_at=AT)


def migrated(address: str) -> Database:
    engine = _engine(address)
    old(engine)
    engine.dispose()
    return Database.open(address)


def test_old_tokens_get_ninety_days_and_a_note_in_the_log(url: str) -> None:  # noqa: F811
    database = migrated(url)
    [token] = ApiTokenStore(database).all()
    ends = datetime.fromisoformat(token.expires_at) - datetime.now(UTC)
    assert timedelta(days=89) < ends <= timedelta(days=90)
    assert token.state == "open"
    holder = ApiTokenStore(database).find("d")
    assert holder is not None
    assert not holder.expired
    [entry] = audit.entries(database, action="token.expiry")
    assert entry.detail == {"tokens": 1, "expires_at": token.expires_at}
    session = SessionStore(database).find("s" * 64, idle_seconds=3600)
    assert session is not None
    assert session.confirmed_at == ""  # it has to show once that it is them
    database.close()


def test_labels_from_before_are_sealed_as_they_were_and_later_ones_bound_one_by_one(url: str) -> None:  # noqa: F811
    database = migrated(url)
    ReviewStore(database).add([(1, Review("i1", "cy", ("safe",), source="g.csv"))])
    found = audit.verify(database)
    assert found.whole, found
    assert found.bound.rows == 7
    [entry] = audit.entries(database, action="audit.bind")
    assert set(entry.detail) == set(TABLES)
    with database.write() as connection:
        connection.execute(sa.update(reviews).where(reviews.c.id == 2).values(rater="eve"))
        connection.execute(sa.update(settlements).values(confidence=0.8))
    assert audit.verify(database).bound.faults == [
        Fault("reviews from before the log bound them", "changed"),
        Fault("settlements from before the log bound them", "changed"),
    ]
    database.close()
