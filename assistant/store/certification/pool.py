"""A run column by column: what learning, sampling and certifying read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from assistant.domain.canonical import rater_key
from assistant.domain.items import embedded_text
from assistant.domain.labels import LabelAnswer
from assistant.domain.reviews import HumanAnswer, ItemAnswers
from assistant.store.counted_labels import counted
from assistant.store.database import PAGE, Database
from assistant.store.project_scope import given_within
from assistant.store.review.disagreements.adjudications import AdjudicationStore
from assistant.store.review.labels.reviews import categories_meta, listed
from assistant.store.staging import newest_rows
from assistant.store.tables.certification import Answer
from assistant.store.tables.content import items, near_duplicates, prelabels, reviews
from assistant.store.tables.review import withdrawals

_SLIP = timedelta(minutes=10)  # until an answer counts as said: undo reaches ten items back


@dataclass(frozen=True, slots=True)
class PoolPage:
    """Items with an answer in the run, one list for each column, all of one length and in order of arrival.

    Args:
        keys: row numbers, rising.
        ids: external ids.
        texts: what an embedder is given: for pairs query and document, for media without words its file names.
        digests: content digests: the same for the very same content.
        languages: BCP 47 tags.
        sources: where items came from; None where not said.
        metas: the other columns of the input.
        statuses: of the newest answer: `labelled` or `failed`.
        labels: of the newest answer; empty where it failed.
        signals: raw numbers of the newest answer, by name.
        groups: row number of the first of an item's near-duplicates; None where it has none.
    """

    keys: list[int]
    ids: list[str]
    texts: list[str]
    digests: list[str]
    languages: list[str]
    sources: list[str | None]
    metas: list[Mapping[str, object]]
    statuses: list[str]
    labels: list[LabelAnswer]
    signals: list[Mapping[str, float]]
    groups: list[int | None]

    def __len__(self) -> int:
        return len(self.keys)


class PoolStore:
    """Reads runs for the trust layer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pages(self, run_id: int, *, page: int = 20_000, after: int = 0) -> Iterator[PoolPage]:
        """The items beyond row number `after` with an answer in a run, usable or not, in order of arrival.

        In pages of at most `page` items.
        """
        while rows := self._read(run_id, after, page):
            yield _page(rows)
            after = rows[-1].id

    def _read(self, run_id: int, after: int, limit: int) -> list[sa.Row[Any]]:
        """The newest answers to the next items; all revisions of the last one of them are looked at."""
        ahead = prelabels.c.run_id == run_id, prelabels.c.item_id > after
        keys = sa.select(prelabels.c.item_id).distinct().where(*ahead).order_by(prelabels.c.item_id)
        with self._database.read() as connection:
            last = connection.execute(keys.limit(1).offset(limit - 1)).scalar()
            query = _answered().where(*ahead).order_by(prelabels.c.item_id, prelabels.c.revision)
            if last is not None:
                query = query.where(prelabels.c.item_id <= last)
            return list(newest_rows(connection.execute(query)))

    def other_answers(self, run_ids: Sequence[int], page: PoolPage) -> dict[int, list[LabelAnswer | None]]:
        """Answers of other runs to the items of a page, by run, aligned with its lists; None without a usable one."""
        found: dict[int, list[LabelAnswer | None]] = {run_id: [None] * len(page) for run_id in run_ids}
        if not found or not page.keys:
            return found
        place = {key: number for number, key in enumerate(page.keys)}
        query = (
            sa.select(
                prelabels.c.item_id,
                prelabels.c.run_id,
                prelabels.c.status,
                sa.type_coerce(prelabels.c.labels, Answer),
            )
            .where(prelabels.c.run_id.in_(found), prelabels.c.item_id.between(page.keys[0], page.keys[-1]))
            .order_by(prelabels.c.run_id, prelabels.c.item_id, prelabels.c.revision)
        )
        with self._database.read() as connection:
            for key, run_id, status, labels in newest_rows(connection.execute(query)):
                if key in place:
                    found[run_id][place[key]] = labels if status == "labelled" else None
        return found

    def models(self, run_id: int, page: PoolPage) -> list[str]:
        """Which model gave the newest answer to each item of a page, as it named itself; aligned with its lists."""
        if not page.keys:
            return []
        query = (
            sa.select(prelabels.c.item_id, prelabels.c.model)
            .where(prelabels.c.run_id == run_id, prelabels.c.item_id.between(page.keys[0], page.keys[-1]))
            .order_by(prelabels.c.item_id, prelabels.c.revision)
        )
        with self._database.read() as connection:
            newest = {key: model or "" for key, model in newest_rows(connection.execute(query))}
        return [newest[key] for key in page.keys]

    def human_answers(self) -> Iterator[ItemAnswers]:
        """What people said about each item that was answered, as far as it counts, in order of arrival of the items."""
        query = (
            sa.select(
                reviews.c.item_id,
                items.c.external_id,
                reviews.c.rater,
                sa.type_coerce(reviews.c.labels, Answer).label("given"),
                reviews.c.shown_suggestion,
                categories_meta(),
                reviews.c.policy_version,
                reviews.c.created_at,
                withdrawals.c.created_at.label("withdrawn_at"),
            )
            .select_from(
                reviews.join(items, items.c.id == reviews.c.item_id).outerjoin(
                    withdrawals, withdrawals.c.review_id == reviews.c.id
                )
            )
            .where(given_within(self._database.project_id), counted(self._database.label_versions, reviews))
            .order_by(reviews.c.item_id, reviews.c.id)
        )
        spelled: dict[str, str] = {}  # one name for each person
        with self._database.read() as connection:
            rows = connection.execution_options(yield_per=PAGE).execute(query)
            for _, of_item in groupby(rows, key=lambda row: row.item_id):
                said = _item_answers(list(of_item), spelled)
                if said.newest or said.first:
                    yield said

    def adjudicated(self) -> dict[str, LabelAnswer]:
        """What each adjudicated item was settled as, by external id."""
        return AdjudicationStore(self._database).newest()

    def adjudicated_under(self) -> dict[str, str | None]:
        """The policy version that each of these was settled under, by external id; None where that was not kept."""
        return AdjudicationStore(self._database).versions()


