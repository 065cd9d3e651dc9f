"""Nonces: drawn once, from the operating system, sealed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest
import sqlalchemy as sa

from assistant.errors import StorageError
from assistant.routing.sampling import draws
from assistant.store.audit import log as audit
from assistant.store.certification.nonces import NonceStore, campaign_scope, declared_scope, routing_scope
from assistant.store.database import Database
from assistant.store.tables.certification import nonces


def test_a_nonce_is_drawn_once_for_each_scope_and_stays(database: Database) -> None:
    store = NonceStore(database)
    scopes = [make(run) for make in (campaign_scope, declared_scope, routing_scope) for run in (1, 2)]
    first = [store.get(scope) for scope in scopes]
    assert [store.get(scope) for scope in scopes] == first == [store.find(scope) for scope in scopes]
    assert len({one.value for one in first}) == len(scopes)
    assert store.find("another") is None


def test_two_workspaces_alike_in_everything_draw_other_numbers(database: Database, tmp_path: object) -> None:
    ids = [f"item-{number}" for number in range(200)]
    elsewhere = Database.open(f"sqlite:///{tmp_path}/elsewhere.db")
    ours, theirs = (NonceStore(one).get(campaign_scope(1)).value for one in (database, elsewhere))
    elsewhere.close()
    assert (draws(ours, ids, "audit") != draws(theirs, ids, "audit")).all()


def test_the_log_of_changes_seals_a_nonce_and_does_not_tell_it(database: Database) -> None:
    nonce = NonceStore(database).get(campaign_scope(3), "lea")
    (entry,) = audit.entries(database, action="nonce.draw")
    assert (entry.actor, entry.subject, entry.detail) == ("lea", "nonce:run 3: campaign", {"seal": nonce.seal})
    assert nonce.seal == sha256(f"run 3: campaign\0{nonce.value}".encode()).hexdigest()
    assert audit.verify(database).broken_at is None


def _changed(connection: sa.Connection) -> None:
    connection.execute(sa.update(nonces).values(value="0" * 32))


def _taken_from_another(connection: sa.Connection) -> None:
    other = sa.select(nonces.c.value).where(nonces.c.scope == campaign_scope(2)).scalar_subquery()
    connection.execute(sa.update(nonces).where(nonces.c.scope == campaign_scope(1)).values(value=other))


@pytest.mark.parametrize("change", [_changed, _taken_from_another])
def test_a_nonce_that_was_changed_afterwards_is_refused(
    database: Database, change: Callable[[sa.Connection], None]
) -> None:
    store = NonceStore(database)
    store.get(campaign_scope(1))
    store.get(campaign_scope(2))
    with database.write() as connection:
        change(connection)
    with pytest.raises(StorageError, match="nonce_not_sealed"):
        store.get(campaign_scope(1))


def test_processes_that_come_at_the_same_time_get_the_same_nonce(database: Database) -> None:
    store = NonceStore(database)
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: store.get(campaign_scope(1)).value, range(16)))
    assert len(found) == 1
    assert len(audit.entries(database, action="nonce.draw")) == 1
