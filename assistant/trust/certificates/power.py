"""What a test will probably show, before any label is looked at: chances of success, sizes needed.

Of the exact binomial test that certifies, and of the test that keeps watching a certificate.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
from scipy.special import bdtr, gammaln, xlog1py, xlogy

from assistant.stats.certificates.control import trials_needed
from assistant.stats.certificates.monitoring import breach_times
from assistant.stats.vectors import Floats

PROBABLE = 0.8  # a chance of success that counts as "probably"
MOST_LABELS = 10_000_000  # a plan that asks for more is none
_ERRORS = 1_000  # that the chance to notice is followed up to
_MISSED = 1e-9  # a chance too small to follow
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


@lru_cache(256)
def chance_to_notice(
    error_share: float, max_error: float, level: float, labels: int, *, population: int | None = None
) -> float:
    """Chance that `stats.monitoring.first_breach` has called a certificate broken by its `labels`-th label.

    Exact, by following how probable each number of errors is without a breach so far; up to 1,000 errors, beyond which
    it is a lower bound.

    Args:
        error_share: the true share of wrong labels, in [0, 1].
        max_error, level: of the test, between 0 and 1.
        labels: 0 or more, no more than the population.
        population: items that are drawn from without replacement; None for a stream.

    Raises:
        ValueError: a share or the level is out of range, or more labels than the population.
    """
    if not 0 <= error_share <= 1 or (population is not None and labels > population):
        raise ValueError(f"error_share {error_share} or labels {labels} of {population} can't be")
    noticed = 0.0
    for time, chance in _watched(error_share, max_error, level, population, end=labels):
        if time > labels:
            break
        noticed = chance
    return noticed


@lru_cache(256)
def labels_to_notice(
    error_share: float, max_error: float, level: float, power: float, *, population: int | None = None
) -> int | None:
    """The fewest labels by which `first_breach` has called a certificate broken with a chance of `power`.

    Args, errors: as for `chance_to_notice`; `power` between 0 and 1.

    Returns:
        None where error_share <= max_error, or where 1,000 errors would not do.
    """
    if error_share <= max_error:
        return None
    low = 0
    for time, chance in _watched(error_share, max_error, level, population, end=population):
        high = time
        if chance >= power:
            break
        low = time
    else:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        enough = chance_to_notice(error_share, max_error, level, middle, population=population) >= power
        low, high = (low, middle) if enough else (middle, high)
    return high


def _watched(
    error_share: float, max_error: float, level: float, population: int | None, *, end: int | None
) -> Iterator[tuple[int, float]]:
    """Numbers of labels, rising, and the chance that there was a breach by then; up to `end` labels where given.

    With x wrong labels there is a breach just when no more than `breach_times` labels have come: so it is enough to
    look at these moments. Between two of them the errors grow by a binomial number, or by a hypergeometric one.
    """
    wrong = None if population is None else round(error_share * population)
    alive, time, noticed = np.ones(1), 0, 0.0  # chance of 0, 1, ... errors without a breach
    for errors, latest in enumerate(islice(breach_times(max_error, level, population=population), _ERRORS), 1):
        if not latest:
            continue
        now = latest if end is None else min(latest, end)
        if now > time:
            alive = _after(alive, now - time, error_share, (population or 0) - time, wrong)
            time = now
        noticed += float(alive[errors:].sum())
        alive = alive[:errors]
        yield time, noticed
        if time == end or alive.sum() < _MISSED:
            return


def _after(alive: Floats, draws: int, error_share: float, left: int, wrong: int | None) -> Floats:
    """Chance of each number of errors after so many more draws; from `left` items, `wrong` bad at first, if finite."""
    if wrong is None:
        return np.convolve(alive, _binomial(draws, error_share))
    after = np.zeros(len(alive) + _largest_likely(draws, max(error_share, wrong / max(left, 1))))
    for errors, chance in enumerate(alive.tolist()):
        more = _hypergeometric(draws, left, wrong - errors, len(after) - errors)
        after[errors : errors + len(more)] += chance * more
    return after


def _largest_likely(draws: int, share: float) -> int:
    """A number of errors that is hardly ever passed."""
    return min(draws, int(draws * share + 12 * np.sqrt(draws * share + 1) + 12))


def _binomial(draws: int, share: float) -> Floats:
    """Chance of 0, 1, ... errors, as far as it is likely."""
    errors = np.arange(_largest_likely(draws, share) + 1)
    ways = gammaln(draws + 1) - gammaln(errors + 1) - gammaln(draws - errors + 1)
    return np.asarray(np.exp(ways + xlogy(errors, share) + xlog1py(draws - errors, -share)))


def _hypergeometric(draws: int, left: int, wrong: int, most: int) -> Floats:
    """Chance of 0, 1, ... wrong ones, fewer than `most`, among so many draws from those left."""
    errors = np.arange(min(draws + 1, most))
    possible = (errors <= wrong) & (draws - errors <= left - wrong)
    x = errors[possible]

    def ways(of: int, some: npt.NDArray[np.int64]) -> Floats:
        return np.asarray(gammaln(of + 1) - gammaln(some + 1) - gammaln(of - some + 1))

    chances = np.zeros(len(errors))
    chances[possible] = np.exp(ways(wrong, x) + ways(left - wrong, draws - x) - ways(left, np.array([draws])))
    return chances
