"""How long content that was covered was looked at: with each answer, in each seat, and with what was passed on."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TABLES = ("assignments", "review_details", "passes")


def upgrade() -> None:
    """Apply."""
    for table in _TABLES:
        op.add_column(table, sa.Column("uncovered_ms", sa.Integer(), nullable=True))
    op.create_index("ix_passes_user_id_created_at", "passes", ["user_id", "created_at"])


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_passes_user_id_created_at", table_name="passes")
    for table in _TABLES:
        op.drop_column(table, "uncovered_ms")
