"""Removing the content of items on request: every text about them goes, rows, numbers and labels stay.

Functions take a connection: `begin` writes what is intended, `remove` does it, `note` says how far it came.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from assistant.domain.audit_log import ITEM_ROW
from assistant.store.audit import log as audit
from assistant.store.audit.bound_check import ERASED
from assistant.store.database import now, parts, project_of
from assistant.store.life.rebinding import Rebinding, Rebound
from assistant.store.life.scrub import overwrite_removed
from assistant.store.project_scope import items_within, runs_of
from assistant.store.review.labels.reviews import DENIED, GIVEN_AT, INCLUSION, UNKNOWN
from assistant.store.review.queue.tasks import close_open
from assistant.store.tables.content import (
    embeddings,
    items,
    near_duplicates,
    precedents,
    prelabels,
    refusals,
    replies,
    reviews,
)
from assistant.store.tables.life import erased_items, erasure_events, erasures
from assistant.store.tables.review import (
    adjudications,
    assignments,
    gold_items,
    late_answers,
    passes,
    practice_answers,
    review_details,
    tasks,
)

BEGUN, REMOVED, CLEANED = "begun", "removed", "cleaned"
"""Events of an erasure, in their order."""

_KEPT_META = (UNKNOWN, DENIED, INCLUSION, GIVEN_AT)
_DIGEST_BYTES = 16
_GUIDE = ("project_id", "policy_id", "policy_version", "item_id", "content_digest", "labels")


@dataclass(frozen=True, slots=True)
class ErasedContent:
    """An item whose content is to be removed, with what its texts are found by.

    Args:
        texts: every text of it: content, query, media, values of its other columns.
        counts: how much there is: characters, prelabels, replies, labels.
        shared: whether another item of this project has the very same content, and isn't removed with it.
        shared_anywhere: the same over all projects.
    """

    key: int
    id: str
    digest: str
    texts: tuple[str, ...]
    counts: Mapping[str, int]
    shared: bool
    shared_anywhere: bool


def begin(connection: sa.Connection, found: Sequence[ErasedContent], *, kind: str, reason: str, actor: str) -> int:
    """Write what is intended, and close the tasks on these items, so that no one gets them; the erasure's number."""
    row = {
        "project_id": project_of(connection),
        "kind": kind,
        "reason": reason,
        "items": len(found),
        "actor": actor,
        "created_at": now(),
    }
    number = int(connection.execute(sa.insert(erasures).returning(erasures.c.id), [row]).scalar_one())
    rows = [{"item_id": one.key, "erasure_id": number, "counts": dict(one.counts)} for one in found]
    connection.execute(sa.insert(erased_items), rows)
    for keys in parts(one.key for one in found):
        wanted = list(connection.execute(sa.select(tasks.c.id).where(tasks.c.item_id.in_(keys))).scalars())
        close_open(connection, wanted, reason="erased")
    note(connection, number, BEGUN, {"items": len(found)}, actor)
    audit.append(connection, actor, "erasure.begin", f"erasure:{number}", {"kind": kind, "items": len(found)})
    return number


def note(connection: sa.Connection, number: int, event: str, detail: Mapping[str, Any], actor: str) -> None:
    """How far an erasure has come."""
    row = {"erasure_id": number, "event": event, "detail": dict(detail), "actor": actor, "created_at": now()}
    connection.execute(sa.insert(erasure_events), [row])


def remove(connection: sa.Connection, number: int, found: Sequence[ErasedContent], marker: str, *, actor: str) -> None:
    """Remove all texts about these items from the database, all of them or none.

    Args:
        connection: the transaction.
        number: of the erasure.
        found: the items.
        marker: what stands in place of a text from now on.
        actor: for the log of changes.
    """
    overwrite_removed(connection)
    keys = [one.key for one in found]
    noted = _ids(connection, reviews.c.id, reviews.c.item_id, keys)
    decided = _ids(connection, adjudications.c.id, adjudications.c.item_id, keys)
    binding = Rebinding(connection, noted, decided)
    _remove_answers(connection, keys, noted)
    _remove_derived(connection, found)
    _retire_guides(connection, keys, actor)
    _remove_content(connection, found, marker)
    owners = _owners(connection, reviews, "review", noted) | _owners(connection, adjudications, "adjudication", decided)
    _log(connection, number, found, _Rebounds(binding.changes(), owners), actor)
    note(connection, number, REMOVED, {"items": len(found)}, actor)


def _ids(connection: sa.Connection, wanted: sa.Column[int], column: sa.Column[int], keys: Iterable[int]) -> list[int]:
    found: list[int] = []
    for part in parts(keys):
        found += connection.execute(sa.select(wanted).where(column.in_(part)).order_by(wanted)).scalars()
    return found


