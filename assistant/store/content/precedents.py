"""Precedents: items people have settled, remembered as events."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from assistant.domain.labels import LabelAnswer
from assistant.domain.policies import Precedent
from assistant.store.audit import log as audit
from assistant.store.content.items import with_media
from assistant.store.counted_labels import counted, given_now
from assistant.store.database import PAGE, Database, label_versions_of, now, parts, project_of
from assistant.store.tables.content import items, near_duplicates, precedents

_NAMED = 20  # items an entry of the log names


def settled_digests(database: Database, policy_id: str) -> sa.Select[str]:
    """Contents that are precedents of a project's policy now and count, as a subquery."""
    return sa.select(precedents.c.content_digest).where(
        *_now(database.project_id, policy_id), counted(database.label_versions, precedents)
    )


def _of(project: int, policy_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    """Events of a project's policy."""
    return precedents.c.project_id == project, precedents.c.policy_id == policy_id


def _now(project: int, policy_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    """Events that made a content what it is now: a precedent of a project's policy."""
    latest = sa.select(sa.func.max(precedents.c.id)).where(*_of(project, policy_id))
    latest = latest.group_by(precedents.c.content_digest)
    return *_of(project, policy_id), precedents.c.event == "added", precedents.c.id.in_(latest)


class PrecedentStore:
    """Reads and writes precedents."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, policy_id: str, settled: Sequence[tuple[int, str, LabelAnswer]], actor: str) -> int:
        """Remember settled items: (row number, content digest, answer). A later answer supersedes.

        Returns how many contents are precedents now that were not, or not with this answer.
        """
        events = [(key, digest, answer, "added") for key, digest, answer in settled]
        with self._database.write() as connection:
            written = remember(connection, policy_id, events, actor)
            if written:
                detail = {"rows": written, "item_rows": [key for key, *_ in events[:_NAMED]]}
                audit.append(connection, actor, "precedents.added", f"policy:{policy_id}", detail)
        return written

    def all(self, policy_id: str, *, text_only: bool = False) -> list[Precedent]:
        """The precedents of a policy now, in order of arrival of their items; with `text_only` none that have media."""
        query = (
            sa.select(items, near_duplicates.c.group_id, precedents.c.labels)
            .select_from(
                precedents.join(items, items.c.id == precedents.c.item_id).outerjoin(
                    near_duplicates, near_duplicates.c.item_id == items.c.id
                )
            )
            .where(*_now(self._database.project_id, policy_id), counted(self._database.label_versions, precedents))
            .order_by(items.c.id)
        )
        if text_only:
            query = query.where(~with_media())
        with self._database.read() as connection:
            return [
                Precedent(
                    content_digest=row.content_digest,
                    text=row.text,
                    language=row.language,
                    labels=tuple(row.labels),
                    query=row.query,
                    group=None if row.group_id is None else str(row.group_id),
                )
                for row in connection.execute(query)
            ]

    def count(self, policy_id: str) -> int:
        """How many precedents a policy has now."""
        query = sa.select(sa.func.count()).select_from(settled_digests(self._database, policy_id).subquery())
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def newest_event(self, policy_id: str) -> int:
        """The number of the policy's newest event; 0 before the first."""
        query = sa.select(sa.func.max(precedents.c.id)).where(*_of(self._database.project_id, policy_id))
        with self._database.read() as connection:
            return int(connection.execute(query).scalar() or 0)

    def changed_since(self, policy_id: str, event: int) -> frozenset[str]:
        """Contents that became precedents, other ones, or none after an event."""
        query = sa.select(precedents.c.content_digest).where(
            *_of(self._database.project_id, policy_id), precedents.c.id > event
        )
        with self._database.read() as connection:
            return frozenset(connection.execute(query).scalars())


def remember(
    connection: sa.Connection, policy_id: str, events: Sequence[tuple[int, str, LabelAnswer, str]], actor: str
) -> int:
    """Append events in an open transaction: (row number, content digest, answer, `added` or `withdrawn`).

    Of several about one content the last one counts; what is so already is not written again. Returns how many were.
    """
    stamp, version = now(), given_now(connection)["policy_version"]
    newest = {digest: (key, labels, event) for key, digest, labels, event in events}
    known = _as_they_are(connection, policy_id, list(newest))
    rows = [
        {
            "project_id": project_of(connection),
            "policy_id": policy_id,
            "item_id": key,
            "content_digest": digest,
            "labels": labels,
            "event": event,
            "actor": actor,
            "created_at": stamp,
            "policy_version": version,
        }
        for digest, (key, labels, event) in newest.items()
        if known.get(digest) != (tuple(labels) if event == "added" else None)
    ]
    for part in parts(rows, PAGE):
        connection.execute(sa.insert(precedents), list(part))
    return len(rows)


def _as_they_are(connection: sa.Connection, policy_id: str, digests: Sequence[str]) -> dict[str, LabelAnswer]:
    """What each of these contents is a precedent for now; without those that are none."""
    found: dict[str, LabelAnswer] = {}
    for part in parts(digests):
        of_these = (*_of(project_of(connection), policy_id), precedents.c.content_digest.in_(part))
        latest = sa.select(sa.func.max(precedents.c.id)).where(*of_these).group_by(precedents.c.content_digest)
        query = sa.select(precedents.c.content_digest, precedents.c.labels).where(
            precedents.c.id.in_(latest),
            precedents.c.event == "added",
            counted(label_versions_of(connection), precedents),
        )
        found.update((row.content_digest, tuple(row.labels)) for row in connection.execute(query))
    return found
