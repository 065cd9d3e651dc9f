"""The policy version that labels were given under, and what carries them over to another."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_VERSIONED = {
    "reviews": ("policy_id", "policy_version"),
    "adjudications": ("policy_id", "policy_version"),
    "gold_items": ("policy_version",),
    "precedents": ("policy_version",),
    "settlements": ("policy_version",),
}


def upgrade() -> None:
    """Apply. What was labeled in the queue knows its version; of all else it was not kept, and stays unknown."""
    for table, columns in _VERSIONED.items():
        for column in columns:
            op.add_column(table, sa.Column(column, sa.String(length=120)))
    op.execute(
        "UPDATE reviews SET policy_id = (SELECT policy_id FROM review_details WHERE review_id = reviews.id),"
        " policy_version = (SELECT policy_version FROM review_details WHERE review_id = reviews.id)"
        " WHERE id IN (SELECT review_id FROM review_details)"
    )
    _make_changes()
    _make_stale()


def _make_changes() -> None:
    op.create_table(
        "policy_changes",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("project_id", _KEY, nullable=False),
        sa.Column("policy_id", sa.String(length=120), nullable=False),
        sa.Column("old_version", sa.String(length=120), nullable=False),
        sa.Column("new_version", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_policy_changes_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_changes")),
    )
    op.create_index("ix_policy_changes_project_id", "policy_changes", ["project_id"])
    op.create_table(
        "policy_change_events",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("change_id", _KEY, nullable=False),
        sa.Column("event", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["policy_changes.id"], name=op.f("fk_policy_change_events_change_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_change_events")),
    )
    op.create_index("ix_policy_change_events_change_id", "policy_change_events", ["change_id"])


def _make_stale() -> None:
    op.create_table(
        "stale_items",
        sa.Column("change_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("item_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("reasons", sa.String(length=60), nullable=False),
        sa.Column("margin", sa.Float()),
        sa.ForeignKeyConstraint(["change_id"], ["policy_changes.id"], name=op.f("fk_stale_items_change_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_stale_items_item_id")),
        sa.PrimaryKeyConstraint("change_id", "item_id", name=op.f("pk_stale_items")),
    )
    op.create_table(
        "policy_acknowledgements",
        sa.Column("change_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("user_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"], ["policy_changes.id"], name=op.f("fk_policy_acknowledgements_change_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_policy_acknowledgements_user_id")),
        sa.PrimaryKeyConstraint("change_id", "user_id", name=op.f("pk_policy_acknowledgements")),
    )


def downgrade() -> None:
    """Undo."""
    for table in ("policy_acknowledgements", "stale_items", "policy_change_events", "policy_changes"):
        op.drop_table(table)
    for table, columns in _VERSIONED.items():
        for column in columns:
            op.drop_column(table, column)
