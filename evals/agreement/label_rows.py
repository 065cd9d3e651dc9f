"""A row for each label of an agreement panel; of sets of labels, each category on the items where people know it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from assistant.domain.labels import NO_LABEL
from assistant.domain.reasons import Reason
from assistant.stats.agreement.coefficient import Coefficient
from assistant.stats.agreement.coefficient_intervals import coefficients_of_ratings
from evals.agreement.panel import PanelLabel
from evals.agreement.shares import share
from evals.data.categories import memberships
from evals.data.eval_data import NONE, Bools, Codes, EvalData, Floats


def label_rows(data: EvalData, variant: str, kept: Codes, confidence: float) -> tuple[PanelLabel, ...]:
    """Shares, precision, recall and F1 of every label that occurs, and of categories their own agreement.

    Args:
        data: the data.
        variant: its name.
        kept: positions of the items that people settled as a whole and the variant answered, shape (m,).
        confidence: two-sided level.
    """
    of_label = memberships(data.classes, data.scale)
    if data.categories is not None:
        of_label = {name: held for name, held in of_label.items() if name not in data.categories.names}
    people, machine = data.reference[kept], data.variants[variant].first[kept]
    rows = []
    for label, of_class in of_label.items():
        said, given = of_class[people], of_class[machine]
        if said.any() or given.any():
            rows.append(_row(data, label, kept, (said, given), confidence))
    return tuple(sorted((*rows, *_category_rows(data, variant, confidence)), key=_place(data)))


def _place(data: EvalData) -> Callable[[PanelLabel], int]:
    """As they come; of sets of labels no label first, then the categories, then what is none of the label set."""
    names = () if data.categories is None else data.categories.names
    order = {NO_LABEL: -1} | {name: at for at, name in enumerate(names)}
    return lambda row: order.get(row.label, len(order))


def no_answer(data: EvalData) -> int:
    """Code of `NO_ANSWER`, one that never occurs where every answer is usable."""
    return len(data.classes) - 1 if data.can_fail else len(data.classes)


def _category_rows(data: EvalData, variant: str, confidence: float) -> list[PanelLabel]:
    if data.categories is None:
        return []
    machine, held = data.variants[variant].first, memberships(data.classes, data.scale)
    nowhere = np.zeros(len(data.classes), dtype=np.bool_)
    rows = []
    for at, name in enumerate(data.categories.names):
        known = np.flatnonzero((data.categories.people[:, at] != NONE) & (machine != NONE))
        if not len(known):
            continue
        said = data.categories.people[known, at] == 1
        given = held.get(name, nowhere)[machine[known]]
        failed = machine[known] == no_answer(data)
        row = _row(data, name, known, (said, given), confidence)
        agreement, kappa = _agreement(data, known, said, np.where(failed, 2, given), confidence)
        rows.append(replace(row, agreement=agreement, kappa=kappa))
    return rows


def _agreement(
    data: EvalData, known: Codes, said: Bools, given: Codes, confidence: float
) -> tuple[Coefficient, Coefficient]:
    """Of yes (1) and no (0); an answer that failed (2) is neither, and agrees with nothing."""
    made = coefficients_of_ratings(
        said.astype(np.int64),
        given,
        3 if (given == 2).any() else 2,
        categories=2,
        weights=data.weights[known] if data.weighted else None,
        clusters=data.groups[known] if data.grouped else None,
        correction=None if data.correction is None else data.correction[known],
        names=("raw", "kappa"),
        confidence=confidence,
    )
    return made["raw"], made["kappa"]


def _row(data: EvalData, label: str, items: Codes, answers: tuple[Bools, Bools], confidence: float) -> PanelLabel:
    """The row of a label that people `said`, and the variant gave, to some of these items."""
    said, given = answers
    weights, groups = data.weights[items], data.groups[items]
    drawn = None if data.correction is None else data.correction[items]

    def figure_of(values: Floats, weigh: Floats, at: Bools) -> Coefficient:
        return share(values[at], weigh[at], groups[at], confidence, None if drawn is None else drawn[at])

    def within(hits: Bools, among: Bools, otherwise: str) -> Coefficient:
        figure = figure_of(hits.astype(np.float64), weights, among)
        return figure if figure.value is not None else replace(figure, reason=Reason(otherwise))

    either, both = said | given, (said & given).astype(np.float64)
    # F1 = 2 TP / (2 TP + FP + FN): a share in which items both gave count twice, so its interval is a share's.
    doubled = weights * (1 + both)
    return PanelLabel(
        label=label,
        people=float(weights[said].sum() / weights.sum()),
        machine=float(weights[given].sum() / weights.sum()),
        precision=within(said, given, "label_never_by_machine"),
        recall=within(given, said, "label_never_by_people"),
        f1=figure_of(both, doubled, either),
    )
