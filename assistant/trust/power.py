"""What the exact binomial test will probably show, before any label is looked at: chances of success, sizes needed."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import numpy.typing as npt
from scipy.special import bdtr

from assistant.stats.control import trials_needed
from assistant.stats.vectors import Floats

PROBABLE = 0.8  # a chance of success that counts as "probably"
MOST_LABELS = 10_000_000  # a plan that asks for more is none
_COUNTS = 15  # equally likely numbers of trials that a chance of success is averaged over


def trials_for_power(
    error_share: float, max_error: float, level: float, power: float = PROBABLE, *, most: int = MOST_LABELS
) -> int | None:
    """The fewest independent items with which "more than `max_error` are wrong" is probably rejected.

    Args:
        error_share: the true share of wrong ones, in [0, 1].
        max_error: the share to rule out, between 0 and 1.
        level: of the test, between 0 and 1.
        power: wanted chance to reject, between 0 and 1.
        most: larger numbers are not looked for.

    Returns:
        None where error_share >= max_error, or where more than `most` would be needed.

    Raises:
        ValueError: a share, the level or the power is out of range.
    """
    if not (0 <= error_share <= 1 and 0 < power < 1):
        raise ValueError(f"error_share must lie in [0, 1] and power between 0 and 1, got {error_share} and {power}")
    enough = trials_needed(0, max_error, 1 - level)  # refuses what is out of range
    if error_share >= max_error:
        return None
    low, high = -1, 0  # errors tolerated: too few, and enough
    while bdtr(high, enough, error_share) < power:
        if enough > most:
            return None
        low, high = high, 2 * high + 1
        enough = trials_needed(high, max_error, 1 - level)
    while high - low > 1:  # the more errors are tolerated, the more power, but for the jumps of whole numbers
        middle = (low + high) // 2
        trials = trials_needed(middle, max_error, 1 - level)
        if bdtr(middle, trials, error_share) < power:
            low = middle
        else:
            high, enough = middle, trials
    return enough if enough <= most else None


def chance_to_reject(
    inclusion: npt.ArrayLike, error_share: npt.ArrayLike, trials: int, max_error: float, level: float
) -> Floats:
    """Chance that the test rejects when each of `trials` items is counted with a known probability.

    Args:
        inclusion: probability that an item counts, in [0, 1], shape (k,).
        error_share: of the items that count, in [0, 1], shape (k,).
        trials: items in all, counted or not.
        max_error: the share to rule out, between 0 and 1.
        level: of the test, between 0 and 1.

    Returns:
        Shape (k,), the number of counted items averaged over its normal approximation; 0 where even no errors at all
        would not reject.

    Raises:
        ValueError: bound or level out of range.
    """
    share, error = np.asarray(inclusion, dtype=np.float64)[:, None], np.asarray(error_share, dtype=np.float64)[:, None]
    deviations = np.array([NormalDist().inv_cdf((i + 0.5) / _COUNTS) for i in range(_COUNTS)])
    counted = np.clip(np.round(trials * share + deviations * np.sqrt(trials * share * (1 - share))), 0, trials)
    tolerated = np.searchsorted(_sizes(trials, max_error, level), counted, side="right") - 1
    chance = bdtr(np.maximum(tolerated, 0).astype(np.float64), np.maximum(counted, 1).astype(np.int64), error)
    return np.asarray(np.where(tolerated >= 0, chance, 0.0).mean(axis=1), dtype=np.float64)


def _sizes(most: int, max_error: float, level: float) -> list[int]:
    """The fewest trials that reject with 0, 1, 2, ... errors, up to the first beyond `most`."""
    sizes = [trials_needed(0, max_error, 1 - level)]
    while sizes[-1] <= most:
        sizes.append(trials_needed(len(sizes), max_error, 1 - level))
    return sizes
