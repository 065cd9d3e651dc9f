"""Queue partitions: assignments that the same people may take. A claim looks at the head of each."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from assistant.domain.review_work import NewTask
from assistant.store.database import project_of
from assistant.store.tables.review import assignments, lanes

EVERYBODY = 0  # in `for_user`


class Partition(NamedTuple):
    """What decides who may take an assignment; see the table `lanes`."""

    policy_id: str
    policy_version: str
    language: str
    queue: str
    skill: str
    harm: str
    for_user: int

    @classmethod
    def of(cls, task: NewTask) -> Partition:
        """The partition of a task."""
        whose = EVERYBODY if task.for_user is None else task.for_user
        return cls(task.policy_id, task.policy_version, task.language, task.queue, task.skill, task.harm, whose)


def partition_numbers(connection: sa.Connection, wanted: Collection[Partition]) -> dict[Partition, int]:
    """Row numbers of queue partitions; those that are new are made, once, whichever process makes them."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    project = project_of(connection)
    rows = [partition._asdict() | {"project_id": project} for partition in sorted(set(wanted))]
    if not rows:
        return {}
    connection.execute(insert(lanes).on_conflict_do_nothing(), rows)
    found: dict[Partition, int] = {}
    for partition in set(wanted):
        alike = (lanes.c[name] == value for name, value in partition._asdict().items())
        query = sa.select(lanes.c.id).where(lanes.c.project_id == project, *alike)
        found[partition] = connection.execute(query).scalar_one()
    return found


def languages_waiting(connection: sa.Connection, policy_id: str, policy_version: str) -> list[str]:
    """Languages in which answers are wanted that aren't one person's alone, in order."""
    waiting = sa.exists().where(assignments.c.lane_id == lanes.c.id, assignments.c.state == sa.literal_column("'open'"))
    query = sa.select(lanes.c.language).where(
        *(lanes.c.project_id == project_of(connection), lanes.c.policy_id == policy_id),
        *(lanes.c.policy_version == policy_version, lanes.c.for_user == EVERYBODY, waiting),
    )
    return sorted(set(connection.execute(query).scalars()))
