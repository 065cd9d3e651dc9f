"""The tables of changes of many tasks at once: what was asked, what each task was before, and what stayed as it was."""

from __future__ import annotations

import sqlalchemy as sa

from assistant.store.tables.content import KEY, MOMENT, ExactText, Json, metadata, of_project
from assistant.store.tables.people import users
from assistant.store.tables.review import assignments, tasks

_PENDING = sa.text("done_at IS NULL")

task_changes = sa.Table(
    "task_changes",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    of_project(),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("wanted", Json, nullable=False),  # the filter
    sa.Column("new_values", Json, nullable=False),
    sa.Column("reason", ExactText, nullable=False),
    sa.Column("tasks", sa.Integer, nullable=False),  # how many it is made for
    sa.Column("left_out", Json, nullable=False),  # how many were left out before it began, by reason
    sa.Column("undoes", KEY, sa.ForeignKey("task_changes.id"), unique=True),  # of the kind `undo`
    sa.Column("actor", ExactText, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Index(None, "project_id", "id"),
)

# A change is made part by part, each a short transaction; what is pending after a crash is done by who comes next.
task_change_parts = sa.Table(
    "task_change_parts",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    sa.Column("change_id", KEY, sa.ForeignKey("task_changes.id"), nullable=False, index=True),
    sa.Column("tasks", sa.Integer, nullable=False),
    sa.Column("task_ids", Json, nullable=False),
    sa.Column("done_at", MOMENT),
    sa.Index("ix_task_change_parts_pending", "change_id", "id", sqlite_where=_PENDING, postgresql_where=_PENDING),
)

# What a task was before: an undo restores it where nothing touched it since.
changed_tasks = sa.Table(
    "changed_tasks",
    metadata,
    sa.Column("change_id", KEY, sa.ForeignKey("task_changes.id"), primary_key=True, autoincrement=False),
    sa.Column("task_id", KEY, sa.ForeignKey(tasks.c.id), primary_key=True, autoincrement=False, index=True),
    sa.Column("due_at", MOMENT),
    sa.Column("priority", sa.Float, nullable=False),
    sa.Column("queue", sa.String(120), nullable=False),
    sa.Column("lane_id", KEY, sa.ForeignKey("lanes.id"), nullable=False),
    sa.Column("closed_at", MOMENT),
)

changed_assignments = sa.Table(
    "changed_assignments",
    metadata,
    sa.Column("change_id", KEY, sa.ForeignKey("task_changes.id"), primary_key=True, autoincrement=False),
    sa.Column("assignment_id", KEY, sa.ForeignKey(assignments.c.id), primary_key=True, autoincrement=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("lane_id", KEY, sa.ForeignKey("lanes.id"), nullable=False),
    sa.Column("user_id", KEY, sa.ForeignKey(users.c.id)),
    sa.Column("token", sa.Integer, nullable=False),
    sa.Column("lease_until", MOMENT),
    sa.Column("claimed_at", MOMENT),
    sa.Column("answered_at", MOMENT),
    sa.Column("review_id", KEY, sa.ForeignKey("reviews.id")),
    sa.Column("uncovered_ms", sa.Integer),
    sa.Index(None, "assignment_id"),
)

unchanged_tasks = sa.Table(
    "unchanged_tasks",
    metadata,
    sa.Column("change_id", KEY, sa.ForeignKey("task_changes.id"), primary_key=True, autoincrement=False),
    sa.Column("task_id", KEY, sa.ForeignKey(tasks.c.id), primary_key=True, autoincrement=False, index=True),
    sa.Column("reason", sa.String(40), nullable=False),
)
