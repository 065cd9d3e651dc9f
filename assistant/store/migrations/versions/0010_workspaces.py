"""A random id for the workspace, and the folders that opened the database as theirs."""

import secrets
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    workspaces = op.create_table(
        "workspaces",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspaces")),
    )
    op.create_table(
        "workspace_folders",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("policy_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspace_folders")),
    )
    stamp = datetime.now(UTC).isoformat(timespec="milliseconds")
    op.bulk_insert(workspaces, [{"id": secrets.token_hex(8), "created_at": stamp}])


def downgrade() -> None:
    """Undo."""
    op.drop_table("workspace_folders")
    op.drop_table("workspaces")
