"""Agreement of people among themselves: all who answered, on the items that two or more of them answered."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from assistant.domain.labels import NO_ANSWER
from assistant.errors import InputError
from assistant.stats.agreement.coefficient import Coefficient
from assistant.stats.agreement.raters import rating_counts
from assistant.stats.agreement.raters_intervals import coefficients_of_counts
from evals.agreement.pairs import counted
from evals.agreement.panel import PeoplePanel, ReviewerRow
from evals.agreement.shares import share
from evals.data.eval_data import Codes, EvalData, Floats, Scale

_NOMINAL = {"raw": "raw", "fleiss": "fleiss_kappa", "ac1": "gwet_ac1", "alpha_nominal": "krippendorff_alpha"}
_ORDINAL = {"alpha_ordinal": "krippendorff_alpha_ordinal", "alpha_interval": "krippendorff_alpha_interval"}


def people_coefficients(data: EvalData, *, confidence: float = 0.95) -> dict[str, Coefficient]:
    """How far reviewers agree with each other: raw (of random pairs), Fleiss' kappa, AC1, alpha, and those for grades.

    Args:
        data: the data; answers given with the machine's in sight don't count.
        confidence: two-sided level.

    Raises:
        InputError: nobody labelled anything.
    """
    if not len(counted(data.humans)):
        raise InputError("no_labels_to_measure")
    names = _NOMINAL | (_ORDINAL if data.scale is Scale.ORDINAL else {})
    return _coefficients(data, np.arange(len(data)), names, confidence)


def people_panel(data: EvalData, *, confidence: float = 0.95) -> PeoplePanel | None:
    """People among themselves, and each beside the others; None where no item has two answers.

    Args:
        data: the data; answers given with the machine's in sight don't count.
        confidence: two-sided level.
    """
    humans = counted(data.humans)
    votes = np.bincount(humans.items, minlength=len(data))
    if not (votes >= 2).any():
        return None
    k = len(data.classes)
    same = np.bincount(humans.items * k + humans.codes, minlength=len(data) * k)[humans.items * k + humans.codes] - 1
    others = votes[humans.items] - 1
    shares = np.divide(same, others, out=np.zeros(len(humans)), where=others > 0)
    rows = []
    for rater, name in enumerate(humans.names):
        own = (humans.raters == rater) & (others > 0)
        if own.any():
            items = humans.items[own]
            figure = share(shares[own], data.weights[items], data.groups[items], confidence)
            rows.append(ReviewerRow(name, figure))
    rows.sort(key=lambda row: (row.with_others.value or 0.0, row.name))
    return PeoplePanel(people_coefficients(data, confidence=confidence), tuple(rows), int((votes >= 2).sum()))


def label_set_classes(data: EvalData) -> Codes:
    """Classes of the label set that people can give: those stated, else those they gave; rising."""
    member = np.ones(len(data.classes), dtype=np.bool_) if data.of_set is None else data.of_set.copy()
    member[len(data.classes) - data.can_fail :] = False
    if data.given is not None and not data.closed:
        member &= data.given
    return np.flatnonzero(member)


def people_alpha(data: EvalData, items: Codes, confidence: float) -> Coefficient:
    """Krippendorff's alpha among reviewers on these items, ordinal where the scale is.

    Args:
        data: the data.
        items: positions.
        confidence: two-sided level.
    """
    name = "alpha_ordinal" if data.scale is Scale.ORDINAL else "alpha_nominal"
    return _coefficients(data, items, {name: name}, confidence)[name]


def grades(data: EvalData) -> Floats | None:
    """The grades as numbers where they are written as numbers, shape (classes on the scale,); None: equal distances."""
    names = [name for name in data.classes if name != NO_ANSWER]
    try:
        return np.array([float(name) for name in names])
    except ValueError:
        return None


def _coefficients(data: EvalData, items: Codes, names: Mapping[str, str], confidence: float) -> dict[str, Coefficient]:
    """By our names; `NO_ANSWER`, and what only a machine answered, is no class of theirs."""
    humans = counted(data.humans)
    k = max(1, len(data.classes) - data.can_fail)
    counts = np.zeros((len(data), k))
    seen = rating_counts(humans.items, humans.raters, humans.codes, k)
    counts[: len(seen)] = seen
    own = label_set_classes(data)
    values = grades(data)
    made = coefficients_of_counts(
        counts[np.ix_(items, own)] if len(own) else counts[items],
        weights=data.weights[items] if data.weighted else None,
        clusters=data.groups[items] if data.grouped else None,
        names=tuple(names),
        values=values if values is None or not len(own) else values[own],
        confidence=confidence,
    )
    return {ours: made[theirs] for theirs, ours in names.items()}
