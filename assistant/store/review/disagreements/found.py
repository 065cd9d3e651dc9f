"""Disagreements of the machine with people and of people with each other, kept as answers come in.

The list is a table of its own, written in the transaction that stores an answer. Read from reviews and prelabels it
would be a join over everything; so it is one walk along an index, however many items there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import blake2b
from typing import Any

import orjson
import sqlalchemy as sa

from assistant.domain.canonical import rater_key
from assistant.domain.consensus import Consensus, differ
from assistant.domain.disagreements import MACHINE, PEOPLE
from assistant.domain.labels import LabelAnswer
from assistant.domain.review_work import Principal, Submission, TaskKind
from assistant.store.database import PAGE, now, parts, person_of
from assistant.store.review.disagreements.adjudications import is_adjudicated
from assistant.store.review.labels.reviews import categories_meta, counting, listed, superseded
from assistant.store.review.queue.answers import Place
from assistant.store.runs.machine_answers import MachineAnswer, newest_fit, prompt_name
from assistant.store.runs.prelabels import newest
from assistant.store.tables.certification import Answer, scores
from assistant.store.tables.content import items, prelabels, reviews, runs
from assistant.store.tables.review import adjudications, disagreements, review_details


def pair_digest(first: LabelAnswer, second: LabelAnswer, *, ordered: bool) -> str:
    """Two answers as one key; `ordered` where it matters whose is whose."""
    both = [sorted(first), sorted(second)]
    return blake2b(orjson.dumps(both if ordered else sorted(both)), digest_size=16).hexdigest()


def record(
    connection: sa.Connection,
    place: Place,
    *,
    review_id: int,
    principal: Principal,
    submission: Submission,
    machine: MachineAnswer | None,
) -> None:
    """Keep where a new answer differs from the machine's and from other people's; gold says nothing about either."""
    if place.kind is TaskKind.GOLD:
        return
    rater, labels, clauses = principal.name, submission.labels, submission.clauses
    settled = is_adjudicated(connection, place.item_key)
    same: dict[str, Any] = {
        "item_id": place.item_key,
        "review_id": review_id,
        "rater": rater,
        "labels": labels,
        "language": place.language,
        "settled": settled,
        "created_at": now(),
    }
    rows = [same | people_row(one, labels, clauses) for one in _others(connection, place.item_key, rater, labels)]
    if machine is not None and set(machine.labels) != set(labels):
        rows.append(same | _machine(machine, place.run_id, labels, clauses))
    if rows:
        connection.execute(sa.insert(disagreements), [NOTHING | row for row in rows])


def forget(connection: sa.Connection, review_id: int) -> None:
    """A review was taken back: nobody differs from it any more."""
    either = sa.or_(disagreements.c.review_id == review_id, disagreements.c.other_review_id == review_id)
    connection.execute(sa.delete(disagreements).where(either))


def settle(connection: sa.Connection, item_key: int) -> None:
    """An item was adjudicated."""
    connection.execute(sa.update(disagreements).where(disagreements.c.item_id == item_key).values(settled=True))


def catch_up(connection: sa.Connection, run_id: int) -> int:
    """Keep what labels that were imported differ in from the answers of a run; returns how many are new."""
    added = 0
    for part in parts(_missing(connection, run_id), PAGE):
        connection.execute(sa.insert(disagreements), list(part))
        added += len(part)
    return added


NOTHING: dict[str, Any] = {
    "other_review_id": None,
    "run_id": None,
    "other_rater": None,
    "clause": "",
    "prompt": "",
    "confidence": None,
}
"""Columns of a disagreement that most kinds leave empty."""


def people_row(other: sa.Row[Any], labels: LabelAnswer, clauses: Sequence[str]) -> dict[str, Any]:
    """The columns of a person's answer that differs from an earlier one, given as a row with id, rater and labels."""
    return {
        "kind": PEOPLE,
        "other_review_id": other.id,
        "other_rater": other.rater,
        "other_labels": other.labels,
        "pair": pair_digest(other.labels, labels, ordered=False),
        "clause": clauses[0] if clauses else "",
    }


