"""Which task an item of a batch should have now: by its route and sample, what was said of it, and its task so far."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from assistant.domain.certificates import Purpose
from assistant.domain.labels import LabelAnswer, severity
from assistant.domain.policies import Policy
from assistant.domain.review_work import BLIND_KINDS, EXPERT, NewTask, TaskKind
from assistant.review.priority import blind_priority, label_value, priority
from assistant.review.qualify import harm_of
from assistant.routing.route import Route
from assistant.routing.sampling import Key, draw
from assistant.settings import ReviewSettings
from assistant.store.review.queue.routed_items import Existing, LabelsElsewhere, RoutedKey, SampleMembership

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
class QueueBatch:
    """What is put into the queue.

    Args:
        run_id: the run whose routes and samples decide.
        policy: what is judged by, and how severe its labels are.
        actor: who puts it there.
        queue: team or external queue, "" for everybody; None leaves tasks where they are, and new ones are everybody's.
        due: when it is due, with a time zone, to the millisecond, or how long after a task was made: so the same span
            again moves nothing; None leaves due times, and new tasks have none.
        clear_due: whether tasks lose their due time; goes without `due` only.
        again: whether items that people have answered often enough elsewhere are wanted all the same.
        key: of the draws of the blind arm: a nonce.

    Raises:
        ValueError: a due time is both given and cleared.
    """

    run_id: int
    policy: Policy
    actor: str
    queue: str | None = None
    due: datetime | timedelta | None = None
    clear_due: bool = False
    again: bool = False
    key: Key = 0

    def __post_init__(self) -> None:
        """Due times are kept in UTC, where their text sorts as they do."""
        if self.clear_due and self.due is not None:
            raise ValueError("a due time is given or cleared, not both")
        if isinstance(self.due, datetime):
            utc = self.due.astimezone(UTC)
            object.__setattr__(self, "due", utc.replace(microsecond=utc.microsecond // 1000 * 1000))


@dataclass(frozen=True, slots=True)
class Wish:
    """What a batch wants of each item.

    Args:
        batch: the batch.
        rules: of the workspace.
        drawn: the newest sample of each item that is in one, by row number.
        at: now, ISO 8601 in UTC.
    """

    batch: QueueBatch
    rules: ReviewSettings
    drawn: Mapping[int, SampleMembership]
    at: str

    def task(self, item: RoutedKey, said: Collection[str], found: Existing | None) -> NewTask | None:
        """The task an item should have now, None where people needn't look.

        Args:
            item: with its route.
            said: every label that was given to it, whoever gave it: the worst decides how severe the task is.
            found: the task it has.
        """
        made = datetime.fromisoformat(self.at if found is None else found.created_at)
        sample = self.drawn.get(item.item_key)
        kind = None if sample is None else _CERTIFYING.get(sample.purpose)
        kind = kind or (_ROUTED.get(item.route) if item.route else None)
        if kind is None and sample is not None:
            kind = TaskKind.REVIEW
        if kind is None:
            return None
        label_set, batch = self.batch.policy.label_set, self.batch
        given = _in_order(item.labels, said, label_set.names)
        worst, due_at = severity(given, label_set), self._due_at(made, found)
        due = datetime.fromisoformat(due_at) if due_at else made + timedelta(hours=self.rules.due_hours)
        blind, most_severe = self._blind(item, kind), max(label.severity for label in label_set.labels)
        urgency = priority(due, severity=worst, value=label_value(kind, item.confidence))
        urgency = blind_priority(due, most_severe=most_severe) if blind else urgency
        if found is not None and found.prioritized and due_at == found.task.due_at:
            urgency = found.task.priority  # as a lead has placed it
        return NewTask(
            item_key=item.item_key,
            kind=kind,
            blind=blind,
            policy_id=batch.policy.id,
            policy_version=batch.policy.version,
            language=item.language,
            run_id=batch.run_id,
            queue=batch.queue if batch.queue is not None else found.task.queue if found else "",
            skill=EXPERT if item.route is Route.EXPERT else "",
            harm=harm_of(given, label_set),
            severity=worst,
            priority=urgency,
            due_at=due_at,
            overlap=self._overlap(item, kind),
            sample_id=None if sample is None else sample.sample_id,
        )

    def _due_at(self, made: datetime, found: Existing | None) -> str | None:
        """What was not given stays as it is: an empty field is no wish for "no due time"."""
        if self.batch.due is not None:
            due = made + self.batch.due if isinstance(self.batch.due, timedelta) else self.batch.due
            return due.isoformat(timespec="milliseconds")
        return None if found is None or self.batch.clear_due else found.task.due_at

    def _blind(self, item: RoutedKey, kind: TaskKind) -> bool:
        by_lot = draw(self.batch.key, item.item_id, f"blind arm of run {self.batch.run_id}") < self.rules.blind_share
        return kind in BLIND_KINDS or by_lot

    def left(self, wanted: NewTask, given: LabelsElsewhere | None, found: Existing | None) -> NewTask | None:
        """What is still wanted after people have answered elsewhere; None where that was often enough.

        A task that was put there although they had is not closed for the answers it was made in spite of.
        """
        if given is None or self.batch.again:
            return wanted
        if given.people < wanted.overlap:
            return replace(wanted, overlap=wanted.overlap - given.people)
        made_in_spite = found is not None and not found.closed and given.newest <= found.created_at
        return replace(wanted, overlap=found.task.overlap) if found is not None and made_in_spite else None

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


def _in_order(own: LabelAnswer, said: Collection[str], names: tuple[str, ...]) -> LabelAnswer:
    """All labels said, the run's own first, so that of equals the worst label of a task is its own."""
    return (*own, *(name for name in names if name in said and name not in own))
