"""`assistant prelabel`: the batch job, and what it would cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.error_words import error_words
from assistant.cli.labeling.export import advise_people, money, show_totals, totals_as_dict
from assistant.cli.labeling.job_progress import JobDisplay
from assistant.cli.labeling.job_session import ask_before_spending, run_session
from assistant.cli.left_out_words import note_left_out
from assistant.cli.next_command import this_command
from assistant.cli.options import HERE, JsonOption, WorkspaceOption, YesOption, open_workspace, takes_population
from assistant.cli.output import EXIT_BUDGET, EXIT_INTERRUPTED, EXIT_SOME_FAILED, Output, media_words
from assistant.domain.populations import PopulationChoice
from assistant.errors import AssistantError

if TYPE_CHECKING:
    from assistant.application.labeling.session import RunSession
    from assistant.application.review.fill_queue import ForPeople
    from assistant.prelabel.estimate import CostEstimate


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command("prelabel")(prelabel)


@takes_population
def prelabel(
    prompt: Annotated[str | None, typer.Option(help="Prompt as name or name@version.")] = None,
    model: Annotated[str | None, typer.Option(help="local, openai:NAME, PROVIDER:NAME or replay:FILE.")] = None,
    concurrency: Annotated[int | None, typer.Option(min=1, help="Requests in flight at once.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Item limit: stop after so many items.")] = None,
    budget: Annotated[float | None, typer.Option(min=0, help="Stop before the run has cost so many US$.")] = None,
    rpm: Annotated[float | None, typer.Option(min=0.01, help="Requests per minute at the most.")] = None,
    tpm: Annotated[float | None, typer.Option(min=1, help="Tokens per minute at the most.")] = None,
    replicate: Annotated[int, typer.Option(min=0, help="Run all items again as repeat number N.")] = 0,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Retry failed items.")] = False,
    record: Annotated[str | None, typer.Option(help="Also write every reply to this file, for replay:FILE.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print calls, tokens and cost; send nothing.")] = False,
    yes: YesOption = False,
    job: Annotated[int | None, typer.Option(hidden=True)] = None,
    known_population: Annotated[str | None, typer.Option("--population", hidden=True)] = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
    *,
    population: PopulationChoice,
) -> None:
    """Label all unlabeled items with a model. The same command resumes a stopped or killed job.

    With --batch, --where or --ids the run is about these items alone: sampled, certified and exported on its own.

    --dry-run estimates calls, tokens and cost, and writes nothing.

    Exit status: 0 all labeled, 3 some failed, 4 stopped by the budget, 130 stopped by Ctrl-C, 1 error.

    Example: assistant prelabel --model openai:gpt-4o-mini --budget 20
    """
    import asyncio

    from assistant.application.labeling.running_jobs import registered
    from assistant.application.labeling.session import RunSession
    from assistant.application.labeling.work import JobChoice
    from assistant.application.review.fill_queue import for_people

    output = Output(as_json=as_json)
    choice = JobChoice(
        prompt,
        model,
        concurrency,
        limit,
        budget,
        rpm,
        tpm,
        replicate,
        retry_failed=retry_failed,
        record=record,
        dry_run=dry_run,
        population=population if known_population is None else PopulationChoice(known=known_population),
    )
    with open_workspace(workspace) as opened:
        note_left_out(output, opened)
        session = RunSession(opened, choice)
        if dry_run:
            session.prepare(output.note)
            _show_estimate(output, session, session.estimate())
            return
        with registered(opened, session.run, job, session.stop_from_elsewhere):
            session.prepare(output.note)
            ask_before_spending(output, session.confirm_above_usd, lambda: session.estimate().cost_usd, yes=yes)
            with JobDisplay(output, session.progress) as display:
                stopped = asyncio.run(run_session(session, display))
        status = _show_result(output, session, stopped, partial(for_people, opened, session.run))
    if status:
        raise typer.Exit(status)


def _show_estimate(output: Output, session: RunSession, told: CostEstimate) -> None:
    data = {
        "run": session.run.name or None,
        "calls": told.calls,
        "prompt_tokens": told.prompt_tokens,
        "completion_tokens": told.completion_tokens,
        "cost_usd": told.cost_usd,
        "sampled_items": told.sampled,
        "truncated_in_sample": told.truncated,
        "with_media": (media := session.with_media()),
    }
    output.result(
        data,
        f"{told.calls:,} calls to {session.model_spec} with {session.prompt.ref},"
        f" {f'in run {session.run.name}' if session.run.name else 'in a new run'}",
        f"about {told.prompt_tokens:,} prompt and {told.completion_tokens:,} reply tokens"
        f" (estimated on {told.sampled:,} items), {money(told.cost_usd)}",
    )
    if media:
        output.note(media_words(media))
    if told.truncated:
        output.note(f"{told.truncated} of {told.sampled} sampled items are too long to be shown whole")
    output.next_step(this_command({"--dry-run": 0}), "does it")


def _show_result(
    output: Output, session: RunSession, stopped: AssistantError | None, work: Callable[[], ForPeople]
) -> int:
    progress, totals = session.progress, session.totals()
    data: dict[str, Any] = {
        "run": session.run.name,
        **totals_as_dict(totals),
        "session": {
            "labelled": progress.labelled,
            "failed": progress.failed,
            "shared": progress.shared,
            "recovered_replies": progress.recovered,
            "control_questions": progress.controls,
            "unseen": asdict(session.unseen),
            "seconds": round(progress.seconds, 2),
            "retries": session.retries(),
            "stopped_by": "budget" if stopped else "interrupt" if session.interrupted else None,
        },
    }
    output.result(data, *show_totals(session.run, totals))
    if retries := session.retries():
        output.note("retries by reason: " + ", ".join(f"{name} {count:,}" for name, count in retries.items()))
    if unseen := session.unseen.attempts:
        tokens, cost = session.unseen.tokens, session.unseen.cost_usd
        output.note(
            f"{unseen:,} attempts brought no answer and may still be billed: at most {tokens:,} tokens"
            + ("" if cost is None else f", {money(cost)}")
            + "; they are in no other figure"
        )
    if progress.controls:
        output.note(
            f"control requests sent because items were refused:  {progress.controls:,}; the server answered them, so"
            " the items were at fault"
        )
    if stopped is not None:
        output.note(str(error_words(stopped)))
        return EXIT_BUDGET
    if session.interrupted:
        output.note("stopped; run the same command to resume")
        return EXIT_INTERRUPTED
    if totals.statuses.get("failed"):
        output.next_step(f"assistant status --run {session.run.name}", "lists the items that failed, with the reason")
        output.note("the same command with --retry-failed retries them")
        return EXIT_SOME_FAILED
    if totals.statuses["pending"]:
        output.next_step(this_command({"--limit": 1, "--job": 1}), f"{totals.statuses['pending']:,} items to label")
    else:
        advise_people(output, work())
        output.next_step("assistant export labels.jsonl", "exports the labels")
    return 0
