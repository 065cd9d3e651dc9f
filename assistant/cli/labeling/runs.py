"""`assistant runs`: which prompt, policy and model made which labels, and what a change of them changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.options import HERE, JsonOption, WorkspaceOption, open_workspace, takes_population
from assistant.cli.output import Output, table
from assistant.domain.populations import PopulationChoice

if TYPE_CHECKING:
    from assistant.application.labeling.runs import RunComparison
    from assistant.domain.runs import Run

app = typer.Typer(help="Runs: which prompt, policy and model, and what changed between two.", no_args_is_help=True)


@app.command("list")
@takes_population
def list_runs(workspace: WorkspaceOption = HERE, as_json: JsonOption = False, *, population: PopulationChoice) -> None:
    """Every run with its prompt, policy, model and the items it is about.

    Example: assistant runs list
    """
    from assistant.application.labeling.populations import list_runs_about

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        known = list_runs_about(opened, population)
    data = [
        {
            "run": run.name,
            "prompt": run.prompt,
            "prompt_hash": run.prompt_digest,
            "policy": run.policy,
            "policy_hash": run.policy_digest,
            "model": run.model,
            "replicate": run.replicate,
            "population": run.population and run.population.as_json(),
            "created_at": run.created_at,
        }
        for run in known
    ]
    rows = [
        (
            *(run.name, run.prompt or "imported", run.policy or "-", run.model, run.replicate),
            *(run.population.name if run.population else "all items", run.created_at[:19]),
        )
        for run in known
    ]
    output.result(data, table(("run", "prompt", "policy", "model", "replicate", "items", "since"), rows))


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
    from assistant.application.labeling.runs import compare_runs

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        compared = compare_runs(opened, old, new, limit=limit)
    _show(output, compared)


@app.command("stop")
def stop(
    run: Annotated[str | None, typer.Argument(show_default="the running one", help="A run, e.g. r1.")] = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Stop a run's job after the replies in flight, wherever it was started; its answers are kept.

    Example: assistant runs stop
    """
    from assistant.application.labeling.running_jobs import stop_run
    from assistant.wiring.actor import actor_as_user

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        chosen = stop_run(opened, run, actor=actor_as_user())
    output.result({"run": chosen.name, "stopping": True}, f"the job of {chosen.name} was asked to stop")
    output.note("it ends when the replies in flight are in; run the same `assistant prelabel` to resume")


def _show(output: Output, found: RunComparison) -> None:
    old, new, changes = found.old, found.new, found.changes
    total = sum(changes.changed.values())
    compared = total + changes.same
    pairs = [(_words(before), _words(after), count) for (before, after), count in changes.changed.items()]
    rows = [(one.item_id, _words(one.old), _words(one.new), one.text[:70]) for one in found.items]
    differing = _differing(old, new)
    data = {
        "old": old.name,
        "new": new.name,
        "differing": differing,
        "compared": compared,
        "same": changes.same,
        "changed": [{"old": before, "new": after, "items": count} for before, after, count in pairs],
        "only_old": changes.only_old,
        "only_new": changes.only_new,
        "items": [{"item_id": name, "old": before, "new": after, "text": text} for name, before, after, text in rows],
    }
    share = f" ({total / compared:.1%})" if compared else ""
    why = "; ".join(differing) or "only parameters differ"
    output.result(
        data,
        f"{total:,} of {compared:,} answers differ{share} between {old.name} and {new.name}; {why}",
        *([table((old.name, new.name, "items"), pairs)] if pairs else []),
        *([table(("item", old.name, new.name, "text"), rows)] if rows else []),
    )
    if changes.only_old or changes.only_new:
        output.note(f"not compared: {changes.only_old:,} only in {old.name}, {changes.only_new:,} only in {new.name}")


def _differing(old: Run, new: Run) -> list[str]:
    parts = (
        ("prompt", old.prompt, new.prompt),
        ("policy", old.policy, new.policy),
        ("model", old.model, new.model),
        ("replicate", old.replicate, new.replicate),
    )
    return [f"{what}: {before} -> {after}" for what, before, after in parts if before != after]


def _words(answer: tuple[str, ...] | None) -> str:
    return "failed" if answer is None else "|".join(answer) or "none"
