"""How far stated probabilities are from what happens: Brier score, log loss, calibration error, reliability bins.

Everywhere: probabilities in [0, 1] and outcomes 0 or 1, both of shape (n,); `weights` of shape (n,), such as
1 / inclusion probability, make the figure speak for the population the items were drawn from; None weighs all alike.
Other lengths, no items, or values out of range raise ValueError.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assistant.stats.intervals import wilson_of_share
from assistant.stats.vectors import Floats, check_range, vectors, weights_or_ones


@dataclass(frozen=True, slots=True)
class BrierDecomposition:
    """Brier score = reliability - resolution + uncertainty + within_bins, exactly.

    Attributes:
        reliability: squared gap of mean probability and share, averaged over bins; 0 is calibrated.
        resolution: how far the bins' shares lie from the overall share; more is better.
        uncertainty: share * (1 - share) over all; not the forecaster's doing.
        within_bins: variance of the probabilities inside bins less twice their covariance with the outcomes; 0 when
            all probabilities in a bin are equal, as in Murphy's original.
    """

    reliability: float
    resolution: float
    uncertainty: float
    within_bins: float


@dataclass(frozen=True, slots=True)
class Bin:
    """One bin of a reliability diagram that holds items.

    Attributes:
        low, high: of equal width the bin's edges (low excluded, but 0); of equal mass its extreme probabilities.
        n: items in it.
        weight: sum of their weights; `n` when unweighted.
        mean_probability: what was stated, weighted mean.
        share: what happened, weighted mean of the outcomes.
        interval_low, interval_high: Wilson's interval for the share, of the effective number of items.
    """

    low: float
    high: float
    n: int
    weight: float
    mean_probability: float
    share: float
    interval_low: float
    interval_high: float


def brier(probabilities: npt.ArrayLike, outcomes: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Mean squared difference of probability and outcome, from 0 (perfect) to 1.

    Source: Brier (1950), Monthly Weather Review 78:1-3, half of his two-class sum.
    """
    p, y, w = _checked(probabilities, outcomes, weights)
    return float(np.average((p - y) ** 2, weights=w))


def log_loss(probabilities: npt.ArrayLike, outcomes: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Mean of -ln(probability of what happened), 0 or more; probabilities are kept 1e-15 away from 0 and 1.

    Source: Good (1952), Journal of the Royal Statistical Society B 14:107-114.
    """
    p, y, w = _checked(probabilities, outcomes, weights)
    of_what_happened = np.clip(np.where(y == 1, p, 1 - p), 1e-15, 1 - 1e-15)
    return float(np.average(-np.log(of_what_happened), weights=w))


def brier_decomposition(
    probabilities: npt.ArrayLike,
    outcomes: npt.ArrayLike,
    bins: int = 10,
    *,
    equal_mass: bool = True,
    weights: npt.ArrayLike | None = None,
) -> BrierDecomposition:
    """The Brier score in parts, over bins.

    Source: Murphy (1973), Journal of Applied Meteorology 12:595-600; the part within bins from Stephenson, Coelho &
    Jolliffe (2008), Weather and Forecasting 23:752-757.
    """
    p, y, w = _checked(probabilities, outcomes, weights)
    index = _bin_index(p, bins, equal_mass)
    mass, mean_p, share = _bin_means(index, p, y, w)
    overall = float(np.average(y, weights=w))
    inside_p, inside_y = p - mean_p[index], y - share[index]
    return BrierDecomposition(
        reliability=float(mass @ (mean_p - share) ** 2 / w.sum()),
        resolution=float(mass @ (share - overall) ** 2 / w.sum()),
        uncertainty=overall * (1 - overall),
        within_bins=float(np.average(inside_p**2 - 2 * inside_p * inside_y, weights=w)),
    )


def expected_calibration_error(
    probabilities: npt.ArrayLike,
    outcomes: npt.ArrayLike,
    bins: int = 10,
    *,
    equal_mass: bool = True,
    weights: npt.ArrayLike | None = None,
) -> float:
    """Gap between mean probability and share of a bin, averaged over bins by their weight; from 0 to 1.

    Source: Naeini, Cooper & Hauskrecht (2015), AAAI, with bins of equal mass; Guo et al. (2017), ICML, of equal width.
    """
    p, y, w = _checked(probabilities, outcomes, weights)
    mass, mean_p, share = _bin_means(_bin_index(p, bins, equal_mass), p, y, w)
    return float(mass @ np.abs(mean_p - share) / w.sum())


def reliability(
    probabilities: npt.ArrayLike,
    outcomes: npt.ArrayLike,
    bins: int = 10,
    *,
    equal_mass: bool = True,
    weights: npt.ArrayLike | None = None,
    confidence: float = 0.95,
) -> list[Bin]:
    """The reliability diagram: the bins that hold items, from low to high probability.

    Args:
        bins: at most this many; equal probabilities are never parted, so ties make fewer.
        equal_mass: about as many items in each bin, else bins (0, 1/bins], (1/bins, 2/bins], ...
        confidence: of the interval for each share.
    """
    p, y, w = _checked(probabilities, outcomes, weights)
    index = _bin_index(p, bins, equal_mass)
    mass, mean_p, share = _bin_means(index, p, y, w)
    squared = np.bincount(index, w * w, len(mass))
    result = []
    for b in np.flatnonzero(mass).tolist():
        inside = p[index == b]
        edges = (float(inside.min()), float(inside.max())) if equal_mass else (b / bins, (b + 1) / bins)
        interval = wilson_of_share(float(share[b]), float(mass[b] ** 2 / squared[b]), confidence)
        result.append(Bin(*edges, len(inside), float(mass[b]), float(mean_p[b]), float(share[b]), *interval))
    return result


def _checked(
    probabilities: npt.ArrayLike, outcomes: npt.ArrayLike, weights: npt.ArrayLike | None
) -> tuple[Floats, Floats, Floats]:
    p, y = vectors(probabilities=probabilities, outcomes=outcomes)
    check_range("probabilities", p, 0, 1)
    if not np.isin(y, (0, 1)).all():
        raise ValueError("outcomes must be 0 or 1")
    return p, y, weights_or_ones(weights, len(p))


def _bin_index(probabilities: Floats, bins: int, equal_mass: bool) -> npt.NDArray[np.int64]:
    """Which bin, 0 to bins - 1, each probability belongs to."""
    if bins < 1:
        raise ValueError(f"bins must be at least 1, got {bins}")
    if equal_mass:
        smaller = np.searchsorted(np.sort(probabilities), probabilities, side="left")
        return np.asarray(smaller * bins // len(probabilities), dtype=np.int64)
    edges = np.arange(1, bins) / bins
    return np.searchsorted(edges, probabilities, side="left").astype(np.int64)


def _bin_means(index: npt.NDArray[np.int64], p: Floats, y: Floats, w: Floats) -> tuple[Floats, Floats, Floats]:
    """Weight, mean probability and share of each bin; zeros where a bin is empty."""
    mass = np.asarray(np.bincount(index, w), dtype=np.float64)
    filled = np.where(mass > 0, mass, 1)
    return mass, np.bincount(index, w * p) / filled, np.bincount(index, w * y) / filled
