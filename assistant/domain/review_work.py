"""People's work as data: tasks, who may take them, what they hand in, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from assistant.domain.labels import LabelAnswer

EXPERT = "expert"
"""The skill that tasks of the expert route ask for."""


class TaskKind(StrEnum):
    """What a task is for."""

    REVIEW = "review"  # one reviewer decides
    DOUBLE = "double"  # two or more, blind to each other and to the machine
    EXPERT = "expert"  # adjudicates what reviewers cannot
    CALIBRATION = "calibration"  # labels that confidence is learned from
    AUDIT = "audit"  # labels that certify or keep testing a certificate
    EVALUATION = "evaluation"  # labels that prompts and models are compared on
    GOLD = "gold"  # the answer is known, and reviewers can't see that it is
    QUALIFICATION = "qualification"  # before someone's answers count
    TRAINING = "training"  # the answer is explained afterwards


BLIND_KINDS = frozenset(
    {
        TaskKind.DOUBLE,
        TaskKind.CALIBRATION,
        TaskKind.AUDIT,
        TaskKind.EVALUATION,
        TaskKind.GOLD,
        TaskKind.QUALIFICATION,
        TaskKind.TRAINING,
    }
)
"""Kinds that are always answered without sight of the machine's answer."""

PRACTICE = frozenset({TaskKind.QUALIFICATION, TaskKind.TRAINING})
"""Kinds whose answers say something about the person only: they never become labels."""


class AssignmentState(StrEnum):
    """Where one wanted answer of a task stands."""

    OPEN = "open"  # anyone may take it who fits
    PAUSED = "paused"  # wanted, and not offered until a lead resumes it
    LEASED = "leased"  # claimed by a person until the lease ends
    ANSWERED = "answered"
    CLOSED = "closed"  # not wanted any more


class SkipReason(StrEnum):
    """Why a person passes an item on; never held against them."""

    TOO_HARD = "too_hard"
    LANGUAGE = "language"
    BROKEN = "broken"  # can't be shown, or makes no sense
    DISTRESSING = "distressing"
    CONFLICT = "conflict"  # knows the people in it
    OTHER = "other"


class PassKind(StrEnum):
    """How an item was passed on."""

    SKIP = "skip"
    ESCALATE = "escalate"  # to an expert, with a note
    HANDOVER = "handover"  # back to the queue, for another reviewer


class Cause(StrEnum):
    """Why people or machine answered differently, as the adjudicator sees it."""

    POLICY_UNCLEAR = "policy_unclear"
    REVIEWER_ERROR = "reviewer_error"
    MACHINE_ERROR = "machine_error"
    ITEM_AMBIGUOUS = "item_ambiguous"
    EDGE_CASE = "edge_case"


class Role(StrEnum):
    """What a person is here for; decides what they may do."""

    ADMIN = "admin"
    MANAGER = "manager"
    LEAD = "lead"
    REVIEWER = "reviewer"
    ANALYST = "analyst"  # looks, and changes nothing
    EXTERNAL = "external"  # sees the queues assigned to them and nothing else


LABELING_ROLES = frozenset(Role) - {Role.ANALYST}
"""Roles that label: items can be claimed by them, assigned and handed over to them."""


class QualificationState(StrEnum):
    """How a qualification round stands."""

    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"


class OutcomeKind(StrEnum):
    """What became of something handed in."""

    STORED = "stored"
    ALREADY = "already"  # it had been stored before: a double submit
    LATE = "late"  # another reviewer holds the lease; the text is kept
    GONE = "gone"  # there is no such assignment or review any more
    REFUSED = "refused"  # not theirs, or not possible


