"""The life of an item: everything that happened to it, as far as its reader may see it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import Field

from assistant.application.items.item_life import ItemLife, ItemViewer, open_life_of_row
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.web.api_schema import RowNumber, Shown, group, problems
from assistant.web.context import site
from assistant.web.security.authentication import needs

router = group("items")

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_RUNS))]
Labels = list[str]


class ItemAnswer(Shown):
    """One answer of the machine; of a run the highest revision counts. `signals` are raw numbers by name."""

    run: str
    revision: int
    status: str
    labels: Labels
    signals: dict[str, Any]
    clauses: list[str]
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
    shared_from: Annotated[str | None, Field(description="The item with the same content that was asked about.")]
    created_at: str


class ItemConfidence(Shown):
    """The answer and calibrated confidence that a fit gave; `origin`: `model` or `classifier`."""

    run: str
    fit: int
    labels: Labels
    confidence: float
    origin: str
    created_at: str


class ItemRouting(Shown):
    """One route, the rule that decided, what it says, and the probability of human review that was stated."""

    run: str
    revision: int
    route: str
    reason: str
    why: str
    doubts: list[str]
    inclusion_probability: float
    created_at: str


class ItemLabel(Shown):
    """One human label. What isn't known is null: `seconds` of imported labels, what was in sight of older ones."""

    id: int
    rater: Annotated[str, Field(description="A name, or a letter where you may not see names.")]
    labels: Labels
    unknown: Labels
    shown_suggestion: bool | None
    suggestion: Labels | None
    accepted_suggestion: bool | None
    seconds: float | None
    active_ms: int | None
    uncovered_ms: int | None
    kind: str
    note: str
    clauses: list[str]
    policy: str
    source: str
    withdrawn_at: str | None
    withdrawn_by: str | None
    superseded: bool
    created_at: str


class ItemTask(Shown):
    """Work that was wanted on the item; `states` are those of its assignments."""

    id: int
    kind: str
    blind: bool
    policy: str
    queue: str
    run: str | None
    states: list[str]
    due_at: str | None
    closed_at: str | None
    created_at: str


class ItemAssignment(Shown):
    """Something that happened to an assignment of one of its tasks."""

    task: int
    event: str
    user: str | None
    reason: str | None
    at: str


class BatchOfItem(Shown):
    """A batch the item came in."""

    name: str
    received_at: str | None
    due_at: str | None


class ItemPass(Shown):
    """Somebody passed the item on."""

    user: str
    kind: str
    reason: str
    note: str
    created_at: str


class ItemSample(Shown):
    """A sample the item was drawn into."""

    id: int
    run: str
    purpose: str
    size: int
    population: int
    inclusion_probability: float
    created_at: str


class ItemDispute(Shown):
    """Two answers that differ."""

    id: int
    kind: str
    rater: str
    labels: Labels
    other_rater: str | None
    other_labels: Labels
    settled: bool
    created_at: str


class ItemDecision(Shown):
    """How the item was adjudicated; the last counts."""

    id: int
    labels: Labels
    cause: str
    note: str
    actor: str
    created_at: str


class ItemFinal(Shown):
    """One final label; the highest revision counts."""

    revision: int
    run: str
    labels: Labels
    unknown: Labels
    origin: str
    certificate_id: int | None
    confidence: float | None
    raters: int
    actor: str
    created_at: str


class ItemCertificate(Shown):
    """A certificate that a final label of the item was written under."""

    id: int
    run: str
    standing: str
    sentence: str


class ItemGold(Shown):
    """The item as gold."""

    id: int
    policy: str
    labels: Labels
    explanation: str
    active: bool
    added_by: str
    created_at: str
    retired_at: str | None


class ItemPrecedent(Shown):
    """The item became a precedent, or was taken out."""

    policy: str
    labels: Labels
    event: str
    actor: str
    created_at: str


class ReleaseShown(Shown):
    """A file of labels that was written."""

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


class ItemTombstone(Shown):
    """By which request the content was removed, and how much there was of it."""

    id: int
    kind: str
    reason: str
    actor: str
    created_at: str
    counts: dict[str, int]


