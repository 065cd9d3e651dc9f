"""A run's answers and routes: what is still to ask, what was answered, what to do with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from assistant.domain.items import StoredItem
from assistant.domain.prelabels import FailureReason, Prelabel, PrelabelStatus, Usage
from assistant.domain.runs import Run
from assistant.routing.route import Decision
from assistant.store.connection.reconnect import lasting
from assistant.store.content.items import stored_item, with_media
from assistant.store.content.precedents import settled_digests
from assistant.store.database import PAGE, Database, now, parts
from assistant.store.project_scope import runs_of
from assistant.store.runs.journal_lines import StoredReply
from assistant.store.runs.populations import first_of_content, source_of_content, within
from assistant.store.runs.routes import newest_revisions, next_routes
from assistant.store.runs.runs import alike
from assistant.store.tables.content import items, near_duplicates, prelabels, replies, routes, runs


@dataclass(frozen=True, slots=True)
class PendingItem:
    """An item to ask about, and the revision its answer will have (0 for the first)."""

    stored: StoredItem
    revision: int


@dataclass(frozen=True, slots=True)
class AnsweredItem:
    """One item's answer and route on their way to the database.

    Args:
        item_key: the item's row number.
        revision: 0 for the first answer; a later one supersedes it.
        prelabel: the answer.
        decision: the route; None for answers that no one routed: imported ones, and those of evaluations.
        shared_from: the item with the same content whose answer this is, else None.
    """

    item_key: int
    revision: int
    prelabel: Prelabel
    decision: Decision | None
    shared_from: int | None = None


class PrelabelStore:
    """Reads and writes answers; several runs side by side, newest revision counts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @lasting
    def count_pending(self, run: Run, policy_id: str, *, retry_failed: bool = False, only_media: bool = False) -> int:
        """How many contents are still to ask in this run; with `only_media` those that have media."""
        query = self._unsettled(run, policy_id, retry_failed).with_only_columns(sa.func.count())
        if only_media:
            query = query.where(with_media())
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    @lasting
    def count_known(self, run: Run, policy_id: str, *, retry_failed: bool = False) -> int:
        """How many of these have a reply already, of a session that was killed or of a run that asks the same."""
        query = self._unsettled(run, policy_id, retry_failed).where(self._has_reply(run))
        with self._database.read() as connection:
            return int(connection.execute(query.with_only_columns(sa.func.count())).scalar_one())

    @lasting
    def pending(
        self, run: Run, policy_id: str, *, after: int = 0, limit: int = PAGE, retry_failed: bool = False
    ) -> list[PendingItem]:
        """The next items to ask, in order of arrival; each content once, none that people have settled.

        Items that never got a reply are retried; with `retry_failed` all that failed are.
        """
        query = (
            self._unsettled(run, policy_id, retry_failed).where(items.c.id > after).order_by(items.c.id).limit(limit)
        )
        with self._database.read() as connection:
            return [pending_item(row) for row in connection.execute(query)]

    @lasting
    def stored_replies(self, run: Run, digests: Sequence[str]) -> dict[str, list[StoredReply]]:
        """Replies already paid for, by content, first attempt first.

        Those of other runs that ask the very same count too: production and evaluations pay for nothing twice. Of two
        replies to one attempt the run's own counts.
        """
        found: dict[str, dict[int, StoredReply]] = {}
        with self._database.read() as connection:
            for part in parts(digests):
                query = (
                    sa.select(replies)
                    .where(self._counting(run), replies.c.content_digest.in_(part))
                    .order_by(replies.c.content_digest, replies.c.attempt, replies.c.run_id != run.id, replies.c.run_id)
                )
                for row in connection.execute(query):
                    reply = StoredReply(
                        run.key, row.content_digest, row.attempt, row.body, row.latency_ms, row.created_at
                    )
                    found.setdefault(row.content_digest, {}).setdefault(row.attempt, reply)
        return {digest: list(by_attempt.values()) for digest, by_attempt in found.items()}

    def _counting(self, run: Run) -> sa.ColumnElement[bool]:
        """Which replies answer this run's questions."""
        return replies.c.run_id.in_(alike(self._database.project_id, run))

    def _has_reply(self, run: Run) -> sa.ColumnElement[bool]:
        return sa.exists().where(self._counting(run), replies.c.content_digest == items.c.content_digest)

    @lasting
    def commit(self, run: Run, answered: Sequence[AnsweredItem], arrived: Sequence[StoredReply]) -> None:
        """Write replies, answers and routes in one transaction; an answer that is there already adds neither again.

        A route is numbered after all its item has had in the run: the item may have been routed again since its last
        answer, and what follows a new answer must not be taken for a route that is there already.
        """
        stamp = now()
        with self._database.write(alone=True) as connection:
            decided = next_routes(connection, run.id, _decided(connection, run, answered), stamp)
            self._database.insert_new(connection, replies, [_reply_row(run.id, reply) for reply in arrived])
            self._database.insert_new(connection, prelabels, [_prelabel_row(run, one, stamp) for one in answered])
            self._database.insert_new(connection, routes, decided)

    def run_numbers(self) -> dict[str, int]:
        """The row number of every run of the project, by its key."""
        query = sa.select(runs.c.key, runs.c.id).where(runs.c.project_id == self._database.project_id)
        with self._database.read() as connection:
            return {row.key: row.id for row in connection.execute(query)}

    def take_in(self, left: Iterator[StoredReply]) -> int:
        """Write replies a killed process left in the journal, of whatever run; returns how many were new."""
        ids, before = self.run_numbers(), self._count_replies()
        for part in parts((reply for reply in left if reply.run_key in ids), PAGE):
            with self._database.write() as connection:
                self._database.insert_new(connection, replies, [_reply_row(ids[one.run_key], one) for one in part])
        return self._count_replies() - before

    @lasting
    def _count_replies(self) -> int:
        query = sa.select(sa.func.count()).where(replies.c.run_id.in_(runs_of(self._database.project_id)))
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    @lasting
    def unshared(self, run: Run, *, after: int = 0, limit: int = PAGE) -> list[tuple[StoredItem, int, Prelabel, int]]:
        """Items whose content was answered under another id of this run, and which have not got that answer yet.

        Returns:
            (item, row number of the item asked about, its answer, revision to write).
        """
        query = unshared_answers(run).where(self._own(), items.c.id > after).order_by(items.c.id).limit(limit)
        with self._database.read() as connection:
            return [shared_answer(row) for row in connection.execute(query)]

    def newest_of(self, run: Run, item_keys: Sequence[int]) -> dict[int, tuple[Prelabel, int]]:
        """The answers that count for some items, with their revisions, by row number."""
        found: dict[int, tuple[Prelabel, int]] = {}
        with self._database.read() as connection:
            for part in parts(item_keys):
                query = sa.select(prelabels).where(
                    prelabels.c.run_id == run.id, prelabels.c.item_id.in_(part), newest(prelabels)
                )
                found.update((row.item_id, (_prelabel(row), row.revision)) for row in connection.execute(query))
        return found

    def _own(self) -> sa.ColumnElement[bool]:
        return items.c.project_id == self._database.project_id

    def _unsettled(self, run: Run, policy_id: str, retry_failed: bool) -> sa.Select[Any]:
        """Each content of the project once, none that people have settled."""
        settled = settled_digests(self._database, policy_id)
        return unanswered(run, retry_failed=retry_failed).where(
            self._own(), first_of_content(run.population), items.c.content_digest.not_in(settled)
        )


