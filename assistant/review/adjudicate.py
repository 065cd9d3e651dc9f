"""Adjudication: all answers to an item side by side, settled with a cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.domain.disagreements import Adjudication, GivenAnswer, PassNote
from assistant.domain.items import StoredItem
from assistant.domain.labels import LabelAnswer
from assistant.domain.review_work import Cause
from assistant.store.audit import log as audit
from assistant.store.database import Connection, Database
from assistant.store.review.disagreements import adjudications
from assistant.store.review.disagreements import found as disagreements
from assistant.store.review.disagreements.adjudications import AdjudicationStore
from assistant.store.review.queue.tasks import close_open
from assistant.store.runs.machine_answers import MachineAnswer, machine_answer


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that was answered about an item.

    Args:
        answers: the newest of each person, in the order they were given.
        notes: of those who passed it on.
        machine: the answer of the run asked about; None without one.
        history: earlier adjudications, oldest first: the last counts.
    """

    answers: Sequence[GivenAnswer]
    notes: Sequence[PassNote]
    machine: MachineAnswer | None
    history: Sequence[Adjudication]


@dataclass(frozen=True, slots=True)
class AdjudicationDecision:
    """How an item is settled: the answer, why answers differed, and free text."""

    labels: LabelAnswer
    cause: Cause
    note: str = ""

    def says(self, decided: Adjudication) -> bool:
        """Whether an adjudication is this very decision, whoever took it."""
        return (self.labels, self.cause, self.note) == (decided.labels, decided.cause, decided.note)


def open_case(database: Database, store: AdjudicationStore, item_key: int, run_id: int | None) -> Case:
    """All there is about an item; `run_id` names the run whose answer stands beside people's."""
    with database.read() as connection:
        machine = machine_answer(connection, run_id, item_key)
    return Case(store.answers(item_key), store.notes(item_key), machine, store.of_item(item_key))


def settle(connection: Connection, stored: StoredItem, verdict: AdjudicationDecision, *, actor: str) -> int:
    """Settle an item; returns the number of the adjudication. No one gets the item any more; its holders may answer."""
    number, digest = adjudications.add(
        connection, stored.key, verdict.labels, cause=verdict.cause, note=verdict.note, actor=actor
    )
    disagreements.settle(connection, stored.key)
    close_open(connection, adjudications.open_tasks(connection, stored.key), reason="adjudicated")
    detail = {"item": stored.item.id, "labels": verdict.labels, "cause": verdict.cause.value, "row": digest}
    audit.append(connection, actor, "item.adjudicate", f"adjudication:{number}", detail)
    return number
