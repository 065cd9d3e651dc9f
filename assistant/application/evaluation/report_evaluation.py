"""Everything an evaluation comes to, written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.application.evaluation.sources import LabelFiles, SuiteSource, assemble
from evals.comparison.scores import ComparisonTerms
from evals.data.selection import Selection
from evals.evaluate import evaluate
from evals.evaluation import Evaluation
from evals.report.write import write_report


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


def report_evaluation(
    source: LabelFiles | SuiteSource, out: Path, choice: ReportChoice, selection: Selection, terms: ComparisonTerms
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
        terms=found.terms(terms),
    )
    return WrittenReport(made, write_report(made, out, language), language)


def _folder_of(source: LabelFiles | SuiteSource) -> str:
    return source.labels.resolve().parent.name if isinstance(source, LabelFiles) else ""
