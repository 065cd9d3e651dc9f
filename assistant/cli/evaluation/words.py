"""What `assistant eval` prints: a sentence first, then the figures behind it, then what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.cli.evaluation.as_json import (
    category_figures,
    comparison_json,
    figure_json,
    slice_figures,
    whole_run_figures,
)
from assistant.cli.output import Output, table

if TYPE_CHECKING:
    from assistant.stats.agreement.coefficient import Coefficient
    from evals.agreement.panel import AgreementPanel, PanelLabel
    from evals.agreement.run_shares import WholeRun
    from evals.agreement.slice_agreement import SliceAgreement
    from evals.comparison.comparison import Comparison, Side
    from evals.comparison.plan import SampleSizePlan
    from evals.data.eval_data import EvalData
    from evals.evaluation import Evaluation

_EXCERPT = 70
_INVALID = 3  # variants whose invalid answers are reported before the result
_DECLARE = (
    "If they are labels, declare them: --label-set on files, `classes` in the [data] of a suite, the label set of the "
    "workspace's policy."
)
_PEOPLE = {"human_human_raw": "human_human", "machine_human_raw": "machine_human", "human_human_gap": "gap"}


def show_panel(output: Output, data: EvalData, panel: AgreementPanel, sliced: Sequence[SliceAgreement]) -> None:
    """The agreement panel; as JSON a map of name to value, low, high, n and reason."""
    from assistant.reports.reasons.worded import english
    from evals.report.sentences import invalid_sentence, panel_sentence

    figures = dict(panel.coefficients)
    if panel.naive is not None:
        figures["naive_raw"] = panel.naive
    if panel.ceiling is not None:
        figures |= {name: getattr(panel.ceiling, field) for name, field in _PEOPLE.items()}
        figures["human_human_alpha"] = panel.ceiling.alpha
    if panel.arms is not None:
        figures |= {
            "blind_raw": panel.arms.blind,
            "assisted_raw": panel.arms.assisted,
            "assisted_pull": panel.arms.pull,
        }
    whole = figures | category_figures(panel.labels) | slice_figures(sliced)
    invalid = invalid_sentence(panel)
    output.result(
        {name: figure_json(figure) for name, figure in whole.items()} | whole_run_figures(panel.whole_run),
        *([invalid, ""] if invalid else []),
        panel_sentence(panel),
        "",
        coefficient_table(figures),
        "",
        _label_table(panel.labels),
        *_whole_run(panel.whole_run),
        *slice_table(sliced),
    )
    if panel.invalid is not None:
        output.note(f"{invalid} {_DECLARE}")
    for note in panel.notes:
        output.note(english(note))
    _note_left_out(output, data)


def _label_table(labels: Sequence[PanelLabel]) -> Any:
    """A row for each label; of a multi-label set its agreement, on the items where people know the category."""
    names = ["label", "people", "machine", "precision", "recall", "F1"]
    several = any(one.agreement is not None for one in labels)
    if several:
        names[1:1] = ["n", "agreement"]
    rows = []
    for one in labels:
        row = [one.label, f"{one.people:.1%}", f"{one.machine:.1%}", *map(_cell, (one.precision, one.recall, one.f1))]
        if several:
            row[1:1] = ["", ""] if one.agreement is None else [f"{one.agreement.n:,}", _cell(one.agreement)]
        rows.append(tuple(row))
    return table(tuple(names), rows)


def _whole_run(found: WholeRun | None) -> list[Any]:
    """How common each label is among all items of the run, and how far the machine's answers narrow that."""
    if found is None:
        return []
    shares = [one for one in found.shares if one.share is not None]
    named = [(one.label, f"{one.machine:.1%}", one.share) for one in shares]
    if found.agreement is not None:
        named.append(("(agreement)", "", found.agreement))
    title = f"all {found.items:,} items of the run, by {found.labelled:,} labels"
    if shares:
        columns = ("share of", "model", "labels alone", "with the model's answers", "equivalent extra labels")
        rows = [
            (name, machine, _cell(one.alone), _cell(one.powered), f"{one.more_labels:,}")
            for name, machine, one in named
            if one is not None
        ]
        return ["", table(columns, rows, title=title)]
    corrected = [(one.label, f"{one.machine:.1%}", _cell(one.corrected)) for one in found.shares if one.corrected]
    return [
        "",
        table(("share of", "model", "corrected for its errors"), corrected, title=title),
        "The labeled items are not a random sample: this holds if the model errs on the others as often as on them.",
    ]


