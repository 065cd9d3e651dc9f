"""What an evaluation answers: how far a machine agrees with people, which of two is better, and all of it on a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.application.evaluation.sources import Assembled, LabelFiles, Source, SuiteSource, assemble
from assistant.errors import InvalidValueError
from assistant.stats.agreement.coefficient import Coefficient
from evals.agreement.panel import AgreementPanel
from evals.agreement.panel_of_variant import agreement_panel
from evals.agreement.people import people_coefficients
from evals.agreement.slice_agreement import SliceAgreement, slice_agreement
from evals.comparison.compare import compare
from evals.comparison.comparison import Comparison
from evals.comparison.plan import Plan, plan_items, seen_discordance
from evals.comparison.scores import Terms
from evals.data.eval_data import EvalData
from evals.data.selection import Selection
from evals.evaluate import evaluate
from evals.evaluation import Evaluation
from evals.report.write import write_report

Pair = tuple[str | None, str | None]
"""Two variants, the one in use first; both None takes the only two there are."""


@dataclass(frozen=True, slots=True)
class MeasuredAgreement:
    """Agreement on an evaluation's data.

    Args:
        data: what it was measured on.
        panel: a machine's agreement with people; None where only people answered.
        people: people's agreement among themselves; only where there is no panel.
        slices: agreement by slice.
    """

    data: EvalData
    panel: AgreementPanel | None
    people: Mapping[str, Coefficient]
    slices: Sequence[SliceAgreement]


@dataclass(frozen=True, slots=True)
class ComparedVariants:
    """Two variants compared, and the data they were compared on."""

    data: EvalData
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class ReportChoice:
    """What a report is to show; None takes the suite's choice, else the default.

    Args:
        title: None takes the name of the suite, else of the folder the labels are in.
        language: `en` or `zh`.
        baseline: the variant all others are compared with; None compares only where there are two.
        look_into: variants whose disagreements are analysed; None takes the best.
    """

    title: str | None = None
    language: str | None = None
    baseline: str | None = None
    look_into: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """An evaluation, the files of its report, and the report's language."""

    evaluation: Evaluation
    files: Sequence[Path]
    language: str


def measure_agreement(
    source: Source, variant: str | None, selection: Selection, *, confidence: float
) -> MeasuredAgreement:
    """How far a machine agrees with people, beside what people reach among themselves.

    Args:
        source: where the data comes from.
        variant: which of several machines; None takes the one with most answers.
        selection: which items, and by what they are sliced.
        confidence: of the intervals.

    Raises:
        InputError: as `assemble`; or there is no such variant.
    """
    found = assemble(source, selection)
    name = found.variant(variant) if found.data.variants else None
    data = found.sliced_by_clauses_of(name, selection)
    slices = slice_agreement(data, name, confidence=confidence)
    if name is None:
        return MeasuredAgreement(data, None, people_coefficients(data, confidence=confidence), slices)
    return MeasuredAgreement(data, agreement_panel(data, name, confidence=confidence), {}, slices)


def compare_variants(source: Source, pair: Pair, selection: Selection, terms: Terms) -> ComparedVariants:
    """Which of two variants agrees more with people, on the same items.

    Args:
        source: where the data comes from.
        pair: the variants.
        selection: which items, and by what they are sliced.
        terms: margin (None takes the suite's), level, examples, seed.

    Raises:
        InputError: as `assemble`; there is no such variant, none is named and there are not two, or the margin is no
            share.
    """
    _check_margin(terms.margin)
    found = assemble(source, selection)
    baseline, candidate = _pair(found, pair)
    data = found.sliced_by_clauses_of(baseline, selection)
    return ComparedVariants(data, compare(data, baseline, candidate, _terms_of(found, terms)))


def plan_comparison(
    detect: float,
    discordant: float | None,
    pilot: LabelFiles | None,
    pair: Pair,
    *,
    power: float,
    confidence: float,
) -> Plan:
    """How many labelled items a comparison needs.

    Args:
        detect: the smallest difference that must show, a share.
        discordant: share of items on which just one variant agrees; None takes the pilot's, else an assumption.
        pilot: a few labels and answers that are there already.
        pair: two variants of the pilot.
        power: chance to see the difference.
        confidence: of the comparison.

    Raises:
        InputError: as `assemble`, for the pilot; or a figure is out of range.
    """
    seen = None
    if pilot is not None:
        found = assemble(pilot, Selection())
        seen = seen_discordance(found.data, *_pair(found, pair))
    return plan_items(detect, discordant, seen, power=power, confidence=confidence)


def report_evaluation(
    source: LabelFiles | SuiteSource, out: Path, choice: ReportChoice, selection: Selection, terms: Terms
) -> WrittenReport:
    """Everything an evaluation comes to, written as HTML, Markdown and JSON.

    Args:
        source: where the data comes from.
        out: folder of the files; made where it isn't there.
        choice: title, language, and what is looked into.
        selection: which items, and by what they are sliced.
        terms: margin (None takes the suite's), level, seed.

    Raises:
        InputError: as `compare_variants`; or the files can't be written.
    """
    _check_margin(terms.margin)
    found = assemble(source, selection)
    for name in (choice.baseline, *(choice.look_into or ())):
        found.variant(name)
    data = found.data
    if selection.by_clause:
        data = found.sliced_by_clauses_of(found.variant(choice.baseline) if data.variants else None, selection)
    suite = found.suite
    title = choice.title or (suite.name if suite else _folder_of(source))
    language = choice.language or (suite.language if suite else "en")
    made = evaluate(
        data,
        title,
        found.digest,
        baseline=choice.baseline,
        look_into=choice.look_into,
        metrics=suite.metrics if suite else None,
        terms=_terms_of(found, terms),
    )
    return WrittenReport(made, write_report(made, out, language), language)


def _check_margin(margin: float | None) -> None:
    """Raise InputError for a margin that is no share."""
    if margin is not None and not 0 < margin < 1:
        raise InvalidValueError("margin_out_of_range", field="margin", margin=margin)


def _terms_of(found: Assembled, terms: Terms) -> Terms:
    return replace(terms, margin=found.suite.margin) if found.suite and terms.margin is None else terms


def _pair(found: Assembled, pair: Pair) -> tuple[str, str]:
    known, (baseline, candidate) = list(found.data.variants), pair
    if baseline is None and candidate is None and len(known) == 2:
        return known[0], known[1]
    if not known:
        raise InvalidValueError("machine_answers_needed", where=found.where)
    if baseline is None or candidate is None:
        raise InvalidValueError("two_variants_needed", variants=known)
    for name in pair:
        found.variant(name)
    return baseline, candidate


def _folder_of(source: LabelFiles | SuiteSource) -> str:
    return source.labels.resolve().parent.name if isinstance(source, LabelFiles) else ""
