"""What happened to each wanted answer, and where people work from when to when."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# What was before is not known: one event an assignment says how it stands.
_UNKNOWN = """
    INSERT INTO assignment_events (
        assignment_id, task_id, user_id, event, token, at, seat, lane_id, priority, lease_until, review_id,
        uncovered_ms, detail
    )
    SELECT id, task_id, user_id, 'unknown', token, :at, seat, lane_id, priority, lease_until, review_id, uncovered_ms,
        '{"answered_at":' || COALESCE('"' || answered_at || '"', 'null')
        || ',"claimed_at":' || COALESCE('"' || claimed_at || '"', 'null') || ',"state":"' || state || '"}'
    FROM assignments ORDER BY id
"""

# Whoever has a team has had it since a day that no one wrote down.
_TEAMS = """
    INSERT INTO memberships (person, event, team, vendor, site, contract, actor, at)
    SELECT name, 'set', team, '', '', '', 'system', :at FROM users WHERE team <> '' ORDER BY id
"""


def upgrade() -> None:
    """Apply."""
    _make_events()
    _make_memberships()
    op.add_column("review_details", sa.Column("active_ms", sa.Integer()))
    at = {"at": datetime.now(UTC).isoformat(timespec="milliseconds")}
    connection = op.get_bind()
    for statement in (_UNKNOWN, _TEAMS):
        connection.execute(sa.text(statement), at)


def _make_events() -> None:
    op.create_table(
        "assignment_events",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("assignment_id", _KEY, nullable=False),
        sa.Column("task_id", _KEY, nullable=False),
        sa.Column("user_id", _KEY),
        sa.Column("event", sa.String(length=12), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("seat", sa.Integer()),
        sa.Column("lane_id", _KEY),
        sa.Column("priority", sa.Float()),
        sa.Column("lease_until", sa.String(length=32)),
        sa.Column("review_id", _KEY),
        sa.Column("uncovered_ms", sa.Integer()),
        sa.Column("reason", sa.String(length=40)),
        sa.Column("detail", sa.Text()),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_assignment_events_assignment_id")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_assignment_events_task_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_assignment_events_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_events")),
    )
    op.create_index("ix_assignment_events_task_id_id", "assignment_events", ["task_id", "id"])
    op.create_index("ix_assignment_events_user_id_at", "assignment_events", ["user_id", "at"])
    op.create_index("ix_assignment_events_at", "assignment_events", ["at"])


def _make_memberships() -> None:
    op.create_table(
        "memberships",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("event", sa.String(length=10), nullable=False),
        sa.Column("team", sa.String(length=120), nullable=False),
        sa.Column("vendor", sa.String(length=120), nullable=False),
        sa.Column("site", sa.String(length=120), nullable=False),
        sa.Column("contract", sa.String(length=120), nullable=False),
        sa.Column("weekly_hours", sa.Float()),
        sa.Column("valid_from", sa.String(length=10)),
        sa.Column("valid_to", sa.String(length=10)),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
    )
    op.create_index("ix_memberships_person_id", "memberships", ["person", "id"])


def downgrade() -> None:
    """What happened can't be derived from what is left: a copy from before the upgrade has the older form."""
    raise NotImplementedError
