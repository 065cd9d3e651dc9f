"""Taking work from the queue and giving it back: each a single statement that decides and changes at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from assistant.domain.assignment_events import AssignmentEvent, AssignmentEventKind
from assistant.domain.canonical import rater_key
from assistant.domain.label_versions import LabelVersions
from assistant.domain.review_work import PRACTICE, AssignmentState, Claimed, Principal, Role, TaskKind
from assistant.store.counted_labels import counted
from assistant.store.database import label_versions_of, person_of, project_of
from assistant.store.project_scope import wanted_within
from assistant.store.review.queue import events
from assistant.store.review.queue.partitions import EVERYBODY
from assistant.store.tables.content import items, reviews
from assistant.store.tables.people import qualifications
from assistant.store.tables.review import assignments, gold_items, lanes, passes, tasks, withdrawals

_PERSON = 7463  # PostgreSQL: claims and answers of one person wait for each other
_RETURNED = 1000  # leases returned at a time
_OPEN: sa.ColumnClause[str] = sa.literal_column("'open'")  # spelt out, as in the partial indexes
_LEASED: sa.ColumnClause[str] = sa.literal_column("'leased'")


@dataclass(frozen=True, slots=True)
class Lease:
    """How long a claim holds: both ISO 8601 in UTC."""

    at: str
    until: str


def lock_person(connection: sa.Connection, user_id: int) -> None:
    """One person's claims and answers come one after another, or two of them could take both seats of a task."""
    if connection.dialect.name != "sqlite":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:kind, :who)"), {"kind": _PERSON, "who": user_id})


def claim(
    connection: sa.Connection,
    principal: Principal,
    lease: Lease,
    *,
    avoid: Collection[str] = (),
    qualified_only: bool = False,
) -> int | None:
    """Lease the most urgent answer that a person may give; its row number, None where there is none.

    Whoever calls it, or `take`, writes the event once it is certain that the claim stays: see `events.record_claims`.

    Args:
        connection: a transaction in which `lock_person` was called.
        principal: who.
        lease: from when until when.
        avoid: harm labels not to show.
        qualified_only: whether only work counts whose policy version and language the person is qualified for.
    """
    unwanted = {*avoid, *principal.opt_outs} - {""}
    versions = label_versions_of(connection)
    shape = _Shape(bool(principal.languages), bool(unwanted), qualified_only, versions)
    values = _lane_values(connection, principal, unwanted) | {
        "rater": rater_key(principal.name),
        "at": lease.at,
        "until": lease.until,
    }
    return connection.execute(_claiming(shape), {name: values[name] for name in shape.names()}).scalar()


def count_open_to(connection: sa.Connection, principal: Principal, most: int) -> int:
    """Open answers in the lanes a person may take from, `most` at most; those they have met before are among them."""
    unwanted = set(principal.opt_outs) - {""}
    shape = _Shape(bool(principal.languages), bool(unwanted), qualified_only=False, versions=None)
    found = (
        sa.select(assignments.c.id)
        .join(lanes, lanes.c.id == assignments.c.lane_id)
        .where(assignments.c.state == _OPEN, *_open_to(shape))
        .limit(most)
    )
    counting = sa.select(sa.func.count()).select_from(found.subquery())
    values = _lane_values(connection, principal, unwanted)
    given = {name: values[name] for name in shape.names() if name in values}
    return int(connection.execute(counting, given).scalar_one())


def _lane_values(connection: sa.Connection, principal: Principal, unwanted: Collection[str]) -> dict[str, Any]:
    """What the conditions of `_open_to` are filled in with."""
    queues = set(principal.queues) | ({""} if principal.role is not Role.EXTERNAL else set())
    return {
        "project": project_of(connection),
        "user": principal.user_id,
        "queues": sorted(queues),
        "skills": sorted({"", *principal.skills}),
        "persons": [EVERYBODY, principal.user_id],
        "languages": sorted(principal.languages),
        "unwanted": sorted(unwanted),
    }


def take(connection: sa.Connection, principal: Principal, assignment_id: int, lease: Lease) -> bool:
    """Lease one certain assignment that is open or was this person's; returns whether that worked."""
    values = {"key": assignment_id, "user": principal.user_id, "at": lease.at, "until": lease.until}
    values["project"] = project_of(connection)
    return bool(connection.execute(_taking(), values).rowcount)


