"""Policy changes in the database: what was proposed, and every event since; and who has read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from assistant.domain.policy_changes import CarryDecision, CarryOver, ChangeState, PolicyChange
from assistant.store.audit import log as audit
from assistant.store.database import Connection, Database, now, project_of
from assistant.store.tables.people import users
from assistant.store.tables.policy_changes import policy_acknowledgements, policy_change_events, policy_changes

_STATES = frozenset(state.value for state in ChangeState)


class PolicyChangeStore:
    """Reads and writes the changes of a project's policy."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[PolicyChange]:
        """Every change of the project, oldest first."""
        with self._database.read() as connection:
            return changes_of(connection)

    def source(self, change_id: int) -> str:
        """The new document as it was proposed."""
        query = sa.select(policy_changes.c.source).where(policy_changes.c.id == change_id)
        with self._database.read() as connection:
            return str(connection.execute(query).scalar_one())

    def readers(self, change_id: int) -> list[tuple[str, str]]:
        """Who has read a change: (name, moment), in order."""
        query = (
            sa.select(users.c.name, policy_acknowledgements.c.created_at)
            .join(users, users.c.id == policy_acknowledgements.c.user_id)
            .where(policy_acknowledgements.c.change_id == change_id)
            .order_by(policy_acknowledgements.c.created_at, users.c.name)
        )
        with self._database.read() as connection:
            return [(name, at) for name, at in connection.execute(query)]

    def read_by(self, user_id: int) -> frozenset[int]:
        """The changes a person has read."""
        query = sa.select(policy_acknowledgements.c.change_id).where(policy_acknowledgements.c.user_id == user_id)
        with self._database.read() as connection:
            return frozenset(connection.execute(query).scalars())

    def acknowledge(self, change: PolicyChange, user_id: int, actor: str) -> bool:
        """Note that a person has read a change; returns whether that is new."""
        row = {"change_id": change.id, "user_id": user_id, "created_at": now()}
        with self._database.write(alone=True) as connection:
            known = sa.select(policy_acknowledgements.c.user_id).where(
                policy_acknowledgements.c.change_id == change.id, policy_acknowledgements.c.user_id == user_id
            )
            if connection.execute(known).first() is not None:
                return False
            connection.execute(sa.insert(policy_acknowledgements), [row])
            audit.append(connection, actor, "policy.acknowledge", f"policy:{change.policy_id}", {"change": change.name})
        return True


def changes_of(connection: Connection) -> list[PolicyChange]:
    """Every change of the connection's project, oldest first."""
    project_id = project_of(connection)
    mine = policy_changes.c.project_id == project_id
    rows = connection.execute(sa.select(policy_changes).where(mine).order_by(policy_changes.c.id)).all()
    if not rows:
        return []
    query = (
        sa.select(policy_change_events)
        .join(policy_changes, policy_changes.c.id == policy_change_events.c.change_id)
        .where(mine)
        .order_by(policy_change_events.c.id)
    )
    events: dict[int, list[sa.Row[Any]]] = {}
    for event in connection.execute(query):
        events.setdefault(event.change_id, []).append(event)
    return [_change(row, events.get(row.id, [])) for row in rows]


def add_change(
    connection: Connection,
    policy_id: str,
    versions: tuple[str, str],
    *,
    digest: str,
    source: str,
    note: str,
    actor: str,
) -> int:
    """Store a proposal, from one version to another; returns its number."""
    row = {
        "project_id": project_of(connection),
        "policy_id": policy_id,
        "old_version": versions[0],
        "new_version": versions[1],
        "digest": digest,
        "source": source,
        "note": note,
        "proposed_by": actor,
        "created_at": now(),
    }
    number = int(connection.execute(sa.insert(policy_changes).returning(policy_changes.c.id), [row]).scalar_one())
    detail = {"change": f"c{number}", "old": versions[0], "new": versions[1], "digest": digest, "note": note}
    audit.append(connection, actor, "policy.propose", f"policy:{policy_id}", detail)
    return number


def add_event(
    connection: Connection, change: PolicyChange, event: str, detail: Mapping[str, object], actor: str
) -> None:
    """Append an event of a change, and the entry in the log of changes."""
    row = {"change_id": change.id, "event": event, "detail": dict(detail), "actor": actor, "created_at": now()}
    connection.execute(sa.insert(policy_change_events), [row])
    audit.append(connection, actor, f"policy.{event}", f"policy:{change.policy_id}", {"change": change.name, **detail})


def _change(row: sa.Row[Any], events: Sequence[sa.Row[Any]]) -> PolicyChange:
    newest = {event.event: event for event in events}
    states = [event.event for event in events if event.event in _STATES]
    state = ChangeState(states[-1]) if states else ChangeState.PROPOSED
    activated = newest.get("activated") if state is ChangeState.ACTIVATED else None
    approved, carried, assessed = (newest.get(name) for name in ("approved", "carried", "assessed"))
    return PolicyChange(
        id=row.id,
        policy_id=row.policy_id,
        old_version=row.old_version,
        new_version=row.new_version,
        digest=row.digest,
        note=row.note,
        proposed_by=row.proposed_by,
        created_at=row.created_at,
        state=state,
        approved_by=None if approved is None else approved.detail.get("by", approved.actor),
        effective_at=None if activated is None else activated.detail["effective_at"],
        carried=None if carried is None else _decision(carried),
        assessment={} if assessed is None else assessed.detail,
    )


def _decision(event: sa.Row[Any]) -> CarryDecision:
    detail = event.detail
    first, second, third, fourth = detail["until"]
    mode = CarryOver(detail["mode"])
    return CarryDecision(mode, (first, second, third, fourth), event.actor, event.created_at, detail["counts"])
