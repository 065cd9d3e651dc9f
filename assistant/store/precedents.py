"""Precedents: items people have settled, remembered as events."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from assistant.domain.labels import LabelAnswer
from assistant.domain.policies import Precedent
from assistant.store import audit
from assistant.store.database import PAGE, Database, now, parts
from assistant.store.items import with_media
from assistant.store.tables import items, near_duplicates, precedents

_NAMED = 20  # items an entry of the log names


def settled_digests(policy_id: str) -> sa.Select[str]:
    """Contents that are precedents of a policy now, as a subquery."""
    latest = sa.select(sa.func.max(precedents.c.id)).group_by(precedents.c.policy_id, precedents.c.content_digest)
    return sa.select(precedents.c.content_digest).where(
        precedents.c.policy_id == policy_id, precedents.c.event == "added", precedents.c.id.in_(latest)
    )


class PrecedentStore:
    """Reads and writes precedents."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, policy_id: str, settled: Sequence[tuple[int, str, LabelAnswer]], actor: str) -> None:
        """Remember settled items: (row number, content digest, answer). A later answer supersedes."""
        self._append(policy_id, [(key, digest, answer, "added") for key, digest, answer in settled], actor)

    def withdraw(self, policy_id: str, digest: str, actor: str) -> bool:
        """A content is no precedent any more; returns whether it was one."""
        query = sa.select(precedents.c.item_id).where(
            precedents.c.content_digest == digest, precedents.c.content_digest.in_(settled_digests(policy_id))
        )
        with self._database.read() as connection:
            key = connection.execute(query.limit(1)).scalar()
        if key is None:
            return False
        self._append(policy_id, [(key, digest, (), "withdrawn")], actor)
        return True

    def all(self, policy_id: str, *, text_only: bool = False) -> list[Precedent]:
        """The precedents of a policy now, in order of arrival of their items; with `text_only` none that have media."""
        latest = sa.select(sa.func.max(precedents.c.id)).group_by(precedents.c.policy_id, precedents.c.content_digest)
        query = (
            sa.select(items, near_duplicates.c.group_id, precedents.c.labels)
            .select_from(
                precedents.join(items, items.c.id == precedents.c.item_id).outerjoin(
                    near_duplicates, near_duplicates.c.item_id == items.c.id
                )
            )
            .where(precedents.c.policy_id == policy_id, precedents.c.event == "added", precedents.c.id.in_(latest))
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
        query = sa.select(sa.func.count()).select_from(settled_digests(policy_id).subquery())
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def _append(self, policy_id: str, events: Sequence[tuple[int, str, LabelAnswer, str]], actor: str) -> None:
        if not events:
            return
        with self._database.write() as connection:
            remember(connection, policy_id, events, actor)
            items_named = [key for key, *_ in events[:_NAMED]]
            detail = {"rows": len(events), "item_rows": items_named}
            audit.append(connection, actor, f"precedents.{events[0][3]}", f"policy:{policy_id}", detail)


def remember(
    connection: sa.Connection, policy_id: str, events: Sequence[tuple[int, str, LabelAnswer, str]], actor: str
) -> None:
    """Append events in an open transaction: (row number, content digest, answer, `added` or `withdrawn`)."""
    stamp = now()
    rows = [
        {
            "policy_id": policy_id,
            "item_id": key,
            "content_digest": digest,
            "labels": labels,
            "event": event,
            "actor": actor,
            "created_at": stamp,
        }
        for key, digest, labels, event in events
    ]
    for part in parts(rows, PAGE):
        connection.execute(sa.insert(precedents), list(part))
