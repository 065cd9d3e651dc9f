"""Changes of many tasks as a list: what was asked, by whom, how far it is, and whether it was undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from assistant.domain.task_changes import ChangeKind, LeftReason, LeftTask, TaskChange
from assistant.store.database import Database, project_of
from assistant.store.tables.content import items
from assistant.store.tables.review import tasks
from assistant.store.tables.task_changes import task_change_parts, task_changes, unchanged_tasks


class TaskChangeList:
    """Reads changes of many tasks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, before: int | None, limit: int) -> list[TaskChange]:
        """At most so many below a number, the newest first."""
        query = _changes()
        if before is not None:
            query = query.where(task_changes.c.id < before)
        with self._database.read() as connection:
            of_project = task_changes.c.project_id == project_of(connection)
            rows = connection.execute(query.where(of_project).order_by(task_changes.c.id.desc()).limit(limit)).all()
            return _with_counts(connection, rows)

    def find(self, number: int) -> TaskChange | None:
        """One of this project; None where there is none."""
        with self._database.read() as connection:
            of_project = task_changes.c.project_id == project_of(connection)
            rows = connection.execute(_changes().where(of_project, task_changes.c.id == number)).all()
            return next(iter(_with_counts(connection, rows)), None)

    def left(self, number: int, limit: int) -> list[LeftTask]:
        """The first tasks that stayed as they were when the change came to them."""
        query = (
            sa.select(items.c.external_id, unchanged_tasks.c.reason)
            .join(tasks, tasks.c.id == unchanged_tasks.c.task_id)
            .join(items, items.c.id == tasks.c.item_id)
            .where(unchanged_tasks.c.change_id == number)
            .order_by(unchanged_tasks.c.task_id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [LeftTask(str(item), LeftReason(why)) for item, why in connection.execute(query)]


def _changes() -> sa.Select[Any]:
    undo, part = task_changes.alias("undo"), task_change_parts
    pending = sa.select(sa.func.sum(part.c.tasks)).where(
        part.c.change_id == task_changes.c.id, part.c.done_at.is_(None)
    )
    names = ("id", "kind", "wanted", "new_values", "reason", "actor", "created_at", "tasks", "left_out", "undoes")
    return sa.select(
        *(task_changes.c[name] for name in names),
        sa.func.coalesce(pending.scalar_subquery(), 0).label("pending"),
        undo.c.actor.label("undone_by"),
        undo.c.created_at.label("undone_at"),
    ).outerjoin(undo, undo.c.undoes == task_changes.c.id)


def _with_counts(connection: sa.Connection, rows: Sequence[sa.Row[Any]]) -> list[TaskChange]:
    left = _left(connection, [row.id for row in rows])
    return [_change(row, left.get(row.id, Counter())) for row in rows]


def _left(connection: sa.Connection, numbers: Collection[int]) -> dict[int, Counter[LeftReason]]:
    query = (
        sa.select(unchanged_tasks.c.change_id, unchanged_tasks.c.reason, sa.func.count())
        .where(unchanged_tasks.c.change_id.in_(numbers))
        .group_by(unchanged_tasks.c.change_id, unchanged_tasks.c.reason)
    )
    found: dict[int, Counter[LeftReason]] = {}
    for number, why, count in connection.execute(query):
        found.setdefault(number, Counter())[LeftReason(why)] = count
    return found


def _change(row: sa.Row[Any], left: Counter[LeftReason]) -> TaskChange:
    before = Counter({LeftReason(why): count for why, count in row.left_out.items()})
    return TaskChange(
        id=row.id,
        kind=ChangeKind(row.kind),
        where=row.wanted,
        values=row.new_values,
        reason=row.reason,
        actor=row.actor,
        created_at=row.created_at,
        tasks=row.tasks,
        pending=int(row.pending),
        changed=row.tasks - int(row.pending) - left.total(),
        left_out=before + left,
        undoes=row.undoes,
        undone_by=row.undone_by,
        undone_at=row.undone_at,
    )
