"""How often people answered as the machine had, day by day: for a trend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from assistant.domain.consensus import Consensus, differ
from assistant.domain.label_versions import LabelVersions
from assistant.store.database import Database
from assistant.store.review.labels.reviews import GIVEN_AT, counting, leaves_unknown, listed, superseded
from assistant.store.runs.machine_answers import newest_fit
from assistant.store.runs.prelabels import newest
from assistant.store.tables.certification import Answer, scores
from assistant.store.tables.content import Json, prelabels, reviews
from assistant.store.tables.review import review_details


class Day(NamedTuple):
    """A day in UTC (ISO 8601): `alike` of `answers` blind answers were the machine's; `imported` came with files."""

    day: str
    answers: int
    alike: int
    imported: int


@dataclass(frozen=True, slots=True)
class BlindDays:
    """Blind answers to items of a run, in the queue and imported.

    Args:
        days: those with an answer, oldest first.
        undated: imported answers among them that stand on the day of their import, as their file gives no moment.
        sight_unknown: imported answers that are left out, as it isn't known whether the machine's was in sight.
    """

    days: Sequence[Day]
    undated: int
    sight_unknown: int


def blind_days(database: Database, run_id: int) -> BlindDays:
    """Days on which people answered items of a run blind; gold is left out.

    An answer in the queue is compared with what the machine said then, an imported one with what it says in the run.
    """
    versions = database.label_versions
    answers, alike, imported = Counter[str](), Counter[str](), Counter[str]()
    undated = sight_unknown = 0
    with database.read() as connection:
        for day, given, same in connection.execute(_in_queue(run_id, versions)):
            answers[day] += given
            alike[day] += same
        for row in connection.execute(_imported(run_id, versions)):
            if row.sight is None:
                sight_unknown += row.given
                continue
            person = Consensus(row.labels, listed(row.categories))
            answers[row.day] += row.given
            imported[row.day] += row.given
            alike[row.day] += 0 if differ(person, Consensus(row.said)) else row.given
            undated += 0 if row.dated else row.given
    days = [Day(day, answers[day], alike[day], imported[day]) for day in sorted(answers)]
    return BlindDays(days, undated, sight_unknown)


def _in_queue(run_id: int, versions: LabelVersions | None) -> sa.Select[Any]:
    """(day, answers, those that are the machine's)."""
    same = sa.case((sa.type_coerce(reviews.c.labels, Answer) == review_details.c.suggestion, 1), else_=0)
    each = (
        sa.select(_day(), same.label("same"))
        .join(reviews, reviews.c.id == review_details.c.review_id)
        .where(
            review_details.c.run_id == run_id,
            review_details.c.suggestion.is_not(None),
            review_details.c.kind != "gold",
            reviews.c.shown_suggestion.is_(False),
            counting(versions),
        )
        .subquery()
    )
    return sa.select(each.c.day, sa.func.count(), sa.func.sum(each.c.same)).group_by(each.c.day)


def _imported(run_id: int, versions: LabelVersions | None) -> sa.Select[Any]:
    """How many answers there are of each day, sight and pair of answers, so that few rows come back.

    Of several by one person to an item, the newest counts: a file that was corrected is imported again.
    """
    said = sa.func.coalesce(scores.c.labels, prelabels.c.labels)
    partial = sa.case((leaves_unknown(), sa.type_coerce(reviews.c.meta, sa.Text)))
    dated = sa.type_coerce(reviews.c.meta, sa.Text).contains(f'"{GIVEN_AT}":', autoescape=True)
    each = (
        sa.select(
            _day(),
            reviews.c.shown_suggestion.label("sight"),
            sa.case((dated, 1), else_=0).label("dated"),
            sa.type_coerce(reviews.c.labels, sa.Text).label("labels"),
            sa.type_coerce(said, sa.Text).label("said"),
            partial.label("categories"),
        )
        .select_from(
            prelabels.join(reviews, reviews.c.item_id == prelabels.c.item_id).outerjoin(
                scores, sa.and_(scores.c.fit_id == newest_fit(run_id), scores.c.item_id == prelabels.c.item_id)
            )
        )
        .where(
            prelabels.c.run_id == run_id,
            newest(prelabels),
            prelabels.c.status == "labelled",
            ~sa.exists().where(review_details.c.review_id == reviews.c.id),  # the queue's have these
            reviews.c.shown_suggestion.is_not(sa.true()),
            counting(versions),
            ~superseded(versions),
        )
        .subquery()
    )
    plain = (each.c.day, each.c.sight, each.c.dated)
    answers = (sa.type_coerce(each.c.labels, Answer), sa.type_coerce(each.c.said, Answer))
    return sa.select(
        *plain,
        answers[0].label("labels"),
        answers[1].label("said"),
        sa.type_coerce(each.c.categories, Json).label("categories"),
        sa.func.count().label("given"),
    ).group_by(*each.c)


def _day() -> sa.ColumnElement[str]:
    return sa.func.substr(reviews.c.created_at, 1, 10).label("day")
