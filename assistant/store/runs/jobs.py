"""Jobs: who started which, whether it still reports, and the wish to stop it. The row is every process's, not one's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from assistant.domain.runs import JobOrigin, JobRow, fresh_since
from assistant.errors import ConflictError
from assistant.store.audit import log as audit
from assistant.store.database import Database, now
from assistant.store.project_scope import runs_of
from assistant.store.tables.content import jobs

_OPEN = jobs.c.ended_at.is_(None)


class JobStore:
    """Reads and writes jobs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, run_id: int, origin: JobOrigin, actor: str, detail: Mapping[str, object] | None = None) -> int:
        """A new job; one from the pages is logged as `run.start`, with `detail`.

        Returns:
            Its row number.

        Raises:
            ConflictError: another one from the pages is just being started, by this or another server.
        """
        row = {"run_id": run_id, "origin": origin.value, "actor": actor, "created_at": now()}
        with self._database.write(alone=True) as connection:
            if origin is JobOrigin.PAGES:
                starting = sa.and_(self._own(), _OPEN, jobs.c.seen_at.is_(None), jobs.c.created_at > fresh_since())
                if connection.execute(sa.select(jobs.c.id).where(starting).limit(1)).first():
                    raise ConflictError("job_starting")
            key = int(connection.execute(sa.insert(jobs).returning(jobs.c.id), row).scalar_one())
            if origin is JobOrigin.PAGES:
                audit.append(connection, actor, "run.start", f"run:r{run_id}", dict(detail or {}) | {"job": key})
        return key

    def report(self, key: int) -> None:
        """A job says that it is at work."""
        self._set(key, seen_at=now())

    def end(self, key: int) -> None:
        """A job is over; the first time counts."""
        self._set(key, ended_at=now())

    def stop_wanted(self, key: int) -> bool:
        """Whether a job was asked to stop."""
        with self._database.read() as connection:
            return connection.execute(sa.select(jobs.c.stop_at).where(jobs.c.id == key)).scalar() is not None

    def ask_to_stop(self, key: int, actor: str) -> None:
        """Ask a job to stop, and log it as `run.stop`; asking again changes nothing."""
        asked = sa.update(jobs).where(self._own(), jobs.c.id == key, _OPEN, jobs.c.stop_at.is_(None))
        asked = asked.values(stop_at=now(), stop_by=actor).returning(jobs.c.run_id)
        with self._database.write() as connection:
            run_id = connection.execute(asked).scalar()
            if run_id is not None:
                audit.append(connection, actor, "run.stop", f"run:r{run_id}", {"job": key})

    def newest(self, run_ids: Sequence[int] | None = None) -> dict[int, JobRow]:
        """The newest job of each run that has one, or of these runs, by the run's row number."""
        keys = sa.select(sa.func.max(jobs.c.id)).where(self._own()).group_by(jobs.c.run_id)
        if run_ids is not None:
            keys = keys.where(jobs.c.run_id.in_(run_ids))
        with self._database.read() as connection:
            rows = connection.execute(sa.select(jobs).where(jobs.c.id.in_(keys)))
            return {row.run_id: _job(row) for row in rows}

    def last_begun(self) -> int | None:
        """The project's newest job that has not ended; None where all have."""
        with self._database.read() as connection:
            key = connection.execute(sa.select(sa.func.max(jobs.c.id)).where(self._own(), _OPEN)).scalar()
        return None if key is None else int(key)

    def _own(self) -> sa.ColumnElement[bool]:
        return jobs.c.run_id.in_(runs_of(self._database.project_id))

    def _set(self, key: int, **values: str) -> None:
        with self._database.write() as connection:
            connection.execute(sa.update(jobs).where(jobs.c.id == key, _OPEN).values(**values))


def _job(row: sa.Row[tuple[object, ...]]) -> JobRow:
    values = row._asdict()
    return JobRow(**values | {"origin": JobOrigin(values["origin"])})
