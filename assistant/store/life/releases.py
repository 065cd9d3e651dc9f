"""Releases: files of labels that were written, and which items are in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from assistant.store.audit import log as audit
from assistant.store.database import PAGE, Database, now, parts, project_of
from assistant.store.life.records import ReleaseRecord
from assistant.store.tables.life import release_items, releases

Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True)
class NewRelease:
    """A file of labels that was just written; see `ReleaseRecord`."""

    run_id: int
    certificate_id: int | None
    file: str
    format: str
    rows: int
    sha256: str
    manifest_sha256: str


class Stretches:
    """Rising row numbers as stretches without a gap, gathered one by one: a million items are a few."""

    def __init__(self) -> None:
        self._done: list[Stretch] = []
        self._first = self._last = 0

    def add(self, number: int) -> None:
        """One more; above all that were added before."""
        if number != self._last + 1 or not self._first:
            if self._first:
                self._done.append((self._first, self._last))
            self._first = number
        self._last = number

    def __iter__(self) -> Iterator[Stretch]:
        """First and last number of each."""
        yield from self._done
        if self._first:
            yield self._first, self._last


class ReleaseStore:
    """Reads and writes releases."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, release: NewRelease, stretches: Iterable[Stretch], actor: str) -> int:
        """Keep a release with its items, and log it; returns its number.

        Args:
            release: the file.
            stretches: row numbers of its items: first and last of each stretch.
            actor: who wrote it.
        """
        with self._database.write() as connection:
            row = {
                "project_id": project_of(connection),
                "run_id": release.run_id,
                "certificate_id": release.certificate_id,
                "file": release.file,
                "format": release.format,
                "rows": release.rows,
                "sha256": release.sha256,
                "manifest_sha256": release.manifest_sha256,
                "actor": actor,
                "created_at": now(),
            }
            number = int(connection.execute(sa.insert(releases).returning(releases.c.id), [row]).scalar_one())
            for part in parts(stretches, PAGE):
                connection.execute(
                    sa.insert(release_items),
                    [{"release_id": number, "first_item": low, "last_item": high} for low, high in part],
                )
            detail = {
                "file": release.file,
                "run": f"r{release.run_id}",
                "rows": release.rows,
                "sha256": release.sha256,
                "manifest_sha256": release.manifest_sha256,
            }
            audit.append(connection, actor, "release.write", f"release:{number}", detail)
        return number

    def page(self, *, before: int | None = None, limit: int = 50) -> list[ReleaseRecord]:
        """The newest releases of the project below a number, newest first."""
        with self._database.read() as connection:
            query = _select(connection).order_by(releases.c.id.desc()).limit(limit)
            if before is not None:
                query = query.where(releases.c.id < before)
            return [ReleaseRecord._make(row) for row in connection.execute(query)]

    def find(self, number: int) -> ReleaseRecord | None:
        """The release of that number, None where the project has none."""
        with self._database.read() as connection:
            row = connection.execute(_select(connection).where(releases.c.id == number)).first()
        return None if row is None else ReleaseRecord._make(row)


def releases_with(connection: sa.Connection, keys: Sequence[int]) -> list[ReleaseRecord]:
    """The project's releases that hold any of these items (row numbers), newest first."""
    found: dict[int, ReleaseRecord] = {}
    for key in keys:
        # One look per release along the primary key: the last stretch that begins no later.
        last = (
            sa.select(release_items.c.last_item)
            .where(release_items.c.release_id == releases.c.id, release_items.c.first_item <= key)
            .order_by(release_items.c.first_item.desc())
            .limit(1)
            .correlate(releases)
            .scalar_subquery()
        )
        query = _select(connection).where(last >= key, releases.c.id.not_in(list(found)))
        found.update((row.id, ReleaseRecord._make(row)) for row in connection.execute(query))
    return [found[number] for number in sorted(found, reverse=True)]


def _select(connection: sa.Connection) -> sa.Select[Any]:
    own = [column for column in releases.c if column.name not in {"project_id", "run_id"}]
    named = ("r" + sa.cast(releases.c.run_id, sa.Text)).label("run")
    return sa.select(own[0], named, *own[1:]).where(releases.c.project_id == project_of(connection))
