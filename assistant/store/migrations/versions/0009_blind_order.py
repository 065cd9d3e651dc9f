"""Open blind tasks lose the place that the machine's answer gave them: from now on it hangs on their due time alone.

What a task made by `enqueue` gets is computed in `assistant.review.priority`; here the most severe label that any task
of the policy was made for stands for the policy's.
"""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_DUE = timedelta(hours=168)  # after it was made, for a task without a due time: the setting's default
_SEVERITY_HOURS, _VALUE_HOURS = 8.0, 4.0
_OPEN = """
    SELECT t.id, t.created_at, t.due_at,
        (SELECT MAX(other.severity) FROM tasks other WHERE other.policy_id = t.policy_id) AS severity
    FROM tasks t
    WHERE t.blind AND t.closed_at IS NULL AND t.gold_id IS NULL AND t.for_user IS NULL
"""


def upgrade() -> None:
    """Apply."""
    connection = op.get_bind()
    rows = connection.execute(sa.text(_OPEN)).all()
    changed = [
        {"task": key, "priority": _priority(due or made, due is None, severity)} for key, made, due, severity in rows
    ]
    if changed:
        connection.execute(sa.text("UPDATE tasks SET priority = :priority WHERE id = :task"), changed)
        connection.execute(sa.text("UPDATE assignments SET priority = :priority WHERE task_id = :task"), changed)


def _priority(moment: str, was_made: bool, severity: int) -> float:
    at = datetime.fromisoformat(moment)
    due = (at if at.tzinfo else at.replace(tzinfo=UTC)) + (_DUE if was_made else timedelta())
    return severity * _SEVERITY_HOURS + _VALUE_HOURS - (due - _BEGIN).total_seconds() / 3600


def downgrade() -> None:
    """Nothing to undo: an order is no worse for saying less."""
