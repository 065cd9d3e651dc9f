"""How much work there is, in numbers that cost little to count."""

from __future__ import annotations

import sqlalchemy as sa

from assistant.domain.review_work import AssignmentState
from assistant.errors import StorageError
from assistant.store.database import Database
from assistant.store.review_tables import assignments

_ALIVE = (AssignmentState.OPEN, AssignmentState.LEASED)


def answers(database: Database) -> bool:
    """Whether the database answers at all."""
    try:
        with database.read() as connection:
            connection.execute(sa.text("SELECT 1"))
    except StorageError:
        return False
    return True


def count_assignments(database: Database) -> dict[str, int]:
    """Wanted answers that nobody has (`open`) or somebody is at (`leased`): each from an index of its own."""
    with database.read() as connection:
        return {
            # The state stands in the statement itself, or the partial indexes would not be used.
            state.value: int(
                connection.execute(
                    sa.select(sa.func.count())
                    .select_from(assignments)
                    .where(assignments.c.state == sa.literal_column(f"'{state.value}'"))
                ).scalar_one()
            )
            for state in _ALIVE
        }
