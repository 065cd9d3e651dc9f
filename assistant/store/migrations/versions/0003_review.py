"""People's work: users and sign-in, tasks and assignments, gold, adjudications, disagreements, the log of changes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OPEN, _LEASED = sa.text("state = 'open'"), sa.text("state = 'leased'")
_TABLES = (
    "audit_log",
    "lanes",
    "users",
    "adjudications",
    "api_tokens",
    "gold_items",
    "login_links",
    "qualifications",
    "sessions",
    "disagreements",
    "withdrawals",
    "tasks",
    "assignments",
    "passes",
    "late_answers",
    "practice_answers",
    "review_details",
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "audit_log",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_index(op.f("ix_audit_log_action"), "audit_log", ["action"], unique=False)
    op.create_table(
        "lanes",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("policy_id", sa.String(length=120), nullable=False),
        sa.Column("policy_version", sa.String(length=120), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("queue", sa.String(length=120), nullable=False),
        sa.Column("skill", sa.String(length=40), nullable=False),
        sa.Column("harm", sa.String(length=120), nullable=False),
        sa.Column("for_user", _KEY, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lanes")),
        sa.UniqueConstraint(
            "policy_id", "policy_version", "language", "queue", "skill", "harm", "for_user", name="uq_lanes_alike"
        ),
    )
    op.create_table(
        "users",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("languages", sa.Text(), nullable=False),
        sa.Column("skills", sa.Text(), nullable=False),
        sa.Column("opt_outs", sa.Text(), nullable=False),
        sa.Column("queues", sa.Text(), nullable=False),
        sa.Column("team", sa.String(length=120), nullable=False),
        sa.Column("preferences", sa.Text(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("name", name=op.f("uq_users_name")),
    )
    op.create_table(
        "adjudications",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("item_id", _KEY, nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("cause", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_adjudications_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjudications")),
    )
    op.create_index(op.f("ix_adjudications_item_id"), "adjudications", ["item_id"], unique=False)
    op.create_table(
        "api_tokens",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("user_id", _KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("last_used_at", sa.String(length=32), nullable=True),
        sa.Column("revoked_at", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_api_tokens_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_tokens_digest")),
    )
    op.create_index(op.f("ix_api_tokens_user_id"), "api_tokens", ["user_id"], unique=False)
    op.create_table(
        "gold_items",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("item_id", _KEY, nullable=False),
        sa.Column("policy_id", sa.String(length=120), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("retired_at", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_gold_items_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gold_items")),
    )
    op.create_index(op.f("ix_gold_items_item_id"), "gold_items", ["item_id"], unique=False)
    op.create_index(op.f("ix_gold_items_policy_id"), "gold_items", ["policy_id"], unique=False)
    op.create_table(
        "login_links",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", _KEY, nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.String(length=32), nullable=False),
        sa.Column("used_at", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_login_links_user_id")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_login_links")),
    )
    op.create_table(
        "qualifications",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("user_id", _KEY, nullable=False),
        sa.Column("policy_id", sa.String(length=120), nullable=False),
        sa.Column("policy_version", sa.String(length=120), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("right", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("decided_at", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_qualifications_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qualifications")),
    )
    op.create_index(
        op.f("ix_qualifications_user_id_policy_id_policy_version_language"),
        "qualifications",
        ["user_id", "policy_id", "policy_version", "language"],
        unique=False,
    )
    op.create_table(
        "sessions",
        sa.Column("id_digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", _KEY, nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("last_seen_at", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.String(length=32), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id")),
        sa.PrimaryKeyConstraint("id_digest", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"], unique=False)
    op.create_table(
        "disagreements",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("item_id", _KEY, nullable=False),
        sa.Column("review_id", _KEY, nullable=False),
        sa.Column("other_review_id", _KEY, nullable=True),
        sa.Column("run_id", _KEY, nullable=True),
        sa.Column("rater", sa.Text(), nullable=False),
        sa.Column("other_rater", sa.Text(), nullable=True),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("other_labels", sa.Text(), nullable=False),
        sa.Column("pair", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("clause", sa.String(length=120), nullable=False),
        sa.Column("prompt", sa.String(length=250), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_disagreements_item_id")),
        sa.ForeignKeyConstraint(["other_review_id"], ["reviews.id"], name=op.f("fk_disagreements_other_review_id")),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_disagreements_review_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_disagreements_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disagreements")),
    )
    op.create_index(op.f("ix_disagreements_item_id"), "disagreements", ["item_id"], unique=False)
    op.create_index(
        "ix_disagreements_kind_settled_clause_id",
        "disagreements",
        ["kind", "settled", "clause", "id", "language"],
        unique=False,
    )
    op.create_index(
        op.f("ix_disagreements_kind_settled_confidence_id"),
        "disagreements",
        ["kind", "settled", "confidence", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_disagreements_kind_settled_id_confidence"),
        "disagreements",
        ["kind", "settled", "id", "confidence"],
        unique=False,
    )
    op.create_index(
        "ix_disagreements_kind_settled_other_rater_id",
        "disagreements",
        ["kind", "settled", "other_rater", "id", "language"],
        unique=False,
    )
    op.create_index(
        op.f("ix_disagreements_kind_settled_language_id"),
        "disagreements",
        ["kind", "settled", "language", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_disagreements_kind_settled_pair_id"), "disagreements", ["kind", "settled", "pair", "id"], unique=False
    )
    op.create_index(
        "ix_disagreements_kind_settled_prompt_id",
        "disagreements",
        ["kind", "settled", "prompt", "id", "language"],
        unique=False,
    )
    op.create_index(
        "ix_disagreements_kind_settled_rater_id",
        "disagreements",
        ["kind", "settled", "rater", "id", "language"],
        unique=False,
    )
    op.create_index(op.f("ix_disagreements_other_review_id"), "disagreements", ["other_review_id"], unique=False)
    op.create_index(op.f("ix_disagreements_review_id"), "disagreements", ["review_id"], unique=False)
    op.create_table(
        "withdrawals",
        sa.Column("review_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_withdrawals_review_id")),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_withdrawals")),
    )
    op.create_table(
        "tasks",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("item_id", _KEY, nullable=False),
        sa.Column("run_id", _KEY, nullable=True),
        sa.Column("lane_id", _KEY, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("policy_id", sa.String(length=120), nullable=False),
        sa.Column("policy_version", sa.String(length=120), nullable=False),
        sa.Column("queue", sa.String(length=120), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("skill", sa.String(length=40), nullable=False),
        sa.Column("harm", sa.String(length=120), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Float(), nullable=False),
        sa.Column("due_at", sa.String(length=32), nullable=True),
        sa.Column("overlap", sa.Integer(), nullable=False),
        sa.Column("sample_id", _KEY, nullable=True),
        sa.Column("gold_id", _KEY, nullable=True),
        sa.Column("for_user", _KEY, nullable=True),
        sa.Column("closed_at", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["for_user"], ["users.id"], name=op.f("fk_tasks_for_user")),
        sa.ForeignKeyConstraint(["gold_id"], ["gold_items.id"], name=op.f("fk_tasks_gold_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_tasks_item_id")),
        sa.ForeignKeyConstraint(["lane_id"], ["lanes.id"], name=op.f("fk_tasks_lane_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_tasks_run_id")),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.id"], name=op.f("fk_tasks_sample_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
    )
    op.create_index(op.f("ix_tasks_gold_id"), "tasks", ["gold_id"], unique=False)
    op.create_index(op.f("ix_tasks_item_id"), "tasks", ["item_id"], unique=False)
    op.create_index(op.f("ix_tasks_run_id"), "tasks", ["run_id"], unique=False)
    op.create_index(op.f("ix_tasks_sample_id"), "tasks", ["sample_id"], unique=False)
    op.create_table(
        "assignments",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("task_id", _KEY, nullable=False),
        sa.Column("item_id", _KEY, nullable=False),
        sa.Column("lane_id", _KEY, nullable=False),
        sa.Column("priority", sa.Float(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("user_id", _KEY, nullable=True),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.String(length=32), nullable=True),
        sa.Column("claimed_at", sa.String(length=32), nullable=True),
        sa.Column("answered_at", sa.String(length=32), nullable=True),
        sa.Column("review_id", _KEY, nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_assignments_item_id")),
        sa.ForeignKeyConstraint(["lane_id"], ["lanes.id"], name=op.f("fk_assignments_lane_id")),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_assignments_review_id")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_assignments_task_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_assignments_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
        sa.UniqueConstraint("task_id", "seat", name=op.f("uq_assignments_task_id_seat")),
    )
    op.create_index(op.f("ix_assignments_item_id_user_id"), "assignments", ["item_id", "user_id"], unique=False)
    op.create_index(
        "ix_assignments_leased",
        "assignments",
        ["lease_until"],
        unique=False,
        sqlite_where=_LEASED,
        postgresql_where=_LEASED,
    )
    op.create_index(
        "ix_assignments_open",
        "assignments",
        ["lane_id", sa.literal_column("priority DESC"), "id"],
        unique=False,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_index(
        op.f("ix_assignments_user_id_state_answered_at"),
        "assignments",
        ["user_id", "state", "answered_at"],
        unique=False,
    )
    op.create_table(
        "passes",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("task_id", _KEY, nullable=False),
        sa.Column("user_id", _KEY, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_passes_task_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_passes_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passes")),
    )
    op.create_index(op.f("ix_passes_task_id_user_id"), "passes", ["task_id", "user_id"], unique=False)
    op.create_table(
        "late_answers",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("assignment_id", _KEY, nullable=False),
        sa.Column("user_id", _KEY, nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("submit_key", sa.String(length=120), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("clauses", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_late_answers_assignment_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_late_answers_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_late_answers")),
        sa.UniqueConstraint(
            "assignment_id", "user_id", "submit_key", name=op.f("uq_late_answers_assignment_id_user_id_submit_key")
        ),
    )
    op.create_table(
        "practice_answers",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("user_id", _KEY, nullable=False),
        sa.Column("task_id", _KEY, nullable=False),
        sa.Column("assignment_id", _KEY, nullable=False),
        sa.Column("submit_key", sa.String(length=120), nullable=False),
        sa.Column("gold_id", _KEY, nullable=False),
        sa.Column("qualification_id", _KEY, nullable=True),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("right", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_practice_answers_assignment_id")),
        sa.ForeignKeyConstraint(["gold_id"], ["gold_items.id"], name=op.f("fk_practice_answers_gold_id")),
        sa.ForeignKeyConstraint(
            ["qualification_id"], ["qualifications.id"], name=op.f("fk_practice_answers_qualification_id")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_practice_answers_task_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_practice_answers_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_answers")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_practice_answers_assignment_id")),
    )
    op.create_index(
        op.f("ix_practice_answers_qualification_id"), "practice_answers", ["qualification_id"], unique=False
    )
    op.create_index(op.f("ix_practice_answers_user_id"), "practice_answers", ["user_id"], unique=False)
    op.create_table(
        "review_details",
        sa.Column("review_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("user_id", _KEY, nullable=False),
        sa.Column("task_id", _KEY, nullable=True),
        sa.Column("assignment_id", _KEY, nullable=True),
        sa.Column("submit_key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("changed", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("clauses", sa.Text(), nullable=False),
        sa.Column("policy_id", sa.String(length=120), nullable=False),
        sa.Column("policy_version", sa.String(length=120), nullable=False),
        sa.Column("accepted_suggestion", sa.Boolean(), nullable=True),
        sa.Column("ui", sa.String(length=10), nullable=False),
        sa.Column("run_id", _KEY, nullable=True),
        sa.Column("suggestion", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_review_details_assignment_id")),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_review_details_review_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_review_details_run_id")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_review_details_task_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_review_details_user_id")),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_review_details")),
        sa.UniqueConstraint("assignment_id", "submit_key", name=op.f("uq_review_details_assignment_id_submit_key")),
    )
    op.create_index(op.f("ix_review_details_task_id"), "review_details", ["task_id"], unique=False)
    op.create_index(
        op.f("ix_review_details_user_id_review_id"), "review_details", ["user_id", "review_id"], unique=False
    )


def downgrade() -> None:
    """Undo."""
    for table in reversed(_TABLES):
        op.drop_table(table)
