"""What `assistant eval --json` prints: figures with their interval, n and reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.stats.agreement.coefficient import Coefficient
    from evals.agreement.panel import PanelLabel
    from evals.agreement.run_shares import Powered, WholeRun
    from evals.agreement.slice_agreement import SliceAgreement
    from evals.comparison.comparison import Comparison, Side


def figure_json(figure: Coefficient) -> dict[str, Any]:
    """Value, interval, n and why there is none, in English and as a code."""
    from assistant.reports.reasons.worded import english, english_method

    return {
        "value": figure.value,
        "low": figure.low,
        "high": figure.high,
        "n": figure.n,
        "reason": None if figure.reason is None else english(figure.reason),
        "reason_code": None if figure.reason is None else figure.reason.code,
        "effective_n": round(figure.effective_n, 1),
        "method": english_method(figure.method),
        "method_code": figure.method,
    }


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """The whole comparison; `fixed` and `broken` are counts, the items stand beside them."""
    from assistant.reports.as_json import codes
    from assistant.reports.reasons.in_files import written_counts
    from assistant.reports.reasons.worded import english
    from evals.report.sentences import verdict_sentence

    difference = comparison.difference
    told = str(comparison.verdict)
    if comparison.more_items is not None:
        told += f", needs about {comparison.more_items:,} more items"
    return {
        "difference": difference.value,
        "low": difference.low,
        "high": difference.high,
        "p_value": comparison.p_value,
        "n_pairs": comparison.n_pairs,
        "fixed": comparison.fixed,
        "broken": comparison.broken,
        "minimum_detectable_difference": comparison.minimum_detectable_difference,
        "verdict": told,
        "sentence": verdict_sentence(comparison),
        "reason": None if difference.reason is None else english(difference.reason),
        "reason_code": None if difference.reason is None else difference.reason.code,
        "baseline": _side_json(comparison.baseline),
        "candidate": _side_json(comparison.candidate),
        "difference_is": "candidate - baseline",
        "margin": comparison.margin,
        "confidence": comparison.confidence,
        "test": english(comparison.test),
        "test_code": comparison.test.code,
        "more_items": comparison.more_items,
        "same_policy": comparison.same_policy,
        "missing": written_counts(comparison.missing),
        "slices": [
            {**asdict(one), "difference": figure_json(one.difference)}  # the figure's own shape
            for one in comparison.slices
        ],
        "fixed_items": [asdict(one) for one in comparison.fixed_items],
        "broken_items": [asdict(one) for one in comparison.broken_items],
        "notes": [english(note) for note in comparison.notes],
        "note_codes": codes(comparison.notes),
    }


def category_figures(labels: Sequence[PanelLabel]) -> dict[str, Coefficient]:
    """Figures of the categories of a multi-label set by a name such as `raw category=V`, on the items that know it."""
    return {
        f"{name} category={one.label}": figure
        for one in labels
        if one.agreement is not None
        for name, figure in (
            ("raw", one.agreement),
            ("cohen_kappa", one.kappa),
            ("precision", one.precision),
            ("recall", one.recall),
            ("f1", one.f1),
        )
        if figure is not None
    }


def whole_run_figures(found: WholeRun | None) -> dict[str, dict[str, Any]]:
    """Figures of a whole run by a name such as `share_powered label=V`; `more_labels` says what they gain."""
    figures: dict[str, dict[str, Any]] = {}
    for one in found.shares if found else ():
        name = f"label={one.label}"
        if one.share is not None:
            figures[f"share {name}"] = figure_json(one.share.alone)
            figures[f"share_powered {name}"] = _powered_json(one.share)
        if one.corrected is not None:
            figures[f"share_corrected {name}"] = figure_json(one.corrected)
    if found and found.agreement is not None:
        figures["raw_powered"] = _powered_json(found.agreement)
    return figures


def _powered_json(one: Powered) -> dict[str, Any]:
    return figure_json(one.powered) | {"more_labels": one.more_labels}


def slice_figures(sliced: Sequence[SliceAgreement]) -> dict[str, Coefficient]:
    """Figures of slices by a name such as `raw language=zh`."""
    return {
        f"{name} {one.column}={one.name}": figure
        for one in sliced
        for name, figure in (("raw", one.raw), ("kappa", one.kappa), ("human_human_raw", one.human_human))
        if figure is not None
    }


def _side_json(side: Side) -> dict[str, Any]:
    return {**asdict(side), "agreement": figure_json(side.agreement)}
