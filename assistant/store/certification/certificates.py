"""Certificates as issued, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from assistant.domain.certificates import (
    CertificateEvent,
    CertificateEventKind,
    CertificateStatus,
    IssuedCertificate,
    standing_after,
)
from assistant.domain.statements import NewerStatementError, Statement, read_statement
from assistant.errors import NotFoundError, StorageError
from assistant.store.audit import log as audit
from assistant.store.audit.binding import CERTIFICATE, CERTIFICATE_EVENT, row_digest
from assistant.store.database import Database, now
from assistant.store.project_scope import runs_of
from assistant.store.tables.certification import certificate_events, certificates


class CertificateStore:
    """Reads and writes certificates; a statement once issued is never changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def issue(self, run_id: int, fit_id: int | None, sample_id: int, statement: Statement) -> IssuedCertificate:
        """Keep a certificate and the event that it was issued.

        Args:
            run_id: the run it speaks about.
            fit_id: the fit whose scores its threshold cuts, None when it cuts the model's own.
            sample_id: the sample that certified it.
            statement: everything it says.
        """
        stamp = now()
        row = {
            "run_id": run_id,
            "fit_id": fit_id,
            "sample_id": sample_id,
            "statement": statement.as_json(),
            "created_at": stamp,
        }
        with self._database.write() as connection:
            issued = _certificate(connection.execute(sa.insert(certificates).values(row).returning(certificates)).one())
            detail = {"run": f"r{run_id}", "sample": sample_id, "row": row_digest(CERTIFICATE, row)}
            audit.append(connection, self._database.operator, "certificate.issue", f"certificate:{issued.id}", detail)
            _append(
                connection, CertificateEvent(issued.id, CertificateEventKind.ISSUED, {}, stamp), self._database.operator
            )
        return issued

    def latest(self, run_id: int) -> IssuedCertificate | None:
        """The newest certificate of a run, whatever became of it, or None.

        Raises:
            StorageError: its statement can't be read.
        """
        query = (
            sa.select(certificates).where(certificates.c.run_id == run_id).order_by(certificates.c.id.desc()).limit(1)
        )
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _certificate(row)

    def in_force(self, run_id: int) -> IssuedCertificate | None:
        """The newest certificate of a run if it may still be relied on; an earlier one never takes its place."""
        newest = self.latest(run_id)
        return newest if newest is not None and self.standing(newest.id) is CertificateStatus.STANDING else None

    def get(self, certificate_id: int) -> IssuedCertificate | None:
        """The certificate of that number, or None.

        Raises:
            StorageError: its statement can't be read.
        """
        with self._database.read() as connection:
            own = certificates.c.run_id.in_(runs_of(self._database.project_id))
            query = sa.select(certificates).where(certificates.c.id == certificate_id, own)
            row = connection.execute(query).one_or_none()
        return None if row is None else _certificate(row)

    def record(
        self, certificate_id: int, event: CertificateEventKind, detail: Mapping[str, object]
    ) -> CertificateEvent:
        """Append to a certificate's history.

        Raises:
            InputError: no such certificate.
        """
        happened = CertificateEvent(certificate_id, event, dict(detail), now())
        if self.get(certificate_id) is None:
            raise _unknown(certificate_id)
        with self._database.write() as connection:
            _append(connection, happened, self._database.operator)
        return happened

    def events(self, certificate_id: int) -> list[CertificateEvent]:
        """What happened to a certificate, oldest first; its first event is that it was issued."""
        query = (
            sa.select(certificate_events)
            .where(certificate_events.c.certificate_id == certificate_id)
            .order_by(certificate_events.c.id)
        )
        with self._database.read() as connection:
            return [
                CertificateEvent(row.certificate_id, CertificateEventKind(row.event), row.detail, row.created_at)
                for row in connection.execute(query)
            ]

    def standing(self, certificate_id: int) -> CertificateStatus:
        """Whether a certificate may still be relied on: its events say so, and the policy version in use.

        Raises:
            InputError: no such certificate.
        """
        events = self.events(certificate_id)
        if not events:
            raise _unknown(certificate_id)
        standing, versions = standing_after(events), self._database.label_versions
        if standing is CertificateStatus.STANDING and versions is not None and events[0].created_at < versions.since:
            return CertificateStatus.OUTDATED
        return standing


def _append(connection: sa.Connection, happened: CertificateEvent, actor: str) -> None:
    row = {
        "certificate_id": happened.certificate_id,
        "event": happened.event.value,
        "detail": happened.detail,
        "created_at": happened.created_at,
    }
    insert = sa.insert(certificate_events).returning(certificate_events.c.id)
    number = connection.execute(insert, [row]).scalar_one()
    detail = {"event": number, "row": row_digest(CERTIFICATE_EVENT, row)}
    action = f"certificate.{happened.event.value}"
    audit.append(connection, actor, action, f"certificate:{happened.certificate_id}", detail)


def _unknown(certificate_id: int) -> NotFoundError:
    return NotFoundError("certificate_not_found", certificate=certificate_id)


def _certificate(row: sa.Row[Any]) -> IssuedCertificate:
    try:
        statement = read_statement(row.statement)
    except NewerStatementError as error:
        raise StorageError("certificate_of_newer_version", certificate=row.id, said=str(error)) from None
    except ValueError as error:
        raise StorageError("certificate_unreadable", certificate=row.id, said=" ".join(str(error).split())) from None
    return IssuedCertificate(row.id, row.run_id, row.fit_id, row.sample_id, statement, row.created_at)
