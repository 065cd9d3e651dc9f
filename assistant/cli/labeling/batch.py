"""`assistant batch`: items received together, when they are due, and how they stand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.options import HERE, JsonOption, WorkspaceOption, open_workspace, read_due
from assistant.cli.output import Output, table
from assistant.domain.batches import BatchEventKind

if TYPE_CHECKING:
    from assistant.domain.batches import ItemBatch

app = typer.Typer(help="Batches: items received together, when they are due, how they stand.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(help="The batch, as ingest --batch named it.", metavar="NAME")]
NoteOption = Annotated[str, typer.Option(help="Why, for the batch's history.")]


@app.command("list")
def list_all(workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Every batch with its state, items and due time.

    Example: assistant batch list
    """
    from assistant.application.labeling.batches import list_batches

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        known = list_batches(opened)
    rows = [
        (one.name, one.state.value, f"{one.items:,}", _moment(one.received_at), _moment(one.due_at)) for one in known
    ]
    output.result(list(map(_as_dict, known)), table(("batch", "state", "items", "received", "due"), rows))


@app.command("show")
def show(name: NameArgument, workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """One batch: its items, its runs, what happened to it and what may happen next.

    Example: assistant batch show week-48
    """
    from assistant.application.labeling.batches import describe_batch

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        found = describe_batch(opened, name)
    data = _as_dict(found.batch) | {
        "events": [
            {"event": one.kind.value, "at": one.at, "actor": one.actor, "detail": dict(one.detail)}
            for one in found.events
        ],
        "allowed": [kind.value for kind in found.allowed],
        "runs": [{"run": run.name, "population": run.population and run.population.name} for run in found.runs],
    }
    history = [(one.at[:19], one.kind.value, one.actor, _words(one.detail)) for one in found.events]
    about = [f"run {run.name}: {run.population.name if run.population else ''}, {run.model}" for run in found.runs]
    output.result(
        data,
        f"batch {found.batch.name}: {found.batch.state.value}, {found.batch.items:,} items, received"
        f" {_moment(found.batch.received_at)}, due {_moment(found.batch.due_at)}",
        *about,
        "",
        table(("at", "event", "by", ""), history),
    )
    if found.allowed:
        output.note(f"may be {', '.join(data['allowed'])} next")


@app.command("due")
def due(
    name: NameArgument,
    when: Annotated[str, typer.Argument(help="48h or 3d from now, or 2026-12-01T09:00+08:00.", metavar="WHEN")],
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Change when a batch is due.

    Example: assistant batch due week-48 3d
    """
    from assistant.application.labeling.batches import set_batch_due
    from assistant.wiring.actor import actor

    output, moment = Output(as_json=as_json), read_due(when)
    assert moment is not None  # noqa: S101 - an argument is always given
    with open_workspace(workspace) as opened:
        changed = set_batch_due(opened, name, moment, actor=actor())
    output.result(_as_dict(changed), f"batch {changed.name} is due {_moment(changed.due_at)}")


def _change(kind: BatchEventKind, name: str, note: str, workspace: Path, *, as_json: bool) -> None:
    from assistant.application.labeling.batches import change_batch
    from assistant.wiring.actor import actor

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        changed = change_batch(opened, name, kind, note=note, actor=actor())
    output.result(_as_dict(changed), f"batch {changed.name} is {changed.state.value}")


@app.command("plan")
def plan(
    name: NameArgument, note: NoteOption = "", workspace: WorkspaceOption = HERE, as_json: JsonOption = False
) -> None:
    """Note that a batch is planned.

    Example: assistant batch plan week-48
    """
    _change(BatchEventKind.PLANNED, name, note, workspace, as_json=as_json)


@app.command("start")
def start(
    name: NameArgument, note: NoteOption = "", workspace: WorkspaceOption = HERE, as_json: JsonOption = False
) -> None:
    """Note that work on a batch has begun.

    Example: assistant batch start week-48
    """
    _change(BatchEventKind.STARTED, name, note, workspace, as_json=as_json)


@app.command("pause")
def pause(
    name: NameArgument, note: NoteOption = "", workspace: WorkspaceOption = HERE, as_json: JsonOption = False
) -> None:
    """Pause a batch: no job begins about it, and its runs fill no queue. Runs about the whole project continue.

    Example: assistant batch pause week-48 --note "policy under review"
    """
    _change(BatchEventKind.PAUSED, name, note, workspace, as_json=as_json)


@app.command("resume")
def resume(
    name: NameArgument, note: NoteOption = "", workspace: WorkspaceOption = HERE, as_json: JsonOption = False
) -> None:
    """Resume a paused batch.

    Example: assistant batch resume week-48
    """
    _change(BatchEventKind.RESUMED, name, note, workspace, as_json=as_json)


@app.command("deliver")
def deliver(
    name: NameArgument, note: NoteOption = "", workspace: WorkspaceOption = HERE, as_json: JsonOption = False
) -> None:
    """Note that a batch was delivered: no item joins it any more.

    Example: assistant batch deliver week-48
    """
    _change(BatchEventKind.DELIVERED, name, note, workspace, as_json=as_json)


@app.command("accept")
def accept(
    name: NameArgument, note: NoteOption = "", workspace: WorkspaceOption = HERE, as_json: JsonOption = False
) -> None:
    """Note that the requester has accepted a batch.

    Example: assistant batch accept week-48
    """
    _change(BatchEventKind.ACCEPTED, name, note, workspace, as_json=as_json)


@app.command("return")
def give_back(
    name: NameArgument, note: NoteOption = "", workspace: WorkspaceOption = HERE, as_json: JsonOption = False
) -> None:
    """Note that the requester has returned a batch: it can be started again.

    Example: assistant batch return week-48 --note "labels of spam are wrong"
    """
    _change(BatchEventKind.RETURNED, name, note, workspace, as_json=as_json)


@app.command("cancel")
def cancel(
    name: NameArgument, note: NoteOption = "", workspace: WorkspaceOption = HERE, as_json: JsonOption = False
) -> None:
    """Cancel a batch: nothing is asked about it any more, and no item joins it.

    Example: assistant batch cancel week-48
    """
    _change(BatchEventKind.CANCELLED, name, note, workspace, as_json=as_json)


def _as_dict(batch: ItemBatch) -> dict[str, Any]:
    return {
        "batch": batch.name,
        "state": batch.state.value,
        "items": batch.items,
        "received_at": batch.received_at,
        "due_at": batch.due_at,
    }


def _moment(text: str | None) -> str:
    return "-" if text is None else text[:16].replace("T", " ")


def _words(detail: object) -> str:
    return ", ".join(f"{name} {value}" for name, value in detail.items()) if isinstance(detail, dict) else ""
