"""Items whose human labels are evenly split: disputed items are walked, newest first, and their answers counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

import sqlalchemy as sa

from assistant.domain.consensus import Consensus, consensus
from assistant.domain.disagreements import PEOPLE, Disagreement, DisagreementFilter
from assistant.store.database import Database
from assistant.store.review.disagreements import disagreement_list
from assistant.store.review.labels.reviews import categories_meta, counting, listed, superseded
from assistant.store.tables.certification import Answer
from assistant.store.tables.content import reviews

_AT_A_TIME, _PAGES = 200, 10


class TiedPage(NamedTuple):
    """Tied items by their newest disagreement, newest first; the next page is below `next`, None at the end."""

    rows: list[Disagreement]
    next: int | None


def tied_items(database: Database, *, before: int | None, limit: int) -> TiedPage:
    """Items that were not adjudicated and whose labels come to no majority: at most so many below number `before`.

    A page looks at 2,000 disputed items at the most, so that it may hold fewer than there are: `next` goes on.
    """
    wanted, found, last = DisagreementFilter(kind=PEOPLE), list[Disagreement](), before
    for _ in range(_PAGES):
        page = disagreement_list.page(database, wanted, before=last, limit=_AT_A_TIME, per_item=True)
        tied = _tied(database, {one.item_key for one in page})
        for one in page:
            last = one.id
            if one.item_key in tied:
                found.append(one)
                if len(found) == limit:
                    return TiedPage(found, last)
        if len(page) < _AT_A_TIME:
            return TiedPage(found, None)
    return TiedPage(found, last)


def _tied(database: Database, keys: Collection[int]) -> set[int]:
    versions = database.label_versions
    query = sa.select(reviews.c.item_id, sa.type_coerce(reviews.c.labels, Answer), categories_meta()).where(
        reviews.c.item_id.in_(keys), counting(versions), ~superseded(versions)
    )
    answers: dict[int, list[Consensus]] = defaultdict(list)
    with database.read() as connection:
        for key, labels, categories in connection.execute(query):
            answers[key].append(Consensus(tuple(labels), listed(categories)))
    return {key for key, own in answers.items() if len(own) > 1 and consensus(own) is None}
