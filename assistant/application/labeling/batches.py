"""Batches by name: what there is, what happened to each, when it is due, and how far its work has come."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from assistant.domain.batches import BatchEvent, BatchEventKind, ItemBatch, events_allowed
from assistant.domain.certificates import IssuedCertificate
from assistant.domain.runs import Run
from assistant.errors import InvalidValueError
from assistant.store.content.batches import refuse_closed
from assistant.wiring.workspace import Workspace

LONGEST_NAME = 120  # characters


@dataclass(frozen=True, slots=True)
class BatchOverview:
    """A batch with what happened to it.

    Args:
        batch: the batch.
        events: oldest first.
        allowed: what may happen next.
        runs: the runs about this batch alone or items of it, oldest first.
    """

    batch: ItemBatch
    events: Sequence[BatchEvent]
    allowed: Sequence[BatchEventKind]
    runs: Sequence[Run]


def list_batches(workspace: Workspace) -> list[ItemBatch]:
    """Every batch of the project, oldest first."""
    return workspace.batches.all()


def describe_batch(workspace: Workspace, name: str) -> BatchOverview:
    """A batch with its history. Raises NotFoundError where there is none of that name."""
    batch = workspace.batches.get(name)
    about = [run for run in workspace.runs.all() if run.population is not None and run.population.batch == batch.name]
    return BatchOverview(batch, workspace.batches.events(batch), events_allowed(batch.state), about)


def change_batch(workspace: Workspace, name: str, kind: BatchEventKind, *, note: str = "", actor: str) -> ItemBatch:
    """Note what happened to a batch, which changes its state.

    Raises:
        NotFoundError: there is no such batch.
        ConflictError: that may not happen to it now; says what may.
    """
    detail = {"note": note.strip()} if note.strip() else {}
    return workspace.batches.record(workspace.batches.get(name), kind, detail, actor=actor)


def note_certified(workspace: Workspace, issued: IssuedCertificate) -> None:
    """Note at each batch that a certificate covers all of; the same certificate again notes nothing.

    Only where every item is accepted or labeled: before that the guarantee does not hold yet. A batch whose state does
    not allow it (paused, delivered) keeps its state.
    """
    statement = issued.statement
    covered = {one.batch: one for one in statement.batches} if statement.complete else {}
    for batch in workspace.batches.all():
        stated = covered.get(batch.name)
        if stated is None or stated.population != batch.items or not batch.may(BatchEventKind.CERTIFIED):
            continue
        detail = {"certificate": issued.id, "run": statement.run.name, "alone": stated.guaranteed}
        known = [one.detail.get("certificate") for one in workspace.batches.events(batch)]
        if issued.id not in known:
            workspace.batches.record(batch, BatchEventKind.CERTIFIED, detail, actor=workspace.batches.operator)


def set_batch_due(workspace: Workspace, name: str, due: datetime, *, actor: str) -> ItemBatch:
    """Say when a batch is due from now on.

    Raises:
        NotFoundError: there is no such batch.
        InvalidValueError: that is in the past.
        ConflictError: it was delivered, accepted or cancelled.
    """
    return workspace.batches.set_due(workspace.batches.get(name), due_moment(due), actor=actor)


def due_moment(due: datetime) -> str:
    """A due time as it is kept, ISO 8601 in UTC. Raises InvalidValueError for one in the past."""
    moment = due.astimezone(UTC)
    if moment <= datetime.now(UTC):
        raise InvalidValueError("due_in_past", field="due", due=moment.isoformat(timespec="seconds"))
    return moment.isoformat(timespec="seconds")


def check_name(name: str) -> str:
    """The name of a batch without blanks around it. Raises InvalidValueError for what can be none."""
    named = name.strip()
    if not named or len(named) > LONGEST_NAME or any(unicodedata.category(one)[0] == "C" for one in named):
        raise InvalidValueError("batch_name_wrong", field="batch", name=named, longest=LONGEST_NAME)
    return named


def refuse_batch(workspace: Workspace, name: str) -> None:
    """Raises ConflictError where a batch of that name was delivered, accepted or cancelled: nothing joins it."""
    known = workspace.batches.find(name)
    if known is not None:
        refuse_closed(known)


def default_name(workspace: Workspace, path: Path) -> str:
    """Name of the batch of a file's new items: file and day; a further number where that one takes none any more."""
    stem = "stdin" if str(path) == "-" else path.name.split(".")[0] or path.name
    printable = "".join(one for one in stem if unicodedata.category(one)[0] != "C")
    first = f"{printable[: LONGEST_NAME - 20]}-{datetime.now(UTC).date().isoformat()}"
    for number in count(1):
        name = first if number == 1 else f"{first}-{number}"
        known = workspace.batches.find(name)
        if known is None or known.state.open:
            return name
    raise AssertionError("counting has no end")
