"""Qualification rounds: what a person was asked before their answers count in a project, and how it went."""

from __future__ import annotations

from typing import Any, NamedTuple

import sqlalchemy as sa

from assistant.domain.accounts import Qualification
from assistant.domain.review_work import QualificationState, TaskKind
from assistant.store.database import now, project_of
from assistant.store.tables.people import qualifications
from assistant.store.tables.review import lanes, practice_answers, tasks

_COLUMNS = [qualifications.c[name] for name in Qualification._fields]


class QualificationRound(NamedTuple):
    """What a round is about."""

    user_id: int
    policy_id: str
    policy_version: str
    language: str


def add(connection: sa.Connection, about: QualificationRound, asked: int) -> Qualification:
    """Begin a round of so many items."""
    row = about._asdict() | {"state": "running", "asked": asked, "right": 0, "created_at": now()}
    row["project_id"] = project_of(connection)
    return _qualification(connection.execute(sa.insert(qualifications).returning(*_COLUMNS), [row]).one())


def newest(connection: sa.Connection, about: QualificationRound) -> Qualification | None:
    """The newest round about that, or None."""
    alike = (qualifications.c[name] == value for name, value in about._asdict().items())
    query = sa.select(*_COLUMNS).where(_own(connection), *alike).order_by(qualifications.c.id.desc()).limit(1)
    row = connection.execute(query).first()
    return None if row is None else _qualification(row)


def of_user(connection: sa.Connection, user_id: int) -> list[Qualification]:
    """All rounds of a person, newest first."""
    query = sa.select(*_COLUMNS).where(_own(connection), qualifications.c.user_id == user_id)
    return [_qualification(row) for row in connection.execute(query.order_by(qualifications.c.id.desc()))]


def passed_rounds(connection: sa.Connection) -> list[tuple[int, str, str, str]]:
    """(user, policy, version, language) of all rounds that were passed."""
    about = (qualifications.c[name] for name in QualificationRound._fields)
    query = sa.select(*about).where(_own(connection), qualifications.c.state == QualificationState.PASSED.value)
    return [(user, policy, version, language) for user, policy, version, language in connection.execute(query)]


def trained(connection: sa.Connection, user_id: int) -> dict[int, int]:
    """Gold that a person was given to train on: how often, by its number."""
    query = (
        sa.select(tasks.c.gold_id, sa.func.count())
        .where(tasks.c.for_user == user_id, tasks.c.kind == TaskKind.TRAINING.value)
        .where(tasks.c.lane_id.in_(sa.select(lanes.c.id).where(lanes.c.project_id == project_of(connection))))
        .group_by(tasks.c.gold_id)
    )
    return {int(gold_id): int(times) for gold_id, times in connection.execute(query)}


def tally(connection: sa.Connection, qualification_id: int) -> tuple[int, int]:
    """(answered, right) of a round so far."""
    right = sa.func.sum(sa.cast(practice_answers.c.right, sa.Integer))
    query = sa.select(sa.func.count(), sa.func.coalesce(right, 0)).where(
        practice_answers.c.qualification_id == qualification_id
    )
    answered, correct = connection.execute(query).one()
    return int(answered), int(correct)


def decide(connection: sa.Connection, qualification_id: int, state: QualificationState, right: int) -> None:
    """Write down how a round stands."""
    decided = None if state is QualificationState.RUNNING else now()
    values = {"state": state.value, "right": right, "decided_at": decided}
    connection.execute(sa.update(qualifications).where(qualifications.c.id == qualification_id).values(**values))


def _own(connection: sa.Connection) -> sa.ColumnElement[bool]:
    return qualifications.c.project_id == project_of(connection)


def _qualification(row: sa.Row[Any]) -> Qualification:
    return Qualification._make(row)._replace(state=QualificationState(row.state))