def heartbeat(
    connection: sa.Connection, principal: Principal, assignment_id: int, token: int, lease: Lease, *, least: str
) -> bool:
    """Hold a lease for longer; returns whether it is still held.

    Args:
        connection: the transaction.
        principal: who holds it.
        assignment_id, token: as claimed.
        lease: one that begins now.
        least: an end that is far enough away, ISO 8601 in UTC: a lease that ends later stays as it is, so that a client
            that asks every second leaves no event a second.
    """
    held = _held_by(connection, principal, assignment_id, token)
    ends = assignments.c.lease_until  # too late only after the clock was set back
    statement = sa.update(assignments).where(*held, sa.or_(ends < least, ends > lease.until))
    changed = connection.execute(statement.values(lease_until=lease.until).returning(*events.CHANGED)).all()
    if not changed:
        return connection.execute(sa.select(assignments.c.id).where(*held)).first() is not None
    events.record(connection, AssignmentEventKind.EXTENDED, changed, lease.at, lease_until=lease.until)
    return True


def give_back(
    connection: sa.Connection,
    principal: Principal,
    assignment_id: int,
    token: int,
    state: AssignmentState,
    *,
    at: str,
    reason: str = "",
    uncovered_ms: int | None = None,
) -> bool:
    """End a lease without an answer; returns whether it was held.

    Args:
        connection: the transaction.
        principal: who holds it.
        assignment_id, token: as claimed.
        state: `open` for others, or `closed`.
        at: now, ISO 8601 in UTC.
        reason: why, a stable word.
        uncovered_ms: how long its covered content was looked at.
    """
    statement = sa.update(assignments).where(*_held_by(connection, principal, assignment_id, token))
    values = {"state": state.value, "user_id": None, "lease_until": None, "claimed_at": None}
    row = connection.execute(statement.values(values).returning(assignments.c.task_id)).first()
    if row is None:
        return False
    same = AssignmentEvent(
        assignment_id=assignment_id,
        task_id=row.task_id,
        event=AssignmentEventKind.RELEASED,
        at=at,
        user_id=principal.user_id,
        token=token,
        reason=reason,
    )
    happened = [same]
    if uncovered_ms:
        happened.insert(0, replace(same, event=AssignmentEventKind.UNCOVERED, uncovered_ms=uncovered_ms))
    if state is AssignmentState.CLOSED:
        happened.append(replace(same, event=AssignmentEventKind.CLOSED, user_id=None))
    events.add(connection, happened)
    return True


def unclaim(connection: sa.Connection, assignment_id: int) -> None:
    """Undo a claim of this very transaction, of which its holder never learns: the next one gets the same token.

    It leaves no event, as whoever claims writes that at the end.
    """
    values = {"state": "open", "user_id": None, "lease_until": None, "claimed_at": None}
    statement = sa.update(assignments).where(assignments.c.id == assignment_id)
    connection.execute(statement.values(**values, token=assignments.c.token - 1))


def any_expired(connection: sa.Connection, lease: Lease) -> bool:
    """Whether a lease has ended, or ends later than one that begins now could: see `return_expired`."""
    ended = sa.or_(assignments.c.lease_until < lease.at, assignments.c.lease_until > lease.until)
    own = wanted_within(project_of(connection))
    query = sa.select(assignments.c.id).where(assignments.c.state == _LEASED, ended, own).limit(1)
    return connection.execute(query).first() is not None


def return_expired(connection: sa.Connection, lease: Lease) -> int:
    """The project's leases that have ended are open again; returns how many.

    Who held one may still answer until another takes it.

    One that ends later than a lease that begins now was made before the clock was set back, or by longer leases: it
    ends when a new one would, or no one could have the item until the clock is there again.

    Args:
        connection: the transaction.
        lease: one that begins now; its end may be a little later, since clocks of two servers differ.
    """
    own = wanted_within(project_of(connection))  # how long a lease may be is the project's rule
    late = sa.update(assignments).where(assignments.c.state == _LEASED, assignments.c.lease_until > lease.until, own)
    shortened = connection.execute(late.values(lease_until=lease.until).returning(*events.CHANGED)).all()
    at, kind = lease.at, AssignmentEventKind
    events.record(connection, kind.EXTENDED, shortened, at, reason="clock", lease_until=lease.until)
    ended = (
        sa.select(assignments.c.id)
        .where(assignments.c.state == _LEASED, assignments.c.lease_until < at, own)
        .limit(_RETURNED)
        .with_for_update(skip_locked=True)
    )
    statement = sa.update(assignments).where(assignments.c.id.in_(ended), assignments.c.state == "leased")
    returned = connection.execute(statement.values(state="open", lease_until=None).returning(*events.CHANGED)).all()
    return events.record(connection, kind.EXPIRED, returned, at)


