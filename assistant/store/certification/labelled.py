"""Labelled items, and what decides whether they may be evaluated on: who said what, when, in sight of what."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

import sqlalchemy as sa

from assistant.domain.canonical import id_spellings, rater_key, same_items
from assistant.domain.items import Content, ItemKind
from assistant.domain.labels import LabelAnswer
from assistant.store.content.precedents import settled_digests
from assistant.store.database import PAGE, Database, parts
from assistant.store.project_scope import given_within, items_within
from assistant.store.review.labels.reviews import DENIED, INCLUSION, UNKNOWN, categories_meta, counting, listed
from assistant.store.tables.certification import Answer
from assistant.store.tables.content import items, near_duplicates, precedents, reviews, routes


class GivenLabel(NamedTuple):
    """One answer; `shown_suggestion` is None where no one knows, `at` is ISO 8601 in UTC.

    `unknown` lists categories of a multi-label set that it neither gives nor denies, `denied` some of those it denies;
    `inclusion` is the probability, as its file stated it, with which the item was taken.
    """

    rater: str
    labels: LabelAnswer
    shown_suggestion: bool | None
    at: str
    unknown: LabelAnswer = ()
    denied: LabelAnswer = ()
    inclusion: object = None


class ItemFacts(NamedTuple):
    """An item without its labels; `group` is the row number of the first of its near-duplicates, None for none."""

    key: int
    id: str
    content: Content
    digest: str
    language: str
    source: str | None
    meta: Mapping[str, object]
    group: int | None


@dataclass(frozen=True, slots=True)
class LabelledItem:
    """An item and every label it was given, oldest first."""

    facts: ItemFacts
    labels: Sequence[GivenLabel]


class PrecedentPlace(NamedTuple):
    """A precedent as leakage sees it: its content, its near-duplicates' group, the fields of its item."""

    digest: str
    group: int | None
    meta: Mapping[str, object]


class LabelledStore:
    """Reads labelled items."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def items(self) -> Iterator[LabelledItem]:
        """Every item with a label, in order of arrival; one spelling for each person who labelled."""
        labels = sa.type_coerce(reviews.c.labels, Answer).label("given")
        said_at = reviews.c.created_at.label("said_at")
        said = (reviews.c.rater, labels, reviews.c.shown_suggestion, said_at, categories_meta(INCLUSION))
        query = (
            _facts(*said)
            .join(reviews, reviews.c.item_id == items.c.id)
            .where(given_within(self._database.project_id), counting(self._database.label_versions))
            .order_by(reviews.c.item_id, reviews.c.id)
        )
        spelled: dict[str, str] = {}  # one name for each person
        with self._database.read() as connection:
            rows = connection.execution_options(yield_per=PAGE).execute(query)
            for _, of_item in groupby(rows, key=lambda row: row.id):
                given = list(of_item)
                yield LabelledItem(_as_facts(given[0]), [_as_label(row, spelled) for row in given])

    def facts(self, ids: Collection[str]) -> dict[str, ItemFacts]:
        """The items of those external ids that are there, by the id given (`7.0` is item `7`)."""
        there: dict[str, ItemFacts] = {}
        with self._database.read() as connection:
            for part in parts(dict.fromkeys(name for given in ids for name in id_spellings(given))):
                own = items.c.project_id == self._database.project_id
                rows = connection.execute(_facts().where(own, items.c.external_id.in_(part)))
                there.update((row.external_id, _as_facts(row)) for row in rows)
        found = {given: same_items(given, there) for given in ids}
        return {given: there[names[0]] for given, names in found.items() if len(names) == 1}

    def precedents(self, policy_id: str) -> list[PrecedentPlace]:
        """Where the precedents of a policy stand now."""
        query = (
            sa.select(items.c.content_digest, near_duplicates.c.group_id, items.c.meta)
            .select_from(items.outerjoin(near_duplicates, near_duplicates.c.item_id == items.c.id))
            .where(items_within(self._database.project_id))
            .where(items.c.content_digest.in_(settled_digests(self._database, policy_id)))
            .order_by(items.c.id)
        )
        with self._database.read() as connection:
            return [PrecedentPlace(*row) for row in connection.execute(query)]

    def first_settled(self, policy_id: str, digests: Collection[str]) -> str | None:
        """When the first of these contents became a precedent, ISO 8601 in UTC; None where none ever did."""
        moments: list[str] = []
        with self._database.read() as connection:
            for part in parts(digests):
                query = sa.select(sa.func.min(precedents.c.created_at)).where(
                    precedents.c.project_id == self._database.project_id,
                    precedents.c.policy_id == policy_id,
                    precedents.c.event == "added",
                    precedents.c.content_digest.in_(part),
                )
                moments += [moment for moment in connection.execute(query).scalars() if moment is not None]
        return min(moments, default=None)

    def routed(self, run_id: int) -> Iterator[tuple[str, list[tuple[str, float]]]]:
        """Labelled items that a run routed: (id, (moment, inclusion probability) of each route, oldest first)."""
        labelled = sa.exists().where(reviews.c.item_id == routes.c.item_id, counting(self._database.label_versions))
        query = (
            sa.select(items.c.external_id, routes.c.created_at, routes.c.inclusion_probability)
            .join(items, items.c.id == routes.c.item_id)
            .where(routes.c.run_id == run_id, labelled)
            .order_by(routes.c.item_id, routes.c.revision)
        )
        with self._database.read() as connection:
            rows = connection.execution_options(yield_per=PAGE).execute(query)
            for name, of_item in groupby(rows, key=lambda row: row.external_id):
                yield name, [(row.created_at, row.inclusion_probability) for row in of_item]


def _as_label(row: sa.Row[Any], spelled: dict[str, str]) -> GivenLabel:
    rater = spelled.setdefault(rater_key(row.rater), row.rater)
    unknown, denied = (listed(row.categories, key) for key in (UNKNOWN, DENIED))
    inclusion = (row.categories or {}).get(INCLUSION)
    return GivenLabel(rater, row.given, row.shown_suggestion, row.said_at, unknown, denied, inclusion)


def _facts(*more: Any) -> sa.Select[Any]:
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
        near_duplicates.c.group_id,
        *more,
    ).select_from(items.outerjoin(near_duplicates, near_duplicates.c.item_id == items.c.id))


def _as_facts(row: sa.Row[Any]) -> ItemFacts:
    content = Content(row.text, ItemKind(row.kind), row.query, tuple(row.media or ()))
    return ItemFacts(
        row.id, row.external_id, content, row.content_digest, row.language, row.source, row.meta, row.group_id
    )