def _remove_answers(connection: sa.Connection, keys: Sequence[int], noted: Sequence[int]) -> None:
    """Reasons of models, notes of people, and the columns that came with imported labels."""
    for part in parts(keys):
        for statement in (
            sa.update(prelabels).where(prelabels.c.item_id.in_(part)).values(rationale=None, detail=None),
            sa.update(adjudications).where(adjudications.c.item_id.in_(part)).values(note=""),
            sa.update(gold_items).where(gold_items.c.item_id.in_(part)).values(explanation=""),
        ):
            connection.execute(statement)
        of_tasks = sa.select(tasks.c.id).where(tasks.c.item_id.in_(part))
        slots = sa.select(assignments.c.id).where(assignments.c.item_id.in_(part))
        for table, column, among in (
            (passes, passes.c.task_id, of_tasks),
            (practice_answers, practice_answers.c.task_id, of_tasks),
            (late_answers, late_answers.c.assignment_id, slots),
        ):
            connection.execute(sa.update(table).where(column.in_(among)).values(note=""))
    for part in parts(noted):
        connection.execute(sa.update(review_details).where(review_details.c.review_id.in_(part)).values(note=""))
        query = sa.select(reviews.c.id, reviews.c.meta).where(reviews.c.id.in_(part))
        for number, meta in connection.execute(query).all():
            kept = {name: value for name, value in (meta or {}).items() if name in _KEPT_META}
            if kept != (meta or {}):
                connection.execute(sa.update(reviews).where(reviews.c.id == number).values(meta=kept))


def _remove_derived(connection: sa.Connection, found: Sequence[ErasedContent]) -> None:
    """Replies, vectors, near-duplicates; what another item with the same content needs stays."""
    own = [one.digest for one in found if not one.shared]
    for part in parts(own):
        mine = replies.c.run_id.in_(runs_of(project_of(connection)))
        connection.execute(sa.delete(replies).where(mine, replies.c.content_digest.in_(part)))
    for part in parts(one.digest for one in found if not one.shared_anywhere):
        connection.execute(sa.delete(embeddings).where(embeddings.c.content_digest.in_(part)))
    for keys in parts(one.key for one in found):
        connection.execute(sa.delete(near_duplicates).where(near_duplicates.c.item_id.in_(keys)))


def _retire_guides(connection: sa.Connection, keys: Sequence[int], actor: str) -> None:
    """The items are gold and precedents no longer."""
    stamp = now()
    for part in parts(keys):
        retired = sa.update(gold_items).where(gold_items.c.item_id.in_(part), gold_items.c.active.is_(True))
        connection.execute(retired.values(active=False, retired_at=stamp))
        latest = (
            sa.select(sa.func.max(precedents.c.id))
            .where(precedents.c.item_id.in_(part))
            .group_by(precedents.c.policy_id, precedents.c.item_id)
        )
        told = [precedents.c[name] for name in _GUIDE]
        query = sa.select(*told).where(precedents.c.id.in_(latest), precedents.c.event == "added")
        for row in connection.execute(query).mappings().all():
            withdrawn = dict(row) | {"event": "withdrawn", "actor": actor, "created_at": stamp}
            connection.execute(sa.insert(precedents), [withdrawn])


def _remove_content(connection: sa.Connection, found: Sequence[ErasedContent], marker: str) -> None:
    """The content itself. Its digest is replaced by random digits: a short text could be guessed from it."""
    stamp = now()
    for one in found:
        fresh = secrets.token_hex(_DIGEST_BYTES)
        gone: dict[str, object] = {
            "text": marker,
            "query": None,
            "media": None,
            "meta": {},
            "signature": None,
            "same_as": None,
        }
        changed = sa.update(items).where(items.c.id == one.key)
        connection.execute(changed.values(**gone, content_digest=fresh, erased_at=stamp))
        guides = sa.update(precedents).where(precedents.c.item_id == one.key)
        connection.execute(guides.values(content_digest=fresh))
        if one.shared:
            _settle_first(connection, one.digest)


def _settle_first(connection: sa.Connection, digest: str) -> None:
    """Of the items that have this content still, the first is the one that models are asked about."""
    query = sa.select(items.c.id).where(items.c.content_digest == digest, items_within(project_of(connection)))
    left = list(connection.execute(query.order_by(items.c.id)).scalars())
    if left:
        first, rest = left[0], left[1:]
        connection.execute(sa.update(items).where(items.c.id == first).values(same_as=None))
        connection.execute(sa.update(items).where(items.c.id.in_(rest)).values(same_as=first))


def remove_refusals(connection: sa.Connection, quoting: Collection[int]) -> None:
    """Empty what refused rows of files quote, by the numbers of the rows."""
    overwrite_removed(connection)
    for part in parts(quoting):
        connection.execute(sa.update(refusals).where(refusals.c.id.in_(part)).values(excerpt="", message=""))


@dataclass(frozen=True, slots=True)
class _Rebounds:
    """Changed digests, and which item a row of its own is about."""

    changes: Sequence[Rebound]
    owners: Mapping[str, int]

    def of_item(self, key: int) -> list[list[str]]:
        return [list(one) for one in self.changes if self.owners.get(one.name) == key]

    def together(self) -> list[list[str]]:
        return [list(one) for one in self.changes if one.name not in self.owners]


def _log(
    connection: sa.Connection, number: int, found: Sequence[ErasedContent], rebounds: _Rebounds, actor: str
) -> None:
    """An entry for each item with its own rows' digests, and one for rows that are bound together."""
    for one in found:
        detail = {ITEM_ROW: one.key, "erasure": number, "rebound": rebounds.of_item(one.key)}
        audit.append(connection, actor, ERASED, f"item:{one.id}", detail)
    if together := rebounds.together():
        audit.append(connection, actor, ERASED, f"erasure:{number}", {"rebound": together})


def _owners(connection: sa.Connection, table: sa.Table, noun: str, numbers: Iterable[int]) -> dict[str, int]:
    """Which item a row is about, by the row's name."""
    found: dict[str, int] = {}
    for part in parts(numbers):
        query = sa.select(table.c.id, table.c.item_id).where(table.c.id.in_(part))
        found.update((f"{noun}:{number}", item) for number, item in connection.execute(query))
    return found
