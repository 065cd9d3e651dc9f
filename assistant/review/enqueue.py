"""From routes and samples to tasks. The same again adds only what is new, and what people have begun stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from assistant.domain.certificates import Purpose
from assistant.domain.labels import severity
from assistant.domain.policies import Policy
from assistant.domain.review_work import BLIND_KINDS, EXPERT, NewTask, TaskKind
from assistant.review.priority import label_value, priority
from assistant.review.qualify import harm_of
from assistant.routing.route import Route
from assistant.routing.sampling import Key, draw
from assistant.settings import ReviewSettings
from assistant.store import audit, routed
from assistant.store.database import Connection, Database
from assistant.store.disagreements import catch_up
from assistant.store.routed import Existing, RoutedKey, Sampled
from assistant.store.tasks import add_tasks, change_task, close_open
from assistant.store.writer import Writer

_PAGE = 2000  # items decided about in one transaction: reviewers wait for no longer than that
_CERTIFYING: Mapping[Purpose, TaskKind] = {
    Purpose.START: TaskKind.CALIBRATION,
    Purpose.LEARN: TaskKind.CALIBRATION,
    Purpose.AUDIT: TaskKind.AUDIT,
    Purpose.MONITOR: TaskKind.AUDIT,
    Purpose.DECLARED: TaskKind.AUDIT,
}
_ROUTED: Mapping[Route, TaskKind] = {
    Route.REVIEW: TaskKind.REVIEW,
    Route.DOUBLE: TaskKind.DOUBLE,
    Route.EXPERT: TaskKind.EXPERT,
    Route.ACCEPT_AUDIT: TaskKind.AUDIT,
}


@dataclass(frozen=True, slots=True)
class Batch:
    """What is put into the queue.

    Args:
        run_id: the run whose routes and samples decide.
        policy: what is judged by, and how severe its labels are.
        actor: who puts it there.
        queue: team or external queue; empty for everybody.
        due: when it is due, with a time zone, to the millisecond; None for no deadline.
        key: of the draws of the blind arm: a nonce.
    """

    run_id: int
    policy: Policy
    actor: str
    queue: str = ""
    due: datetime | None = None
    key: Key = 0

    def __post_init__(self) -> None:
        """Due times are kept in UTC, where their text sorts as they do."""
        if self.due is not None:
            utc = self.due.astimezone(UTC)
            object.__setattr__(self, "due", utc.replace(microsecond=utc.microsecond // 1000 * 1000))


def enqueue(
    database: Database, writer: Writer, batch: Batch, rules: ReviewSettings, clock: Callable[[], datetime]
) -> Counter[str]:
    """Make the queue what the newest routes and samples of a run want.

    An item wanted for a sample is asked blind whatever its route; one that people have answered often enough
    elsewhere is not asked again. Of ordinary reviews a share is blind by lot, so that the pull of the machine's answer
    can be measured.

    Returns:
        Counts of items: `added`, `changed` (nobody had begun them), `closed` (no longer wanted), `unchanged`,
        `answered` (elsewhere); and `disagreements` found in labels that were imported.
    """
    counts: Counter[str] = Counter(added=0, changed=0, closed=0, unchanged=0, answered=0)
    with database.read() as connection:
        drawn = routed.sampled(connection, batch.run_id)
    wish = _Wish(batch, rules, drawn, clock().astimezone(UTC).isoformat(timespec="milliseconds"))
    after: int | None = 0
    while after is not None:
        decided, after = writer.run(partial(_page, wish=wish, after=after))
        counts.update(decided)
    counts["disagreements"] = writer.run(lambda connection: catch_up(connection, batch.run_id))
    detail = {"counts": dict(counts), "queue": batch.queue, "due": batch.due.isoformat() if batch.due else None}
    writer.run(lambda connection: audit.append(connection, batch.actor, "tasks.enqueue", f"run:{batch.run_id}", detail))
    return counts


@dataclass(frozen=True, slots=True)
class _Wish:
    batch: Batch
    rules: ReviewSettings
    drawn: Mapping[int, Sampled]
    at: str

    def task(self, item: RoutedKey, found: Existing | None) -> NewTask | None:
        """The task an item should have now, None where people needn't look."""
        made = datetime.fromisoformat(self.at if found is None else found.created_at)
        sample = self.drawn.get(item.item_key)
        kind = None if sample is None else _CERTIFYING.get(sample.purpose)
        kind = kind or (_ROUTED.get(item.route) if item.route else None)
        if kind is None and sample is not None:
            kind = TaskKind.REVIEW
        if kind is None:
            return None
        label_set, batch = self.batch.policy.label_set, self.batch
        worst = severity(item.labels, label_set)
        due = batch.due or made + timedelta(hours=self.rules.due_hours)
        return NewTask(
            item_key=item.item_key,
            kind=kind,
            blind=self._blind(item, kind),
            policy_id=batch.policy.id,
            policy_version=batch.policy.version,
            language=item.language,
            run_id=batch.run_id,
            queue=batch.queue,
            skill=EXPERT if item.route is Route.EXPERT else "",
            harm=harm_of(item.labels, label_set),
            severity=worst,
            priority=priority(due, severity=worst, value=label_value(kind, item.confidence)),
            due_at=batch.due.isoformat(timespec="milliseconds") if batch.due else None,
            overlap=self._overlap(item, kind),
            sample_id=None if sample is None else sample.sample_id,
        )

    def _blind(self, item: RoutedKey, kind: TaskKind) -> bool:
        by_lot = draw(self.batch.key, item.item_id, f"blind arm of run {self.batch.run_id}") < self.rules.blind_share
        return kind in BLIND_KINDS or by_lot

    def _overlap(self, item: RoutedKey, kind: TaskKind) -> int:
        """As the route wants, and no less than the sample does."""
        rules = self.rules
        by_route = {
            Route.REVIEW: rules.overlap_review,
            Route.DOUBLE: rules.overlap_double,
            Route.EXPERT: rules.overlap_expert,
        }
        wanted = by_route.get(item.route, 1) if item.route else 1
        certifying = kind in {TaskKind.AUDIT, TaskKind.CALIBRATION}
        return max(wanted, rules.overlap_audit) if certifying else wanted


