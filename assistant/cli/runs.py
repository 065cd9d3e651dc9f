"""`assistant runs`: which prompt, policy and model made which labels, and what a change of them changed."""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.cli.options import HERE, JsonOption, WorkspaceOption
from assistant.cli.output import Output, table

app = typer.Typer(help="Runs: which prompt, policy and model, and what changed between two.", no_args_is_help=True)


@app.command("list")
def list_runs(workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Every run with its prompt, policy and model.

    Example: assistant runs list
    """
    from assistant.wiring.workspace import Workspace

    output = Output(as_json=as_json)
    with Workspace.open(workspace) as opened:
        known = opened.runs.all()
    data = [
        {
            "run": run.name,
            "prompt": run.prompt,
            "prompt_hash": run.prompt_digest,
            "policy": run.policy,
            "policy_hash": run.policy_digest,
            "model": run.model,
            "replicate": run.replicate,
            "created_at": run.created_at,
        }
        for run in known
    ]
    rows = [
        (run.name, run.prompt or "imported", run.policy or "-", run.model, run.replicate, run.created_at[:19])
        for run in known
    ]
    output.result(data, table(("run", "prompt", "policy", "model", "replicate", "since"), rows))


@app.command("compare")
def compare(
    old: Annotated[str, typer.Argument(help="A run, e.g. r1.")],
    new: Annotated[str, typer.Argument(help="Another run over the same items, e.g. r2.")],
    limit: Annotated[int, typer.Option(min=0, help="How many changed items to show.")] = 10,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Which answers differ between two runs: what a new prompt, policy or model changed.

    Example: assistant runs compare r1 r2
    """
    from assistant.store.changes import ChangeStore
    from assistant.wiring.workspace import Workspace

    output = Output(as_json=as_json)
    with Workspace.open(workspace) as opened:
        first, second = opened.runs.find(old), opened.runs.find(new)
        store = ChangeStore(opened.database)
        changes, shown = store.count(first, second), store.items(first, second, limit)
    total = sum(changes.changed.values())
    compared = total + changes.same
    pairs = [(_words(before), _words(after), count) for (before, after), count in changes.changed.items()]
    differing = [
        f"{what}: {before} -> {after}"
        for what, before, after in (
            ("prompt", first.prompt, second.prompt),
            ("policy", first.policy, second.policy),
            ("model", first.model, second.model),
            ("replicate", first.replicate, second.replicate),
        )
        if before != after
    ]
    data = {
        "old": first.name,
        "new": second.name,
        "differing": differing,
        "compared": compared,
        "same": changes.same,
        "changed": [{"old": before, "new": after, "items": count} for before, after, count in pairs],
        "only_old": changes.only_old,
        "only_new": changes.only_new,
        "items": [
            {"item_id": one.item_id, "text": one.text, "old": _words(one.old), "new": _words(one.new)} for one in shown
        ],
    }
    share = f" ({total / compared:.1%})" if compared else ""
    output.result(
        data,
        f"{total:,} of {compared:,} answers differ{share} between {first.name} and {second.name}; "
        + ("; ".join(differing) or "only parameters differ"),
        *([table((first.name, second.name, "items"), pairs)] if pairs else []),
        *(
            [
                table(
                    ("item", first.name, second.name, "text"),
                    [(i.item_id, _words(i.old), _words(i.new), i.text[:70]) for i in shown],
                )
            ]
            if shown
            else []
        ),
    )
    if changes.only_old or changes.only_new:
        output.note(
            f"not compared: {changes.only_old:,} items only in {first.name}, {changes.only_new:,} only in {second.name}"
        )


def _words(answer: tuple[str, ...] | None) -> str:
    return "failed" if answer is None else "|".join(answer) or "none"