def _held_by(
    connection: sa.Connection, principal: Principal, assignment_id: int, token: int
) -> tuple[sa.ColumnElement[bool], ...]:
    """That an assignment is leased to a person under that token."""
    return (
        assignments.c.id == assignment_id,
        assignments.c.token == token,
        assignments.c.user_id == principal.user_id,
        assignments.c.state == "leased",
        wanted_within(project_of(connection)),
    )


def claimed(connection: sa.Connection, keys: Sequence[int]) -> list[Claimed]:
    """Leased assignments as their holder gets them, in the order given."""
    rows = connection.execute(_handing_out(), {"keys": list(keys)})
    versions = label_versions_of(connection)
    found = {row.assignments_id: _claimed(row, versions) for row in rows}
    return [found[key] for key in keys if key in found]


def held(connection: sa.Connection, principal: Principal) -> list[Claimed]:
    """What a person has taken and not answered yet, in the order they took it."""
    query = (
        sa.select(assignments.c.id)
        .where(assignments.c.user_id == principal.user_id, assignments.c.state == "leased")
        .where(wanted_within(project_of(connection)))
        .order_by(assignments.c.claimed_at, assignments.c.id)
    )
    return claimed(connection, list(connection.execute(query).scalars()))


class _Shape(NamedTuple):
    """Which conditions a claim has: statements are built once for each, which takes longer than running them."""

    languages: bool
    unwanted: bool
    qualified_only: bool
    versions: LabelVersions | None

    def names(self) -> list[str]:
        """Values the statement needs."""
        given = {"languages": self.languages, "unwanted": self.unwanted}
        always = ["project", "user", "rater", "at", "until", "queues", "skills", "persons"]
        return always + [name for name, wanted in given.items() if wanted]


@cache
def _claiming(shape: _Shape) -> sa.UpdateBase:
    best = assignments.alias("best")
    heads = (
        sa.select(_head(shape.versions).label("id"))
        .where(*_open_to(shape))
        .cte("heads")
        .prefix_with("MATERIALIZED")  # each head is looked for once, and on PostgreSQL locked once
    )
    first = (
        sa.select(best.c.id)
        .join(heads, heads.c.id == best.c.id)
        .order_by(best.c.priority.desc(), best.c.id)
        .limit(sa.literal_column("1"))
        .scalar_subquery()
    )
    statement = sa.update(assignments).where(assignments.c.id == first, assignments.c.state == _OPEN)
    return _leased(statement).returning(assignments.c.id)


@cache
def _taking() -> sa.UpdateBase:
    free = assignments.c.state.in_(("open", "answered"))
    own = wanted_within(sa.bindparam("project"))
    return _leased(sa.update(assignments).where(assignments.c.id == sa.bindparam("key"), free, own))


@cache
def _handing_out() -> sa.Select[Any]:
    return (
        sa.select(tasks, assignments, items.c.external_id, gold_items.c.explanation)
        .set_label_style(sa.LABEL_STYLE_TABLENAME_PLUS_COL)
        .select_from(
            assignments.join(tasks, tasks.c.id == assignments.c.task_id)
            .join(items, items.c.id == assignments.c.item_id)
            .outerjoin(gold_items, gold_items.c.id == tasks.c.gold_id)
        )
        .where(assignments.c.id.in_(sa.bindparam("keys", expanding=True)))
    )


def _leased(statement: sa.Update) -> sa.Update:
    return statement.values(
        state="leased",
        user_id=sa.bindparam("user"),
        token=assignments.c.token + 1,
        lease_until=sa.bindparam("until"),
        claimed_at=sa.bindparam("at"),
        answered_at=None,
        review_id=None,
        uncovered_ms=None,
    )


