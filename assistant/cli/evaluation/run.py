"""`assistant eval run`: a suite's variants asked what they have not answered yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.labeling.export import money
from assistant.cli.labeling.job_session import ask_before_spending, work_through
from assistant.cli.left_out_words import note_left_out
from assistant.cli.next_command import this_command
from assistant.cli.options import HERE, JsonOption, WorkspaceOption, YesOption, open_workspace
from assistant.cli.output import EXIT_SOME_FAILED, Output, table

if TYPE_CHECKING:
    from assistant.application.evaluation.run import VariantSession, VariantState
    from assistant.application.evaluation.snapshots import FrozenSuite
    from assistant.prelabel.estimate import CostEstimate

SuiteArgument = Annotated[
    str, typer.Argument(help="A suite's name or its .toml file; assistant eval list  shows them.")
]


def run(
    suite: SuiteArgument,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print calls, tokens and cost; send nothing.")] = False,
    yes: YesOption = False,
    budget: Annotated[
        float | None, typer.Option(min=0, help="Stop before this command has cost so many US$, all variants together.")
    ] = None,
    concurrency: Annotated[int | None, typer.Option(min=1, help="Requests in flight at once.")] = None,
    rpm: Annotated[float | None, typer.Option(min=0.01, help="Requests per minute at the most.")] = None,
    tpm: Annotated[float | None, typer.Option(min=1, help="Tokens per minute at the most.")] = None,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Retry failed items.")] = False,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Ask a suite's variants what they have not answered yet; freezes its data the first time, but for --dry-run.

    Nothing is asked twice: what production asked in the very same way is read again. Production's runs, routes and
    exports stay as they are. Exit status: 0 all answered, 3 some failed, 4 stopped by the budget, 130 by Ctrl-C.

    Example: assistant eval run evals/prompts.toml --dry-run
    """
    from assistant.application.evaluation.run import SuiteRun
    from assistant.application.evaluation.snapshots import changes_since, freeze_or_open
    from assistant.application.evaluation.suites import find_suite
    from assistant.application.labeling.work import JobChoice
    from assistant.reports.reasons.worded import english

    output = Output(as_json=as_json)
    choice = JobChoice(
        concurrency=concurrency,
        budget=budget,
        requests_per_minute=rpm,
        tokens_per_minute=tpm,
        retry_failed=retry_failed,
        dry_run=dry_run,
    )
    with open_workspace(workspace) as opened:
        frozen = freeze_or_open(opened, find_suite(opened, suite), dry_run=dry_run)
        note_left_out(output, opened)
        fresh = "would be frozen" if dry_run else "frozen"
        told = frozen_words(frozen, fresh) if frozen.fresh else list(map(english, changes_since(opened, frozen)))
        for line in told:
            output.note(line)
        going = SuiteRun(opened, frozen, choice)
        going.prepare(output.note)
        for line in going.notes():
            output.note(line)
        if dry_run:
            _show_estimates(output, frozen, going.estimates())
            return
        ask_before_spending(output, going.confirm_above_usd, going.estimated_usd, yes=yes)
        waiting = ((_title(one), one.session) for one in going.sessions if one.session.waiting())
        status = work_through(output, waiting)
        states = going.states()
    _show_states(output, frozen, states)
    if status or any(state.failed for state in states):
        raise typer.Exit(status or EXIT_SOME_FAILED)


def frozen_words(frozen: FrozenSuite, what: str = "frozen") -> list[str]:
    """What was frozen, and what was not and why."""
    from assistant.reports.reasons.in_files import written
    from assistant.reports.reasons.worded import english

    snapshot = frozen.snapshot
    answers = sum(len(item.answers) for item in snapshot.items)
    groups = len({item.group for item in snapshot.items})
    return [
        f"{what}: {len(snapshot.items):,} items in {groups:,} groups with {answers:,} human labels,"
        f" identity {frozen.digest}",
        *(f"left out: {count:,} {written(reason)}" for reason, count in snapshot.excluded.items()),
        *map(english, snapshot.notes),
    ]


def _title(one: VariantSession) -> str:
    repeat = f", repeat {one.repeat + 1}" if one.repeat else ""
    return f"{one.variant.name}{repeat}: {one.session.prompt.ref} on {one.session.model_spec}"


def _show_estimates(output: Output, frozen: FrozenSuite, told: list[tuple[VariantSession, CostEstimate]]) -> None:
    from assistant.prelabel.estimate import total_usd

    rows: list[dict[str, Any]] = [
        {
            "variant": one.variant.name,
            "repeat": one.repeat,
            "model": one.session.model_spec,
            "calls": made.calls,
            "prompt_tokens": made.prompt_tokens,
            "completion_tokens": made.completion_tokens,
            "cost_usd": made.cost_usd,
        }
        for one, made in told
    ]
    total = total_usd(made for _, made in told)
    calls = sum(made.calls for _, made in told)
    data = {"suite": frozen.suite.name, "data": frozen.digest, "calls": calls, "cost_usd": total, "variants": rows}
    columns = ("variant", "repeat", "model", "calls", "prompt tokens", "reply tokens", "cost")
    shown = [(*list(row.values())[:-1], money(row["cost_usd"])) for row in rows]
    output.result(data, f"{calls:,} calls, {money(total)}", *([table(columns, shown)] if shown else []))
    output.next_step(this_command({"--dry-run": 0}), "runs them")


def _show_states(output: Output, frozen: FrozenSuite, states: list[VariantState]) -> None:
    rows = [
        {
            "variant": one.variant,
            "repeat": one.repeat,
            "run": one.run,
            "items": one.items,
            "answered": one.answered,
            "failed": one.failed,
            "asked": one.asked,
            "cost_usd": one.cost_usd,
        }
        for one in states
    ]
    columns = ("variant", "repeat", "run", "items", "answered", "failed", "sent now", "cost of the answers")
    shown = [(*list(row.values())[:-1], money(one.cost_usd)) for row, one in zip(rows, states, strict=True)]
    data = {"suite": frozen.suite.name, "data": frozen.digest, "variants": rows}
    output.result(data, *([table(columns, shown)] if shown else ["no variant of this suite needs a model"]))
    names = [one.name for one in frozen.suite.variants]
    if len(names) > 1:
        command = f"assistant eval compare {names[0]} {names[1]} --suite {frozen.suite.name}"
        output.next_step(command, "which of them is better?")
