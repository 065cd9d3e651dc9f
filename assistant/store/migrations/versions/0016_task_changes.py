"""Changes of many tasks at once, each with what undoes it."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_PENDING = sa.text("done_at IS NULL")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "task_changes",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("project_id", _KEY, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("new_values", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("tasks", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Text(), nullable=False),
        sa.Column("undoes", _KEY),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_task_changes_project_id")),
        sa.ForeignKeyConstraint(["undoes"], ["task_changes.id"], name=op.f("fk_task_changes_undoes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_changes")),
        sa.UniqueConstraint("undoes", name=op.f("uq_task_changes_undoes")),
    )
    op.create_index("ix_task_changes_project_id_id", "task_changes", ["project_id", "id"])
    op.create_table(
        "task_change_parts",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("change_id", _KEY, nullable=False),
        sa.Column("tasks", sa.Integer(), nullable=False),
        sa.Column("task_ids", sa.Text(), nullable=False),
        sa.Column("done_at", sa.String(length=32)),
        sa.ForeignKeyConstraint(["change_id"], ["task_changes.id"], name=op.f("fk_task_change_parts_change_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_change_parts")),
    )
    op.create_index("ix_task_change_parts_change_id", "task_change_parts", ["change_id"])
    op.create_index(
        *("ix_task_change_parts_pending", "task_change_parts", ["change_id", "id"]),
        sqlite_where=_PENDING,
        postgresql_where=_PENDING,
    )
    _make_rows()
    paused = sa.text("state = 'paused'")
    order: list[str | sa.TextClause] = ["lane_id", sa.text("priority DESC"), "id"]
    op.create_index("ix_assignments_paused", "assignments", order, sqlite_where=paused, postgresql_where=paused)


def _make_rows() -> None:
    op.create_table(
        "changed_tasks",
        sa.Column("change_id", _KEY, nullable=False),
        sa.Column("task_id", _KEY, nullable=False),
        sa.Column("due_at", sa.String(length=32)),
        sa.Column("priority", sa.Float(), nullable=False),
        sa.Column("queue", sa.String(length=120), nullable=False),
        sa.Column("lane_id", _KEY, nullable=False),
        sa.Column("closed_at", sa.String(length=32)),
        sa.ForeignKeyConstraint(["change_id"], ["task_changes.id"], name=op.f("fk_changed_tasks_change_id")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_changed_tasks_task_id")),
        sa.ForeignKeyConstraint(["lane_id"], ["lanes.id"], name=op.f("fk_changed_tasks_lane_id")),
        sa.PrimaryKeyConstraint("change_id", "task_id", name=op.f("pk_changed_tasks")),
    )
    op.create_index("ix_changed_tasks_task_id", "changed_tasks", ["task_id"])
    op.create_table(
        "changed_assignments",
        sa.Column("change_id", _KEY, nullable=False),
        sa.Column("assignment_id", _KEY, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("lane_id", _KEY, nullable=False),
        sa.Column("user_id", _KEY),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.String(length=32)),
        sa.Column("claimed_at", sa.String(length=32)),
        sa.Column("answered_at", sa.String(length=32)),
        sa.Column("review_id", _KEY),
        sa.Column("uncovered_ms", sa.Integer()),
        sa.ForeignKeyConstraint(["change_id"], ["task_changes.id"], name=op.f("fk_changed_assignments_change_id")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_changed_assignments_assignment_id")
        ),
        sa.ForeignKeyConstraint(["lane_id"], ["lanes.id"], name=op.f("fk_changed_assignments_lane_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_changed_assignments_user_id")),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_changed_assignments_review_id")),
        sa.PrimaryKeyConstraint("change_id", "assignment_id", name=op.f("pk_changed_assignments")),
    )
    op.create_index("ix_changed_assignments_assignment_id", "changed_assignments", ["assignment_id"])
    op.create_table(
        "unchanged_tasks",
        sa.Column("change_id", _KEY, nullable=False),
        sa.Column("task_id", _KEY, nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["task_changes.id"], name=op.f("fk_unchanged_tasks_change_id")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_unchanged_tasks_task_id")),
        sa.PrimaryKeyConstraint("change_id", "task_id", name=op.f("pk_unchanged_tasks")),
    )
    op.create_index("ix_unchanged_tasks_task_id", "unchanged_tasks", ["task_id"])


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_assignments_paused", table_name="assignments")
    for table in ("unchanged_tasks", "changed_assignments", "changed_tasks", "task_change_parts", "task_changes"):
        op.drop_table(table)
