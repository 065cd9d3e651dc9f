"""What migration 0004 makes of a workspace from before there were nonces."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from assistant.domain.certificates import CertificateStatus, Origin, Purpose
from assistant.store.certification.certificates import CertificateStore
from assistant.store.certification.fits import FitStore
from assistant.store.certification.samples import SampleStore
from assistant.store.certification.settlements import SettlementStore
from assistant.store.database import MIGRATIONS, Database, _engine


class Old:
    """A database of schema 0003, filled row by row."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with engine.connect().execution_options(writing=True) as connection, connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, "0003")
        self._metadata = sa.MetaData()
        self._metadata.reflect(engine)

    def add(self, table: str, **values: Any) -> None:
        """A row; columns that must have a value and are not given one are empty."""
        there = self._metadata.tables[table]
        filled = {
            column.name: 0 if isinstance(column.type, sa.Integer | sa.BigInteger | sa.Float) else "{}"
            for column in there.columns
            if not column.nullable and column.name not in values and not (column.primary_key and column.name == "id")
        }
        with self._engine.connect().execution_options(writing=True) as connection, connection.begin():
            connection.execute(sa.insert(there), [filled | values])

    def batch(self, run: int, items: range) -> None:
        """A run with a machine's answers to items."""
        self.add("runs", id=run, key=f"k{run}", origin="import", model="judge", created_at="t")
        for item in items:
            self.add("prelabels", run_id=run, item_id=item, status="labelled", labels='["a"]', model="judge")

    def certificate(self, number: int, run: int, *, purpose: str = "audit", seed: int = 20260101) -> None:
        """A certificate on a sample of its own, with one label settled by the model and one by the student."""
        self.add("fits", id=number, run_id=run, report="{}", created_at="t")
        self.add("scores", fit_id=number, item_id=2 * number, labels='["a"]', confidence=0.9, origin="model")
        self.add("scores", fit_id=number, item_id=2 * number + 1, labels='["b"]', confidence=0.9, origin="student")
        self.add("samples", id=number, run_id=run, fit_id=number, purpose=purpose, seed=seed, detail="{}")
        self.add("certificates", id=number, run_id=run, fit_id=number, sample_id=number, statement="{}")
        self.add("certificate_events", certificate_id=number, event="issued", detail="{}")
        for item in (2 * number, 2 * number + 1):
            self.add(
                "settlements", item_id=item, revision=0, run_id=run, certificate_id=number, labels='["a"]', raters=0,
                origin="machine", confidence=0.9, actor="ana", created_at="t",
            )  # fmt: skip


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Any) -> str:
    """Where a database without any table is, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.db'}"
    found: str = request.getfixturevalue("postgres").new_url()
    return found


@pytest.fixture
def migrated(url: str) -> Iterator[Database]:
    """Four runs: r2 audits r1's items again, r3 others, r4 r1's items by another seed, r5 by a declared sample."""
    engine = _engine(url)
    old = Old(engine)
    for item in range(1, 21):
        old.add("items", id=item, external_id=f"i{item}", content_digest=f"d{item}", text="t", kind="text", meta="{}")
    for run, items in ((1, range(1, 11)), (2, range(5, 15)), (3, range(15, 21)), (4, range(1, 11)), (5, range(1, 11))):
        old.batch(run, items)
    old.certificate(1, 1)
    old.certificate(2, 2)
    old.certificate(3, 3)
    old.certificate(4, 4, seed=5)
    old.certificate(5, 5, purpose="declared")
    engine.dispose()
    database = Database.open(url)
    yield database
    database.close()


def test_certificates_whose_audit_used_up_draws_are_marked_and_no_others(migrated: Database) -> None:
    store = CertificateStore(migrated)
    assert [store.standing(number) for number in range(1, 6)] == [
        CertificateStatus.STANDING,
        CertificateStatus.NOT_PROVED,
        CertificateStatus.STANDING,
        CertificateStatus.STANDING,
        CertificateStatus.STANDING,
    ]
    assert "an earlier run's audit of the same items" in str(store.events(2)[-1].detail["reason"])
    assert json.dumps(store.events(2)[-1].detail)
    assert not store.standing(2).certified


def test_the_audit_of_an_old_second_run_is_known_as_one_and_that_of_a_first_is_not(migrated: Database) -> None:
    store = SampleStore(migrated)
    found = {run: store.audited_before(store.of_run(run)[0]) for run in range(1, 5)}
    assert found == {1: False, 2: True, 3: False, 4: False}
    assert store.of_run(1, Purpose.AUDIT)[0].id == 1


def test_final_labels_of_the_machine_are_told_apart_as_the_models_and_the_classifiers(migrated: Database) -> None:
    settled = {one.item_id: (one.origin, one.fit_id) for one in SettlementStore(migrated).newest(1)}
    assert settled == {"i2": (Origin.MODEL, 1), "i3": (Origin.CLASSIFIER, 1)}
    assert [one.origin for page in FitStore(migrated).scores(1) for one in page] == ["model", "classifier"]
