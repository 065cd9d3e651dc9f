"""How a sample's labels are spread: over strata, or over items by how probably each is wrong."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def proportional_sizes(counts: npt.ArrayLike, size: int) -> Integers:
    """A sample's size split over strata in proportion to what they hold, in whole items.

    Largest remainders (Hamilton); a stratum that would go without gets one item, from those rounded up furthest.

    Args:
        counts: items in each stratum, shape (s,).
        size: items to draw in all, from the number of strata that hold any to all items.

    Returns:
        Shape (s,), summing to `size`, at least 1 and at most the count where there are items, 0 where there are none.

    Raises:
        ValueError: no items, a negative count, or a size out of range.

    Source: proportional allocation, Cochran (1977), Sampling Techniques, 3rd ed., section 5.5.
    """
    held = np.asarray(counts, dtype=np.int64)
    occupied = int((held > 0).sum())
    if held.ndim != 1 or not occupied or held.min() < 0:
        raise ValueError("counts must be a flat list of items in each stratum, with some items in all")
    if not occupied <= size <= held.sum():
        raise ValueError(f"size must lie between {occupied}, one a stratum, and all {held.sum()} items, got {size}")
    quotas = size * held / held.sum()
    sizes: Integers = np.maximum(np.floor(quotas + 1e-9), held > 0).astype(np.int64)
    while short := size - int(sizes.sum()):
        owed = quotas - sizes
        at = np.argmax(owed) if short > 0 else np.argmin(np.where(sizes > 1, owed, np.inf))
        sizes[at] += np.sign(short)
    return sizes


def error_probabilities(expected_error: npt.ArrayLike, size: float, *, uniform_share: float) -> Floats:
    """Inclusion probabilities that look where errors are expected, and everywhere a little: for `sampling.poisson`.

    A share of the sample is spread evenly, the rest in proportion to `expected_error`. The even share is what keeps
    every probability above zero and every weight below n / (uniform_share * size), so that an error the scores know
    nothing of costs precision, not validity.

    Args:
        expected_error: each item's probability of being wrong, 1 - confidence, in [0, 1], shape (n,). In proportion to
            it a sample finds the most errors to learn from; its square root in its place estimates their share best.
        size: labels expected, above 0 up to n.
        uniform_share: share of the sample that is spread evenly, in (0, 1].

    Returns:
        In (0, 1], shape (n,), summing to `size`.

    Raises:
        ValueError: no items, or numbers out of range.

    Source: mixture with the uniform ("defensive") distribution: Hesterberg (1995), Technometrics 37:185-194; the
    square root minimises the expected variance of the Horvitz-Thompson total: Isaki & Fuller (1982), JASA 77:89-96.
    """
    error = np.asarray(expected_error, dtype=np.float64)
    if error.ndim != 1 or not len(error) or not ((error >= 0) & (error <= 1)).all():
        raise ValueError("expected_error must be a flat list of at least one probability from 0 to 1")
    if not 0 < uniform_share <= 1:
        raise ValueError(f"uniform_share must lie above 0 up to 1, got {uniform_share}")
    total = float(error.sum())
    even = np.full(len(error), 1 / len(error))
    return capped(uniform_share * even + (1 - uniform_share) * (error / total if total > 0 else even), size)


def capped(weights: npt.ArrayLike, size: float) -> Floats:
    """The probabilities min(1, c * weight) with the one c for which they sum to `size` (water-filling).

    Args:
        weights: above 0, shape (n,).
        size: above 0 up to n.

    Returns:
        In (0, 1], shape (n,), summing to `size`.

    Raises:
        ValueError: no weights, one that is not above 0, or a size out of range.

    Source: Tillé (2006), Sampling Algorithms, section 2.10.
    """
    weight = np.asarray(weights, dtype=np.float64)
    if weight.ndim != 1 or not len(weight) or not (np.isfinite(weight) & (weight > 0)).all():
        raise ValueError("weights must be a flat list of at least one number above 0")
    if not 0 < size <= len(weight):
        raise ValueError(f"size must lie above 0 up to the {len(weight)} items, got {size}")
    falling = -np.sort(-weight)
    rest = np.cumsum(falling[::-1])[::-1]  # of an item and all with less weight
    sure = np.arange(len(weight))  # items with more weight, if they all have probability 1
    scales = (size - sure) / rest
    fits = np.flatnonzero(scales * falling <= 1)
    return np.minimum(1.0, weight * scales[fits[0]]) if len(fits) else np.ones(len(weight))
