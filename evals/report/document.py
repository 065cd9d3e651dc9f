"""An evaluation as a report: its chapters in reading order."""

from __future__ import annotations

from assistant.reports.blocks import Report
from assistant.reports.words import Words
from evals.evaluation import Evaluation
from evals.report.sections.agreement import agreement_section, replacement_section
from evals.report.sections.comparisons import comparisons_section
from evals.report.sections.confidence import confidence_section
from evals.report.sections.disagreements import disagreements_section
from evals.report.sections.people import people_section
from evals.report.sections.result import ranking_section, result_section
from evals.report.sections.subject import subject_section


def as_report(evaluation: Evaluation, language: str = "en") -> Report:
    """All that an evaluation says, before it is laid out.

    Args:
        evaluation: its figures.
        language: one of `words.LANGUAGES`.

    Raises:
        InputError: another language.
    """
    words = Words(language)
    sections = [result_section(evaluation, words)] if evaluation.panels else []
    if not evaluation.panels and evaluation.people is not None:
        sections.append(people_section(evaluation.people, words))
    sections.append(subject_section(evaluation.subject, words))
    if evaluation.ranking is not None and len(evaluation.ranking.ranked) > 1:
        sections.append(ranking_section(evaluation.ranking, words))
    if evaluation.comparisons:
        sections.append(comparisons_section(evaluation.comparisons, words))
    if evaluation.panels:
        sections.append(agreement_section(evaluation.panels, words))
    if evaluation.panels and evaluation.people is not None:
        sections.append(people_section(evaluation.people, words))
    if evaluation.replacements:
        sections.append(replacement_section(evaluation.replacements, words))
    if evaluation.disagreements:
        sections.append(disagreements_section(evaluation.disagreements, words))
    if evaluation.confidences:
        sections.append(confidence_section(evaluation.confidences, words))
    return Report(language, words.say("Evaluation: {title}", title=evaluation.subject.title), sections)
