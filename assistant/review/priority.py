"""Which task comes first: the earliest deadline, with a head start for what is severe and for labels worth much.

    priority = -(due - severity * 8 h - value * 4 h), in hours since 2026 began

A task without a due time is due `due_hours` after it was made. So time alone brings every task to the head in the end:
nothing starves, and the number is fixed when the task is made. Severity 3 overtakes harmless items due up to a day
earlier; a label that is sure to teach or certify something overtakes half a shift of labels that change nothing.

The place of a blind task must say nothing about the machine's answer, or whoever sees its neighbors knows it. So every
blind task has the head start of the policy's most severe label and of the most valuable one: its place hangs on when it
is due, and nothing else, and what may be severe waits no longer for being blind.
"""

from __future__ import annotations

from datetime import UTC, datetime

from assistant.domain.review_work import TaskKind

SEVERITY_HOURS = 8.0
VALUE_HOURS = 4.0
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_CERTIFYING = frozenset({TaskKind.CALIBRATION, TaskKind.AUDIT, TaskKind.EVALUATION})


def priority(due: datetime, *, severity: int, value: float) -> float:
    """A task's priority; higher comes first.

    Args:
        due: when it is due, with its time zone.
        severity: of the worst label predicted, 0 or more.
        value: expected value of the label, 0 to 1; see `label_value`.

    Raises:
        ValueError: severity or value out of range, or a time without its zone.
    """
    if severity < 0 or not 0 <= value <= 1 or due.tzinfo is None:
        raise ValueError(f"severity is 0 or more, value 0 to 1, due has a time zone; got {severity}, {value}, {due}")
    hours = (due - _BEGIN).total_seconds() / 3600
    return -(hours - severity * SEVERITY_HOURS - value * VALUE_HOURS)


def blind_priority(due: datetime, *, most_severe: int) -> float:
    """The priority of a blind task, whatever the machine made of its item and whatever the task is for.

    Args:
        due: as of `priority`.
        most_severe: severity of the policy's most severe label.

    Raises:
        ValueError: as `priority`.
    """
    return priority(due, severity=most_severe, value=1.0)


def label_value(kind: TaskKind, confidence: float | None) -> float:
    """What a label given in sight of the machine's answer is worth: 1 where a certificate or an evaluation waits for
    it, else the chance that it corrects the machine, 1 - confidence; a half where the machine's certainty is unknown.
    """
    if kind in _CERTIFYING:
        return 1.0
    return 0.5 if confidence is None else min(1.0, max(0.0, 1 - confidence))
