"""Gold: items with a known answer, how often they were shown, and what people said to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from assistant.domain.canonical import rater_key
from assistant.domain.gold import GoldAnswer, GoldItem
from assistant.domain.labels import LabelAnswer
from assistant.domain.review_work import Principal
from assistant.store.counted_labels import counted, given_now
from assistant.store.database import label_versions_of, now, person_of, project_of
from assistant.store.review.labels.reviews import given
from assistant.store.tables.certification import Answer
from assistant.store.tables.content import items, reviews
from assistant.store.tables.review import assignments, gold_items, passes, review_details, tasks


def add(
    connection: sa.Connection,
    item_key: int,
    *,
    policy_id: str,
    labels: LabelAnswer,
    explanation: str,
    actor: str,
) -> int:
    """Make an item gold, in place of what it was known as before; returns its number."""
    retire(connection, sa.and_(gold_items.c.item_id == item_key, gold_items.c.policy_id == policy_id))
    row = {
        "project_id": project_of(connection),
        "item_id": item_key,
        "policy_id": policy_id,
        "labels": labels,
        "explanation": explanation,
        "active": True,
        "added_by": actor,
        "created_at": now(),
        "policy_version": given_now(connection)["policy_version"],
    }
    return int(connection.execute(sa.insert(gold_items).returning(gold_items.c.id), [row]).scalar_one())


def retire(connection: sa.Connection, which: sa.ColumnElement[bool]) -> int:
    """Mix some in no longer; returns how many that were."""
    statement = sa.update(gold_items).where(_own(connection), gold_items.c.active.is_(True), which)
    return int(connection.execute(statement.values(active=False, retired_at=now())).rowcount)


def retire_one(connection: sa.Connection, gold_id: int) -> bool:
    """Mix one in no longer; returns whether it was."""
    return retire(connection, gold_items.c.id == gold_id) == 1


def any_aged(connection: sa.Connection, *, views: int, before: str) -> bool:
    """Whether `retire_aged` would find any; a look that keeps no writer waiting."""
    query = sa.select(gold_items.c.id).where(_own(connection), gold_items.c.active.is_(True), _aged(views, before))
    return connection.execute(query.limit(1)).first() is not None


def retire_aged(connection: sa.Connection, *, views: int, before: str) -> int:
    """Mix in no longer what was shown in so many tasks or added before a moment; returns how many that were."""
    return retire(connection, _aged(views, before))


def _aged(views: int, before: str) -> sa.ColumnElement[bool]:
    worn = sa.select(tasks.c.gold_id).where(tasks.c.gold_id.is_not(None))
    worn = worn.group_by(tasks.c.gold_id).having(sa.func.count() >= views)
    return sa.or_(gold_items.c.id.in_(worn), gold_items.c.created_at < before)


def candidates(
    connection: sa.Connection, principal: Principal, policy_id: str, language: str, *, limit: int
) -> list[GoldItem]:
    """Active gold that a person has had nothing to do with yet, least shown first."""
    begun = sa.exists().where(assignments.c.item_id == gold_items.c.item_id, assignments.c.user_id == principal.user_id)
    said = sa.exists().where(
        reviews.c.item_id == gold_items.c.item_id, person_of(reviews.c.rater) == rater_key(principal.name)
    )
    passed = sa.exists().where(
        passes.c.task_id == tasks.c.id, tasks.c.item_id == gold_items.c.item_id, passes.c.user_id == principal.user_id
    )
    query = _gold().where(
        *(_of_policy(connection, policy_id), items.c.language == language),
        *(~begun, ~said, ~passed),
    )
    return _listed(connection, query.order_by(sa.text("shown"), gold_items.c.id).limit(limit))


def known(connection: sa.Connection, policy_id: str, language: str) -> list[GoldItem]:
    """All active gold of a policy in a language, least shown first."""
    query = _gold().where(_of_policy(connection, policy_id), items.c.language == language)
    return _listed(connection, query.order_by(sa.text("shown"), gold_items.c.id))


def by_language(connection: sa.Connection, policy_id: str) -> dict[str, int]:
    """Active gold of a policy: how many items, by language in order."""
    query = (
        sa.select(items.c.language, sa.func.count())
        .select_from(gold_items.join(items, items.c.id == gold_items.c.item_id))
        .where(_of_policy(connection, policy_id))
        .group_by(items.c.language)
        .order_by(items.c.language)
    )
    return {language: int(count) for language, count in connection.execute(query)}


def find(connection: sa.Connection, gold_id: int) -> GoldItem | None:
    """The gold item of that number."""
    return next(iter(_listed(connection, _gold().where(_own(connection), gold_items.c.id == gold_id))), None)


def answers(connection: sa.Connection, since: str = "") -> list[GoldAnswer]:
    """What people said to gold from a moment on, ISO 8601 in UTC, oldest first."""
    query: sa.Select[Any] = (
        sa.select(
            reviews.c.rater,
            items.c.external_id,
            items.c.language,
            sa.type_coerce(reviews.c.labels, Answer),
            gold_items.c.labels,
            reviews.c.created_at,
        )
        .select_from(
            gold_items.join(tasks, tasks.c.gold_id == gold_items.c.id)
            .join(review_details, review_details.c.task_id == tasks.c.id)
            .join(reviews, reviews.c.id == review_details.c.review_id)
            .join(items, items.c.id == reviews.c.item_id)
        )
        .where(_own(connection), given(), reviews.c.created_at >= since)
        .order_by(reviews.c.id)
    )
    return [GoldAnswer._make(row) for row in connection.execute(query)]


def _of_policy(connection: sa.Connection, policy_id: str) -> sa.ColumnElement[bool]:
    """Gold of a policy that is mixed in, where its known answer counts."""
    mixed_in = sa.and_(_own(connection), gold_items.c.policy_id == policy_id, gold_items.c.active.is_(True))
    return sa.and_(mixed_in, counted(label_versions_of(connection), gold_items))


def _own(connection: sa.Connection) -> sa.ColumnElement[bool]:
    return gold_items.c.project_id == project_of(connection)


def _gold() -> sa.Select[Any]:
    shown = sa.select(sa.func.count()).where(tasks.c.gold_id == gold_items.c.id).scalar_subquery()
    return sa.select(
        gold_items.c.id,
        gold_items.c.item_id,
        items.c.external_id,
        items.c.language,
        gold_items.c.policy_id,
        gold_items.c.labels,
        gold_items.c.explanation,
        gold_items.c.active,
        shown.label("shown"),
        gold_items.c.created_at,
    ).join(items, items.c.id == gold_items.c.item_id)


def _listed(connection: sa.Connection, query: sa.Select[Any]) -> list[GoldItem]:
    rows: Sequence[sa.Row[Any]] = connection.execute(query).all()
    return [GoldItem._make(row) for row in rows]
