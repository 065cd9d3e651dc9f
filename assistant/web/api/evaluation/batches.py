"""Batches: what there is, when each is due, what happened to it, and what happens next."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, Request
from pydantic import AwareDatetime, Field

from assistant.application.labeling.batches import change_batch, describe_batch, set_batch_due
from assistant.application.labeling.batches import list_batches as all_batches
from assistant.domain.batches import BatchEventKind, ItemBatch
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.web.api_schema import Body, Cursor, Limit, Page, Shown, below, group, paged, problems
from assistant.web.context import site
from assistant.web.security.authentication import needs

router = group("batches")

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_RUNS))]
Steerer = Annotated[Principal, Depends(needs(Permission.STEER_RUNS))]


class BatchShown(Shown):
    """A batch: items received together. `received_at` is null where it is not known, `due_at` where nobody said."""

    id: int
    name: str
    state: str
    items: int
    received_at: str | None
    due_at: str | None


class Batches(Page[BatchShown]):
    """Batches, newest first."""


class BatchEventShown(Shown):
    """Something that happened to a batch."""

    at: str
    event: str
    actor: str
    detail: dict[str, Any]


class RunOfBatch(Shown):
    """A run about the batch, or about some of its items."""

    name: str
    population: str


class BatchDetail(BatchShown):
    """A batch, its history, the runs about it, and the events that may follow now."""

    events: list[BatchEventShown]
    allowed: list[str]
    runs: list[RunOfBatch]


class BatchChange(Body):
    """What happens to a batch."""

    event: Literal["planned", "started", "paused", "resumed", "delivered", "accepted", "returned", "cancelled"]
    note: Annotated[str, Field(max_length=2000)] = ""


class BatchDue(Body):
    """When a batch is due."""

    due_at: Annotated[AwareDatetime, Field(examples=["2026-12-01T09:00:00+08:00"])]


@router.get("", responses=problems())
def list_batches(request: Request, _: Viewer, cursor: Cursor = None, limit: Limit = 50) -> Batches:
    """Every batch of the project, newest first."""
    rows = list(reversed(all_batches(site(request).workspace)))
    shown, following = paged(
        lambda before, most: below(rows, lambda row: row.id, before, most), cursor, limit, lambda row: row.id
    )
    return Batches(rows=[BatchShown.of(_fields(one)) for one in shown], next=following)


@router.post("/{name:path}/events", responses=problems(404, 409))
def change(request: Request, who: Steerer, name: str, given: BatchChange) -> BatchDetail:
    """Note what happened to a batch; what may not follow in its state is refused with what may (409)."""
    change_batch(site(request).workspace, name, BatchEventKind(given.event), note=given.note, actor=who.name)
    return read_batch(request, who, name)


@router.post("/{name:path}/due", responses=problems(400, 404, 409))
def set_due(request: Request, who: Steerer, name: str, given: BatchDue) -> BatchDetail:
    """Change when a batch is due; a time in the past is refused (400)."""
    moment: datetime = given.due_at
    set_batch_due(site(request).workspace, name, moment, actor=who.name)
    return read_batch(request, who, name)


@router.get("/{name:path}", responses=problems(404))
def read_batch(request: Request, _: Viewer, name: str) -> BatchDetail:
    """One batch with its history and runs."""
    found = describe_batch(site(request).workspace, name)
    events = [{"at": e.at, "event": e.kind.value, "actor": e.actor, "detail": dict(e.detail)} for e in found.events]
    runs = [{"name": run.name, "population": run.population.name if run.population else ""} for run in found.runs]
    more = {"events": events, "allowed": [kind.value for kind in found.allowed], "runs": runs}
    return BatchDetail.of(_fields(found.batch) | more)


def _fields(batch: ItemBatch) -> dict[str, Any]:
    names = ("id", "name", "items", "received_at", "due_at")
    return {name: getattr(batch, name) for name in names} | {"state": batch.state.value}