def show_people(
    output: Output, data: EvalData, figures: Mapping[str, Coefficient], sliced: Sequence[SliceAgreement]
) -> None:
    """People among themselves."""
    raw = figures["raw"]
    said = f"Inter-annotator agreement is not defined: {_why(raw)}"
    if raw.value is not None:
        said = (
            f"Two reviewers of an item agree on {raw.value:.1%} ({raw.low:.1%} to {raw.high:.1%}, n = {raw.n:,} items)."
        )
    whole = {**figures, **slice_figures(sliced)}
    output.result(
        {name: figure_json(one) for name, one in whole.items()},
        said,
        "",
        coefficient_table(figures),
        *slice_table(sliced),
    )
    _note_left_out(output, data)


def show_comparison(output: Output, comparison: Comparison, examples: int) -> None:
    """The verdict, the two sides, slices, and what was fixed and broken."""
    from assistant.reports.reasons.worded import english
    from evals.report.sentences import verdict_sentence

    sides = [_side_row(side) for side in (comparison.baseline, comparison.candidate)]
    parts: list[Any] = [
        verdict_sentence(comparison),
        "",
        table(("variant", "agreement", "cost", "per agreed label", "ms", "tokens", "failed", "missing"), sides),
        "",
        f"fixed {comparison.fixed:,}, broken {comparison.broken:,} of {comparison.n_pairs:,} items; "
        f"{english(comparison.test)}; {_detectable(comparison)}",
    ]
    if comparison.slices:
        effects = [
            (
                f"{one.column} {one.name}",
                f"{one.n:,}",
                f"{one.baseline:.1%}",
                f"{one.candidate:.1%}",
                _points(one.difference),
                "-" if one.adjusted_p is None else f"{one.adjusted_p:.3g}",
            )
            for one in comparison.slices
        ]
        parts += ["", table(("slice", "n", "baseline", "candidate", "points", "p (Holm)"), effects)]
    for name, changed in (("fixed", comparison.fixed_items), ("broken", comparison.broken_items)):
        if changed and examples:
            rows = [
                (one.id, one.people, one.baseline, one.candidate, one.text[:_EXCERPT]) for one in changed[:examples]
            ]
            parts += ["", table(("item", "people", "baseline", "candidate", "text"), rows, title=name)]
    output.result(comparison_json(comparison), *parts)
    for note in comparison.notes:
        output.note(english(note))
    if comparison.missing:
        left_out = "; ".join(f"{count:,} {english(reason)}" for reason, count in comparison.missing.items())
        output.note(f"not compared: {left_out}")


def show_plan(output: Output, plan: SampleSizePlan) -> None:
    """How many items a comparison needs."""
    origin = {"stated": "as stated", "pilot": "as in the pilot", "assumed": "assumed"}[plan.origin]
    points = f"{100 * plan.detect:g} point{'' if plan.detect == 0.01 else 's'}"
    said = (
        f"{plan.items:,} labeled items detect a difference of {points} in {plan.power:.0%} of such comparisons at "
        f"{plan.confidence:.0%} confidence, where just one variant agrees with people on {plan.discordant:.1%} of "
        f"items ({origin})."
    )
    parts = [said]
    if plan.pilot is not None:
        detects = "no difference" if plan.pilot_detects is None else f"{100 * plan.pilot_detects:.1f} points"
        parts.append(
            f"The pilot saw that on {plan.pilot.discordant:,} of {plan.pilot.items:,} ({plan.pilot.low:.1%} to "
            f"{plan.pilot.high:.1%}; at the upper end {plan.items_if_more:,} items are needed); its own items "
            f"detect {detects}."
        )
    output.result(asdict(plan), *parts)


