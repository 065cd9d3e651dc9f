"""A queue with people and items, on each kind of database, and a clock that tests move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa

from assistant.domain.items import Content, Item
from assistant.domain.policies import Label, LabelKind, LabelSet
from assistant.domain.prelabels import Prelabel, PrelabelStatus, RunIdentity
from assistant.domain.review_work import Claimed, NewTask, Principal, Role, Submission, TaskKind, WorkOutcome
from assistant.domain.runs import Run
from assistant.review.queue import Queue
from assistant.settings import ReviewSettings
from assistant.store.content.items import ItemStore, NewItem
from assistant.store.database import Database
from assistant.store.people.members import add_members
from assistant.store.review.queue.tasks import add_tasks
from assistant.store.runs.prelabels import AnsweredItem, PrelabelStore
from assistant.store.runs.runs import RunStore
from assistant.store.tables.people import users

LABELS = LabelSet(
    LabelKind.SINGLE,
    (Label("safe", "harmless"), Label("spam", "unwanted", severity=1), Label("hate", "hateful", severity=3)),
)
START = datetime(2026, 3, 1, 8, tzinfo=UTC)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Desk:
    """A database with items i1, i2, ..., people, and a queue over them."""

    database: Database
    clock: Clock = field(default_factory=Clock)
    keys: Iterator[int] = field(default_factory=lambda: count(1))

    def queue(self, **rules: Any) -> Queue:
        """A queue without gold, or with the rules given."""
        settings = ReviewSettings(**{"gold_rate": 0} | rules)
        return Queue(self.database, settings, label_set=LABELS, clock=self.clock)

    def person(self, name: str, **more: Any) -> Principal:
        """Somebody who may take all there is, or what is given."""
        row = {"name": name, "display_name": name, "role": "reviewer", "languages": [], "skills": [], "opt_outs": []}
        row |= {"queues": [], "team": "", "preferences": {}, "disabled": False, "created_at": "now"}
        with self.database.write() as connection:
            key = connection.execute(sa.insert(users).returning(users.c.id), [row]).scalar_one()
            add_members(connection, self.database.project_id, [(key, Role.REVIEWER)], event="joined", actor="tests")
        return Principal(key, name, **more)

    def items(self, number: int, language: str = "en") -> list[int]:
        """So many new items; their row numbers."""
        names = [f"i{next(self.keys)}" for _ in range(number)]
        store = ItemStore(self.database)
        store.add([NewItem(Item(name, Content(f"text {name}"), language), b"", 1) for name in names])
        return [stored.key for name in names if (stored := store.get(name)) is not None]

    def task(self, item_key: int, kind: TaskKind = TaskKind.REVIEW, **more: Any) -> int:
        """One task in the queue; its row number."""
        values: dict[str, Any] = {"blind": kind is not TaskKind.REVIEW, "policy_id": "rules", "policy_version": "1"}
        task = NewTask(item_key=item_key, kind=kind, **values | {"language": "en"} | more)
        with self.database.write() as connection:
            return add_tasks(connection, [task])[0]

    def tasks(self, number: int, kind: TaskKind = TaskKind.REVIEW, **more: Any) -> list[int]:
        """So many items, each in a task of its own."""
        return [self.task(key, kind, **more) for key in self.items(number)]

    def run(self, answers: dict[int, str], **more: Any) -> Run:
        """A run that has given items, by row number, a label."""
        run = RunStore(self.database).open(
            RunIdentity("p", "q", "openai:x", "{}", more.pop("replicate", 0)),
            prompt=("demo", "1"),
            policy=("rules", "1"),
        )
        said = [
            AnsweredItem(key, 0, Prelabel(PrelabelStatus.LABELLED, (label,), clauses=("C1",), **more), None)
            for key, label in answers.items()
        ]
        PrelabelStore(self.database).commit(run, said, [])
        return run

    def rows(self, table: sa.Table, *where: sa.ColumnElement[bool]) -> list[sa.Row[Any]]:
        """What is in a table."""
        with self.database.read() as connection:
            return list(connection.execute(sa.select(table).where(*where).order_by(*table.primary_key)))


def answer(claimed: Claimed, *labels: str, key: str = "", **more: Any) -> Submission:
    """An answer to what was claimed."""
    return Submission(
        assignment_id=claimed.assignment_id,
        token=claimed.token,
        labels=labels or ("safe",),
        key=key or f"{claimed.assignment_id}:{claimed.token}",
        **more,
    )


def say(queue: Queue, who: Principal, *labels: str, **more: Any) -> WorkOutcome:
    """Claim the next item and answer it."""
    [claimed] = queue.claim(who)
    return queue.submit(who, answer(claimed, *labels, **more))


@pytest.fixture
def desk(database: Database) -> Desk:
    """An empty desk."""
    return Desk(database)