def newest(table: sa.FromClause, item: sa.ColumnElement[int] | None = None) -> sa.ColumnElement[bool]:
    """Rows of `prelabels`, `routes` or `settlements` that no later revision in their run supersedes.

    Looked up by key for each row: "there is no later one" has been seen to take PostgreSQL quadratic time right after
    many rows were written, while it has no statistics of them.

    Args:
        table: the table, or an alias of it.
        item: in the condition of an outer join the other side's row number of the item: were it the table's own, all of
            the table could be read for each row of the other side.
    """
    other = table.alias()
    key = table.c.item_id if item is None else item
    outer = [table] if item is None else [table, *item._from_objects]  # noqa: SLF001 - as SQLAlchemy's own joins do
    same = other.c.run_id == table.c.run_id, other.c.item_id == key
    highest = sa.select(sa.func.max(other.c.revision)).where(*same).correlate(*outer).scalar_subquery()
    return table.c.revision == highest


def ranked(table: sa.Table, run_id: int, *columns: sa.ColumnElement[Any]) -> sa.Subquery:
    """All rows of a run with their `rank` among those of their item, 1 for the newest: for counting a whole run.

    One ordered pass, where `newest` looks each row up, which is for some rows of many.
    """
    rank = sa.func.row_number().over(partition_by=table.c.item_id, order_by=table.c.revision.desc())
    return sa.select(*columns, rank.label("rank")).where(table.c.run_id == run_id).subquery()


