"""The agreement panel of each variant, and whether it may replace a reviewer."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np

from assistant.reports.blocks import Block, Chart, Part, Said, Section, Table
from assistant.reports.figures import number, percent
from assistant.reports.words import CATALOGUE, Words
from assistant.stats.agreement.coefficient import Coefficient
from evals.agreement.panel import COEFFICIENTS, AgreementPanel, Arms, Ceiling
from evals.agreement.replacement import Allowance, Replacement
from evals.report.confusion_chart import confusion
from evals.report.sections.cells import both, ends, index, index_ends, noted, points, points_ends, value
from evals.report.sections.whole_run import whole_run_blocks
from evals.report.sentences import invalid_sentence, panel_sentence, replacement_sentence

_OPEN = 3  # variants that stand open
_EFFECTIVE = 0  # digits of an effective n


def agreement_section(panels: Mapping[str, AgreementPanel], words: Words) -> Section:
    """A part for each variant."""
    folded = len(panels) > _OPEN
    return Section("agreement", words["panels"], (), [_panel(one, words, folded) for one in panels.values()])


def replacement_section(replacements: Mapping[str, Replacement], words: Words) -> Section:
    """A part for each variant."""
    folded = len(replacements) > _OPEN
    return Section(
        "replacement", words["replacement"], (), [_replacement(one, words, folded) for one in replacements.values()]
    )


def _panel(panel: AgreementPanel, words: Words, folded: bool) -> Part:
    invalid = invalid_sentence(panel, words.language)
    blocks: list[Block] = [Said(invalid, "note")] if invalid else []
    blocks += [Said(panel_sentence(panel, words.language), "lead"), _coefficients(panel, words)]
    if panel.ceiling is not None:
        blocks.append(_ceiling(panel.ceiling, words))
    if panel.arms is not None:
        blocks.append(_arms(panel.arms, words))
    blocks += _labels(panel, words)
    blocks += whole_run_blocks(panel.whole_run, words)
    blocks += _confusion(panel, words)
    return Part(panel.variant, [*blocks, *noted(panel.notes)], folded)


def _row(name: str, figure: Coefficient, cells: tuple[str, str], words: Words) -> tuple[str, ...]:
    method = words.known(figure.method)
    return (name, *cells, f"{figure.n:,}", number(figure.effective_n, _EFFECTIVE), method)


def share_row(name: str, figure: Coefficient, words: Words) -> tuple[str, ...]:
    """A share in a table of figures."""
    return _row(name, figure, (value(figure, words), ends(figure, words)), words)


def index_row(name: str, figure: Coefficient, words: Words) -> tuple[str, ...]:
    """A coefficient in a table of figures."""
    return _row(name, figure, (index(figure, words), index_ends(figure, words)), words)


def _points_row(name: str, figure: Coefficient, words: Words) -> tuple[str, ...]:
    return _row(name, figure, (points(figure, words), points_ends(figure, words)), words)


def figure_table(caption: str, rows: list[tuple[str, ...]], words: Words) -> Table:
    """Figures with their interval, n and method, a row each."""
    keys = ("coefficient", "value_column", "interval_column", "n_column", "effective_column", "method_column")
    return Table(caption, [words[key] for key in keys], rows, names=0)


def _coefficients(panel: AgreementPanel, words: Words) -> Table:
    raw = "raw" if panel.naive is None else "raw_weighted"
    rows = [share_row(words[raw], panel.coefficients["raw"], words)]
    if panel.naive is not None:
        rows.append(share_row(words["naive_row"], panel.naive, words))
    known = sorted(panel.coefficients.keys() - {"raw"}, key=_place)
    rows += [index_row(words[name] if name in CATALOGUE else name, panel.coefficients[name], words) for name in known]
    return figure_table(words.say("coefficient_table", variant=panel.variant), rows, words)


def _place(name: str) -> tuple[int, str]:
    return (COEFFICIENTS.index(name) if name in COEFFICIENTS else len(COEFFICIENTS), name)


def _ceiling(ceiling: Ceiling, words: Words) -> Table:
    rows = [
        share_row(words["human_human"], ceiling.human_human, words),
        share_row(words["machine_human"], ceiling.machine_human, words),
        _points_row(words["gap"], ceiling.gap, words),
        index_row(words["human_alpha"], ceiling.alpha, words),
    ]
    return figure_table(words.say("ceiling_table", raters=f"{ceiling.raters:,}"), rows, words)


def _arms(arms: Arms, words: Words) -> Table:
    rows = [share_row(words["blind"], arms.blind, words), share_row(words["assisted"], arms.assisted, words)]
    return figure_table(words["arms_table"], [*rows, _points_row(words["pull"], arms.pull, words)], words)


def _labels(panel: AgreementPanel, words: Words) -> list[Block]:
    if not panel.labels:
        return []
    keys = ("label", "people_share", "machine_share", "precision", "recall", "f1")
    rows = [
        (
            *(words.label(one.label), percent(one.people, words), percent(one.machine, words)),
            *(both(figure, words) for figure in (one.precision, one.recall, one.f1)),
        )
        for one in panel.labels
    ]
    tables: list[Block] = [Table(words.say("label_table", n=f"{panel.n:,}"), [words[key] for key in keys], rows)]
    known = [one for one in panel.labels if one.agreement is not None and one.kappa is not None]
    if known:
        cells = [
            (words.label(one.label), f"{one.agreement.n:,}", both(one.agreement, words), index(one.kappa, words))
            for one in known
            if one.agreement is not None and one.kappa is not None
        ]
        columns = [words[key] for key in ("label", "n_column", "agreement_column", "kappa_column")]
        tables.append(Table(words["category_table"], columns, cells))
    return tables


def _confusion(panel: AgreementPanel, words: Words) -> list[Block]:
    if not panel.table.any():
        return []
    names = [words.label(name) for name in panel.classes]
    whole = bool((panel.table == panel.table.round()).all())
    figure = words["counts" if whole else "weight_sums"]
    caption = words.say("confusion", variant=panel.variant, figure=figure)
    return [
        Chart(
            partial(confusion, panel.table, names),
            caption,
            words["space"].join((caption + words["full_stop"], _most(panel, names, words))),
        )
    ]


def _most(panel: AgreementPanel, names: list[str], words: Words) -> str:
    apart = np.array(panel.table, dtype=np.float64)
    np.fill_diagonal(apart, 0)
    if not apart.any():
        return words["confusion_none"]
    row, column = np.unravel_index(int(apart.argmax()), apart.shape)
    pair = words.say("pair", people=names[row], machine=names[column])
    return words.say("confusion_most", pair=pair, share=percent(float(apart.max() / panel.table.sum()), words))


def _replacement(one: Replacement, words: Words, folded: bool) -> Part:
    blocks: list[Block] = [Said(replacement_sentence(one, words.language), "lead")]
    if one.advantage_probability is not None:
        share = percent(one.advantage_probability, words)
        blocks.append(Said(words.say("advantage", share=share, raters=one.raters)))
    if any(at.winning_rate is not None for at in one.allowances):
        columns = [words[key] for key in ("allowance", "winning", "passed")]
        rows = [_allowance(at, one, words) for at in one.allowances]
        blocks.append(Table(words["allowances_table"], columns, rows, names=0))
    return Part(one.variant, blocks, folded)


def _allowance(at: Allowance, one: Replacement, words: Words) -> tuple[str, ...]:
    epsilon = number(100 * at.epsilon, 0)
    if at.winning_rate is None or at.passed is None:
        return (epsilon, words.say("undefined", reason=words.reason(one.reason)), "")
    return (epsilon, percent(at.winning_rate, words, 0), words["may" if at.passed else "may_not"])
