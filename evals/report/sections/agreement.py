"""The agreement panel of each variant, and whether it may replace a reviewer."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np

from assistant.reports.blocks import Block, Chart, Paragraph, ReportPart, Section, Table
from assistant.reports.cells import both, figure_table, index, index_row, noted, points_row, share_row
from assistant.reports.charts.confusion import confusion
from assistant.reports.figures import number, percent
from assistant.reports.words import Words
from assistant.stats.agreement.coefficient import Coefficient
from evals.agreement.metrics import metrics
from evals.agreement.panel import AgreementPanel, Arms, Ceiling
from evals.agreement.replacement import EpsilonTest, Replacement
from evals.report.sections.whole_run import whole_run_blocks
from evals.report.sentences import invalid_sentence, panel_sentence, replacement_sentence

_OPEN = 3  # variants that stand open


def agreement_section(panels: Mapping[str, AgreementPanel], words: Words) -> Section:
    """A part for each variant."""
    folded = len(panels) > _OPEN
    return Section(
        "agreement", words.say("Agreement with people"), (), [_panel(one, words, folded) for one in panels.values()]
    )


def replacement_section(replacements: Mapping[str, Replacement], words: Words) -> Section:
    """A part for each variant."""
    folded = len(replacements) > _OPEN
    return Section(
        "replacement",
        words.say("May it replace a reviewer?"),
        (),
        [_replacement(one, words, folded) for one in replacements.values()],
    )


def _panel(panel: AgreementPanel, words: Words, folded: bool) -> ReportPart:
    invalid = invalid_sentence(panel, words.language)
    blocks: list[Block] = [Paragraph(invalid, "note")] if invalid else []
    blocks += [Paragraph(panel_sentence(panel, words.language), "lead"), _coefficients(panel, words)]
    if panel.ceiling is not None:
        blocks.append(_ceiling(panel.ceiling, words))
    if panel.arms is not None:
        blocks.append(_arms(panel.arms, words))
    blocks += _labels(panel, words)
    blocks += whole_run_blocks(panel.whole_run, words)
    blocks += _confusion(panel, words)
    return ReportPart(panel.variant, [*blocks, *noted(panel.notes, words)], folded)


def metric_rows(figures: Mapping[str, Coefficient], words: Words) -> list[tuple[str, ...]]:
    """Figures by the names of their metrics, in the order in which these are registered."""
    shown = [(one, figures[one.name]) for one in metrics() if one.name in figures]
    return [(share_row if one.share else index_row)(words.say(one.title), figure, words) for one, figure in shown]


def _coefficients(panel: AgreementPanel, words: Words) -> Table:
    rows = metric_rows(panel.coefficients, words)
    if panel.naive is not None:
        weighted = words.say("Raw agreement, weighted to all items")
        naive = share_row(words.say("Naive: plain average over reviewed items"), panel.naive, words)
        rows[:1] = [share_row(weighted, panel.coefficients["raw"], words), naive]
    return figure_table(words.say("How far {variant} agrees with people", variant=panel.variant), rows, words)


def _ceiling(ceiling: Ceiling, words: Words) -> Table:
    rows = [
        share_row(words.say("Two reviewers of an item agree"), ceiling.human_human, words),
        share_row(words.say("Model agrees with one of them"), ceiling.machine_human, words),
        points_row(words.say("Gap to human baseline (pp)"), ceiling.gap, words),
        index_row(words.say("Krippendorff's α among reviewers"), ceiling.alpha, words),
    ]
    return figure_table(
        words.say("What people reach among themselves ({raters} reviewers)", raters=f"{ceiling.raters:,}"), rows, words
    )


def _arms(arms: Arms, words: Words) -> Table:
    rows = [
        share_row(words.say("Blind: model suggestion hidden"), arms.blind, words),
        share_row(words.say("Assisted: model suggestion shown"), arms.assisted, words),
    ]
    return figure_table(
        words.say("Agreement with model: assisted vs. blind"),
        [*rows, points_row(words.say("Pull, assisted less blind (points)"), arms.pull, words)],
        words,
    )


def _labels(panel: AgreementPanel, words: Words) -> list[Block]:
    if not panel.labels:
        return []
    rows = [
        (
            *(words.label(one.label), percent(one.people, words), percent(one.machine, words)),
            *(both(figure, words) for figure in (one.precision, one.recall, one.f1)),
        )
        for one in panel.labels
    ]
    tables: list[Block] = [
        Table(
            words.say("Per-label precision, recall and F1 (n = {n})", n=f"{panel.n:,}"),
            [
                words.say("Label"),
                words.figures("By people"),
                words.figures("By model"),
                words.figures("Precision"),
                words.figures("Recall"),
                words.figures("F1"),
            ],
            rows,
        )
    ]
    known = [one for one in panel.labels if one.agreement is not None and one.kappa is not None]
    if known:
        cells = [
            (words.label(one.label), f"{one.agreement.n:,}", both(one.agreement, words), index(one.kappa, words))
            for one in known
            if one.agreement is not None and one.kappa is not None
        ]
        columns = [words.say("Label"), words.figures("n"), words.figures("Agreement"), words.figures("Kappa")]
        tables.append(
            Table(words.say("Each category on the items where people know it: yes or no as they say"), columns, cells)
        )
    return tables


def _confusion(panel: AgreementPanel, words: Words) -> list[Block]:
    if not panel.table.any():
        return []
    names = [words.label(name) for name in panel.classes]
    whole = bool((panel.table == panel.table.round()).all())
    figure = words.say("number of items") if whole else words.say("the sum of weights")
    caption = words.say(
        "People in rows, {variant} in columns; colour is the share of the row, the figure is {figure}",
        variant=panel.variant,
        figure=figure,
    )
    return [
        Chart(
            partial(confusion, panel.table, names),
            caption,
            words.punctuation.space.join((caption + words.punctuation.full_stop, _most(panel, names, words))),
        )
    ]


def _most(panel: AgreementPanel, names: list[str], words: Words) -> str:
    apart = np.array(panel.table, dtype=np.float64)
    np.fill_diagonal(apart, 0)
    if not apart.any():
        return words.say("There is no difference.")
    row, column = np.unravel_index(int(apart.argmax()), apart.shape)
    pair = words.say("human {people}, model {machine}", people=names[row], machine=names[column])
    return words.say(
        "Most frequent difference: {pair}, {share} of all.",
        pair=pair,
        share=percent(float(apart.max() / panel.table.sum()), words),
    )


def _replacement(one: Replacement, words: Words, folded: bool) -> ReportPart:
    blocks: list[Block] = [Paragraph(replacement_sentence(one, words.language), "lead")]
    if one.advantage_probability is not None:
        share = percent(one.advantage_probability, words)
        blocks.append(
            Paragraph(
                words.say(
                    "It agrees with the others at least as well as a reviewer does with probability {share}, "
                    "on average over {raters} reviewers.",
                    share=share,
                    raters=one.raters,
                )
            )
        )
    if any(at.winning_rate is not None for at in one.allowances):
        columns = [
            words.say("Allowance (points)"),
            words.figures("Reviewers it holds its own against"),
            words.say("May stand in"),
        ]
        rows = [_allowance(at, one, words) for at in one.allowances]
        blocks.append(Table(words.say("The alternative annotator test at each allowance"), columns, rows, names=0))
    return ReportPart(one.variant, blocks, folded)


def _allowance(at: EpsilonTest, one: Replacement, words: Words) -> tuple[str, ...]:
    epsilon = number(100 * at.epsilon, 0)
    if at.winning_rate is None or at.passed is None:
        return (epsilon, words.say("not defined: {reason}", reason=words.reason(one.reason)), "")
    return (epsilon, percent(at.winning_rate, words, 0), words.say("yes") if at.passed else words.say("no"))
