"""The list of disagreements, page by page: each page is one walk along an index, and nothing is counted."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from assistant.domain.disagreements import MACHINE, PEOPLE, Disagreement, DisagreementFilter
from assistant.store.database import Database
from assistant.store.review.disagreements.found import pair_digest
from assistant.store.review.labels.reviews import categories_meta, listed
from assistant.store.tables.content import items, reviews
from assistant.store.tables.review import disagreements

_Columns = sa.ColumnCollection[str, sa.ColumnElement[Any]]
_T = disagreements.c
# The index by which SQLite, which keeps no statistics here, finds the fewest rows; the first whose filter is given.
_INDEXES: Mapping[str, str] = MappingProxyType(
    {
        "pair": "ix_disagreements_of_pair",
        "clause": "ix_disagreements_of_clause",
        "rater": "ix_disagreements_of_rater",
        "other_rater": "ix_disagreements_of_other_rater",
        "prompt": "ix_disagreements_of_prompt",
        "language": "ix_disagreements_of_language",
        "": "ix_disagreements_of_id",
    }
)
_BY_ITEM = "ix_disagreements_item_id"


def page(
    database: Database,
    wanted: DisagreementFilter,
    *,
    before: int | None = None,
    limit: int = 50,
    per_item: bool = False,
) -> list[Disagreement]:
    """The newest disagreements below number `before`, newest first; `per_item` the newest of each item alone."""
    own = _T.project_id == database.project_id
    with database.read() as connection:
        found = {
            row.id: row
            for conditions, index in _walks(wanted)
            for row in connection.execute(_walk([own, *conditions, *_newest(wanted) * per_item], index, before, limit))
        }
    return [as_disagreement(found[number]) for number in sorted(found, reverse=True)[:limit]]


def of_items(database: Database, wanted: DisagreementFilter, keys: Collection[int]) -> dict[int, list[Disagreement]]:
    """All disagreements about some items of a kind, settled or not as wanted, by row number, newest first."""
    conditions = [
        _T.project_id == database.project_id,
        _T.item_id.in_(set(keys)),
        *_conditions(DisagreementFilter(kind=wanted.kind, settled=wanted.settled), _T),
    ]
    found: dict[int, list[Disagreement]] = {}
    with database.read() as connection:
        for row in connection.execute(_rows(conditions, _BY_ITEM).order_by(_T.id.desc())):
            found.setdefault(row.item_id, []).append(as_disagreement(row))
    return found


def waiting_items(database: Database) -> dict[str, int]:
    """How many items have disagreements that were not adjudicated, by kind; both kinds are named."""
    waiting = _T.project_id == database.project_id, _T.settled.is_(False)
    query: sa.Select[Any] = sa.select(_T.kind, sa.func.count(sa.distinct(_T.item_id))).where(*waiting).group_by(_T.kind)
    with database.read() as connection:
        return dict.fromkeys((MACHINE, PEOPLE), 0) | {kind: int(count) for kind, count in connection.execute(query)}


def as_disagreement(row: Sequence[Any]) -> Disagreement:
    """A row whose last column is `categories_meta`."""
    return Disagreement._make((*row[:-1], listed(row[-1])))


def _walks(wanted: DisagreementFilter) -> Iterator[tuple[list[sa.ColumnElement[bool]], str]]:
    """Conditions and the index to walk: one walk, and for one of two people one for each place they can stand in."""
    conditions, given = _conditions(wanted, _T), _given(wanted)
    if wanted.reviewer is None:
        yield conditions, _INDEXES[next(name for name in _INDEXES if name in given or not name)]
        return
    rarer = next((name for name in ("pair", "clause") if name in given), None)
    yield [*conditions, _T.rater == wanted.reviewer], _INDEXES[rarer or "rater"]
    if wanted.kind == PEOPLE:
        yield [*conditions, _T.other_rater == wanted.reviewer], _INDEXES[rarer or "other_rater"]


def _given(wanted: DisagreementFilter) -> dict[str, object]:
    pair = None if wanted.pair is None else pair_digest(*wanted.pair, ordered=wanted.kind == MACHINE)
    values = {"pair": pair, "clause": wanted.clause, "prompt": wanted.prompt, "language": wanted.language}
    return {name: value for name, value in values.items() if value is not None}


def _conditions(wanted: DisagreementFilter, of: _Columns) -> list[sa.ColumnElement[bool]]:
    conditions = [of.kind == wanted.kind, of.settled == wanted.settled]
    conditions += [of[name] == value for name, value in _given(wanted).items()]
    if wanted.confidence is not None:
        conditions.append(of.confidence.between(*wanted.confidence))
    return conditions


def _newest(wanted: DisagreementFilter) -> list[sa.ColumnElement[bool]]:
    """That no later disagreement about the item is wanted; looked up by the item, of which there are few."""
    later = disagreements.alias("later")
    conditions = [later.c.item_id == _T.item_id, later.c.id > _T.id, *_conditions(wanted, later.c)]
    if wanted.reviewer is not None:
        theirs = later.c.rater == wanted.reviewer
        either = sa.or_(theirs, later.c.other_rater == wanted.reviewer)
        conditions.append(either if wanted.kind == PEOPLE else theirs)
    query: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(later).where(*conditions)
    return [~query.with_hint(later, f"INDEXED BY {_BY_ITEM}", "sqlite").exists()]


def _walk(conditions: list[sa.ColumnElement[bool]], index: str, before: int | None, limit: int) -> sa.Select[Any]:
    if before is not None:
        conditions = [*conditions, _T.id < before]
    return _rows(conditions, index).order_by(_T.id.desc()).limit(limit)


def _rows(conditions: list[sa.ColumnElement[bool]], index: str) -> sa.Select[Any]:
    names = ("labels", "rater", "other_labels", "other_rater", "language", "clause", "prompt", "confidence")
    last = (_T.review_id, _T.other_review_id, _T.settled, _T.created_at)
    return (
        sa.select(_T.id, _T.item_id, items.c.external_id, *(_T[name] for name in names), *last, categories_meta())
        .join(items, items.c.id == _T.item_id)
        .join(reviews, reviews.c.id == _T.review_id)
        .where(*conditions)
        .with_hint(disagreements, f"INDEXED BY {index}", "sqlite")
    )
