"""Gold as a list: how often each item was shown, and how many people gave the known answer."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from assistant.domain.gold import GoldRow, KnownAnswer
from assistant.store.counted_labels import counted
from assistant.store.database import Database, label_versions_of
from assistant.store.review.labels.reviews import given
from assistant.store.tables.certification import Answer
from assistant.store.tables.content import items, reviews
from assistant.store.tables.review import gold_items, review_details, tasks


def page(
    database: Database, policy_id: str, *, active: bool, before: int | None, limit: int, language: str = ""
) -> list[GoldRow]:
    """At most so many gold items of a policy below a number, the latest first."""
    query = (
        sa.select(
            *(gold_items.c.id, items.c.id, items.c.external_id, items.c.language, sa.func.substr(items.c.text, 1, 400)),
            *(gold_items.c.labels, gold_items.c.explanation, gold_items.c.active, gold_items.c.added_by),
            *(gold_items.c.created_at, gold_items.c.retired_at, _shown(), _answered(), _answered(right=True)),
        )
        .join(items, items.c.id == gold_items.c.item_id)
        .where(gold_items.c.project_id == database.project_id)
        .where(gold_items.c.policy_id == policy_id, gold_items.c.active == active)
        .order_by(gold_items.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(gold_items.c.id < before)
    if language:
        query = query.where(items.c.language == language)
    with database.read() as connection:
        return [GoldRow._make(row) for row in connection.execute(query)]


def active_by_language(database: Database, policy_id: str) -> dict[str, int]:
    """How much gold of a policy is mixed in, by language."""
    query = (
        sa.select(items.c.language, sa.func.count())
        .join(gold_items, gold_items.c.item_id == items.c.id)
        .where(gold_items.c.project_id == database.project_id)
        .where(gold_items.c.policy_id == policy_id, gold_items.c.active.is_(True))
        .where(counted(database.label_versions, gold_items))
        .group_by(items.c.language)
        .order_by(sa.func.count().desc(), items.c.language)
    )
    with database.read() as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


def _shown() -> Any:
    return sa.select(sa.func.count()).where(tasks.c.gold_id == gold_items.c.id).scalar_subquery()


def _answered(*, right: bool = False) -> Any:
    query = (
        sa.select(sa.func.count())
        .select_from(
            tasks.join(review_details, review_details.c.task_id == tasks.c.id).join(
                reviews, reviews.c.id == review_details.c.review_id
            )
        )
        .where(tasks.c.gold_id == gold_items.c.id, given())
        .correlate(gold_items)
    )
    if right:
        query = query.where(sa.type_coerce(reviews.c.labels, Answer) == gold_items.c.labels)
    return query.scalar_subquery()


def known_as(connection: sa.Connection, item_key: int, policy_id: str) -> KnownAnswer | None:
    """What an item is mixed in as under a policy; None where it isn't."""
    query = sa.select(gold_items.c.id, gold_items.c.labels, gold_items.c.explanation).where(
        gold_items.c.item_id == item_key, gold_items.c.policy_id == policy_id, gold_items.c.active.is_(True)
    )
    query = query.where(counted(label_versions_of(connection), gold_items))
    row = connection.execute(query.order_by(gold_items.c.id.desc()).limit(1)).first()
    return None if row is None else KnownAnswer._make(row)
