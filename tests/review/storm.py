"""Reviewers who crash, come late, submit twice, skip and undo, as threads of this process until all work is done.

python -m tests.review.storm URL SEED LEASE_SECONDS NAME:ID ...   prints what was told to each of them, as JSON
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import sqlalchemy as sa

from assistant.domain.review_work import Claimed, OutcomeKind, Principal, SkipReason, Submission
from assistant.review.queue import Queue
from assistant.settings import ReviewSettings
from assistant.store.database import Database
from assistant.store.tables.review import tasks

LABELS = ("safe", "spam", "hate")


@dataclass
class Reviewer:
    """One of them, with a mind of its own."""

    who: Principal
    queue: Queue
    chance: random.Random
    lease: float
    told: Counter[str] = field(default_factory=Counter)
    late: list[Submission] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def work(self, done: threading.Event) -> None:
        """Claim and answer, until everything is closed."""
        while not done.is_set():
            began = time.monotonic()
            found = self.queue.claim(self.who, self.chance.choice((1, 1, 2)))
            self.told["longest_ms"] = max(self.told["longest_ms"], round(1000 * (time.monotonic() - began)))
            self.told["asked"] += 1
            self.told["given"] += len(found)
            if not found:
                time.sleep(self.chance.uniform(0.2, 0.6))
            for one in found:
                self.deal_with(one)
            if self.late and self.chance.random() < 0.5:
                self._submit(self.late.pop())
        for submission in self.late:
            self._submit(submission)
        self.told["kept"] = len(self.kept)

    def deal_with(self, one: Claimed) -> None:
        """Answer it, or let something go wrong."""
        fate = self.chance.random()
        given = Submission(
            assignment_id=one.assignment_id,
            token=one.token,
            labels=(self.chance.choice(LABELS),),
            key=f"{one.assignment_id}:{one.token}",
        )
        if fate < 0.06:
            self.told["crashed"] += 1  # it never comes back
        elif fate < 0.12:
            self.late.append(given)
            time.sleep(self.lease * self.chance.uniform(0.2, 0.6))
        elif fate < 0.16:
            self.queue.skip(self.who, one.assignment_id, one.token, SkipReason.OTHER)
        elif fate < 0.24:
            twice = [threading.Thread(target=self._submit, args=(given,)) for _ in range(2)]
            for thread in twice:
                thread.start()
            for thread in twice:
                thread.join()
        else:
            self._submit(given, undo=fate > 0.95)

    def _submit(self, given: Submission, *, undo: bool = False) -> None:
        outcome = self.queue.submit(self.who, given)
        with self.lock:
            self.told[outcome.kind.value] += 1
            if outcome.kind is OutcomeKind.LATE:
                self.kept.add(given.key)
        if undo and outcome.kind is OutcomeKind.STORED and outcome.review_id is not None:
            again = self.queue.undo(self.who, outcome.review_id)
            if isinstance(again, Claimed):
                self.told["undone"] += 1
                self.deal_with(again)


def storm(database: Database, people: list[Principal], seed: int, lease: float) -> dict[str, Counter[str]]:
    """Let people work, each in a thread, until all tasks are closed."""
    queue = Queue(database, ReviewSettings(lease_seconds=lease, gold_rate=0))
    reviewers = [Reviewer(who, queue, random.Random(f"{seed}:{who.name}"), lease) for who in people]
    done = threading.Event()
    threads = [threading.Thread(target=one.work, args=(done,), daemon=True) for one in reviewers]
    for thread in threads:
        thread.start()
    unclosed = sa.select(tasks.c.id).where(tasks.c.closed_at.is_(None)).limit(1)
    while True:
        queue.return_expired()
        with database.read() as connection:
            if connection.execute(unclosed).first() is None:
                break
        time.sleep(0.2)
    done.set()
    for thread in threads:
        thread.join()
    queue.close()
    return {one.who.name: one.told for one in reviewers}


def main(url: str, seed: str, lease: str, *names: str) -> None:
    """The same as a process of its own."""
    database = Database.open(url)
    people = [Principal(int(key), name) for name, _, key in (one.partition(":") for one in names)]
    print("ready", flush=True)  # noqa: T201 - to whoever started it
    sys.stdin.readline()
    print(json.dumps(storm(database, people, int(seed), float(lease))))  # noqa: T201 - as above
    database.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