class ItemView(Shown):
    """Who opened the item, and when."""

    at: str
    actor: str


class ItemChange(Shown):
    """An entry of the audit log about the item, its labels, tasks and decisions."""

    id: int
    at: str
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]


class ItemHappening(Shown):
    """Something that happened to the item; `who` is a person, a run or a file."""

    at: str
    kind: str
    who: str
    labels: Labels | None
    about: str


class ItemLifeShown(Shown):
    """Everything about an item, oldest first; `views`, `changes` and `releases` newest first.

    Without the right to see people's names they are letters. `gold` is empty without the right to manage gold, `views`
    and `changes` without the right to read the audit log. While you hold the item under a lease `withheld` is true,
    and there are no answers.
    """

    key: int
    id: str
    language: str
    source: str | None
    text: str
    query: str | None
    media: list[str]
    meta: dict[str, Any]
    received_at: str
    erased_at: str | None
    erasure: ItemTombstone | None
    withheld: bool
    same_content: list[str]
    near_duplicates: list[str]
    batches: list[BatchOfItem]
    prelabels: list[ItemAnswer]
    scores: list[ItemConfidence]
    routes: list[ItemRouting]
    human_labels: list[ItemLabel]
    tasks: list[ItemTask]
    assignments: list[ItemAssignment]
    passes: list[ItemPass]
    samples: list[ItemSample]
    disagreements: list[ItemDispute]
    adjudications: list[ItemDecision]
    settlements: list[ItemFinal]
    certificates: list[ItemCertificate]
    gold: list[ItemGold]
    precedents: list[ItemPrecedent]
    releases: list[ReleaseShown]
    views: list[ItemView]
    changes: list[ItemChange]
    events: list[ItemHappening]


@router.get("/{key}/life", responses=problems(404))
def read_life(request: Request, who: Viewer, key: RowNumber) -> ItemLifeShown:
    """Everything that happened to an item, by its row number; that you opened it is noted in the audit log."""
    return _told(open_life_of_row(site(request).workspace, key, ItemViewer.of(who)))


def _told(life: ItemLife) -> ItemLifeShown:
    item, records = life.stored.item, life.records
    return ItemLifeShown(
        key=life.stored.key,
        id=item.id,
        language=item.language,
        source=item.source,
        text=item.content.text,
        query=item.content.query,
        media=list(item.content.media),
        meta=dict(item.meta or {}),
        received_at=records.item.created_at,
        erased_at=records.item.erased_at,
        erasure=None if records.erasure is None else ItemTombstone.of(records.erasure),
        withheld=life.withheld,
        same_content=list(records.item.same_content),
        near_duplicates=list(records.item.near_duplicates),
        batches=[BatchOfItem.of(one) for one in records.batches],
        prelabels=[ItemAnswer.of(one) for one in records.prelabels],
        scores=[ItemConfidence.of(one) for one in records.scores],
        routes=[ItemRouting(**one._asdict() | {"why": life.reason(one.reason)}) for one in records.routes],
        human_labels=[ItemLabel.of(one) for one in records.labels],
        tasks=[ItemTask.of(one) for one in records.tasks],
        assignments=[ItemAssignment.of(one) for one in records.assignments],
        passes=[ItemPass.of(one) for one in records.passes],
        samples=[ItemSample.of(one) for one in records.samples],
        disagreements=[ItemDispute.of(one) for one in records.disagreements],
        adjudications=[ItemDecision.of(one) for one in life.adjudications],
        settlements=[ItemFinal.of(one) for one in records.settlements],
        certificates=[ItemCertificate.of(one) for one in life.certificates],
        gold=[ItemGold.of(one) for one in records.gold],
        precedents=[ItemPrecedent.of(one) for one in records.precedents],
        releases=[ReleaseShown.of(one) for one in records.releases],
        views=[ItemView.of(one) for one in life.views],
        changes=[ItemChange(**asdict(one)) for one in records.changes],
        events=[ItemHappening.of(one) for one in life.events],
    )
