"""What the database knows of one item, as values. Moments are ISO 8601 in UTC; runs are named as `r3`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from assistant.domain.labels import LabelAnswer


class ItemRecord(NamedTuple):
    """The item's own row, without its content.

    Args:
        key: row number.
        same_content: ids of other items of this project with the very same content, the first twenty.
        near_duplicates: ids of the others in its near-duplicate group, the first twenty.
        erased_at: when its content was removed; None where it is there.
    """

    key: int
    created_at: str
    erased_at: str | None
    same_content: tuple[str, ...]
    near_duplicates: tuple[str, ...]


class ErasureRecord(NamedTuple):
    """The tombstone of an item whose content was removed: by which request, why, by whom, and how much was there."""

    id: int
    kind: str
    reason: str
    actor: str
    created_at: str
    counts: Mapping[str, int]


class PrelabelRecord(NamedTuple):
    """One answer of the machine; the newest revision in a run is its answer.

    Args:
        shared_from: the item with the same content that was asked about; None where this one was.
    """

    run: str
    revision: int
    status: str
    labels: LabelAnswer
    signals: Mapping[str, Any]
    clauses: tuple[str, ...]
    rationale: str | None
    reason: str | None
    detail: str | None
    model: str
    prompt: str
    policy: str
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float | None
    latency_ms: float
    attempts: int
    shared_from: str | None
    created_at: str


class ScoreRecord(NamedTuple):
    """The answer and calibrated confidence that a fit of a run's classifier gave; `origin`: model or classifier."""

    run: str
    fit: int
    labels: LabelAnswer
    confidence: float
    origin: str
    created_at: str


class RouteRecord(NamedTuple):
    """One route of the item in a run, with the rule that decided and the chance of human review it stated."""

    run: str
    revision: int
    route: str
    reason: str
    doubts: tuple[str, ...]
    inclusion_probability: float
    created_at: str


class HumanLabelRecord(NamedTuple):
    """One person's answer.

    Args:
        unknown: categories left open.
        shown_suggestion: whether the machine's answer was in sight; None where it isn't known.
        suggestion: the machine's answer at that time, shown or not; None where there was none, or it isn't known.
        seconds: wall time; None for imported labels.
        active_ms: of it with the page in front and in use; None where it isn't known.
        uncovered_ms: how long covered content was looked at; None where nothing covered it, or it isn't known.
        kind: of the task; empty for imported labels.
        policy: id@version the answer was given under; empty where it isn't known.
        withdrawn_at, withdrawn_by: when it was taken back; None for never.
        superseded: whether the same person has answered again since.
    """

    id: int
    rater: str
    labels: LabelAnswer
    unknown: LabelAnswer
    shown_suggestion: bool | None
    suggestion: LabelAnswer | None
    accepted_suggestion: bool | None
    seconds: float | None
    active_ms: int | None
    uncovered_ms: int | None
    kind: str
    note: str
    clauses: tuple[str, ...]
    policy: str
    source: str
    withdrawn_at: str | None
    withdrawn_by: str | None
    superseded: bool
    created_at: str


class TaskRecord(NamedTuple):
    """Work wanted on the item; `states` are those of its assignments."""

    id: int
    kind: str
    blind: bool
    policy: str
    queue: str
    run: str | None
    states: tuple[str, ...]
    due_at: str | None
    closed_at: str | None
    created_at: str


class AssignmentRecord(NamedTuple):
    """Something that happened to an assignment of one of its tasks (offered, claimed ...), and who held it."""

    task: int
    event: str
    user: str | None
    reason: str | None
    at: str


class BatchRecord(NamedTuple):
    """A batch the item came in; moments are None where they aren't known, or there is no due time."""

    name: str
    received_at: str | None
    due_at: str | None


class PassRecord(NamedTuple):
    """A person passed the item on: `kind` is skip, escalate or handover."""

    user: str
    kind: str
    reason: str
    note: str
    created_at: str


class SampleRecord(NamedTuple):
    """A sample the item was drawn into, with the chance it had."""

    id: int
    run: str
    purpose: str
    size: int
    population: int
    inclusion_probability: float
    created_at: str


class DisagreementRecord(NamedTuple):
    """Two answers that differ; `kind` is machine or people."""

    id: int
    kind: str
    rater: str
    labels: LabelAnswer
    other_rater: str | None
    other_labels: LabelAnswer
    settled: bool
    created_at: str


class SettlementRecord(NamedTuple):
    """One final label of the item; the newest revision counts."""

    revision: int
    run: str
    labels: LabelAnswer
    unknown: LabelAnswer
    origin: str
    certificate_id: int | None
    confidence: float | None
    raters: int
    actor: str
    created_at: str


class GoldRecord(NamedTuple):
    """The item as gold."""

    id: int
    policy: str
    labels: LabelAnswer
    explanation: str
    active: bool
    added_by: str
    created_at: str
    retired_at: str | None


class PrecedentRecord(NamedTuple):
    """The item became a precedent (`added`), or was taken out (`withdrawn`)."""

    policy: str
    labels: LabelAnswer
    event: str
    actor: str
    created_at: str


class ReleaseRecord(NamedTuple):
    """A file of labels that was written.

    Args:
        file: its name, without the folder.
        certificate_id: the newest certificate of its run when it was written.
        sha256, manifest_sha256: of the file and of its manifest.
    """

    id: int
    run: str
    certificate_id: int | None
    file: str
    format: str
    rows: int
    sha256: str
    manifest_sha256: str
    actor: str
    created_at: str
