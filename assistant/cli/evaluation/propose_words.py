"""What `assistant prompts propose` prints: the verdict first, then what changed and why, and how to adopt it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.cli.labeling.export import money
from assistant.cli.output import Output, table

if TYPE_CHECKING:
    from assistant.application.optimization.choice import Forecast
    from assistant.application.optimization.files import StoredDraft
    from assistant.application.optimization.measure import DraftFigures, Measurement
    from assistant.application.optimization.session import ProposalSession
    from evals.comparison.comparison import ChangedItem, Comparison
    from evals.proposals.drafting import Drafted

_EXCERPT = 60
_SHOWN = 10
_HEADLINES = {
    "better": "The draft is better than the prompt in use.",
    "worse": "The draft is worse than the prompt in use: don't adopt it.",
    "no worse than the margin": "The draft is no worse than the margin; it is not shown to be better.",
    "can't tell": "Inconclusive: these items don't show whether the draft is better.",
}


def forecast_sentence(session: ProposalSession, forecast: Forecast) -> str:
    """What drafting and measuring take."""
    parts = session.parts
    return (
        f"{session.drafter} drafts a {session.kind} from {len(parts.dev):,} items of the dev part "
        f"({money(forecast.drafting_usd)}); then {session.asking.model_spec} is asked about the {len(parts.test):,} "
        f"of the test part, {forecast.questions:,} questions at the most ({money(forecast.measuring_usd)})"
    )


def show_forecast(output: Output, session: ProposalSession, forecast: Forecast) -> None:
    """The dry run."""
    data = _setting(session) | {
        "questions": forecast.questions,
        "drafting_prompt_tokens": session.request.prompt_tokens,
        "drafting_usd": forecast.drafting_usd,
        "measuring_usd": forecast.measuring_usd,
        "cost_usd": forecast.total_usd,
        "messages": [{"role": one.role, "content": one.content} for one in session.request.messages],
    }
    shown = [f"[{one.role}]\n{one.content}\n" for one in session.request.messages]
    output.result(data, *shown, forecast_sentence(session, forecast))
    for note in _notes(session):
        output.note(note)


def show_proposal(
    output: Output,
    session: ProposalSession,
    drafted: Drafted,
    placed: StoredDraft,
    measurement: Measurement,
    folder: Path,
) -> None:
    """The draft, and what it is worth."""
    from assistant.cli.evaluation.adopt import adoption
    from evals.report.sentences import verdict_sentence

    measured = measurement.result()
    command, notes = adoption(session, placed, folder), [*_notes(session), *_looks(measured)]
    comparison = measured.comparison
    parts: list[Any] = [_HEADLINES[str(comparison.verdict)], verdict_sentence(comparison), "", "why:"]
    parts += [f"- {reason}" for reason in drafted.draft.reasons] or ["- the model gives no reasons"]
    parts += ["", *measurement.diff, "", *_changed(comparison), *_costs(session, comparison)]
    for note in notes:
        parts.append(f"note: {note}")
    parts += ["", f"written to {placed.path}, not in use", f"adopt it with: {command}"]
    output.result(
        _as_json(session, drafted, placed, measurement, measured) | {"notes": notes, "adopt": command}, *parts
    )


def _as_json(
    session: ProposalSession, drafted: Drafted, placed: StoredDraft, measurement: Measurement, measured: DraftFigures
) -> dict[str, Any]:
    from assistant.cli.evaluation.as_json import comparison_json

    draft = {
        "name": placed.name,
        "file": str(placed.path),
        "written": placed.fresh,
        "reasons": list(drafted.draft.reasons),
        "refused_before": list(drafted.faults),
        "diff": measurement.diff,
        "text": placed.source,
    }
    asked = sum(one.asked for one in measurement.sessions)
    cost = {
        "paid_usd": _paid(session),
        "drafting_usd": session.workspace.cost(session.drafter, session.paid),
        "asked": asked,
    }
    told = str(measured.comparison.verdict)
    return _setting(session) | {
        "headline": _HEADLINES[told],
        "verdict": told,
        "draft": draft,
        "comparison": comparison_json(measured.comparison),
        "looks": measured.looks,
        "cost": cost,
    }


def _setting(session: ProposalSession) -> dict[str, Any]:
    return {
        "suite": session.frozen.suite.name,
        "digest": session.frozen.digest,
        "variant": session.variant.name,
        "present": session.drafted_from[0],
        "kind": str(session.kind),
        "drafter": session.drafter,
        "seed": session.choice.seed,
        "dev_share": session.choice.dev_share,
        "dev_items": len(session.parts.dev),
        "test_items": len(session.parts.test),
        "findings": len(session.request.told.findings),
    }


def _notes(session: ProposalSession) -> list[str]:
    told, notes = session.request.told, []
    if told.left_out:
        notes.append(f"{told.left_out:,} more findings were not given to the model: they are weaker, or didn't fit")
    if told.not_to_fit:
        notes.append(
            f"{told.not_to_fit:,} findings were not given to the model: probable root cause is reviewers or content"
        )
    if session.hidden:
        notes.append(f"{session.hidden:,} examples were not shown: they share a passage with an item of the test part")
    return notes


def _looks(measured: DraftFigures) -> list[str]:
    if measured.looks < 2:
        return []
    return [
        f"{measured.looks:,} drafts were measured on this test part: the best of several looks better than it is; "
        "have new items labeled before you trust a close result"
    ]


def _changed(comparison: Comparison) -> list[Any]:
    shown: list[Any] = [
        f"fixed {comparison.fixed:,}, broken {comparison.broken:,} of {comparison.n_pairs:,} items of the test part"
    ]
    for title, items in (("fixed", comparison.fixed_items), ("broken", comparison.broken_items)):
        if items:
            shown += ["", _items(title, items)]
    return [*shown, ""]


def _items(title: str, items: Sequence[ChangedItem]) -> Any:
    rows = [(one.id, one.people, one.baseline, one.candidate, one.text[:_EXCERPT]) for one in items[:_SHOWN]]
    return table(("item", "people", "in use", "draft", "text"), rows, title=title)


def _costs(session: ProposalSession, comparison: Comparison) -> list[str]:
    from evals.report.sentences import spent_sentence

    sides = [spent_sentence(side) for side in (comparison.baseline, comparison.candidate)]
    return [*sides, f"paid by this command: {money(_paid(session))}"]


def _paid(session: ProposalSession) -> float | None:
    """US$ of this command; None where a price is not known."""
    known = all(session.workspace.prices(spec).known for spec in (session.drafter, session.asking.model_spec))
    return session.budget.spent if known else None