@dataclass(frozen=True, slots=True)
class Principal:
    """A person who is signed in, and what they may take.

    Args:
        user_id: row number in `users`.
        name: their stable name; the `rater` of what they answer.
        role: what they are here for.
        languages: BCP 47 tags they can judge; empty for all.
        skills: what they are trusted with beyond the ordinary, e.g. `expert`.
        opt_outs: harm labels they don't want to see.
        queues: teams and external queues they belong to; all but externals also see the common queue.
        scopes: what an API token may do; empty for a session.
    """

    user_id: int
    name: str
    role: Role = Role.REVIEWER
    languages: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    opt_outs: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """A task on its way into the queue.

    Args:
        item_key: the item's row number.
        kind: what it is for.
        blind: whether the machine's answer stays hidden.
        policy_id, policy_version: what it is judged by.
        language: of the item, BCP 47.
        run_id: the run whose answer is looked at, None for none.
        queue: team or external queue; empty for everyone.
        skill: what is asked of anyone who takes it; empty or `expert`.
        harm: the worst label the machine gave, for opt-outs and budgets; empty where it is not known.
        severity: of that label, 0 or more.
        priority: higher first; see `assistant.review.priority`.
        due_at: ISO 8601 in UTC, None for no deadline.
        overlap: answers wanted, each by another person, 1 or more.
        sample_id: the sample it belongs to.
        gold_id: the gold item behind it.
        for_user: row number of the only person it is for.
    """

    item_key: int
    kind: TaskKind
    blind: bool
    policy_id: str
    policy_version: str
    language: str
    run_id: int | None = None
    queue: str = ""
    skill: str = ""
    harm: str = ""
    severity: int = 0
    priority: float = 0.0
    due_at: str | None = None
    overlap: int = 1
    sample_id: int | None = None
    gold_id: int | None = None
    for_user: int | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a task no one could answer."""
        if self.overlap < 1:
            raise ValueError(f"item {self.item_key}: a task wants at least one answer, got overlap {self.overlap}")
        if self.kind in BLIND_KINDS and not self.blind:
            raise ValueError(f"item {self.item_key}: {self.kind.value} tasks are blind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """One wanted answer, leased to the person who claimed it.

    Args:
        assignment_id, task_id: row numbers.
        item_id: the item's external id; `item_key` its row number.
        token: the fencing number: an answer with an older one comes too late.
        lease_until: ISO 8601 in UTC.
        kind: what it is for; show `shown_kind`.
        blind: whether the machine's answer stays hidden.
        policy_id, policy_version: what it is judged by.
        run_id: the run whose answer is looked at.
        language, harm, severity, due_at: as of the task.
        explanation: why the known answer is right; training only, to be shown after the answer.
    """

    assignment_id: int
    task_id: int
    item_id: str
    item_key: int
    token: int
    lease_until: str
    kind: TaskKind
    blind: bool
    policy_id: str
    policy_version: str
    run_id: int | None
    language: str
    harm: str
    severity: int
    due_at: str | None = None
    explanation: str | None = None

    @property
    def shown_kind(self) -> TaskKind:
        """What a reviewer may know: practice is given, everything else looks like any review."""
        return self.kind if self.kind in PRACTICE else TaskKind.REVIEW


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """An answer as it is handed in.

    Args:
        assignment_id, token: as claimed.
        labels: the answer, already read as labels of the policy's set.
        key: chosen by the client, new for each answer: the same key twice is one submit.
        note: free text.
        clauses: ids of the clauses it rests on.
        seconds: time on the item, 0 or more.
        changed: whether the answer was changed before it was handed in.
        accepted_suggestion: whether the machine's answer was taken over by its key; None where it was hidden.
        ui: `web` or `api`.
        uncovered_ms: how long covered content was looked at; 0 for never, None where nothing covered it or it isn't
            known.
        active_ms: of `seconds`, how long the page was in front with a sign of life in the last minute; None where that
            isn't known.
        instead_of: keys of earlier submissions for this assignment that were taken back before it was known whether
            they had arrived: one that had is withdrawn, and this one counts.
    """

    assignment_id: int
    token: int
    labels: LabelAnswer
    key: str
    note: str = ""
    clauses: tuple[str, ...] = ()
    seconds: float = 0.0
    changed: bool = False
    accepted_suggestion: bool | None = None
    ui: str = "web"
    uncovered_ms: int | None = None
    active_ms: int | None = None
    instead_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkOutcome:
    """What became of it.

    Args:
        kind: the outcome.
        message: a stable word that says more, for translation, e.g. `late_kept`.
        review_id: the review it became or had become.
        right: for practice, whether the answer was the known one.
        explanation: for training, why the known answer is right.
        known: for training, the known answer.
    """

    kind: OutcomeKind
    message: str
    review_id: int | None = None
    right: bool | None = None
    explanation: str | None = None
    known: LabelAnswer | None = field(default=None)
