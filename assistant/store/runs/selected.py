"""A run over some items alone: what an evaluation asks, beside what production asks of all of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from assistant.domain.items import StoredItem
from assistant.domain.prelabels import Prelabel
from assistant.domain.runs import Run
from assistant.store.connection.reconnect import lasting
from assistant.store.content.items import with_media
from assistant.store.database import PAGE, Database, parts
from assistant.store.runs.prelabels import (
    PendingItem,
    PrelabelStore,
    pending_item,
    shared_answer,
    unanswered,
    unshared_answers,
)
from assistant.store.tables.content import items, replies


class SelectedPrelabels(PrelabelStore):
    """As `PrelabelStore`, for a selection of items; they are asked whether or not people have settled them.

    Of several items with one content the first of the workspace is asked, as in production, so that both share the
    reply; the selected ones share its answer.

    Args:
        database: where everything is.
        keys: row numbers of the selected items.
        shared_before: replies of other runs count that came before this moment, ISO 8601 in UTC; None for all: later
            ones may have been asked with a selected item in sight.
    """

    def __init__(self, database: Database, keys: Sequence[int], *, shared_before: str | None = None) -> None:
        super().__init__(database)
        self._keys = sorted(keys)
        self._shared_before = shared_before
        self._asked = self._first_of_content()

    @lasting
    def count_pending(
        self,
        run: Run,
        policy_id: str,  # noqa: ARG002 - people's answers don't count
        *,
        retry_failed: bool = False,
        only_media: bool = False,
    ) -> int:
        """How many contents are still to ask in this run; with `only_media` those that have media."""
        query = unanswered(run, retry_failed=retry_failed)
        return self._count(query.where(with_media()) if only_media else query)

    @lasting
    def count_known(self, run: Run, policy_id: str, *, retry_failed: bool = False) -> int:  # noqa: ARG002 - as above
        """How many of these have a reply that counts already."""
        return self._count(unanswered(run, retry_failed=retry_failed).where(self._has_reply(run)))

    @lasting
    def pending(
        self,
        run: Run,
        policy_id: str,  # noqa: ARG002 - as above
        *,
        after: int = 0,
        limit: int = PAGE,
        retry_failed: bool = False,
    ) -> list[PendingItem]:
        """The next selected items to ask, in order of arrival; each content once."""
        query = unanswered(run, retry_failed=retry_failed)
        return [pending_item(row) for row in self._page(query, self._asked, after, limit)]

    @lasting
    def unshared(self, run: Run, *, after: int = 0, limit: int = PAGE) -> list[tuple[StoredItem, int, Prelabel, int]]:
        """As `PrelabelStore.unshared`, among the selected items."""
        return [shared_answer(row) for row in self._page(unshared_answers(run), self._keys, after, limit)]

    def _counting(self, run: Run) -> sa.ColumnElement[bool]:
        if self._shared_before is None:
            return super()._counting(run)
        unseen = sa.or_(replies.c.run_id == run.id, replies.c.created_at < self._shared_before)
        return sa.and_(super()._counting(run), unseen)

    def _first_of_content(self) -> list[int]:
        found: set[int] = set()
        with self._database.read() as connection:
            for part in parts(self._keys):
                query = sa.select(sa.func.coalesce(items.c.same_as, items.c.id)).where(items.c.id.in_(part))
                found.update(connection.execute(query).scalars())
        return sorted(found)

    def _count(self, query: sa.Select[tuple[object, ...]]) -> int:
        counted = query.with_only_columns(sa.func.count())
        with self._database.read() as connection:
            return sum(
                int(connection.execute(counted.where(items.c.id.in_(part))).scalar_one()) for part in parts(self._asked)
            )

    def _page(
        self, query: sa.Select[tuple[object, ...]], keys: Sequence[int], after: int, limit: int
    ) -> list[sa.Row[tuple[object, ...]]]:
        """The first rows behind `after` of those keys; the keys go in parts, whatever their number."""
        found: list[sa.Row[tuple[object, ...]]] = []
        with self._database.read() as connection:
            for part in _parts_from(keys, bisect_right(keys, after)):
                rows = query.where(items.c.id.in_(part)).order_by(items.c.id).limit(limit - len(found))
                found += connection.execute(rows).all()
                if len(found) >= limit:
                    break
        return found


def _parts_from(keys: Sequence[int], start: int) -> Iterator[tuple[int, ...]]:
    return parts(keys[start:])
