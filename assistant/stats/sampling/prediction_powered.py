"""Prediction-powered inference: a mean from few human labels and a machine's answer to every item.

Right however bad the machine is; narrow where it is good.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from assistant.stats.contingency import kish
from assistant.stats.intervals import check_level
from assistant.stats.sampling.clusters import weighted_clusters
from assistant.stats.vectors import Floats, check_range, vectors


@dataclass(frozen=True, slots=True)
class KnownPredictions:
    """Predictions for every item of a population, the labelled ones among them.

    Attributes:
        items: how many items.
        mean: of their predictions, 0 to 1.
        variance: of their predictions, over `items`.
    """

    items: int
    mean: float
    variance: float


@dataclass(frozen=True, slots=True)
class PredictionPowered:
    """A mean with its interval.

    Attributes:
        value: the estimate, cut to 0 to 1.
        low, high: ends of the interval, from 0 to 1; None where fewer than two independent items are labelled.
        power: how much the predictions count, 0 (labels alone) to 1.
        more_labels: as many more labels would make the interval of the labels alone as narrow; 0 where predictions
            don't help.
    """

    value: float
    low: float | None
    high: float | None
    power: float
    more_labels: int


def prediction_powered_mean(
    labels: npt.ArrayLike,
    predictions: npt.ArrayLike,
    population: KnownPredictions,
    *,
    weights: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
    correction: npt.ArrayLike | None = None,
    confidence: float = 0.95,
) -> PredictionPowered:
    """Mean of the labels over the population that the labelled items were drawn from.

    Hájek's mean of the labels, plus `power` times what Hájek's mean of their predictions misses of the population's
    known one. The power is that of the smallest variance (PPI++), kept within 0 and 1, so that predictions that tell
    nothing do no harm. For equal weights it is the estimate of PPI++ with the items without a label as the unlabelled
    ones. The interval is normal, Student's where items weigh differently or are clustered, with z² / 4 items added that
    the machine misses and as many that it wrongly gives, as Agresti & Coull (1998) do for a proportion: it does not
    collapse where the machine was never seen to err.

    Args:
        labels: by people, 0 to 1 (whether an item holds a label, or agrees), shape (n,).
        predictions: by the machine for the same items, 0 to 1, shape (n,).
        population: predictions for all items, those n too.
        weights: 1 / inclusion probability, shape (n,); None where all are the same. Items of weight 0 don't count.
        clusters: whole-number codes of items that aren't independent, shape (n,); None takes each as its own.
        correction: 1 less each item's inclusion probability, shape (n,), for a mean of just this population, of which
            each item was drawn by itself; clusters then say nothing. None for a mean that speaks for others like them.
        confidence: two-sided level.

    Raises:
        ValueError: lengths differ, no items, values or level out of range.

    Source: Angelopoulos et al. (2023), Science 382:669-674 (PPI); Angelopoulos, Duchi & Zrnic (2023), arXiv 2311.01453
    (PPI++, power tuning). With inclusion probabilities it is the difference estimator of survey sampling: Särndal,
    Swensson & Wretman (1992), Model Assisted Survey Sampling, chapter 6.
    """
    check_level(confidence)
    given, guessed = vectors(labels=labels, predictions=predictions)
    check_range("labels", given, 0, 1)
    check_range("predictions", guessed, 0, 1)
    y, w, groups = weighted_clusters(given, None if correction is not None else clusters, weights)
    f = guessed if len(y) == len(guessed) else guessed[np.asarray(weights) > 0]
    left = _left_to_chance(correction, w, len(y))
    moments = _moments(y, f, w, groups, left=left if correction is not None else None, population=population)
    power = moments.best_power()
    value = float(np.average(y, weights=w)) + power * (population.mean - float(np.average(f, weights=w)))
    size = kish(np.bincount(groups, w))
    if size < 2:
        return PredictionPowered(_cut(value), None, None, power, 0)
    at = np.average(y - power * f, weights=w)
    chance = float(left @ w**2 / (w @ w))
    padded = _Padded(size, NormalDist().inv_cdf((1 + confidence) / 2) ** 2 / 4, chance)
    variance = padded.variance(moments.variance(power), float(at), power)
    alone = padded.variance(moments.variance(0), float(np.average(y, weights=w)), 0)
    equal = len(groups) == int(groups.max()) + 1 and bool((w == w[0]).all())
    half = float(stdtrit(np.inf if equal else max(1.0, size - 1), (1 + confidence) / 2)) * sqrt(variance)
    more = floor(len(y) * (alone / variance - 1) + 1e-9) if power and variance else 0
    return PredictionPowered(_cut(value), _cut(value - half), _cut(value + half), power, max(0, more))


@dataclass(frozen=True, slots=True)
class _Moments:
    """Variance of the estimate as a quadratic of the power: labels - 2 power both + power² predictions."""

    labels: float
    both: float
    predictions: float

    def variance(self, power: float) -> float:
        return max(0.0, self.labels - 2 * power * self.both + power * power * self.predictions)

    def best_power(self) -> float:
        return min(1.0, max(0.0, self.both / self.predictions)) if self.predictions > 1e-15 else 0.0


def _moments(
    y: Floats, f: Floats, w: Floats, groups: npt.NDArray[np.int64], *, left: Floats | None, population: KnownPredictions
) -> _Moments:
    """Where the mean speaks for others like these items, the population's own chance moves its mean prediction too."""
    u = w / w.sum()
    of_label, of_prediction = (values - u @ values for values in (y, f))
    number = int(groups.max()) + 1
    factor = number / (number - 1) if 1 < number < len(y) else 1.0
    parts = [np.bincount(groups, u * values) for values in (of_label, of_prediction)]
    if left is not None:
        chance = left[np.argsort(groups, kind="stable")]
        return _Moments(*(float(chance @ (a * b)) for a, b in ((parts[0],) * 2, tuple(parts), (parts[1],) * 2)))
    labels, both, predictions = (
        factor * float(a @ b) for a, b in ((parts[0], parts[0]), (parts[0], parts[1]), (parts[1], parts[1]))
    )
    alone = float((u * of_label) @ (u * of_label))
    together = max(1.0, labels / alone) if alone else 1.0  # clusters make the population's mean vary more as well
    spread = together / population.items
    return _Moments(
        labels, both - spread * float(u @ (of_label * of_prediction)), predictions - spread * population.variance
    )


@dataclass(frozen=True, slots=True)
class _Padded:
    """Items that tell as much as `size` equal ones, `added` missed ones, and as many wrongly given."""

    size: float
    added: float
    chance: float

    def variance(self, seen: float, mean: float, power: float) -> float:
        """Variance of the mean residual, from the variance seen and the mean itself."""
        pulled = self.added * self.chance * ((1 - mean) ** 2 + (power + mean) ** 2)
        return (self.size**2 * seen + pulled) / (self.size + 2 * self.added) ** 2


def _left_to_chance(correction: npt.ArrayLike | None, w: Floats, n: int) -> Floats:
    if correction is None:
        return np.ones(n)
    given = np.asarray(correction, dtype=np.float64)
    if given.shape != w.shape or not ((given >= 0) & (given < 1)).all():
        raise ValueError(f"correction must hold a number from 0 to below 1 for each of the {n} items")
    return given


def _cut(value: float) -> float:
    return min(1.0, max(0.0, value))
