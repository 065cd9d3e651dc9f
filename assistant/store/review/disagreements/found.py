"""Disagreements of the machine with people and of people with each other, opened as answers come in.

The list is a table of its own, written in the transaction that stores an answer. Read from reviews and prelabels it
would be a join over everything; so it is one walk along an index, however many items there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from typing import Any

import orjson
import sqlalchemy as sa

from assistant.domain.canonical import rater_key
from assistant.domain.consensus import Consensus, differ
from assistant.domain.disagreements import MACHINE, PEOPLE
from assistant.domain.label_versions import LabelVersions
from assistant.domain.labels import LabelAnswer
from assistant.domain.review_work import Principal, Submission, TaskKind
from assistant.store.counted_labels import counted
from assistant.store.database import PAGE, Row, label_versions_of, now, parts, person_of, project_of
from assistant.store.review.disagreements.adjudications import is_adjudicated
from assistant.store.review.labels.reviews import categories_meta, counting, listed, superseded
from assistant.store.review.queue.answers import OpenAssignment
from assistant.store.runs.machine_answers import MachineAnswer, machine_answer, newest_fit, prompt_name
from assistant.store.runs.prelabels import newest
from assistant.store.tables.certification import Answer, scores
from assistant.store.tables.content import items, prelabels, reviews, runs
from assistant.store.tables.review import adjudications, disagreements, review_details

_NOTHING: Row = {
    "other_review_id": None,
    "run_id": None,
    "other_rater": None,
    "clause": "",
    "prompt": "",
    "confidence": None,
}
"""Columns of a disagreement that most kinds leave empty."""


def pair_digest(first: LabelAnswer, second: LabelAnswer, *, ordered: bool) -> str:
    """Two answers as one key; `ordered` where it matters whose is whose."""
    both = [sorted(first), sorted(second)]
    return blake2b(orjson.dumps(both if ordered else sorted(both)), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class LaterAnswer:
    """A person's answer that another one differs from: of two people's the later one.

    Args:
        item_key, language: of the item; `settled` whether it was adjudicated before.
        review_id, rater, labels, clauses: of the answer.
    """

    item_key: int
    language: str
    settled: bool
    review_id: int
    rater: str
    labels: LabelAnswer
    clauses: Sequence[str] = ()

    def against_person(self, other: sa.Row[Any]) -> Row:
        """The disagreement with an earlier answer, given as a row with id, rater and labels."""
        return self._row(
            kind=PEOPLE,
            other_review_id=other.id,
            other_rater=other.rater,
            other_labels=other.labels,
            pair=pair_digest(other.labels, self.labels, ordered=False),
            clause=self.clauses[0] if self.clauses else "",
        )

    def against_machine(self, machine: MachineAnswer, run_id: int | None) -> Row:
        """The disagreement with the answer of a run."""
        return self._row(
            kind=MACHINE,
            run_id=run_id,
            other_labels=machine.labels,
            pair=pair_digest(machine.labels, self.labels, ordered=True),
            clause=next(iter((*self.clauses, *machine.clauses)), ""),
            prompt=machine.prompt,
            confidence=machine.confidence,
        )

    def _row(self, **other: object) -> Row:
        mine = {"item_id": self.item_key, "language": self.language, "settled": self.settled}
        mine |= {"review_id": self.review_id, "rater": self.rater, "labels": self.labels}
        return {**_NOTHING, **mine, **other}


def open_disagreements(connection: sa.Connection, rows: Iterable[Row]) -> int:
    """Store new disagreements; returns how many."""
    same, opened = {"created_at": now(), "project_id": project_of(connection)}, 0
    for part in parts(rows, PAGE):
        connection.execute(sa.insert(disagreements), [{**row, **same} for row in part])
        opened += len(part)
    return opened


def record(
    connection: sa.Connection,
    place: OpenAssignment,
    *,
    review_id: int,
    principal: Principal,
    submission: Submission,
    machine: MachineAnswer | None,
) -> None:
    """Open disagreements where a new answer differs from the machine's and other people's; not for gold's answers."""
    if place.kind is TaskKind.GOLD:
        return
    labels = submission.labels
    given = LaterAnswer(
        place.item_key,
        place.language,
        is_adjudicated(connection, place.item_key),
        review_id,
        principal.name,
        labels,
        submission.clauses,
    )
    rows = [given.against_person(one) for one in _others(connection, place.item_key, principal.name, labels)]
    if machine is not None and set(machine.labels) != set(labels):
        rows.append(given.against_machine(machine, place.run_id))
    open_disagreements(connection, rows)


