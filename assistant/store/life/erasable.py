"""Finding what a request to erase is about: items, how much of them, who holds them, and where else they lie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from assistant.domain.audit_log import AuditEntry
from assistant.store.database import PAGE, parts, project_of
from assistant.store.life.erasing import ErasedContent
from assistant.store.project_scope import items_within, runs_of
from assistant.store.tables.content import items, near_duplicates, precedents, prelabels, refusals, replies, reviews
from assistant.store.tables.life import erased_items, erasure_events, erasures
from assistant.store.tables.people import audit_log, users
from assistant.store.tables.review import assignments

SOURCE = "source"
"""The name by which an item's source is meant instead of one of its other columns."""

_LEASED = "leased"
_LONG = 24  # characters of a column's text from which on it is looked for in files


class Holder(NamedTuple):
    """Who holds an item under a lease, and until when."""

    item: str
    user: str
    until: str


class ErasureRow(NamedTuple):
    """A request to erase, and how far it has come: `begun`, `removed` or `cleaned`."""

    id: int
    kind: str
    reason: str
    items: int
    actor: str
    created_at: str
    state: str


def keys_by_id(connection: sa.Connection, item_id: str) -> list[int]:
    """The row number of an item of the project by its own id, where its content is there still."""
    query = sa.select(items.c.id).where(
        items.c.project_id == project_of(connection), items.c.external_id == item_id, items.c.erased_at.is_(None)
    )
    return list(connection.execute(query).scalars())


def keys_by_author(connection: sa.Connection, field: str, value: str) -> list[int]:
    """Items whose column of that name has this very value (a number as it is written), in order of arrival."""
    query = sa.select(items.c.id, items.c.meta).where(*_there(connection)).order_by(items.c.id)
    if field == SOURCE:
        return list(connection.execute(query.where(items.c.source == value).with_only_columns(items.c.id)).scalars())
    text = sa.type_coerce(items.c.meta, sa.Text)
    quoted = orjson.dumps(value).decode()
    query = query.where(sa.or_(*(text.contains(one, autoescape=True) for one in {quoted, f":{value}"})))
    rows = connection.execution_options(yield_per=PAGE).execute(query)
    return [row.id for row in rows if str((row.meta or {}).get(field)) == value]


def keys_by_text(connection: sa.Connection, text: str) -> list[int]:
    """Items whose text or query contains this text, whatever the case of Latin letters, in order of arrival."""
    wanted = text.lower()
    columns = (sa.type_coerce(sa.func.lower(column), sa.Text) for column in (items.c.text, items.c.query))
    found = sa.or_(*(column.contains(wanted, autoescape=True) for column in columns))
    query = sa.select(items.c.id).where(*_there(connection), found).order_by(items.c.id)
    return list(connection.execute(query).scalars())


def keys_of_erasure(connection: sa.Connection, number: int) -> list[int]:
    """Items of an erasure that was begun whose content is there still."""
    query = (
        sa.select(items.c.id)
        .join(erased_items, erased_items.c.item_id == items.c.id)
        .where(erased_items.c.erasure_id == number, items.c.erased_at.is_(None))
        .order_by(items.c.id)
    )
    return list(connection.execute(query).scalars())


def unfinished(connection: sa.Connection, keys: Sequence[int]) -> int | None:
    """The erasure that was begun for one of these items, which are there still; None for none."""
    for part in parts(keys):
        query = sa.select(erased_items.c.erasure_id).where(erased_items.c.item_id.in_(part)).limit(1)
        if (found := connection.execute(query).scalar()) is not None:
            return int(found)
    return None


def contents(connection: sa.Connection, keys: Sequence[int]) -> list[ErasedContent]:
    """These items with their texts, in order of arrival."""
    found: list[ErasedContent] = []
    chosen = set(keys)
    for part in parts(keys):
        rows = connection.execute(sa.select(items).where(items.c.id.in_(part)).order_by(items.c.id)).all()
        here, anywhere = _sharing(connection, [row.content_digest for row in rows], chosen)
        machine = _counts(connection, prelabels.c.item_id, part)
        people = _counts(connection, reviews.c.item_id, part)
        answered = _replies(connection, [row.content_digest for row in rows])
        for row in rows:
            counts = {
                "characters": len(row.text) + len(row.query or ""),
                "media": len(row.media or ()),
                "prelabels": machine.get(row.id, 0),
                "replies": answered.get(row.content_digest, 0),
                "labels": people.get(row.id, 0),
            }
            digest = row.content_digest
            found.append(
                ErasedContent(row.id, row.external_id, digest, _texts(row), counts, digest in here, digest in anywhere)
            )
    return found


def holders(connection: sa.Connection, keys: Sequence[int], moment: str) -> list[Holder]:
    """Who holds any of these items under a lease at a moment."""
    found: list[Holder] = []
    for part in parts(keys):
        query = (
            sa.select(items.c.external_id, users.c.name, assignments.c.lease_until)
            .select_from(
                assignments.join(items, items.c.id == assignments.c.item_id).join(
                    users, users.c.id == assignments.c.user_id
                )
            )
            .where(assignments.c.item_id.in_(part), assignments.c.state == _LEASED, assignments.c.lease_until > moment)
            .order_by(assignments.c.lease_until)
        )
        found += [Holder._make(row) for row in connection.execute(query)]
    return found