def _machine(machine: MachineAnswer, run_id: int | None, labels: LabelAnswer, clauses: Sequence[str]) -> dict[str, Any]:
    cited = [*clauses, *machine.clauses, ""]
    return {
        "kind": MACHINE,
        "run_id": run_id,
        "other_labels": machine.labels,
        "pair": pair_digest(machine.labels, labels, ordered=True),
        "clause": cited[0],
        "prompt": machine.prompt,
        "confidence": machine.confidence,
    }


def _others(connection: sa.Connection, item_key: int, rater: str, labels: LabelAnswer) -> list[sa.Row[Any]]:
    """Newest answers of other people to an item that differ, in what they know."""
    found = connection.execute(_answering(), {"item": item_key, "rater": rater_key(rater)})
    given = Consensus(labels)
    return [row for row in found if differ(Consensus(row.labels, listed(row.categories)), given)]


@cache
def _answering() -> sa.Select[Any]:
    return (
        sa.select(
            reviews.c.id,
            reviews.c.rater,
            sa.type_coerce(reviews.c.labels, Answer).label("labels"),
            categories_meta(),
        )
        .outerjoin(review_details, review_details.c.review_id == reviews.c.id)
        .where(
            reviews.c.item_id == sa.bindparam("item"),
            person_of(reviews.c.rater) != sa.bindparam("rater"),
            counting(),
            ~superseded(),
            sa.func.coalesce(review_details.c.kind, "") != TaskKind.GOLD.value,
        )
    )


def _missing(connection: sa.Connection, run_id: int) -> Iterator[dict[str, Any]]:
    known = sa.exists().where(disagreements.c.review_id == reviews.c.id, disagreements.c.run_id == run_id)
    said = sa.func.coalesce(scores.c.labels, prelabels.c.labels)
    query = (
        sa.select(
            reviews.c.id,
            reviews.c.item_id,
            reviews.c.rater,
            items.c.language,
            sa.type_coerce(reviews.c.labels, Answer).label("labels"),
            categories_meta(),
            sa.type_coerce(said, Answer).label("machine"),
            scores.c.confidence,
            prelabels.c.clauses,
            runs.c.prompt_name,
            runs.c.prompt_version,
            sa.exists().where(adjudications.c.item_id == reviews.c.item_id).label("settled"),
        )
        .select_from(
            reviews.join(items, items.c.id == reviews.c.item_id)
            .join(prelabels, sa.and_(prelabels.c.item_id == reviews.c.item_id, prelabels.c.run_id == run_id))
            .join(runs, runs.c.id == prelabels.c.run_id)
            .outerjoin(scores, sa.and_(scores.c.fit_id == newest_fit(run_id), scores.c.item_id == reviews.c.item_id))
            .outerjoin(review_details, review_details.c.review_id == reviews.c.id)
        )
        .where(newest(prelabels), prelabels.c.status == "labelled", counting(), ~superseded(), ~known)
        .where(sa.type_coerce(reviews.c.labels, sa.Text) != sa.type_coerce(said, sa.Text))
        .where(review_details.c.review_id.is_(None))
    )
    stamp = now()
    for row in connection.execute(query).all():
        if differ(Consensus(row.labels, listed(row.categories)), Consensus(row.machine)):
            machine = MachineAnswer(
                row.machine,
                row.confidence,
                tuple(row.clauses or ()),
                None,
                own=True,
                prompt=prompt_name(row.prompt_name, row.prompt_version),
            )
            same = {"item_id": row.item_id, "review_id": row.id, "rater": row.rater, "labels": row.labels}
            same |= {"language": row.language, "settled": bool(row.settled), "created_at": stamp}
            yield NOTHING | same | _machine(machine, run_id, row.labels, ())
