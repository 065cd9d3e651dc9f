"""`assistant prompts propose`: a drafted prompt or policy, measured on items its author never saw."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.labeling.job_session import ask_before_spending, work_through
from assistant.cli.left_out_words import note_left_out
from assistant.cli.options import HERE, JsonOption, WorkspaceOption, YesOption, open_workspace
from assistant.cli.output import Output
from assistant.cli.progress import Counting
from assistant.errors import InvalidValueError

if TYPE_CHECKING:
    from assistant.application.optimization.choice import Forecast
    from assistant.application.optimization.measure import Measurement
    from assistant.application.optimization.session import ProposalSession
    from evals.proposals.draft import DraftKind
    from evals.proposals.drafting import Drafted


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command("propose")(propose)


def propose(
    suite: Annotated[str, typer.Argument(help="A frozen suite: its name or its file.")],
    variant: Annotated[str, typer.Option(help="The variant in use, which the draft is to improve.")],
    kind: Annotated[str | None, typer.Option(help="prompt or policy.", show_default="what the analysis blames")] = None,
    dev_share: Annotated[float, typer.Option(help="Share of the items to draft from; the others measure.")] = 0.5,
    seed: Annotated[int, typer.Option(min=0, help="Of the split.")] = 0,
    drafter: Annotated[
        str | None, typer.Option(help="The model that drafts, e.g. openai:NAME.", show_default="the setting")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="File of the draft.", show_default="beside the present one")] = None,
    concurrency: Annotated[int | None, typer.Option(min=1, help="Requests in flight at once.")] = None,
    budget: Annotated[float | None, typer.Option(min=0, help="Stop before this has cost so many US$.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print calls and cost; send nothing.")] = False,
    yes: YesOption = False,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Draft a better prompt or a clearer policy from one part of a suite's items, and measure it on the other part.

    The draft is written beside the present text and not put into use. Nothing is asked twice.

    Exit status: 0 measured, whatever the verdict; 4 stopped by the budget, 130 stopped by Ctrl-C, 1 error.

    Example: assistant prompts propose moderation --variant present --drafter openai:gpt-4o
    """
    import asyncio

    from assistant.application.optimization.choice import ProposalChoice
    from assistant.application.optimization.files import place_draft
    from assistant.application.optimization.measure import Measurement
    from assistant.application.optimization.session import ProposalSession
    from assistant.cli.evaluation.propose_words import show_forecast, show_proposal

    output = Output(as_json=as_json)
    choice = ProposalChoice(suite, variant, _kind(kind), dev_share, seed, drafter, out, budget)
    with open_workspace(workspace) as opened:
        note_left_out(output, opened)
        with Counting(output, "looking into the disagreements"):
            session = ProposalSession(opened, choice)
        kept = asyncio.run(session.recall())
        forecast = session.forecast(drafted=kept is not None)
        if dry_run:
            show_forecast(output, session, forecast)
            return
        if kept is None:
            ask_before_spending(output, session.confirm_above_usd, lambda: forecast.total_usd, yes=yes)
        drafted = kept or _draft(output, session, forecast)
        placed = place_draft(opened, drafted.draft, session.present_path, out)
        measurement = Measurement(session, placed, concurrency)
        status = _measure(output, session, measurement, yes=yes or kept is None)
        if not status:
            show_proposal(output, session, drafted, placed, measurement, workspace)
    if status:
        raise typer.Exit(status)


def _kind(name: str | None) -> DraftKind | None:
    from evals.proposals.draft import DraftKind

    if name is None:
        return None
    try:
        return DraftKind(name)
    except ValueError:
        raise InvalidValueError("draft_kind_unknown", field="kind", kind=name) from None


def _draft(output: Output, session: ProposalSession, forecast: Forecast) -> Drafted:
    import asyncio

    from assistant.cli.evaluation.propose_words import forecast_sentence

    output.note(forecast_sentence(session, forecast))
    with Counting(output, f"{session.drafter} drafts"):
        return asyncio.run(session.draft())


def _measure(output: Output, session: ProposalSession, measurement: Measurement, *, yes: bool) -> int:
    """Ask what the draft has not answered yet; returns the exit status, 0 when all is answered."""
    waiting = measurement.prepare(output.note)
    if waiting:
        ask_before_spending(output, session.confirm_above_usd, measurement.estimated_usd, yes=yes)
    return work_through(output, (("", one) for one in waiting))
