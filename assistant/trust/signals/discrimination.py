"""Discrimination of each signal: how well it alone separates the machine's right answers from its wrong ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from assistant.domain.reasons import Reason
from assistant.stats.scores.selective import auroc
from assistant.stats.vectors import Floats, check_range, vectors


class Direction(StrEnum):
    """On which side of a signal the right answers lie."""

    HIGHER_IS_RIGHT = "higher is right"
    LOWER_IS_RIGHT = "lower is right"


@dataclass(frozen=True, slots=True)
class SignalDiscrimination:
    """One signal on the human-labelled items that have it.

    Attributes:
        name: the signal's.
        n: items that have it.
        wrong: those among them whose machine answer is wrong.
        share: of all human-labelled items, those that have it, in [0, 1].
        mean_right, mean_wrong: weighted mean of the signal where the machine is right and where it is wrong; None
            where there is no such item.
        auroc: probability that a right and a wrong answer's signals lie in the order of `direction`, ties half; from
            0.5 (no discrimination) to 1; None where it is undefined.
        low, high: its interval, below 0.5 where even the direction may be chance; None where it can't be had.
        direction: None where `auroc` is None or exactly 0.5.
        reason: why a figure is None; None where none is.
    """

    name: str
    n: int
    wrong: int
    share: float
    mean_right: float | None
    mean_wrong: float | None
    auroc: float | None
    low: float | None
    high: float | None
    direction: Direction | None
    reason: Reason | None


def signal_discriminations(
    signals: Mapping[str, npt.ArrayLike],
    right: npt.ArrayLike,
    inclusion_probabilities: npt.ArrayLike | None = None,
    *,
    confidence: float = 0.95,
) -> tuple[SignalDiscrimination, ...]:
    """The discrimination of every signal, best first; those undefined last, by name.

    Args:
        signals: name -> column of shape (n,), any finite numbers, nan where an item lacks the signal.
        right: whether a person agreed with the machine, 0 or 1, shape (n,), n >= 1.
        inclusion_probabilities: with which each item came to be labelled, in (0, 1], shape (n,): the figures then
            speak for all items it could have been; None: they speak for items like the labelled ones.
        confidence: two-sided level of each interval; of twenty signals that discriminate nothing, one may
            look as if it did.

    Raises:
        ValueError: other lengths, no items, an infinite signal, or numbers out of range.
    """
    (outcome,) = vectors(right=right)
    if not np.isin(outcome, (0, 1)).all():
        raise ValueError("right must be 0 or 1 for each item")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, got {confidence}")
    weights = sampling_weights(inclusion_probabilities, len(outcome))
    found = [_discrimination(name, column, outcome, weights, confidence) for name, column in signals.items()]
    return tuple(sorted(found, key=lambda one: (-(one.auroc or 0.0), one.name)))


def sampling_weights(inclusion_probabilities: npt.ArrayLike | None, n: int) -> Floats:
    """1 / inclusion probability for each of n items; ones where there are no probabilities.

    Raises:
        ValueError: another length, or a probability outside (0, 1].
    """
    if inclusion_probabilities is None:
        return np.ones(n)
    pi, _ = vectors(inclusion_probabilities=inclusion_probabilities, items=np.ones(n))
    check_range("inclusion_probabilities", pi, np.nextafter(0, 1), 1)
    return np.asarray(1 / pi, dtype=np.float64)


def auroc_interval(
    scores: npt.ArrayLike, outcomes: npt.ArrayLike, weights: npt.ArrayLike, confidence: float = 0.95
) -> tuple[float, float] | None:
    """DeLong's interval for the AUROC, on the scale of log-odds so that it stays within 0 and 1.

    The variance sums the squared weighted deviations of each item's placement (the share of the other class that it
    outscores) from the AUROC; with equal weights it is DeLong's.

    Args:
        scores: shape (n,), finite.
        outcomes: 0 or 1, shape (n,).
        weights: above zero, shape (n,), such as 1 / inclusion probability.
        confidence: two-sided level.

    Returns:
        None where it can't be had: fewer than two items of a class, or the classes wholly apart or wholly tied.

    Raises:
        ValueError: other lengths, no items, or values out of range.

    Source: DeLong, DeLong & Clarke-Pearson (1988), Biometrics 44:837-845; logit scale: Pepe (2003), The Statistical
    Evaluation of Medical Tests for Classification and Prediction, section 5.2.
    """
    s, y, w = vectors(scores=scores, outcomes=outcomes, weights=weights)
    value = auroc(s, y, w)
    if value is None or min(y.sum(), (1 - y).sum()) < 2 or _apart(s, y) or s.min() == s.max():
        return None
    deviations = _placements(s, y, w) - np.where(y == 1, value, 1 - value)
    variance = sum(_variance_of_mean(deviations[y == side], w[y == side]) for side in (0, 1))
    half = NormalDist().inv_cdf((1 + confidence) / 2) * sqrt(variance) / (value * (1 - value))
    low, high = expit(logit(value) + np.array([-half, half]))
    return float(low), float(high)


def _discrimination(
    name: str, column: npt.ArrayLike, right: Floats, weights: Floats, confidence: float
) -> SignalDiscrimination:
    signal = _checked(name, column, len(right))
    has = ~np.isnan(signal)
    s, y, w = signal[has], right[has], weights[has]
    reason = _undefined(s, y)
    value = None if reason else auroc(s, y, w)
    turned = value is not None and value < 0.5
    interval = auroc_interval(-s if turned else s, y, w, confidence) if value is not None else None
    low, high = interval or (None, None)
    return SignalDiscrimination(
        name=name,
        n=len(s),
        wrong=int((y == 0).sum()),
        share=len(s) / len(right),
        mean_right=_mean(s, w, y == 1),
        mean_wrong=_mean(s, w, y == 0),
        auroc=None if value is None else max(value, 1 - value),
        low=low,
        high=high,
        direction=None if value in {None, 0.5} else Direction.LOWER_IS_RIGHT if turned else Direction.HIGHER_IS_RIGHT,
        reason=reason if value is None or interval else _no_interval(s, y),
    )


def _checked(name: str, column: npt.ArrayLike, items: int) -> Floats:
    signal = np.asarray(column, dtype=np.float64)
    if signal.shape != (items,):
        raise ValueError(f"signal {name} has shape {signal.shape} for {items} items")
    if np.isinf(signal).any():
        raise ValueError(f"signal {name} is infinite at position {int(np.argmax(np.isinf(signal)))}: nan says missing")
    return signal


def _undefined(signal: Floats, right: Floats) -> Reason | None:
    """Why the discrimination of a signal is undefined."""
    if not len(signal):
        return Reason("signal_of_no_item")
    if right.min() == right.max():
        return Reason.of("signal_with_all_right" if right[0] else "signal_with_all_wrong", answers=len(right))
    if signal.min() == signal.max():
        return Reason.of("constant_signal", value=float(signal[0]), items=len(signal))
    return None


def _no_interval(signal: Floats, right: Floats) -> Reason:
    if _apart(signal, right):
        return Reason("right_and_wrong_apart")
    return Reason("signal_with_one_right" if right.sum() == 1 else "signal_with_one_wrong")


def _apart(signal: Floats, outcomes: Floats) -> bool:
    ones, zeros = signal[outcomes == 1], signal[outcomes == 0]
    return bool(ones.min() > zeros.max() or ones.max() < zeros.min())


def _mean(signal: Floats, weights: Floats, where: npt.NDArray[np.bool_]) -> float | None:
    return float(np.average(signal[where], weights=weights[where])) if where.any() else None


def _placements(scores: Floats, outcomes: Floats, weights: Floats) -> Floats:
    """For each item the weighted share of the other class that scores lower, ties half."""
    _, group = np.unique(scores, return_inverse=True)
    shares = np.empty(len(scores))
    for side in (0, 1):
        others = np.bincount(group, weights * (outcomes != side))
        below = (np.cumsum(others) - others / 2) / others.sum()
        shares[outcomes == side] = below[group[outcomes == side]]
    return shares


def _variance_of_mean(deviations: Floats, weights: Floats) -> float:
    """Of a weighted mean, linearised; with equal weights the sample variance over n."""
    n = len(deviations)
    return float(((weights * deviations) ** 2).sum() / weights.sum() ** 2) * n / (n - 1)
