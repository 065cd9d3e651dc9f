"""A certificate for people: the sentence first, then what it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from assistant.cli.certification.route import monitoring_notes
from assistant.cli.output import Output, table

if TYPE_CHECKING:
    from rich.table import Table

    from assistant.application.certification.check_certificate import MonitoringResult
    from assistant.application.routing.settlement import AutoAccepted
    from assistant.domain.certificates import IssuedCertificate
    from assistant.domain.statements import StatedBatch, StatedGroup, StatedLoss, Statement
    from assistant.trust.certificates.audit_cost import AuditCost
    from assistant.trust.certificates.monitoring_plan import MonitoringPlan

_CURVE = ("audit labels", "items that pass", "of these unseen")


def show_certificate(
    output: Output,
    issued: IssuedCertificate,
    left: AutoAccepted,
    *,
    prices: Sequence[AuditCost] = (),
    plan: MonitoringPlan | None = None,
) -> None:
    """Print a certificate, what really leaves under it, the curve where it was asked for, and how it is monitored."""
    said = issued.statement
    curve = [asdict(one) for one in prices]
    data = {
        "certificate": issued.id,
        "issued_at": issued.created_at,
        **said.as_json(),
        "leaving": asdict(left),
        "curve": curve,
    }
    data["monitoring"] = None if plan is None else plan.as_json(plan.expected)
    parts: list[str | Table] = [f"certificate {issued.id} of {said.run.name}: {said.sentence}"]
    parts += [table(("", "items"), _facts(said, left))]
    if said.groups:
        parts.append(_groups(said.groups, said.by or ""))
    if said.batches:
        parts.append(_batches(said.batches))
    if said.losses:
        parts.append(_losses(said.losses, said.allowed or 0, said.confidence))
    if prices:
        parts.append(table(_CURVE, [(one.audit_labels, one.passing, one.leaving) for one in prices]))
    if plan is not None:
        parts.append(f"monitoring {plan.drawn(plan.expected)}")
    output.result(data, *parts)
    for note in (*_notes(said), *monitoring_notes(plan)):
        output.note(note)
    output.next_step("assistant route", "assigns a route to every item")


def show_check(output: Output, checked: MonitoringResult) -> None:
    """Print what fresh labels say about a certificate, and what follows."""
    tested = checked.monitoring
    low, high = tested.interval or (None, None)
    data = {
        "certificate": checked.certificate.id,
        "run": checked.run,
        "standing": "broken" if checked.broken else "standing",
        "reason": tested.reason,
        "drawn": checked.drawn,
        "labels": tested.labels,
        "new": checked.new,
        "waiting": checked.waiting,
        "permitted": tested.max_error,
        "error_share": tested.error_share,
        "interval": None if low is None else [low, high],
        "more_labels": tested.more_labels,
        "monitoring": checked.plan.as_json(tested.labels),
    }
    which = f"certificate {checked.certificate.id} of {checked.run}"
    verb = "is broken" if checked.broken else "stands"
    output.result(
        data,
        f"{which} {verb}: {tested.reason}",
        f"{checked.new:,} new labels; {checked.waiting:,} of {checked.drawn:,} items drawn to test it have none yet",
        f"{tested.labels:,} labels notice {checked.plan.in_words(tested.labels)}",
    )
    if checked.broken:
        output.next_step(
            "assistant route", "nothing more is auto-accepted under this certificate: the rest goes to review"
        )
    elif checked.waiting:
        output.next_step("assistant check", "again, once more of these are labeled blind")


def curve_words(prices: Sequence[AuditCost]) -> list[str]:
    """The price of certainty, a line each size of audit."""
    if not prices:
        return []
    rows = [f"  {one.audit_labels:>7,}   {one.passing:>9,}   {one.leaving:>9,}" for one in prices]
    return ["expected outcome of an audit:", "   labels        pass   of these unseen", *rows]


def _facts(said: Statement, left: AutoAccepted) -> list[tuple[str, str]]:
    labels, answers = said.labels, said.answers or 0
    sent = sum(left.routes.values())
    rows = [
        ("can be auto-accepted", said.accepted if sent or left.people else 0),
        ("  sent to review anyway: tied, severe, or human review required", sent),
        ("  labeled by a person since", left.people),
        ("auto-accepted without review", left.machine),
        ("labeled by people", labels["total"]),
        ("  human answers behind these", answers if answers > labels["total"] else 0),
        *((f"  drawn to {name}", count) for name, count in labels.items() if name not in {"total", "other"}),
        ("  labeled for other reasons", labels["other"]),
        ("still to be labeled by people", said.left),
    ]
    return [(what, f"{count:,}") for what, count in rows if count]


def _groups(groups: Sequence[StatedGroup], by: str) -> Table:
    rows = [(one.group, one.population, one.accepted, one.errors, one.reason or "certified") for one in groups]
    return table((by, "items", "leave", "errors met", ""), rows)


def _batches(batches: Sequence[StatedBatch]) -> Table:
    rows = [
        (
            one.batch,
            one.population,
            one.passed,
            one.errors,
            "by itself, too" if one.guaranteed else "with the others only",
        )
        for one in batches
    ]
    return table(("batch", "items", "pass", "errors met", "guaranteed"), rows)


def _losses(losses: Mapping[str, StatedLoss], allowed: int, confidence: float) -> Table:
    """Bounds by kind; one that is wider than the promise on all kinds together would only confuse."""
    rows = [
        (name, f"{bound.upper_share_of_batch:.2%}", f"{bound.upper:,.1f}")
        if bound.upper < allowed
        else (name, "within the guarantee", f"{allowed:,}")
        for name, bound in losses.items()
    ]
    return table(("at most", "of the batch", "items"), rows, title=f"all with {confidence:.0%} confidence together")


def _notes(said: Statement) -> list[str]:
    notes = []
    if said.unknown_blindness:
        notes.append(f"of {said.unknown_blindness:,} imported labels: unknown whether they were given blind")
    if said.changed:
        notes.append(
            f"{said.changed:,} certifying labels were changed after they were given, or are now tied"
            ": the first answers count, and each counts as a model error"
        )
    if len(said.policies) > 1:
        notes.append(f"the policy changed during labeling: {', '.join(said.policies)}")
    if said.tied:
        notes.append(f"{said.tied:,} ties: these items have no label yet")
    if said.in_part:
        notes.append(f"on {said.in_part:,} items some categories are unknown: an incomplete label is no vote")
    if said.assisted:
        notes.append(f"on {said.assisted:,} items answers given with the model's answer in sight did not count")
    if failed := [one.group for one in said.groups if not one.certified]:
        notes.append(f"no guarantee for {', '.join(failed)}: these go to review")
    return notes