def _open_to(shape: _Shape) -> list[sa.ColumnElement[bool]]:
    """Lanes that a person may take from."""
    own = lanes.c.for_user == sa.bindparam("user")
    conditions = [
        lanes.c.project_id == sa.bindparam("project"),
        sa.or_(lanes.c.queue.in_(_several("queues")), own),
        lanes.c.skill.in_(_several("skills")),
        lanes.c.for_user.in_(_several("persons")),
    ]
    if shape.languages:
        conditions.append(lanes.c.language.in_(_several("languages")))
    if shape.unwanted:
        conditions.append(lanes.c.harm.not_in(_several("unwanted")))
    if shape.qualified_only:
        alike = (
            qualifications.c[name] == lanes.c[name]
            for name in ("project_id", "policy_id", "policy_version", "language")
        )
        passed = sa.exists().where(
            qualifications.c.user_id == sa.bindparam("user"), qualifications.c.state == "passed", *alike
        )
        conditions.append(sa.or_(own, passed))
    return conditions


def _several(name: str) -> sa.BindParameter[Any]:
    return sa.bindparam(name, expanding=True)


def _head(versions: LabelVersions | None) -> sa.ScalarSelect[int]:
    """The first open assignment of a lane whose item this person has nothing to do with yet.

    What they answered under a policy version that does not count is asked of them again.
    """
    mine = assignments.alias("mine")
    user: sa.BindParameter[int] = sa.bindparam("user")
    taken = _there(
        mine.c.item_id == assignments.c.item_id,
        mine.c.user_id == user,
        mine.c.id != assignments.c.id,
        mine.c.state.in_(("leased", "answered")),
        ~_answer_left_out(mine, versions),
    )
    passed = _there(passes.c.task_id == assignments.c.task_id, passes.c.user_id == user)
    taken_back = sa.exists().where(withdrawals.c.review_id == reviews.c.id)
    same_person = person_of(reviews.c.rater) == sa.bindparam("rater")
    said = _there(reviews.c.item_id == assignments.c.item_id, same_person, ~taken_back, counted(versions, reviews))
    own = lanes.c.for_user == user  # practice repeats items when the policy's version changes
    return (
        sa.select(assignments.c.id)
        .where(
            assignments.c.lane_id == lanes.c.id,
            assignments.c.state == _OPEN,
            sa.or_(own, ~(taken | said)),
            ~passed,
        )
        .order_by(assignments.c.priority.desc(), assignments.c.id)
        .limit(sa.literal_column("1"))
        .with_for_update(skip_locked=True, of=assignments)
        .correlate(lanes)
        .scalar_subquery()
    )


def _answer_left_out(mine: sa.FromClause, versions: LabelVersions | None) -> sa.ColumnElement[bool]:
    """That a wanted answer was given, under a policy version that does not count."""
    if versions is None:
        return sa.false()
    answer = reviews.alias("answer")
    return sa.exists().where(answer.c.id == mine.c.review_id, ~counted(versions, answer))


def _there(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """That there is such a row for the assignment at hand.

    OFFSET 0 says nothing but keeps PostgreSQL from collecting the rows of all assignments before it looks at one.
    """
    return sa.select(sa.literal_column("1")).where(*conditions).offset(sa.literal_column("0")).exists()


def _claimed(row: sa.Row[Any], versions: LabelVersions | None) -> Claimed:
    """A claim, under what its policy version had become when it was claimed."""
    kind, version = TaskKind(row.tasks_kind), row.tasks_policy_version
    if versions is not None and row.tasks_policy_id == versions.policy_id and kind not in PRACTICE:
        version = versions.became(version, row.assignments_claimed_at or "")
    return Claimed(
        assignment_id=row.assignments_id,
        task_id=row.tasks_id,
        item_id=row.items_external_id,
        item_key=row.tasks_item_id,
        token=row.assignments_token,
        lease_until=row.assignments_lease_until,
        kind=kind,
        blind=row.tasks_blind,
        policy_id=row.tasks_policy_id,
        policy_version=version,
        run_id=row.tasks_run_id,
        language=row.tasks_language,
        harm=row.tasks_harm,
        severity=row.tasks_severity,
        due_at=row.tasks_due_at,
        explanation=row.gold_items_explanation if kind is TaskKind.TRAINING else None,
    )
