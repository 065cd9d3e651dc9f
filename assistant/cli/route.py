"""`assistant route`: who looks at what, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.options import HERE, JsonOption, RunOption, WorkspaceOption
from assistant.cli.output import Output, table

if TYPE_CHECKING:
    from assistant.trust.monitoring_plan import MonitoringPlan
    from assistant.wiring.trust.machine import Trusted
    from assistant.wiring.trust.route_plan import RoutePlan

_LEAST_REVIEWS = 4  # `routing.capacity.LEAST_REVIEWS`, which costs an import; a test holds them together


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("route")(route)


def route(
    run: RunOption = None,
    capacity: Annotated[
        int | None, typer.Option(min=_LEAST_REVIEWS, help="Reviews people have time for; the rest waits.")
    ] = None,
    explain: Annotated[
        str | None, typer.Option(metavar="ITEM", help="Show the rules for one item; write nothing.")
    ] = None,
    seed: Annotated[int | None, typer.Option(show_default="[routing] seed", help="Of every draw.")] = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Decide for every item who looks at it: nobody, one reviewer, two, or an expert, by calibrated confidence.

    What the newest certificate lets leave is accepted, and a few of it are drawn for people to keep testing it.
    The first rule that matches decides; its name is the reason. The same command again changes nothing.

    Example: assistant route --capacity 2000
    """
    from assistant.wiring.trust.routing import Choice, keep_routes, plan_routes
    from assistant.wiring.workspace import Workspace

    output = Output(as_json=as_json)
    with Workspace.open(workspace) as opened:
        plan = plan_routes(opened, opened.runs.find(run), Choice(capacity, seed))
        if explain is not None:
            _show_item(output, plan, explain)
            return
        written = keep_routes(opened, plan)
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
        table(("route", "reason", "items", "share", "machine wrong (expected)"), shown),
        "",
        *_sums(plan, accepted, wrong),
    )
    for line in (*trusted_notes(plan.trusted), *plan.later.notes, *monitoring_notes(plan.monitoring)):
        output.note(line)
    if any(one.reason == "policy_changed" for one in rows):
        output.note(
            f"the policy has changed since certificate {data['certificate']} was issued, and nothing is accepted by it:"
            " a random sample labelled by the new one certifies again, in a run of its own"
        )
    if plan.later.scores:
        output.note(f"{len(plan.later.scores):,} items came after the certificate; its own classifier has scored them")
    if not written:
        output.note("nothing has changed since the last time")
    if work.reviews or work.waiting:
        output.next_step("assistant enqueue", "puts them into the reviewers' queue; then assistant serve")
    else:
        output.next_step("assistant settle", "writes the final labels")


def monitoring_notes(plan: MonitoringPlan | None) -> list[str]:
    """What a share that was set misses."""
    if plan is None or not plan.chosen or plan.share * plan.accepted >= plan.needed:
        return []
    return [
        f"[routing] monitor_share is set to {plan.share:g}: without it {plan.needed:,} of the accepted items are drawn,"
        f" and notice {plan.told(plan.needed)}"
    ]


def _rounded(value: float | None) -> str:
    return "-" if value is None else f"{value:,.1f}"


def _sums(plan: RoutePlan, accepted: int, wrong: float) -> list[str]:
    work = plan.work
    lines = [f"{work.reviews:,} reviews, {work.monitored:,} of them of accepted items, to keep testing the certificate"]
    if plan.monitoring is not None:
        lines.append(f"monitoring {plan.monitoring.drawn(plan.drawn)}")
    if accepted:
        lines.append(f"{accepted:,} accepted, of which about {wrong:,.1f} ({wrong / accepted:.1%}) are expected wrong")
    if work.waiting:
        share = f"{work.expected_error_share:.1%}" if work.expected_error_share is not None else "-"
        unknown = f", {work.without_confidence:,} of unknown confidence among them" if work.without_confidence else ""
        lines.append(
            f"{work.waiting:,} wait: people have no time for them; left as they are about {work.expected_errors:,.1f}"
            f" ({share}) would be wrong{unknown}; {work.drawn:,} were drawn to measure that"
        )
    return lines


def trusted_facts(trusted: Trusted) -> dict[str, Any]:
    """Certificate and fit for programs."""
    certificate = trusted.certificate
    return {
        "certificate": None if certificate is None else certificate.id,
        "standing": None if trusted.standing is None else trusted.standing.value,
        "fit": None if trusted.fit is None else trusted.fit.id,
    }


def trusted_notes(trusted: Trusted) -> list[str]:
    """Why the machine's labels may or may not leave, in words."""
    run, certificate = trusted.run.name, trusted.certificate
    if certificate is None:
        return [
            f"{run} has no certificate: nothing is accepted, everything goes to people by the rules",
            *(f"certificate {one.id} is about run r{one.run_id}, and not about {run}" for one in trusted.elsewhere),
        ]
    if trusted.standing_certificate is None:
        why = "fresh labels contradict it" if trusted.standing == "broken" else "it was taken back"
        return [f"certificate {certificate.id} of {run} is {trusted.standing}: {why}, and nothing is accepted by it"]
    return [f"certificate {certificate.id}: {certificate.statement.get('sentence', 'stands')}"]


def _show_item(output: Output, plan: RoutePlan, item_id: str) -> None:
    told = plan.explain(item_id)
    rules = [
        {
            "rule": one.rule,
            "why": one.why,
            "route": one.route.value,
            "matched": one.matched,
            "decides": one.decides,
            "facts": {name: plain(value) for name, value in one.facts.items()},
        }
        for one in told.rules
    ]
    decision = {
        "route": told.decision.route.value,
        "reason": told.decision.reason,
        "doubts": list(told.decision.doubts),
        "inclusion_probability": told.decision.inclusion_probability,
        "seed": told.decision.seed,
    }
    data = {
        "item_id": item_id,
        "run": plan.trusted.run.name,
        **trusted_facts(plan.trusted),
        "round": plan.round.number,
        "labels": None if told.labels is None else list(told.labels),
        "confidence": plain(told.confidence),
        "rules": rules,
        "decision": decision,
        "stored": told.stored is not None,
    }
    rows = [
        ("->" if one.decides else "yes" if one.matched else "", one.rule, one.route.value, _facts(one.facts))
        for one in told.rules
    ]
    why = next(one.why for one in told.rules if one.decides)
    answer = "none" if told.labels is None else "|".join(told.labels) or "no label"
    output.result(
        data,
        f"item {item_id} in run {plan.trusted.run.name}: the machine's answer is {answer}",
        "",
        table(("", "rule", "route", "what it looked at"), rows),
        "",
        f"{told.decision.route.value}, by {told.decision.reason}: {why}",
        f"a person sees it with probability {told.decision.inclusion_probability:.4g}",
    )
    for line in trusted_notes(plan.trusted):
        output.note(line)
    if told.stored != told.decision:
        output.note("this is what it would be now; the route that is stored is another, or there is none")
        output.next_step("assistant route", "writes it")


def plain(value: Any) -> Any:
    """A fact as JSON has it: what is not a number is null."""
    if isinstance(value, tuple):
        return list(value)
    return None if isinstance(value, float) and value != value else value  # noqa: PLR0124 - true of NaN alone


def _facts(facts: Any) -> str:
    return ", ".join(f"{name} {_fact(value)}" for name, value in facts.items())


def _fact(value: Any) -> str:
    if isinstance(value, tuple):
        return "|".join(value) or "none"
    if isinstance(value, float):
        return "unknown" if plain(value) is None else f"{value:.4g}"
    return str(value).lower()