def _item_answers(rows: Sequence[sa.Row[Any]], spelled: dict[str, str]) -> ItemAnswers:
    newest: dict[str, HumanAnswer] = {}
    first: dict[str, HumanAnswer] = {}
    for row in rows:
        person = rater_key(row.rater)
        rater = spelled.setdefault(person, row.rater)
        answer = HumanAnswer(rater, row.given, row.shown_suggestion, listed(row.categories), row.policy_version)
        if row.withdrawn_at is None:
            newest[person] = answer
        if not row.shown_suggestion and not _slip(row):
            first.setdefault(person, answer)
    return ItemAnswers(rows[0].external_id, list(newest.values()), list(first.values()))


def _slip(row: sa.Row[Any]) -> bool:
    if row.withdrawn_at is None:
        return False
    return datetime.fromisoformat(row.withdrawn_at) - datetime.fromisoformat(row.created_at) <= _SLIP


def _answered() -> sa.Select[Any]:
    return sa.select(
        items.c.id,
        items.c.external_id,
        items.c.kind,
        items.c.text,
        items.c.query,
        items.c.media,
        items.c.content_digest,
        items.c.language,
        items.c.source,
        items.c.meta,
        prelabels.c.status,
        sa.type_coerce(prelabels.c.labels, Answer),
        prelabels.c.signals,
        near_duplicates.c.group_id,
    ).select_from(
        prelabels.join(items, items.c.id == prelabels.c.item_id).outerjoin(
            near_duplicates, near_duplicates.c.item_id == prelabels.c.item_id
        )
    )


def _page(rows: Sequence[sa.Row[Any]]) -> PoolPage:
    keys, ids, kinds, texts, queries, media, digests, languages, sources, metas, statuses, labels, signals, groups = (
        list(column) for column in zip(*rows, strict=True)
    )
    return PoolPage(
        keys=keys,
        ids=ids,
        texts=[embedded_text(*parts) for parts in zip(kinds, texts, queries, media, strict=True)],
        digests=digests,
        languages=languages,
        sources=sources,
        metas=metas,
        statuses=statuses,
        labels=labels,
        signals=signals,
        groups=groups,
    )