def same_contents(connection: sa.Connection, found: Sequence[ErasedContent]) -> int:
    """How many other items, in whatever project, have the same content and keep it."""
    keys, count = {one.key for one in found}, 0
    for part in parts({one.digest for one in found if one.shared_anywhere}):
        query = sa.select(items.c.id).where(items.c.content_digest.in_(part))
        count += sum(key not in keys for key in connection.execute(query).scalars())
    return count


def near_ones(connection: sa.Connection, keys: Sequence[int], limit: int) -> list[str]:
    """Ids of near-duplicates of these items that aren't among them."""
    found: list[str] = []
    for part in parts(keys):
        groups = sa.select(near_duplicates.c.group_id).where(near_duplicates.c.item_id.in_(part))
        query = (
            sa.select(items.c.id, items.c.external_id)
            .join(near_duplicates, near_duplicates.c.item_id == items.c.id)
            .where(near_duplicates.c.group_id.in_(groups), items_within(project_of(connection)))
            .order_by(items.c.id)
        )
        found += [name for key, name in connection.execute(query) if key not in set(keys)]
    return found[:limit]


def guide(connection: sa.Connection, keys: Sequence[int]) -> bool:
    """Whether any of these items was ever a precedent: its text lies in the search index."""
    query = (precedents.c.item_id.in_(part) for part in parts(keys))
    return any(connection.execute(sa.select(precedents.c.id).where(one).limit(1)).first() for one in query)


def quoted_rows(connection: sa.Connection) -> Iterator[tuple[int, str]]:
    """What refused rows of the project's files quote: number and text."""
    query = sa.select(refusals.c.id, refusals.c.excerpt, refusals.c.message).where(
        refusals.c.project_id == project_of(connection)
    )
    for row in connection.execution_options(yield_per=PAGE).execute(query.order_by(refusals.c.id)):
        yield row.id, f"{row.excerpt}\n{row.message}"


def files_since(connection: sa.Connection, keys: Sequence[int], *actions: str) -> list[AuditEntry]:
    """Entries of the log about files that left since the first of these items came, oldest first."""
    firsts = [
        connection.execute(sa.select(sa.func.min(items.c.created_at)).where(items.c.id.in_(part))).scalar()
        for part in parts(keys)
    ]
    since = min((one for one in firsts if one is not None), default="")
    columns = (audit_log.c[name] for name in ("id", "at", "actor", "action", "subject", "detail"))
    query = sa.select(*columns).where(audit_log.c.action.in_(actions), audit_log.c.at >= since)
    return [AuditEntry(*row) for row in connection.execute(query.order_by(audit_log.c.id))]


def erasure_rows(
    connection: sa.Connection, *, before: int | None = None, number: int | None = None, limit: int = 50
) -> list[ErasureRow]:
    """The project's erasures, newest first; or the one of a number."""
    state = (
        sa.select(erasure_events.c.event)
        .where(erasure_events.c.erasure_id == erasures.c.id)
        .order_by(erasure_events.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    names = ("id", "kind", "reason", "items", "actor", "created_at")
    query = sa.select(*(erasures.c[name] for name in names), state)
    query = query.where(erasures.c.project_id == project_of(connection)).order_by(erasures.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(erasures.c.id < before)
    if number is not None:
        query = query.where(erasures.c.id == number)
    return [ErasureRow._make(row) for row in connection.execute(query)]


def _there(connection: sa.Connection) -> tuple[sa.ColumnElement[bool], ...]:
    return items.c.project_id == project_of(connection), items.c.erased_at.is_(None)


def _texts(row: Any) -> tuple[str, ...]:
    """The texts of an item; of its other columns those that are no mere names."""
    long = (text for text in _strings(row.meta or {}) if len(text) >= _LONG)
    return tuple(dict.fromkeys(text for text in (row.text, row.query, *(row.media or ()), *long) if text))


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)


def _sharing(connection: sa.Connection, digests: Sequence[str], chosen: set[int]) -> tuple[set[str], set[str]]:
    """Digests that items beside the chosen ones have: of this project, and of any."""
    query = sa.select(items.c.id, items.c.content_digest, items.c.project_id).where(items.c.content_digest.in_(digests))
    others = [row for row in connection.execute(query) if row.id not in chosen]
    project = project_of(connection)
    return {row.content_digest for row in others if row.project_id == project}, {row.content_digest for row in others}


def _counts(connection: sa.Connection, column: sa.Column[int], keys: Sequence[int]) -> dict[int, int]:
    query = sa.select(column, sa.func.count()).where(column.in_(keys)).group_by(column)
    if column.table is prelabels:
        query = query.where(prelabels.c.run_id.in_(runs_of(project_of(connection))))
    return {row[0]: row[1] for row in connection.execute(query)}


def _replies(connection: sa.Connection, digests: Sequence[str]) -> dict[str, int]:
    mine = replies.c.run_id.in_(runs_of(project_of(connection)))
    query = sa.select(replies.c.content_digest, sa.func.count()).where(mine, replies.c.content_digest.in_(digests))
    return {row[0]: row[1] for row in connection.execute(query.group_by(replies.c.content_digest))}
