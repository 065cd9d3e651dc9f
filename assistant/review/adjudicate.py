"""Adjudication: all answers to an item side by side, settled with a cause; what was settled can guide later labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.domain.items import StoredItem
from assistant.domain.labels import LabelAnswer
from assistant.domain.review_work import Cause
from assistant.errors import InputError
from assistant.review.gold import make_gold
from assistant.store.audit import log as audit
from assistant.store.content.precedents import remember
from assistant.store.database import Connection, Database
from assistant.store.review.disagreements import adjudications
from assistant.store.review.disagreements import found as disagreements
from assistant.store.review.disagreements.adjudications import Adjudication, AdjudicationStore, GivenAnswer, PassNote
from assistant.store.review.queue.tasks import close_open
from assistant.store.runs.machine_answers import MachineAnswer, machine_answer


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that was said about an item.

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
class Verdict:
    """How an item is settled.

    Args:
        labels: the answer.
        cause: why answers differed.
        note: free text.
        precedent: whether it becomes a precedent, cited to the model from then on.
        gold: whether it becomes gold.
        explanation: why the answer is right, for training; gold only.
    """

    labels: LabelAnswer
    cause: Cause
    note: str = ""
    precedent: bool = False
    gold: bool = False
    explanation: str = ""


def open_case(database: Database, item_key: int, run_id: int | None) -> Case:
    """All there is about an item; `run_id` names the run whose answer stands beside people's."""
    store = AdjudicationStore(database)
    with database.read() as connection:
        machine = machine_answer(connection, run_id, item_key)
    return Case(store.answers(item_key), store.notes(item_key), machine, store.of_item(item_key))


def settle(connection: Connection, stored: StoredItem, verdict: Verdict, *, policy_id: str, actor: str) -> int:
    """Settle an item; its number among adjudications.

    Nobody is asked about the item any more, but for who is at it right now. A precedent is remembered here and reaches
    the index when it is brought up to date.

    Raises:
        InputError: no label at all on an item that is to become a precedent.
    """
    if verdict.precedent and not verdict.labels:
        raise InputError("an answer without labels guides nobody", hint="settle it without making it a precedent")
    number, digest = adjudications.add(
        connection, stored.key, verdict.labels, cause=verdict.cause, note=verdict.note, actor=actor
    )
    disagreements.settle(connection, stored.key)
    close_open(connection, adjudications.open_tasks(connection, stored.key))
    if verdict.precedent:
        remember(connection, policy_id, [(stored.key, stored.content_digest, verdict.labels, "added")], actor)
    if verdict.gold:
        explanation = verdict.explanation or verdict.note
        make_gold(
            connection, stored.key, policy_id=policy_id, labels=verdict.labels, explanation=explanation, actor=actor
        )
    detail = {
        "item": stored.item.id,
        "labels": verdict.labels,
        "cause": verdict.cause.value,
        "precedent": verdict.precedent,
        "gold": verdict.gold,
        "row": digest,
    }
    audit.append(connection, actor, "item.adjudicate", f"adjudication:{number}", detail)
    return number
