"""From routes and samples to tasks. The same again adds only what is new, and what people have begun stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from assistant.domain.review_work import NewTask
from assistant.review.wanted import QueueBatch, Wish
from assistant.settings import ReviewSettings
from assistant.store.audit import log as audit
from assistant.store.database import Connection, Database
from assistant.store.review.disagreements.conflicts import catch_up_people
from assistant.store.review.disagreements.found import catch_up
from assistant.store.review.labels.all_labels import labels_said_between
from assistant.store.review.queue import routed_items as routed
from assistant.store.review.queue.routed_items import Existing
from assistant.store.review.queue.tasks import add_tasks, change_task, close_open
from assistant.store.writer import Writer

_BECOMES = ("added", "changed", "closed", "unchanged", "answered")
CHANGES = ("due_removed", "due_moved", "team_changed")
"""What a task may lose when it is changed: its due time, for none or another one, and its team or queue."""
_PAGE = 2000  # items decided about in one transaction: reviewers wait for no longer than that


def enqueue(
    database: Database, writer: Writer, batch: QueueBatch, rules: ReviewSettings, clock: Callable[[], datetime]
) -> Counter[str]:
    """Make the queue what the newest routes and samples of a run want.

    An item wanted for a sample is asked blind whatever its route; one that people have answered often enough
    elsewhere is not enqueued again. A random share of ordinary reviews is blind, so that the pull of the machine's
    answer can be measured.

    Returns:
        Counts of items: `added`, `changed` (not begun yet), `closed` (no longer wanted), `unchanged`,
        `answered` (elsewhere); of the changed ones those of `CHANGES`; `disagreements` of the model with labels that
        were imported, and `conflicts` of such labels with each other.
    """
    wish = _wish(database, batch, rules, clock)
    counts = _decide(lambda after: writer.run(partial(_page, wish=wish, after=after, apply=True)))
    counts["disagreements"] = writer.run(lambda connection: catch_up(connection, batch.run_id))
    counts["conflicts"] = find_conflicts(writer)
    detail: dict[str, object] = {"counts": dict(counts), "queue": batch.queue, "clear_due": batch.clear_due}
    detail |= {"due": batch.due.isoformat() if isinstance(batch.due, datetime) else _span(batch.due)}
    detail |= {"again": batch.again}
    writer.run(lambda connection: audit.append(connection, batch.actor, "tasks.enqueue", f"run:{batch.run_id}", detail))
    return counts


def preview(
    database: Database, batch: QueueBatch, rules: ReviewSettings, clock: Callable[[], datetime]
) -> Counter[str]:
    """What `enqueue` would do to tasks, by the same counts; nothing is changed, no disagreement is looked for."""
    wish = _wish(database, batch, rules, clock)

    def decide(after: int) -> tuple[Counter[str], int | None]:
        with database.read() as connection:
            return _page(connection, wish=wish, after=after, apply=False)

    return _decide(decide)


def find_conflicts(writer: Writer) -> int:
    """Keep what imported labels of people contradict each other in; returns how many conflicts are new."""
    found, after = 0, 0
    while True:
        new, last = writer.run(partial(catch_up_people, after=after))
        found += new
        if last is None:
            return found
        after = last


def _span(due: timedelta | None) -> str | None:
    return None if due is None else f"{due.total_seconds() / 3600:g} h after a task was made"


def _decide(page: Callable[[int], tuple[Counter[str], int | None]]) -> Counter[str]:
    counts: Counter[str] = Counter(dict.fromkeys((*_BECOMES, *CHANGES), 0))
    after: int | None = 0
    while after is not None:
        decided, after = page(after)
        counts.update(decided)
    return counts


def _wish(database: Database, batch: QueueBatch, rules: ReviewSettings, clock: Callable[[], datetime]) -> Wish:
    with database.read() as connection:
        drawn = routed.sampled(connection, batch.run_id)
    return Wish(batch, rules, drawn, clock().astimezone(UTC).isoformat(timespec="milliseconds"))


def _page(connection: Connection, *, wish: Wish, after: int, apply: bool) -> tuple[Counter[str], int | None]:
    """Decide about the next items of the run; counts, and the last one's row number, None at the end."""
    counts: Counter[str] = Counter()
    page = routed.run_items(connection, wish.batch.run_id, after, _PAGE)
    if not page:
        return counts, None
    first, last = page[0].item_key, page[-1].item_key
    there = routed.existing(connection, wish.batch.run_id, first, last)
    elsewhere = {blind: routed.answered(connection, first, last, blind=blind) for blind in (True, False)}
    said = labels_said_between(connection, first, last)
    todo = _Todo([], [], [])
    for item in page:
        found = there.get(item.item_key)
        if found is not None and found.closed and found.cancelled:
            counts["unchanged"] += 1  # a lead has cancelled it: what routes say doesn't bring it back
            continue
        wanted = wish.task(item, said.get(item.item_key, ()), found)
        left = wish.left(wanted, elsewhere[wanted.blind].get(item.item_key), found) if wanted else None
        if left is not None:
            counts.update(_adapt(left, found, todo))
        elif found is not None and not found.closed:
            todo.unwanted.append(found.id)
            counts["closed"] += 1
        elif wanted is not None and (found is None or not found.begun):
            counts["answered"] += 1
    if apply:
        todo.do(connection, wish.at)
    return counts, last


@dataclass(frozen=True, slots=True)
class _Todo:
    """What is to be done to tasks: new ones, changed ones by number, and numbers of those to close."""

    new: list[NewTask]
    changed: list[tuple[int, NewTask]]
    unwanted: list[int]

    def do(self, connection: Connection, at: str) -> None:
        add_tasks(connection, self.new, at)
        for number, wanted in self.changed:
            change_task(connection, number, wanted)
        close_open(connection, self.unwanted, reason="unwanted")


def _adapt(wanted: NewTask, found: Existing | None, todo: _Todo) -> tuple[str, ...]:
    """Make a task what is wanted now; of one that was begun only more answers may be wanted."""
    if found is None:
        todo.new.append(wanted)
        return ("added",)
    if found.begun:
        wanted = replace(found.task, overlap=max(found.task.overlap, wanted.overlap))
    as_it_is = wanted == found.task and (not found.closed or bool(found.begun))
    if found.escalated or as_it_is:
        return ("unchanged",)
    todo.changed.append((found.id, wanted))
    return ("changed", *_changes(found.task, wanted))


def _changes(before: NewTask, after: NewTask) -> Iterator[str]:
    """Which of `CHANGES` a task undergoes."""
    if before.due_at is not None and after.due_at is None:
        yield "due_removed"
    elif before.due_at is not None and before.due_at != after.due_at:
        yield "due_moved"
    if before.queue != after.queue:
        yield "team_changed"