def show_report(output: Output, evaluation: Evaluation, files: Sequence[Path], language: str) -> None:
    """What the report says first, and where it lies."""
    from evals.report.sentences import (
        invalid_sentence,
        panel_sentence,
        people_sentence,
        ranking_sentence,
        verdict_sentence,
    )

    said = [panel_sentence(panel, language) for panel in list(evaluation.panels.values())[:2]]
    if evaluation.ranking is not None:
        said = [ranking_sentence(evaluation.ranking, language)]
    invalid = [told for panel in evaluation.panels.values() if (told := invalid_sentence(panel, language))]
    said = [*invalid[:_INVALID], *said]
    said += [verdict_sentence(one, language) for one in evaluation.comparisons[:3]]
    if not evaluation.panels and evaluation.people is not None:
        said.append(people_sentence(evaluation.people, language))
    output.result({"sentences": said, "files": [str(path) for path in files]}, *said)
    output.note("written: " + ", ".join(str(path) for path in files))


def coefficient_table(figures: Mapping[str, Coefficient]) -> Any:
    """A row for each figure."""
    rows = [
        (
            name,
            "-" if one.value is None else f"{one.value:.3f}",
            "-" if one.low is None or one.high is None else f"{one.low:.3f} to {one.high:.3f}",
            one.n,
            f"{one.effective_n:.0f}",
            _why(one),
        )
        for name, one in figures.items()
    ]
    return table(("figure", "value", "interval", "n", "effective n", "why not"), rows)


def slice_table(sliced: Sequence[SliceAgreement]) -> list[Any]:
    """A row for each slice, below an empty line; nothing without slices."""
    if not sliced:
        return []
    rows = [
        (
            f"{one.column} {one.name}",
            f"{(one.raw or one.human_human).n:,}",
            *(() if one.raw is None else (_cell(one.raw), _plain(one.kappa))),
            _cell(one.human_human),
        )
        for one in sliced
    ]
    machine = () if sliced[0].raw is None else ("agreement", "kappa")
    return ["", table(("slice", "n", *machine, "two reviewers"), rows)]


def _plain(figure: Coefficient | None) -> str:
    if figure is None:
        return "-"
    if figure.value is None:
        return f"- ({_why(figure)})"
    ends = "" if figure.low is None or figure.high is None else f" ({figure.low:.2f} to {figure.high:.2f})"
    return f"{figure.value:.2f}{ends}"


def _side_row(side: Side) -> tuple[str, ...]:
    return (
        side.name,
        _cell(side.agreement),
        "-" if side.cost_usd is None else f"${side.cost_usd:,.4g}",
        "-" if side.cost_per_agreed_usd is None else f"${side.cost_per_agreed_usd:,.3g}",
        "-" if side.latency_ms is None else f"{side.latency_ms:,.0f}",
        "-" if side.tokens is None else f"{side.tokens:,.0f}",
        f"{side.failed:,}",
        f"{side.missing:,}",
    )


def _cell(figure: Coefficient) -> str:
    if figure.value is None:
        return f"- ({_why(figure)})"
    if figure.low is None or figure.high is None:
        return f"{figure.value:.1%}"
    return f"{figure.value:.1%} ({100 * figure.low:.1f} to {100 * figure.high:.1f})"


def _points(figure: Coefficient) -> str:
    if figure.value is None:
        return f"- ({_why(figure)})"
    ends = (
        "" if figure.low is None or figure.high is None else f" ({100 * figure.low:+.1f} to {100 * figure.high:+.1f})"
    )
    return f"{100 * figure.value:+.1f}{ends}"


def _detectable(comparison: Comparison) -> str:
    smallest = comparison.minimum_detectable_difference
    if smallest is None:
        return "no difference can be detected with these items"
    return f"smallest detectable difference with these items: {100 * smallest:.1f} points"


def _why(figure: Coefficient) -> str:
    """Why it is undefined, or has no interval; empty where it has both."""
    from assistant.reports.reasons.worded import english

    return "" if figure.reason is None else english(figure.reason)


def _note_left_out(output: Output, data: EvalData) -> None:
    from assistant.reports.reasons.in_files import written
    from assistant.reports.reasons.worded import english

    if data.left_out:
        named = {reason: english(reason) if reason.code == "open" else written(reason) for reason in data.left_out}
        shown = ", ".join(f"{count:,} {named[reason]}" for reason, count in data.left_out.items())
        output.note(f"left out: {shown}")