def _page(connection: Connection, *, wish: _Wish, after: int) -> tuple[Counter[str], int | None]:
    """Decide about the next items of the run; counts, and the last one's row number, None at the end."""
    counts: Counter[str] = Counter()
    page = routed.run_items(connection, wish.batch.run_id, after, _PAGE)
    if not page:
        return counts, None
    first, last = page[0].item_key, page[-1].item_key
    there = routed.existing(connection, wish.batch.run_id, first, last)
    elsewhere = {blind: routed.answered(connection, first, last, blind=blind) for blind in (True, False)}
    new: list[NewTask] = []
    unwanted: list[int] = []
    for item in page:
        found = there.get(item.item_key)
        wanted = wish.task(item, found)
        left = _less(wanted, elsewhere[wanted.blind].get(item.item_key, 0)) if wanted else None
        if left is not None:
            counts[_adapt(connection, left, found, new)] += 1
        elif found is not None and not found.closed:
            unwanted.append(found.id)
            counts["closed"] += 1
        elif wanted is not None and found is None:
            counts["answered"] += 1
    add_tasks(connection, new, wish.at)
    close_open(connection, unwanted)
    return counts, last


def _less(wanted: NewTask, already: int) -> NewTask | None:
    """What is still wanted after so many people have answered elsewhere."""
    return replace(wanted, overlap=wanted.overlap - already) if already < wanted.overlap else None


def _adapt(connection: Connection, wanted: NewTask, found: Existing | None, new: list[NewTask]) -> str:
    """Make a task what is wanted now; of one that somebody has begun only more answers may be wanted."""
    if found is None:
        new.append(wanted)
        return "added"
    if found.begun:
        wanted = replace(found.task, overlap=max(found.task.overlap, wanted.overlap))
    as_it_is = wanted == found.task and (not found.closed or bool(found.begun))
    if found.escalated or as_it_is:
        return "unchanged"
    change_task(connection, found.id, wanted)
    return "changed"
