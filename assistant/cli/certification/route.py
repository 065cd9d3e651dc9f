"""`assistant route`: who looks at what, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.certification.route_item import show_item
from assistant.cli.certification.trusted import trusted_facts, trusted_notes
from assistant.cli.left_out_words import note_left_out
from assistant.cli.options import HERE, JsonOption, RunOption, WorkspaceOption, open_workspace, takes_population
from assistant.cli.output import Output, media_words, table
from assistant.domain.populations import PopulationChoice

if TYPE_CHECKING:
    from assistant.application.routing.route_plan import RoutePlan
    from assistant.trust.certificates.monitoring_plan import MonitoringPlan

_LEAST_REVIEWS = 4  # `routing.capacity.LEAST_REVIEWS`, which costs an import; a test holds them together


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("route")(route)


@takes_population
def route(
    run: RunOption = None,
    capacity: Annotated[
        int | None, typer.Option(min=_LEAST_REVIEWS, help="Review capacity; the rest is put on hold.")
    ] = None,
    explain: Annotated[
        str | None, typer.Option(metavar="ITEM", help="Show the rules for one item; write nothing.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(show_default="[routing] seed", help="Another one draws a new round.")
    ] = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
    *,
    population: PopulationChoice,
) -> None:
    """Route every item by calibrated confidence: auto-accept, single review, double review or expert review.

    Items that the newest certificate covers are auto-accepted; a sample of them is drawn for monitoring.
    The first rule that matches decides; its name is the reason. The same command again changes nothing.

    Example: assistant route --capacity 2000
    """
    from assistant.application.labeling.populations import find_run_about
    from assistant.application.routing.explain_route import explain_item
    from assistant.application.routing.media_items import send_unseen_to_people
    from assistant.application.routing.route_run import RouteOptions, keep_routes, plan_routes

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        found = find_run_about(opened, run, population)
        if explain is not None:
            show_item(output, explain, explain_item(opened, found, explain, RouteOptions(capacity, seed)))
            return
        if mended := send_unseen_to_people(opened, found):
            output.note(f"{media_words(mended)}; stored routes auto-accepted them; not any more")
        plan = plan_routes(opened, found, RouteOptions(capacity, seed))
        written = keep_routes(opened, plan)
        note_left_out(output, opened)
    _show_plan(output, plan, written, capacity)


def _show_plan(output: Output, plan: RoutePlan, written: int, capacity: int | None) -> None:
    accepted, wrong = plan.accepted
    work = plan.work
    rows = plan.rows()
    data: dict[str, Any] = {
        "run": plan.trusted.run.name,
        **trusted_facts(plan.trusted),
        "round": plan.round.number,
        "repeated": plan.repeated,
        "seed": plan.items.seed,
        "items": len(plan.items),
        "written": written,
        "routes": [row._asdict() for row in rows],
        "accepted": accepted,
        "expected_errors": wrong,
        "reviews": work.reviews,
        "monitored": work.monitored,
        "monitoring": None if plan.monitoring is None else plan.monitoring.as_json(plan.drawn),
        "scored_later": len(plan.later.scores),
        "not_as_certified": len(plan.later.strange),
        "capacity": capacity,
        "drawn_from_waiting": work.drawn,
        "waiting": work.waiting,
        "waiting_expected_errors": work.expected_errors,
        "waiting_without_confidence": work.without_confidence,
    }
    shown = [
        (one.route, one.reason, f"{one.items:,}", f"{one.share:.1%}", _rounded(one.expected_errors)) for one in rows
    ]
    output.result(
        data,
        f"run {plan.trusted.run.name}, round {plan.round.number}: {len(plan.items):,} items",
        "",
        table(("route", "reason", "items", "share", "model wrong (expected)"), shown),
        "",
        *_sums(plan, accepted, wrong),
    )
    for line in (*trusted_notes(plan.trusted), *plan.later.notes, *monitoring_notes(plan.monitoring)):
        output.note(line)
    if any(one.reason == "policy_changed" for one in rows):
        output.note(
            f"the policy has changed since certificate {data['certificate']} was issued: nothing is auto-accepted under"
            " it: a random sample labeled under the new policy certifies again, in a new run"
        )
    if plan.later.scores:
        output.note(f"{len(plan.later.scores):,} items came after the certificate; its own classifier has scored them")
    if not written:
        output.note("nothing has changed since the last time")
    if work.reviews or work.waiting:
        output.next_step("assistant enqueue", "creates tasks in the reviewers' queue; then assistant serve")
    else:
        output.next_step("assistant settle", "writes the final labels")


def monitoring_notes(plan: MonitoringPlan | None) -> list[str]:
    """What a share that was set misses."""
    if plan is None or not plan.chosen or plan.share * plan.accepted >= plan.needed:
        return []
    return [
        f"[routing] monitor_share is set to {plan.share:g}: without it {plan.needed:,} of the accepted items are drawn,"
        f" and notice {plan.in_words(plan.needed)}"
    ]


def _rounded(value: float | None) -> str:
    return "-" if value is None else f"{value:,.1f}"


def _sums(plan: RoutePlan, accepted: int, wrong: float) -> list[str]:
    work = plan.work
    lines = [f"{work.reviews:,} reviews, {work.monitored:,} of them of accepted items, to keep testing the certificate"]
    if plan.monitoring is not None:
        lines.append(f"monitoring {plan.monitoring.drawn(plan.drawn)}")
    if accepted:
        lines.append(
            f"{accepted:,} accepted, of which about {wrong:,.1f} ({wrong / accepted:.1%}) are expected to be wrong"
        )
    if work.waiting:
        share = f"{work.expected_error_share:.1%}" if work.expected_error_share is not None else "-"
        unknown = f", {work.without_confidence:,} of unknown confidence among them" if work.without_confidence else ""
        lines.append(
            f"{work.waiting:,} are on hold (no review capacity); without review about {work.expected_errors:,.1f}"
            f" ({share}) would be wrong{unknown}; {work.drawn:,} were drawn to measure that"
        )
    return lines