def pending_item(row: sa.Row[Any]) -> PendingItem:
    """An item of `unanswered`."""
    return PendingItem(stored_item(row), 0 if row.revision is None else row.revision + 1)


def shared_answer(row: sa.Row[Any]) -> tuple[StoredItem, int, Prelabel, int]:
    """An item of `unshared_answers`, as `PrelabelStore.unshared` gives it."""
    return stored_item(row), row.item_id, _prelabel(row), row.revision


def unshared_answers(run: Run) -> sa.Select[Any]:
    """Items whose content was answered under another id of this run, with that answer, which they have not got yet."""
    mine = prelabels.alias("mine")
    own = sa.and_(mine.c.run_id == run.id, mine.c.item_id == items.c.id, mine.c.revision == prelabels.c.revision)
    return (
        sa.select(items, near_duplicates.c.group_id, prelabels)
        .select_from(
            items.join(prelabels, prelabels.c.item_id == source_of_content(run.population))
            .outerjoin(near_duplicates, near_duplicates.c.item_id == items.c.id)
            .outerjoin(mine, own)
        )
        .where(prelabels.c.run_id == run.id, newest(prelabels), mine.c.item_id.is_(None), *within(run.population))
    )


def unanswered(run: Run, *, retry_failed: bool) -> sa.Select[Any]:
    """Items without a usable answer in the run that are still to ask, and the newest revision of what they have.

    Items that never got a reply are among them; with `retry_failed` all that failed are.
    """
    failed = prelabels.c.status == PrelabelStatus.FAILED.value
    again = failed if retry_failed else failed & (prelabels.c.reason == FailureReason.NO_ANSWER.value)
    there = sa.and_(prelabels.c.run_id == run.id, prelabels.c.item_id == items.c.id, newest(prelabels, items.c.id))
    return (
        sa.select(items, near_duplicates.c.group_id, prelabels.c.revision)
        .select_from(
            items.outerjoin(prelabels, there).outerjoin(near_duplicates, near_duplicates.c.item_id == items.c.id)
        )
        .where(sa.or_(prelabels.c.item_id.is_(None), again), items.c.erased_at.is_(None), *within(run.population))
    )


def _reply_row(run_id: int, reply: StoredReply) -> dict[str, object]:
    return {
        "run_id": run_id,
        "content_digest": reply.content_digest,
        "attempt": reply.attempt,
        "body": reply.body,
        "latency_ms": reply.latency_ms,
        "created_at": reply.created_at,
    }


def _prelabel_row(run: Run, one: AnsweredItem, stamp: str) -> dict[str, object]:
    answer = one.prelabel
    return {
        "run_id": run.id,
        "item_id": one.item_key,
        "revision": one.revision,
        "shared_from": one.shared_from,
        "status": answer.status.value,
        "labels": answer.labels,
        "signals": answer.signals,
        "clauses": answer.clauses,
        "rationale": answer.rationale,
        "reason": answer.reason.value if answer.reason else None,
        "detail": answer.detail,
        "model": answer.model,
        "prompt_tokens": answer.usage.prompt_tokens,
        "completion_tokens": answer.usage.completion_tokens,
        "cached_tokens": answer.usage.cached_tokens,
        "cost_usd": answer.cost_usd,
        "latency_ms": answer.latency_ms,
        "attempts": answer.attempts,
        "created_at": stamp,
    }


def _decided(connection: sa.Connection, run: Run, answered: Sequence[AnsweredItem]) -> list[tuple[int, Decision]]:
    """Row numbers and routes of the answers that are not there yet."""
    known = newest_revisions(connection, prelabels, run.id, [one.item_key for one in answered])
    return [
        (one.item_key, one.decision)
        for one in answered
        if one.decision is not None and one.revision > known.get(one.item_key, -1)
    ]


def _prelabel(row: sa.Row[Any]) -> Prelabel:
    return Prelabel(
        status=PrelabelStatus(row.status),
        labels=tuple(row.labels),
        signals=row.signals,
        rationale=row.rationale,
        clauses=tuple(row.clauses),
        reason=FailureReason(row.reason) if row.reason else None,
        detail=row.detail,
        usage=Usage(row.prompt_tokens, row.completion_tokens, row.cached_tokens),
        cost_usd=row.cost_usd,
        latency_ms=row.latency_ms,
        attempts=row.attempts,
        model=row.model,
    )