def forget(connection: sa.Connection, review_id: int) -> None:
    """A review was undone: nothing differs from it any more."""
    either = sa.or_(disagreements.c.review_id == review_id, disagreements.c.other_review_id == review_id)
    connection.execute(sa.delete(disagreements).where(either))


def forget_all(connection: sa.Connection, review_ids: Sequence[int]) -> None:
    """Several reviews were withdrawn: nothing differs from them any more."""
    either = sa.or_(disagreements.c.review_id.in_(review_ids), disagreements.c.other_review_id.in_(review_ids))
    connection.execute(sa.delete(disagreements).where(either))


def find_again(connection: sa.Connection, review_ids: Sequence[int]) -> int:
    """Reviews count again that had been withdrawn: what differs from them is open again; returns how many are."""
    columns = (
        reviews.c.id,
        reviews.c.item_id,
        reviews.c.rater,
        sa.type_coerce(reviews.c.labels, Answer).label("labels"),
    )
    query = (
        sa.select(*columns, items.c.language, review_details.c.clauses, review_details.c.run_id)
        .join(review_details, review_details.c.review_id == reviews.c.id)
        .join(items, items.c.id == reviews.c.item_id)
        .where(reviews.c.id.in_(review_ids), review_details.c.kind != TaskKind.GOLD.value)
    )
    rows: list[Row] = []
    for row in connection.execute(query.order_by(reviews.c.id)).all():
        settled, clauses = is_adjudicated(connection, row.item_id), tuple(row.clauses or ())
        given = LaterAnswer(row.item_id, row.language, settled, row.id, row.rater, row.labels, clauses)
        others = _others(connection, row.item_id, row.rater, row.labels)
        # Of two that are back, the pair is found once.
        rows += [given.against_person(one) for one in others if one.id < row.id or one.id not in review_ids]
        machine = machine_answer(connection, row.run_id, row.item_id)
        if machine is not None and set(machine.labels) != set(row.labels):
            rows.append(given.against_machine(machine, row.run_id))
    return open_disagreements(connection, rows)


def settle(connection: sa.Connection, item_key: int) -> None:
    """An item was adjudicated."""
    connection.execute(sa.update(disagreements).where(disagreements.c.item_id == item_key).values(settled=True))


def catch_up(connection: sa.Connection, run_id: int) -> int:
    """Open disagreements of labels that were imported with the answers of a run; returns how many are new."""
    return open_disagreements(connection, _missing(connection, run_id))


def _others(connection: sa.Connection, item_key: int, rater: str, labels: LabelAnswer) -> list[sa.Row[Any]]:
    """Newest answers of other people to an item that differ, in what they know."""
    found = connection.execute(_answering(label_versions_of(connection)), {"item": item_key, "rater": rater_key(rater)})
    given = Consensus(labels)
    return [row for row in found if differ(Consensus(row.labels, listed(row.categories)), given)]


@cache
def _answering(versions: LabelVersions | None) -> sa.Select[Any]:
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
            counting(versions),
            ~superseded(versions),
            sa.func.coalesce(review_details.c.kind, "") != TaskKind.GOLD.value,
        )
    )


def _missing(connection: sa.Connection, run_id: int) -> Iterator[Row]:
    known = sa.exists().where(disagreements.c.review_id == reviews.c.id, disagreements.c.run_id == run_id)
    said, versions = sa.func.coalesce(scores.c.labels, prelabels.c.labels), label_versions_of(connection)
    adjudicated = sa.exists().where(adjudications.c.item_id == reviews.c.item_id, counted(versions, adjudications))
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
            adjudicated.label("settled"),
        )
        .select_from(
            reviews.join(items, items.c.id == reviews.c.item_id)
            .join(prelabels, sa.and_(prelabels.c.item_id == reviews.c.item_id, prelabels.c.run_id == run_id))
            .join(runs, runs.c.id == prelabels.c.run_id)
            .outerjoin(scores, sa.and_(scores.c.fit_id == newest_fit(run_id), scores.c.item_id == reviews.c.item_id))
            .outerjoin(review_details, review_details.c.review_id == reviews.c.id)
        )
        .where(newest(prelabels), prelabels.c.status == "labelled", counting(versions), ~superseded(versions), ~known)
        .where(sa.type_coerce(reviews.c.labels, sa.Text) != sa.type_coerce(said, sa.Text))
        .where(review_details.c.review_id.is_(None))
    )
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
            given = LaterAnswer(row.item_id, row.language, bool(row.settled), row.id, row.rater, row.labels)
            yield given.against_machine(machine, run_id)
