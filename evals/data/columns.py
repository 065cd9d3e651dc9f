"""Columns made of single answers: majorities, a variant's answers, the order of labels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from evals.data.eval_data import (
    NONE,
    Bools,
    Codes,
    Floats,
    HumanAnswers,
    Scale,
    Sight,
    Spent,
    Variant,
    VariantIdentity,
)


@dataclass(frozen=True, slots=True)
class VariantAnswer:
    """One answer of one variant.

    Args:
        labels: what it said; None where it was asked and gave no usable answer.
        confidence: how sure it was, as it came.
        cost_usd, latency_ms, tokens: of the original call.
        clauses: ids it cited.
        unknown: categories it neither gave nor denied: such an answer is no usable one.
    """

    labels: tuple[str, ...] | None
    confidence: float | None = None
    cost_usd: float | None = None
    latency_ms: float | None = None
    tokens: float | None = None
    clauses: tuple[str, ...] | None = None
    unknown: tuple[str, ...] = ()


def variant_columns(
    name: str,
    answers: Mapping[tuple[int, int], VariantAnswer],
    n: int,
    code_of: Callable[[tuple[str, ...] | None], int],
    *,
    identity: VariantIdentity,
    calibrated: bool,
) -> Variant:
    """A variant's answers as columns.

    Args:
        name: how it is called.
        answers: by position of the item and repeat.
        n: how many items there are.
        code_of: the class of an answer.
        identity: what it is made of.
        calibrated: whether its confidences are calibrated probabilities.
    """
    repeats = 1 + max((repeat for _, repeat in answers), default=0)
    codes = np.full((n, repeats), NONE, dtype=np.int64)
    confidence = np.full(n, np.nan)
    spent = np.full((3, n, repeats), np.nan)
    clauses: list[tuple[str, ...]] = [()] * n
    for (place, repeat), one in answers.items():
        codes[place, repeat] = code_of(one.labels)
        spent[:, place, repeat] = [_or_nan(value) for value in (one.cost_usd, one.latency_ms, one.tokens)]
        if repeat == 0:
            confidence[place] = _or_nan(one.confidence)
            clauses[place] = one.clauses or ()
    return Variant(
        name,
        codes,
        confidence=None if np.isnan(confidence).all() else confidence,
        calibrated=calibrated,
        spent=None if np.isnan(spent).all() else Spent(*(_mean_of_known(column) for column in spent)),
        identity=identity,
        clauses=clauses if any(one.clauses is not None for one in answers.values()) else None,
    )


def majority(items: Codes, codes: Codes, n: int, k: int) -> tuple[Codes, Codes]:
    """The class most answers of an item give.

    Args:
        items: which item, shape (m,).
        codes: which class of `k`, shape (m,).
        n: how many items there are.
        k: how many classes there are.

    Returns:
        By item the class, `NONE` where no one answered or two lead, shape (n,); and the items on which two lead.
    """
    winner = np.full(n, NONE, dtype=np.int64)
    if not len(items):
        return winner, np.zeros(0, dtype=np.int64)
    cells, votes = np.unique(items * k + codes, return_counts=True)
    of_item, of_class = np.divmod(cells, k)
    most = np.zeros(n, dtype=np.int64)
    np.maximum.at(most, of_item, votes)
    leading = votes == most[of_item]
    leaders = np.bincount(of_item[leading], minlength=n)
    winner[of_item[leading]] = of_class[leading]
    tied = np.flatnonzero(leaders > 1)
    winner[tied] = NONE
    return winner, tied


def that_count(humans: HumanAnswers, n: int) -> Bools:
    """Which answers say what is right: not those given with the machine's in sight, where an item has others."""
    assisted = humans.of(Sight.ASSISTED)
    has_other = np.zeros(n, dtype=np.bool_)
    has_other[humans.items[~assisted]] = True
    return np.asarray(~assisted | ~has_other[humans.items])


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else value


def _mean_of_known(values: Floats) -> Floats:
    """Mean over repeats of what is known, NaN where nothing is."""
    known = ~np.isnan(values)
    sums = np.where(known, values, 0.0).sum(axis=1)
    return np.asarray(np.divide(sums, known.sum(axis=1), out=np.full(len(values), np.nan), where=known.any(axis=1)))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def label_order(label: str) -> tuple[bool, float, str]:
    """Numbers first, by size; then names."""
    number = _number(label)
    return (number is None, number or 0.0, label)


def guessed_scale(classes: Iterable[str]) -> Scale:
    """Grades where every label is a number, else names."""
    return Scale.ORDINAL if all(_number(name) is not None for name in classes) else Scale.NOMINAL
