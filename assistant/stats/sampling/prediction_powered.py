"""Prediction-powered inference: a mean from few human and many machine labels, unbiased however bad the machine is."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from assistant.domain.reasons import Reason
from assistant.stats.vectors import Floats, vectors, weights_or_ones


@dataclass(frozen=True, slots=True)
class PredictionPowered:
    """A mean with its uncertainty.

    Attributes:
        value: the estimate; may lie a little outside the labels' range.
        standard_error: of the value; None with fewer than two labelled items.
        low, high: normal interval, not cut to what is possible; unreliable below some 30 labelled items or a handful
            of wrong predictions; None as above.
        power: how much the predictions count, 0 (labels alone) to 1 (original PPI).
        reason: why there is no interval; None when there is.
    """

    value: float
    standard_error: float | None
    low: float | None
    high: float | None
    power: float
    reason: Reason | None


def prediction_powered_mean(
    labels: npt.ArrayLike,
    predictions: npt.ArrayLike,
    unlabelled_predictions: npt.ArrayLike,
    *,
    weights: npt.ArrayLike | None = None,
    power: float | None = None,
    confidence: float = 0.95,
) -> PredictionPowered:
    """Mean of the labels in the population from which the unlabelled items were drawn at random.

    power * mean(unlabelled predictions) + mean(labels - power * predictions), the second mean over labelled items.

    Args:
        labels: by people, shape (n,), any numbers (0 and 1 for a share).
        predictions: by the machine for the same items, shape (n,).
        unlabelled_predictions: by the same machine for other items, shape (N,).
        weights: of the labelled items, 1 / inclusion probability, shape (n,); None where they are a simple random
            sample. The mean is Hájek's, its variance linearised.
        power: 1 for original PPI, 0 for the labels alone, None for the power with the smallest variance (PPI++), kept
            within 0 and 1, so that predictions that tell nothing do no harm.
        confidence: two-sided level, between 0 and 1.

    Raises:
        ValueError: lengths differ, a column is empty or not finite, weights, power or level out of range.

    Source: Angelopoulos et al. (2023), Science 382:669-674 (PPI); Angelopoulos, Duchi & Zrnic (2023), arXiv 2311.01453
    (PPI++). Variances divide by n, as in their package ppi-python, which pools the predictions' variance for the power
    and so differs in its third digit.
    """
    y, f = vectors(labels=labels, predictions=predictions)
    (many,) = vectors(unlabelled_predictions=unlabelled_predictions)
    w = weights_or_ones(weights, len(y))
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, got {confidence}")
    if power is not None and not 0 <= power <= 1:
        raise ValueError(f"power must lie between 0 and 1, got {power}")
    used = _best_power(y, f, many, w) if power is None else power
    value = used * float(many.mean()) + float(np.average(y - used * f, weights=w))
    if np.count_nonzero(w) < 2:
        return PredictionPowered(value, None, None, None, used, Reason("too_few_labelled_items"))
    residual = _residuals(y - used * f, w)
    error = sqrt(float(residual @ residual) + used * used * float(many.var()) / len(many))
    half = NormalDist().inv_cdf((1 + confidence) / 2) * error
    return PredictionPowered(value, error, value - half, value + half, used, None)


def _best_power(y: Floats, f: Floats, many: Floats, w: Floats) -> float:
    """The power that makes the estimate's variance smallest."""
    labels, predictions = _residuals(y, w), _residuals(f, w)
    variance = float(predictions @ predictions) + float(many.var()) / len(many)
    return min(1.0, max(0.0, float(labels @ predictions) / variance)) if variance > 0 else 0.0


def _residuals(values: Floats, w: Floats) -> Floats:
    """What each item adds to the weighted mean's error; their squares sum to its variance."""
    return np.asarray(w * (values - np.average(values, weights=w)) / w.sum(), dtype=np.float64)
