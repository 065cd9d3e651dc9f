"""How many of a finite population's items are wrong, from a random sample of them: exact, no approximation."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor
from typing import overload

import numpy as np
import numpy.typing as npt

from assistant.stats.hypergeometric import Floats, Integers, cumulative
from assistant.stats.stratified import StratifiedSample, largest_probability

_GRID = 48  # candidates compared at once


def errors_allowed(max_error: float, population: int) -> int:
    """The largest number of wrong items whose share of `population` is at most `max_error`."""
    return floor(max_error * population + 1e-9)


@overload
def p_value(found: int, sampled: int, population: int, errors: int) -> float: ...


@overload
def p_value(
    found: npt.ArrayLike, sampled: npt.ArrayLike, population: npt.ArrayLike, errors: npt.ArrayLike
) -> Floats: ...


def p_value(
    found: npt.ArrayLike, sampled: npt.ArrayLike, population: npt.ArrayLike, errors: npt.ArrayLike
) -> float | Floats:
    """P(X <= found) when `errors` of `population` items are wrong and `sampled` are drawn without replacement.

    It is the exact p-value of "at least `errors` items are wrong": it falls as `errors` grows.

    Args:
        found: wrong items in the sample, 0 to `sampled`.
        sampled: size of a simple random sample, 0 to `population`.
        population: items in all.
        errors: hypothetical wrong items in the population; more than the population holds has probability 0.

    Returns:
        A float for numbers, an array for arrays (of equal or broadcastable shape).

    Raises:
        ValueError: a count is negative, or found > sampled, or sampled > population.

    Source: hypergeometric test, e.g. Cochran (1977), Sampling Techniques, 3rd ed., section 3.6.
    """
    given = np.broadcast_arrays(*(np.asarray(a, dtype=np.int64) for a in (found, sampled, population, errors)))
    x, n, size, wrong = (a.ravel() for a in given)
    if ((x < 0) | (x > n) | (n > size) | (wrong < 0)).any():
        raise ValueError("counts must satisfy 0 <= found <= sampled <= population and errors >= 0")
    possible = wrong <= size - (n - x)
    probabilities = np.zeros(len(x))
    if possible.any():
        probabilities[possible] = cumulative(x[possible], n[possible], size[possible], wrong[possible])
    return probabilities.reshape(given[0].shape) if given[0].shape else float(probabilities[0])


def errors_upper_bound(found: int, sampled: int, population: int, confidence: float) -> int:
    """The most wrong items the population may hold: the largest number not rejected at 1 - confidence.

    Args:
        found: wrong items in a simple random sample drawn without replacement.
        sampled: items in the sample; 0 says nothing: the bound is the population.
        population: items in all, the sample included.
        confidence: one-sided level, between 0 and 1.

    Returns:
        From `found` (all items were seen) to population - (sampled - found).

    Raises:
        ValueError: counts or level out of range.

    Source: inverted hypergeometric test; Buonaccorsi (1987), The American Statistician 41:215-218.
    """
    _check_level(confidence)
    p_value(found, sampled, population, found)  # refuses impossible counts
    low, high = found, population - (sampled - found)
    while low < high:
        tried = np.unique(np.linspace(low + 1, high, _GRID).astype(np.int64))
        kept = int((p_value(found, sampled, population, tried) > 1 - confidence).sum())
        high = int(tried[kept]) - 1 if kept < len(tried) else high
        low = int(tried[kept - 1]) if kept else low
    return low


def stratified_p_value(
    sizes: Sequence[int],
    sampled: Sequence[int],
    found: Sequence[int],
    errors: int,
    *,
    set_aside: float = 0.002,
    level: float | None = None,
) -> float:
    """Exact p-value of "at least `errors` items are wrong" from strata sampled at different rates.

    P(Horvitz-Thompson estimate of the wrong items <= the estimate seen), at its largest over every way the errors may
    be spread over the strata. Spreads outside a joint 1 - `set_aside` confidence region for the strata's errors are
    left out and `set_aside` is added to the p-value, which keeps it valid. The maximum is found up to an upper bound
    near it, never below it.

    Args:
        sizes: items in each of one to three strata.
        sampled: items of each drawn without replacement; an unsampled stratum counts as wholly wrong.
        found: wrong items among these.
        errors: hypothetical wrong items in all strata together.
        set_aside: share of the level given to the confidence region; without effect for one sampled stratum.
        level: stop as soon as it is clear on which side of this level the p-value lies: a result above it is then
            only known to be above, one at or below it is a bound. Much faster where only the decision matters.

    Returns:
        Between 0 and 1.

    Raises:
        ValueError: more than three strata, lists of different lengths, or counts out of range.

    Source: Wendell & Schmee (1996), JASA 91:825-830; Berger & Boos (1994), JASA 89:1012-1016 for `set_aside`.
    """
    strata, surely_wrong = _observed(sizes, sampled, found)
    errors = max(0, errors - surely_wrong)
    if not strata:
        return 1.0 if errors == 0 else 0.0
    if len(strata) == 1:
        size, n, x = strata[0]
        return p_value(x, n, size, errors)
    settled_by = None if level is None else level - set_aside
    return min(1.0, largest_probability(_with_region(strata, set_aside), errors, settled_by) + set_aside)


def stratified_upper_bound(
    sizes: Sequence[int],
    sampled: Sequence[int],
    found: Sequence[int],
    confidence: float,
    *,
    set_aside: float = 0.002,
) -> int:
    """The most wrong items one to three strata may hold together, sampled at different rates.

    The largest total that `stratified_p_value` doesn't reject at 1 - confidence; past 1,000 errors up to a thousandth
    more, to save time. See there for arguments and source.

    Raises:
        ValueError: as there, or a level of which `set_aside` leaves nothing.
    """
    _check_level(confidence)
    strata, surely_wrong = _observed(sizes, sampled, found)
    if len(strata) <= 1:
        return surely_wrong + sum(errors_upper_bound(x, n, size, confidence) for size, n, x in strata)
    if not 0 < set_aside < 1 - confidence:
        raise ValueError(f"set_aside must lie between 0 and 1 - confidence, got {set_aside}")
    settled_by = 1 - confidence - set_aside
    sample = _with_region(strata, set_aside)
    low, high = int(sample.found.sum()), int(sample.high.sum())
    while high - low > low // 1000:
        middle = (low + high + 1) // 2
        if largest_probability(sample, middle, settled_by) > settled_by:
            low = middle
        else:
            high = middle - 1
    return surely_wrong + high


def labels_needed(
    error_share: float, max_error: float, population: int, confidence: float, power: float = 0.8
) -> int | None:
    """The smallest simple random sample that would certify `max_error`, if the true share is `error_share`.

    Args:
        error_share: share of the population that is wrong (rounded up to whole items), 0 to 1.
        max_error: share to certify, 0 to 1.
        population: items in all.
        confidence: one-sided level of the certificate.
        power: wanted probability that the sample certifies.

    Returns:
        Labels, at most `population`; None when no sample can be expected to: error_share >= max_error.

    Raises:
        ValueError: a level or the power is not between 0 and 1.
    """
    _check_level(confidence)
    _check_level(power)
    wrong, allowed = ceil(error_share * population - 1e-9), errors_allowed(max_error, population)
    if error_share >= max_error or wrong > allowed:
        return None
    low, high = 0, wrong
    while low < high:  # the more may be found, the larger the sample and its power, but for the jumps of whole numbers
        middle = (low + high) // 2
        power_enough = _power_when_finding(np.array([middle]), population, wrong, allowed, confidence)[1][0] >= power
        low, high = (low, middle) if power_enough else (middle + 1, high)
    sizes, powers = _power_when_finding(np.arange(max(0, low - _GRID), low + 1), population, wrong, allowed, confidence)
    return int(sizes[np.flatnonzero(powers >= power)[0]])


def _power_when_finding(
    most: Integers, population: int, wrong: int, allowed: int, confidence: float
) -> tuple[Integers, Floats]:
    """The smallest samples that certify `allowed` errors with `most` found, and how probably they find that few."""
    low, high = most.copy(), np.full(len(most), population)
    while (low < high).any():
        middle = (low + high) // 2
        certifies = p_value(most, np.maximum(most, middle), population, allowed + 1) <= 1 - confidence
        low, high = np.where(certifies, low, np.minimum(middle + 1, high)), np.where(certifies, middle, high)
    return low, p_value(np.minimum(most, low), low, population, wrong)


def _observed(
    sizes: Sequence[int], sampled: Sequence[int], found: Sequence[int]
) -> tuple[list[tuple[int, int, int]], int]:
    """The strata that were sampled as (size, sampled, found), heaviest items first, and the size of the others."""
    if not len(sizes) == len(sampled) == len(found) <= 3:
        raise ValueError(f"up to three strata, each with size, sampled and found; got {sizes}, {sampled}, {found}")
    for size, n, x in zip(sizes, sampled, found, strict=True):
        p_value(x, n, size, 0)  # refuses impossible counts
    strata = [stratum for stratum in zip(sizes, sampled, found, strict=True) if stratum[1] > 0]
    unsampled = sum(size for size, n in zip(sizes, sampled, strict=True) if n == 0)
    return sorted(strata, key=lambda stratum: -stratum[0] / stratum[1]), unsampled


def _with_region(strata: list[tuple[int, int, int]], set_aside: float) -> StratifiedSample:
    """The strata with the errors each may hold, jointly at confidence 1 - set_aside."""
    confidence = 1 - set_aside / (2 * len(strata))
    low = [size - errors_upper_bound(n - x, n, size, confidence) for size, n, x in strata]
    high = [errors_upper_bound(x, n, size, confidence) for size, n, x in strata]
    sizes, sampled, found = np.array(strata, dtype=np.int64).T
    return StratifiedSample(sizes, sampled, found, np.array(low), np.array(high))


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise ValueError(f"a level must lie between 0 and 1, got {level}")
